//! Running a recorded session again from its own inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use trialect_ir::record::Header;
use trialect_ir::{Machine, Program};
use trialect_journal::Entry;
use trialect_session::{Ending, Given, Interruption, Plan, Record, Recorder, ReplayRig, SessionFault, run, text_words, wiring};

/// How the run is to end.
pub(crate) enum Until {
    /// As it was recorded.
    Recorded,
    /// After the recorded trials, for this reason.
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
    let mut rig = ReplayRig::new(&header.kind, settings, &record);
    trialect_device::Rig::wire(&mut rig, &wiring(program))?;
    let stop = AtomicBool::new(false);
    let (stop_after, interruption) = match until {
        Until::Recorded => ((record.trials, record.end.clone().unwrap_or_default()), record.interruption.clone()),
        Until::Broken(reason) => match record.under_way {
            None => ((record.trials, reason), None),
            // Everything recorded of the trial that was under way is taken in, then it is broken off.
            Some((trial, last)) => ((trial, reason.clone()), Some(Interruption { trial, at: last + 1, reason })),
        },
    };
    let plan = Plan {
        subject: header.subject.clone(),
        session: header.session,
        seed: header.run["seed"].as_str().and_then(|seed| seed.parse().ok()).unwrap_or(0),
        subject_words: header.run["subject_state"].as_str().and_then(text_words),
        covariates: header.covariates.clone(),
        covariates_given: given.covariates,
        given: &|trial| given.trials.get(&trial).cloned().unwrap_or_default(),
        stop: &stop,
        sync_each_trial: false,
        stop_after: Some(stop_after),
        interruption,
        progress: &|_| {},
    };
    run(program, machine, &mut rig, recorder, &plan)
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
    let by_path: BTreeMap<&str, &str> = header.columns.iter().map(|column| (column.definition.as_str(), column.name.as_str())).collect();
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
