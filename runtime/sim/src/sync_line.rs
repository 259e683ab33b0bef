//! The line to other equipment: high or low, which nothing here looks at.

use crate::device::{Device, Happening, Order};
use crate::refusal::Refusal;
use trialect_device::Ns;

/// A digital output.
#[derive(Debug)]
pub(crate) struct SyncLine;

impl SyncLine {
    fn knows(verb: &str) -> Result<(), Refusal> {
        if verb == "raise" { Ok(()) } else { Err(Refusal::Verb) }
    }
}

impl Device for SyncLine {
    fn command(&mut self, _: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Self::knows(order.verb)
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Self::knows(verb)
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {}
}
