//! `verify`: every byte of a sealed session, every file of its folder and its place in the chain count.

use crate::chain;
use crate::command::{at, sim, sim_of, text, trialect};
use crate::folders::{copy, files, link, session};
use crate::texts::short;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A small sealed session: its folder.
fn small(folder: &Path) -> std::path::PathBuf {
    let data = folder.join("data");
    trialect(&sim_of(&short(folder, 12), &data, 1, 3)).fine();
    session(&data, 1)
}

/// Bytes to change in a file: all of the manifest, every 211th of the others and their last.
fn places(name: &str, length: usize) -> Vec<usize> {
    let step = if name == "manifest.json" { 1 } else { 211 };
    (0..length).step_by(step).chain([length - 1]).collect()
}

#[test]
fn a_changed_byte_is_found_in_whatever_file() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = small(folder.path());
    let copies = folder.path().join("copies");
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    for (name, path) in files(&sealed) {
        let bytes = fs::read(&path).unwrap();
        for place in places(&name, bytes.len()) {
            // Another bit each time; in text one of them turns `a` into `A`.
            let bit = 1 << (place % 7);
            let copied = copies.join(format!("{:05}", changed.len()));
            link(&sealed, &copied);
            fs::remove_file(copied.join(&name)).unwrap();
            let mut other = bytes.clone();
            other[place] ^= bit;
            fs::write(copied.join(&name), other).unwrap();
            changed.insert(copied.display().to_string(), format!("{name}, byte {place}, bit {bit}"));
        }
    }
    assert!(changed.len() > 1_500, "only {} places", changed.len());
    let out = at("verify", &copies).found();
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, said) in out.lines().filter_map(|line| line.split_once(": ")) {
        told.entry(place).or_default().push(said);
    }
    for (copied, what) in &changed {
        let file = what.split(',').next().unwrap();
        let said = told.get(copied.as_str()).map(Vec::as_slice).unwrap_or_default();
        assert!(said.iter().any(|line| line.starts_with(&format!("{file} ["))), "{what}: {said:?}");
    }
}

#[test]
fn one_changed_byte_is_enough_for_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = small(folder.path());
    at("verify", &sealed).fine();
    for (name, path) in files(&sealed) {
        let bytes = fs::read(&path).unwrap();
        let mut other = bytes.clone();
        other[bytes.len() / 2] ^= 4;
        fs::write(&path, other).unwrap();
        let ran = at("verify", &sealed);
        assert!(ran.err.starts_with("1 sessions, ") && !ran.err.contains(" 0 troubles"), "{ran:?}");
        let out = ran.found();
        assert!(out.lines().any(|line| line.contains(&format!(": {name} ["))), "{name}: {out}");
        fs::write(&path, bytes).unwrap();
    }
    at("verify", &sealed).fine();
}

#[test]
fn a_missing_or_added_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = small(folder.path());
    for (name, path) in files(&sealed) {
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let out = at("verify", &sealed).found();
        assert!(out.contains(&format!(": {name} [")), "{name}: {out}");
        fs::write(&path, kept).unwrap();
    }
    for name in ["notes.txt", "source/other.trial", ".hidden"] {
        fs::write(sealed.join(name), "added").unwrap();
        let out = at("verify", &sealed).found();
        assert!(out.contains(&format!(": {name} [file-extra]")), "{out}");
        fs::remove_file(sealed.join(name)).unwrap();
    }
    at("verify", &sealed).fine();
}

#[test]
fn a_copied_and_renamed_session_is_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join("elsewhere under another name");
    copy(&chain::session(12), &copied);
    assert_eq!(at("verify", &copied).fine(), format!("{}: as it was sealed\n", copied.display()));
    assert!(at("show", &copied).fine().contains("subject   mouse1, session 012, simulated"));
    assert!(at("replay", &copied).fine().ends_with(" entries equal\n"));
}

#[test]
fn a_whole_chain_is_as_it_was_sealed() {
    let ran = at("verify", chain::data());
    assert_eq!(ran.err, format!("{} sessions, 0 troubles\n", chain::SESSIONS));
    let out = ran.fine();
    assert_eq!(out.lines().filter(|line| line.ends_with(": as it was sealed")).count(), chain::SESSIONS as usize);
}

/// A copy of the chain's first sessions.
fn first_sessions(data: &Path, count: u32) {
    for ordinal in 1..=count {
        link(&chain::session(ordinal), &session(data, ordinal));
    }
}

#[test]
fn a_gap_in_a_chain_is_found() {
    let data = tempfile::tempdir().unwrap();
    first_sessions(data.path(), 4);
    at("verify", data.path()).fine();
    fs::remove_dir_all(session(data.path(), 3)).unwrap();
    let out = at("verify", data.path()).found();
    let place = session(data.path(), 4).join("manifest.json");
    assert!(out.lines().any(|line| line.starts_with(text(&place)) && line.contains("predecessor")), "{out}");
}

#[test]
fn sessions_that_changed_places_are_found() {
    let data = tempfile::tempdir().unwrap();
    first_sessions(data.path(), 3);
    let (two, three, aside) = (session(data.path(), 2), session(data.path(), 3), data.path().join("aside"));
    fs::rename(&two, &aside).unwrap();
    fs::rename(&three, &two).unwrap();
    fs::rename(&aside, &three).unwrap();
    at("verify", data.path()).found();
}

#[test]
fn a_session_of_another_run_does_not_fit_into_a_chain() {
    let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    sim(data.path(), 2, 3).fine();
    sim(other.path(), 2, 4).fine();
    at("verify", other.path()).fine();
    fs::remove_dir_all(session(data.path(), 2)).unwrap();
    copy(&session(other.path(), 2), &session(data.path(), 2));
    at("verify", data.path()).found();
}

#[test]
fn the_end_of_a_chain_stands_on_its_own_and_is_told_to_be_a_part() {
    let data = tempfile::tempdir().unwrap();
    for ordinal in 3..=5 {
        link(&chain::session(ordinal), &session(data.path(), ordinal));
    }
    at("verify", data.path()).fine();
}

#[test]
fn session_1000_comes_after_999() {
    let data = tempfile::tempdir().unwrap();
    link(&chain::session(1), &data.path().join("mouse1/999"));
    link(&chain::session(2), &data.path().join("mouse1/1000"));
    at("verify", data.path()).fine();
}

#[test]
fn text_that_does_not_give_the_recorded_hash_is_found_even_under_a_new_seal() {
    // Somebody edits the text and writes a manifest that fits: the header still says which text was run.
    let folder = tempfile::tempdir().unwrap();
    let sealed = small(folder.path());
    let path = sealed.join("source/protocol.trial");
    let edited = fs::read_to_string(&path).unwrap().replace("35 deg", "36 deg");
    fs::write(&path, &edited).unwrap();
    fs::remove_file(sealed.join("manifest.json")).unwrap();
    let said = at("recover", &sealed).trouble("source-differs");
    assert!(said.contains("protocol.trial"), "{said}");
}
