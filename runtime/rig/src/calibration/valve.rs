//! A valve's curve: how long it must be open for a volume.

use super::{Beyond, CurveFlaw, Fit, covered, fit};

/// A curve has a straight part and a bend; three points are the least that show both.
pub const FEWEST_POINTS: usize = 3;
/// Fewer drops weigh less than what a balance of 1 mg can tell to some percent.
pub const FEWEST_DROPS: u32 = 10;
/// A point this far off the curve, as a share of what the curve has there, is refused: a reward would be as far off.
pub const RESIDUAL_REFUSED: f64 = 0.10;
/// A point this far off the curve is warned of.
pub const RESIDUAL_WARNED: f64 = 0.05;

/// Drops that were weighed together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValvePoint {
    /// Time that the valve was open for each drop, ms; above 0.
    pub open_ms: f64,
    /// How many drops were weighed together.
    pub drops: u32,
    /// What they weighed, without the dish and with what evaporated, g; above 0.
    pub weight_g: f64,
}

impl ValvePoint {
    /// Volume of one drop in uL: `1000 * weight / drops / density`, the density in g/mL.
    #[must_use]
    pub fn volume_ul(&self, density_g_per_ml: f64) -> f64 {
        1000.0 * self.weight_g / f64::from(self.drops) / density_g_per_ml
    }
}

/// The curve of a valve.
#[derive(Debug, Clone, PartialEq)]
pub struct ValveCurve {
    points: Vec<ValvePoint>,
    density_g_per_ml: f64,
    fit: Fit,
}

impl ValveCurve {
    /// The curve through weighed drops, in the order of their times. Water has 1 g/mL; 10 % of sucrose by weight 1.038.
    ///
    /// # Errors
    /// When there are fewer than [`FEWEST_POINTS`], when times or volumes do not rise from point to point, or when a point
    /// is further off the curve than [`RESIDUAL_REFUSED`]. All points must have times, drops and weights above 0.
    pub fn new(points: Vec<ValvePoint>, density_g_per_ml: f64) -> Result<ValveCurve, Vec<CurveFlaw>> {
        let volumes: Vec<f64> = points.iter().map(|point| point.volume_ul(density_g_per_ml)).collect();
        let mut flaws = Vec::new();
        if points.len() < FEWEST_POINTS {
            flaws.push(CurveFlaw::TooFew { found: points.len(), least: FEWEST_POINTS });
        }
        for point in 1..points.len() {
            let times = (points[point].open_ms, points[point - 1].open_ms);
            let (what, (value, before), unit) = match times.0 > times.1 {
                true if volumes[point] > volumes[point - 1] => continue,
                true => ("volume of a drop", (rounded(volumes[point]), rounded(volumes[point - 1])), "uL"),
                false => ("time open", times, "ms"),
            };
            flaws.push(CurveFlaw::NotRising { point, what, value, before, unit });
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let pairs: Vec<(f64, f64)> = points.iter().map(|point| point.open_ms).zip(volumes).collect();
        let too_few = CurveFlaw::TooFew { found: points.len(), least: FEWEST_POINTS };
        let fit = fit(&pairs).ok_or_else(|| vec![too_few])?;
        let curve = ValveCurve { points, density_g_per_ml, fit };
        let off = (0..curve.points.len()).filter(|point| curve.residual(*point).abs() > RESIDUAL_REFUSED);
        let flaws: Vec<CurveFlaw> = off.map(|point| curve.off(point)).collect();
        if flaws.is_empty() { Ok(curve) } else { Err(flaws) }
    }

    /// A point that lies off the curve, in words.
    pub(crate) fn off(&self, point: usize) -> CurveFlaw {
        let at = &self.points[point];
        CurveFlaw::OffTheCurve {
            point,
            open_ms: at.open_ms,
            volume_ul: at.volume_ul(self.density_g_per_ml),
            fitted_ul: self.fit.at(at.open_ms),
            percent: 100.0 * self.residual(point).abs(),
        }
    }

    /// How far a point is above the curve, as a share of what the curve has there; the points count from 0.
    #[must_use]
    pub fn residual(&self, point: usize) -> f64 {
        let fitted = self.fit.at(self.points[point].open_ms);
        self.points[point].volume_ul(self.density_g_per_ml) / fitted - 1.0
    }

    /// The weighed drops, in the order of their times.
    #[must_use]
    pub fn points(&self) -> &[ValvePoint] {
        &self.points
    }

    /// The density by which weights became volumes, g/mL.
    #[must_use]
    pub fn density_g_per_ml(&self) -> f64 {
        self.density_g_per_ml
    }

    /// The parabola through them.
    #[must_use]
    pub fn fit(&self) -> Fit {
        self.fit
    }

    /// Least and most volume that the curve covers, uL: those of the shortest and the longest time that was measured.
    #[must_use]
    pub fn range_ul(&self) -> (f64, f64) {
        let (shortest, longest) = self.range_ms();
        (self.fit.at(shortest), self.fit.at(longest))
    }

    /// Shortest and longest time that was measured, ms.
    #[must_use]
    pub fn range_ms(&self) -> (f64, f64) {
        let times = self.points.first().zip(self.points.last());
        times.map_or((0.0, 0.0), |(first, last)| (first.open_ms, last.open_ms))
    }

    /// How long the valve must be open for a volume, ms.
    ///
    /// # Errors
    /// When the volume lies outside of [`ValveCurve::range_ul`].
    pub fn open_ms(&self, volume_ul: f64) -> Result<f64, Beyond> {
        let volume = covered("volume", volume_ul, self.range_ul(), "uL")?;
        let (shortest, longest) = self.range_ms();
        // Rounding could put the ends of the range beyond the ends of the times.
        Ok(self.fit.inverse(volume).unwrap_or(shortest).clamp(shortest, longest))
    }

    /// The volume of a drop after so long, uL.
    ///
    /// # Errors
    /// When the time lies outside of [`ValveCurve::range_ms`].
    pub fn volume_ul(&self, open_ms: f64) -> Result<f64, Beyond> {
        covered("time", open_ms, self.range_ms(), "ms").map(|time| self.fit.at(time))
    }
}

/// To a thousandth, as messages show it.
fn rounded(volume_ul: f64) -> f64 {
    (volume_ul * 1000.0).round() / 1000.0
}
