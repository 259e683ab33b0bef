//! The best lapse rates for a given bias and threshold, roughly.
//!
//! With bias and threshold held, every trial comes from one of two coins: below the curve's middle one that falls right
//! with probability `gamma`, above it one that falls right with probability `1 - lambda`. The likelihood is concave in
//! both, and expectation maximisation climbs it without ever leaving 0 to 1 or a logarithm on the way.

use crate::bounds::{BIAS, Domain, HIGH, LOW, Point, WIDTH};
use crate::counts::{Counts, LEVELS_MAX};
use crate::curve::{cost, parts, shares};

/// Rounds of expectation maximisation: enough to rank biases and thresholds, not to convergence.
const ROUNDS: usize = 8;
/// Where the rounds begin; none may begin at 0 or 1, which they never leave.
const INNERMOST: f64 = 0.01;

/// The point with this bias and this threshold whose lapse rates are nearly the best, with its cost.
pub(crate) fn settle(counts: &Counts, domain: &Domain, bias: f64, width: f64) -> (Point, f64) {
    let mut middles = [(0.0, 0.0); LEVELS_MAX];
    for (middle, datum) in middles.iter_mut().zip(counts.data()) {
        *middle = parts((datum.at - bias) / width);
    }
    let mut point = [0.0; 4];
    point[BIAS] = bias;
    point[WIDTH] = width;
    (point[LOW], point[HIGH]) = straight(counts, &middles);
    point = domain.nearest(point);
    for _ in 0..ROUNDS {
        (point[LOW], point[HIGH]) = round(counts, &middles, point[LOW], point[HIGH]);
        point = domain.nearest(point);
    }
    let levels = counts.data().iter().zip(&middles);
    let cost = levels.map(|(datum, middle)| cost(datum, shares(*middle, point[LOW], point[HIGH]))).sum();
    (point, cost)
}

/// Lapse rates by least squares, which is right for large numbers of trials and moderate shares.
fn straight(counts: &Counts, middles: &[(f64, f64); LEVELS_MAX]) -> (f64, f64) {
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (datum, (above, below)) in counts.data().iter().zip(middles) {
        aa += datum.weight * above * above;
        ab += datum.weight * above * below;
        bb += datum.weight * below * below;
        ay += datum.weight * above * datum.share;
        by += datum.weight * below * datum.share;
    }
    let determinant = aa * bb - ab * ab;
    let (right_low, right_high) = if determinant > 1e-9 {
        ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant)
    } else {
        (ay + by, ay + by)
    };
    let inner = |rate: f64| rate.clamp(INNERMOST, 1.0 - INNERMOST);
    (inner(right_low), inner(1.0 - right_high))
}

/// One round: how many trials of each coin fell which way, on average, given the present lapse rates.
fn round(counts: &Counts, middles: &[(f64, f64); LEVELS_MAX], lapse_low: f64, lapse_high: f64) -> (f64, f64) {
    let (mut low_right, mut low_left, mut high_right, mut high_left) = (0.0, 0.0, 0.0, 0.0);
    for (datum, middle) in counts.data().iter().zip(middles) {
        let (right, left) = shares(*middle, lapse_low, lapse_high);
        let (rightward, leftward) = (datum.weight * datum.share / right, datum.weight * (1.0 - datum.share) / left);
        low_right += rightward * middle.0 * lapse_low;
        low_left += leftward * middle.0 * (1.0 - lapse_low);
        high_right += rightward * middle.1 * (1.0 - lapse_high);
        high_left += leftward * middle.1 * lapse_high;
    }
    let rate = |lapsed: f64, other: f64, old: f64| {
        let all = lapsed + other;
        if all > 0.0 { lapsed / all } else { old }
    };
    (rate(low_right, low_left, lapse_low), rate(high_left, high_right, lapse_high))
}
