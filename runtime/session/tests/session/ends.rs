//! Ends of a session that are no faults: its rules, and somebody's hand.

use crate::played::{Paper, play, play_on, program, stop_after};
use crate::scripted_rig::{MS, ScriptedRig};
use std::sync::atomic::Ordering;

const PLAIN: &str = "outcomes done
    state a { play hiss; after 1 s -> end done }";

#[test]
fn a_session_ends_with_its_trials_and_is_safe() {
    let played = play(PLAIN, ScriptedRig::new(&[]));
    let ending = played.ending();
    assert_eq!((ending.reason.as_str(), ending.trials, ending.interrupted), ("limit trials", 2, false));
    assert_eq!((played.at_end("rows"), played.at_end("tally")), ("2".into(), "2".into()));
}

#[test]
fn a_hand_stops_a_session_after_the_trial_under_way() {
    let mut rig = ScriptedRig::new(&[]);
    rig.stops_at = Some(300 * MS);
    let played = play(PLAIN, rig);
    let ending = played.ending();
    assert_eq!((ending.reason.as_str(), ending.trials, ending.interrupted), ("stopped by hand", 1, false));
    assert_eq!(played.outputs(), ["0 play hiss", "1000 end play hiss"], "the trial under way ends as always");
    assert_eq!((played.outcomes(), played.at_end("rows")), (vec![Some("done")], "1".into()));
    assert_eq!(played.faults(), 0);
}

#[test]
fn a_hand_between_trials_begins_no_other() {
    let rig = ScriptedRig::new(&[]);
    let after = stop_after(&rig, 1);
    let played = play_on(&program(PLAIN), rig, Paper::default(), &after);
    assert_eq!((played.ending().reason.as_str(), played.ending().trials), ("stopped by hand", 1));
}

#[test]
fn a_hand_before_the_first_trial_leaves_a_session_without_trials() {
    let rig = ScriptedRig::new(&[]);
    rig.stop.store(true, Ordering::SeqCst);
    let played = play(PLAIN, rig);
    assert_eq!((played.ending().reason.as_str(), played.ending().trials), ("stopped by hand", 0));
    assert_eq!((played.outcomes().len(), played.outputs().len()), (0, 0));
}

#[test]
fn a_rule_that_ends_the_session_with_the_same_trial_is_the_reason() {
    let mut rig = ScriptedRig::new(&[]);
    rig.stops_at = Some(1_500 * MS);
    let played = play(PLAIN, rig);
    assert_eq!((played.ending().reason.as_str(), played.ending().trials), ("limit trials", 2));
}
