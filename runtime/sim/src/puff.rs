//! The air puff: it blows for as long as it is asked to.
//!
//! A puff asked for while another blows makes one that ends with the later of the two and reports `done` once.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::PuffParameters;
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// An air puff.
#[derive(Debug)]
pub(crate) struct Puff {
    parameters: PuffParameters,
    ends: Option<Ns>,
}

impl Puff {
    pub(crate) fn new(parameters: &PuffParameters) -> Self {
        Self { parameters: parameters.clone(), ends: None }
    }
}

impl Device for Puff {
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "puff" {
            return Err(Refusal::Verb);
        }
        let asked_s = argument(order.arguments, "duration").unwrap_or(f64::NAN);
        let (least, most) = (self.parameters.least_ms / 1e3, self.parameters.most_ms / 1e3);
        let ends = at + from_milliseconds(within("duration", asked_s, least, most)? * 1e3).max(1);
        self.ends = Some(self.ends.map_or(ends, |before| before.max(ends)));
        told.push(Happening::Puff);
        Ok(())
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "puff" {
            return Err(Refusal::Verb);
        }
        self.ends = None;
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {
        self.ends = None;
    }

    fn next(&self) -> Option<Ns> {
        self.ends
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if self.ends.take_if(|ends| *ends == at).is_some() {
            told.push(Happening::Report { channel: DONE, value: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    #[test]
    fn a_puff_lasts_and_is_done_once() {
        let mut puff = Puff::new(&PuffParameters { least_ms: 5.0, most_ms: 1000.0 });
        let blow = |puff: &mut Puff, at, duration| {
            let order = Order { verb: "puff", stimulus: None, arguments: &[("duration", duration)] };
            puff.command(at, order, &mut Vec::new())
        };
        for duration in [0.004, 1.001, f64::NAN] {
            assert!(matches!(blow(&mut puff, 0, duration), Err(Refusal::Argument { parameter: "duration", .. })));
        }
        blow(&mut puff, 0, 0.1).expect("in range");
        blow(&mut puff, 80 * MILLISECOND, 0.1).expect("in range");
        blow(&mut puff, 90 * MILLISECOND, 0.005).expect("in range");
        assert_eq!(puff.next(), Some(180 * MILLISECOND));
        let mut told = Vec::new();
        puff.finish(180 * MILLISECOND, &mut told);
        assert_eq!(told, [Happening::Report { channel: DONE, value: 1 }]);
        assert_eq!(puff.next(), None);
    }
}
