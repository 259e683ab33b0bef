//! Inputs and timers of one instant.

use crate::played::play;
use crate::scripted_rig::ScriptedRig;

/// The timer stands first in the text, which decides nothing between an input and a timer.
const RACE: &str = "outcomes late, early
    state wait { after 1 s -> end late; on screen.flip -> end early; on horn.onset -> end late }";

#[test]
fn an_input_at_the_very_deadline_comes_before_the_timer() {
    let outcomes = |ms: f64| {
        let played = play(RACE, ScriptedRig::new(&[(ms, "screen.flip")]));
        played.outcomes()[0].map(str::to_owned)
    };
    assert_eq!(outcomes(999.999_999).as_deref(), Some("early"));
    assert_eq!(outcomes(1_000.0).as_deref(), Some("early"), "still counts");
    assert_eq!(outcomes(1_000.000_001).as_deref(), Some("late"));
}

#[test]
fn an_input_that_leaves_at_the_deadline_leaves_no_timer_behind() {
    let text = "outcomes early, late
        state wait { on screen.flip -> more; after 1 s -> end late }
        state more { after 1 s -> end early }";
    let played = play(text, ScriptedRig::new(&[(1000.0, "screen.flip")]));
    assert_eq!(played.outcomes(), [Some("early"), Some("late")]);
    assert_eq!(played.rig.log.last().map(String::as_str), Some("3000 safe"));
}

#[test]
fn an_input_between_trials_or_at_their_start_is_not_the_next_ones() {
    let text = "iti 500 ms; outcomes late, early
        state wait { on screen.flip -> end early; after 1 s -> end late }";
    // The first trial ends at 1000 ms, the second begins at 1500 ms.
    for (ms, second) in [(1_200.0, "late"), (1_500.0, "late"), (1_500.000_001, "early")] {
        let played = play(text, ScriptedRig::new(&[(ms, "screen.flip")]));
        assert_eq!(played.outcomes(), [Some("late"), Some(second)], "at {ms} ms");
    }
}
