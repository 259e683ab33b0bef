//! Tasks without a wheel: the simulated forager ends their trials in every way, on both machines alike.

use crate::chain;
use crate::command::{at, project, sim_of, text, trialect};
use crate::folders::{session, session_json};
use crate::simulation::TABLES;
use crate::table::Table;
use crate::texts::with_changes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) const SESSIONS: u32 = 3;

/// The protocol of these tests with levers.
fn levers() -> PathBuf {
    project("runtime/cli/tests/protocols/levers.trial")
}

fn light2afc() -> PathBuf {
    project("protocols/bpod/light2afc.trial")
}

/// Simulates on both machines, compares the tables, replays on both and verifies. The data of one machine stay.
pub(crate) fn sessions_of(protocol: &Path) -> tempfile::TempDir {
    sessions_with(protocol, SESSIONS, &[])
}

/// So many sessions with these answers to what the protocol asks.
pub(crate) fn sessions_with(protocol: &Path, sessions: u32, answers: &[&str]) -> tempfile::TempDir {
    let answers: Vec<&str> = answers.iter().flat_map(|answer| ["--covariate", answer]).collect();
    sessions_told(protocol, sessions, &answers)
}

/// So many sessions with more arguments of `sim`.
pub(crate) fn sessions_told(protocol: &Path, sessions: u32, more: &[&str]) -> tempfile::TempDir {
    let [one, other] = ["interpreter", "jit"].map(|machine| {
        let data = tempfile::tempdir().unwrap();
        let mut arguments = sim_of(protocol, data.path(), sessions, 1);
        arguments.extend(["--machine".into(), machine.into()]);
        arguments.extend(more.iter().map(|argument| (*argument).to_string()));
        trialect(&arguments).fine();
        data
    });
    for ordinal in 1..=sessions {
        for table in TABLES {
            let bytes = |data: &Path| std::fs::read(session(data, ordinal).join(table)).unwrap();
            assert!(bytes(one.path()) == bytes(other.path()), "{table} of session {ordinal} differs");
        }
    }
    for machine in ["interpreter", "jit"] {
        let ran = trialect(&["replay", text(one.path()), "--machine", machine]);
        assert_eq!(ran.err, format!("{sessions} sessions, 0 different\n"));
        ran.fine();
    }
    let verified = at("verify", one.path());
    assert_eq!(verified.err, format!("{sessions} sessions, 0 troubles\n"));
    verified.fine();
    one
}

/// Share of each outcome over all sessions.
fn shares(data: &Path) -> BTreeMap<String, f64> {
    let (mut counts, mut trials) = (BTreeMap::new(), 0.0);
    for ordinal in 1..=SESSIONS {
        let table = Table::trials(&session(data, ordinal));
        for row in 0..table.rows() {
            *counts.entry(table.text("outcome", row).expect("every trial ends")).or_insert(0.0) += 1.0;
            trials += 1.0;
        }
    }
    counts.values_mut().for_each(|count| *count /= trials);
    counts
}

/// Each outcome has a share within its bounds, and there is no other.
fn assert_shares(protocol: &Path, bounds: &[(&str, f64, f64)]) {
    let data = sessions_of(protocol);
    let shares = shares(data.path());
    assert_eq!(shares.len(), bounds.len(), "{shares:?}");
    for (outcome, least, most) in bounds {
        let share = shares.get(*outcome).copied().unwrap_or_default();
        assert!((*least..=*most).contains(&share), "{outcome}: {share} of {shares:?}");
    }
}

/// A protocol of the field with one clause changed, in which every outcome can happen to this animal.
fn assert_shares_of(protocol: &str, change: (&str, &str), bounds: &[(&str, f64, f64)]) {
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.trial");
    std::fs::write(&changed, with_changes(&project("protocols").join(protocol), &[change])).unwrap();
    assert_shares(&changed, bounds);
}

#[test]
fn a_light_guides_choices() {
    let bounds =
        [("correct", 0.5, 0.9), ("error", 0.03, 0.25), ("omission", 0.01, 0.2), ("early_withdrawal", 0.03, 0.25)];
    assert_shares_of("bpod/light2afc.trial", ("reward_delay  = 0 s ", "reward_delay  = 150 ms "), &bounds);
}

#[test]
fn five_holes_are_found_missed_and_poked_too_early() {
    let bounds = [("correct", 0.2, 0.6), ("incorrect", 0.05, 0.3), ("omission", 0.005, 0.2), ("premature", 0.2, 0.65)];
    let shorter = ("length = 30 s;   hold_for = 30 s", "length = 5 s;   hold_for = 5 s");
    assert_shares_of("operant/five_choice.trial", shorter, &bounds);
}

#[test]
fn licks_answer_tones_of_either_kind() {
    let bounds = [
        ("hit", 0.08, 0.28),
        ("miss", 0.05, 0.25),
        ("false_alarm", 0.08, 0.28),
        ("reject", 0.05, 0.25),
        ("catch_lick", 0.003, 0.1),
        ("catch_none", 0.2, 0.35),
    ];
    // As many trials of each kind.
    let thirds = ("{go: 45%, nogo: 45%, catch: 10%}", "{go: 1, nogo: 1, catch: 1}");
    assert_shares_of("operant/go_nogo.trial", thirds, &bounds);
}

#[test]
fn levers_are_pressed_and_given_up() {
    assert_shares(&levers(), &[("reinforced", 0.5, 0.95), ("gave_up", 0.05, 0.5)]);
}

#[test]
fn keyed_devices_flags_and_parts_run_as_they_are_checked() {
    let data = sessions_of(&project("tests/corpus/accepted/keyed_devices.trial"));
    let about = session_json(&session(data.path(), 1));
    assert_eq!(about["summary"]["trials"], 50);
    assert_eq!(shares(data.path()).len(), 3);
}

#[test]
fn a_flag_is_what_its_events_made_of_it_in_the_record() {
    let data = sessions_of(&light2afc());
    let events = Table::read(&session(data.path(), 1), "events.parquet");
    let mut inside: BTreeMap<String, bool> = BTreeMap::new();
    for row in 0..events.rows() {
        let name = events.text("name", row).unwrap_or_default();
        let Some((port, edge)) = name.rsplit_once('.').filter(|(_, edge)| ["enter", "leave"].contains(edge)) else {
            continue;
        };
        if events.text("kind", row).as_deref() != Some("input") {
            continue;
        }
        assert!(edge == "leave" || inside.values().all(|inside| !inside), "in two ports in row {row}");
        let before = inside.insert(port.to_owned(), edge == "enter").unwrap_or_default();
        assert_ne!(before, edge == "enter", "{name} in row {row}");
    }
    assert_eq!(inside.len(), 3);
}

#[test]
fn the_record_names_the_animal_and_the_devices_that_played() {
    let data = sessions_of(&levers());
    let backend = |ordinal| session_json(&session(data.path(), ordinal))["backend"].clone();
    let first = backend(1);
    assert_eq!(first["mouse"]["parameters"]["forager"]["lick"]["rate_hz"], 7.0);
    assert_eq!(first["rig"]["feeder"]["pellet_ms"], 200.0);
    assert!(first["rig"]["pump"].is_null() && first["rig"]["camera"].is_null(), "{first}");
    // 45 pellets of 6 uL are less than the supplement of 800 uL: 25 g need 1,100 uL a day and lose 1.5 g a mL.
    let weight = |ordinal| backend(ordinal)["mouse"]["state"]["weight_g"].as_f64().unwrap();
    assert_eq!(weight(1), 25.0);
    assert!((weight(2) - 24.55).abs() < 1e-9, "{}", weight(2));
}

/// The identity of a run is a digest of this: what is new in the animal must not give an old session another one.
#[test]
fn at_a_wheel_the_record_is_without_what_cannot_matter_there() {
    let backend = &session_json(&chain::session(1))["backend"];
    let keys = |path: &str| backend.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys("/rig"), ["display", "encoder", "speaker", "valve"]);
    let mouse = ["fidget", "individual", "learning", "movement", "observer", "reaction", "satiety", "weight"];
    assert_eq!(keys("/mouse/parameters"), mouse);
}

#[test]
fn a_forager_of_ones_own_plays_and_an_unknown_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sim = |text: &str, data: &str| {
        let mouse = folder.path().join("mouse.toml");
        std::fs::write(&mouse, text).unwrap();
        let mut arguments = sim_of(&light2afc(), &folder.path().join(data), 1, 1);
        arguments.extend(["--mouse".into(), mouse.to_str().unwrap().into()]);
        trialect(&arguments)
    };
    let standard = include_str!("../../../sim/mouse.toml");
    assert!(standard.contains("lit_per_s = 1.2"));
    sim(&standard.replace("lit_per_s = 1.2", "lit_per_s = 0.0"), "blind").fine();
    let outcomes = Table::trials(&session(&folder.path().join("blind"), 1));
    let correct = (0..outcomes.rows()).filter(|row| outcomes.text("outcome", *row).as_deref() == Some("correct"));
    assert_eq!(correct.count(), 0, "a lit port does not attract it at all");
    let unknown = standard.replace("[forager.poke]", "[forager.poke]\nspeed = 1.0");
    assert!(sim(&unknown, "unknown").trouble("mouse").contains("speed"));
    let out_of_range = standard.replace("lit_per_s = 1.2", "lit_per_s = 120.0");
    assert!(sim(&out_of_range, "fast").trouble("mouse").contains("forager.poke.lit_per_s = 120 is outside 0 .. 20"));
}
