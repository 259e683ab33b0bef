//! Whatever happens to a file is noticed, and nothing that is in it makes the reader fail badly.

#![allow(clippy::unwrap_used)] // helpers of tests

mod sample;

use sample::Dice;
use std::fs;
use std::path::Path;
use trialect_journal::{Entry, FILE, Journal, JournalFault, Tail, Writer, recover_tail};

const HEADER: &[u8] = b"{\"format\":\"trialect-session/1\"}";

/// A file of some frames, its entries, and the ends of its frames (the first is the header's).
fn file(seed: u64, ended: bool) -> (Vec<u8>, Vec<Entry>, Vec<usize>) {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let mut writer = Writer::create(&path, HEADER).unwrap();
    let mut entries = Vec::new();
    let mut ends = vec![writer.length() as usize];
    for frame in 0..6 {
        for _ in 0..1 + dice.below(6) {
            entries.push(dice.entry());
            writer.push(entries.last().unwrap()).unwrap();
        }
        if frame == 5 && ended {
            entries.push(dice.end());
            writer.push(entries.last().unwrap()).unwrap();
        }
        writer.commit().unwrap();
        ends.push(writer.length() as usize);
    }
    (fs::read(&path).unwrap(), entries, ends)
}

fn parse(bytes: &[u8]) -> Result<Journal, JournalFault> {
    Journal::parse(Path::new(FILE), bytes)
}

#[test]
fn a_file_cut_off_anywhere_is_a_prefix_of_itself() {
    for seed in 0..5 {
        let (bytes, entries, ends) = file(seed, true);
        for length in 0..bytes.len() {
            let journal = parse(&bytes[..length]).unwrap();
            assert!(entries.starts_with(&journal.entries), "cut at {length}");
            let good = ends.iter().copied().filter(|&end| end <= length).max().unwrap_or(0);
            let expected = match length - good {
                0 if good > 0 => Tail::Clean,
                bytes => Tail::Torn { at: good as u64, bytes: bytes as u64 },
            };
            assert_eq!(journal.tail, expected, "cut at {length}");
            assert_eq!(journal.header, if good > 0 { HEADER } else { b"" });
        }
        assert_eq!(parse(&bytes).unwrap().tail, Tail::Ended);
    }
}

#[test]
fn a_changed_byte_is_noticed_and_in_the_middle_it_is_an_error() {
    let (bytes, entries, ends) = file(7, true);
    let last = ends[ends.len() - 2];
    for at in 0..bytes.len() {
        for change in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            match parse(&changed) {
                // In the last frame it cannot be told from a torn write.
                Ok(journal) => {
                    assert!(at >= last, "byte {at} ^ {change:#x} taken for a torn tail");
                    let bytes = (bytes.len() - last) as u64;
                    assert_eq!(journal.tail, Tail::Torn { at: last as u64, bytes });
                    assert!(entries.starts_with(&journal.entries));
                }
                Err(JournalFault::Damaged { at: named, .. }) => {
                    assert!(at >= 16, "the prelude has faults of its own");
                    let frame = ends.iter().copied().filter(|&end| end <= at).max().unwrap_or(16);
                    assert_eq!(named, frame as u64, "byte {at}");
                }
                Err(JournalFault::NotAJournal { .. }) => assert!(at < 12),
                Err(JournalFault::Version { .. }) => assert!((12..16).contains(&at)),
                Err(other) => panic!("byte {at}: {other}"),
            }
        }
    }
}

#[test]
fn frames_cannot_be_dropped_swapped_or_repeated() {
    let (bytes, _, ends) = file(3, true);
    let frame = |k: usize| &bytes[ends[k]..ends[k + 1]];
    let with = |order: &[usize]| {
        let mut made = bytes[..ends[0]].to_vec();
        order.iter().for_each(|&k| made.extend_from_slice(frame(k)));
        parse(&made)
    };
    assert_eq!(with(&[0, 1, 2, 3, 4, 5]).unwrap().tail, Tail::Ended);
    for (order, offset) in [
        (&[1, 2, 3, 4, 5][..], ends[0]),
        (&[0, 1, 3, 4, 5], ends[2]),
        (&[0, 1, 1, 2, 3, 4, 5], ends[2]),
        (&[0, 2, 1, 3, 4, 5], ends[1]),
    ] {
        match with(order) {
            Err(JournalFault::Damaged { at, .. }) => assert_eq!(at, offset as u64, "{order:?}"),
            other => panic!("{order:?}: {other:?}"),
        }
    }
    // Without the last but one the last does not hold: the session has no end any more.
    assert!(matches!(with(&[0, 1, 2, 3, 5]).unwrap().tail, Tail::Torn { .. }));
}

#[test]
fn a_wiped_sector_in_the_middle_is_not_taken_for_a_torn_tail() {
    let (bytes, _, ends) = file(11, false);
    for start in ends[0]..ends[2] {
        let mut wiped = bytes.clone();
        wiped[start..start + (ends[3] - ends[2]).min(40)].fill(0);
        if wiped != bytes {
            assert!(matches!(parse(&wiped), Err(JournalFault::Damaged { .. })), "wiped from {start}");
        }
    }
}

#[test]
fn a_tail_of_zeros_is_torn() {
    let (bytes, entries, _) = file(12, false);
    for extra in [1, 7, 8, 9, 4096] {
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + extra, 0);
        let journal = parse(&longer).unwrap();
        assert_eq!(journal.tail, Tail::Torn { at: bytes.len() as u64, bytes: extra as u64 });
        assert_eq!(journal.entries, entries);
    }
}

#[test]
fn random_bytes_never_make_it_panic() {
    let mut dice = Dice::new(1);
    let (bytes, _, ends) = file(2, false);
    for round in 0..20_000 {
        let garbage: Vec<u8> = (0..dice.below(120)).map(|_| dice.word() as u8).collect();
        let _ = parse(&garbage);
        let mut after_header = bytes[..ends[round % ends.len()]].to_vec();
        after_header.extend_from_slice(&garbage);
        let _ = parse(&after_header);
        let mut several = bytes.clone();
        for _ in 0..1 + dice.below(6) {
            let at = dice.below(several.len() as u64) as usize;
            several[at] = dice.word() as u8;
        }
        let _ = parse(&several);
    }
}

#[test]
fn recovery_does_not_touch_a_damaged_file() {
    let (mut bytes, _, ends) = file(4, false);
    bytes[ends[1] + 9] ^= 1;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(recover_tail(&path).unwrap_err().code(), "journal-damaged");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    fs::write(&path, &bytes[..20]).unwrap();
    assert_eq!(recover_tail(&path).unwrap_err().code(), "journal-no-header");
    assert_eq!(fs::read(&path).unwrap().len(), 20);
}
