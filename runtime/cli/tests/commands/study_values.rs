//! Values of a stage's protocol in the rules of a study, and what a stage is handed.

use crate::command::{at, sim_of, text, trialect};
use crate::folders::{session, session_json};
use serde_json::Value;
use std::path::{Path, PathBuf};

const FIRST: &str = "\
protocol t.first 1.0.0
use std.sides
levels Level = 100%, 0%
subject {
  var dose := 2 uL within 1 uL .. 3 uL by 0.5 uL
  on session.end { dose := min(dose + 0.5 uL, 3 uL) }
}
session { stat finished = count(outcome is finished); limit trials 4 }
trial {
  draw side ~ pick(Side)
  draw level ~ pick(Level)
  pace = 1 s * session.index
  outcomes finished
  state only { after 1 s -> end finished }
}
";

const SECOND: &str = "\
protocol t.second 1.0.0
subject {
  var dose := 1.5 uL within 1 uL .. 3 uL by 0.5 uL
  on session.end { dose := max(dose - 0.5 uL, 1 uL) }
}
session { limit trials 2 }
trial { outcomes finished; state only { after 1 s -> end finished } }
";

const RULES: &str = "\
  stage a = t.first { on session.end when a.sessions is 2 -> b; on session.end when a.sessions is 3 -> b }
  stage b = t.second(dose: a.dose) { on session.end when b.sessions is 1 -> a }
  stat fewest = min(a.finished) over last 3 sessions at least 3 else 0
  stat pace   = mean(a.pace) over last 2 sessions else 0 s
  stat middle = median(a.pace) where a.level is 100% or a.level is 0% over last 2 sessions at least 5 else 0 s
  stat rows[a.side] = count(a.outcome is finished) over last 1 sessions
  stat most   = max(number) over last 2 sessions else 0
  both = rows[left] + rows[right]
  twice = exists a.dose and a.dose > 2 uL
";

fn place(folder: &Path, rules: &str) -> PathBuf {
    std::fs::write(folder.join("first.trial"), FIRST).unwrap();
    std::fs::write(folder.join("second.trial"), SECOND).unwrap();
    let path = folder.join("study.trial");
    let study = format!(
        "study t.course 1.0.0\nsubject {{\n{rules}}}\nsession {{ stat number = count(a.outcome is finished) }}\n"
    );
    std::fs::write(&path, study).unwrap();
    path
}

fn step(data: &Path, ordinal: u32) -> Value {
    serde_json::from_slice(&std::fs::read(session(data, ordinal).join("study.json")).unwrap()).unwrap()
}

#[test]
fn statistics_of_a_study_are_over_the_last_sessions_of_a_stage() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (path, data) = (place(folder.path(), RULES), data.path());
    trialect(&sim_of(&path, data, 6, 3)).fine();
    let stages: Vec<String> = (1..=6).map(|k| step(data, k)["stage"].as_str().unwrap().to_string()).collect();
    assert_eq!(stages, ["a", "a", "b", "a", "b", "b"]);
    let value = |ordinal: u32, name: &str| step(data, ordinal)["values"][name].as_str().unwrap().to_string();
    // The pace of a session's four trials is its ordinal, in s; session 3 is none of the stage.
    for (ordinal, fewest, pace, middle) in
        [(1, "0", "1", "0"), (2, "0", "1.5", "1.5"), (3, "0", "1.5", "1.5"), (4, "4", "3", "3")]
    {
        let found = ["fewest", "pace", "middle"].map(|name| value(ordinal, name));
        assert_eq!(found, [fewest, pace, middle], "session {ordinal}");
    }
    assert_eq!([value(6, "pace"), value(6, "both"), value(6, "most")], ["3", "4", "4"]);
    assert_eq!(value(4, "twice"), "true");
    for machine in ["interpreter", "jit"] {
        trialect(&["replay", text(data), "--machine", machine]).fine();
    }
    at("verify", data).fine();
}

#[test]
fn a_stage_is_handed_its_start_values_once() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (path, data) = (place(folder.path(), RULES), data.path());
    trialect(&sim_of(&path, data, 6, 3)).fine();
    let start = |ordinal: u32| session_json(&session(data, ordinal))["subject_at_start"]["dose"].as_f64();
    // 2 uL and twice 0.5 uL more; then by 0.5 uL less each session, also when the subject comes back.
    assert_eq!([1, 2, 3, 4, 5, 6].map(start), [Some(2.0), Some(2.5), Some(3.0), Some(3.0), Some(2.5), Some(2.0)]);
    let carried = session_json(&session(data, 3))["carried"].clone();
    assert_eq!(carried["reason"], "handed over by the study t.course 1.0.0");
    assert_eq!(carried["decisions"][0]["start"]["dose"], "3");
    assert!(session_json(&session(data, 5)).get("carried").is_none());
    at("verify", data).fine();
}

#[test]
fn what_a_study_reads_is_checked_against_the_protocols() {
    let folder = tempfile::tempdir().unwrap();
    for (rule, code, told) in [
        ("stat x = min(a.finishd) over last 3 sessions else 0", "unknown-name", "finished"),
        ("stat x = mean(a.pace) over last 3 sessions else 2 uL", "unit-mismatch", "2 uL"),
        ("stat x = mean(a.pace) over last 3 trials else 2 s", "needs-window", "over last 3 sessions"),
        ("stat x = mean(a.pace) else 2 s", "needs-window", "over last 3 sessions"),
        ("stat x = mean(3 s) over last 3 sessions else 2 s", "wrong-arguments", "one stage"),
        ("x = a.pace", "faster-clock", "stat NAME"),
        ("stage c = t.second(dse: a.dose)", "unknown-argument", "dose"),
        ("stage c = t.second(dose: 1 s)", "unit-mismatch", "1 s"),
        ("stage c = t.second(dose: 5 uL)", "may-leave-range", "5 uL"),
    ] {
        let path = place(folder.path(), &format!("{RULES}{rule}\n"));
        let ran = trialect(&["check", text(&path)]);
        assert_eq!(ran.code, 1, "{rule}: {ran:?}");
        assert!(ran.out.contains(code) && ran.out.contains(told), "{rule}: {}", ran.out);
    }
}

const SCENARIOS: &str = "\
scenario \"a dose is handed over\" {
  given a.dose = 1 uL
  run 3 sessions
  expect a.sessions is 2 and b.sessions is 1 and stage is a
  # 1 uL, twice 0.5 uL more; in the other stage 0.5 uL less.
  expect exists a.dose and a.dose >= 1.99 uL and a.dose <= 2.01 uL
  expect exists b.dose and b.dose >= 1.49 uL and b.dose <= 1.51 uL
  expect both is 4 and most > 3.9
}
scenario \"the second session decides\" {
  given a.finished = 4, 3
  run 2 sessions without trials
  expect always fewest < 1 and (stage is b) is (a.sessions is 2)
}
scenario \"wrong\" { given a.finished = 4; run 3 sessions without trials; expect a.sessions is 3 and stage is a \"why\" }
scenario \"not given\" { run 1 sessions without trials; expect stage is a }
scenario \"nobody waits\" { given stage = b; run 2 sessions without trials; confirm b at session 2; expect stage is a }
";

/// The rules with the way from `b` by hand, so that something can be confirmed.
fn with_scenarios(folder: &Path, scenarios: &str) -> PathBuf {
    let path =
        place(folder, &RULES.replace("stage b =", "stage c = t.second { on session.end -> b by hand }\n  stage b ="));
    let own = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{own}{scenarios}")).unwrap();
    path
}

#[test]
fn scenarios_of_a_study_are_told_as_those_of_protocols() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_scenarios(folder.path(), "");
    let hash = trialect(&["hash", text(&path)]).fine();
    let path = with_scenarios(folder.path(), SCENARIOS);
    assert_eq!(trialect(&["hash", text(&path)]).fine(), hash, "scenarios are no part of a study");
    assert_eq!(trialect(&["check", text(&path), "--json"]).fine().trim(), "[]");
    let report = trialect(&["test", text(&path)]).found();
    assert_eq!(trialect(&["test", text(&path), "--machine", "interpreter"]).found(), report);
    for line in [
        "  holds  a dose is handed over  (3 sessions, 10 trials)",
        "  holds  the second session decides  (2 sessions)",
        "  fails  wrong  (3 sessions)",
        "         session 3, at the end: expect a.sessions is 3 and stage is a (why); stage = a, a.sessions = 2  [",
        "  fails  not given  (0 sessions)",
        "         session 1: `a.finished` is read and is not there without trials; add `given a.finished = …`  [",
        "         session 2: confirm b at session 2: nothing leads there by hand from `b` now  [",
        "5 scenarios, 3 failed",
    ] {
        assert!(report.lines().any(|found| found.starts_with(line)), "{line}\n{report}");
    }
    let junit = folder.path().join("out.xml");
    let json = trialect(&["test", text(&path), "--json", "--junit", text(&junit)]).found();
    let list: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&list[2]["scenario"], &list[2]["holds"], &list[2]["sessions"]),
        (&"wrong".into(), &false.into(), &3.into())
    );
    let miss = &list[2]["misses"][0];
    assert_eq!((&miss["session"], &miss["trial"], &miss["description"]), (&3.into(), &Value::Null, &"why".into()));
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("tests=\"5\" failures=\"3\"") && junit.contains("<testcase classname="), "{junit}");
}

#[test]
fn what_is_wrong_with_a_scenario_of_a_study_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (steps, code, told) in [
        ("run 3 trials; expect stage is a", "scenario-step", "whole sessions"),
        ("run 3 sessions", "scenario-step", "expects nothing"),
        ("expect stage is a", "scenario-step", "runs nothing"),
        ("run 1 sessions; act x.press at 1 s; expect stage is a", "scenario-step", "stage's protocol"),
        ("animal still; run 1 sessions without trials; expect stage is a", "scenario-step", "nobody plays"),
        ("animal perfect; run 1 sessions; expect stage is a", "unknown-animal", "has nothing to turn"),
        ("given stage = d; run 1 sessions; expect stage is a", "unknown-stage", "known here: a, c, b"),
        ("confirm a; run 1 sessions; expect stage is a", "unknown-stage", "by hand: b"),
        ("given a.finished = 3; run 1 sessions; expect stage is a", "scenario-given", "cannot be given"),
        ("given a.level = 0%; run 1 sessions without trials; expect stage is a", "scenario-given", "once a session"),
        ("given a.finished = 3 uL; run 1 sessions without trials; expect stage is a", "scenario-given", "whole number"),
        ("given pace = 3 uL; run 1 sessions without trials; expect stage is a", "scenario-given", "a number of s"),
        ("given pace = 3 s, 4 s; run 1 sessions without trials; expect stage is a", "scenario-given", "several"),
        ("given rows[left] = 3; run 1 sessions without trials; expect stage is a", "scenario-given", "without keys"),
        ("given a.days = 0.5; run 1 sessions without trials; expect stage is a", "scenario-given", "whole number"),
        ("given a.finished = 3; run 1 sessions without trials; expect fewest", "type-mismatch", "fewest"),
        ("given a.finished = 3; run 1 sessions without trials; expect a.pace > 1 s", "faster-clock", "a.pace"),
        ("given a.finished = 3; run 1 sessions without trials; expect stage is d", "unknown-name", "`d`"),
    ] {
        let path = with_scenarios(folder.path(), &format!("scenario \"s\" {{ {steps} }}\n"));
        let ran = trialect(&["check", text(&path)]);
        assert_eq!(ran.code, 1, "{steps}: {ran:?}");
        assert!(ran.out.contains(code) && ran.out.contains(told), "{steps}: {}", ran.out);
        let json = trialect(&["check", text(&path), "--json"]).found();
        let list: Value = serde_json::from_str(&json).unwrap();
        assert!(list.as_array().unwrap().iter().any(|finding| finding["code"] == code), "{steps}: {json}");
    }
}
