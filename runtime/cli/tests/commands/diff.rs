//! `trialect diff`: what two protocols do not mean alike, in which rule, from what to what, and what that touches.

use crate::command::{basic, project, sim_of, text, trialect};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn diff(first: &Path, second: &Path, more: &[&str]) -> crate::command::Ran {
    let arguments: Vec<&str> = ["diff", text(first), text(second)].into_iter().chain(more.iter().copied()).collect();
    trialect(&arguments)
}

/// The basic task with some parts replaced, each of which stands in it once.
fn edited(folder: &Path, edits: &[(&str, &str)]) -> PathBuf {
    let mut protocol = fs::read_to_string(basic()).expect("the basic task");
    // Columns are no matter here.
    for (old, new) in edits {
        assert_eq!(protocol.matches(old).count(), 1, "`{old}`");
        protocol = protocol.replace(old, new);
    }
    let path = folder.join("edited.trial");
    fs::write(&path, protocol).expect("written");
    path
}

fn json(first: &Path, second: &Path) -> serde_json::Value {
    serde_json::from_str(&diff(first, second, &["--json"]).found()).expect("JSON")
}

/// Edits of the basic task and all that is to be said of them.
fn check(edits: &[(&str, &str)], expected: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = diff(&basic(), &edited(folder.path(), edits), &[]).found();
    let told: Vec<&str> = out.lines().skip(2).filter(|line| !line.is_empty()).collect();
    assert_eq!(told, expected, "{edits:?}");
}

#[test]
fn a_number_is_told_from_what_to_what_with_what_it_touches() {
    check(
        &[("min(reward + 0.1 uL, 3 uL)", "min(reward + 0.2 uL, 3 uL)")],
        &[
            "changed subject.on session.end sets gain, reward",
            "  - if weight / 25 g > delivered / 1 mL { reward := min(reward + 0.1 uL, 3 uL) } else if completed > 200 { reward := max(reward - 0.1 uL, 1.5 uL) }",
            "  + if weight / 25 g > delivered / 1 mL { reward := min(reward + 0.2 uL, 3 uL) } else if completed > 200 { reward := max(reward - 0.1 uL, 1.5 uL) }",
            "  from 0.1 uL to 0.2 uL",
            // The gain is read where the wheel is watched, the reward where it is given.
            "  touches state.correct, state.respond, state.still, subject.gain, subject.reward",
        ],
    );
}

#[test]
fn clauses_of_a_state_are_told_one_by_one() {
    check(
        &[("after window -> no_go", "after 30 s -> no_go")],
        &[
            "changed state.respond",
            "  - after window -> no_go",
            "  + after 30 s -> no_go",
            "  from window to 30 s",
            // It sets the choice and lasts for the response time; what follows from these two by the text.
            "  touches session.completed, session.leftward, session.pace, session.recent, session.stop not_enough, session.stop slowing, session.stop too_long, state.correct, state.present, state.still, subject.accuracy, subject.contrasts, subject.contrasts.blank, subject.contrasts.easy, subject.contrasts.eighth, subject.contrasts.final, subject.contrasts.quarter, subject.contrasts.sixteenth, subject.gain, subject.on session.end sets gain, reward, subject.reward, trial.choice, trial.contrast, trial.fresh_contrast, trial.lean, trial.repeated, trial.response_time, trial.side",
        ],
    );
}

/// The two editions of rig program 8.24.7 differ in one line, and that is what is said.
#[test]
fn editions_of_a_task_differ_in_the_rules_in_which_they_differ() {
    let edition = |name: &str| project("protocols/ibl").join(name).join("basic.trial");
    let whole = json(&edition("rig_8"), &edition("rig_8_released"));
    let changes = whole["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 1, "{whole:#}");
    assert_eq!((&changes[0]["became"], &changes[0]["path"]), (&"changed".into(), &"key".into()));
    let parts = serde_json::json!([{ "was": "", "is": "start *" }, { "was": "", "is": "/ 1 deg" }]);
    assert_eq!(changes[0]["parts"], parts, "the contrast is keyed by degrees");
}

#[test]
fn layout_words_for_people_and_spellings_of_a_value_mean_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let same =
        edited(folder.path(), &[("= 60 s", "= 1 min"), ("protocol ibl.basic 1.0.0", "protocol other.name 2.0.0")]);
    let out = diff(&basic(), &same, &[]).fine();
    assert!(out.starts_with("both mean the same: sha2-256:"), "{out}");
    let none: serde_json::Value = serde_json::from_str(&diff(&basic(), &same, &["--json"]).fine()).expect("JSON");
    assert_eq!(none["changes"], serde_json::json!([]));
}

#[test]
fn another_name_is_no_other_meaning() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(basic()).expect("the basic task").replace("fresh_contrast", "new_contrast");
    let path = folder.path().join("renamed.trial");
    fs::write(&path, text.replace("-> cue", "-> beep").replace("state cue", "state beep")).expect("written");
    let whole = json(&basic(), &path);
    let changes = whole["changes"].as_array().expect("a list");
    let told: BTreeSet<String> =
        changes.iter().map(|one| format!("{} {} {}", one["became"], one["was_called"], one["path"])).collect();
    let renamed = |was: &str, is: &str| format!("\"renamed\" \"{was}\" \"{is}\"");
    let names = [renamed("trial.fresh_contrast", "trial.new_contrast"), renamed("state.cue", "state.beep")];
    assert_eq!(told, BTreeSet::from(names), "nothing else is told");
}

#[test]
fn what_is_new_and_what_is_gone_is_told_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = edited(
        folder.path(),
        &[(
            "  limit spout licence each session\n",
            "  limit spout licence each session\n  limit spout 20 uL each trial\n  param pause = 1 s\n",
        )],
    );
    let forth = diff(&basic(), &other, &[]).found();
    assert!(forth.contains("added session.limit spout each trial\n  + limit spout 20 uL each trial\n"), "{forth}");
    assert!(forth.contains("added session.pause\n  + param pause = 1 s"), "{forth}");
    let back = diff(&other, &basic(), &[]).found();
    assert!(back.contains("removed session.pause\n  - param pause = 1 s"), "{back}");
}

#[test]
fn sessions_are_compared_by_what_they_ran() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    trialect(&sim_of(&project("protocols/bpod/light2afc.trial"), &data, 1, 1)).fine();
    let session = data.join("mouse1/001");
    diff(&session, &project("protocols/bpod/light2afc.trial"), &[]).fine();
    let out = diff(&session, &basic(), &[]).found();
    assert!(out.contains("added state.still") && out.contains("removed state.punish"), "{out}");
}

#[test]
fn a_text_that_does_not_compile_has_no_difference() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = edited(folder.path(), &[("play burst;              after 2 s", "play burts; after 2 s")]);
    diff(&basic(), &broken, &[]).trouble("does-not-compile");
    diff(&basic(), Path::new("/no/such.trial"), &[]).trouble("cannot-read");
}
