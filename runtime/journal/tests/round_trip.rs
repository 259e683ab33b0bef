//! What is written comes back, over commits, crashes and re-opening.

#![allow(clippy::unwrap_used)] // helpers of tests

mod sample;

use sample::Dice;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use trialect_journal::{Entry, FILE, Journal, Tail, Writer, read, recover_tail};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    (folder, path)
}

#[test]
fn random_entries_come_back() {
    for seed in 0..200 {
        let mut dice = Dice::new(seed);
        let mut entries: Vec<Entry> = (0..dice.below(60)).map(|_| dice.entry()).collect();
        let ended = dice.flip();
        if ended {
            entries.push(dice.end());
        }
        let (_folder, path) = place();
        let mut writer = Writer::create(&path, b"{\"a\":1}").unwrap();
        for entry in &entries {
            writer.push(entry).unwrap();
            if dice.below(5) == 0 {
                writer.commit().unwrap();
            }
        }
        writer.sync().unwrap();
        assert_eq!(writer.length(), fs::metadata(&path).unwrap().len());
        let tail = if ended { Tail::Ended } else { Tail::Clean };
        assert_eq!(read(&path).unwrap(), Journal { header: b"{\"a\":1}".to_vec(), entries, tail }, "seed {seed}");
    }
}

#[test]
fn a_long_frame_is_committed_by_itself_and_the_rest_is_not() {
    let (_folder, path) = place();
    let mut writer = Writer::create(&path, b"h").unwrap();
    let header_only = fs::metadata(&path).unwrap().len();
    for k in 0..10 {
        writer.push(Entry::Fault { at: k, what: "x".repeat(1000) }).unwrap();
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), header_only, "nothing is written before a commit");
    for k in 0..100 {
        writer.push(Entry::Fault { at: k, what: "x".repeat(1000) }).unwrap();
    }
    drop(writer);
    // 64 KiB are 66 entries of 1000 letters and some bytes more; what came after was not committed.
    assert_eq!(read(&path).unwrap().entries.len(), 66);
}

#[test]
fn a_torn_journal_is_recovered_and_goes_on() {
    let mut dice = Dice::new(5);
    let (first, second): (Vec<Entry>, Vec<Entry>) =
        ((0..40).map(|_| dice.entry()).collect(), (0..40).map(|_| dice.entry()).collect());
    let (_folder, path) = place();
    let mut writer = Writer::create(&path, b"header").unwrap();
    first.iter().for_each(|entry| writer.push(entry).unwrap());
    writer.commit().unwrap();
    let good = writer.length();
    second.iter().for_each(|entry| writer.push(entry).unwrap());
    writer.commit().unwrap();
    drop(writer);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 3]).unwrap();

    assert_eq!(Writer::append(&path).unwrap_err().code(), "journal-torn");
    let torn = whole.len() as u64 - 3 - good;
    assert_eq!(read(&path).unwrap().tail, Tail::Torn { at: good, bytes: torn });
    assert_eq!(recover_tail(&path).unwrap(), torn);
    assert_eq!(recover_tail(&path).unwrap(), 0, "there is nothing more to cut");

    let mut writer = Writer::append(&path).unwrap();
    second.iter().for_each(|entry| writer.push(entry).unwrap());
    writer.push(dice.end()).unwrap();
    assert_eq!(writer.push(dice.entry()).unwrap_err().code(), "journal-ended");
    writer.sync().unwrap();
    let journal = read(&path).unwrap();
    assert_eq!(journal.tail, Tail::Ended);
    assert_eq!(journal.entries[..40], first);
    assert_eq!(journal.entries[40..80], second);
    assert_eq!(Writer::append(&path).unwrap_err().code(), "journal-ended");
}

#[test]
fn writing_on_gives_the_same_bytes_as_writing_at_once() {
    let mut dice = Dice::new(9);
    let entries: Vec<Entry> = (0..90).map(|_| dice.entry()).collect();
    let (_folder, path) = place();
    let (_other, at_once) = place();
    let mut writer = Writer::create(&at_once, b"header").unwrap();
    for batch in entries.chunks(30) {
        let mut again = if path.exists() { Writer::append(&path) } else { Writer::create(&path, b"header") }.unwrap();
        batch.iter().for_each(|entry| again.push(entry).unwrap());
        again.commit().unwrap();
        batch.iter().for_each(|entry| writer.push(entry).unwrap());
        writer.commit().unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), fs::read(&at_once).unwrap());
}

#[test]
fn nothing_is_written_over() {
    let (_folder, path) = place();
    Writer::create(&path, b"first").unwrap();
    let fault = Writer::create(&path, b"second").unwrap_err();
    assert_eq!(fault.code(), "journal-exists");
    assert!(fault.to_string().contains(FILE), "{fault}");
    assert_eq!(read(&path).unwrap().header, b"first");
    let missing = path.with_file_name("none").join(FILE);
    assert_eq!(Writer::create(&missing, b"h").unwrap_err().code(), "journal-io");
}
