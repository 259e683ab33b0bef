//! What can go wrong with a journal.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A failure: what, where, and what to do. [`JournalFault::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalFault {
    /// The disk, or what the user may use of it, is full.
    #[error("{path}: the disk is full while {doing}; free space and try again, what was committed is safe")]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
    },
    /// The operating system refused.
    #[error("{path}: {why} while {doing}; {advice}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        why: String,
        /// What to do.
        advice: &'static str,
    },
    /// A journal must not be written over.
    #[error("{path}: there is a journal already; recover or move that session first, nothing is written over")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path}: not a journal; give the journal of a session's folder")]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no samples.
    #[error("{path}: not a file of samples; take it from a copy of the session's folder")]
    NotSamples {
        /// The file.
        path: PathBuf,
    },
    /// Written by another version of the format.
    #[error("{path}: version {found} of the format, this program reads {known}; use a program of that version")]
    Version {
        /// The file.
        path: PathBuf,
        /// Version in the file.
        found: u32,
        /// Version that can be read.
        known: u32,
    },
    /// The crash came before the header was on disk.
    #[error("{path}: ends within its header, so nothing was recorded; remove the folder and start the session again")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// A frame in the middle of the file does not hold.
    #[error("{path}: damaged at byte {at}: {why}; take the file from a copy, what follows cannot be trusted")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Offset of the frame.
        at: u64,
        /// What does not hold.
        why: &'static str,
    },
    /// Nothing can be appended to a torn file.
    #[error("{path}: the last {bytes} bytes, from byte {at}, are torn; recover the tail before appending")]
    Torn {
        /// The file.
        path: PathBuf,
        /// Offset of the torn frame.
        at: u64,
        /// How many bytes.
        bytes: u64,
    },
    /// The session has ended.
    #[error("{path}: the session has ended, nothing can be added; start a new session")]
    Ended {
        /// The file.
        path: PathBuf,
    },
    /// More in one frame than the format allows.
    #[error("{path}: {bytes} bytes in one frame, the format allows {most}; declare fewer names or commit more often")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Asked for.
        bytes: u64,
        /// Allowed.
        most: u64,
    },
    /// An earlier write failed and its rest could not be taken back.
    #[error("{path}: an earlier write failed and left a torn frame; end the session and recover the tail")]
    Lost {
        /// The file.
        path: PathBuf,
    },
}

impl JournalFault {
    /// Stable, kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            JournalFault::DiskFull { .. } => "journal-disk-full",
            JournalFault::Io { .. } => "journal-io",
            JournalFault::Exists { .. } => "journal-exists",
            JournalFault::NotAJournal { .. } => "journal-unknown",
            JournalFault::NotSamples { .. } => "samples-unknown",
            JournalFault::Version { .. } => "journal-version",
            JournalFault::NoHeader { .. } => "journal-no-header",
            JournalFault::Damaged { .. } => "journal-damaged",
            JournalFault::Torn { .. } => "journal-torn",
            JournalFault::Ended { .. } => "journal-ended",
            JournalFault::TooLarge { .. } => "journal-too-large",
            JournalFault::Lost { .. } => "journal-lost",
        }
    }

    /// What an error of the operating system means here.
    pub(crate) fn io(path: &Path, doing: &'static str, error: &io::Error) -> JournalFault {
        let path = path.to_owned();
        let advice = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => return JournalFault::DiskFull { path, doing },
            io::ErrorKind::AlreadyExists => return JournalFault::Exists { path },
            io::ErrorKind::NotFound => "make sure that the session's folder exists",
            io::ErrorKind::PermissionDenied => "make sure that you may write there",
            io::ErrorKind::ReadOnlyFilesystem => "choose a folder on a disk that can be written",
            _ => "check the disk and its connection",
        };
        JournalFault::Io { path, doing, why: error.to_string(), advice }
    }
}
