//! What an animal does not like, for a time: the air puff, and the shocker's current through the floor.
//!
//! What is asked for while another is on makes one that ends with the later of the two and reports `done` once.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::{PuffParameters, ShockerParameters};
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// A device that acts on the animal for a time.
#[derive(Debug)]
pub(crate) struct Aversive {
    verb: &'static str,
    /// What the animal feels when it begins.
    felt: Happening,
    /// The range of each argument, coherent units; the duration is among them.
    ranges: Vec<(&'static str, f64, f64)>,
    ends: Option<Ns>,
}

impl Aversive {
    /// A puff of air.
    pub(crate) fn puff(parameters: &PuffParameters) -> Aversive {
        let duration = ("duration", parameters.least_ms / 1e3, parameters.most_ms / 1e3);
        Aversive { verb: "puff", felt: Happening::Puff, ranges: vec![duration], ends: None }
    }

    /// A shocker.
    pub(crate) fn shocker(parameters: &ShockerParameters) -> Aversive {
        let current = ("current", parameters.least_ma / 1e3, parameters.most_ma / 1e3);
        let duration = ("duration", parameters.least_ms / 1e3, parameters.most_ms / 1e3);
        Aversive { verb: "shock", felt: Happening::Shock, ranges: vec![current, duration], ends: None }
    }
}

impl Device for Aversive {
    /// Refuses arguments outside their ranges: nothing is altered.
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != self.verb {
            return Err(Refusal::Verb);
        }
        let mut duration_s = 0.0;
        for &(name, least, most) in &self.ranges {
            let value = within(name, argument(order.arguments, name).unwrap_or(f64::NAN), least, most)?;
            if name == "duration" {
                duration_s = value;
            }
        }
        let ends = at + from_milliseconds(duration_s * 1e3).max(1);
        self.ends = Some(self.ends.map_or(ends, |before| before.max(ends)));
        told.push(self.felt);
        Ok(())
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != self.verb {
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
        let mut puff = Aversive::puff(&PuffParameters { least_ms: 5.0, most_ms: 1000.0 });
        let blow = |puff: &mut Aversive, at, duration| {
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

    fn shock(shocker: &mut Aversive, at: Ns, current: f64, duration: f64) -> Result<Vec<Happening>, Refusal> {
        let mut told = Vec::new();
        let order = Order { verb: "shock", stimulus: None, arguments: &[("current", current), ("duration", duration)] };
        shocker.command(at, order, &mut told).map(|()| told)
    }

    #[test]
    fn a_shock_is_felt_lasts_and_is_never_altered() {
        let parameters = ShockerParameters { least_ma: 0.05, most_ma: 2.0, least_ms: 10.0, most_ms: 5000.0 };
        let mut shocker = Aversive::shocker(&parameters);
        for (current, duration, parameter) in
            [(0.003, 0.5, "current"), (1e-5, 0.5, "current"), (f64::NAN, 0.5, "current"), (0.001, 6.0, "duration")]
        {
            let refused = shock(&mut shocker, 0, current, duration);
            assert!(matches!(refused, Err(Refusal::Argument { parameter: found, .. }) if found == parameter));
        }
        assert_eq!(shocker.next(), None, "what is refused does not begin");
        assert_eq!(shock(&mut shocker, 0, 0.0005, 0.5), Ok(vec![Happening::Shock]));
        assert_eq!(shocker.next(), Some(500 * MILLISECOND));
        assert_eq!(shock(&mut shocker, 400 * MILLISECOND, 0.0005, 0.2), Ok(vec![Happening::Shock]));
        let mut told = Vec::new();
        shocker.finish(600 * MILLISECOND, &mut told);
        assert_eq!(told, [Happening::Report { channel: DONE, value: 1 }]);
        assert_eq!(shock(&mut shocker, 700 * MILLISECOND, 0.0005, 0.2), Ok(vec![Happening::Shock]));
        shocker.make_safe(750 * MILLISECOND, &mut told);
        assert_eq!(shocker.next(), None);
    }
}
