//! The feeder: pellets, one after the other.
//!
//! Pellets asked for while others fall come after them; `done` is reported once, when the last has fallen.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::FeederParameters;
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// Pellets under way.
#[derive(Debug, Clone, Copy)]
struct Run {
    began: Ns,
    pellets: f64,
}

/// A feeder.
#[derive(Debug)]
pub(crate) struct Feeder {
    pellet: Ns,
    most: f64,
    run: Option<Run>,
}

impl Feeder {
    pub(crate) fn new(parameters: &FeederParameters) -> Self {
        Self { pellet: from_milliseconds(parameters.pellet_ms), most: f64::from(parameters.most_pellets), run: None }
    }

    /// Stops it: the pellets that have fallen go to the animal.
    fn cut(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if let Some(run) = self.run.take() {
            let fallen = ((at - run.began).max(0) / self.pellet) as f64;
            told.push(Happening::Pellets(fallen.min(run.pellets)));
        }
    }
}

impl Device for Feeder {
    /// Refuses what is no whole number of pellets, with the nearest one as its range.
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "deliver" {
            return Err(Refusal::Verb);
        }
        let asked = argument(order.arguments, "amount").unwrap_or(f64::NAN);
        within("amount", asked, 1.0, self.most)?;
        within("amount", asked, libm::round(asked), libm::round(asked))?;
        let before = self.run.map_or(0.0, |run| run.pellets);
        let pellets = within("amount", before + asked, 1.0, self.most)?;
        self.run = Some(Run { began: self.run.map_or(at, |run| run.began), pellets });
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
        self.run.map(|run| run.began + run.pellets as Ns * self.pellet)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if self.next() == Some(at) {
            let pellets = self.run.take().map_or(0.0, |run| run.pellets);
            told.extend([Happening::Pellets(pellets), Happening::Report { channel: DONE, value: 1 }]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    fn feeder() -> Feeder {
        Feeder::new(&FeederParameters { pellet_ms: 200.0, most_pellets: 5 })
    }

    fn deliver(feeder: &mut Feeder, at: Ns, amount: f64) -> Result<(), Refusal> {
        let order = Order { verb: "deliver", stimulus: None, arguments: &[("amount", amount)] };
        feeder.command(at, order, &mut Vec::new())
    }

    #[test]
    fn pellets_fall_one_after_the_other() {
        let mut feeder = feeder();
        deliver(&mut feeder, 0, 1.0).expect("one");
        assert_eq!(feeder.next(), Some(200 * MILLISECOND));
        deliver(&mut feeder, 150 * MILLISECOND, 2.0).expect("two more");
        assert_eq!(feeder.next(), Some(600 * MILLISECOND));
        let mut told = Vec::new();
        feeder.finish(600 * MILLISECOND, &mut told);
        assert_eq!(told, [Happening::Pellets(3.0), Happening::Report { channel: DONE, value: 1 }]);
        assert_eq!(feeder.next(), None);
    }

    #[test]
    fn parts_of_pellets_none_and_too_many_are_refused_and_a_stop_leaves_whole_ones() {
        let mut feeder = feeder();
        for amount in [0.0, 1.5, 6.0, f64::NAN, -1.0] {
            assert!(deliver(&mut feeder, 0, amount).is_err(), "{amount}");
        }
        deliver(&mut feeder, 0, 4.0).expect("four");
        assert!(deliver(&mut feeder, 0, 2.0).is_err(), "six at once");
        let mut told = Vec::new();
        feeder.make_safe(599 * MILLISECOND, &mut told);
        assert_eq!(told, [Happening::Pellets(2.0)]);
    }
}
