//! What the sessions of a subject are made from: a protocol, or the stages of a study; and how a session ends that began.

use crate::arguments::{CarryOptions, ConfirmOptions, LibraryOptions};
use crate::carry::{self, Start};
use crate::course::{self, Course};
use crate::failure::Failure;
use crate::machine::Kind;
use crate::{output, protocol, store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_driver::{Compiled, SourceText};
use trialect_export::{SessionFile, Status, read_session, seal};
use trialect_ir::Program;
use trialect_ir::record::{Header, StudyStamp};
use trialect_session::{Ending, SessionFault};

/// What sessions are made from.
pub(crate) enum Plans {
    Protocol(Arc<Program>, Box<Compiled>),
    Study(Box<Course>),
}

/// What one session runs.
pub(crate) struct Task<'a> {
    pub(crate) program: &'a Arc<Program>,
    pub(crate) compiled: &'a Compiled,
    pub(crate) study: Option<(&'a Course, StudyStamp)>,
}

impl Task<'_> {
    /// The texts of the protocol, and of the study.
    pub(crate) fn texts(&self) -> Vec<SourceText> {
        let study = self.study.iter().map(|(course, _)| course.text.clone());
        self.compiled.texts.iter().cloned().chain(study).collect()
    }
}

impl Plans {
    pub(crate) fn open(path: &Path, library: &LibraryOptions, confirm: &ConfirmOptions) -> Result<Plans, Failure> {
        if course::is(path)? {
            return Ok(Plans::Study(Box::new(Course::open(path, library)?)));
        }
        if confirm.confirm.is_some() {
            let message = format!("--confirm: {} is no study, and has no stages", path.display());
            return Err(Failure::trouble("not-met", message));
        }
        let (program, compiled) = protocol::program(path, library)?;
        Ok(Plans::Protocol(program, Box::new(compiled)))
    }

    pub(crate) fn identity(&self) -> String {
        match self {
            Plans::Protocol(program, _) => format!("protocol {}", program.identity.protocol),
            Plans::Study(course) => format!("study {}", course.hash),
        }
    }

    /// The next session and the state with which it begins; none when the subject's study has ended.
    pub(crate) fn next(
        &self,
        by: Option<&str>,
        done: &[PathBuf],
        answers: &CarryOptions,
        confirm: &ConfirmOptions,
    ) -> Result<Option<(Task<'_>, Start)>, Failure> {
        let course = match self {
            Plans::Protocol(program, compiled) => {
                let start = carry::start(program, done, answers)?;
                return Ok(Some((Task { program, compiled, study: None }, start)));
            }
            Plans::Study(course) => course,
        };
        let stamp = course.next(done, confirm, answers, by)?;
        let Some((program, compiled)) = course.program(&stamp.stage) else {
            output::complain(&format!("the subject is in stage `{}`, after which there are no sessions", stamp.stage));
            return Ok(None);
        };
        let from = course::predecessor(done, &program.name)?;
        let answers = course.handed(&stamp.stage, done, of_protocol(answers))?;
        let start = carry::start_from(program, done, from, &answers)?;
        Ok(Some((Task { program, compiled, study: Some((course, stamp)) }, start)))
    }
}

/// What was answered about a stage's protocol: `--carry study` is about the study, and so is a reason with nothing else.
fn of_protocol(answers: &CarryOptions) -> CarryOptions {
    let mut answers = answers.clone();
    answers.carry.retain(|name| name != "study");
    if answers.carry.is_empty() && answers.reset.is_empty() && answers.start.is_empty() {
        answers.reason = None;
    }
    answers
}

/// The sealed sessions of a subject so far.
pub(crate) fn chain(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let sessions = store::chain(folder)?;
    if let Some(open) = sessions.iter().find(|session| !store::is_sealed(session)) {
        let message = format!(
            "{}: this session was broken off; close it with `trialect recover {}`",
            open.display(),
            folder.display()
        );
        return Err(Failure::trouble("not-sealed", message));
    }
    Ok(sessions)
}

/// The record of the session before.
pub(crate) fn before(done: &[PathBuf]) -> Result<Option<SessionFile>, Failure> {
    let read = |last: &PathBuf| read_session(last).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()));
    done.last().map(read).transpose()
}

/// How a session ended that began. What devices measure is known only when its folder is there already.
pub(crate) fn begun(ordinal: u32, folder: &Path, ended: Result<Ending, SessionFault>) -> Result<Ending, Failure> {
    store::remove_unbegun(folder, &ended)?;
    ended.map_err(|fault| Failure::trouble(fault.code(), format!("session {ordinal:03}: {fault}")))
}

/// Seals a session that has ended.
pub(crate) fn sealed(
    machine: Kind,
    task: &Task<'_>,
    header: &Header,
    (folder, done): (PathBuf, &[PathBuf]),
    ending: &Ending,
) -> Result<PathBuf, Failure> {
    if let Some((course, _)) = &task.study {
        course::close(&course.study, header, &folder, done, machine)?;
    }
    seal(&folder, Status::Complete).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    tracing::info!(session = header.session, trials = ending.trials, reason = ending.reason, "sealed");
    if ending.interrupted { Err(broken_off(ending, &folder)) } else { Ok(folder) }
}

/// A session that a fault ended is sealed like any other, but nobody should take it for one.
pub(crate) fn broken_off(ending: &Ending, folder: &Path) -> Failure {
    let message = format!("{}: {}; what was recorded until then is sealed", folder.display(), ending.reason);
    Failure::trouble("broken-off", message)
}
