//! `recover`: from whatever a crash left of a journal.

use crate::chain;
use crate::command::{SUBJECT, at, command, sim, sim_of, text, trialect};
use crate::folders::{JOURNAL, Numbers, frame_ends, session, session_json, unsealed};
use crate::table::{Cell, Table};
use crate::texts::{restless_mouse, short};
use std::fs;
use std::path::{Path, PathBuf};

/// The length of the first frames of the chain's first journal.
fn frames() -> Vec<usize> {
    frame_ends(&fs::read(chain::session(1).join(JOURNAL)).unwrap())
}

/// The chain's first session, broken off when its journal had this length.
fn broken(data: &Path, bytes: usize) -> PathBuf {
    let folder = session(data, 1);
    unsealed(&chain::session(1), &folder, bytes);
    folder
}

fn assert_recovered(data: &Path, trials: usize) {
    let folder = session(data, 1);
    let out = at("recover", data).fine();
    assert_eq!(out, format!("{}: recovered with {trials} trials\n", folder.display()));
    at("verify", data).fine();
    at("replay", data).fine();
    let about = session_json(&folder);
    assert_eq!(about["status"], "recovered");
    assert_eq!(about["end"]["reason"], "broken off");
    let whole = Table::trials(&chain::session(1));
    assert!(Table::trials(&folder) == whole.head(trials));
}

#[test]
fn a_session_without_a_trial_is_recovered() {
    let ends = frames();
    // After the header, and after the session's start.
    for bytes in [ends[0], ends[1]] {
        let data = tempfile::tempdir().unwrap();
        broken(data.path(), bytes);
        assert_recovered(data.path(), 0);
        let about = session_json(&session(data.path(), 1));
        assert_eq!(about["subject_at_end"]["gain"].as_f64(), Some(8.0));
        assert!(sim(data.path(), 1, chain::SEED).fine().contains("1 sessions sealed"));
        assert!(at("show", data.path()).fine().contains("broken off"));
    }
}

#[test]
fn a_journal_torn_anywhere_keeps_its_complete_trials() {
    let ends = frames();
    let mut numbers = Numbers(17);
    // A frame for the header, one for the start, then one a trial; the last holds the end of the session.
    let last = ends[ends.len() - 2];
    for _ in 0..40 {
        let bytes = ends[0] + numbers.below(last - ends[0]);
        let data = tempfile::tempdir().unwrap();
        broken(data.path(), bytes);
        at("verify", data.path()).found();
        let whole = ends.iter().filter(|end| **end <= bytes).count();
        assert_recovered(data.path(), whole.saturating_sub(2));
    }
}

#[test]
fn a_session_that_had_come_to_its_end_keeps_its_reason() {
    let ends = frames();
    let data = tempfile::tempdir().unwrap();
    let folder = broken(data.path(), ends[ends.len() - 2]);
    at("recover", data.path()).fine();
    assert_eq!(session_json(&folder)["end"], session_json(&chain::session(1))["end"]);
    let bytes = |folder: &Path| fs::read(folder.join(JOURNAL)).unwrap();
    assert!(bytes(&folder) == bytes(&chain::session(1)), "the end is computed again, byte for byte");
}

#[test]
fn a_session_that_was_broken_off_while_it_was_sealed_is_sealed() {
    let ends = frames();
    let data = tempfile::tempdir().unwrap();
    let folder = broken(data.path(), ends[ends.len() - 1]);
    fs::write(folder.join("trials.parquet"), "half a table").unwrap();
    fs::write(folder.join("events.parquet.part"), "a part of one").unwrap();
    at("recover", data.path()).fine();
    at("verify", data.path()).fine();
    assert!(Table::trials(&folder) == Table::trials(&chain::session(1)));
}

#[test]
fn a_journal_torn_within_its_header_holds_nothing_to_recover() {
    let header = frames()[0];
    for bytes in [0, 1, 15, 16, 20, 24, 1000, header - 1] {
        let data = tempfile::tempdir().unwrap();
        let folder = broken(data.path(), bytes);
        for name in ["recover", "replay"] {
            let said = at(name, data.path()).trouble("journal-no-header");
            assert!(said.contains(text(&folder)) && said.contains("remove the folder"), "{said}");
        }
        at("verify", data.path()).found();
        sim(data.path(), 1, 1).trouble("not-sealed");
        fs::remove_dir_all(folder).unwrap();
        sim(data.path(), 1, 1).fine();
    }
}

#[test]
fn a_journal_damaged_in_its_middle_is_not_cut() {
    let ends = frames();
    let data = tempfile::tempdir().unwrap();
    let folder = broken(data.path(), ends[20]);
    let mut bytes = fs::read(folder.join(JOURNAL)).unwrap();
    bytes[ends[9] + 30] ^= 1;
    fs::write(folder.join(JOURNAL), &bytes).unwrap();
    let said = at("recover", data.path()).trouble("journal-damaged");
    assert!(said.contains(&ends[9].to_string()), "names the place: {said}");
    assert!(fs::read(folder.join(JOURNAL)).unwrap() == bytes, "nothing was touched");
}

#[test]
fn one_session_beyond_help_keeps_nobody_from_recovering_the_others() {
    let ends = frames();
    let data = tempfile::tempdir().unwrap();
    unsealed(&chain::session(1), &data.path().join("anna/001"), ends[0] - 1);
    unsealed(&chain::session(1), &data.path().join("bert/001"), ends[5]);
    let ran = at("recover", data.path());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("error[journal-no-header]") && ran.err.contains("1 sessions recovered"), "{ran:?}");
    assert!(data.path().join("bert/001/manifest.json").exists());
}

#[test]
fn recovering_again_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    broken(data.path(), frames()[30]);
    at("recover", data.path()).fine();
    let state = || crate::folders::files(data.path()).into_iter().map(|(name, path)| (name, fs::read(path).unwrap()));
    let before: Vec<_> = state().collect();
    let ran = at("recover", data.path());
    assert_eq!(ran.err, "0 sessions recovered\n");
    assert_eq!(ran.fine(), "");
    assert!(before == state().collect::<Vec<_>>());
}

#[test]
fn what_had_not_begun_is_removed() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 1, 1).fine();
    let unbegun = data.path().join(SUBJECT).join(".002.new");
    fs::create_dir_all(unbegun.join("source")).unwrap();
    assert!(at("recover", data.path()).fine().contains("had not begun"));
    assert!(!unbegun.exists());
}

/// A session of very long trials, whose journal has frames that end in the middle of one.
fn restless(folder: &Path) -> PathBuf {
    let mut arguments = sim_of(&short(folder, 12), &folder.join("whole"), 1, 7);
    arguments.extend(["--mouse".into(), text(&restless_mouse(folder)).into()]);
    trialect(&arguments).fine();
    session(&folder.join("whole"), 1)
}

#[test]
fn a_trial_that_was_under_way_is_recorded_without_an_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let whole = restless(folder.path());
    let ends = frame_ends(&fs::read(whole.join(JOURNAL)).unwrap());
    let reference = Table::trials(&whole);
    let mut interrupted = 0;
    for (number, end) in ends.iter().enumerate().skip(1) {
        let data = folder.path().join(format!("cut{number}"));
        let cut = session(&data, 1);
        unsealed(&whole, &cut, *end);
        at("recover", &data).fine();
        at("verify", &data).fine();
        at("replay", &data).fine();
        let found = Table::trials(&cut);
        let rows = found.rows();
        let complete = found.column("outcome").iter().filter(|outcome| **outcome != Cell::None).count();
        assert!(rows == complete || rows == complete + 1);
        assert!(found.clone().head(complete) == reference.clone().head(complete), "frame {number}");
        if rows > complete {
            interrupted += 1;
            let about = session_json(&cut);
            assert_eq!((&about["summary"]["interrupted"], &about["end"]["reason"]), (&1.into(), &"broken off".into()));
            for drawn in ["fresh_contrast", "lean", "phase", "trial_start"] {
                assert_eq!(found.column(drawn)[complete], reference.column(drawn)[complete], "{drawn}");
            }
        }
        fs::remove_dir_all(data).unwrap();
    }
    assert!(interrupted > 5, "only {interrupted} of {} frames end within a trial", ends.len());
}

#[test]
fn a_session_is_recovered_from_within_its_folder() {
    let data = tempfile::tempdir().unwrap();
    let folder = broken(data.path(), frames()[10]);
    let within = |arguments: [&str; 2], place: &Path| {
        crate::command::Ran::of(command(&arguments).current_dir(place).output().unwrap()).fine()
    };
    assert_eq!(within(["recover", "."], &folder), ".: recovered with 9 trials\n");
    assert!(!folder.join(".lock").exists(), "a lock belongs into the subject's folder");
    assert_eq!(within(["verify", "."], &folder), ".: as it was sealed\n");
    assert_eq!(within(["verify", "001"], &data.path().join(SUBJECT)), "001: as it was sealed\n");
}
