//! `trialect emulate`: devices without hardware, for this project's link and for the programs of others.

use crate::arguments::EmulateBpodOptions;
use crate::failure::Failure;

#[cfg(unix)]
mod bpod;

/// An emulated Bpod behind pseudo-terminals, until it is told to stop.
#[cfg(unix)]
pub(crate) fn run_bpod(options: &EmulateBpodOptions) -> Result<(), Failure> {
    bpod::run(options)
}

/// There are no pseudo-terminals here.
#[cfg(not(unix))]
pub(crate) fn run_bpod(_: &EmulateBpodOptions) -> Result<(), Failure> {
    let what = "emulated boards stand behind pseudo-terminals, which this system does not have; use Linux or macOS";
    Err(Failure::trouble("emulate-system", what))
}
