//! Lasers: trains of pulses for as long as they are held. No simulated animal feels them.

use crate::device::{Device, Happening, Order};
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// A laser: a train is on or off; what is off gives no light.
#[derive(Debug, Default)]
pub(crate) struct Laser {
    on: bool,
}

impl Device for Laser {
    fn command(&mut self, _: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "pulse" {
            return Err(Refusal::Verb);
        }
        for parameter in ["power", "rate", "width"] {
            within(parameter, argument(order.arguments, parameter).unwrap_or(f64::NAN), 0.0, f64::MAX)?;
        }
        self.on = true;
        Ok(())
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "pulse" {
            return Err(Refusal::Verb);
        }
        self.on = false;
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {
        self.on = false;
    }
}
