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

/// The study with another rule for the way to the full task, so that it is short.
fn after(folder: &Path, sessions: u32) -> std::path::PathBuf {
    copy(&project("protocols/ibl"), folder);
    let path = folder.join("study.trial");
    let own = std::fs::read_to_string(&path).unwrap();
    let short = own.replace("when trained_1b ", &format!("when basic.sessions >= {sessions} "));
    assert_ne!(short, own);
    std::fs::write(&path, short).unwrap();
    path
}

#[test]
fn an_animal_passes_from_habituation_to_the_full_task_when_a_person_confirms() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(&study(), data, 24, &["--confirm", "all", "--by", "Ann", "--date", "2024-02-20"]).fine();
    let stages: Vec<String> = (1..=24).map(|ordinal| stage(data, ordinal)).collect();
    let basic = stages.iter().filter(|stage| *stage == "basic").count();
    let of = |name: &str, count: usize| vec![name.to_string(); count];
    assert_eq!(stages, [of("habituation", 3), of("basic", basic), of("full", 21 - basic)].concat());
    // A curve takes three sessions.
    assert!((3..19).contains(&basic), "{basic}");
    for ordinal in 4..4 + basic as u32 {
        let step = step(data, ordinal);
        let value = |name: &str| step["values"][name].as_str().and_then(|value| value.parse::<f64>().ok());
        let below = |name: &str, limit: f64| value(name).is_some_and(|value| value.abs() < limit);
        // Appendix 1, 1b.
        let trained = value("fewest") > Some(400.0)
            && value("worst") > Some(0.9)
            && [("fit.bias", 0.1), ("fit.threshold", 0.2), ("fit.lapse_low", 0.1), ("fit.lapse_high", 0.1)]
                .iter()
                .all(|(name, limit)| below(name, *limit))
            && below("zero_rt", 2.0);
        assert_eq!(step["met"].as_array().unwrap().len(), usize::from(trained), "session {ordinal}");
        assert_eq!(trained, ordinal == 3 + basic as u32, "session {ordinal}");
        assert_eq!(step["next"], "basic", "a person has to confirm");
    }
    let first = 4 + basic as u32;
    assert_eq!(step(data, 24)["read"]["full.days"], 21 - basic);
    assert_eq!(session_json(&session(data, first))["study"]["confirmed"]["by"], "Ann");
    assert!(session_json(&session(data, first + 1))["study"].get("confirmed").is_none());
    // The full task begins with the reward to which the basic task has come, not with its own.
    let words = |ordinal: u32, key: &str| session_json(&session(data, ordinal))[key]["reward"].as_f64().unwrap();
    assert!((words(first, "subject_at_start") - words(first - 1, "subject_at_end")).abs() < 1e-9);
    assert!(words(first, "subject_at_start") > 1.55);
    let basic = trialect(&["hash", text(&project("protocols/ibl/basic.trial"))]).fine();
    assert_eq!(session_json(&session(data, 6))["protocol"]["hash"].as_str(), Some(basic.trim()));
    let hash = trialect(&["hash", text(&study())]).fine();
    assert_eq!(session_json(&session(data, 6))["study"]["hash"].as_str(), Some(hash.trim()));
    for machine in ["interpreter", "jit"] {
        trialect(&["replay", text(data), "--machine", machine]).fine();
    }
    at("verify", data).fine();
}

#[test]
fn a_session_of_a_study_that_was_broken_off_is_closed_with_what_the_rules_say() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(&study(), data, 5, &[]).fine();
    let last = session(data, 5);
    let said = std::fs::read(last.join("study.json")).unwrap();
    for file in ["study.json", "manifest.json", "session.json"] {
        std::fs::remove_file(last.join(file)).unwrap();
    }
    at("recover", data).fine();
    assert_eq!(std::fs::read(last.join("study.json")).unwrap(), said, "the journal was whole");
    at("verify", data).fine();
}

#[test]
fn without_a_person_the_animal_stays_and_each_protocol_goes_on_where_it_was_left() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (data, study) = (data.path(), after(folder.path(), 6));
    sim(&study, data, 10, &[]).fine();
    assert_eq!(stage(data, 10), "basic");
    sim(&study, data, 1, &["--confirm", "dropped", "--by", "Ann"]).trouble("not-met");
    sim(&study, data, 1, &["--confirm", "full", "--by", "Ann", "--reason", "looks fine"]).fine();
    assert_eq!(stage(data, 11), "full");
    assert_eq!(session_json(&session(data, 11))["study"]["confirmed"]["reason"], "looks fine");
    let words = |ordinal: u32, key: &str| session_json(&session(data, ordinal))[key].clone();
    assert_eq!(words(5, "subject_at_start")["reward"], words(4, "subject_at_end")["reward"]);
    at("verify", data).fine();
}

#[test]
fn a_study_that_has_changed_goes_on_only_when_a_person_says_so() {
    let (data, changed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (data, path) = (data.path(), after(changed.path(), 6));
    sim(&path, data, 5, &[]).fine();
    let own = std::fs::read_to_string(&path).unwrap();
    let before = trialect(&["hash", text(&path)]).fine();
    std::fs::write(&path, own.replace("basic.sessions >= 6", "basic.sessions >= 2")).unwrap();
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
    assert_ne!(trialect(&["hash", text(&path)]).fine(), before);
    let other = tempfile::tempdir().unwrap();
    sim(&path, other.path(), 10, &[]).fine();
    assert_eq!(stage(other.path(), 10), "full");
}

/// The scenarios of the chapter's accepted examples hold.
#[test]
fn examples_of_the_chapter_hold() {
    let chapter = std::fs::read_to_string(project("spec/language/17-studies.md")).unwrap();
    let blocks = chapter.split("```trialect accepted\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (mut blocks_seen, mut seen) = (0, 0);
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        let mut path = folder.path().join("none");
        for line in block.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["protocol", name, _] => {
                    path = folder.path().join(format!("{}.trial", name.rsplit('.').next().unwrap()))
                }
                ["study", ..] => path = folder.path().join("study.trial"),
                ["scenarios", ..] => path = folder.path().join("study.scenarios.trial"),
                _ => {}
            }
            let before = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(&path, format!("{before}{line}\n")).unwrap();
        }
        let report = trialect(&["test", text(&folder.path().join("study.trial"))]).fine();
        blocks_seen += 1;
        seen += report.lines().filter(|line| line.starts_with("  holds  ")).count();
    }
    assert!(blocks_seen >= 1 && seen >= 4, "{blocks_seen} examples, {seen} scenarios");
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
        ("stage a = p { on session.end when a.completed > 3 -> a }", "unknown-name"),
        ("stage a = p { on session.end when a.days -> a }", "type-mismatch"),
        ("x = 1", "no-stages"),
    ] {
        let ran = check(stages);
        assert_eq!(ran.code, 1, "{stages}: {ran:?}");
        assert!(ran.out.contains(what), "{stages}: {}", ran.out);
    }
}
