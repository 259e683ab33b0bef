//! Where sessions lie: `DATA/SUBJECT/NNN/`, one subject locked to one session at a time.

use crate::failure::Failure;
use fs4::{FileExt, TryLockError};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use trialect_driver::SourceText;
use trialect_export::{MANIFEST, SESSION};
use trialect_ir::record::{Header, SourceStamp};
use trialect_journal::{FILE, SAMPLES, SampleWriter, Writer};
use trialect_session::{JournalRecorder, Recorder, SamplingRecorder, SessionFault};

/// Folder of the source texts in a session's folder.
const SOURCES: &str = "source";

/// A subject's folder, locked.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) folder: PathBuf,
    _lock: File,
}

fn trouble(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::trouble(
        "cannot-write",
        format!("{}: {what}: {error}; choose a folder with room that can be written", path.display()),
    )
}

/// A name that can be a folder on every system.
pub(crate) fn check_subject(name: &str) -> Result<(), Failure> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let dots = name.starts_with('.') || name.ends_with('.');
    if name.is_empty() || name.len() > 64 || dots || !name.chars().all(good) {
        return Err(Failure::trouble(
            "subject-name",
            format!(
                "`{name}` is no name of a subject; use up to 64 letters, digits, `-`, `_`, `.`, no dot first or last"
            ),
        ));
    }
    Ok(())
}

impl Subject {
    /// Opens a subject's folder for a new session; another program that has it open is an error.
    pub(crate) fn lock(data: &Path, name: &str) -> Result<Subject, Failure> {
        check_subject(name)?;
        Subject::lock_folder(&data.join(name))
    }

    pub(crate) fn lock_folder(folder: &Path) -> Result<Subject, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| trouble(folder, "making the subject's folder", &error))?;
        let path = folder.join(".lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| trouble(&path, "opening the lock", &error))?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message =
                    format!("{}: another session of this subject is running; wait for its end", folder.display());
                return Err(Failure::trouble("subject-locked", message));
            }
            Err(TryLockError::Error(error)) => return Err(trouble(&path, "locking it", &error)),
        }
        // Whoever finds the file reads what it is. A full disk is no reason not to hold the lock.
        if lock.metadata().is_ok_and(|about| about.len() == 0) {
            let _ = (&lock).write_all(b"Locked while a session of this subject runs.\n");
        }
        Ok(Subject { folder: folder.to_path_buf(), _lock: lock })
    }

    /// Removes what a session left that was killed before it began.
    pub(crate) fn remove_unbegun(&self) -> Result<u32, Failure> {
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && name.ends_with(".new") {
                std::fs::remove_dir_all(entry.path()).map_err(|error| trouble(&entry.path(), "removing it", &error))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Begins the folder of a session: sources and a journal with its header appear all at once.
    pub(crate) fn begin(
        &self,
        ordinal: u32,
        texts: &[SourceText],
        header: &Header,
    ) -> Result<(PathBuf, Writer), Failure> {
        let header = serde_json::to_vec(header).map_err(|error| Failure::trouble("header", error.to_string()))?;
        let name = format!("{ordinal:03}");
        let new = self.folder.join(format!(".{name}.new"));
        let folder = self.folder.join(&name);
        if folder.exists() {
            return Err(Failure::trouble(
                "session-exists",
                format!("{}: there is a session already; nothing was overwritten", folder.display()),
            ));
        }
        let write = |new: &Path| -> std::io::Result<()> {
            std::fs::create_dir_all(new.join(SOURCES))?;
            for (text, stamp) in texts.iter().zip(stamps(texts)) {
                // Without its text a session cannot be recovered after a power cut.
                let mut file = File::create(new.join(&stamp.file))?;
                file.write_all(text.text.as_bytes())?;
                file.sync_all()?;
            }
            Ok(())
        };
        write(&new).map_err(|error| trouble(&new, "writing the sources", &error))?;
        drop(
            Writer::create(&new.join(FILE), &header)
                .map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?,
        );
        std::fs::rename(&new, &folder).map_err(|error| trouble(&folder, "moving the session into place", &error))?;
        sync_names(&self.folder).map_err(|error| trouble(&self.folder, "waiting for the disk", &error))?;
        let writer =
            Writer::append(&folder.join(FILE)).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
        Ok((folder, writer))
    }
}

/// Where the record of a session that has just begun goes.
pub(crate) fn recorder(folder: &Path, writer: Writer, header: &Header) -> Result<Box<dyn Recorder>, Failure> {
    let journal = JournalRecorder(writer);
    if header.streams.is_empty() {
        return Ok(Box::new(journal));
    }
    let samples = SampleWriter::create(&folder.join(SAMPLES), header.run_identity.as_bytes())
        .map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    Ok(Box::new(SamplingRecorder { journal, samples }))
}

/// Removes the folder of a session that ended before anything of it was recorded. What cannot be written stays, for
/// `trialect recover`.
pub(crate) fn remove_unbegun<T>(folder: &Path, ended: &Result<T, SessionFault>) -> Result<(), Failure> {
    match ended {
        Ok(_) | Err(SessionFault::Journal(_)) => Ok(()),
        Err(_) if crate::record::read(folder)?.entries.is_empty() => remove(folder),
        Err(_) => Ok(()),
    }
}

/// Removes the folder of a session that could not begin: it has texts and a header, and nothing has happened in it.
pub(crate) fn remove(folder: &Path) -> Result<(), Failure> {
    std::fs::remove_dir_all(folder).map_err(|error| trouble(folder, "removing it", &error))
}

/// Makes the names in a folder safe on the disk. On Windows a folder cannot be synced and need not be.
fn sync_names(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Where each source text lies in a session's folder.
pub(crate) fn stamps(texts: &[SourceText]) -> Vec<SourceStamp> {
    let stamp = |text: &SourceText| SourceStamp {
        name: text.name.clone(),
        file: format!("{SOURCES}/{}.trial", text.name),
        sha256: text.sha256.clone(),
    };
    texts.iter().map(stamp).collect()
}

/// Whether a folder is a session's.
pub(crate) fn is_session(folder: &Path) -> bool {
    folder.join(FILE).is_file() || folder.join(SESSION).is_file() || folder.join(MANIFEST).is_file()
}

/// True when a session's folder is sealed.
pub(crate) fn is_sealed(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

/// All sessions at or below a folder, by subject's folder, in order.
pub(crate) fn sessions(path: &Path) -> Result<Vec<Vec<PathBuf>>, Failure> {
    if !path.is_dir() {
        return Err(Failure::trouble(
            "no-folder",
            format!("{}: no such folder; name a session, a subject or a data folder", path.display()),
        ));
    }
    if is_session(path) {
        return Ok(vec![vec![path.to_path_buf()]]);
    }
    let mut groups = Vec::new();
    walk(path, 0, &mut groups)?;
    Ok(groups)
}

/// The sessions of a subject that follow each other: those with an ordinal for a name, not copies beside or below them.
pub(crate) fn chain(subject: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut chain = folders(subject)?;
    chain.retain(|folder| is_session(folder) && ordinal(folder).is_some());
    Ok(chain)
}

/// The sessions of a subject before one of them.
pub(crate) fn before(session: &Path, subject: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut chain = chain(subject)?;
    let here = chain.iter().position(|folder| folder.file_name() == session.file_name());
    chain.truncate(here.unwrap_or(0));
    Ok(chain)
}

fn walk(path: &Path, depth: u32, groups: &mut Vec<Vec<PathBuf>>) -> Result<(), Failure> {
    let (sessions, others): (Vec<_>, Vec<_>) = folders(path)?.into_iter().partition(|folder| is_session(folder));
    if !sessions.is_empty() {
        groups.push(sessions);
    }
    if depth < 4 {
        others.iter().try_for_each(|folder| walk(folder, depth + 1, groups))?;
    }
    Ok(())
}

/// The folders in a folder but for hidden ones; sessions by their ordinals, so that 1000 comes after 999.
fn folders(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let trouble = |error: std::io::Error| {
        Failure::trouble("cannot-read", format!("{}: {error}; make sure that you may read there", path.display()))
    };
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(trouble)?;
    let mut folders: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    folders.retain(|folder| {
        folder.is_dir() && !folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    });
    folders.sort_by_cached_key(|folder| (ordinal(folder).unwrap_or(u32::MAX), folder.clone()));
    Ok(folders)
}

/// The ordinal that a session's folder is named by.
fn ordinal(folder: &Path) -> Option<u32> {
    let name = folder.file_name()?.to_str()?;
    name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse().ok())?
}
