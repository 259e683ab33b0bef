//! How experience turns a naive mouse into an expert.

use super::parameters::MouseParameters;

/// What is left of being naive after `trials` when 1/e is left after `constant` trials: 1 at first, 0 in the end.
fn left(trials: f64, constant: f64) -> f64 {
    libm::exp(-trials / constant)
}

/// What a mouse can do after some trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Skill {
    /// Width of the psychometric curve, in % contrast.
    pub(crate) threshold_percent: f64,
    /// Probability of a lapse at either end.
    pub(crate) lapse: f64,
    /// What multiplies its reaction times.
    pub(crate) slowness: f64,
    /// Probability of no answer.
    pub(crate) no_response: f64,
    /// Movements a second while there is no picture.
    pub(crate) fidgets_per_s: f64,
    /// Duration of a stroke.
    pub(crate) stroke_ms: f64,
}

impl Skill {
    /// After this many trials of its life.
    pub(crate) fn after(trials: f64, mouse: &MouseParameters) -> Self {
        let towards = |naive: f64, expert: f64, constant: f64| expert + (naive - expert) * left(trials, constant);
        let learning = &mouse.learning;
        let vigour = |naive: f64, expert: f64| towards(naive, expert, learning.vigour_trials);
        let (observer, reaction) = (&mouse.observer, &mouse.reaction);
        Self {
            threshold_percent: towards(
                observer.threshold_naive_percent,
                observer.threshold_expert_percent,
                learning.threshold_trials,
            ),
            lapse: towards(observer.lapse_naive, observer.lapse_expert, learning.lapse_trials),
            slowness: vigour(reaction.naive_factor, 1.0),
            no_response: vigour(reaction.no_response_naive, reaction.no_response_expert),
            fidgets_per_s: vigour(mouse.fidget.rate_naive_per_s, mouse.fidget.rate_expert_per_s),
            stroke_ms: vigour(mouse.movement.stroke_naive_ms, mouse.movement.stroke_expert_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skill_goes_from_naive_to_expert_and_1_over_e_is_left_after_the_constant() {
        let mouse = MouseParameters::standard().expect("embedded");
        let (naive, expert) = (Skill::after(0.0, &mouse), Skill::after(1e6, &mouse));
        assert!((naive.lapse - 0.44).abs() < 1e-12 && (naive.threshold_percent - 80.0).abs() < 1e-12);
        assert!((expert.lapse - 0.03).abs() < 1e-12 && (expert.threshold_percent - 12.0).abs() < 1e-12);
        let lapse = Skill::after(mouse.learning.lapse_trials, &mouse).lapse;
        assert!((lapse - (0.03 + 0.41 * 0.367_879_441_2)).abs() < 1e-9, "{lapse}");
        assert!(naive.slowness > expert.slowness && naive.no_response > expert.no_response);
        assert!(naive.fidgets_per_s > expert.fidgets_per_s && naive.stroke_ms > expert.stroke_ms);
    }
}
