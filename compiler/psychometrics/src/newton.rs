//! The climb: Newton's method, damped, within a box.

use crate::bounds::{Domain, Point};
use crate::counts::Counts;
use crate::curve::Surface;

/// The most trial steps of one climb.
const STEPS_MAX: u32 = 200;
/// A climb ends where the next step promises less than this much mean log-likelihood.
const PROMISE_MIN: f64 = 1e-19;
/// How much worse a step may seem by rounding, for costs of the order of 1.
const ROUNDING: f64 = 1e-15;
/// Information that is added to every axis, so that a step along a flat one stays finite.
const FLAT: f64 = 1e-9;
/// Damping: where it begins, its factor, where it vanishes and resumes, where no step can help.
const DAMPING: f64 = 1e-3;
const DAMPING_FACTOR: f64 = 10.0;
const DAMPING_MIN: f64 = 1e-7;
const DAMPING_MAX: f64 = 1e9;

/// Where a climb ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peak {
    pub(crate) point: Point,
    /// Minus the mean log-likelihood of a trial.
    pub(crate) cost: f64,
    pub(crate) steps: u32,
}

/// Climbs from a point of the domain to where nothing near it is more likely.
///
/// Levenberg's and Marquardt's damping turns a step that fails towards the gradient, each axis by its information; axes
/// at a bound that push outward are held (Bertsekas 1982, "Projected Newton methods").
pub(crate) fn climb(counts: &Counts, domain: &Domain, start: Point) -> Peak {
    let mut point = domain.nearest(start);
    let mut surface = Surface::new(counts, &point);
    let mut damping = DAMPING;
    let mut steps = 0;
    while steps < STEPS_MAX && damping < DAMPING_MAX {
        let free = free_axes(domain, &point, &surface);
        if promise(&surface, free) < PROMISE_MIN {
            break;
        }
        steps += 1;
        let candidate = step(&surface, free, damping).map(|step| {
            let mut candidate = point;
            for axis in 0..4 {
                candidate[axis] += step[axis];
            }
            domain.nearest(candidate)
        });
        let next = candidate.map(|candidate| (candidate, Surface::new(counts, &candidate)));
        match next {
            Some((candidate, next)) if next.cost <= surface.cost + ROUNDING * surface.cost.min(1.0) => {
                (point, surface) = (candidate, next);
                damping = if damping > DAMPING_MIN { damping / DAMPING_FACTOR } else { 0.0 };
            }
            _ => damping = (damping * DAMPING_FACTOR).max(DAMPING_MIN),
        }
    }
    Peak { point, cost: surface.cost, steps }
}

/// The axes along which the point can move downhill or is inside.
fn free_axes(domain: &Domain, point: &Point, surface: &Surface) -> [bool; 4] {
    let mut free = [true; 4];
    for (axis, free) in free.iter_mut().enumerate() {
        let held_low = point[axis] <= domain.low[axis] && surface.gradient[axis] >= 0.0;
        let held_high = point[axis] >= domain.high[axis] && surface.gradient[axis] <= 0.0;
        *free = !held_low && !held_high;
    }
    free
}

/// What a step along each free axis alone would gain, by its information.
fn promise(surface: &Surface, free: [bool; 4]) -> f64 {
    let gain = |axis: usize| surface.gradient[axis] * surface.gradient[axis] / (surface.information[axis] + FLAT);
    (0..4).filter(|axis| free[*axis]).map(gain).sum()
}

/// The damped Newton step; none where the damped curvature is not positive.
fn step(surface: &Surface, free: [bool; 4], damping: f64) -> Option<Point> {
    // Cholesky's factor, row by row; a held axis is one of the unit matrix with nothing on the right.
    let mut factor = [[0.0; 4]; 4];
    let mut step = [0.0; 4];
    for row in 0..4 {
        for column in 0..=row {
            let mut rest = match (row == column, free[row] && free[column]) {
                (true, true) => surface.curvature[row][row] + damping * (surface.information[row] + FLAT),
                (true, false) => 1.0,
                (false, true) => surface.curvature[row][column],
                (false, false) => 0.0,
            };
            let (above, below) = (factor[column], factor[row]);
            rest -= above.iter().zip(below).take(column).map(|(left, right)| left * right).sum::<f64>();
            factor[row][column] = if row == column {
                if !(rest > 0.0 && rest.is_finite()) {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / factor[column][column]
            };
        }
    }
    for row in 0..4 {
        let mut rest = if free[row] { -surface.gradient[row] } else { 0.0 };
        for inner in 0..row {
            rest -= factor[row][inner] * step[inner];
        }
        step[row] = rest / factor[row][row];
    }
    for row in (0..4).rev() {
        for inner in row + 1..4 {
            step[row] -= factor[inner][row] * step[inner];
        }
        step[row] /= factor[row][row];
    }
    step.iter().all(|part: &f64| part.is_finite()).then_some(step)
}
