//! Sessions that cannot start leave nothing behind; those that a fault ends say so and replay like any other.

use crate::command::{at, sim_arguments, sim_of, text, trialect};
use crate::folders::{session, session_json};
use crate::table::{Cell, Table};
use crate::texts::variant;
use std::path::Path;

/// A drop larger than the calibration of the valve: delivering it is refused.
const LARGE_DROP: (&str, &str) =
    ("reward := 3 uL     within 1.5 uL .. 3 uL", "reward := 9 uL     within 1.5 uL .. 9 uL");

/// Simulates a session that breaks off for a reason; gives its folder.
fn broken_off(data: &Path, changes: &[(&str, &str)], reason: &str) -> std::path::PathBuf {
    let protocol = variant(data, changes);
    let said = trialect(&sim_of(&protocol, &data.join("data"), 3, 3)).trouble("broken-off");
    let folder = session(&data.join("data"), 1);
    assert!(said.contains(reason) && said.contains(text(&folder)), "{said}");
    assert!(!session(&data.join("data"), 2).exists(), "nothing goes on after a fault");
    let about = session_json(&folder);
    assert!(about["end"]["reason"].as_str().unwrap().contains(reason));
    assert_eq!(about["summary"]["interrupted"], 1);
    at("verify", data).fine();
    for machine in ["interpreter", "jit"] {
        let out = trialect(&["replay", text(data), "--machine", machine]).fine();
        assert!(out.ends_with(" entries equal\n"), "{out}");
    }
    let outcomes = Table::trials(&folder);
    let (last, before) = outcomes.column("outcome").split_last().unwrap();
    assert!(*last == Cell::None && !before.contains(&Cell::None));
    folder
}

#[test]
fn a_refused_command_breaks_the_session_off() {
    let folder = tempfile::tempdir().unwrap();
    let broken = broken_off(folder.path(), &[LARGE_DROP], "`spout`");
    let table = Table::trials(&broken);
    // The first reward is the one that is refused.
    let answered_right = |row| table.text("choice", row).is_some_and(|choice| Some(choice) == table.text("side", row));
    assert!((0..table.rows()).all(|row| answered_right(row) == (row + 1 == table.rows())));
}

#[test]
fn a_command_refused_at_a_trials_very_start_breaks_the_session_off() {
    let folder = tempfile::tempdir().unwrap();
    let first = ("  state still {\n", "  state still {\n    deliver reward to spout\n");
    let broken = broken_off(folder.path(), &[LARGE_DROP, first], "`spout`");
    let table = Table::trials(&broken);
    assert_eq!((table.rows(), table.real("trial_end", 0)), (1, 0.0));
}

#[test]
fn a_wait_for_an_input_that_never_comes_breaks_the_session_off() {
    let folder = tempfile::tempdir().unwrap();
    let endless = [
        ("outcomes correct, error, no_go", "outcomes correct, error"),
        ("    after window -> no_go\n", ""),
        ("  state no_go   { hide grating; play burst; after 2 s -> end no_go }\n", ""),
    ];
    broken_off(folder.path(), &endless, "waits in `respond`");
}

#[test]
fn a_covariate_that_is_refused_leaves_no_session() {
    let data = tempfile::tempdir().unwrap();
    let wrong = [
        ("weight=5", "outside the range"),
        ("weight=", "NAME=VALUE"),
        ("weight=heavy", "NAME=VALUE"),
        ("wait=25", "wait"),
    ];
    for (covariate, why) in wrong {
        let mut arguments = sim_arguments(data.path(), 1, 1);
        arguments.extend(["--covariate".into(), covariate.into()]);
        let said = trialect(&arguments).trouble("covariate");
        assert!(said.contains(why), "{covariate}: {said}");
    }
    assert_eq!(at("verify", data.path()).fine(), "", "there is no session");
    let mut arguments = sim_arguments(data.path(), 1, 1);
    arguments.extend(["--covariate".into(), "weight=22.5".into()]);
    trialect(&arguments).fine();
    assert_eq!(session_json(&session(data.path(), 1))["covariates"]["weight"].as_f64(), Some(22.5));
}

#[test]
fn a_covariate_that_nobody_can_answer_is_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let line = "covariate weight : Mass within 10 g .. 45 g asked before";
    let protocol =
        variant(data.path(), &[(line, &format!("covariate age : Time within 1 s .. 9 s asked before\n  {line}"))]);
    let mut arguments = sim_of(&protocol, &data.path().join("data"), 1, 1);
    let said = trialect(&arguments).trouble("covariate");
    assert!(said.contains("--covariate age=VALUE"), "{said}");
    arguments.extend(["--covariate".into(), "age=5".into()]);
    trialect(&arguments).fine();
}
