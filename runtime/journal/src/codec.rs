//! Entries as bytes and back, exactly inverse, in little space.
//!
//! Times are written as the difference to the entry before, the values of an input as the difference
//! to that input's value before, words of rows as the exclusive or with the row before: one bit says
//! whether a word changed, and only a changed word is written. The context for this runs on over the
//! frames of a file. Nothing is allocated that the bytes at hand do not hold: a word costs at least
//! one bit.

use crate::varint::{Bytes, Garbled, put, put_signed, put_text};
use crate::{Entry, Ns, Request};

/// The first byte of an entry; one with the top bit set is an [`Entry::Input`] of the line in its lower bits.
mod tag {
    pub(super) const SESSION_START: u8 = 0;
    pub(super) const TRIAL_START: u8 = 1;
    /// To it, 1 is added for a given value and 2 for one outside the support.
    pub(super) const DRAW: u8 = 2;
    /// To it, 1 is added for a value that the rules cannot give.
    pub(super) const GIVEN: u8 = 6;
    /// An input whose line does not fit into seven bits.
    pub(super) const FAR_INPUT: u8 = 8;
    pub(super) const STATE: u8 = 9;
    pub(super) const DECISION: u8 = 10;
    pub(super) const OUTPUT: u8 = 11;
    pub(super) const RELEASE: u8 = 12;
    pub(super) const ROW: u8 = 13;
    pub(super) const ROW_WITH_OUTCOME: u8 = 14;
    pub(super) const SUBJECT: u8 = 15;
    pub(super) const FAULT: u8 = 16;
    pub(super) const SESSION_END: u8 = 17;
    pub(super) const TIMES: u8 = 18;
    pub(super) const REQUEST: u8 = 19;
    /// A measured value; to it, 1 is added when there is none.
    pub(super) const MEASURED: u8 = 20;
    pub(super) const NOT_MEASURED: u8 = 21;
    pub(super) const INPUT: u8 = 0x80;
}

/// The byte after the head of an [`Entry::Request`].
mod request {
    pub(super) const CHANGE: u8 = 0;
    /// A change of a parameter that had no value.
    pub(super) const FIRST_VALUE: u8 = 1;
    pub(super) const PAUSE: u8 = 2;
    pub(super) const RESUME: u8 = 3;
    pub(super) const STOP: u8 = 4;
    pub(super) const NOTE: u8 = 5;
}

/// Lines whose latest value is kept.
const LINES: usize = 128;

/// What the next entry is written relative to.
#[derive(Debug)]
pub(crate) struct Codec {
    at: Ns,
    values: [i64; LINES],
    words: Vec<u64>,
    present: Vec<u64>,
}

impl Codec {
    /// At the start of a file.
    pub(crate) fn new() -> Codec {
        Codec { at: 0, values: [0; LINES], words: Vec::new(), present: Vec::new() }
    }

    /// Appends an entry. Allocates only to grow `out`, or with the first row.
    pub(crate) fn encode(&mut self, entry: &Entry, out: &mut Vec<u8>) {
        match entry {
            Entry::SessionStart { at, words, present } => {
                self.put_head(out, tag::SESSION_START, *at);
                self.put_words(out, words, present);
            }
            Entry::TrialStart { trial, at } => self.put_indexed(out, tag::TRIAL_START, *trial, *at),
            Entry::Draw { draw, word, given, outside } => {
                out.push(tag::DRAW + u8::from(*given) + 2 * u8::from(*outside));
                put(out, u64::from(*draw));
                put(out, *word);
            }
            Entry::Times { draw, times } => {
                out.push(tag::TIMES);
                put(out, u64::from(*draw));
                put_all(out, times);
            }
            Entry::Given { column, word, outside } => {
                out.push(tag::GIVEN + u8::from(*outside));
                put(out, u64::from(*column));
                put(out, *word);
            }
            Entry::Input { line, at, value } => self.put_input(out, *line, *at, *value),
            Entry::State { state, at } => self.put_indexed(out, tag::STATE, *state, *at),
            Entry::Decision { rule, at } => self.put_indexed(out, tag::DECISION, *rule, *at),
            Entry::Output { output, at, arguments } => {
                self.put_indexed(out, tag::OUTPUT, *output, *at);
                put_all(out, arguments);
            }
            Entry::Release { output, at } => self.put_indexed(out, tag::RELEASE, *output, *at),
            Entry::Row { trial, at, outcome, words, present } => {
                let tag = if outcome.is_some() { tag::ROW_WITH_OUTCOME } else { tag::ROW };
                self.put_indexed(out, tag, *trial, *at);
                outcome.iter().for_each(|&outcome| put(out, u64::from(outcome)));
                self.put_words(out, words, present);
            }
            Entry::Subject { changes } => {
                out.push(tag::SUBJECT);
                put(out, changes.len() as u64);
                for &(index, word) in changes {
                    put(out, u64::from(index));
                    put(out, word);
                }
            }
            Entry::Measured { column, at, word } => {
                self.put_indexed(out, tag::MEASURED + u8::from(word.is_none()), *column, *at);
                word.iter().for_each(|&word| put(out, word));
            }
            Entry::Request { at, by, request } => {
                self.put_head(out, tag::REQUEST, *at);
                put_request(out, by, request);
            }
            Entry::Fault { at, what } => {
                self.put_head(out, tag::FAULT, *at);
                put_text(out, what);
            }
            Entry::SessionEnd { at, reason, subject, words, present } => {
                self.put_head(out, tag::SESSION_END, *at);
                put_text(out, reason);
                put_all(out, subject);
                self.put_words(out, words, present);
            }
        }
    }

    /// Reads one entry. Any bytes give an entry or an error.
    pub(crate) fn decode(&mut self, bytes: &mut Bytes<'_>) -> Result<Entry, Garbled> {
        let tag = bytes.byte()?;
        Ok(match tag {
            tag::SESSION_START => {
                let at = self.time(bytes)?;
                let (words, present) = self.words(bytes)?;
                Entry::SessionStart { at, words, present }
            }
            tag::TRIAL_START => Entry::TrialStart { at: self.time(bytes)?, trial: bytes.index()? },
            tag::DRAW..tag::GIVEN => {
                let flags = tag - tag::DRAW;
                let (given, outside) = (flags & 1 == 1, flags & 2 == 2);
                Entry::Draw { draw: bytes.index()?, word: bytes.unsigned()?, given, outside }
            }
            tag::GIVEN..tag::FAR_INPUT => {
                Entry::Given { column: bytes.index()?, word: bytes.unsigned()?, outside: tag > tag::GIVEN }
            }
            tag::FAR_INPUT | tag::INPUT.. => self.input(tag, bytes)?,
            tag::TIMES => Entry::Times { draw: bytes.index()?, times: all(bytes)? },
            tag::STATE => Entry::State { at: self.time(bytes)?, state: bytes.index()? },
            tag::DECISION => Entry::Decision { at: self.time(bytes)?, rule: bytes.index()? },
            tag::OUTPUT => Entry::Output { at: self.time(bytes)?, output: bytes.index()?, arguments: all(bytes)? },
            tag::RELEASE => Entry::Release { at: self.time(bytes)?, output: bytes.index()? },
            tag::ROW | tag::ROW_WITH_OUTCOME => {
                let (at, trial) = (self.time(bytes)?, bytes.index()?);
                let outcome = if tag == tag::ROW { None } else { Some(bytes.index()?) };
                let (words, present) = self.words(bytes)?;
                Entry::Row { trial, at, outcome, words, present }
            }
            tag::SUBJECT => Entry::Subject { changes: changes(bytes)? },
            tag::MEASURED | tag::NOT_MEASURED => {
                let (at, column) = (self.time(bytes)?, bytes.index()?);
                let word = if tag == tag::MEASURED { Some(bytes.unsigned()?) } else { None };
                Entry::Measured { column, at, word }
            }
            tag::REQUEST => Entry::Request { at: self.time(bytes)?, by: bytes.text()?, request: asked(bytes)? },
            tag::FAULT => Entry::Fault { at: self.time(bytes)?, what: bytes.text()? },
            tag::SESSION_END => {
                let (at, reason, subject) = (self.time(bytes)?, bytes.text()?, all(bytes)?);
                let (words, present) = self.words(bytes)?;
                Entry::SessionEnd { at, reason, subject, words, present }
            }
            _ => return Err(Garbled("an entry of an unknown kind")),
        })
    }

    fn put_head(&mut self, out: &mut Vec<u8>, tag: u8, at: Ns) {
        out.push(tag);
        put_signed(out, at.wrapping_sub(self.at));
        self.at = at;
    }

    fn put_indexed(&mut self, out: &mut Vec<u8>, tag: u8, index: u32, at: Ns) {
        self.put_head(out, tag, at);
        put(out, u64::from(index));
    }

    fn time(&mut self, bytes: &mut Bytes<'_>) -> Result<Ns, Garbled> {
        self.at = self.at.wrapping_add(bytes.signed()?);
        Ok(self.at)
    }

    fn put_input(&mut self, out: &mut Vec<u8>, line: u32, at: Ns, value: i64) {
        match self.values.get_mut(line as usize) {
            Some(before) => {
                let change = value.wrapping_sub(*before);
                *before = value;
                self.put_head(out, tag::INPUT | line as u8, at);
                put_signed(out, change);
            }
            None => {
                self.put_indexed(out, tag::FAR_INPUT, line, at);
                put_signed(out, value);
            }
        }
    }

    fn input(&mut self, tag: u8, bytes: &mut Bytes<'_>) -> Result<Entry, Garbled> {
        let at = self.time(bytes)?;
        if tag == tag::FAR_INPUT {
            let line = bytes.index()?;
            if (line as usize) < LINES {
                return Err(Garbled("an input is longer than it need be"));
            }
            return Ok(Entry::Input { line, at, value: bytes.signed()? });
        }
        let line = tag & !tag::INPUT;
        let before = &mut self.values[line as usize];
        *before = before.wrapping_add(bytes.signed()?);
        Ok(Entry::Input { line: u32::from(line), at, value: *before })
    }

    fn put_words(&mut self, out: &mut Vec<u8>, words: &[u64], present: &[u64]) {
        put_changes(out, &mut self.words, words);
        put_changes(out, &mut self.present, present);
    }

    fn words(&mut self, bytes: &mut Bytes<'_>) -> Result<(Vec<u64>, Vec<u64>), Garbled> {
        Ok((read_changes(&mut self.words, bytes)?, read_changes(&mut self.present, bytes)?))
    }
}

fn put_request(out: &mut Vec<u8>, by: &str, request: &Request) {
    put_text(out, by);
    match request {
        Request::Change { column, from, to } => {
            out.push(if from.is_some() { request::CHANGE } else { request::FIRST_VALUE });
            put(out, u64::from(*column));
            from.iter().for_each(|&from| put(out, from));
            put(out, *to);
        }
        Request::Pause => out.push(request::PAUSE),
        Request::Resume => out.push(request::RESUME),
        Request::Stop => out.push(request::STOP),
        Request::Note { text } => {
            out.push(request::NOTE);
            put_text(out, text);
        }
    }
}

fn asked(bytes: &mut Bytes<'_>) -> Result<Request, Garbled> {
    let kind = bytes.byte()?;
    Ok(match kind {
        request::CHANGE | request::FIRST_VALUE => {
            let column = bytes.index()?;
            let from = if kind == request::CHANGE { Some(bytes.unsigned()?) } else { None };
            Request::Change { column, from, to: bytes.unsigned()? }
        }
        request::PAUSE => Request::Pause,
        request::RESUME => Request::Resume,
        request::STOP => Request::Stop,
        request::NOTE => Request::Note { text: bytes.text()? },
        _ => return Err(Garbled("a request of an unknown kind")),
    })
}

/// The number of words; then for each eight of them a byte that says which changed, and those.
fn put_changes(out: &mut Vec<u8>, before: &mut Vec<u64>, now: &[u64]) {
    put(out, now.len() as u64);
    before.resize(now.len(), 0);
    for (before, now) in before.chunks_mut(8).zip(now.chunks(8)) {
        let changed = before.iter().zip(now).enumerate().filter(|(_, (before, now))| before != now);
        out.push(changed.fold(0, |bits, (k, _)| bits | 1 << k));
        for (before, &now) in before.iter_mut().zip(now).filter(|(before, now)| before != now) {
            put(out, *before ^ now);
            *before = now;
        }
    }
}

/// The inverse of [`put_changes`].
fn read_changes(before: &mut Vec<u64>, bytes: &mut Bytes<'_>) -> Result<Vec<u64>, Garbled> {
    let count = bytes.count(8)?;
    before.resize(count, 0);
    for eight in before.chunks_mut(8) {
        let changed = bytes.byte()?;
        if u32::from(changed) >> eight.len() != 0 {
            return Err(Garbled("a change in a word that a row does not have"));
        }
        for (k, word) in eight.iter_mut().enumerate() {
            if changed >> k & 1 == 1 {
                let change = bytes.unsigned()?;
                if change == 0 {
                    return Err(Garbled("a change of nothing"));
                }
                *word ^= change;
            }
        }
    }
    Ok(before.clone())
}

fn put_all(out: &mut Vec<u8>, words: &[u64]) {
    put(out, words.len() as u64);
    words.iter().for_each(|&word| put(out, word));
}

fn all(bytes: &mut Bytes<'_>) -> Result<Vec<u64>, Garbled> {
    let count = bytes.count(1)?;
    (0..count).map(|_| bytes.unsigned()).collect()
}

fn changes(bytes: &mut Bytes<'_>) -> Result<Vec<(u32, u64)>, Garbled> {
    let count = bytes.count(1)?;
    (0..count).map(|_| Ok((bytes.index()?, bytes.unsigned()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(entries: &[Entry]) -> Vec<u8> {
        let (mut codec, mut out) = (Codec::new(), Vec::new());
        entries.iter().for_each(|entry| codec.encode(entry, &mut out));
        out
    }

    /// The bytes are the file format: a change here needs another version.
    #[test]
    fn the_bytes_are_pinned() {
        let row = |trial, words: [u64; 9]| Entry::Row {
            trial,
            at: 100,
            outcome: Some(2),
            words: words.to_vec(),
            present: vec![0x1ff],
        };
        let entries = [
            Entry::SessionStart { at: 0, words: vec![1, 0], present: vec![3] },
            Entry::TrialStart { trial: 1, at: 5 },
            Entry::Draw { draw: 3, word: 300, given: true, outside: true },
            Entry::Given { column: 4, word: 1, outside: false },
            Entry::Input { line: 2, at: 6, value: -1 },
            Entry::Input { line: 2, at: 7, value: 1 },
            Entry::Input { line: 128, at: 7, value: 1 },
            Entry::State { state: 7, at: 7 },
            Entry::Decision { rule: 8, at: 7 },
            Entry::Output { output: 9, at: 7, arguments: vec![1, 2] },
            Entry::Release { output: 9, at: 7 },
            row(1, [1, 0, 0, 0, 0, 0, 0, 0, 5]),
            row(2, [1, 0, 0, 0, 0, 0, 0, 1, 4]),
            Entry::Row { trial: 3, at: 100, outcome: None, words: vec![], present: vec![] },
            Entry::Subject { changes: vec![(6, 7)] },
            Entry::Request { at: 100, by: "m".into(), request: Request::Change { column: 3, from: Some(5), to: 300 } },
            Entry::Request { at: 100, by: "m".into(), request: Request::Change { column: 3, from: None, to: 1 } },
            Entry::Request { at: 101, by: String::new(), request: Request::Pause },
            Entry::Request { at: 102, by: String::new(), request: Request::Resume },
            Entry::Request { at: 102, by: String::new(), request: Request::Note { text: "n".into() } },
            Entry::Request { at: 100, by: String::new(), request: Request::Stop },
            Entry::Times { draw: 3, times: vec![1, 300] },
            Entry::Measured { column: 4, at: 101, word: Some(300) },
            Entry::Measured { column: 4, at: 100, word: None },
            Entry::Fault { at: 99, what: "ä".into() },
            Entry::SessionEnd { at: 99, reason: "r".into(), subject: vec![1], words: vec![], present: vec![] },
        ];
        #[rustfmt::skip]
        let expected = [
            0, 0, 2, 0b01, 1, 1, 0b1, 3,
            1, 10, 1,
            5, 3, 0xac, 2,
            6, 4, 1,
            0x82, 2, 1,
            0x82, 2, 4,
            8, 0, 0x80, 1, 2,
            9, 0, 7,
            10, 0, 8,
            11, 0, 9, 2, 1, 2,
            12, 0, 9,
            14, 0xba, 1, 1, 2, 9, 0, 1, 5, 1, 1, 0xfc, 3,
            14, 0, 2, 2, 9, 0x80, 1, 1, 1, 1, 0,
            13, 0, 3, 0, 0,
            15, 1, 6, 7,
            19, 0, 1, b'm', 0, 3, 5, 0xac, 2,
            19, 0, 1, b'm', 1, 3, 1,
            19, 2, 0, 2,
            19, 2, 0, 3,
            19, 0, 0, 5, 1, b'n',
            19, 3, 0, 4,
            18, 3, 2, 1, 0xac, 2,
            20, 2, 4, 0xac, 2,
            21, 1, 4,
            16, 1, 2, 0xc3, 0xa4,
            17, 0, 1, b'r', 1, 1, 0, 0,
        ];
        assert_eq!(written(&entries), expected);
    }

    #[test]
    fn every_entry_has_one_spelling() {
        let mut word = 1u64;
        let mut read = 0;
        for _ in 0..200_000 {
            let garbage: [u8; 24] = std::array::from_fn(|k| {
                word = word.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                // The first byte is mostly a tag, many others are small, so that much of it can be read.
                let byte = (word >> 33) as u8;
                if k == 0 {
                    byte % 22
                } else if byte & 3 == 0 {
                    byte
                } else {
                    byte % 4
                }
            });
            let mut bytes = Bytes(&garbage);
            if let Ok(entry) = Codec::new().decode(&mut bytes) {
                let used = garbage.len() - bytes.0.len();
                assert_eq!(written(&[entry]), garbage[..used]);
                read += 1;
            }
        }
        assert!(read > 50_000, "only {read} of the random bytes could be read");
    }

    #[test]
    fn a_hostile_length_is_refused_before_anything_is_allocated() {
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        for start in [&[tag::SESSION_START, 0][..], &[tag::OUTPUT, 0, 0], &[tag::SUBJECT], &[tag::FAULT, 0]] {
            let bytes = [start, &huge, &[0; 40]].concat();
            assert!(Codec::new().decode(&mut Bytes(&bytes)).is_err(), "{start:?}");
        }
    }
}
