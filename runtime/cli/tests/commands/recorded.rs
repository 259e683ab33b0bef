//! `run --recorded`: recorded sessions of a rig through the same protocol text.

use crate::command::{at, basic, project, sim, text, trialect};
use crate::folders::{copy, session_json};
use crate::table::Table;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const TRAINING: (&str, usize) = ("recorded_training_v5", 12);
const BIASED: (&str, usize) = ("recorded_biased_v5", 8);
const SUBJECT: &str = "_iblrig_test_mouse";
const POSITIONS: &str = "_iblrig_encoderPositions.raw.ssv";
const EVENTS: &str = "_iblrig_encoderEvents.raw.ssv";
const TASK_DATA: &str = "_iblrig_taskData.raw.jsonable";
const SETTINGS: &str = "_iblrig_taskSettings.raw.json";

/// A recorded session, or none, said aloud, where the data are not installed.
#[allow(clippy::print_stderr)]
fn recording(name: &str) -> Option<PathBuf> {
    let folder = project("../shared/data/real").join(name);
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is missing; put the recorded sessions into ../shared/data", folder.display());
        return None;
    }
    Some(folder)
}

/// A trial of the printed comparison.
#[derive(Debug)]
struct Compared {
    outcome: String,
    recorded: String,
    difference_ms: f64,
}

/// Plays a recording into a data folder; gives the comparison and the sealed session.
fn play(recording: &Path, data: &Path) -> (Vec<Compared>, String, PathBuf) {
    let out = trialect(&["run", text(&basic()), "--recorded", text(recording), "--data", text(data)]).fine();
    let rows = out.lines().skip(1).take_while(|line| !line.contains("outcomes as recorded"));
    let compared = rows.map(|line| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let difference_ms = cells[5].parse().unwrap_or(f64::NAN);
        Compared { outcome: cells[1].into(), recorded: cells[2].into(), difference_ms }
    });
    let compared = compared.collect();
    let folder = PathBuf::from(out.lines().last().unwrap().strip_prefix("sealed in ").unwrap());
    (compared, out, folder)
}

/// A copy of a recording with one file changed.
fn changed(recording: &Path, to: &Path, file: &str, change: impl Fn(&str) -> String) {
    if !to.exists() {
        copy(recording, to);
    }
    let path = to.join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(path, change(&text)).unwrap();
}

#[test]
fn outcomes_and_durations_are_the_recorded_ones() {
    for (name, trials) in [TRAINING, BIASED] {
        let Some(recording) = recording(name) else { return };
        let data = tempfile::tempdir().unwrap();
        let (compared, out, folder) = play(&recording, data.path());
        assert_eq!(compared.len(), trials);
        for (trial, row) in compared.iter().enumerate() {
            assert_eq!(row.outcome, row.recorded, "{name}, trial {}", trial + 1);
            assert!(row.difference_ms.abs() < 0.2, "{name}, trial {}: {row:?}", trial + 1);
        }
        assert!(out.contains(&format!("{trials} of {trials} outcomes as recorded")), "{out}");
        assert_eq!(folder, data.path().join(SUBJECT).join("001"));
        let about = session_json(&folder);
        assert_eq!((&about["kind"], &about["summary"]["trials"]), (&"recorded".into(), &trials.into()));
    }
}

#[test]
fn a_recorded_session_verifies_shows_and_replays() {
    for (name, _) in [TRAINING, BIASED] {
        let Some(recording) = recording(name) else { return };
        let data = tempfile::tempdir().unwrap();
        let (_, _, folder) = play(&recording, data.path());
        at("verify", data.path()).fine();
        assert!(at("show", &folder).fine().contains("ended     the recording ended"));
        for machine in ["interpreter", "jit"] {
            let out = trialect(&["replay", text(data.path()), "--machine", machine]).fine();
            assert!(out.ends_with(" entries equal\n"), "{out}");
        }
    }
}

#[test]
fn a_recorded_and_a_simulated_session_run_one_protocol() {
    let Some(recording) = recording(TRAINING.0) else { return };
    let data = tempfile::tempdir().unwrap();
    let (_, _, folder) = play(&recording, data.path());
    sim(data.path(), 1, 1).fine();
    let hash = |folder: &Path| session_json(folder)["protocol"]["hash"].clone();
    let printed = trialect(&["hash", text(&basic())]).fine();
    assert_eq!(hash(&folder), printed.trim_end());
    assert_eq!(hash(&folder), hash(&crate::folders::session(data.path(), 1)));
}

#[test]
fn a_wheel_turned_round_swaps_every_answer() {
    let (mut swapped, mut kept) = (0, 0);
    for (name, _) in [TRAINING, BIASED] {
        let Some(recording) = recording(name) else { return };
        let folder = tempfile::tempdir().unwrap();
        let turned = folder.path().join("turned");
        changed(&recording, &turned, POSITIONS, |text| {
            let negated = |line: &str| {
                let (time, count) = line.trim_end().split_once(' ').unwrap();
                format!("{time} {}\n", -count.trim().parse::<i64>().unwrap())
            };
            text.lines().map(negated).collect()
        });
        for row in play(&turned, &folder.path().join("data")).0 {
            let expected = match row.recorded.as_str() {
                "correct" => "error",
                "error" => "correct",
                other => other,
            };
            assert_eq!(row.outcome, expected, "{name}");
            *(if row.outcome == row.recorded { &mut kept } else { &mut swapped }) += 1;
        }
    }
    assert_eq!((swapped, kept), (18, 2));
}

/// States that may be known when the closed loop starts.
const BEFORE: [&str; 6] =
    ["trial_start", "reset_rotary_encoder", "quiescent_period", "stim_on", "play_tone", "reset2_rotary_encoder"];

/// A trial with nothing but what the rig knew at the start of the closed loop, and later inputs.
fn stripped(trial: &Value) -> Value {
    let behaviour = &trial["behavior_data"];
    let times = &behaviour["States timestamps"];
    let mut states: Map<String, Value> =
        BEFORE.iter().map(|state| ((*state).to_owned(), times[state].clone())).collect();
    states.insert("closed_loop".to_owned(), json!([[times["closed_loop"][0][0]]]));
    let mut inputs = Map::new();
    for event in ["BNC1High", "BNC1Low", "BNC2High"] {
        if let Some(times) = behaviour["Events timestamps"].get(event) {
            inputs.insert(event.to_owned(), times.clone());
        }
    }
    let mut kept = Map::new();
    for key in ["contrast", "position", "quiescent_period", "stim_phase", "stim_gain", "reward_valve_time"] {
        kept.insert(key.to_owned(), trial[key].clone());
    }
    if let Some(value) = trial["contrast"].get("value") {
        kept.insert("contrast".into(), json!({ "value": value }));
    }
    let start = &behaviour["Trial start timestamp"];
    kept.insert(
        "behavior_data".into(),
        json!({ "Trial start timestamp": start, "States timestamps": states, "Events timestamps": inputs }),
    );
    Value::Object(kept)
}

#[test]
fn nothing_that_was_recorded_after_the_closed_loops_start_decides_anything() {
    for (name, _) in [TRAINING, BIASED] {
        let Some(recording) = recording(name) else { return };
        let folder = tempfile::tempdir().unwrap();
        let bare = folder.path().join("bare");
        changed(&recording, &bare, TASK_DATA, |text| {
            let strip = |line: &str| format!("{}\n", stripped(&serde_json::from_str(line).unwrap()));
            text.replace("NaN", "null").lines().map(strip).collect()
        });
        // The encoder's reports that a trial's last state was entered.
        changed(&recording, &bare, EVENTS, |text| {
            text.lines().filter(|line| !line.trim_end().ends_with(" 1")).map(|line| format!("{line}\n")).collect()
        });
        let (whole, _, played) = play(&recording, &folder.path().join("whole"));
        let (rest, _, again) = play(&bare, &folder.path().join("rest"));
        assert!(rest.iter().all(|row| row.recorded == "-" && row.difference_ms.is_nan()), "{rest:?}");
        assert!(whole.iter().any(|row| row.outcome == "correct"));
        let table = |folder: &Path| Table::trials(folder).without(&["run_identity"]);
        assert!(table(&played) == table(&again), "{name}");
    }
}

/// What the rules could have given: the contrasts of the first stage, or the contrast of an error on one of those.
fn contrast_is_outside(table: &Table, row: usize) -> bool {
    let contrast = |row| table.real("contrast", row);
    let again = row > 0 && table.text("outcome", row - 1).as_deref() != Some("correct") && contrast(row - 1) >= 0.5;
    assert_eq!(table.flag("repeated", row), again);
    if again { contrast(row) != contrast(row - 1) } else { contrast(row) < 0.5 }
}

#[test]
fn given_values_are_marked_and_those_that_the_rules_could_not_give() {
    let mut outside = 0;
    for (name, trials) in [TRAINING, BIASED] {
        let Some(recording) = recording(name) else { return };
        let data = tempfile::tempdir().unwrap();
        let table = Table::trials(&play(&recording, data.path()).2);
        assert_eq!(table.rows(), trials);
        for row in 0..trials {
            assert_eq!(table.text("contrasts", row).as_deref(), Some("easy"));
            let given = table.text("given", row).unwrap();
            let mut names: Vec<&str> = given.split(',').collect();
            names.sort_unstable();
            assert_eq!(names, ["contrast", "phase", "quiet", "side"], "{name}, trial {}", row + 1);
            let expected = if contrast_is_outside(&table, row) { "contrast" } else { "" };
            assert_eq!(table.text("outside", row).as_deref(), Some(expected), "{name}, trial {}", row + 1);
            outside += usize::from(!expected.is_empty());
        }
    }
    assert_eq!(outside, 7, "all contrasts of 12.5% in the biased session, none in the training session");
}

#[test]
fn a_recorded_subjects_name_cannot_lead_out_of_the_data() {
    let Some(recording) = recording(TRAINING.0) else { return };
    let folder = tempfile::tempdir().unwrap();
    let evil = folder.path().join("evil");
    changed(&recording, &evil, SETTINGS, |text| text.replace(&format!("\"{SUBJECT}\""), "\"../outside\""));
    let data = folder.path().join("data");
    trialect(&["run", text(&basic()), "--recorded", text(&evil), "--data", text(&data)]).trouble("subject-name");
    assert!(!folder.path().join("outside").exists());
}

#[test]
fn a_protocol_without_a_name_that_the_recording_gives_leaves_no_session() {
    let Some(recording) = recording(TRAINING.0) else { return };
    let folder = tempfile::tempdir().unwrap();
    let changes = [("draw phase ", "draw angle "), ("phase: phase", "phase: angle")];
    let protocol = crate::texts::variant(folder.path(), &changes);
    let data = folder.path().join("data");
    let arguments = ["run", text(&protocol), "--recorded", text(&recording), "--data", text(&data)];
    assert!(trialect(&arguments).trouble("given-unknown").contains("`phase`"));
    assert_eq!(at("verify", &data).fine(), "", "there is no session");
}

#[test]
fn a_folder_that_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ran = trialect(&["run", text(&basic()), "--recorded", text(folder.path()), "--data", text(&data)]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains(POSITIONS), "{}", ran.err);
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn a_recorded_session_begins_with_what_was_decided() {
    let Some(recording) = recording(TRAINING.0) else { return };
    let data = tempfile::tempdir().unwrap();
    let other = crate::texts::variant(data.path(), &[("> 80% for", "> 75% for")]);
    let run = |protocol: &Path, more: &[&str]| {
        let place = ["run", text(protocol), "--recorded", text(&recording), "--data", text(data.path())];
        trialect(&[&place, more].concat())
    };
    run(&basic(), &["--start", "contrasts=final", "--reason", "trained elsewhere"]).fine();
    let said = run(&other, &[]).trouble("subject-changed");
    assert!(said.contains("--carry contrasts: begins with final, 12 trials and 1 sessions in it"), "{said}");
    run(&other, &["--carry", "contrasts", "--reason", "easier"]).fine();
    let second = session_json(&data.path().join(SUBJECT).join("002"));
    assert_eq!(second["subject_at_start"]["contrasts"], "final");
    assert_eq!(second["carried"]["decisions"][0]["now"], "final, 12 trials and 1 sessions in it");
    at("verify", data.path()).fine();
    at("replay", data.path()).fine();
}
