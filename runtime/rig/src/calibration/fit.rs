//! Least squares with a parabola that cannot fall.

/// `volume = constant + linear * time + square * time^2`, with `linear` and `square` at least 0, so that it rises with time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Volume at time 0, uL; below 0 because a valve takes time to open.
    pub constant: f64,
    /// uL/ms; at least 0.
    pub linear: f64,
    /// uL/ms^2; at least 0.
    pub square: f64,
}

impl Fit {
    /// The volume in uL of a drop after so many ms.
    #[must_use]
    pub fn at(&self, open_ms: f64) -> f64 {
        (self.square * open_ms + self.linear) * open_ms + self.constant
    }

    /// The time in ms, at least 0, after which the volume is so many uL; none when it never is, or always.
    ///
    /// The rising root of the parabola in the form that does not cancel: `2 d / (b + sqrt(b^2 + 4 c d))`, where `d` is the
    /// volume less the constant.
    #[must_use]
    pub fn inverse(&self, volume_ul: f64) -> Option<f64> {
        let rise = volume_ul - self.constant;
        let root = (self.linear * self.linear + 4.0 * self.square * rise).sqrt();
        let time = 2.0 * rise / (self.linear + root);
        (time >= 0.0 && time.is_finite()).then_some(time)
    }
}

/// The parabola with the least sum of squared differences to the points (time in ms, volume in uL) among those with
/// `linear >= 0` and `square >= 0`; none for fewer than three different times.
///
/// This is what the International Brain Laboratory's rig program fits to its drops, so that the same drops give the same
/// times. The sum of squares is convex: the least one with bounds is the least among those of the four ways to set
/// coefficients to 0 whose others are not below 0 (Lawson and Hanson, Solving Least Squares Problems, chapter 23).
#[must_use]
pub fn fit(points: &[(f64, f64)]) -> Option<Fit> {
    let largest = points.iter().map(|point| point.0).fold(0.0, f64::max);
    let mut times: Vec<f64> = points.iter().map(|point| point.0).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    if times.len() < 3 || !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    // Times as shares of the largest, so that the sums of their powers are of one size.
    let scaled: Vec<(f64, f64)> = points.iter().map(|&(time, volume)| (time / largest, volume)).collect();
    let candidates = [&[0, 1, 2][..], &[0, 1], &[0, 2], &[0]];
    let solved = candidates.iter().filter_map(|powers| least_squares(&scaled, powers));
    let allowed = solved.filter(|c| c[1] >= 0.0 && c[2] >= 0.0);
    let sum = |c: &[f64; 3]| -> f64 { scaled.iter().map(|&(x, y)| (c[0] + c[1] * x + c[2] * x * x - y).powi(2)).sum() };
    let [constant, linear, square] = allowed.min_by(|one, other| sum(one).total_cmp(&sum(other)))?;
    Some(Fit { constant, linear: linear / largest, square: square / (largest * largest) })
}

/// Coefficients of these powers by the normal equations, the others 0.
fn least_squares(points: &[(f64, f64)], powers: &[i32]) -> Option<[f64; 3]> {
    let size = powers.len();
    let mut rows = [[0.0_f64; 4]; 3];
    for (row, power) in powers.iter().enumerate() {
        for (column, other) in powers.iter().enumerate() {
            rows[row][column] = points.iter().map(|point| point.0.powi(power + other)).sum();
        }
        rows[row][3] = points.iter().map(|point| point.0.powi(*power) * point.1).sum();
    }
    for pivot in 0..size {
        let best = (pivot..size).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))?;
        rows.swap(pivot, best);
        if rows[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = rows[row][pivot] / rows[pivot][pivot];
            let above = rows[pivot];
            rows[row].iter_mut().zip(above).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    let mut coefficients = [0.0; 3];
    for (row, power) in powers.iter().enumerate() {
        coefficients[*power as usize] = rows[row][3] / rows[row][row];
    }
    Some(coefficients)
}
