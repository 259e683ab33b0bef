//! `trialect sim`: sessions of a simulated animal, one after the other.

use crate::animal::Animal;
use crate::arguments::{CarryOptions, SimOptions};
use crate::carry::Start;
use crate::covariates::{self, Covariates, given, tell_unusual};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::sessions::{Plans, Task, before, begun, chain, sealed};
use crate::store::{self, Subject};
use crate::{date, machine, output, record, requests, table, today};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::PathBuf;
use trialect_device::Rig;
use trialect_ir::Date;
use trialect_session::{Origin, Plan, check, header, run as run_session, streams, wiring};

pub(crate) fn run(options: &SimOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::watch()?;
    covariates::by_whom(&options.covariates, options.requests.asks() || options.confirm.confirm.is_some())?;
    let plan = Plans::open(&options.protocol, &options.library, &options.confirm)?;
    let subject = Subject::lock(&options.data, &options.subject)?;
    subject.remove_unbegun()?;
    let mut done = chain(&subject.folder)?;
    let bar = progress(options.sessions);
    let begun = done.len();
    let (mut answers, later) = (&options.carry, CarryOptions::default());
    let (mut date, mut confirm) = (options.date.date, options.confirm.clone());
    while !interrupt.asked() && done.len() - begun < options.sessions as usize {
        let Some((task, start)) = plan.next(options.covariates.by.as_deref(), &done, answers, &confirm)? else { break };
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
    sealed(options.machine, task, &header, (folder, done), &ending)
}

fn progress(sessions: u32) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(u64::from(sessions)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
