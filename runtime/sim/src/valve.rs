//! The water valve: how long it must be open for a volume, and when it shuts.
//!
//! A delivery asked for while another runs makes one pulse of the sum: the valve stays open for the
//! time that the calibration gives for both volumes together, and reports `done` once. When the sum
//! is outside the calibrated range, the second delivery is refused and the first goes on unaltered.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::ParameterFault;
use crate::refusal::{Arguments, Refusal, argument, within};
use serde::{Deserialize, Serialize};
use trialect_device::Ns;

/// The channel `done`.
const DONE: usize = 0;

/// A weighed drop: this long open gives this volume.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPoint {
    /// Time that the valve was open, in ms.
    pub open_ms: f64,
    /// Volume of one drop, in uL.
    pub volume_ul: f64,
}

/// A valve's calibration: at least three points, rising in time and in volume, straight lines between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<CalibrationPoint>", into = "Vec<CalibrationPoint>")]
pub struct Calibration {
    points: Vec<CalibrationPoint>,
}

impl TryFrom<Vec<CalibrationPoint>> for Calibration {
    type Error = ParameterFault;

    fn try_from(points: Vec<CalibrationPoint>) -> Result<Self, ParameterFault> {
        let fault = |problem| Err(ParameterFault::Calibration { problem });
        if points.len() < 3 {
            return fault("has fewer than 3 points");
        }
        let usable = |value: f64| value > 0.0 && value.is_finite();
        if !points.iter().all(|point| usable(point.open_ms) && usable(point.volume_ul)) {
            return fault("has a time or a volume that is not above 0");
        }
        let rises =
            |pair: &[CalibrationPoint]| pair[0].open_ms < pair[1].open_ms && pair[0].volume_ul < pair[1].volume_ul;
        if !points.windows(2).all(rises) {
            return fault("does not rise from point to point");
        }
        Ok(Self { points })
    }
}

impl From<Calibration> for Vec<CalibrationPoint> {
    fn from(calibration: Calibration) -> Self {
        calibration.points
    }
}

impl Calibration {
    /// Least and greatest volume that was weighed, in uL; no others can be asked for.
    pub fn range_ul(&self) -> (f64, f64) {
        match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) => (first.volume_ul, last.volume_ul),
            _ => (0.0, 0.0),
        }
    }

    /// Time open for a volume, in ms; none outside [`Calibration::range_ul`].
    pub fn open_ms(&self, volume_ul: f64) -> Option<f64> {
        let (least, most) = self.range_ul();
        (least..=most).contains(&volume_ul).then(|| self.between(volume_ul, |point| (point.volume_ul, point.open_ms)))
    }

    /// Volume after a time, in uL. Beyond the points the nearest line goes on, but never below 0.
    pub fn volume_ul(&self, open_ms: f64) -> f64 {
        self.between(open_ms, |point| (point.open_ms, point.volume_ul)).max(0.0)
    }

    /// The value at x on the broken line through the points, whose outer pieces have no end.
    fn between(&self, x: f64, axes: impl Fn(&CalibrationPoint) -> (f64, f64)) -> f64 {
        let after = self.points.partition_point(|point| axes(point).0 < x).clamp(1, self.points.len() - 1);
        let ((x0, y0), (x1, y1)) = (axes(&self.points[after - 1]), axes(&self.points[after]));
        y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    }
}

/// A pulse of water under way.
#[derive(Debug, Clone, Copy)]
struct Pulse {
    opened: Ns,
    shuts: Ns,
    volume_ul: f64,
}

/// The valve.
#[derive(Debug)]
pub(crate) struct Valve {
    calibration: Calibration,
    pulse: Option<Pulse>,
    held_since: Option<Ns>,
}

impl Valve {
    pub(crate) fn new(calibration: Calibration) -> Self {
        Self { calibration, pulse: None, held_since: None }
    }

    /// When the running delivery is done.
    pub(crate) fn next(&self) -> Option<Ns> {
        self.pulse.map(|pulse| pulse.shuts)
    }

    /// Shuts the valve when the running delivery is done at this time: its volume in uL.
    pub(crate) fn finish(&mut self, at: Ns) -> Option<f64> {
        self.pulse.take_if(|pulse| pulse.shuts == at).map(|pulse| pulse.volume_ul)
    }

    /// Carries out `deliver` or `open`.
    pub(crate) fn command(&mut self, at: Ns, verb: &str, arguments: Arguments<'_>) -> Result<(), Refusal> {
        match verb {
            "deliver" => self.deliver(at, argument(arguments, "amount").unwrap_or(f64::NAN)),
            "open" => {
                self.held_since.get_or_insert(at);
                Ok(())
            }
            _ => Err(Refusal::Verb),
        }
    }

    /// Cuts a delivery short or ends a held opening: the volume that came, in uL. A delivery that was cut is never `done`.
    pub(crate) fn release(&mut self, at: Ns, verb: &str) -> Result<f64, Refusal> {
        match verb {
            "deliver" => Ok(self.cut(at)),
            "open" => Ok(self.shut(at)),
            _ => Err(Refusal::Verb),
        }
    }

    /// Shuts whatever is open: the volume that came, in uL.
    pub(crate) fn make_safe(&mut self, at: Ns) -> f64 {
        self.cut(at) + self.shut(at)
    }

    fn deliver(&mut self, at: Ns, asked_ul: f64) -> Result<(), Refusal> {
        let (least, most) = self.calibration.range_ul();
        let running_ul = self.pulse.map_or(0.0, |pulse| pulse.volume_ul);
        within("amount", asked_ul, least, most)?;
        let volume_ul = within("amount", running_ul + asked_ul, least, most)?;
        let open_ms = self.calibration.open_ms(volume_ul).ok_or(Refusal::Verb)?;
        let opened = self.pulse.map_or(at, |pulse| pulse.opened);
        self.pulse = Some(Pulse { opened, shuts: (opened + from_milliseconds(open_ms)).max(at + 1), volume_ul });
        Ok(())
    }

    fn cut(&mut self, at: Ns) -> f64 {
        self.pulse.take().map_or(0.0, |pulse| self.came(pulse.opened, at))
    }

    fn shut(&mut self, at: Ns) -> f64 {
        self.held_since.take().map_or(0.0, |opened| self.came(opened, at))
    }

    fn came(&self, opened: Ns, shut: Ns) -> f64 {
        if shut > opened { self.calibration.volume_ul((shut - opened) as f64 / 1e6) } else { 0.0 }
    }
}

impl Device for Valve {
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        Valve::command(self, at, order.verb, order.arguments)?;
        told.push(Happening::Reward);
        Ok(())
    }

    fn release(&mut self, at: Ns, verb: &str, _: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        told.push(Happening::Fluid(Valve::release(self, at, verb)?));
        Ok(())
    }

    fn make_safe(&mut self, at: Ns, told: &mut Vec<Happening>) {
        told.push(Happening::Fluid(Valve::make_safe(self, at)));
    }

    fn next(&self) -> Option<Ns> {
        Valve::next(self)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if let Some(volume_ul) = Valve::finish(self, at) {
            told.extend([Happening::Fluid(volume_ul), Happening::Report { channel: DONE, value: 1 }]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RigParameters;

    fn calibration() -> Calibration {
        RigParameters::standard().expect("embedded").valve.calibration
    }

    fn points(pairs: &[(f64, f64)]) -> Result<Calibration, ParameterFault> {
        let point = |&(open_ms, volume_ul): &(f64, f64)| CalibrationPoint { open_ms, volume_ul };
        Calibration::try_from(pairs.iter().map(point).collect::<Vec<_>>())
    }

    #[test]
    fn every_weighed_drop_is_met_exactly_both_ways() {
        let calibration = calibration();
        for point in Vec::from(calibration.clone()) {
            assert_eq!(calibration.open_ms(point.volume_ul), Some(point.open_ms));
            assert_eq!(calibration.volume_ul(point.open_ms), point.volume_ul);
        }
    }

    /// The time is also found by halving the interval until the volume fits, without the line's equation.
    #[test]
    fn time_is_the_root_of_the_volume() {
        let calibration = calibration();
        for tenths in 8..=59 {
            let volume = f64::from(tenths) / 10.0;
            let (mut low, mut high) = (0.0, 1000.0);
            for _ in 0..80 {
                let middle = (low + high) / 2.0;
                if calibration.volume_ul(middle) < volume { low = middle } else { high = middle }
            }
            let open = calibration.open_ms(volume).expect("in range");
            assert!((open - low).abs() < 1e-9, "{volume} uL: {open} ms, by halving {low} ms");
        }
        // By hand: 1.5 uL lies 0.25/0.73 of the way from 50 to 75 ms.
        let by_hand = 50.0 + 25.0 * 0.25 / 0.73;
        assert!((calibration.open_ms(1.5).expect("in range") - by_hand).abs() < 1e-9);
    }

    #[test]
    fn what_was_not_weighed_is_refused() {
        let calibration = calibration();
        for volume in [0.0, 0.70, 5.93, f64::NAN, -1.0, f64::INFINITY] {
            assert_eq!(calibration.open_ms(volume), None, "{volume}");
            let refusal = Valve::new(calibration.clone()).command(0, "deliver", &[("amount", volume)]);
            assert!(matches!(refusal, Err(Refusal::Argument { parameter: "amount", least: 0.71, most: 5.92, .. })));
        }
    }

    #[test]
    fn points_that_give_no_single_time_are_refused() {
        assert!(points(&[(10.0, 1.0), (20.0, 2.0)]).is_err());
        assert!(points(&[(10.0, 1.0), (20.0, 2.0), (30.0, 2.0)]).is_err());
        assert!(points(&[(10.0, 1.0), (30.0, 2.0), (20.0, 3.0)]).is_err());
        assert!(points(&[(0.0, 1.0), (20.0, 2.0), (30.0, 3.0)]).is_err());
        assert!(points(&[(10.0, 1.0), (20.0, 2.0), (30.0, 3.0)]).is_ok());
    }

    #[test]
    fn a_second_delivery_makes_one_pulse_of_the_sum() {
        let mut valve = Valve::new(calibration());
        valve.command(0, "deliver", &[("amount", 1.25)]).expect("in range");
        assert_eq!(valve.next(), Some(50_000_000));
        valve.command(20_000_000, "deliver", &[("amount", 1.5)]).expect("in range");
        assert_eq!(valve.next(), Some(100_000_000), "2.75 uL take 100 ms");
        assert!(valve.command(30_000_000, "deliver", &[("amount", 4.0)]).is_err(), "6.75 uL were never weighed");
        assert_eq!(valve.next(), Some(100_000_000), "a refusal alters nothing");
        assert_eq!(valve.finish(100_000_000), Some(2.75));
        assert_eq!(valve.next(), None);
    }

    #[test]
    fn what_is_cut_short_counts_as_the_time_it_was_open() {
        let mut valve = Valve::new(calibration());
        valve.command(0, "deliver", &[("amount", 5.0)]).expect("in range");
        assert_eq!(valve.release(100_000_000, "deliver"), Ok(2.75));
        assert_eq!(valve.next(), None);
        valve.command(0, "open", &[]).expect("held");
        assert_eq!(valve.make_safe(50_000_000), 1.25);
        assert_eq!(valve.make_safe(90_000_000), 0.0);
    }
}
