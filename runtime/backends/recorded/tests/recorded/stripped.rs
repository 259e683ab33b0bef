//! Nothing that was recorded after the start of a trial's closed loop is used, except inputs.

use crate::driver::play;
use crate::sessions::{BIASED, TRAINING, files};
use serde_json::{Map, Value, json};
use trialect_recorded::{RawFiles, RecordedRig, Recording};

/// States that may be known when the closed loop starts.
const BEFORE: [&str; 6] =
    ["trial_start", "reset_rotary_encoder", "quiescent_period", "stim_on", "play_tone", "reset2_rotary_encoder"];

/// A trial with nothing but what the rig knew at the start of the closed loop, and later inputs.
fn stripped(trial: &Value) -> Value {
    let behaviour = &trial["behavior_data"];
    let mut states: Map<String, Value> =
        BEFORE.iter().map(|state| ((*state).to_owned(), behaviour["States timestamps"][state].clone())).collect();
    states.insert("closed_loop".to_owned(), json!([[behaviour["States timestamps"]["closed_loop"][0][0]]]));
    let inputs = ["BNC1High", "BNC1Low", "BNC2High"].into_iter().filter_map(|event| {
        let times = behaviour["Events timestamps"].get(event)?;
        Some((event.to_owned(), times.clone()))
    });
    let contrast = trial["contrast"].get("value").map_or(trial["contrast"].clone(), |value| json!({ "value": value }));
    json!({
        "contrast": contrast,
        "position": trial["position"],
        "quiescent_period": trial["quiescent_period"],
        "stim_phase": trial["stim_phase"],
        "stim_gain": trial["stim_gain"],
        "reward_valve_time": trial["reward_valve_time"],
        "behavior_data": {
            "Trial start timestamp": behaviour["Trial start timestamp"],
            "States timestamps": states,
            "Events timestamps": inputs.collect::<Map<String, Value>>(),
        },
    })
}

/// The files with each trial stripped, and without the encoder's reports of the end of each trial.
fn without_what_follows(files: &RawFiles) -> RawFiles {
    let text = std::str::from_utf8(&files.task_data).unwrap().replace("NaN", "null");
    let trials = text.lines().map(|line| format!("{}\n", stripped(&serde_json::from_str(line).unwrap())));
    let events = std::str::from_utf8(&files.events).unwrap();
    let kept = events.lines().filter(|row| !row.trim_end().ends_with(" 1")).map(|row| format!("{row}\n"));
    RawFiles {
        task_data: trials.collect::<String>().into_bytes(),
        events: kept.collect::<String>().into_bytes(),
        ..files.clone()
    }
}

#[test]
fn a_recording_plays_the_same_without_what_follows_the_closed_loops_start() {
    for session in [TRAINING, BIASED] {
        let Some(files) = files(session) else { return };
        let whole = Recording::from_files(&files).unwrap();
        let bare = Recording::from_files(&without_what_follows(&files)).unwrap();
        for trial in 1..=whole.trials() {
            assert!(whole.recorded_outcome(trial).is_some() && whole.recorded_closed_loop(trial).is_some());
            assert_eq!((bare.recorded_outcome(trial), bare.recorded_closed_loop(trial)), (None, None));
            assert_eq!(bare.given(trial), whole.given(trial));
        }
        let played = play(&mut RecordedRig::new(whole));
        assert!(played.iter().any(|trial| trial.outcome == "correct"));
        assert_eq!(play(&mut RecordedRig::new(bare)), played, "{session}");
    }
}
