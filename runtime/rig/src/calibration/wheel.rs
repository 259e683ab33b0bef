//! A wheel and its encoder: travel at the surface, turns and counts.

use super::{Beyond, covered};

/// A wheel on the axis of a rotary encoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wheel {
    /// Radius of the surface that the animal turns, mm; above 0.
    pub radius_mm: f64,
    /// Counts in a full turn, after quadrature; at least 1.
    pub counts_per_turn: u32,
}

/// No count of an encoder is beyond 32 bits.
const MOST_COUNTS: f64 = i32::MAX as f64;

impl Wheel {
    /// Travel of the surface in one count, mm: `2 pi radius / counts`. It is the setting `count_size` of an `Encoder`.
    #[must_use]
    pub fn count_size_mm(&self) -> f64 {
        core::f64::consts::TAU * self.radius_mm / f64::from(self.counts_per_turn)
    }

    /// Counts of a travel: travel over the size of a count, to the nearest whole count, halves away from 0.
    ///
    /// # Errors
    /// When it is more than 2^31 - 1 counts.
    pub fn travel_counts(&self, travel_mm: f64) -> Result<i64, Beyond> {
        let most = MOST_COUNTS * self.count_size_mm();
        covered("travel", travel_mm, (-most, most), "mm").map(|travel| (travel / self.count_size_mm()).round() as i64)
    }

    /// Counts of an angle of the wheel: `angle * counts / 360`, to the nearest whole count, halves away from 0.
    ///
    /// # Errors
    /// When it is more than 2^31 - 1 counts.
    pub fn angle_counts(&self, angle_deg: f64) -> Result<i64, Beyond> {
        let most = MOST_COUNTS * 360.0 / f64::from(self.counts_per_turn);
        let angle = covered("angle", angle_deg, (-most, most), "deg")?;
        Ok((angle * f64::from(self.counts_per_turn) / 360.0).round() as i64)
    }

    /// Travel of the surface in so many counts, mm.
    #[must_use]
    pub fn counts_mm(&self, counts: i64) -> f64 {
        counts as f64 * self.count_size_mm()
    }
}
