//! The date of a session: given, recorded, part of the run, never read from a clock.

use crate::command::{SUBJECT, at, project, sim_of, trialect};
use crate::folders::{files, session, session_json};
use std::path::Path;

/// Simulates sessions of a short task with more arguments.
fn sim(data: &Path, sessions: u32, more: &[&str]) -> crate::command::Ran {
    let mut arguments = sim_of(&project("protocols/ibl/habituation.trial"), data, sessions, 3);
    arguments.extend(more.iter().map(|word| (*word).to_string()));
    trialect(&arguments)
}

fn dates(data: &Path) -> Vec<String> {
    let all = std::fs::read_dir(data.join(SUBJECT)).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    let date = |ordinal: usize| session_json(&session(data, ordinal as u32))["date"].as_str().unwrap().to_string();
    (1..=all.count()).map(date).collect()
}

#[test]
fn days_follow_each_other_from_the_one_that_is_said() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    sim(data, 2, &[]).fine();
    assert_eq!(dates(data), ["2000-01-01", "2000-01-02"]);
    // Over the end of a leap February, and two sessions on one day.
    sim(data, 3, &["--date", "2024-02-28"]).fine();
    sim(data, 1, &["--date", "2024-03-01"]).fine();
    assert_eq!(dates(data)[2..], ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-01"]);
    let refused = sim(data, 1, &["--date", "2024-02-29"]).trouble("date-before");
    assert!(refused.contains("session 006") && refused.contains("2024-03-01"), "{refused}");
    assert_eq!(dates(data).len(), 6);
    assert!(at("show", &session(data, 4)).fine().contains("date      2024-02-29\n"));
    at("verify", data).fine();
    at("replay", data).fine();
}

#[test]
fn a_date_is_part_of_the_run_and_of_nothing_else_that_is_computed() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    sim(one.path(), 1, &[]).fine();
    sim(other.path(), 1, &["--date", "2024-02-28"]).fine();
    let of = |data: &Path, name: &str| session_json(&session(data, 1))[name].clone();
    assert_eq!(of(other.path(), "run")["date"], "2024-02-28");
    assert_ne!(of(one.path(), "run_identity"), of(other.path(), "run_identity"));
    assert_eq!(of(one.path(), "summary"), of(other.path(), "summary"));
}

#[test]
fn the_same_command_writes_the_same_bytes() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for data in [&one, &other] {
        sim(data.path(), 2, &[]).fine();
    }
    for (name, path) in files(one.path()) {
        assert_eq!(std::fs::read(path).unwrap(), std::fs::read(other.path().join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    let data = tempfile::tempdir().unwrap();
    for text in ["2023-02-29", "today", "1.3.2024"] {
        let ran = sim(data.path(), 1, &["--date", text]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("YYYY-MM-DD"), "{}", ran.err);
    }
}
