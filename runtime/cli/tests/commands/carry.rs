//! A protocol that changes in mid-training: what carries over, what is asked, and what the record says of it.

use crate::command::{Ran, SUBJECT, at, sim_of, text, trialect};
use crate::folders::{copy, session, session_json};
use crate::texts::variant;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Sessions of a few trials, so that nothing is learnt and everything is quick.
const SHORT: (&str, &str) = ("limit trials 2000", "limit trials 6");
const REWARD: &str = "var reward := 3 uL     within 1.5 uL .. 3 uL by 0.1 uL";

/// A subject with two sessions of the basic task, and the folder of its data.
fn trained() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    trialect(&sim_of(&edited(data.path(), &[]), data.path(), 2, 3)).fine();
    data
}

/// The basic task in short sessions, edited.
fn edited(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let mut all = vec![SHORT];
    all.extend(changes);
    variant(folder, &all)
}

fn sim(protocol: &Path, data: &Path, more: &[&str]) -> Ran {
    let mut arguments = sim_of(protocol, data, 1, 3);
    arguments.extend(more.iter().map(|word| (*word).to_string()));
    trialect(&arguments)
}

fn words_of(session: &Value) -> String {
    session["subject_words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// All sessions are as they were sealed, follow from each other, and replay to the last bit.
fn holds(data: &Path) {
    at("verify", data).fine();
    at("replay", data).fine();
}

#[test]
fn a_comment_asks_nothing() {
    let data = trained();
    let ran = sim(&edited(data.path(), &[("window  = 60 s", "window  = 1 min  # a minute")]), data.path(), &[]);
    assert_eq!(ran.err, "");
    ran.fine();
    let third = session_json(&session(data.path(), 3));
    assert!(third.get("carried").is_none());
    assert_eq!(third["run"]["subject_state"], words_of(&session_json(&session(data.path(), 2))));
}

#[test]
fn a_change_beside_the_subject_carries_everything_over_and_is_recorded() {
    let data = trained();
    let ran = sim(&edited(data.path(), &[("start   = 35 deg", "start   = 30 deg")]), data.path(), &[]);
    assert!(ran.err.contains("from session 002, unchanged: accuracy, gain, reward, contrasts"), "{}", ran.err);
    ran.fine();
    let (second, third) = (session_json(&session(data.path(), 2)), session_json(&session(data.path(), 3)));
    assert_eq!(third["run"]["subject_state"], words_of(&second));
    let carried = &third["carried"];
    assert_eq!((carried["session"].as_u64(), &carried["protocol"]), (Some(2), &second["protocol"]["hash"]));
    assert_eq!((carried["decisions"].as_array().map(Vec::len), &carried["reason"]), (Some(0), &Value::Null));
    assert_eq!(&third["run"]["carried"], carried);
    holds(data.path());
}

#[test]
fn a_threshold_is_asked_about_and_the_command_that_is_printed_helps() {
    let data = trained();
    let other = edited(
        data.path(),
        &[("> 80% for s in Side, c in pool) -> quarter", "> 75% for s in Side, c in pool) -> quarter")],
    );
    let said = sim(&other, data.path(), &[]).trouble("subject-changed");
    assert!(!session(data.path(), 3).exists());
    for needed in [
        "  contrasts, changed\n",
        "was    stage easy { pool = {100%, 50%} on trial.end when all(accuracy[s, c] > 80%",
        "is     stage easy { pool = {100%, 50%} on trial.end when all(accuracy[s, c] > 75%",
        "value  easy, 12 trials and 2 sessions in it",
        "--carry contrasts: begins with easy, 12 trials and 2 sessions in it",
        "--reset contrasts: begins with easy, 0 trials and 0 sessions in it",
        "unchanged and carried over: accuracy, gain, reward",
    ] {
        assert!(said.contains(needed), "no `{needed}`: {said}");
    }
    let command = said.lines().last().unwrap().trim();
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[words.len() - 4..], ["--carry", "contrasts", "--reason", "WHY"], "{command}");
    trialect(&words[1..]).fine();
    let third = session_json(&session(data.path(), 3));
    assert_eq!(third["carried"]["reason"], "WHY");
    let decision = &third["carried"]["decisions"][0];
    assert_eq!((decision["name"].as_str(), decision["standing"].as_str()), (Some("contrasts"), Some("changed")));
    assert_eq!(third["run"]["subject_state"], words_of(&session_json(&session(data.path(), 2))));
    assert_eq!(third["subject_at_end"]["contrasts.trials"], 18);
    holds(data.path());
    let shown = at("show", &session(data.path(), 3)).fine();
    assert!(shown.contains("carried   because: WHY"), "{shown}");
}

#[test]
fn a_stage_is_found_by_its_name_when_others_come() {
    let data = tempfile::tempdir().unwrap();
    let start = ["--start", "contrasts=sixteenth", "--reason", "trained elsewhere"];
    sim(&edited(data.path(), &[]), data.path(), &start).fine();
    let first = session_json(&session(data.path(), 1));
    assert_eq!(first["subject_at_start"]["contrasts"], "sixteenth");
    assert_eq!((&first["carried"]["session"], first["carried"]["reason"].as_str()), (&Value::Null, Some(start[3])));
    let stage =
        "stage mid { pool = {100%, 50%, 25%}\n on trial.end when contrasts.trials >= 9 -> eighth }\n    stage eighth";
    let other = edited(data.path(), &[("c in pool) -> eighth }", "c in pool) -> mid }"), ("stage eighth", stage)]);
    let said = sim(&other, data.path(), &[]).trouble("subject-changed");
    // What the animal is shown depends on the stages, and what is counted on what it is shown.
    assert!(said.contains("  accuracy, changed\n    through `subject.contrasts`"), "{said}");
    assert!(
        said.contains("is     stage mid {") && said.contains("easy, blank, eighth, final, mid, quarter, sixteenth"),
        "{said}"
    );
    sim(&other, data.path(), &["--carry", "contrasts", "--carry", "accuracy", "--reason", "finer steps"]).fine();
    let second = session_json(&session(data.path(), 2));
    assert_eq!(second["subject_at_start"]["contrasts"], "sixteenth");
    assert_eq!(second["subject_at_start"]["contrasts.trials"], 6);
    holds(data.path());
    // Without the stage in which the animal is.
    let text = fs::read_to_string(&other).unwrap();
    let line = text.lines().find(|line| line.contains("stage sixteenth")).unwrap();
    let next = text.lines().skip_while(|other| *other != line).nth(1).unwrap();
    let gone = text.replace(&format!("{line}\n{next}\n"), "").replace("-> sixteenth", "-> blank");
    fs::write(&other, gone).unwrap();
    let said = sim(&other, data.path(), &[]).trouble("subject-changed");
    assert!(said.contains("it cannot be carried: there is no stage sixteenth any more"), "{said}");
    let ran = sim(&other, data.path(), &["--carry", "accuracy", "--start", "contrasts=blank", "--reason", "merged"]);
    ran.fine();
    assert_eq!(session_json(&session(data.path(), 3))["subject_at_start"]["contrasts"], "blank");
    holds(data.path());
}

#[test]
fn a_renamed_variable_begins_with_what_a_person_says() {
    let data = trained();
    let other = edited(data.path(), &[("reward", "drop")]);
    let said = sim(&other, data.path(), &[]).trouble("subject-changed");
    for needed in [
        "  drop, new\n",
        "  reward, gone: its last value was 3 uL",
        "--reset drop: begins with 3 uL",
        "--start drop=VALUE: 1.5 uL .. 3 uL by 0.1 uL",
        "  gain, changed\n",
        "--reset drop --carry gain --reason WHY",
    ] {
        assert!(said.contains(needed), "no `{needed}`: {said}");
    }
    assert!(!said.contains("--carry drop"), "{said}");
    let said =
        sim(&other, data.path(), &["--carry", "drop", "--carry", "gain", "--reason", "x"]).trouble("subject-answers");
    assert!(said.contains("--carry drop: the session before had none of this name"), "{said}");
    sim(&other, data.path(), &["--carry", "gain", "--start", "drop=2.6 uL", "--reason", "renamed"]).fine();
    let third = session_json(&session(data.path(), 3));
    assert_eq!(third["subject_at_start"]["drop"], 2.6);
    assert_eq!(third["carried"]["gone"]["reward"], "3 uL");
    holds(data.path());
}

#[test]
fn a_narrower_range_takes_what_lies_inside_only() {
    let narrow =
        [(REWARD, "var reward := 2 uL     within 1.5 uL .. 2.5 uL by 0.1 uL"), ("0.1 uL, 3 uL)", "0.1 uL, 2.5 uL)")];
    let data = trained();
    let other = edited(data.path(), &narrow);
    let said = sim(&other, data.path(), &[]).trouble("subject-changed");
    assert!(said.contains("it cannot be carried: 3 uL lies outside 1.5 uL .. 2.5 uL by 0.1 uL"), "{said}");
    assert!(said.lines().last().unwrap().contains("--carry gain --reset reward"), "{said}");
    let carry = ["--carry", "gain", "--carry", "reward", "--reason", "x"];
    let said = sim(&other, data.path(), &carry).trouble("subject-answers");
    assert!(said.contains("--carry reward: 3 uL lies outside"), "{said}");
    assert!(!session(data.path(), 3).exists());

    let data = tempfile::tempdir().unwrap();
    sim(&edited(data.path(), &[]), data.path(), &["--start", "reward=2.1", "--reason", "elsewhere"]).fine();
    let before = session_json(&session(data.path(), 1))["subject_at_end"]["reward"].clone();
    // The same volume in another number of other steps.
    let finer =
        [(REWARD, "var reward := 2 uL     within 1 uL .. 2.5 uL by 0.05 uL"), ("0.1 uL, 3 uL)", "0.1 uL, 2.5 uL)")];
    sim(&edited(data.path(), &finer), data.path(), &carry).fine();
    let second = session_json(&session(data.path(), 2));
    assert_eq!(second["subject_at_start"]["reward"], before);
    holds(data.path());
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let data = trained();
    let other = edited(data.path(), &[("> 80% for", "> 75% for")]);
    let wrong = ["--carry", "reward", "--reset", "nobody", "--start", "gain=9", "--start", "accuracy[left, 100%]=1"];
    let said = sim(&other, data.path(), &wrong).trouble("subject-changed");
    for needed in [
        "--carry reward: it has not changed",
        "--reset nobody: the subject carries accuracy, contrasts, gain, reward",
        "--start gain=9: `9` lies outside 4 deg/mm .. 8 deg/mm",
        "a statistic follows from its rows",
        "needs a reason",
        "  contrasts, changed",
    ] {
        assert!(said.contains(needed), "no `{needed}`: {said}");
    }
    let same = edited(data.path(), &[]);
    for (more, needed) in [
        (&["--reason", "why not"][..], "nothing that is decided"),
        (&["--reset", "gain", "--start", "gain=5", "--reason", "x"], "say one of"),
        (&["--reset", "gain", "--reason", " "], "needs a reason"),
        (&["--start", "gain", "--reason", "x"], "write NAME=VALUE"),
        (&["--start", "gain=5", "--start", "gain=6", "--reason", "x"], "is there twice"),
        (&["--start", "contrasts=hard", "--reason", "x"], "no such stage"),
    ] {
        let said = sim(&same, data.path(), more).trouble("subject-answers");
        assert!(said.contains(needed), "no `{needed}`: {said}");
    }
    let fresh = data.path().join("fresh");
    for flag in ["--carry", "--reset"] {
        sim(&same, &fresh, &[flag, "gain", "--reason", "x"]).trouble("subject-answers");
    }
    assert!(!session(data.path(), 3).exists() && !session(&fresh, 1).exists());
}

#[test]
fn decisions_hold_for_one_session_and_enter_its_identity() {
    let (a, b, c) = (trained(), trained(), trained());
    let decided = |data: &Path, reason| {
        let mut arguments = sim_of(&edited(data, &[]), data, 2, 3);
        let more =
            ["--start", "contrasts=final", "--start", "gain=4 deg/mm", "--reset", "accuracy", "--reason", reason];
        arguments.extend(more.map(str::to_owned));
        trialect(&arguments).fine();
        holds(data);
        (session_json(&session(data, 3)), session_json(&session(data, 4)))
    };
    let (third, fourth) = decided(a.path(), "moved");
    assert_eq!(third["subject_at_start"]["contrasts"], "final");
    assert_eq!(third["subject_at_start"]["gain"], 4.0);
    assert_eq!(fourth["subject_at_start"]["contrasts.trials"], 6);
    assert!(fourth.get("carried").is_none());
    assert_eq!(decided(b.path(), "moved").0["run_identity"], third["run_identity"]);
    assert_ne!(decided(c.path(), "other reason").0["run_identity"], third["run_identity"]);
}

#[test]
fn a_session_that_begins_with_another_state_than_was_left_is_told() {
    let (a, b) = (trained(), tempfile::tempdir().unwrap());
    trialect(&sim_of(&edited(b.path(), &[]), b.path(), 2, 4)).fine();
    fs::remove_dir_all(session(a.path(), 2)).unwrap();
    copy(&session(b.path(), 2), &session(a.path(), 2));
    let out = at("verify", &a.path().join(SUBJECT)).found();
    assert!(out.contains("002/journal.trialect [state-not-carried]"), "{out}");
    assert!(out.contains(text(&session(a.path(), 1))), "{out}");
}
