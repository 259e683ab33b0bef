//! `trialect recover`: closes what a crash left.

use crate::arguments::PlaceOptions;
use crate::failure::Failure;
use crate::rerun::{Until, rerun};
use crate::store::{self, Subject};
use crate::{machine, output, record};
use std::path::Path;
use trialect_export::{Status, seal};
use trialect_journal::{FILE, Tail, Writer, recover_tail};
use trialect_session::{Comparing, JournalRecorder};

/// Why a recovered session ended.
const REASON: &str = "broken off";

pub(crate) fn run(options: &PlaceOptions) -> Result<(), Failure> {
    let mut closed = 0;
    for folder in subjects(&options.place)? {
        let subject = Subject::lock_folder(&folder)?;
        let unbegun = subject.remove_unbegun()?;
        if unbegun > 0 {
            output::say(&format!("{}: removed a session that had not begun", folder.display()));
        }
    }
    for session in store::sessions(&options.place)?.into_iter().flatten().filter(|session| !store::is_sealed(session)) {
        let _lock = session.parent().map(Subject::lock_folder).transpose()?;
        let trials = close(&session)?;
        output::say(&format!("{}: recovered with {trials} trials", session.display()));
        closed += 1;
    }
    output::complain(&format!("{closed} sessions recovered"));
    Ok(())
}

/// Folders with a lock or a beginning in them: subjects.
fn subjects(place: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let mut folders: Vec<_> = store::sessions(place)?.into_iter().flatten().filter_map(|session| session.parent().map(Path::to_path_buf)).collect();
    let is_subject = |folder: &Path| folder.join(".lock").is_file();
    if is_subject(place) {
        folders.push(place.to_path_buf());
    }
    let below = std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.extend(below.filter(|folder| folder.is_dir() && is_subject(folder)));
    folders.retain(|folder| is_subject(folder));
    folders.sort();
    folders.dedup();
    Ok(folders)
}

/// Runs the recorded inputs again, goes on where the record ends, and seals.
fn close(folder: &Path) -> Result<u32, Failure> {
    let path = folder.join(FILE);
    let journal = |fault: trialect_journal::JournalFault| Failure::trouble(fault.code(), fault.to_string());
    if matches!(record::read(folder)?.tail, Tail::Torn { .. }) {
        recover_tail(&path).map_err(journal)?;
    }
    let session = record::read(folder)?;
    let mut trials = session.entries.iter().filter(|entry| matches!(entry, trialect_journal::Entry::Row { .. })).count() as u32;
    if session.tail != Tail::Ended {
        let program = record::program(folder, &session.header)?;
        let mut machine = machine::machine(machine::Kind::Interpreter, &program)?;
        let mut beyond = JournalRecorder(Writer::append(&path).map_err(journal)?);
        let mut recorder = Comparing::with(&session.entries, Some(&mut beyond));
        let ending = rerun(&session.header, &session.entries, &program, machine.as_mut(), &mut recorder, Until::Broken(REASON.into()))
            .map_err(|fault| Failure::trouble(fault.code(), format!("{}: {fault}", folder.display())))?;
        trials = ending.trials;
    }
    seal(folder, Status::Recovered).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    Ok(trials)
}
