//! The shocker: current through the floor for as long as it is asked to.
//!
//! A shock asked for while another is on makes one that ends with the later of the two and reports `done` once.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::ShockerParameters;
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// A shocker.
#[derive(Debug)]
pub(crate) struct Shocker {
    parameters: ShockerParameters,
    ends: Option<Ns>,
}

impl Shocker {
    pub(crate) fn new(parameters: &ShockerParameters) -> Self {
        Self { parameters: parameters.clone(), ends: None }
    }
}

impl Device for Shocker {
    /// Refuses currents and durations that it cannot give.
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "shock" {
            return Err(Refusal::Verb);
        }
        let asked = |name| argument(order.arguments, name).unwrap_or(f64::NAN);
        let ShockerParameters { least_ma, most_ma, least_ms, most_ms } = self.parameters;
        within("current", asked("current"), least_ma / 1e3, most_ma / 1e3)?;
        let duration_s = within("duration", asked("duration"), least_ms / 1e3, most_ms / 1e3)?;
        let ends = at + from_milliseconds(duration_s * 1e3).max(1);
        self.ends = Some(self.ends.map_or(ends, |before| before.max(ends)));
        told.push(Happening::Shock);
        Ok(())
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "shock" {
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

    fn shock(shocker: &mut Shocker, at: Ns, current: f64, duration: f64) -> Result<Vec<Happening>, Refusal> {
        let mut told = Vec::new();
        let order = Order { verb: "shock", stimulus: None, arguments: &[("current", current), ("duration", duration)] };
        shocker.command(at, order, &mut told).map(|()| told)
    }

    #[test]
    fn a_shock_is_felt_lasts_and_is_never_altered() {
        let parameters = ShockerParameters { least_ma: 0.05, most_ma: 2.0, least_ms: 10.0, most_ms: 5000.0 };
        let mut shocker = Shocker::new(&parameters);
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
