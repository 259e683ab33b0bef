//! What a person does between the trials of a simulated session: done, recorded, replayed and exported.

use crate::command::{at, sim_of, text, trialect};
use crate::folders::{JOURNAL, frame_ends, session, session_json, unsealed};
use crate::simulation::TABLES;
use crate::table::Table;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const TASK: &str = "protocol test.asked 1.0.0
rig { spout : Valve }
session {
  param reward = 3 uL within 1 uL .. 5 uL by 0.5 uL
  limit trials 40
  limit spout 100 uL each session
}
trial {
  param window = 1 s within 500 ms .. 2 s
  twice = 2 * window
  outcomes done
  state wait { after twice { deliver reward to spout } -> rest }
  state rest { after 500 ms -> end done }
}
";

fn task(folder: &Path) -> PathBuf {
    let path = folder.join("asked.trial");
    fs::write(&path, TASK).unwrap();
    path
}

fn simulate(folder: &Path, machine: &str, sessions: u32, extra: &[&str]) -> PathBuf {
    let data = folder.join(machine);
    let mut arguments = sim_of(&task(folder), &data, sessions, 1);
    arguments.extend(["--machine", machine].iter().chain(extra).map(|word| (*word).to_string()));
    trialect(&arguments).fine();
    data
}

/// Simulates on both machines, compares all tables, replays on both and verifies; the folder of the last session.
fn everywhere(folder: &Path, extra: &[&str]) -> PathBuf {
    let [one, other] = ["interpreter", "jit"].map(|machine| simulate(folder, machine, 1, extra));
    for table in TABLES {
        let bytes = |data: &Path| fs::read(session(data, 1).join(table)).unwrap();
        assert!(bytes(&one) == bytes(&other), "{table} differs");
    }
    for machine in ["interpreter", "jit"] {
        trialect(&["replay", text(&one), "--machine", machine]).fine();
    }
    at("verify", &one).fine();
    session(&one, 1)
}

fn requests(folder: &Path) -> Vec<(String, f64, String)> {
    let events = Table::read(folder, "events.parquet");
    let rows = (0..events.rows()).filter(|&row| events.text("kind", row).as_deref() == Some("request"));
    rows.map(|row| (events.text("name", row).unwrap(), events.real("time", row), events.text("detail", row).unwrap()))
        .collect()
}

#[test]
fn what_is_asked_for_is_done_between_trials_and_in_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let extra = [
        "--change",
        "reward=5 uL at trial 3",
        "--change",
        "window=0.5s after trial 3",
        "--pause",
        "for 10 min at trial 5",
        "--note",
        "new cage at trial 5",
        "--stop",
        "after trial 6",
        "--by",
        "Ada",
    ];
    let session = everywhere(folder.path(), &extra);
    let trials = Table::trials(&session);
    let column = |name: &str| (0..trials.rows()).map(|row| trials.real(name, row)).collect::<Vec<_>>();
    assert_eq!(column("reward"), [3.0, 3.0, 5.0, 5.0, 5.0, 5.0]);
    assert_eq!(column("twice"), [2.0, 2.0, 2.0, 1.0, 1.0, 1.0]);
    assert_eq!(column("spout.delivered"), column("reward"));
    // Three trials of 2.5 s, one of 1.5 s, ten minutes, two of 1.5 s.
    let said: Vec<(String, f64, String)> = requests(&session);
    let said: Vec<(&str, f64, &str)> = said.iter().map(|(a, b, c)| (a.as_str(), *b, c.as_str())).collect();
    let expected = [
        ("reward", 5.0, "from 3 uL to 5 uL; by Ada"),
        ("window", 7.5, "from 1 s to 0.5 s; by Ada"),
        ("note", 9.0, "new cage; by Ada"),
        ("pause", 9.0, "paused; by Ada"),
        ("resume", 609.0, "resumed; by Ada"),
        ("stop", 612.0, "stopped; by Ada"),
    ];
    assert_eq!(said, expected);
    assert_eq!(session_json(&session)["end"]["reason"], "stopped by hand");
}

#[test]
fn parameters_at_the_start_and_what_is_asked_for_enter_the_identity_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let identity = |name: &str, extra: &[&str]| {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let session = everywhere(&folder, &[extra, &["--stop", "after trial 2"]].concat());
        (session_json(&session)["run_identity"].clone(), Table::trials(&session).real("reward", 0))
    };
    let plain = identity("plain", &[]);
    let same = identity("same", &["--param", "reward=3 uL"]);
    let given = identity("given", &["--param", "reward=4 uL"]);
    let changed = identity("changed", &["--change", "reward=4 uL at trial 1"]);
    assert_eq!([plain.1, same.1, given.1, changed.1], [3.0, 3.0, 4.0, 4.0]);
    let mut all = [plain.0, same.0, given.0, changed.0].map(|identity| identity.as_str().unwrap().to_owned());
    all.sort();
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
}

#[test]
fn a_limit_holds_whatever_a_person_changes() {
    let folder = tempfile::tempdir().unwrap();
    let session = everywhere(folder.path(), &["--change", "reward=5 uL at trial 11"]);
    let trials = Table::trials(&session);
    let given: f64 = (0..trials.rows()).map(|row| trials.real("spout.delivered", row)).sum();
    // Ten times 3 uL, then 5 uL: after the 24th trial it is 100 uL, and the 25th is refused.
    assert_eq!((trials.rows(), given), (25, 100.0));
    assert_eq!(session_json(&session)["end"]["reason"], "limit spout");
}

#[test]
fn what_cannot_be_asked_for_begins_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let refused = |extra: &[&str], words: &str| {
        let mut arguments = sim_of(&task(folder.path()), &data, 1, 1);
        arguments.extend(extra.iter().map(|word| (*word).to_string()));
        let said = trialect(&arguments).trouble("request");
        assert!(said.contains(words), "{said}");
        assert!(!session(&data, 1).exists());
    };
    refused(&["--change", "reward=6 uL at trial 3"], "1 uL to 5 uL");
    refused(&["--change", "reward=3.2 uL at trial 3"], "on its steps");
    refused(&["--change", "reward=3 s at trial 3"], "uL");
    refused(&["--change", "twice=3 s at trial 3"], "there are reward, window");
    refused(&["--change", "reward=3 uL at trial 0"], "at trial 120");
    refused(&["--change", "reward=3 uL"], "at trial 120");
    refused(&["--pause", "for 10 at trial 3"], "for 10 min");
    refused(&["--stop", "soon"], "after trial 200");
    refused(&["--param", "reward=9 uL"], "1 uL to 5 uL");
    refused(&["--param", "reward=3 uL", "--param", "reward=4 uL"], "twice");
}

#[test]
fn a_crash_after_a_request_is_closed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let extra = ["--change", "reward=5 uL at trial 3", "--pause", "for 1 min at trial 3", "--stop", "after trial 6"];
    let data = simulate(folder.path(), "jit", 1, &extra);
    let whole = session(&data, 1);
    let journal = whole.join("journal.trialect");
    let bytes = fs::read(&journal).unwrap();
    let ends = trialect_journal_ends(&bytes);
    for (k, end) in ends.iter().enumerate().skip(1) {
        let place = folder.path().join(format!("cut{k}"));
        crate::folders::unsealed(&whole, &session(&place, 1), *end);
        at("recover", &place).fine();
        at("verify", &place).fine();
        trialect(&["replay", text(&place)]).fine();
    }
    assert!(ends.len() > 7, "a frame for each trial and for what was asked for");
}

/// Where each frame but the last ends.
fn trialect_journal_ends(bytes: &[u8]) -> Vec<usize> {
    let (mut at, mut ends) = (16, Vec::new());
    while at < bytes.len() {
        at += 8 + u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        ends.push(at);
    }
    ends.pop();
    ends
}

#[test]
fn somebody_is_named_only_for_what_that_person_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = sim_of(&task(folder.path()), &folder.path().join("data"), 1, 1);
    arguments.extend(["--by".to_string(), "Ada".to_string()]);
    trialect(&arguments).trouble("covariate");
}

/// What a session was asked for, as its `session.json` has it.
fn listed(folder: &Path) -> Value {
    session_json(folder).get("requests").cloned().unwrap_or(Value::Null)
}

#[test]
fn session_json_lists_what_was_asked_for_and_done() {
    let folder = tempfile::tempdir().unwrap();
    let asked =
        ["--change", "reward=4.5 uL after trial 1", "--pause", "for 10 min at trial 3", "--stop", "after trial 3"];
    let data =
        simulate(folder.path(), "jit", 1, &[&asked[..], &["--note", "new cage at trial 3", "--by", "Ada"]].concat());
    // Trials of 2.5 s.
    let expected = json!([
        {"after_trial": 1, "at": 2.5, "by": "Ada", "request": "change", "name": "reward", "from": 3.0, "to": 4.5},
        {"after_trial": 2, "at": 5.0, "by": "Ada", "request": "note", "text": "new cage"},
        {"after_trial": 2, "at": 5.0, "by": "Ada", "request": "pause"},
        {"after_trial": 2, "at": 605.0, "by": "Ada", "request": "resume"},
        {"after_trial": 3, "at": 607.5, "by": "Ada", "request": "stop"},
    ]);
    assert_eq!(listed(&session(&data, 1)), expected);
    assert_eq!(
        listed(&session(&simulate(folder.path(), "interpreter", 1, &["--stop", "after trial 1"]), 1))[1],
        Value::Null
    );
    // Of a session in which nobody asked for anything there is no list.
    let other = tempfile::tempdir().unwrap();
    assert_eq!(listed(&session(&simulate(other.path(), "jit", 1, &[]), 1)), Value::Null);
}

#[test]
fn a_crash_in_a_pause_keeps_the_pause_and_who_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["--pause", "for 10 min at trial 3", "--stop", "after trial 4", "--by", "Ada"];
    let data = simulate(folder.path(), "jit", 1, &asked);
    let journal = fs::read(session(&data, 1).join(JOURNAL)).unwrap();
    let (mut paused, mut trials) = (0, Vec::new());
    for end in frame_ends(&journal) {
        let broken = tempfile::tempdir().unwrap();
        unsealed(&session(&data, 1), &session(broken.path(), 1), end);
        at("recover", broken.path()).fine();
        at("verify", broken.path()).fine();
        for machine in ["interpreter", "jit"] {
            trialect(&["replay", text(broken.path()), "--machine", machine]).fine();
        }
        let found = session(broken.path(), 1);
        let about = session_json(&found);
        let kinds: Vec<String> = listed(&found)
            .as_array()
            .into_iter()
            .flatten()
            .map(|request| request["request"].as_str().unwrap().to_owned())
            .collect();
        if kinds == ["pause"] {
            paused += 1;
            let expected = json!([{"after_trial": 2, "at": 5.0, "by": "Ada", "request": "pause"}]);
            assert_eq!((listed(&found), &about["end"]), (expected, &json!({"reason": "broken off", "at": 5.0})));
        }
        trials.push(about["summary"]["trials"].as_u64().unwrap());
    }
    assert_eq!(paused, 1, "one frame ends in the pause");
    // Header, start, two trials, the pause, the time after it, two trials, the end of the session.
    assert_eq!(trials, [0, 0, 1, 2, 2, 2, 3, 4, 4]);
}
