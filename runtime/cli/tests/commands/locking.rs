//! One subject at a time: locks, unfinished sessions, names.

use crate::command::{SUBJECT, at, sim, sim_arguments, sim_of, text, trialect};
use crate::folders::{JOURNAL, copy, frame_ends, session, unsealed};
use crate::texts::short;
use std::fs::{self, File};

#[test]
fn a_subject_with_a_running_session_is_locked() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 1, 1).fine();
    let lock = File::open(data.path().join(SUBJECT).join(".lock")).unwrap();
    lock.lock().unwrap();
    let said = sim(data.path(), 1, 1).trouble("subject-locked");
    assert!(said.contains("another session of this subject is running"), "{said}");
    at("recover", data.path()).trouble("subject-locked");
    // Reading needs no lock.
    at("verify", data.path()).fine();
    let mut other = sim_arguments(data.path(), 1, 1);
    other[3] = "mouse2".into();
    trialect(&other).fine();
    drop(lock);
    sim(data.path(), 1, 1).fine();
}

#[test]
fn nothing_follows_a_session_that_was_broken_off() {
    let data = tempfile::tempdir().unwrap();
    let protocol = short(data.path(), 4);
    let whole = tempfile::tempdir().unwrap();
    trialect(&sim_of(&protocol, whole.path(), 1, 1)).fine();
    let sealed = session(whole.path(), 1);
    let ends = frame_ends(&fs::read(sealed.join(JOURNAL)).unwrap());
    unsealed(&sealed, &session(data.path(), 1), ends[3]);
    let said = trialect(&sim_of(&protocol, data.path(), 1, 1)).trouble("not-sealed");
    let subject = data.path().join(SUBJECT);
    let remedy = format!("trialect recover {}", text(&subject));
    assert!(said.contains(&remedy) && said.contains(text(&session(data.path(), 1))), "{said}");
    // What it says to do is what helps.
    at("recover", &subject).fine();
    trialect(&sim_of(&protocol, data.path(), 1, 1)).fine();
    assert!(session(data.path(), 2).exists());
}

#[test]
fn a_subjects_name_is_one_that_can_be_a_folder_everywhere() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let protocol = short(data.path(), 1);
    let named = |name: &str| {
        let mut arguments = sim_of(&protocol, &folder, 1, 1);
        arguments[3] = name.to_owned();
        trialect(&arguments)
    };
    let long = "m".repeat(65);
    for name in ["", ".", "..", ".hidden", "end.", "a/b", "..\\c", "a b", "Mäuschen", "a\nb", "a:b", &long] {
        let said = named(name).trouble("subject-name");
        assert!(said.contains("letters, digits"), "{name}: {said}");
    }
    assert!(!folder.exists(), "nothing was made for a name that was refused");
    for name in ["m", "KS_014", "2020-08-21.b", &long[..64], "-1"] {
        let mut arguments = sim_of(&protocol, &folder, 1, 1);
        arguments[2] = format!("--subject={name}");
        arguments.remove(3);
        trialect(&arguments).fine();
        assert!(folder.join(name).join("001").is_dir());
    }
}

#[test]
fn a_copy_beside_or_below_the_sessions_is_no_part_of_the_chain() {
    let data = tempfile::tempdir().unwrap();
    let protocol = short(data.path(), 2);
    let once = || trialect(&sim_of(&protocol, data.path(), 1, 1)).fine();
    once();
    once();
    let subject = data.path().join(SUBJECT);
    copy(&session(data.path(), 1), &subject.join("backup/001"));
    copy(&session(data.path(), 1), &subject.join("copy of 001"));
    once();
    let manifest = |ordinal| fs::read_to_string(session(data.path(), ordinal).join("manifest.json")).unwrap();
    let before: serde_json::Value = serde_json::from_str(&manifest(2)).unwrap();
    let after: serde_json::Value = serde_json::from_str(&manifest(3)).unwrap();
    assert_eq!(after["previous"], before["seal"]);
}

#[test]
fn a_changed_predecessor_is_not_built_upon() {
    let data = tempfile::tempdir().unwrap();
    let protocol = short(data.path(), 2);
    trialect(&sim_of(&protocol, data.path(), 1, 1)).fine();
    let path = session(data.path(), 1).join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"session\":1", "\"session\":2")).unwrap();
    trialect(&sim_of(&protocol, data.path(), 1, 1)).trouble("record-unreadable");
}
