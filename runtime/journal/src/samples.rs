//! The file of what was sampled: frames as in a journal, each with the samples of one stream that follow each other.
//!
//! ```text
//! prelude   "trialect-smp" | u32 version
//! frame     u32 length | u32 crc32c | payload        as in a journal; the first payload is the header, opaque bytes
//! payload   u32 stream | u64 first | i64 at | i16 count …
//! ```
//!
//! `first` is the number of the first sample, `at` the session's time, ns, when the piece came. A piece is handed to the
//! operating system when it comes; reading goes from frame to frame, so that neither needs more memory than a frame.

use crate::Ns;
use crate::fault::JournalFault;
use crate::frame::{HEAD, LONGEST, PRELUDE, checksum, close};
use crate::tail::something_follows;
use crate::writer::sync_folder;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Name of the file in a session's folder.
pub const SAMPLES: &str = "samples.trialect";

const MAGIC: [u8; 12] = *b"trialect-smp";
const VERSION: u32 = 1;
/// Bytes of a payload before its counts.
const LEAD: usize = 20;

/// Samples of one stream that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Index into the streams of the session's header.
    pub stream: u32,
    /// Number of the first sample, from 0.
    pub first: u64,
    /// When the piece came, ns on the session's clock.
    pub at: Ns,
    /// Counts of the converter.
    pub counts: Vec<i16>,
}

fn prelude() -> [u8; PRELUDE] {
    let mut bytes = [0; PRELUDE];
    bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
    bytes[MAGIC.len()..].copy_from_slice(&VERSION.to_le_bytes());
    bytes
}

/// Appends pieces to the file.
#[derive(Debug)]
pub struct SampleWriter {
    file: File,
    path: PathBuf,
    frame: Vec<u8>,
    sum: u32,
    length: u64,
    lost: bool,
}

impl SampleWriter {
    /// Starts a new file and makes its header safe on the disk.
    ///
    /// # Errors
    /// [`JournalFault::Exists`] if there is a file already; what the operating system refuses.
    pub fn create(path: &Path, header: &[u8]) -> Result<SampleWriter, JournalFault> {
        let failed = |error: std::io::Error| JournalFault::io(path, "starting the file of samples", &error);
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(failed)?;
        let sum = crc32c::crc32c(&prelude());
        let mut writer =
            SampleWriter { file, path: path.to_owned(), frame: prelude().to_vec(), sum, length: 0, lost: false };
        writer.frame.resize(PRELUDE + HEAD, 0);
        writer.frame.extend_from_slice(header);
        writer.sum = close(sum, &mut writer.frame[PRELUDE..]);
        writer.hand_over()?;
        writer.file.sync_all().and_then(|()| sync_folder(path)).map_err(failed)?;
        Ok(writer)
    }

    /// Writes a piece in one frame. After an error the file is as it was before.
    ///
    /// # Errors
    /// [`JournalFault::TooLarge`], [`JournalFault::Lost`], and what the operating system refuses.
    pub fn push(&mut self, stream: u32, first: u64, at: Ns, counts: &[i16]) -> Result<(), JournalFault> {
        if self.lost {
            return Err(JournalFault::Lost { path: self.path.clone() });
        }
        let bytes = LEAD + 2 * counts.len();
        if bytes > LONGEST {
            let (bytes, most) = (bytes as u64, LONGEST as u64);
            return Err(JournalFault::TooLarge { path: self.path.clone(), bytes, most });
        }
        self.frame.clear();
        self.frame.resize(HEAD, 0);
        self.frame.extend_from_slice(&stream.to_le_bytes());
        self.frame.extend_from_slice(&first.to_le_bytes());
        self.frame.extend_from_slice(&at.to_le_bytes());
        self.frame.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        let sum = close(self.sum, &mut self.frame);
        self.hand_over()?;
        self.sum = sum;
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), JournalFault> {
        if let Err(error) = self.file.write_all(&self.frame) {
            self.lost = self.file.set_len(self.length).is_err();
            return Err(JournalFault::io(&self.path, "writing samples", &error));
        }
        self.length += self.frame.len() as u64;
        Ok(())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn sync(&mut self) -> Result<(), JournalFault> {
        self.file.sync_data().map_err(|error| JournalFault::io(&self.path, "waiting for the disk", &error))
    }
}

/// Reads a file of samples, one piece after the other.
#[derive(Debug)]
pub struct SampleReader {
    file: BufReader<File>,
    path: PathBuf,
    header: Vec<u8>,
    payload: Vec<u8>,
    sum: u32,
    /// Bytes that hold.
    good: u64,
    length: u64,
}

impl SampleReader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`JournalFault::NotSamples`], [`JournalFault::Version`], [`JournalFault::NoHeader`]; what the system refuses.
    pub fn open(path: &Path) -> Result<SampleReader, JournalFault> {
        let failed = |error: std::io::Error| JournalFault::io(path, "reading samples", &error);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut file = BufReader::new(file);
        let mut start = [0; PRELUDE];
        if length < PRELUDE as u64 {
            return Err(JournalFault::NoHeader { path: path.to_owned() });
        }
        file.read_exact(&mut start).map_err(failed)?;
        if start[..MAGIC.len()] != MAGIC {
            return Err(JournalFault::NotSamples { path: path.to_owned() });
        }
        if start != prelude() {
            let found = u32::from_le_bytes([start[12], start[13], start[14], start[15]]);
            return Err(JournalFault::Version { path: path.to_owned(), found, known: VERSION });
        }
        let (path, sum) = (path.to_owned(), crc32c::crc32c(&prelude()));
        let mut reader =
            SampleReader { file, path, header: Vec::new(), payload: Vec::new(), sum, good: PRELUDE as u64, length };
        if !reader.frame()? {
            return Err(JournalFault::NoHeader { path: reader.path });
        }
        reader.header = std::mem::take(&mut reader.payload);
        Ok(reader)
    }

    /// The header's bytes.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The next piece; none at the end of the file.
    ///
    /// # Errors
    /// [`JournalFault::Torn`] at a frame that does not hold; [`JournalFault::Damaged`] for one that holds no piece.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, JournalFault> {
        let start = self.good;
        if start == self.length {
            return Ok(None);
        }
        if !self.frame()? {
            return Err(JournalFault::Torn { path: self.path.clone(), at: start, bytes: self.length - start });
        }
        let damaged = || JournalFault::Damaged { path: self.path.clone(), at: start, why: "a frame holds no samples" };
        let (lead, counts) = self.payload.split_at_checked(LEAD).ok_or_else(damaged)?;
        let (stream, first, at) = lead_of(lead).ok_or_else(damaged)?;
        if counts.is_empty() || counts.len() % 2 == 1 {
            return Err(damaged());
        }
        let counts = counts.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(Some(Piece { stream, first, at, counts }))
    }

    /// Reads the next frame; false when there is none that holds.
    fn frame(&mut self) -> Result<bool, JournalFault> {
        let left = self.length - self.good;
        let mut head = [0; HEAD];
        if left < HEAD as u64 {
            return Ok(false);
        }
        let failed = |path: &Path, error: std::io::Error| JournalFault::io(path, "reading samples", &error);
        self.file.read_exact(&mut head).map_err(|error| failed(&self.path, error))?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        if length == 0 || length > LONGEST || left < (HEAD + length) as u64 {
            return Ok(false);
        }
        self.payload.resize(length, 0);
        self.file.read_exact(&mut self.payload).map_err(|error| failed(&self.path, error))?;
        let sum = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if checksum(self.sum, &self.payload) != sum {
            return Ok(false);
        }
        self.sum = sum;
        self.good += (HEAD + length) as u64;
        Ok(true)
    }
}

fn lead_of(lead: &[u8]) -> Option<(u32, u64, Ns)> {
    let stream = u32::from_le_bytes(*lead.first_chunk()?);
    let first = u64::from_le_bytes(*lead.get(4..)?.first_chunk()?);
    let at = Ns::from_le_bytes(*lead.get(12..)?.first_chunk()?);
    Some((stream, first, at))
}

/// Cuts off what a crash left incomplete; gives the number of bytes cut off. A file that is not there, or whose header
/// is not whole, is made anew: a crash came while it began, and nothing had been sampled.
///
/// # Errors
/// [`JournalFault::Damaged`] if a frame does not hold though others follow it; those of [`SampleReader::open`].
pub fn recover_samples(path: &Path, header: &[u8]) -> Result<u64, JournalFault> {
    let failed = |error: std::io::Error| JournalFault::io(path, "cutting off torn samples", &error);
    let mut reader = match SampleReader::open(path) {
        Err(JournalFault::NoHeader { .. }) => {
            std::fs::remove_file(path).map_err(failed)?;
            return SampleWriter::create(path, header).map(|_| 0);
        }
        Err(_) if !path.exists() => return SampleWriter::create(path, header).map(|_| 0),
        opened => opened?,
    };
    let (at, bytes) = loop {
        match reader.next_piece() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(0),
            Err(JournalFault::Torn { at, bytes, .. }) => break (at, bytes),
            Err(other) => return Err(other),
        }
    };
    let mut rest = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(at))?;
        file.read_to_end(&mut rest)
    });
    read.map_err(failed)?;
    if something_follows(&rest, 0, reader.sum) {
        let why = "a frame does not match its checksum, and intact ones follow";
        return Err(JournalFault::Damaged { path: path.to_owned(), at, why });
    }
    let cut = OpenOptions::new().write(true).open(path).and_then(|file| {
        file.set_len(at)?;
        file.sync_all()
    });
    cut.map(|()| bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path) {
        let mut writer = SampleWriter::create(path, b"{}").unwrap();
        writer.push(0, 0, 10, &[1, -2, i16::MIN]).unwrap();
        writer.push(1, 7, 11, &[i16::MAX]).unwrap();
        writer.push(0, 3, 20, &[4; 300]).unwrap();
        writer.sync().unwrap();
    }

    fn pieces(path: &Path) -> Vec<Piece> {
        let mut reader = SampleReader::open(path).unwrap();
        assert_eq!(reader.header(), b"{}");
        std::iter::from_fn(|| reader.next_piece().unwrap()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SAMPLES);
        written(&path);
        let found = pieces(&path);
        assert_eq!(found[0], Piece { stream: 0, first: 0, at: 10, counts: vec![1, -2, i16::MIN] });
        assert_eq!(found[1], Piece { stream: 1, first: 7, at: 11, counts: vec![i16::MAX] });
        assert_eq!(found[2].counts, vec![4; 300]);
        assert_eq!(found.len(), 3);
        assert_eq!(SampleWriter::create(&path, b"{}").unwrap_err().code(), "journal-exists");
    }

    #[test]
    fn wherever_it_is_torn_complete_pieces_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SAMPLES);
        written(&path);
        let bytes = std::fs::read(&path).unwrap();
        // Prelude, header, then pieces of 8 + 20 + 2n bytes.
        let ends = [16 + 8 + 2, 16 + 8 + 2 + 34, 16 + 8 + 2 + 34 + 30, 16 + 8 + 2 + 34 + 30 + 628];
        assert_eq!(ends[3], bytes.len());
        for length in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let cut = recover_samples(&path, b"{}").unwrap();
            let whole = ends.iter().rposition(|end| *end <= length);
            assert_eq!(pieces(&path).len(), whole.unwrap_or(0), "{length}");
            assert_eq!(cut, whole.map_or(0, |whole| (length - ends[whole]) as u64), "{length}");
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(recover_samples(&path, b"{}"), Ok(0));
        assert!(pieces(&path).is_empty());
    }

    #[test]
    fn a_changed_byte_in_the_middle_is_no_torn_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SAMPLES);
        written(&path);
        let whole = std::fs::read(&path).unwrap();
        for at in 16 + 8 + 2..16 + 8 + 2 + 34 + 30 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(recover_samples(&path, b"{}").unwrap_err().code(), "journal-damaged", "{at}");
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    }
}
