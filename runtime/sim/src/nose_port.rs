//! The nose port: a lamp and a beam. Its beam is broken by an animal, which reports that itself.

use crate::device::{Device, Happening, Order};
use crate::lamp::Lamp;
use crate::refusal::Refusal;
use trialect_device::Ns;

/// A port.
#[derive(Debug, Default)]
pub(crate) struct NosePort {
    led: Lamp,
}

impl NosePort {
    fn switch(&mut self, verb: &str, on: bool, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb == "led.light" { self.led.switch("light", on, told) } else { Err(Refusal::Verb) }
    }
}

impl Device for NosePort {
    fn command(&mut self, _: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        self.switch(order.verb, true, told)
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        self.switch(verb, false, told)
    }

    fn make_safe(&mut self, at: Ns, told: &mut Vec<Happening>) {
        self.led.make_safe(at, told);
    }
}
