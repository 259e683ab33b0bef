//! Lamps, also those that are parts of ports.

use crate::device::{Device, Happening, Order};
use crate::refusal::Refusal;
use trialect_device::Ns;

/// A lamp: on while it is held on and not held dark.
#[derive(Debug, Default)]
pub(crate) struct Lamp {
    lit: bool,
    dimmed: bool,
}

impl Lamp {
    /// Switches one of its two verbs; tells when that changes the light.
    pub(crate) fn switch(&mut self, verb: &str, on: bool, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        let before = self.shines();
        match verb {
            "light" => self.lit = on,
            "dim" => self.dimmed = on,
            _ => return Err(Refusal::Verb),
        }
        if self.shines() != before {
            told.push(Happening::Light(self.shines()));
        }
        Ok(())
    }

    fn shines(&self) -> bool {
        self.lit && !self.dimmed
    }
}

impl Device for Lamp {
    fn command(&mut self, _: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        self.switch(order.verb, true, told)
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        self.switch(verb, false, told)
    }

    fn make_safe(&mut self, _: Ns, told: &mut Vec<Happening>) {
        if self.shines() {
            told.push(Happening::Light(false));
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_dark_does_not_shine() {
        let (mut lamp, mut told) = (Lamp::default(), Vec::new());
        for (verb, on) in [("light", true), ("light", true), ("dim", true), ("light", false), ("light", true)] {
            lamp.switch(verb, on, &mut told).expect("known");
        }
        assert_eq!(told, [Happening::Light(true), Happening::Light(false)]);
        lamp.switch("dim", false, &mut told).expect("known");
        lamp.make_safe(0, &mut told);
        lamp.make_safe(0, &mut told);
        assert_eq!(told[2..], [Happening::Light(true), Happening::Light(false)]);
        assert_eq!(lamp.switch("flash", true, &mut told), Err(Refusal::Verb));
    }
}
