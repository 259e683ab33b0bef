//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Behavioural protocols as text: checked, compiled, run, stamped, replayed.
#[derive(Debug, Parser)]
#[command(name = "trialect", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// Say more on stderr; twice or three times for more still (RUST_LOG overrides)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a protocol and show what is wrong with it
    Check(CheckOptions),
    /// Print a protocol's hash
    Hash(HashOptions),
    /// Explain a finding by its code; without a code, list all codes
    Explain {
        /// For example `unit-mismatch`
        code: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Print the findings as a JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct HashOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Print the hash of each definition as well
    #[arg(long)]
    pub(crate) tree: bool,
    /// Print the hash of the source text as well
    #[arg(long)]
    pub(crate) source: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args, Clone)]
pub(crate) struct LibraryOptions {
    /// Take the standard library from this folder (as `stdlib/std` of the project) instead of the embedded one
    #[arg(long, value_name = "DIR")]
    pub(crate) stdlib: Option<PathBuf>,
}
