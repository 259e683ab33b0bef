//! `trialect`: checks, hashes, simulates, runs, replays and verifies protocols and their sessions.

mod arguments;
mod check;
mod explain;
mod failure;
mod hash;
mod output;
mod protocol;
mod render;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

/// Something was found: a mistake in a text, a difference between records.
const FOUND: u8 = 1;
/// The command line or its surroundings are wrong.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    output::start_logs(arguments.verbose);
    let result = match arguments.command {
        Command::Check(options) => check::run(&options),
        Command::Hash(options) => hash::run(&options),
        Command::Explain { code } => explain::run(code.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Found) => ExitCode::from(FOUND),
        Err(Failure::Trouble { code, message }) => {
            output::complain(&format!("error[{code}]: {message}"));
            ExitCode::from(TROUBLE)
        }
    }
}
