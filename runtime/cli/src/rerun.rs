//! Running a recorded session again from its own inputs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use trialect_ir::record::Header;
use trialect_ir::{Date, Machine, Program};
use trialect_journal::Entry;
use trialect_session::{
    Ending, Given, Interruption, Place, Plan, Record, RecordedFault, Recorder, ReplayRig, SessionFault, given_today,
    run, start_parameters, text_words, wiring,
};

/// How the run is to end.
pub(crate) enum Until {
    /// As it was recorded, entry by entry.
    Recorded,
    /// As it was recorded, by another program.
    Other,
    /// Where the record ends, for this reason.
    Broken(String),
}

/// Runs a session's inputs through a program into a recorder.
pub(crate) fn rerun(
    header: &Header,
    entries: &[Entry],
    program: &Program,
    machine: &mut dyn Machine,
    recorder: &mut dyn Recorder,
    until: Until,
) -> Result<Ending, SessionFault> {
    let record = Record::of(entries);
    let given = given(header, entries);
    let settings = program.devices.iter().map(|device| settings(header, &device.name)).collect();
    let mut rig = ReplayRig::new(&header.kind, settings, &record, &header.columns, program);
    trialect_device::Rig::wire(&mut rig, &wiring(program))?;
    let stop = AtomicBool::new(false);
    let requests = RefCell::new(record.requests(&header.columns, program));
    let (stop_after, interruption) = ends(&record, entries.len(), until);
    let plan = Plan {
        subject: header.subject.clone(),
        session: header.session,
        // What was recorded before there were dates does not depend on one.
        date: header.date.unwrap_or(Date::FIRST),
        given_today: given_today(&header.run),
        seed: header.run["seed"].as_str().and_then(|seed| seed.parse().ok()).unwrap_or(0),
        subject_words: header.run["subject_state"].as_str().and_then(text_words),
        covariates: header.covariates.clone(),
        covariate_remarks: header.covariate_remarks.clone(),
        covariates_given: given.covariates,
        given: &|trial| given.trials.get(&trial).cloned().unwrap_or_default(),
        parameters: start_parameters(&header.run),
        requests: &requests,
        stop: &stop,
        sync_each_trial: false,
        stop_after,
        goes_on_until: record.ended_at,
        interruption,
        progress: &|_| {},
    };
    run(program, machine, &mut rig, recorder, &plan)
}

/// After which trial the run ends and why, and where it is broken off.
fn ends(record: &Record, entries: usize, until: Until) -> (Option<(u32, String)>, Option<Interruption>) {
    let end = || record.end.clone().unwrap_or_default();
    match (until, &record.fault) {
        (Until::Recorded | Until::Broken(_), Some(fault)) => {
            let (place, reason) = (Place::Entry(fault.position), fault.what.clone());
            (None, Some(Interruption { place, at: Some(fault.at), reason }))
        }
        (Until::Other, Some(RecordedFault { trial: Some(trial), at, what, .. })) => {
            let place = Place::Time { trial: *trial, at: *at };
            (Some((record.trials, end())), Some(Interruption { place, at: None, reason: what.clone() }))
        }
        // What is recorded of a trial that was under way is taken in, then it is broken off.
        (Until::Broken(reason), None) if record.is_open => {
            let interruption = Interruption { place: Place::Instant(entries), at: None, reason: reason.clone() };
            (Some((record.trials + 1, reason)), Some(interruption))
        }
        (Until::Broken(reason), None) => (Some((record.trials, reason)), None),
        (Until::Recorded | Until::Other, _) => (Some((record.last_trial(), end())), None),
    }
}

fn settings(header: &Header, device: &str) -> Vec<(String, f64)> {
    let map = header.run["settings"][device].as_object();
    map.into_iter().flatten().filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
}

struct GivenValues {
    trials: BTreeMap<u32, Vec<(String, Given)>>,
    covariates: bool,
}

/// Values that came from outside, by trial.
fn given(header: &Header, entries: &[Entry]) -> GivenValues {
    let mut values = GivenValues { trials: BTreeMap::new(), covariates: false };
    // A keyed draw has its key in its path, as its column has in its name.
    let by_path: BTreeMap<String, &str> =
        header.columns.iter().map(|column| (column.path(), column.name.as_str())).collect();
    let mut trial = 0;
    let mut seen = BTreeSet::new();
    for entry in entries {
        let (name, word) = match entry {
            Entry::TrialStart { trial: now, .. } => {
                trial = *now;
                continue;
            }
            Entry::Given { column, word, .. } => (header.columns[*column as usize].name.clone(), *word),
            Entry::Draw { draw, word, given: true, .. } => {
                let path = header.draws[*draw as usize].as_str();
                (by_path.get(path).copied().unwrap_or(path).to_string(), *word)
            }
            _ => continue,
        };
        if trial == 0 {
            values.covariates = true;
        } else if seen.insert((trial, name.clone())) {
            values.trials.entry(trial).or_default().push((name, Given::Word(word)));
        }
    }
    values
}
