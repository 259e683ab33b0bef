//! The only place that writes to the terminal: results to stdout, everything else to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use crate::failure::TROUBLE;
use std::io::{ErrorKind, Write};
use tracing_subscriber::EnvFilter;

/// Logs go to stderr: warnings, or what `-v` and `RUST_LOG` ask for.
pub(crate) fn start_logs(verbose: u8) {
    let level = ["warn", "info", "debug", "trace"][usize::from(verbose.min(3))];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // A second start (in tests) keeps the first.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// A result. A reader that has gone away (`| head`) ends the command quietly; a result that is lost is an error.
pub(crate) fn say(text: &str) {
    let Err(error) = writeln!(std::io::stdout(), "{text}") else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    complain(&format!("error[no-output]: the result cannot be written: {error}; send it elsewhere"));
    std::process::exit(i32::from(TROUBLE));
}

/// Anything that is not a result.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A line in the place of the last status.
pub(crate) fn status(text: &str) {
    let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
    let _ = std::io::stderr().flush();
}

/// A question; the answer follows on its line.
pub(crate) fn ask(text: &str) {
    let _ = write!(std::io::stderr(), "{text}");
    let _ = std::io::stderr().flush();
}
