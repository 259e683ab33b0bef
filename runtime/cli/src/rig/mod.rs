//! `trialect rig`: rig files, what is connected, and calibrations.

mod calibrate;
mod check;
mod drops;
mod list;
mod load;
mod plot;
mod prompt;

use crate::arguments::RigCommand;
use crate::failure::Failure;

pub(crate) fn run(command: &RigCommand) -> Result<(), Failure> {
    match command {
        RigCommand::Check(options) => check::run(options),
        RigCommand::List => list::run(),
        RigCommand::Calibrate { what: crate::arguments::Calibrated::Valve(options) } => calibrate::run(options),
    }
}
