//! The pump: fluid at an even flow.
//!
//! A delivery asked for while another runs makes one run of the sum, which reports `done` once. When the sum is more
//! than the pump can give, the second delivery is refused and the first goes on unaltered.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::PumpParameters;
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// Fluid under way.
#[derive(Debug, Clone, Copy)]
struct Run {
    began: Ns,
    ends: Ns,
    volume_ul: f64,
}

/// A pump.
#[derive(Debug)]
pub(crate) struct Pump {
    parameters: PumpParameters,
    run: Option<Run>,
}

impl Pump {
    pub(crate) fn new(parameters: &PumpParameters) -> Self {
        Self { parameters: parameters.clone(), run: None }
    }

    /// Stops it: what came goes to the animal. A delivery that was cut is never `done`.
    fn cut(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if let Some(run) = self.run.take() {
            let came_ul = (at - run.began).max(0) as f64 / 1e9 * self.parameters.flow_ul_per_s;
            told.push(Happening::Fluid(came_ul.min(run.volume_ul)));
        }
    }
}

impl Device for Pump {
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "deliver" {
            return Err(Refusal::Verb);
        }
        let asked_ul = argument(order.arguments, "amount").unwrap_or(f64::NAN);
        let (least, most) = (self.parameters.least_ul, self.parameters.most_ul);
        within("amount", asked_ul, least, most)?;
        let running_ul = self.run.map_or(0.0, |run| run.volume_ul);
        let volume_ul = within("amount", running_ul + asked_ul, least, most)?;
        let began = self.run.map_or(at, |run| run.began);
        let ends = began + from_milliseconds(volume_ul / self.parameters.flow_ul_per_s * 1e3);
        self.run = Some(Run { began, ends: ends.max(at + 1), volume_ul });
        told.push(Happening::Reward);
        Ok(())
    }

    fn release(&mut self, at: Ns, verb: &str, _: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "deliver" {
            return Err(Refusal::Verb);
        }
        self.cut(at, told);
        Ok(())
    }

    fn make_safe(&mut self, at: Ns, told: &mut Vec<Happening>) {
        self.cut(at, told);
    }

    fn next(&self) -> Option<Ns> {
        self.run.map(|run| run.ends)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if let Some(run) = self.run.take_if(|run| run.ends == at) {
            told.extend([Happening::Fluid(run.volume_ul), Happening::Report { channel: DONE, value: 1 }]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pump() -> Pump {
        Pump::new(&PumpParameters { flow_ul_per_s: 40.0, least_ul: 0.5, most_ul: 100.0 })
    }

    fn deliver(pump: &mut Pump, at: Ns, amount: f64) -> Result<(), Refusal> {
        pump.command(at, Order { verb: "deliver", stimulus: None, arguments: &[("amount", amount)] }, &mut Vec::new())
    }

    #[test]
    fn a_volume_takes_its_time_and_two_make_one_run() {
        let mut pump = pump();
        deliver(&mut pump, 0, 20.0).expect("in range");
        assert_eq!(pump.next(), Some(500_000_000), "20 uL at 40 uL/s");
        deliver(&mut pump, 100_000_000, 60.0).expect("in range");
        assert_eq!(pump.next(), Some(2_000_000_000), "80 uL at 40 uL/s");
        assert!(deliver(&mut pump, 200_000_000, 30.0).is_err(), "110 uL are too much");
        let mut told = Vec::new();
        pump.finish(2_000_000_000, &mut told);
        assert_eq!(told, [Happening::Fluid(80.0), Happening::Report { channel: DONE, value: 1 }]);
        assert_eq!(pump.next(), None);
    }

    #[test]
    fn volumes_outside_its_range_are_refused_and_a_stop_gives_what_came() {
        let mut pump = pump();
        for amount in [0.4, 100.1, f64::NAN, -1.0] {
            let refusal = deliver(&mut pump, 0, amount);
            assert!(matches!(refusal, Err(Refusal::Argument { least: 0.5, most: 100.0, .. })), "{amount}");
        }
        deliver(&mut pump, 0, 20.0).expect("in range");
        let mut told = Vec::new();
        pump.make_safe(250_000_000, &mut told);
        assert_eq!(told, [Happening::Fluid(10.0)]);
        pump.make_safe(300_000_000, &mut told);
        assert_eq!((told.len(), pump.next()), (1, None));
    }
}
