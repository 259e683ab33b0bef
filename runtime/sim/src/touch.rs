//! Levers and spouts: switches that an animal closes and opens, which it reports itself. They know no verbs.

use crate::device::{Device, Happening, Order};
use crate::refusal::Refusal;
use trialect_device::Ns;

/// A `Switch` or a `Lickometer`.
#[derive(Debug)]
pub(crate) struct Touch;

impl Device for Touch {
    fn command(&mut self, _: Ns, _: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn release(&mut self, _: Ns, _: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {}
}
