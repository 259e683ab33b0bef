//! Where the parameters of a curve may lie, in the caller's unit and in the fit's own coordinates.

use crate::counts::Counts;

/// A closed interval of finite numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    /// From 0 to 1.
    pub const UNIT: Interval = Interval { low: 0.0, high: 1.0 };

    /// The interval with these ends; none unless both are finite and in order.
    pub fn new(low: f64, high: f64) -> Option<Interval> {
        (low.is_finite() && high.is_finite() && low <= high).then_some(Interval { low, high })
    }

    /// The lower end.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper end.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The nearest number within; the lower end for what is no number.
    pub(crate) fn nearest(&self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }
}

/// Where the parameters of a curve may lie; biases and thresholds are in the unit of the levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Of the bias; none stands for the range of the levels that have trials.
    pub bias: Option<Interval>,
    /// Of the threshold; must reach above 0. Below an eighth of the smallest gap between levels a curve is a step that
    /// no data tell from that at an eighth, so the search ends there (or at the upper end, if that is lower still).
    pub threshold: Interval,
    /// Of the lapse rate at the low end; must meet 0 to 1.
    pub lapse_low: Interval,
    /// Of the lapse rate at the high end; must meet 0 to 1.
    pub lapse_high: Interval,
}

impl Bounds {
    /// The bounds by which the International Brain Laboratory judges proficiency, with `threshold` = 100 for levels in
    /// % contrast: biases within the levels, thresholds from 0 to `threshold`, lapse rates from 0 to 1. A `threshold`
    /// that is not a positive number makes bounds that nothing fits.
    pub fn up_to(threshold: f64) -> Bounds {
        let threshold = Interval::new(0.0, threshold).unwrap_or(Interval { low: 0.0, high: 0.0 });
        Bounds { bias: None, threshold, lapse_low: Interval::UNIT, lapse_high: Interval::UNIT }
    }
}

/// Which parameter is where in a [`Point`].
pub(crate) const BIAS: usize = 0;
pub(crate) const WIDTH: usize = 1;
pub(crate) const LOW: usize = 2;
pub(crate) const HIGH: usize = 3;

/// A curve in the fit's own coordinates: the bias in half ranges from the middle of the levels, the threshold
/// in half ranges, both lapse rates. Curves that agree at one level lie on a straight line in bias and threshold (and on
/// a bent one in the threshold's logarithm), along which Newton's method runs well.
pub(crate) type Point = [f64; 4];

/// Biases and thresholds are searched up to this many half ranges: beyond, a curve is flat over the levels, and flat
/// curves exist within.
const FAR: f64 = (1_u64 << 20) as f64;
/// Thresholds are searched down to this many half ranges, however close two levels are.
const NEAR: f64 = 1.0 / (1_u64 << 40) as f64;
/// The narrowest threshold in smallest gaps: the error function of 8 is 1 to the last bit.
const NARROWEST: f64 = 0.125;

/// The box that is searched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Domain {
    pub(crate) low: Point,
    pub(crate) high: Point,
}

impl Domain {
    /// The box of these bounds for these counts; none if it is empty.
    pub(crate) fn new(bounds: &Bounds, counts: &Counts) -> Option<Domain> {
        if bounds.threshold.high < f64::MIN_POSITIVE {
            return None;
        }
        let bias = bounds
            .bias
            .map_or([-1.0, 1.0], |bias| [bias.low, bias.high].map(|end| counts.inward(end).clamp(-FAR, FAR)));
        let widest = (bounds.threshold.high / counts.half_range()).clamp(NEAR, FAR);
        let asked = bounds.threshold.low / counts.half_range();
        let narrowest = asked.max(counts.smallest_gap() * NARROWEST).max(NEAR).min(widest);
        let [low_end, high_end] = [bounds.lapse_low, bounds.lapse_high].map(|lapse| {
            let ends = [lapse.low.max(0.0), lapse.high.min(1.0)];
            (ends[0] <= ends[1]).then_some(ends)
        });
        let [low_end, high_end] = [low_end?, high_end?];
        Some(Domain {
            low: [bias[0], narrowest, low_end[0], high_end[0]],
            high: [bias[1], widest, low_end[1], high_end[1]],
        })
    }

    /// The nearest point of the box.
    pub(crate) fn nearest(&self, point: Point) -> Point {
        let mut inside = point;
        for (axis, value) in inside.iter_mut().enumerate() {
            *value = value.max(self.low[axis]).min(self.high[axis]);
        }
        inside
    }
}
