//! What the rules at the end of a session make of gain and reward, worked out a second time.

use crate::chain;
use crate::days::days;
use crate::folders::session_json;

/// Completed trials of a session beyond which it counts.
const ENOUGH: usize = 200;

/// The reward in tenths of a uL after a session, by the rule of the text.
pub(crate) fn reward_after(tenths: i64, weight: f64, water: f64, completed: usize, step: i64) -> i64 {
    if weight / 25.0 > water / 1000.0 {
        (tenths + step).min(30)
    } else if completed > ENOUGH {
        (tenths - 1).max(15)
    } else {
        tenths
    }
}

#[test]
fn gain_and_reward_follow_weight_water_and_completed_trials() {
    let (mut gain, mut tenths) = (8.0, 30);
    let (mut rises, mut falls, mut capped) = (0, 0, 0);
    for day in days() {
        let place = format!("session {}", day.ordinal);
        for trial in &day.trials {
            assert_eq!(trial.gain, gain, "{place}");
            assert!(
                (trial.reward - tenths as f64 / 10.0).abs() < 1e-9,
                "{place}: {} for {tenths} tenths",
                trial.reward
            );
        }
        if day.completed() > ENOUGH {
            gain = 4.0;
        }
        let next = reward_after(tenths, day.weight, day.water(), day.completed(), 1);
        rises += usize::from(next > tenths);
        falls += usize::from(next < tenths);
        capped += usize::from(next == tenths && day.weight / 25.0 > day.water() / 1000.0);
        tenths = next;
        let at_end = &session_json(&chain::session(day.ordinal))["subject_at_end"];
        assert_eq!(at_end["gain"].as_f64(), Some(gain), "{place}");
        assert!((at_end["reward"].as_f64().unwrap() - tenths as f64 / 10.0).abs() < 1e-9, "{place}");
    }
    assert!(rises > 0 && falls > 0 && capped > 0, "the chain tries each branch: {rises}, {falls}, {capped}");
}

#[test]
fn gain_falls_after_the_first_session_with_enough_completed_trials() {
    let first = days().iter().find(|day| day.completed() > ENOUGH).expect("some session has enough");
    for day in days() {
        let expected = if day.ordinal <= first.ordinal { 8.0 } else { 4.0 };
        assert_eq!(day.trials[0].gain, expected, "session {}, the first with enough is {}", day.ordinal, first.ordinal);
    }
}

#[test]
fn an_animal_learns_the_task_in_the_chain() {
    let last = days().last().expect("there are sessions");
    assert_eq!(last.trials[0].stage, "final");
    assert_eq!(last.trials[0].gain, 4.0);
    assert!(last.trials[0].reward < 3.0, "{}", last.trials[0].reward);
}

#[test]
fn no_session_gives_more_water_than_its_licence() {
    for day in days() {
        assert!(day.water() <= 2000.0 + 1e-6, "session {}: {} uL", day.ordinal, day.water());
        for trial in &day.trials {
            let expected = if trial.correct() { trial.reward } else { 0.0 };
            assert!((trial.water - expected).abs() < 1e-9, "{trial:?}");
        }
    }
}
