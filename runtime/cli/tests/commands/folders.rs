//! Folders of sessions: copies, what is in them, what is broken in them.

use crate::command::SUBJECT;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a session of the usual subject.
pub(crate) fn session(data: &Path, ordinal: u32) -> PathBuf {
    data.join(SUBJECT).join(format!("{ordinal:03}"))
}

/// Every file below a folder by its path from there.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, path);
            }
        }
    }
    found
}

/// A copy of a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    copy_by(from, to, |from, to| fs::copy(from, to).map(|_| ()));
}

/// A copy that shares the files' content where the system can, for many copies of which each differs in one file.
pub(crate) fn link(from: &Path, to: &Path) {
    copy_by(from, to, |from, to| fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())));
}

fn copy_by(from: &Path, to: &Path, one: impl Fn(&Path, &Path) -> std::io::Result<()>) {
    for (name, path) in files(from) {
        let target = to.join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        one(&path, &target).unwrap();
    }
}

/// A sealed session as it was while it ran: its sources and the first bytes of its journal.
pub(crate) fn unsealed(sealed: &Path, to: &Path, journal_bytes: usize) {
    copy(&sealed.join("source"), &to.join("source"));
    let journal = fs::read(sealed.join(JOURNAL)).unwrap();
    fs::write(to.join(JOURNAL), &journal[..journal_bytes]).unwrap();
}

pub(crate) const JOURNAL: &str = "journal.trialect";

/// Where the frames of a journal end: a prelude of 16 bytes, then frames of length, checksum and payload.
pub(crate) fn frame_ends(journal: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 16;
    while let Some(length) = journal.get(at..at + 4) {
        at += 8 + u32::from_le_bytes(length.try_into().unwrap()) as usize;
        ends.push(at);
    }
    assert_eq!(ends.last(), Some(&journal.len()), "frames fill the file");
    ends
}

/// `session.json` of a sealed session.
pub(crate) fn session_json(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("session.json")).unwrap()).unwrap()
}

/// Numbers that look random and are the same every time.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// From 0, below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // Knuth's multiplier; the upper half of the word is good enough here.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
