//! `trialect recover`: closes what a crash left.

use crate::arguments::PlaceOptions;
use crate::failure::Failure;
use crate::rerun::{Until, rerun};
use crate::store::{self, Subject};
use crate::{course, machine, output, record};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use trialect_export::{Status, seal};
use trialect_ir::record::Header;
use trialect_ir::{Clock, Measured};
use trialect_journal::{Entry, FILE, SAMPLES, Tail, Writer, recover_samples, recover_tail};
use trialect_session::{Comparing, JournalRecorder};

/// Why a recovered session ended.
const REASON: &str = "broken off";

pub(crate) fn run(options: &PlaceOptions) -> Result<(), Failure> {
    let sessions: Vec<PathBuf> = store::sessions(&options.place)?.into_iter().flatten().collect();
    let mut closed = 0;
    let mut failed: Option<Failure> = None;
    for folder in subjects(&options.place, &sessions) {
        let subject = Subject::lock_folder(&folder)?;
        if subject.remove_unbegun()? > 0 {
            output::say(&format!("{}: removed a session that had not begun", folder.display()));
        }
        for session in sessions.iter().filter(|session| subject_of(session) == folder && !store::is_sealed(session)) {
            match close(session) {
                Ok(None) => output::say(&format!("{}: removed a session that had not begun", session.display())),
                Ok(Some(trials)) => {
                    output::say(&format!("{}: recovered with {trials} trials", session.display()));
                    closed += 1;
                }
                // One that is beyond help keeps nobody from closing the others.
                Err(failure) => failed.replace(failure).iter().for_each(Failure::tell),
            }
        }
    }
    output::complain(&format!("{closed} sessions recovered"));
    failed.map_or(Ok(()), Err)
}

/// Folders of subjects: those of the sessions, and those with a lock though without a session.
fn subjects(place: &Path, sessions: &[PathBuf]) -> BTreeSet<PathBuf> {
    let is_subject = |folder: &PathBuf| folder.join(".lock").is_file() && !store::is_session(folder);
    let below = std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    let locked = below.chain([place.to_path_buf()]).filter(is_subject);
    sessions.iter().map(|session| subject_of(session)).chain(locked).collect()
}

/// The folder that a session's folder lies in, also for one that is given as `001` or `.`.
fn subject_of(session: &Path) -> PathBuf {
    match (session.file_name(), session.parent()) {
        (Some(_), Some(parent)) if parent.as_os_str().is_empty() => PathBuf::from("."),
        (Some(_), Some(parent)) => parent.to_path_buf(),
        _ => session.join(".."),
    }
}

/// What the rules of the study say of a session of one.
fn end_of_study(header: &Header, folder: &Path) -> Result<(), Failure> {
    let Some(stamp) = &header.study else { return Ok(()) };
    let Some(study) = course::of_folder(folder, stamp)? else {
        let message = format!("{}: the text of its study does not compile with this version", folder.display());
        return Err(Failure::trouble("sources-broken", message));
    };
    let done = store::before(folder, &subject_of(folder))?;
    course::close(&study, header, folder, &done, machine::Kind::Interpreter)
}

/// Runs the recorded inputs again, goes on where the record ends, and seals; the number of trials. None when nothing is
/// recorded and nothing can be: what devices measured when the session was about to begin is lost.
fn close(folder: &Path) -> Result<Option<u32>, Failure> {
    let path = folder.join(FILE);
    let journal = |fault: trialect_journal::JournalFault| Failure::trouble(fault.code(), fault.to_string());
    if matches!(record::read(folder)?.tail, Tail::Torn { .. }) {
        recover_tail(&path).map_err(journal)?;
    }
    let session = record::read(folder)?;
    if !session.header.streams.is_empty() {
        recover_samples(&folder.join(SAMPLES), session.header.run_identity.as_bytes()).map_err(journal)?;
    }
    let mut trials = session.entries.iter().filter(|entry| matches!(entry, Entry::Row { .. })).count() as u32;
    if session.tail != Tail::Ended {
        let program = record::program(folder, &session.header)?;
        let of_session = |measured: &Measured| program.columns[measured.column as usize].clock == Clock::Session;
        if session.entries.is_empty() && program.measured.iter().any(of_session) {
            store::remove(folder)?;
            return Ok(None);
        }
        let mut machine = machine::machine(machine::Kind::Interpreter, &program)?;
        let mut beyond = JournalRecorder(Writer::append(&path).map_err(journal)?);
        let mut recorder = Comparing::with(&session.entries, Some(&mut beyond));
        let ending = rerun(
            &session.header,
            &session.entries,
            &program,
            machine.as_mut(),
            &mut recorder,
            Until::Broken(REASON.into()),
        )
        .map_err(|fault| Failure::trouble(fault.code(), format!("{}: {fault}", folder.display())))?;
        trials = ending.trials;
    }
    if session.header.study.is_some() {
        end_of_study(&session.header, folder)?;
    }
    seal(folder, Status::Recovered).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    Ok(Some(trials))
}
