//! The psychometric observer: which side a mouse reports for which contrast.

use super::learning::Skill;
use super::parameters::MouseParameters;
use serde::{Deserialize, Serialize};

/// A psychometric curve with two lapse rates, in the form used for the task (brainbox, `erf_psycho_2gammas`):
/// P(right | x) = low + (1 - low - high) (erf((x - bias)/threshold) + 1)/2, without a square root of 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observer {
    /// Signed contrast at the middle of the curve, in %; right is positive.
    pub bias_percent: f64,
    /// Width of the curve, in %.
    pub threshold_percent: f64,
    /// Probability of right where left is certain; 0 .. 0.5.
    pub lapse_low: f64,
    /// Probability of left where right is certain; 0 .. 0.5.
    pub lapse_high: f64,
}

impl Observer {
    /// The observer that a mouse is after this many trials of its life, without its bias of the day.
    pub fn after(experience_trials: u64, mouse: &MouseParameters) -> Self {
        Self::of(&Skill::after(experience_trials as f64, mouse), mouse.observer.bias_percent)
    }

    /// The observer of a skill.
    pub(crate) fn of(skill: &Skill, bias_percent: f64) -> Self {
        Self {
            bias_percent,
            threshold_percent: skill.threshold_percent,
            lapse_low: skill.lapse,
            lapse_high: skill.lapse,
        }
    }

    /// Probability of reporting right for a signed contrast in %.
    pub fn probability_right(&self, signed_contrast_percent: f64) -> f64 {
        let steps = libm::erf((signed_contrast_percent - self.bias_percent) / self.threshold_percent);
        self.lapse_low + (1.0 - self.lapse_low - self.lapse_high) * (steps + 1.0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Stream};

    /// Values of the error function from Abramowitz and Stegun (1964), table 7.1.
    #[test]
    fn the_curve_is_the_formula() {
        let observer = Observer { bias_percent: 4.0, threshold_percent: 20.0, lapse_low: 0.02, lapse_high: 0.1 };
        assert!((observer.probability_right(4.0) - (0.02 + 0.88 / 2.0)).abs() < 1e-12);
        let erf_half = 0.520_499_877_8;
        assert!((observer.probability_right(14.0) - (0.02 + 0.88 * (1.0 + erf_half) / 2.0)).abs() < 1e-9);
        assert!((observer.probability_right(-6.0) - (0.02 + 0.88 * (1.0 - erf_half) / 2.0)).abs() < 1e-9);
        assert!((observer.probability_right(1e4) - 0.9).abs() < 1e-12);
        assert!((observer.probability_right(-1e4) - 0.02).abs() < 1e-12);
    }

    #[test]
    fn drawn_choices_have_the_frequencies_of_the_curve() {
        let mouse = MouseParameters::standard().expect("embedded");
        let observer = Observer::after(3_000, &mouse);
        let mut stream = Stream::new(3, 1, Purpose::Choice);
        for contrast in [-100.0, -25.0, -6.25, 0.0, 12.5, 50.0] {
            let n = 20_000;
            let p = observer.probability_right(contrast);
            let rights = (0..n).filter(|_| stream.chance(p)).count();
            let off = (rights as f64 / f64::from(n) - p) / (p * (1.0 - p) / f64::from(n)).sqrt();
            assert!(off.abs() < 4.0, "{contrast} %: {rights} of {n}, {off} standard errors from {p}");
        }
    }
}
