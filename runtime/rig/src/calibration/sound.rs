//! How loud a loudspeaker is.

use super::{Beyond, covered};

/// A level that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelPoint {
    /// Of the tone that was played, Hz; none for white noise.
    pub frequency_hz: Option<f64>,
    /// With which share of the card's full amplitude; above 0 and at most 1.
    pub amplitude: f64,
    /// What the sound level meter showed at the animal's head, dB SPL.
    pub level_db: f64,
}

impl LevelPoint {
    /// The level that the full amplitude would have: `level + 20 log10(1 / amplitude)`.
    #[must_use]
    pub fn full_db(&self) -> f64 {
        self.level_db - 20.0 * self.amplitude.log10()
    }
}

/// Levels of tones and of noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    tones: Vec<(f64, f64)>,
    noise: Option<f64>,
}

impl Sound {
    /// From measured levels; of a frequency that was measured twice the last counts.
    #[must_use]
    pub fn new(points: &[LevelPoint]) -> Sound {
        let mut sound = Sound { tones: Vec::new(), noise: None };
        for point in points {
            match point.frequency_hz {
                None => sound.noise = Some(point.full_db()),
                Some(frequency) => {
                    sound.tones.retain(|(known, _)| *known != frequency);
                    sound.tones.push((frequency, point.full_db()));
                }
            }
        }
        sound.tones.sort_by(|one, other| one.0.total_cmp(&other.0));
        sound
    }

    /// Least and highest frequency that was measured, Hz; none without tones.
    #[must_use]
    pub fn range_hz(&self) -> Option<(f64, f64)> {
        self.tones.first().zip(self.tones.last()).map(|(first, last)| (first.0, last.0))
    }

    /// Whether noise was measured.
    #[must_use]
    pub fn has_noise(&self) -> bool {
        self.noise.is_some()
    }

    /// The level of a sound at full amplitude, dB SPL: between two frequencies on a straight line over the logarithm of
    /// the frequency. None stands for white noise.
    ///
    /// # Errors
    /// When nothing was measured there: beyond the frequencies, or no noise.
    pub fn full_db(&self, frequency_hz: Option<f64>) -> Result<f64, Beyond> {
        let Some(frequency) = frequency_hz else {
            let nothing = Beyond { quantity: "noise", value: 0.0, least: 0.0, most: 0.0, unit: "Hz" };
            return self.noise.ok_or(nothing);
        };
        let Some(range) = self.range_hz() else {
            return Err(Beyond { quantity: "frequency", value: frequency, least: 0.0, most: 0.0, unit: "Hz" });
        };
        let frequency = covered("frequency", frequency, range, "Hz")?;
        let after = self.tones.partition_point(|(known, _)| *known < frequency);
        let (high, high_db) = self.tones[after.min(self.tones.len() - 1)];
        let (low, low_db) = self.tones[after.saturating_sub(1)];
        let share = if high > low { (frequency / low).ln() / (high / low).ln() } else { 1.0 };
        Ok(low_db + (high_db - low_db) * share)
    }

    /// The share of the full amplitude with which a sound has a level: `10^((level - full) / 20)`.
    ///
    /// # Errors
    /// When nothing was measured at this frequency, or the loudspeaker cannot be so loud.
    pub fn amplitude(&self, level_db: f64, frequency_hz: Option<f64>) -> Result<f64, Beyond> {
        Ok(10.0_f64.powf(-self.attenuation_db(level_db, frequency_hz)? / 20.0))
    }

    /// By how much the full amplitude must be attenuated for a level: `full - level`, dB.
    ///
    /// # Errors
    /// When nothing was measured at this frequency, or the loudspeaker cannot be so loud.
    pub fn attenuation_db(&self, level_db: f64, frequency_hz: Option<f64>) -> Result<f64, Beyond> {
        let full = self.full_db(frequency_hz)?;
        Ok(full - covered("level", level_db, (0.0, full), "dB SPL")?)
    }
}
