//! `trialect run --recorded`: a protocol driven by the raw files of a recorded session.

use crate::arguments::RunOptions;
use crate::carry::{self, Start};
use crate::covariates::{self, Covariates, WEIGHT, asks_weight, given as given_covariates, tell_unusual};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::sessions::{before, broken_off, chain};
use crate::store::{self, Subject};
use crate::{date, machine, output, protocol, record, table, today};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_device::{Ns, Rig};
use trialect_driver::Compiled;
use trialect_export::{Status, seal};
use trialect_ir::record::Header;
use trialect_ir::{Program, Stmt, VerbKind, canonical_json, digest};
use trialect_journal::Entry;
use trialect_recorded::{GivenValue, RecordedRig, Recording};
use trialect_session::{
    Ending, Given, Inbox, JournalRecorder, Origin, Plan, SessionFault, check, header, run as run_session, streams,
    wiring,
};

pub(crate) fn run(options: &RunOptions, folder: &Path) -> Result<(), Failure> {
    let interrupt = Interrupt::watch()?;
    covariates::by_whom(&options.covariates, false)?;
    let (program, compiled) = protocol::program(&options.protocol, &options.library)?;
    let recording = Recording::open(folder)
        .map_err(|fault| Failure::trouble(fault.code(), format!("{}: {fault}", folder.display())))?;
    let recording = Arc::new(recording);
    let name = recording.subject().name.clone();
    let subject = Subject::lock(&options.data, &name)?;
    subject.remove_unbegun()?;
    let done = chain(&subject.folder)?;
    let Start { ordinal, words, previous, carryover } = carry::start(&program, &done, &options.carry)?;
    let mut rig = RecordedRig::new(Arc::clone(&recording));
    rig.wire(&wiring(&program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
    rig.sample(&streams(&program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
    let weight = recording.subject().weight.filter(|_| asks_weight(&program));
    let before = before(&done)?;
    let recorded = || recording.subject().date.as_deref().and_then(|date| date.parse().ok());
    let date = date::of_session(options.date.date.or_else(recorded), before.as_ref())?;
    let Covariates { values, remarks } = given_covariates(&options.covariates, &program, before.as_ref(), weight)?;
    let by_hand = |text: &String| text.split('=').next().is_some_and(|name| name.trim() == WEIGHT);
    let covariates_given = weight.is_some() && !options.covariates.covariate.iter().any(by_hand);
    let given = |trial| given(&recording, trial);
    let requests = RefCell::new(Inbox::default());
    let plan = Plan {
        subject: name,
        session: ordinal,
        date,
        given_today: today::given(&program, &done, date)?,
        seed: options.seed,
        subject_words: words,
        covariates: values,
        covariate_remarks: remarks,
        covariates_given,
        given: &given,
        parameters: Vec::new(),
        requests: &requests,
        stop: interrupt.flag(),
        sync_each_trial: false,
        stop_after: Some((recording.trials(), "the recording ended".into())),
        goes_on_until: None,
        interruption: None,
        progress: &|_| {},
    };
    check(&program, &plan).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    tell_unusual(&program, &plan.covariates);
    let mut machine = machine::machine(options.machine, &program)?;
    let origin = Origin {
        machine: machine.name().into(),
        source_hash: compiled.source_hash().into(),
        sources: store::stamps(&compiled.texts),
        previous,
        backend: json!({ "recording": { "sha256": recording.sha256, "clock_ppm": recording.clock_fit().ppm } }),
        scales: Vec::new(),
        compiler: env!("CARGO_PKG_VERSION").into(),
        carried: carryover,
        study: None,
    };
    let header = header(&program, &plan, &rig, &origin, Some(given_digest(&recording)));
    let (folder, mut recorder) = begin(&subject, &compiled, &header)?;
    let ended = run_session(&program, machine.as_mut(), &mut rig, &mut recorder, &plan);
    drop(recorder);
    let ending = sealed(&folder, ended)?;
    compare(&folder, &program, &recording)?;
    output::say(&table::of_sessions(std::slice::from_ref(&folder))?);
    output::say(&format!("protocol {}", program.identity.protocol));
    output::say(&format!("sealed in {}", folder.display()));
    interrupt.tell(1, 1);
    if ending.interrupted { Err(broken_off(&ending, &folder)) } else { Ok(()) }
}

/// The folder of a session that begins, and where its record goes.
fn begin(subject: &Subject, compiled: &Compiled, header: &Header) -> Result<(PathBuf, JournalRecorder), Failure> {
    let (folder, writer) = subject.begin(header.session, &compiled.texts, header)?;
    Ok((folder, JournalRecorder(writer)))
}

/// Seals a session that has ended.
fn sealed(folder: &Path, ended: Result<Ending, SessionFault>) -> Result<Ending, Failure> {
    store::remove_unbegun(folder, &ended)?;
    let ending = ended.map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    seal(folder, Status::Complete).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    Ok(ending)
}

/// What the recording gives for a trial.
fn given(recording: &Recording, trial: u32) -> Vec<(String, Given)> {
    let value = |value: GivenValue| match value {
        GivenValue::Real(value) => Given::Real(value),
        GivenValue::Name(name) => Given::Name(name),
    };
    recording.given(trial).into_iter().map(|(name, one)| (name, value(one))).collect()
}

/// A digest of everything that is given.
fn given_digest(recording: &Recording) -> String {
    let trials: Vec<_> = (1..=recording.trials())
        .map(|trial| {
            given(recording, trial)
                .into_iter()
                .map(|(name, value)| (name, value.to_string()))
                .collect::<BTreeMap<_, _>>()
        })
        .collect();
    digest(&canonical_json(&json!({ "recording": recording.sha256, "trials": trials })))
}

/// Prints each trial's outcome and closed loop beside the recorded ones.
fn compare(folder: &Path, program: &Program, recording: &Recording) -> Result<(), Failure> {
    let session = record::read(folder)?;
    let closed_loop = closed_loops(program, &session.entries);
    let mut outcomes = (0, 0);
    let mut worst: f64 = 0.0;
    output::say("trial  outcome  recorded  closed loop (ms)  recorded (ms)  difference (ms)");
    for entry in &session.entries {
        let Entry::Row { trial, outcome, .. } = entry else { continue };
        let outcome = outcome.map_or("-", |k| program.outcomes[k as usize].as_str());
        let was = recording.recorded_outcome(*trial);
        let now = closed_loop.get(trial).map(|ns| *ns as f64 / 1e6);
        let then = recording.recorded_closed_loop(*trial).map(|ns| ns as f64 / 1e6);
        let difference = now.zip(then).map(|(now, then)| now - then);
        outcomes.0 += u32::from(was == Some(outcome));
        outcomes.1 += u32::from(was.is_some());
        worst = worst.max(difference.map_or(0.0, f64::abs));
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_string(), |value| format!("{value:.3}"));
        output::say(&format!(
            "{trial:>5}  {outcome:<7}  {:<8}  {:>16}  {:>13}  {:>15}",
            was.unwrap_or("-"),
            number(now),
            number(then),
            number(difference)
        ));
    }
    output::say(&format!("{} of {} outcomes as recorded, largest difference {worst:.3} ms", outcomes.0, outcomes.1));
    Ok(())
}

/// Time spent in each trial in the states that let a picture follow the animal.
fn closed_loops(program: &Program, entries: &[Entry]) -> BTreeMap<u32, Ns> {
    let follows = |stmt: &Stmt| matches!(stmt, Stmt::Output { site, .. } if matches!(program.sites[site.0 as usize].kind, VerbKind::Track { .. }));
    let closed: Vec<bool> = program.states.iter().map(|state| state.entry.iter().any(follows)).collect();
    let mut times = BTreeMap::new();
    let (mut trial, mut since) = (0, None);
    for entry in entries {
        let at = match entry {
            Entry::TrialStart { trial: now, .. } => {
                trial = *now;
                continue;
            }
            // What machines beside the trial do is no part of it.
            Entry::State { state, .. } if *state as usize >= program.trial_states() => continue,
            Entry::State { at, .. } | Entry::Row { at, .. } => *at,
            _ => continue,
        };
        if let Some(begun) = since.take() {
            *times.entry(trial).or_insert(0) += at - begun;
        }
        if let Entry::State { state, .. } = entry {
            since = closed[*state as usize].then_some(at);
        }
    }
    times
}
