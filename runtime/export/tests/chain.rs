//! Sessions of a subject that follow each other, and those that do not.

mod sample;

use std::path::{Path, PathBuf};
use tempfile::TempDir;
use trialect_export::{Sealed, Status, seal, verify_chain, verify_folder};

fn session(folder: &Path, subject: &str, ordinal: u32, previous: Option<&str>) -> Sealed {
    let mut header = sample::header();
    header.subject = subject.into();
    header.session = ordinal;
    header.previous = previous.map(str::to_owned);
    sample::lay_out(folder, &header, &sample::no_trials());
    seal(folder, Status::Complete).expect("a seal")
}

/// Three sessions of a mouse.
fn chain() -> (TempDir, [PathBuf; 3], [String; 3]) {
    let place = tempfile::tempdir().expect("a folder");
    let folders = ["1", "2", "3"].map(|name| place.path().join(name));
    let one = session(&folders[0], "mouse", 1, None).seal;
    let two = session(&folders[1], "mouse", 2, Some(&one)).seal;
    let three = session(&folders[2], "mouse", 3, Some(&two)).seal;
    (place, folders, [one, two, three])
}

fn codes<P: AsRef<Path>>(folders: &[P]) -> Vec<&'static str> {
    verify_chain(folders).into_iter().map(|trouble| trouble.code).collect()
}

#[test]
fn each_session_names_the_one_before() {
    let (_place, folders, _) = chain();
    assert_eq!(verify_chain(&folders), []);
    assert_eq!(verify_chain(&folders[1..]), [], "a part of a chain");
    folders.iter().for_each(|folder| assert_eq!(verify_folder(folder), []));
    assert_eq!(codes::<&Path>(&[]), [""; 0]);
}

#[test]
fn a_gap_a_swap_and_a_stranger_are_named() {
    let (place, [one, two, three], [first, _, _]) = chain();
    assert_eq!(codes(&[&one, &three]), ["chain-broken", "chain-order"]);
    assert_eq!(codes(&[&two, &one]), ["chain-broken", "chain-order"]);
    let stranger = place.path().join("stranger");
    session(&stranger, "rat", 2, Some(&first));
    assert_eq!(codes(&[&one, &stranger]), ["chain-subject"]);
    let orphan = place.path().join("orphan");
    session(&orphan, "mouse", 2, None);
    assert_eq!(codes(&[&orphan]), ["chain-broken"]);
    std::fs::remove_file(two.join("manifest.json")).expect("a file");
    assert_eq!(codes(&[&one, &two, &three]), ["not-sealed"]);
    let trouble = &verify_chain(&[&two])[0];
    assert!(trouble.file.ends_with("manifest.json"), "{trouble}");
}
