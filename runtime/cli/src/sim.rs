//! `trialect sim`: sessions of a simulated animal, one after the other.

use crate::animal::Animal;
use crate::arguments::{CarryOptions, ConfirmOptions, SimOptions};
use crate::carry::{self, Start};
use crate::course::{self, Course};
use crate::covariates::{self, Covariates, given, tell_unusual};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::store::{self, Subject};
use crate::{date, machine, output, protocol, record, requests, table, today};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_device::Rig;
use trialect_driver::{Compiled, SourceText};
use trialect_export::{SessionFile, Status, read_session, seal};
use trialect_ir::record::{Header, StudyStamp};
use trialect_ir::{Date, Program};
use trialect_session::{Ending, Origin, Plan, SessionFault, check, header, run as run_session, streams, wiring};

pub(crate) fn run(options: &SimOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::watch()?;
    covariates::by_whom(&options.covariates, options.requests.asks() || options.confirm.confirm.is_some())?;
    let plan = Plans::open(options)?;
    let subject = Subject::lock(&options.data, &options.subject)?;
    subject.remove_unbegun()?;
    let mut done = chain(&subject.folder)?;
    let bar = progress(options.sessions);
    let begun = done.len();
    let (mut answers, later) = (&options.carry, CarryOptions::default());
    let (mut date, mut confirm) = (options.date.date, options.confirm.clone());
    while !interrupt.asked() && done.len() - begun < options.sessions as usize {
        let Some((task, start)) = plan.next(options, &done, answers, &confirm)? else { break };
        let folder = session(options, &task, &subject, &done, (start, date), (&bar, &interrupt))?;
        // What was decided holds for one session; the next one goes on from there.
        (answers, date) = (&later, None);
        confirm.confirm = confirm.confirm.filter(|stage| stage == "all");
        done.push(folder);
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::say(&table::of_sessions(&done[begun..])?);
    output::say(&plan.identity());
    output::say(&format!("{} sessions sealed in {}", done.len() - begun, subject.folder.display()));
    interrupt.tell((done.len() - begun) as u32, options.sessions);
    Ok(())
}

/// What sessions are made from.
enum Plans {
    Protocol(Arc<Program>, Box<Compiled>),
    Study(Box<Course>),
}

/// What one session runs.
struct Task<'a> {
    program: &'a Arc<Program>,
    compiled: &'a Compiled,
    study: Option<(&'a Course, StudyStamp)>,
}

impl Task<'_> {
    /// The texts of the protocol, and of the study.
    fn texts(&self) -> Vec<SourceText> {
        let study = self.study.iter().map(|(course, _)| course.text.clone());
        self.compiled.texts.iter().cloned().chain(study).collect()
    }
}

impl Plans {
    fn open(options: &SimOptions) -> Result<Plans, Failure> {
        if course::is(&options.protocol)? {
            return Ok(Plans::Study(Box::new(Course::open(&options.protocol, &options.library)?)));
        }
        if options.confirm.confirm.is_some() {
            let message = format!("--confirm: {} is no study, and has no stages", options.protocol.display());
            return Err(Failure::trouble("not-met", message));
        }
        let (program, compiled) = protocol::program(&options.protocol, &options.library)?;
        Ok(Plans::Protocol(program, Box::new(compiled)))
    }

    fn identity(&self) -> String {
        match self {
            Plans::Protocol(program, _) => format!("protocol {}", program.identity.protocol),
            Plans::Study(course) => format!("study {}", course.hash),
        }
    }

    /// The next session and the state with which it begins; none when the subject's study has ended.
    fn next(
        &self,
        options: &SimOptions,
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
        let stamp = course.next(done, confirm, answers, options.covariates.by.as_deref())?;
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

fn session(
    options: &SimOptions,
    task: &Task<'_>,
    subject: &Subject,
    done: &[PathBuf],
    (start, asked): (Start, Option<Date>),
    (bar, interrupt): (&ProgressBar, &Interrupt),
) -> Result<PathBuf, Failure> {
    let (Task { program, compiled, study }, texts) = (task, task.texts());
    let mut animal = Animal::new(options.mouse.as_deref(), &options.subject, options.seed)?;
    let Start { ordinal, words, previous, carryover } = start;
    if let Some(last) = done.last() {
        animal = animal.after(&record::read(last)?)?;
    }
    let weight = animal.weighed(ordinal);
    let mut rig = animal.rig(ordinal)?;
    rig.wire(&wiring(program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
    let scales = rig.sample(&streams(program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
    let before = before(done)?;
    let date = date::of_session(asked, before.as_ref())?;
    let Covariates { values, remarks } = given(&options.covariates, program, before.as_ref(), Some(weight))?;
    let inbox = RefCell::new(requests::inbox(&options.requests, options.covariates.by.as_deref(), program)?);
    let plan = Plan {
        subject: options.subject.clone(),
        session: ordinal,
        date,
        given_today: today::given(program, done, date)?,
        seed: options.seed,
        subject_words: words,
        covariates: values,
        covariate_remarks: remarks,
        covariates_given: false,
        given: &|_| Vec::new(),
        parameters: requests::parameters(&options.requests, program)?,
        requests: &inbox,
        stop: interrupt.flag(),
        sync_each_trial: false,
        stop_after: None,
        goes_on_until: None,
        interruption: None,
        progress: &|trial| bar.set_message(format!("session {ordinal:03}, trial {trial}")),
    };
    check(program, &plan).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    tell_unusual(program, &plan.covariates);
    let mut machine = machine::machine(options.machine, program)?;
    let origin = Origin {
        machine: machine.name().into(),
        source_hash: compiled.source_hash().into(),
        sources: store::stamps(&texts),
        previous,
        backend: animal.stamp(&rig),
        scales,
        compiler: env!("CARGO_PKG_VERSION").into(),
        carried: carryover,
        study: study.as_ref().map(|(_, stamp)| stamp.clone()),
    };
    let header = header(program, &plan, &rig, &origin, None);
    let (folder, writer) = subject.begin(ordinal, &texts, &header)?;
    let mut recorder = store::recorder(&folder, writer, &header)?;
    let ended = run_session(program, machine.as_mut(), &mut rig, recorder.as_mut(), &plan);
    drop(recorder);
    let ending = begun(ordinal, &folder, ended)?;
    sealed(options, task, &header, (folder, done), &ending)
}

/// How a session ended that began. What devices measure is known only when its folder is there already.
fn begun(ordinal: u32, folder: &Path, ended: Result<Ending, SessionFault>) -> Result<Ending, Failure> {
    store::remove_unbegun(folder, &ended)?;
    ended.map_err(|fault| Failure::trouble(fault.code(), format!("session {ordinal:03}: {fault}")))
}

/// Seals a session that has ended.
fn sealed(
    options: &SimOptions,
    task: &Task<'_>,
    header: &Header,
    (folder, done): (PathBuf, &[PathBuf]),
    ending: &Ending,
) -> Result<PathBuf, Failure> {
    if let Some((course, _)) = &task.study {
        course::close(&course.study, header, &folder, done, options.machine)?;
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

fn progress(sessions: u32) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(u64::from(sessions)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
