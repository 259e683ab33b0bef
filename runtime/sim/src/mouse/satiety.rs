//! When a mouse has had enough: it slows down, then stops to answer.

use super::parameters::{ObserverParameters, SatietyParameters};
use crate::stream::{Purpose, Stream};

/// What a mouse is like in one session, and what it has done in it.
#[derive(Debug, Clone)]
pub(crate) struct Satiety {
    satiety: SatietyParameters,
    /// 1 on an ordinary day; more is faster and longer.
    engagement: f64,
    /// Bias in this session, in % contrast.
    pub(crate) bias_percent: f64,
    /// Water received in this session.
    pub(crate) water_ul: f64,
    /// Answers given in this session.
    pub(crate) answers: u32,
}

impl Satiety {
    /// At the start of a session.
    pub(crate) fn new(satiety: &SatietyParameters, observer: &ObserverParameters, seed: u64, session: u32) -> Self {
        let mut stream = Stream::new(seed, session, Purpose::Session);
        Self {
            engagement: stream.lognormal(1.0, satiety.engagement_spread),
            bias_percent: observer.bias_percent + observer.bias_wander_percent * stream.normal(),
            satiety: satiety.clone(),
            water_ul: 0.0,
            answers: 0,
        }
    }

    /// 0 at first, 1 when full.
    fn fullness(&self) -> f64 {
        let water = self.water_ul / self.satiety.water_ul;
        let trials = f64::from(self.answers) / self.satiety.trials;
        (water + trials) / self.engagement
    }

    /// What multiplies reaction times; grows when the mouse is full, up to 1,000 times.
    pub(crate) fn slowing(&self) -> f64 {
        let beyond = (self.fullness() - 1.0).max(0.0);
        libm::exp(self.satiety.slowing * beyond).min(1e3) / self.engagement
    }

    /// Probability of no answer for want of thirst; a logistic curve.
    pub(crate) fn refusal(&self) -> f64 {
        let width = self.satiety.refusal_width;
        1.0 / (1.0 + libm::exp((1.0 + 5.0 * width - self.fullness()) / width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MouseParameters;

    #[test]
    fn a_full_mouse_slows_down_and_stops_to_answer() {
        let mouse = MouseParameters::standard().expect("embedded");
        let ordinary = SatietyParameters {
            water_ul: 2_000.0,
            trials: 1_000.0,
            slowing: 9.0,
            refusal_width: 0.05,
            engagement_spread: 0.0,
        };
        let fresh = Satiety::new(&ordinary, &mouse.observer, 1, 1);
        assert_eq!(fresh.slowing(), 1.0);
        assert!(fresh.refusal() < 1e-6);
        let half = Satiety { water_ul: 1_000.0, answers: 500, ..fresh.clone() };
        assert_eq!((half.fullness(), half.slowing()), (1.0, 1.0));
        let full = Satiety { answers: 1_000, ..half.clone() };
        assert_eq!(full.fullness(), 1.5);
        assert!((full.slowing() - 90.017).abs() < 1e-3, "e^4.5 is 90.017");
        assert!(full.refusal() > 0.9);
        let at_half = Satiety { answers: 750, ..half };
        assert!((at_half.refusal() - 0.5).abs() < 1e-9, "half of the time at 1 + 5 * 0.05");
    }

    #[test]
    fn sessions_differ() {
        let mouse = MouseParameters::standard().expect("embedded");
        let session = |n| Satiety::new(&mouse.satiety, &mouse.observer, 1, n);
        assert_eq!(session(1).engagement, session(1).engagement);
        assert_ne!(session(1).engagement, session(2).engagement);
        assert_ne!(session(1).bias_percent, session(2).bias_percent);
    }
}
