//! `trialect sim`: sessions of a simulated animal, one after the other.

use crate::animal::Animal;
use crate::arguments::{CarryOptions, SimOptions};
use crate::carry::{self, Start};
use crate::covariates::{Covariates, given, tell_unusual};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::store::{self, Subject};
use crate::{date, machine, output, protocol, record, table};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_device::Rig;
use trialect_driver::Compiled;
use trialect_export::{SessionFile, Status, read_session, seal};
use trialect_ir::{Date, Program};
use trialect_session::{Ending, JournalRecorder, Origin, Plan, check, header, run as run_session, wiring};

pub(crate) fn run(options: &SimOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::watch()?;
    let (program, compiled) = protocol::program(&options.protocol, &options.library)?;
    let subject = Subject::lock(&options.data, &options.subject)?;
    subject.remove_unbegun()?;
    let mut done = chain(&subject.folder)?;
    let bar = progress(options.sessions);
    let begun = done.len();
    let (mut answers, later) = (&options.carry, CarryOptions::default());
    let mut date = options.date.date;
    while !interrupt.asked() && done.len() - begun < options.sessions as usize {
        let start = carry::start(&program, &done, answers)?;
        let folder = session(options, (&program, &compiled), &subject, &done, (start, date), (&bar, &interrupt))?;
        // What was decided holds for one session; the next one goes on from there.
        (answers, date) = (&later, None);
        done.push(folder);
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::say(&table::of_sessions(&done[begun..])?);
    output::say(&format!("protocol {}", program.identity.protocol));
    output::say(&format!("{} sessions sealed in {}", done.len() - begun, subject.folder.display()));
    interrupt.tell((done.len() - begun) as u32, options.sessions);
    Ok(())
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
    (program, compiled): (&Arc<Program>, &Compiled),
    subject: &Subject,
    done: &[PathBuf],
    (start, asked): (Start, Option<Date>),
    (bar, interrupt): (&ProgressBar, &Interrupt),
) -> Result<PathBuf, Failure> {
    let mut animal = Animal::new(options.mouse.as_deref(), &options.subject, options.seed)?;
    let Start { ordinal, words, previous, carryover } = start;
    if let Some(last) = done.last() {
        animal = animal.after(&record::read(last)?)?;
    }
    let weight = animal.weighed(ordinal);
    let mut rig = animal.rig(ordinal)?;
    rig.wire(&wiring(program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
    let before = before(done)?;
    let date = date::of_session(asked, before.as_ref())?;
    let Covariates { values, remarks } = given(&options.covariates, program, before.as_ref(), Some(weight))?;
    let plan = Plan {
        subject: options.subject.clone(),
        session: ordinal,
        date,
        seed: options.seed,
        subject_words: words,
        covariates: values,
        covariate_remarks: remarks,
        covariates_given: false,
        given: &|_| Vec::new(),
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
        sources: store::stamps(&compiled.texts),
        previous,
        backend: animal.stamp(&rig),
        compiler: env!("CARGO_PKG_VERSION").into(),
        carried: carryover,
    };
    let header = header(program, &plan, &rig, &origin, None);
    let header = serde_json::to_vec(&header).map_err(|error| Failure::trouble("header", error.to_string()))?;
    let (folder, writer) = subject.begin(ordinal, &compiled.texts, &header)?;
    let mut recorder = JournalRecorder(writer);
    let ending = run_session(program, machine.as_mut(), &mut rig, &mut recorder, &plan)
        .map_err(|fault| Failure::trouble(fault.code(), format!("session {ordinal:03}: {fault}")))?;
    drop(recorder);
    seal(&folder, Status::Complete).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    tracing::info!(session = ordinal, trials = ending.trials, reason = ending.reason, "sealed");
    if ending.interrupted {
        return Err(broken_off(&ending, &folder));
    }
    Ok(folder)
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
