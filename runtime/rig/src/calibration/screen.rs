//! Where a flat screen is: angles as the animal sees them, and pixels.

use super::{Beyond, covered};

/// A flat screen whose middle is straight ahead of the eye and at a right angle to the line of sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// From the eye to the middle of the screen, mm; above 0.
    pub distance_mm: f64,
    /// Width of the picture, mm; above 0.
    pub width_mm: f64,
    /// Pixels in a row.
    pub width_px: u32,
}

impl Screen {
    /// Pixels in a millimetre.
    fn px_per_mm(&self) -> f64 {
        f64::from(self.width_px) / self.width_mm
    }

    /// The azimuth of the screen's edges, deg: `atan(width / 2 / distance)`. The left one is as far on the other side.
    #[must_use]
    pub fn edge_deg(&self) -> f64 {
        (self.width_mm / 2.0 / self.distance_mm).atan().to_degrees()
    }

    /// Pixels to the right of the middle at which an azimuth lies: `distance * tan(azimuth) * pixels / width`.
    ///
    /// # Errors
    /// When it lies beyond the edges of the screen.
    pub fn azimuth_px(&self, azimuth_deg: f64) -> Result<f64, Beyond> {
        let edge = self.edge_deg();
        let azimuth = covered("azimuth", azimuth_deg, (-edge, edge), "deg")?;
        Ok(self.distance_mm * azimuth.to_radians().tan() * self.px_per_mm())
    }

    /// The azimuth in deg of a place so many pixels to the right of the middle.
    ///
    /// # Errors
    /// When it lies beyond the edges of the screen.
    pub fn px_azimuth(&self, px: f64) -> Result<f64, Beyond> {
        let half = f64::from(self.width_px) / 2.0;
        let px = covered("place", px, (-half, half), "px")?;
        Ok((px / self.px_per_mm() / self.distance_mm).atan().to_degrees())
    }

    /// Pixels in a degree in the middle of the screen, where it has fewest: `distance * pi / 180 * pixels / width`.
    #[must_use]
    pub fn px_per_deg(&self) -> f64 {
        self.distance_mm * 1.0_f64.to_radians() * self.px_per_mm()
    }

    /// The highest spatial frequency that the pixels can show everywhere, cycles/deg: two pixels a cycle in the middle.
    #[must_use]
    pub fn highest_frequency(&self) -> f64 {
        self.px_per_deg() / 2.0
    }
}
