//! `replay`: the recorded inputs give the recorded session again, bit for bit, on both machines.

use crate::chain;
use crate::command::{at, basic, text, trialect};
use crate::texts::reformatted;

/// One line a session, each of which says that all is equal.
fn assert_all_equal(out: &str) {
    assert_eq!(out.lines().count(), chain::SESSIONS as usize, "{out}");
    for (ordinal, line) in (1..).zip(out.lines()) {
        assert!(line.starts_with(text(&chain::session(ordinal))), "session {ordinal} out of order: {line}");
        assert!(line.ends_with(" entries equal"), "{line}");
    }
}

#[test]
fn a_chain_replays_bit_for_bit_on_both_machines() {
    for machine in ["interpreter", "jit"] {
        let ran = trialect(&["replay", text(chain::data()), "--machine", machine]);
        assert_eq!(ran.err, format!("{} sessions, 0 different\n", chain::SESSIONS));
        assert_all_equal(&ran.fine());
    }
}

#[test]
fn every_entry_of_the_journal_is_compared() {
    let out = at("replay", &chain::session(1)).fine();
    let entries: usize = out.split(": ").last().unwrap().split(' ').next().unwrap().parse().unwrap();
    // A trial has at least a start, five draws, five states, a row; the wheel's counts are inputs and compared too.
    let about = crate::folders::session_json(&chain::session(1));
    let trials = about["summary"]["trials"].as_u64().unwrap() as usize;
    let samples = crate::table::Table::read(&chain::session(1), "wheel.parquet").rows();
    assert!(entries > 12 * trials + samples, "{entries} entries, {trials} trials, {samples} counts");
}

#[test]
fn the_same_text_in_another_layout_is_the_same_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let other = reformatted(folder.path());
    let hash = |path| trialect(&["hash", text(path)]).fine();
    assert_eq!(hash(&other), hash(&basic()));
    assert_all_equal(&trialect(&["replay", text(chain::data()), "--with", text(&other)]).fine());
}

#[test]
fn a_subject_or_a_session_can_be_named_instead_of_the_data() {
    assert_all_equal(&at("replay", &chain::subject()).fine());
    let one = at("replay", &chain::session(9)).fine();
    assert_eq!(one.lines().count(), 1);
}
