//! Writing a journal.

use crate::codec::Codec;
use crate::fault::JournalFault;
use crate::frame::{HEAD, LONGEST, PRELUDE, close, first_checksum, prelude};
use crate::reader::{Tail, scan};
use crate::{Entry, reader};
use std::borrow::Borrow;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A frame is committed by itself when it has grown to this many bytes.
const FRAME_LIMIT: usize = 64 * 1024;

/// Appends entries to a journal.
///
/// Entries gather in a buffer; [`Writer::commit`] closes the frame and hands it to the operating system
/// in one write, [`Writer::sync`] also waits until it is on the disk. What was not committed when the
/// process ends is lost, so commit at each trial boundary.
#[derive(Debug)]
pub struct Writer {
    file: File,
    path: PathBuf,
    codec: Codec,
    /// The open frame with room for its head; keeps its capacity.
    frame: Vec<u8>,
    /// Checksum of the frame before.
    sum: u32,
    /// Bytes of the file that hold.
    length: u64,
    ended: bool,
    lost: bool,
}

impl Writer {
    /// Starts a journal in a new file and makes its header safe on the disk.
    ///
    /// # Errors
    /// [`JournalFault::Exists`] if there is a file already; what the operating system refuses.
    pub fn create(path: &Path, header: &[u8]) -> Result<Writer, JournalFault> {
        let doing = "starting the journal";
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        let file = file.map_err(|error| JournalFault::io(path, doing, &error))?;
        let mut writer = Writer::on(file, path);
        writer.begin(header)?;
        writer.file.sync_all().map_err(|error| JournalFault::io(path, doing, &error))?;
        sync_folder(path).map_err(|error| JournalFault::io(path, doing, &error))?;
        Ok(writer)
    }

    /// Goes on with a journal that neither ended nor is torn (see [`reader::recover_tail`]).
    ///
    /// # Errors
    /// [`JournalFault::Torn`], [`JournalFault::Ended`], [`JournalFault::NoHeader`]; whatever [`reader::read`] says.
    pub fn append(path: &Path) -> Result<Writer, JournalFault> {
        let doing = "going on with the journal";
        let bytes = reader::load(path)?;
        let found = scan(path, &bytes)?;
        match found.journal.tail {
            Tail::Clean => {}
            Tail::Ended => return Err(JournalFault::Ended { path: path.to_owned() }),
            Tail::Torn { at: 0, .. } => return Err(JournalFault::NoHeader { path: path.to_owned() }),
            Tail::Torn { at, bytes } => return Err(JournalFault::Torn { path: path.to_owned(), at, bytes }),
        }
        let file = OpenOptions::new().append(true).open(path);
        let file = file.map_err(|error| JournalFault::io(path, doing, &error))?;
        let writer = Writer::on(file, path);
        Ok(Writer { codec: found.codec, sum: found.sum, length: found.good as u64, ..writer })
    }

    fn on(file: File, path: &Path) -> Writer {
        let mut frame = Vec::with_capacity(2 * FRAME_LIMIT);
        frame.resize(HEAD, 0);
        Writer {
            file,
            path: path.to_owned(),
            codec: Codec::new(),
            frame,
            sum: first_checksum(),
            length: 0,
            ended: false,
            lost: false,
        }
    }

    /// Prelude and header frame, in one write.
    fn begin(&mut self, header: &[u8]) -> Result<(), JournalFault> {
        self.fits(header.len())?;
        let mut start = prelude().to_vec();
        start.resize(PRELUDE + HEAD, 0);
        start.extend_from_slice(header);
        if header.is_empty() {
            return Err(JournalFault::NoHeader { path: self.path.clone() });
        }
        let sum = close(self.sum, &mut start[PRELUDE..]);
        self.file.write_all(&start).map_err(|error| JournalFault::io(&self.path, "writing the header", &error))?;
        self.sum = sum;
        self.length = start.len() as u64;
        Ok(())
    }

    /// Adds an entry to the open frame, and commits the frame if it has become large.
    ///
    /// In steady state nothing is allocated.
    ///
    /// # Errors
    /// [`JournalFault::Ended`] after a [`Entry::SessionEnd`]; those of [`Writer::commit`].
    pub fn push(&mut self, entry: impl Borrow<Entry>) -> Result<(), JournalFault> {
        if self.lost {
            return Err(JournalFault::Lost { path: self.path.clone() });
        }
        if self.ended {
            return Err(JournalFault::Ended { path: self.path.clone() });
        }
        let entry = entry.borrow();
        self.codec.encode(entry, &mut self.frame);
        self.ended = matches!(entry, Entry::SessionEnd { .. });
        if self.frame.len() >= FRAME_LIMIT { self.commit() } else { Ok(()) }
    }

    /// Closes the frame and hands it to the operating system in one write. Without entries it does nothing.
    ///
    /// After an error the entries are kept and the file is as before, so that it can be tried again.
    ///
    /// # Errors
    /// [`JournalFault::DiskFull`] and others of the operating system; [`JournalFault::Lost`] if the file could not be
    /// put back.
    pub fn commit(&mut self) -> Result<(), JournalFault> {
        if self.lost {
            return Err(JournalFault::Lost { path: self.path.clone() });
        }
        if self.frame.len() <= HEAD {
            return Ok(());
        }
        self.fits(self.frame.len() - HEAD)?;
        let sum = close(self.sum, &mut self.frame);
        if let Err(error) = self.file.write_all(&self.frame) {
            self.lost = self.file.set_len(self.length).is_err();
            return Err(JournalFault::io(&self.path, "writing a frame", &error));
        }
        self.sum = sum;
        self.length += self.frame.len() as u64;
        self.frame.truncate(HEAD);
        Ok(())
    }

    /// Commits, and waits until everything is on the disk.
    ///
    /// # Errors
    /// Those of [`Writer::commit`]; what the operating system refuses.
    pub fn sync(&mut self) -> Result<(), JournalFault> {
        self.commit()?;
        self.file.sync_data().map_err(|error| JournalFault::io(&self.path, "waiting for the disk", &error))
    }

    /// Bytes handed to the operating system so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    fn fits(&self, bytes: usize) -> Result<(), JournalFault> {
        if bytes > LONGEST {
            let (bytes, most) = (bytes as u64, LONGEST as u64);
            return Err(JournalFault::TooLarge { path: self.path.clone(), bytes, most });
        }
        Ok(())
    }
}

/// Makes the file's name safe on the disk. On Windows a folder cannot be synced and need not be.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|folder| cfg!(unix) && !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_and_loses_nothing_that_was_committed() {
        // Every write to this device fails for lack of space, and it cannot be put back.
        let path = Path::new("/dev/full");
        let file = OpenOptions::new().append(true).open(path).unwrap();
        let mut writer = Writer::on(file, path);
        assert_eq!(writer.begin(b"{}").unwrap_err().code(), "journal-disk-full");
        writer.push(Entry::TrialStart { trial: 1, at: 0 }).unwrap();
        let fault = writer.commit().unwrap_err();
        assert_eq!(fault.code(), "journal-disk-full");
        assert!(fault.to_string().contains("/dev/full") && fault.to_string().contains("free space"), "{fault}");
        assert_eq!(writer.commit().unwrap_err().code(), "journal-lost");
        assert_eq!(writer.push(Entry::TrialStart { trial: 2, at: 0 }).unwrap_err().code(), "journal-lost");
    }
}
