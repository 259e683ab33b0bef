//! Calibrations: what was measured on which day, and the conversions that follow from it.
//!
//! Volumes become times, degrees become pixels or counts, and levels become amplitudes here and nowhere else.

mod fit;
mod screen;
mod sound;
mod valve;
mod wheel;

#[cfg(test)]
mod tests;

pub use fit::{Fit, fit};
pub use screen::Screen;
pub use sound::{LevelPoint, Sound};
pub use valve::{FEWEST_DROPS, FEWEST_POINTS, RESIDUAL_REFUSED, RESIDUAL_WARNED, ValveCurve, ValvePoint};
pub use wheel::Wheel;

use thiserror::Error;
use trialect_base::Span;
use trialect_ir::Date;

/// A day's measurement of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The day on which it was measured.
    pub date: Date,
    /// Who measured it.
    pub operator: String,
    /// What was measured.
    pub curve: Curve,
    /// Where its date stands.
    pub place: Span,
}

/// What a calibration says, by the class of the device.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// Volume of a drop against the time that a valve is open.
    Valve(ValveCurve),
    /// Where a screen is and how large.
    Screen(Screen),
    /// Sound pressure level against amplitude.
    Sound(Sound),
    /// Size of an encoder's count at the wheel's surface.
    Wheel(Wheel),
}

impl Curve {
    /// The word in `rig.toml` and in messages.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Curve::Valve(_) => "valve curve",
            Curve::Screen(_) => "screen geometry",
            Curve::Sound(_) => "sound level",
            Curve::Wheel(_) => "wheel geometry",
        }
    }
}

/// A value that a calibration does not cover. It is refused, never moved to the nearest one that is covered.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{quantity} {value} {unit} is outside {least:.4} .. {most:.4} {unit}, which the calibration covers")]
pub struct Beyond {
    /// `volume`, `azimuth`, `level`, `frequency`, `travel`.
    pub quantity: &'static str,
    /// What was asked for.
    pub value: f64,
    /// Least that is covered.
    pub least: f64,
    /// Most that is covered.
    pub most: f64,
    /// Unit of the three.
    pub unit: &'static str,
}

/// The value, when it lies within.
///
/// # Errors
/// When it does not, or is no number.
fn covered(quantity: &'static str, value: f64, (least, most): (f64, f64), unit: &'static str) -> Result<f64, Beyond> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(Beyond { quantity, value, least, most, unit }) }
}

/// What keeps measurements from being a calibration. `point` counts from 0.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CurveFlaw {
    /// Fewer points than the curve needs.
    #[error("{found} points are too few for a curve; {least} are needed")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// A point that is not above the one before, in time or in volume.
    #[error("{what} does not rise: {value} {unit} comes after {before} {unit}")]
    NotRising {
        /// Which point.
        point: usize,
        /// `time open` or `volume of a drop`.
        what: &'static str,
        /// What is there.
        value: f64,
        /// What is before it.
        before: f64,
        /// Unit of both.
        unit: &'static str,
    },
    /// A point that lies off the curve through all of them.
    #[error("{volume_ul:.3} uL at {open_ms} ms is {percent:.1} % off the curve, which has {fitted_ul:.3} uL there")]
    OffTheCurve {
        /// Which point.
        point: usize,
        /// Its time, ms.
        open_ms: f64,
        /// Its volume, uL.
        volume_ul: f64,
        /// What the curve has there, uL.
        fitted_ul: f64,
        /// How far it is off, in percent of what the curve has there.
        percent: f64,
    },
}
