//! The slice protocol: simulated cells whose tables say what the rules computed, and scenarios that break with them.

use crate::command::{at, project, sim_of, text, trialect};
use crate::folders::{JOURNAL, frame_ends, session, session_json, unsealed};
use crate::simulation::TABLES;
use crate::table::{Cell, Table};
use std::fs;
use std::path::{Path, PathBuf};

const ANSWERS: [&str; 14] = [
    "--covariate",
    "age=30day",
    "--covariate",
    "sex=female",
    "--covariate",
    "slice=2",
    "--covariate",
    "region=ca1",
    "--covariate",
    "pipette=4 MOhm",
    "--covariate",
    "ljp=14 mV",
    "--covariate",
    "ljp_state=not_corrected",
];

fn protocol() -> PathBuf {
    project("protocols/slice/current_steps.trial")
}

/// The protocol with its scenarios in a folder of its own, changed.
fn changed(folder: &Path, (from, to): (&str, &str)) -> PathBuf {
    let source = fs::read_to_string(protocol()).unwrap();
    assert!(source.contains(from), "the protocol has no `{from}`");
    let path = folder.join("current_steps.trial");
    // What is sampled is not the point here, and 26,000 s of it would take minutes.
    let source = source.replace("at 50 kHz", "at 50 Hz");
    fs::write(&path, source.replacen(from, to, 1)).unwrap();
    let scenarios = "current_steps.scenarios.trial";
    fs::copy(protocol().with_file_name(scenarios), folder.join(scenarios)).unwrap();
    path
}

/// Simulates cells on both machines, compares all tables, replays on both and verifies; the data of one.
fn cells(folder: &Path, protocol: &Path, sessions: u32, extra: &[&str]) -> PathBuf {
    let [one, other] = ["interpreter", "jit"].map(|machine| {
        let data = folder.join(machine);
        let mut arguments = sim_of(protocol, &data, sessions, 1);
        arguments.extend(ANSWERS.iter().chain(["--machine", machine].iter()).chain(extra).map(|word| (*word).into()));
        trialect(&arguments).fine();
        data
    });
    for ordinal in 1..=sessions {
        for table in TABLES {
            let bytes = |data: &Path| fs::read(session(data, ordinal).join(table)).unwrap();
            assert!(bytes(&one) == bytes(&other), "{table} of session {ordinal} differs");
        }
    }
    for machine in ["interpreter", "jit"] {
        let ran = trialect(&["replay", text(&one), "--machine", machine]);
        assert_eq!(ran.err, format!("{sessions} sessions, 0 different\n"));
        ran.fine();
    }
    at("verify", &one).fine();
    one
}

/// What the steps injected, pA, from the events.
fn injected(folder: &Path) -> Vec<f64> {
    let events = Table::read(folder, "events.parquet");
    let is_step = |&row: &usize| {
        events.text("kind", row).as_deref() == Some("output")
            && events.text("detail", row).is_some_and(|detail| detail.starts_with("stimulus=step "))
    };
    (0..events.rows()).filter(is_step).map(|row| events.real("value", row) * 1e12).collect()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

#[test]
fn twenty_cells_have_the_potentials_the_sweeps_and_the_ends_that_the_tables_say() {
    let folder = tempfile::tempdir().unwrap();
    // So that the access is lost in some cells and not in others.
    let protocol = changed(folder.path(), ("worst_rs > 30 MOhm", "worst_rs > 13 MOhm"));
    let extra = ["--change", "holding=50 pA at trial 10", "--by", "Ada"];
    let data = cells(folder.path(), &protocol, 20, &extra);
    let (mut lost, mut finished) = (0, 0);
    for ordinal in 1..=20 {
        let folder = session(&data, ordinal);
        let trials = Table::trials(&folder);
        let steps = injected(&folder);
        let mut worst: f64 = 0.0;
        for (row, step) in steps.iter().enumerate() {
            near(trials.real("rest_true", row), trials.real("rest", row) - 14.0);
            let amount = -100.0 + 20.0 * (row % 26) as f64;
            near(trials.real("amount", row), amount);
            near(*step, amount + if row >= 9 { 50.0 } else { 0.0 });
            worst = worst.max(trials.real("rs", row));
            near(trials.real("worst_rs", row), (0..row).map(|row| trials.real("rs", row)).fold(0.0, f64::max));
            assert_eq!(worst > 13.0 || row == 77, row + 1 == trials.rows(), "session {ordinal}, trial {}", row + 1);
        }
        assert_eq!(steps.len(), trials.rows());
        let reason = if worst > 13.0 { "access_lost" } else { "finished" };
        assert_eq!(session_json(&folder)["end"]["reason"], reason);
        *(if worst > 13.0 { &mut lost } else { &mut finished }) += 1;
    }
    assert!(lost >= 3 && finished >= 3, "{lost} lost, {finished} finished");
}

#[test]
fn what_is_measured_is_in_the_events_and_the_same_in_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let data = cells(folder.path(), &protocol(), 1, &["--stop", "after trial 3"]);
    let (trials, events) = (Table::trials(&session(&data, 1)), Table::read(&session(&data, 1), "events.parquet"));
    let measured = |name: &str| {
        let of = |&row: &usize| {
            events.text("kind", row).as_deref() == Some("measured") && events.text("name", row).as_deref() == Some(name)
        };
        (0..events.rows()).filter(of).map(|row| events.column("value")[row].clone()).collect::<Vec<_>>()
    };
    for name in ["temperature", "rs", "flow"] {
        assert_eq!(measured(name), trials.column(name), "{name}");
        assert_eq!(measured(name).len(), 3);
    }
    assert_eq!((measured("rest").len(), measured("seal_r").len()), (1, 1));
    // The record says which device and reading that was, and so does the table.
    let about = session_json(&session(&data, 1));
    let columns = about["columns"].as_array().unwrap();
    for (name, from) in [("temperature", Some("bath.temperature")), ("rest", Some("amp.voltage")), ("ljp", None)] {
        let declared = columns.iter().find(|column| column["name"] == name).unwrap();
        assert_eq!(declared["covariate"]["from"].as_str(), from, "{name}");
        let said = Table::about(&session(&data, 1), name);
        assert_eq!(said.get("from").map(String::as_str), from, "{name}");
    }
    assert!(trials.column("rest").iter().all(|cell| matches!(cell, Cell::Real(rest) if (-120.0..0.0).contains(rest))));
}

#[test]
fn what_was_measured_wrong_leaves_no_session_and_the_next_can_begin() {
    let folder = tempfile::tempdir().unwrap();
    let seal = "covariate seal_r    : Resistance standard within 1 GOhm .. 20 GOhm from amp.seal_resistance";
    let strict =
        changed(folder.path(), (seal, &seal.replace("standard within 1 GOhm .. 20 GOhm", "within 1 kOhm .. 2 kOhm")));
    let data = folder.path().join("data");
    let simulate = |protocol: &Path| {
        let mut arguments = sim_of(protocol, &data, 1, 1);
        arguments.extend(ANSWERS.map(str::to_owned));
        trialect(&arguments)
    };
    for _ in 0..2 {
        let said = simulate(&strict).trouble("covariate");
        assert!(said.contains("`seal_r` was measured as"), "{said}");
        assert!(!session(&data, 1).exists());
    }
    simulate(&protocol()).fine();
    at("verify", &data).fine();
}

#[test]
fn a_kill_before_what_was_measured_is_on_the_disk_leaves_a_session_that_had_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let data = cells(folder.path(), &protocol(), 2, &[]);
    let journal = fs::read(session(&data, 2).join(JOURNAL)).unwrap();
    let ends = frame_ends(&journal);
    for (frame, trials) in [(0, None), (1, Some(0)), (4, Some(3))] {
        let broken = tempfile::tempdir().unwrap();
        crate::folders::copy(&session(&data, 1), &session(broken.path(), 1));
        let second = session(broken.path(), 2);
        unsealed(&session(&data, 2), &second, ends[frame]);
        let out = at("recover", broken.path()).fine();
        match trials {
            None => assert!(out.contains("removed a session that had not begun") && !second.exists(), "{out}"),
            Some(trials) => assert!(out.ends_with(&format!("recovered with {trials} trials\n")), "{out}"),
        }
        at("verify", broken.path()).fine();
        at("replay", broken.path()).fine();
    }
}
