//! A scan over biases and thresholds for the hills of the likelihood.

use crate::bounds::{BIAS, Domain, Point, WIDTH};
use crate::counts::{Counts, LEVELS_MAX};
use crate::lapses::settle;

/// The thresholds of the scan, in equal ratios, the widest first.
const ROWS: usize = 10;
/// The widest threshold of the scan, in half ranges: beyond, curves are nearly straight over the levels.
const WIDEST: f64 = 4.0;
/// The narrowest, in smallest gaps between levels: below, a curve rises at one level alone, wherever it may be.
const NARROWEST: f64 = 0.3;
/// How far from a level biases are tried, in thresholds; a level sees the curve change in between.
const NEARBY: [f64; 2] = [0.4, 1.2];
/// The most biases of a row: in and around all gaps between levels, and at both bounds.
const BIASES_MAX: usize = 5 * (LEVELS_MAX + 1) + 2;
/// The most peaks that are climbed; even choices without any order rarely have more.
pub(crate) const HILLS_MAX: usize = 32;

/// A bias with the cost of its best curve.
#[derive(Debug, Clone, Copy)]
struct Spot {
    bias: f64,
    cost: f64,
}

/// Ascending biases for one threshold.
#[derive(Debug)]
struct Row {
    width: f64,
    spots: [Spot; BIASES_MAX],
    len: usize,
}

/// Feasible points near the feet of the likelihood's highest hills, the best first, and how many they are.
///
/// Every threshold's own peaks count, even where a neighbouring threshold has a higher one close by: two hills may lie
/// closer together than the scan can tell, and a climb costs little.
pub(crate) fn hills(counts: &Counts, domain: &Domain) -> ([Point; HILLS_MAX], usize) {
    let widest = domain.high[WIDTH].min(WIDEST.max(domain.low[WIDTH]));
    let narrowest = (NARROWEST * counts.smallest_gap()).max(domain.low[WIDTH]).min(widest);
    let ratio = libm::pow(narrowest / widest, 1.0 / (ROWS - 1) as f64);
    let mut best = [Hill { cost: f64::INFINITY, bias: domain.low[BIAS], width: widest }; HILLS_MAX];
    let mut found = 0;
    let mut width = widest;
    for _ in 0..ROWS {
        let row = Row::new(counts, domain, width.max(narrowest));
        for spot in row.peaks() {
            found = (found + 1).min(HILLS_MAX);
            // It takes its place and hands on what it pushes out; equal ones stay in the order of the scan.
            let mut carried = Hill { cost: spot.cost, bias: spot.bias, width: row.width };
            for kept in &mut best {
                if carried.cost < kept.cost {
                    std::mem::swap(kept, &mut carried);
                }
            }
        }
        width *= ratio;
    }
    (best.map(|hill| settle(counts, domain, hill.bias, hill.width).0), found)
}

/// A spot from which to climb.
#[derive(Debug, Clone, Copy)]
struct Hill {
    cost: f64,
    bias: f64,
    width: f64,
}

impl Row {
    /// Tries biases at the bounds, close to each level, and in the middle between two.
    fn new(counts: &Counts, domain: &Domain, width: f64) -> Row {
        let mut row = Row { width, spots: [Spot { bias: 0.0, cost: 0.0 }; BIASES_MAX], len: 0 };
        let (low, high) = (domain.low[BIAS], domain.high[BIAS]);
        row.push(counts, domain, low);
        let mut left = low.min(-1.0);
        for right in counts.data().iter().map(|datum| datum.at).chain([high.max(1.0)]) {
            let middle = left / 2.0 + right / 2.0;
            for near in NEARBY {
                let bias = left + near * width;
                if bias < middle {
                    row.push(counts, domain, bias);
                }
            }
            row.push(counts, domain, middle);
            for near in NEARBY.into_iter().rev() {
                let bias = right - near * width;
                if bias > middle {
                    row.push(counts, domain, bias);
                }
            }
            left = right;
        }
        row.push(counts, domain, high);
        row
    }

    /// Tries a bias if it lies within the bounds and above the last one.
    fn push(&mut self, counts: &Counts, domain: &Domain, bias: f64) {
        let last = self.len.checked_sub(1).and_then(|last| self.spots.get(last)).map(|spot| spot.bias);
        let new = last.is_none_or(|last| bias > last) && bias >= domain.low[BIAS] && bias <= domain.high[BIAS];
        if let (true, Some(spot)) = (new, self.spots.get_mut(self.len)) {
            *spot = Spot { bias, cost: settle(counts, domain, bias, self.width).1 };
            self.len += 1;
        }
    }

    fn spots(&self) -> &[Spot] {
        self.spots.get(..self.len).unwrap_or(&self.spots)
    }

    /// The spots that are better than their left neighbour and no worse than their right one.
    fn peaks(&self) -> impl Iterator<Item = Spot> {
        let cost = |index: Option<usize>| index.and_then(|index| self.spots().get(index)).map(|spot| spot.cost);
        let peaks = self.spots().iter().enumerate().filter(move |(index, spot)| {
            cost(index.checked_sub(1)).is_none_or(|left| spot.cost < left)
                && cost(index.checked_add(1)).is_none_or(|right| spot.cost <= right)
        });
        peaks.map(|(_, spot)| *spot)
    }
}
