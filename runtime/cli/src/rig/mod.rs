//! `trialect rig`: rig files, what is connected, and calibrations.

mod calibrate;
mod check;
mod drops;
mod list;
mod load;
mod plot;
mod prompt;

pub(crate) use load::today;

use crate::arguments::{LibraryOptions, RigCommand};
use crate::failure::Failure;
use crate::{output, render};
use std::io::IsTerminal;
use std::path::Path;
use trialect_ir::Date;
use trialect_rig::Rig;

pub(crate) fn run(command: &RigCommand) -> Result<(), Failure> {
    match command {
        RigCommand::Check(options) => check::run(options),
        RigCommand::List => list::run(),
        RigCommand::Calibrate { what: crate::arguments::Calibrated::Valve(options) } => calibrate::run(options),
    }
}

/// A rig file that is fine for a protocol on this day; else what is wrong has been shown. Warnings are shown, too.
pub(crate) fn fitting(path: &Path, protocol: &Path, library: &LibraryOptions, today: Date) -> Result<Rig, Failure> {
    let (loaded, _) = load::with_protocol(path, protocol, library, today)?;
    let fine = loaded.findings.is_runnable();
    let findings = loaded.findings.sorted();
    if !findings.is_empty() {
        output::complain(&render::text(&findings, &loaded.sources, std::io::stderr().is_terminal()));
    }
    loaded.rig.filter(|_| fine).ok_or(Failure::Found)
}
