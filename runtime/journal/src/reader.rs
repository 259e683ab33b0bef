//! Reading a journal, and recovering one after a crash.

use crate::Entry;
use crate::codec::Codec;
use crate::fault::JournalFault;
use crate::frame::{Opening, PRELUDE, VERSION, first_checksum, frame_at, opening};
use crate::tail::something_follows;
use crate::varint::Bytes;
use std::fs::OpenOptions;
use std::path::Path;

/// Everything in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// The header's bytes; empty if the file is torn before their end.
    pub header: Vec<u8>,
    /// In the order in which they were written.
    pub entries: Vec<Entry>,
    /// How the file ends.
    pub tail: Tail,
}

/// How a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// After a whole frame; the session has not ended.
    Clean,
    /// In a frame that a crash left incomplete.
    Torn {
        /// Its offset; 0 if not even the header is whole.
        at: u64,
        /// How many bytes of it there are.
        bytes: u64,
    },
    /// After the session's end.
    Ended,
}

impl Journal {
    /// Reads the bytes of a journal. `path` is for messages only.
    ///
    /// # Errors
    /// [`JournalFault::NotAJournal`], [`JournalFault::Version`]; [`JournalFault::Damaged`] for a frame that does not
    /// hold though others follow it. A torn last frame is no error: see [`Journal::tail`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Journal, JournalFault> {
        scan(path, bytes).map(|found| found.journal)
    }
}

/// Reads a journal from its file.
///
/// # Errors
/// Those of [`Journal::parse`]; what the operating system refuses.
pub fn read(path: &Path) -> Result<Journal, JournalFault> {
    Journal::parse(path, &load(path)?)
}

/// Cuts off a torn tail, so that [`crate::Writer::append`] can go on; gives the number of bytes cut off.
///
/// # Errors
/// Those of [`read`]; [`JournalFault::NoHeader`] if nothing would be left.
pub fn recover_tail(path: &Path) -> Result<u64, JournalFault> {
    let Tail::Torn { at, bytes } = read(path)?.tail else { return Ok(0) };
    if at == 0 {
        return Err(JournalFault::NoHeader { path: path.to_owned() });
    }
    let cut = OpenOptions::new().write(true).open(path).and_then(|file| {
        file.set_len(at)?;
        file.sync_all()
    });
    cut.map(|()| bytes).map_err(|error| JournalFault::io(path, "cutting off the torn tail", &error))
}

/// The bytes of a file.
pub(crate) fn load(path: &Path) -> Result<Vec<u8>, JournalFault> {
    std::fs::read(path).map_err(|error| JournalFault::io(path, "reading the journal", &error))
}

/// A journal and what is needed to go on writing it.
pub(crate) struct Scan {
    pub(crate) journal: Journal,
    pub(crate) codec: Codec,
    /// Checksum of the last whole frame.
    pub(crate) sum: u32,
    /// Bytes up to the end of the last whole frame.
    pub(crate) good: usize,
}

/// Walks over the frames as far as they hold.
pub(crate) fn scan(path: &Path, bytes: &[u8]) -> Result<Scan, JournalFault> {
    let journal = Journal { header: Vec::new(), entries: Vec::new(), tail: Tail::Clean };
    let mut found = Scan { journal, codec: Codec::new(), sum: first_checksum(), good: 0 };
    match opening(bytes) {
        Opening::Journal => {}
        Opening::Torn => return Ok(found.torn(bytes)),
        Opening::Version(version) => {
            return Err(JournalFault::Version { path: path.to_owned(), found: version, known: VERSION });
        }
        Opening::Other => return Err(JournalFault::NotAJournal { path: path.to_owned() }),
    }
    let damaged = |at: usize, why| JournalFault::Damaged { path: path.to_owned(), at: at as u64, why };
    let mut at = PRELUDE;
    while at < bytes.len() {
        let Some(frame) = frame_at(bytes, at).filter(|frame| frame.follows(found.sum)) else {
            if something_follows(bytes, at, found.sum) {
                return Err(damaged(at, "a frame does not match its checksum, and intact ones follow"));
            }
            return Ok(found.torn(bytes));
        };
        found.take(at == PRELUDE, frame.payload).map_err(|why| damaged(at, why))?;
        found.sum = frame.sum;
        found.good = frame.end;
        at = frame.end;
    }
    if found.good == 0 {
        return Ok(found.torn(bytes));
    }
    if found.has_ended() {
        found.journal.tail = Tail::Ended;
    }
    Ok(found)
}

impl Scan {
    /// The payload of a frame: the header, or entries.
    fn take(&mut self, is_header: bool, payload: &[u8]) -> Result<(), &'static str> {
        if is_header {
            self.journal.header = payload.to_vec();
            return Ok(());
        }
        let mut rest = Bytes(payload);
        while !rest.is_empty() {
            if self.has_ended() {
                return Err("an entry stands after the session's end");
            }
            let entry = self.codec.decode(&mut rest).map_err(|garbled| garbled.0)?;
            self.journal.entries.push(entry);
        }
        Ok(())
    }

    fn has_ended(&self) -> bool {
        matches!(self.journal.entries.last(), Some(Entry::SessionEnd { .. }))
    }

    fn torn(mut self, bytes: &[u8]) -> Scan {
        self.journal.tail = Tail::Torn { at: self.good as u64, bytes: (bytes.len() - self.good) as u64 };
        self
    }
}
