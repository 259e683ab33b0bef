//! An invented session that contains what the recorded ones do not: a broken quiescent period, zeroings that do not show,
//! a full turn of the wheel, an encoder that is 50 ppm slow.

use crate::driver::{Played, play, play_apart};
use std::fmt::Write as _;
use trialect_recorded::{GivenValue, RawFiles, RecordedRig, Recording};

/// Entries of a trial's states and movements of the wheel, in 0.1 ms from the start of the trial's state machine.
struct Plan {
    position: i32,
    resets: &'static [i64],
    stim_on: i64,
    second_reset: i64,
    /// From, to and by how many counts, one at a time.
    moves: &'static [(i64, i64, i64)],
}

/// Trials start 10 s apart, the first 2.5 s after the state machine's clock.
const TRIALS: [Plan; 3] = [
    // Ends at +1 of its second zeroing: the next one looks like a step.
    Plan {
        position: 35,
        resets: &[1],
        stim_on: 5_001,
        second_reset: 5_507,
        moves: &[(6_000, 8_300, -23), (20_000, 22_400, 24)],
    },
    // Moves during the quiescent period; then more than a full turn to the wrong side.
    Plan {
        position: -35,
        resets: &[1, 2_001],
        stim_on: 7_001,
        second_reset: 7_507,
        moves: &[(2_000, 2_001, 1), (8_000, 18_300, -1_030)],
    },
    Plan { position: -35, resets: &[1], stim_on: 5_001, second_reset: 5_507, moves: &[(6_000, 8_300, 23)] },
];

fn session_time(trial: usize, step: i64) -> i64 {
    trial as i64 * 100_000 + step
}

/// Encoder time in us of a session time in 0.1 ms, with an encoder that loses 50 us a second.
fn encoder(time: i64) -> i64 {
    3_000_000 + (time as f64 * 100.0 / 1.00005).round() as i64
}

fn positions() -> String {
    let mut rows: Vec<(i64, Option<i64>)> = Vec::new();
    for (trial, plan) in TRIALS.iter().enumerate() {
        let resets = plan.resets.iter().chain([&plan.second_reset]);
        rows.extend(resets.map(|step| (session_time(trial, *step), None)));
        for &(from, to, by) in plan.moves {
            let steps = by.abs();
            rows.extend(
                (1..=steps).map(|n| (session_time(trial, from + (to - from) * n / steps - 1), Some(by.signum()))),
            );
        }
    }
    rows.sort_by_key(|(time, _)| *time);
    let mut count = 0;
    rows.iter().fold(String::new(), |mut text, (time, step)| {
        count = step.map_or(0, |step| (count + step + 512).rem_euclid(1024) - 512);
        writeln!(text, "{} {count} ", encoder(*time)).unwrap();
        text
    })
}

fn events() -> String {
    TRIALS.iter().enumerate().fold(String::new(), |mut text, (trial, plan)| {
        let [shown, closed] = [plan.stim_on, plan.second_reset + 1].map(|step| encoder(session_time(trial, step)));
        writeln!(text, "{shown} 2 \n{closed} 3 \n{} 1 ", closed + 3_000_000).unwrap();
        text
    })
}

fn task_data() -> String {
    TRIALS.iter().enumerate().fold(String::new(), |mut text, (trial, plan)| {
        let s = |step: i64| format!("{}", step as f64 / 1e4);
        let resets: Vec<String> = plan.resets.iter().map(|step| format!("[{}, {}]", s(*step), s(step + 1))).collect();
        writeln!(
            text,
            r#"{{"note": "NaN is \"no\" number", "contrast": 0.5, "position": {}, "quiescent_period": 0.4999, "stim_phase": 1.5, "stim_gain": 8.0, "reward_valve_time": 0.139, "behavior_data": {{"Trial start timestamp": {}, "States timestamps": {{"reset_rotary_encoder": [{}], "stim_on": [[{}, NaN]], "reset2_rotary_encoder": [[{}, NaN]], "closed_loop": [[{}, NaN]], "no_go": [[NaN, NaN]]}}, "Events timestamps": {{"BNC1High": [{}], "BNC1Low": [{}, 9], "BNC2High": [{}]}}}}}}"#,
            plan.position,
            2.5 + trial as f64 * 10.0,
            resets.join(", "),
            s(plan.stim_on),
            s(plan.second_reset),
            s(plan.second_reset + 1),
            s(plan.stim_on + 700),
            s(plan.stim_on + 500),
            s(plan.second_reset),
        )
        .unwrap();
        text
    })
}

pub fn files() -> RawFiles {
    RawFiles {
        positions: positions().into_bytes(),
        events: events().into_bytes(),
        task_data: task_data().into_bytes(),
        settings: br#"{"IBLRIG_VERSION_TAG": "5.0.0", "PYBPOD_SUBJECTS": ["mouse", "id"], "SUBJECT_WEIGHT": 22.5}"#
            .to_vec(),
    }
}

pub fn recording() -> Recording {
    Recording::from_files(&files()).unwrap()
}

#[test]
fn it_says_what_was_invented() {
    let recording = recording();
    assert_eq!(
        (recording.trials(), recording.subject().name.as_str(), recording.subject().weight),
        (3, "mouse", Some(22.5))
    );
    assert!((recording.clock_fit().ppm - 50.0).abs() < 0.05, "{:?}", recording.clock_fit());
    assert!(recording.clock_fit().residual <= 1_000, "{:?}", recording.clock_fit());
    assert_eq!(recording.clock_fit().pairs, 6);
    // Second reset of the first trial at 0, of the second at 1 (does not show); first of the third after the turn.
    assert_eq!(recording.jumps_undone(), 1);
    let real = |name: &str, value: f64| (name.to_owned(), GivenValue::Real(value));
    let given = [
        real("contrast", 0.5),
        ("side".to_owned(), GivenValue::Name("left".to_owned())),
        real("quiet", 0.4999),
        real("phase", 85.943_669_269_623_48),
        real("gain", 8.0),
    ];
    assert_eq!(recording.given(2), given);
    assert_eq!((recording.given(0), recording.given(4)), (Vec::new(), Vec::new()));
    assert_eq!((recording.recorded_outcome(1), recording.recorded_closed_loop(1)), (None, None));
}

#[test]
fn the_states_find_what_was_invented() {
    let mut rig = RecordedRig::new(recording());
    let played = play(&mut rig);
    let expected = [
        // The 23rd count down, 829.9 ms after the start, 279.2 ms after the sound; the encoder's clock is good to 1 us.
        Played { start: 100_000, stills: 1, outcome: "correct", closed_loop: 279_200_000, poured: true },
        Played { start: 10_000_100_000, stills: 2, outcome: "error", closed_loop: 0, poured: false },
        Played { start: 20_000_100_000, stills: 1, outcome: "correct", closed_loop: 279_200_000, poured: true },
    ];
    for (played, expected) in played.iter().zip(&expected) {
        let closed_loop = if expected.closed_loop == 0 { 49_200_000 + 23 * 1_000_000 } else { expected.closed_loop };
        assert!((played.closed_loop - closed_loop).abs() <= 2_000, "{played:?}");
        assert_eq!(Played { closed_loop: expected.closed_loop, ..played.clone() }, *expected);
    }
    assert_eq!(played.len(), expected.len());
    assert_eq!(rig.late_starts(), []);
}

#[test]
fn trials_further_apart_than_at_the_rig_are_the_same_trials() {
    let near = play(&mut RecordedRig::new(recording()));
    let mut rig = RecordedRig::new(recording());
    let far = play_apart(&mut rig, 20_000_000_000);
    assert_eq!((near.len(), far.len()), (3, 3));
    for (near, far) in near.iter().zip(&far) {
        assert_eq!(Played { start: near.start, ..far.clone() }, *near);
    }
    // 829.8 ms to the 23rd count, 1 s of feedback, 20 s; then 822.8 ms to the 23rd count, 2 s of feedback, 20 s.
    let starts = [100_000, 21_829_900_000, 44_652_700_000];
    for (far, start) in far.iter().zip(starts) {
        assert!((far.start - start).abs() <= 4_000, "{far:?}, {start}");
    }
    assert_eq!(rig.delay(), far[2].start - 20_000_100_000);
    assert_eq!(rig.late_starts().iter().map(|late| late.trial).collect::<Vec<_>>(), [2, 3]);
}
