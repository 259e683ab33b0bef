//! When a mouse answers, if it does.

use super::parameters::ReactionParameters;
use crate::stream::Stream;

/// Median time beyond the shortest, in ms, for a contrast in % (0 without a visible picture) and a slowing of 1 or more.
pub(crate) fn median_ms(reaction: &ReactionParameters, contrast_percent: f64, slowing: f64) -> f64 {
    let faint = libm::exp(-contrast_percent / reaction.contrast_scale_percent);
    reaction.median_ms * slowing * (1.0 + (reaction.blank_factor - 1.0) * faint)
}

/// A reaction time in ms. `slowing` multiplies all but the shortest time, and makes pauses more likely.
pub(crate) fn draw_ms(reaction: &ReactionParameters, contrast_percent: f64, slowing: f64, stream: &mut Stream) -> f64 {
    let answer = stream.lognormal(median_ms(reaction, contrast_percent, slowing), reaction.spread);
    let rests = stream.chance((reaction.break_chance * slowing).min(0.5).max(reaction.break_chance));
    let rest = stream.exponential(reaction.break_mean_s * 1e3);
    reaction.shortest_ms + answer + if rests { rest } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MouseParameters;
    use crate::stream::Purpose;

    fn median_of_draws(contrast_percent: f64, slowing: f64) -> f64 {
        let reaction = MouseParameters::standard().expect("embedded").reaction;
        let mut stream = Stream::new(11, 1, Purpose::Reaction);
        let mut draws: Vec<f64> =
            (0..4_001).map(|_| draw_ms(&reaction, contrast_percent, slowing, &mut stream)).collect();
        draws.sort_by(f64::total_cmp);
        draws[2_000]
    }

    #[test]
    fn stronger_pictures_are_answered_faster() {
        let medians = [0.0, 6.25, 12.5, 25.0, 50.0, 100.0].map(|contrast| median_of_draws(contrast, 1.0));
        assert!(medians.windows(2).all(|pair| pair[0] > pair[1]), "{medians:?}");
        assert!(medians[0] > 1.4 * medians[5], "{medians:?}");
    }

    #[test]
    fn a_slowed_mouse_takes_longer_and_nothing_is_faster_than_the_shortest() {
        assert!(median_of_draws(100.0, 5.0) > 3.0 * median_of_draws(100.0, 1.0));
        let reaction = MouseParameters::standard().expect("embedded").reaction;
        let mut stream = Stream::new(12, 1, Purpose::Reaction);
        assert!((0..4_000).all(|_| draw_ms(&reaction, 100.0, 1.0, &mut stream) > reaction.shortest_ms));
    }
}
