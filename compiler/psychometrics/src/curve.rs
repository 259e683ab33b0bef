//! The curve, its likelihood, and the derivatives of both.

use crate::bounds::{BIAS, HIGH, LOW, Point, WIDTH};
use crate::counts::{Counts, Datum};
use std::f64::consts::FRAC_2_SQRT_PI;

/// Shares are kept this far from 0 and 1 in logarithms and quotients: far below what counts can tell, and its square is
/// still a normal number.
const TINY: f64 = 1e-100;

/// How much of the curve's middle part lies above and below a point that is `z` thresholds from the bias: `(1 - F, F)`
/// with `F = (erf(z) + 1) / 2`. The smaller of both keeps its relative precision.
pub(crate) fn parts(z: f64) -> (f64, f64) {
    let tail = libm::erfc(z.abs()) / 2.0;
    if z < 0.0 { (1.0 - tail, tail) } else { (tail, 1.0 - tail) }
}

/// The share of rightward choices and its complement, from [`parts`] and both lapse rates.
pub(crate) fn shares((above, below): (f64, f64), lapse_low: f64, lapse_high: f64) -> (f64, f64) {
    let right = lapse_low * above + (1.0 - lapse_high) * below;
    let left = (1.0 - lapse_low) * above + lapse_high * below;
    (right.clamp(TINY, 1.0), left.clamp(TINY, 1.0))
}

/// The part of a level in the cost: minus its log-likelihood for each trial of all.
pub(crate) fn cost(datum: &Datum, (right, left): (f64, f64)) -> f64 {
    // A factor of 0 is left out with its logarithm, which saves time at the many levels without errors.
    let rightward = if datum.share > 0.0 { datum.share * libm::log(right) } else { 0.0 };
    let leftward = if datum.share < 1.0 { (1.0 - datum.share) * libm::log(left) } else { 0.0 };
    -datum.weight * (rightward + leftward)
}

/// The cost (minus the mean log-likelihood of a trial) around a point, to the second order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surface {
    pub(crate) cost: f64,
    pub(crate) gradient: Point,
    /// The second derivatives; symmetric, of any sign.
    pub(crate) curvature: [Point; 4],
    /// The diagonal of the expected second derivatives (Fisher's information): never negative.
    pub(crate) information: Point,
}

impl Surface {
    /// The cost around a point.
    pub(crate) fn new(counts: &Counts, point: &Point) -> Surface {
        let mut surface = Surface { cost: 0.0, gradient: [0.0; 4], curvature: [[0.0; 4]; 4], information: [0.0; 4] };
        for datum in counts.data() {
            surface.add(datum, point);
        }
        surface
    }

    fn add(&mut self, datum: &Datum, point: &Point) {
        let width = point[WIDTH];
        let z = (datum.at - point[BIAS]) / width;
        let (above, below) = parts(z);
        let (right, left) = shares((above, below), point[LOW], point[HIGH]);
        self.cost += cost(datum, (right, left));
        let (first, second) = derivatives(z, width, 1.0 - point[LOW] - point[HIGH], (above, below));
        let (rightward, leftward) = (datum.weight * datum.share / right, datum.weight * (1.0 - datum.share) / left);
        let pull = rightward - leftward;
        let stiffness = rightward / right + leftward / left;
        for row in 0..4 {
            self.gradient[row] -= pull * first[row];
            self.information[row] += datum.weight * first[row] / right * first[row] / left;
            for column in 0..4 {
                self.curvature[row][column] += stiffness * first[row] * first[column] - pull * second[row][column];
            }
        }
    }
}

/// First and second derivatives of the share of rightward choices; `span` is what the lapses leave of the curve.
fn derivatives(z: f64, width: f64, span: f64, (above, below): (f64, f64)) -> (Point, [Point; 4]) {
    let density = FRAC_2_SQRT_PI / 2.0 * libm::exp(-z * z);
    // A point so far out that z * z overflows has no density left, and must not make one of 0 times infinity.
    let z = z.clamp(-1e6, 1e6);
    let by_bias = -density / width;
    let by_width = z * by_bias;
    let mut first = [0.0; 4];
    first[BIAS] = span * by_bias;
    first[WIDTH] = span * by_width;
    first[LOW] = above;
    first[HIGH] = -below;
    let [bias_bias, bias_width, width_width] =
        [2.0 * z, 2.0 * z * z - 1.0, 2.0 * z * (z * z - 1.0)].map(|factor| span * factor * by_bias / width);
    let mut second = [[0.0; 4]; 4];
    second[BIAS] = [bias_bias, bias_width, -by_bias, -by_bias];
    second[WIDTH] = [bias_width, width_width, -by_width, -by_width];
    second[LOW] = [-by_bias, -by_width, 0.0, 0.0];
    second[HIGH] = second[LOW];
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Level;

    /// Derivatives are those of the cost, by central differences.
    #[test]
    fn derivatives_are_those_of_the_cost() {
        let levels = [(-8.0, 3, 0.1), (-1.0, 9, 0.25), (0.5, 7, 0.7), (3.0, 5, 0.6), (9.0, 2, 0.97)];
        let levels = levels.map(|(x, trials, share)| Level { x, trials, share });
        let counts = Counts::new(&levels).expect("levels");
        let step = 1e-5;
        for point in [[0.1, 0.5, 0.08, 0.03], [-0.4, 1.5, 0.3, 0.5], [0.02, 0.13, 0.01, 0.2]] {
            let here = Surface::new(&counts, &point);
            for row in 0..4 {
                let moved = |by: f64| {
                    let mut other = point;
                    other[row] += by;
                    Surface::new(&counts, &other)
                };
                let (up, down) = (moved(step), moved(-step));
                let slope = (up.cost - down.cost) / (2.0 * step);
                assert!((slope - here.gradient[row]).abs() < 1e-6 * (1.0 + slope.abs()), "{row} at {point:?}");
                for column in 0..4 {
                    let bend = (up.gradient[column] - down.gradient[column]) / (2.0 * step);
                    let found = here.curvature[row][column];
                    assert!((bend - found).abs() < 1e-5 * (1.0 + bend.abs()), "{row}, {column} at {point:?}");
                }
            }
        }
    }
}
