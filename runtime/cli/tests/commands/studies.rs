//! Studies: stages, confirmation by a person, what is recorded of them, a study that changes.

use crate::command::{Ran, at, project, sim_of, text, trialect};
use crate::folders::{copy, session, session_json};
use serde_json::Value;
use std::path::Path;

fn sim(study: &Path, data: &Path, sessions: u32, more: &[&str]) -> Ran {
    let mut arguments = sim_of(study, data, sessions, 3);
    arguments.extend(more.iter().map(|word| (*word).to_string()));
    trialect(&arguments)
}

fn study() -> std::path::PathBuf {
    project("protocols/ibl/study.trial")
}

fn step(data: &Path, ordinal: u32) -> Value {
    serde_json::from_slice(&std::fs::read(session(data, ordinal).join("study.json")).unwrap()).unwrap()
}

fn stage(data: &Path, ordinal: u32) -> String {
    session_json(&session(data, ordinal))["study"]["stage"].as_str().unwrap().to_string()
}

#[test]
fn an_animal_passes_from_habituation_to_the_full_task_when_a_person_confirms() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(&study(), data, 20, &["--confirm", "all", "--by", "Ann", "--date", "2024-02-20"]).fine();
    let stages: Vec<String> = (1..=20).map(|ordinal| stage(data, ordinal)).collect();
    // Three days, then six sessions: the numbers in the text of the study.
    let of = |name: &str, count: usize| vec![name.to_string(); count];
    assert_eq!(stages, [of("habituation", 3), of("basic", 6), of("full", 11)].concat());
    assert_eq!(step(data, 9)["met"][0]["to"], "full");
    assert_eq!(step(data, 9)["next"], "basic", "a person has to confirm");
    assert_eq!(step(data, 20)["read"]["full.days"], 11);
    assert_eq!(session_json(&session(data, 10))["study"]["confirmed"]["by"], "Ann");
    assert!(session_json(&session(data, 11))["study"].get("confirmed").is_none());
    let basic = trialect(&["hash", text(&project("protocols/ibl/basic.trial"))]).fine();
    assert_eq!(session_json(&session(data, 9))["protocol"]["hash"].as_str(), Some(basic.trim()));
    let hash = trialect(&["hash", text(&study())]).fine();
    assert_eq!(session_json(&session(data, 9))["study"]["hash"].as_str(), Some(hash.trim()));
    for machine in ["interpreter", "jit"] {
        trialect(&["replay", text(data), "--machine", machine]).fine();
    }
    at("verify", data).fine();
}

#[test]
fn without_a_person_the_animal_stays_and_each_protocol_goes_on_where_it_was_left() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(&study(), data, 10, &[]).fine();
    assert_eq!(stage(data, 10), "basic");
    sim(&study(), data, 1, &["--confirm", "dropped", "--by", "Ann"]).trouble("not-met");
    sim(&study(), data, 1, &["--confirm", "full", "--by", "Ann", "--reason", "looks fine"]).fine();
    assert_eq!(stage(data, 11), "full");
    assert_eq!(session_json(&session(data, 11))["study"]["confirmed"]["reason"], "looks fine");
    let words = |ordinal: u32, key: &str| session_json(&session(data, ordinal))[key].clone();
    assert_eq!(words(5, "subject_at_start")["reward"], words(4, "subject_at_end")["reward"]);
    at("verify", data).fine();
}

#[test]
fn a_study_that_has_changed_goes_on_only_when_a_person_says_so() {
    let data = tempfile::tempdir().unwrap();
    let changed = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(&study(), data, 5, &[]).fine();
    copy(&project("protocols/ibl"), changed.path());
    let path = changed.path().join("study.trial");
    let own = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, own.replace("few      = 6", "few      = 2")).unwrap();
    let said = sim(&path, data, 1, &[]).trouble("study-changed");
    assert!(said.contains("--carry study --reason WHY"), "{said}");
    sim(&path, data, 1, &["--carry", "study", "--reason", "small animals"]).fine();
    let study = &session_json(&session(data, 6))["study"];
    assert_eq!(study["changed"]["reason"], "small animals");
    assert_eq!(study["changed"]["from"], session_json(&session(data, 5))["study"]["hash"]);
    assert_eq!(step(data, 6)["met"][0]["to"], "full", "by the new rules");
    at("verify", data).fine();
    // Without `by hand` it is another study, which asks nobody.
    std::fs::write(&path, own.replace("-> full by hand", "-> full")).unwrap();
    assert_ne!(trialect(&["hash", text(&path)]).fine(), trialect(&["hash", text(&self::study())]).fine());
    let other = tempfile::tempdir().unwrap();
    sim(&path, other.path(), 10, &[]).fine();
    assert_eq!(stage(other.path(), 10), "full");
}

#[test]
fn what_is_wrong_with_a_study_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.trial");
    let check = |stages: &str| {
        std::fs::write(&path, format!("study s 1.0.0\nsubject {{\n{stages}\n}}\n")).unwrap();
        trialect(&["check", text(&path)])
    };
    assert!(check("stage a = no.such").trouble("no-stage-protocol").contains("such.trial"));
    for (stages, what) in [
        ("stage a = retired\nstage b = p { on session.end -> c }", "unknown-stage"),
        ("stage a = p { on trial.end -> a }", "unknown-event"),
        ("stage a = p { on session.end when a.completed > 3 -> a }", "not-yet"),
        ("stage a = p { on session.end when a.days -> a }", "type-mismatch"),
        ("x = 1", "no-stages"),
    ] {
        let ran = check(stages);
        assert_eq!(ran.code, 1, "{stages}: {ran:?}");
        assert!(ran.err.contains(what), "{stages}: {}", ran.err);
    }
}
