//! The fit: the highest of all hills.

use crate::bounds::{BIAS, Bounds, Domain, HIGH, Interval, LOW, Point, WIDTH};
use crate::counts::{Counts, Level};
use crate::curve::{parts, shares};
use crate::newton::{Peak, climb};
use crate::scan::hills;

/// Two hills whose mean log-likelihoods differ by less are equally high; the earlier one counts.
const EQUAL: f64 = 1e-13;
/// The first start of the International Brain Laboratory's fit: a fifth of the widest threshold, few lapses.
const FIRST_THRESHOLD: f64 = 0.2;
const FIRST_LAPSE: f64 = 0.05;

/// A fitted curve. Every number is finite, and every parameter within the bounds it was fitted in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// `mu`: where the curve is halfway, in the unit of the levels.
    pub bias: f64,
    /// `sigma`: how slowly it rises, in the unit of the levels; positive.
    pub threshold: f64,
    /// `gamma`: the share of high choices at the low end, 0 to 1.
    pub lapse_low: f64,
    /// `lambda`: the share of low choices at the high end, 0 to 1.
    pub lapse_high: f64,
    /// The natural logarithm of the likelihood of all choices in their order (without binomial coefficients).
    pub log_likelihood: f64,
    /// Newton steps that were tried, in all climbs together.
    pub iterations: u32,
}

impl Fit {
    /// The share of high choices that the curve predicts at a level, 0 to 1; not a number only for a level that is none.
    pub fn share(&self, x: f64) -> f64 {
        shares(parts((x - self.bias) / self.threshold), self.lapse_low, self.lapse_high).0
    }
}

/// The most likely curve within bounds.
///
/// None if fewer than two or more than [`LEVELS_MAX`](crate::LEVELS_MAX) different levels have trials, if one of them
/// is not finite or has a share outside 0 to 1, or if the bounds leave nothing. Levels may come in any order; equal ones
/// are pooled. Where the data leave a parameter open (two levels, choices all alike, no errors), the curve is one of the
/// most likely ones and always the same.
pub fn fit(levels: &[Level], bounds: &Bounds) -> Option<Fit> {
    let counts = Counts::new(levels)?;
    let domain = Domain::new(bounds, &counts)?;
    let mut best = climb(&counts, &domain, first_start(&counts, &domain));
    let mut iterations = best.steps;
    let (points, found) = hills(&counts, &domain);
    for point in points.into_iter().take(found) {
        let peak = climb(&counts, &domain, point);
        iterations += peak.steps;
        if peak.cost < best.cost - EQUAL {
            best = peak;
        }
    }
    Some(outward(&counts, bounds, &best, iterations))
}

/// The mean level, a fifth of the widest threshold, few lapses.
fn first_start(counts: &Counts, domain: &Domain) -> Point {
    let data = counts.data();
    let mut point = [FIRST_LAPSE; 4];
    point[BIAS] = data.iter().map(|datum| datum.at).sum::<f64>() / data.len() as f64;
    point[WIDTH] = domain.high[WIDTH] * FIRST_THRESHOLD;
    domain.nearest(point)
}

/// A peak in the caller's unit; rounding must not carry a parameter over its bound.
fn outward(counts: &Counts, bounds: &Bounds, peak: &Peak, iterations: u32) -> Fit {
    let [lowest, highest] = counts.range();
    let within = bounds.bias.or_else(|| Interval::new(lowest, highest)).unwrap_or(Interval::UNIT);
    let threshold = peak.point[WIDTH] * counts.half_range();
    Fit {
        bias: within.nearest(counts.outward(peak.point[BIAS])),
        threshold: bounds.threshold.nearest(threshold),
        lapse_low: peak.point[LOW],
        lapse_high: peak.point[HIGH],
        log_likelihood: 0.0 - peak.cost * counts.trials(),
        iterations,
    }
}
