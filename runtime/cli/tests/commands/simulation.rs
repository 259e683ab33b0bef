//! `sim`: the same seed gives the same tables, whatever runs the program and however often it is called.

use crate::chain;
use crate::command::{SUBJECT, sim, sim_arguments, trialect};
use crate::days::days;
use crate::folders::{files, session, session_json};
use std::collections::BTreeSet;
use std::path::Path;

pub(crate) const TABLES: [&str; 4] = ["trials.parquet", "states.parquet", "events.parquet", "wheel.parquet"];

fn assert_same_tables(one: &Path, other: &Path, sessions: u32) {
    for ordinal in 1..=sessions {
        for table in TABLES {
            let bytes = |data: &Path| std::fs::read(session(data, ordinal).join(table)).unwrap();
            assert!(bytes(one) == bytes(other), "{table} of session {ordinal} differs");
        }
    }
}

fn sim_on(machine: &str, data: &Path, sessions: u32) {
    let mut arguments = sim_arguments(data, sessions, chain::SEED);
    arguments.extend(["--machine".into(), machine.into()]);
    trialect(&arguments).fine();
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_both_machines() {
    for machine in ["interpreter", "jit"] {
        let data = tempfile::tempdir().unwrap();
        sim_on(machine, data.path(), 4);
        assert_same_tables(data.path(), chain::data(), 4);
        for ordinal in 1..=4 {
            let about = session_json(&session(data.path(), ordinal));
            assert_eq!(about["machine"], machine);
            let other = session_json(&chain::session(ordinal));
            assert_eq!(about["run_identity"], other["run_identity"], "the machine is no part of the run's identity");
        }
    }
}

#[test]
fn another_seed_gives_another_session() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 1, chain::SEED + 1).fine();
    let bytes = |folder: &Path| std::fs::read(folder.join(TABLES[0])).unwrap();
    assert!(bytes(&session(data.path(), 1)) != bytes(&chain::session(1)));
    let identity = |folder: &Path| session_json(folder)["run_identity"].clone();
    assert_ne!(identity(&session(data.path(), 1)), identity(&chain::session(1)));
}

#[test]
fn another_subject_has_another_session() {
    let data = tempfile::tempdir().unwrap();
    let mut arguments = sim_arguments(data.path(), 1, chain::SEED);
    arguments[3] = "mouse2".into();
    trialect(&arguments).fine();
    let bytes = |folder: &Path| std::fs::read(folder.join(TABLES[0])).unwrap();
    assert!(bytes(&data.path().join("mouse2/001")) != bytes(&chain::session(1)));
}

/// Nothing is drawn: two sessions differ by their animals and rigs alone.
const WITHOUT_DRAWS: &str = "protocol test.drawless 1.0.0
  rig { wheel : Encoder; screen : Display; horn : Speaker }
  stimulus disk on screen = gabor(frequency: 0.1 cycle/deg, sigma: 7 deg, orientation: 0 deg)
  stimulus beep on horn = tone(frequency: 5 kHz, duration: 100 ms, ramp: 10 ms)
  session {
    covariate weight : Mass within 10 g .. 45 g asked before
    limit trials 20
    record wheel.travel
  }
  trial {
    outcomes moved, unmoved
    state ready { play beep; on horn.onset -> look; after 1 s -> look }
    state look {
      zero wheel
      show disk(contrast: 1, phase: 0 deg)
      track disk.azimuth = 35 deg + 8 deg/mm * wheel.travel
      on disk.azimuth reaches 0 deg -> end moved
      after 60 s -> end unmoved
    }
  }";

#[test]
fn two_subjects_with_one_seed_are_two_animals_on_two_rigs() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("drawless.trial");
    std::fs::write(&protocol, WITHOUT_DRAWS).unwrap();
    let sessions = |subject: &str, data: &str| {
        let data = folder.path().join(data);
        let mut arguments = crate::command::sim_of(&protocol, &data, 6, 1);
        arguments[3] = subject.into();
        trialect(&arguments).fine();
        (1..=6).map(|ordinal| data.join(subject).join(format!("{ordinal:03}"))).collect::<Vec<_>>()
    };
    let [one, again, other] = [("mouse1", "a"), ("mouse1", "b"), ("mouse2", "a")].map(|(s, data)| sessions(s, data));
    let bytes = |folder: &Path, table: &str| std::fs::read(folder.join(table)).unwrap();
    let weights = |folders: &[std::path::PathBuf]| -> Vec<f64> {
        folders.iter().map(|folder| session_json(folder)["covariates"]["weight"].as_f64().unwrap()).collect()
    };
    for k in 0..one.len() {
        for table in ["wheel.parquet", "states.parquet"] {
            assert!(bytes(&one[k], table) == bytes(&again[k], table), "{table}: the same animal");
            assert!(bytes(&one[k], table) != bytes(&other[k], table), "{table}: another animal on another rig");
        }
    }
    assert_eq!(weights(&one), weights(&again));
    assert_ne!(weights(&one), weights(&other), "two animals are not weighed alike");
}

#[test]
fn sessions_in_two_calls_are_those_of_one() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 3, chain::SEED).fine();
    sim(data.path(), 2, chain::SEED).fine();
    assert_same_tables(data.path(), chain::data(), 5);
    let seal = |folder: &Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(seal(&session(data.path(), 5)), seal(&chain::session(5)), "one seal stands for all that came before");
}

#[test]
fn a_session_is_a_folder_of_its_own() {
    let mut found = BTreeSet::new();
    for (name, path) in files(chain::data()) {
        assert!(path.metadata().unwrap().len() > 0, "{name} is empty");
        found.insert(name);
    }
    let mut expected = BTreeSet::from([format!("{SUBJECT}/.lock")]);
    for ordinal in 1..=chain::SESSIONS {
        let records = ["journal.trialect", "session.json", "manifest.json", "source/protocol.trial"];
        let library = ["source/std.sides.trial", "source/std.devices.trial", "source/std.quantities.trial"];
        for file in TABLES.iter().chain(&records).chain(&library) {
            expected.insert(format!("{SUBJECT}/{ordinal:03}/{file}"));
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn the_text_of_a_session_is_kept_with_it() {
    let kept = std::fs::read(chain::session(1).join("source/protocol.trial")).unwrap();
    assert!(kept == std::fs::read(crate::command::basic()).unwrap());
}

#[test]
fn a_naive_animal_starts_with_two_contrasts_most_water_and_most_gain() {
    let first = &days()[0].trials[0];
    assert_eq!(first.pool, "{100%, 50%}");
    assert_eq!((first.stage.as_str(), first.reward, first.gain), ("easy", 3.0, 8.0));
    assert!(days()[0].trials.iter().all(|trial| trial.contrast >= 0.5));
}

#[test]
fn a_mouse_of_ones_own_is_used_and_recorded() {
    let data = tempfile::tempdir().unwrap();
    let text = include_str!("../../../sim/mouse.toml").replace("start_g = 25.0\n", "start_g = 20.5\n");
    let mouse = data.path().join("light.toml");
    std::fs::write(&mouse, text).unwrap();
    let protocol = crate::texts::short(data.path(), 2);
    let mut arguments = crate::command::sim_of(&protocol, &data.path().join("data"), 1, 1);
    arguments.extend(["--mouse".into(), mouse.to_str().unwrap().into()]);
    trialect(&arguments).fine();
    let about = session_json(&session(&data.path().join("data"), 1));
    assert_eq!(about["backend"]["mouse"]["state"]["weight_g"].as_f64(), Some(20.5));
    let weighed = about["covariates"]["weight"].as_f64().unwrap();
    assert!((weighed - 20.5).abs() < 1.0, "{weighed}");
}
