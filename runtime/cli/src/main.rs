//! `trialect`: checks, hashes, simulates, runs, replays and verifies protocols and their sessions.

mod amend;
mod animal;
mod answers;
mod arguments;
mod audit;
mod bounds;
mod carry;
mod changes;
mod check;
mod course;
mod covariates;
mod date;
mod diff;
mod differences;
mod doc;
mod emulate;
mod explain;
mod failure;
mod fmt;
mod hash;
mod interrupt;
mod live;
mod lsp;
mod machine;
mod nearby;
mod new;
mod output;
mod protocol;
mod record;
mod recorded;
mod recover;
mod render;
mod replay;
mod requests;
mod rerun;
mod rig;
mod scenarios;
mod sessions;
mod show;
mod sim;
mod store;
mod strategies;
mod table;
mod today;
mod totals;
mod verdict;
mod verify;

use arguments::{Arguments, Command, Emulated, RunOptions};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    output::start_logs(arguments.verbose);
    let result = match arguments.command {
        Command::New(options) => new::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Fmt(options) => fmt::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Hash(options) => hash::run(&options),
        Command::Test(options) => scenarios::run(&options),
        Command::Sim(options) => sim::run(&options),
        Command::Run(options) => run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Recover(options) => recover::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Audit(options) => audit::run(&options),
        Command::Amend(options) => amend::run(&options),
        Command::Doc(options) => doc::run(&options),
        Command::Lsp(options) => lsp::run(&options),
        Command::Emulate { device: Emulated::Bpod(options) } => emulate::run_bpod(&options),
        Command::Rig { what } => rig::run(&what),
        Command::Explain { code } => explain::run(code.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.exit_code())
        }
    }
}

/// A session on a rig, or one that a recording drives; the arguments have one of the two.
fn run(options: &RunOptions) -> Result<(), Failure> {
    match (&options.rig, &options.recorded, &options.subject) {
        (Some(rig), None, Some(subject)) => live::run(options, rig, subject),
        (_, Some(recorded), _) => recorded::run(options, recorded),
        _ => Err(Failure::trouble("usage", "write --rig FILE --subject NAME, or --recorded DIR")),
    }
}
