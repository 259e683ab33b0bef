//! What can go wrong when a session is sealed or read.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use trialect_journal::JournalFault;

/// A failure: what, where, and what to do. [`ExportFault::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportFault {
    /// The samples are not those of the record.
    #[error("{path}: {why}; take the file from a copy, nothing was sealed")]
    Samples {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The operating system refused.
    #[error("{path}: {why} while {doing}; {advice}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        why: String,
        /// What to do.
        advice: &'static str,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalFault),
    /// The journal has no end.
    #[error("{path}: the session has not ended; recover it first, then it can be sealed")]
    NotEnded {
        /// The journal.
        path: PathBuf,
    },
    /// The journal's header is not one.
    #[error("{path}: the header cannot be read: {why}; use the version of the program that wrote it")]
    Header {
        /// The journal.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An entry does not fit the header.
    #[error("entry {entry} of the journal does not fit its header: {why}; the program that wrote it has a defect")]
    Mismatch {
        /// Position among the entries, from 0.
        entry: usize,
        /// What does not fit.
        why: String,
    },
    /// A source text is not the one that the header names.
    #[error("{path}: {why}; put back the text with which the session was run")]
    Source {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Something that cannot be sealed.
    #[error("{path}: {why}; a session's folder may hold only plain files and folders, move it elsewhere")]
    Strange {
        /// File or folder.
        path: PathBuf,
        /// What is wrong.
        why: &'static str,
    },
    /// The folder has a seal and would get another one.
    #[error(
        "{path}: sealed already, and what is in the folder now gives another seal; verify it, nothing is sealed over"
    )]
    Sealed {
        /// The manifest.
        path: PathBuf,
    },
    /// The folder has no seal.
    #[error("{path}: there is none, so the session is not sealed; seal it, or recover it after a crash")]
    NotSealed {
        /// The file looked for.
        path: PathBuf,
    },
    /// A table could not be made.
    #[error("{table}: {why}; this is a defect of the exporter, the journal is unharmed")]
    Table {
        /// Its file.
        table: &'static str,
        /// What the writer says.
        why: String,
    },
    /// A file of the record cannot be read.
    #[error("{path}: {why}; verify the folder and take the file from a copy")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl ExportFault {
    /// Stable, kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            ExportFault::Io { .. } => "export-io",
            ExportFault::Journal(fault) => fault.code(),
            ExportFault::NotEnded { .. } => "not-ended",
            ExportFault::Header { .. } => "header-unreadable",
            ExportFault::Samples { .. } => "samples-differ",
            ExportFault::Mismatch { .. } => "entry-mismatch",
            ExportFault::Source { .. } => "source-differs",
            ExportFault::Strange { .. } => "strange-file",
            ExportFault::Sealed { .. } => "sealed-already",
            ExportFault::NotSealed { .. } => "not-sealed",
            ExportFault::Table { .. } => "table-defect",
            ExportFault::Unreadable { .. } => "record-unreadable",
        }
    }

    /// What an error of the operating system means here.
    pub(crate) fn io(path: &Path, doing: &'static str, error: &io::Error) -> ExportFault {
        let advice = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free space and seal again",
            io::ErrorKind::NotFound => "make sure that this is the folder of a session",
            io::ErrorKind::PermissionDenied => "make sure that you may read and write there",
            io::ErrorKind::ReadOnlyFilesystem => "copy the folder to a disk that can be written",
            _ => "check the disk and its connection",
        };
        ExportFault::Io { path: path.to_owned(), doing, why: error.to_string(), advice }
    }
}
