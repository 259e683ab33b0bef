//! Replaying: the recorded inputs, and nothing else of the record, drive the session again.

use crate::{Inbox, SessionFault};
use std::collections::{BTreeMap, VecDeque};
use trialect_device::{Command, Input, Ns, Rig, RigFault, Wiring};
use trialect_ir::{Clock, Column, Program};
use trialect_journal::{Entry, Request};

/// What of a record is an input to its session.
#[derive(Debug, Clone, Default)]
pub struct Record {
    inputs: Vec<Input>,
    starts: Vec<Ns>,
    /// What devices measured of each covariate, by its column, in order.
    measured: BTreeMap<u32, VecDeque<Option<u64>>>,
    /// When a trial was about to begin that did not, for what was measured.
    not_begun: Option<Ns>,
    /// The trials before it, when, who and what: each request in its order.
    requests: Vec<(u32, Ns, String, Request)>,
    /// What broke the session off.
    pub fault: Option<RecordedFault>,
    /// How the session ended; none when its record has no end.
    pub end: Option<String>,
    /// When it ended.
    pub ended_at: Option<Ns>,
    /// Trials with a row.
    pub trials: u32,
    /// Whether the record goes on after its last row, though not to the session's end.
    pub is_open: bool,
}

/// A fault that broke a session off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFault {
    /// Position of its entry.
    pub position: usize,
    /// The trial that was under way.
    pub trial: Option<u32>,
    /// When.
    pub at: Ns,
    /// What happened.
    pub what: String,
}

impl Record {
    /// Takes the inputs out of a record.
    pub fn of(entries: &[Entry]) -> Record {
        let mut record = Record::default();
        let mut under_way = None;
        for (position, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Input { line, at, value } => {
                    record.inputs.push(Input { line: *line, at: *at, value: *value });
                    record.is_open = true;
                }
                Entry::Measured { column, word, at } => {
                    record.measured.entry(*column).or_default().push_back(*word);
                    record.not_begun = Some(*at);
                    record.is_open = true;
                }
                Entry::SessionStart { .. } => record.not_begun = None,
                Entry::TrialStart { trial, at } => {
                    record.not_begun = None;
                    record.starts.push(*at);
                    under_way = Some(*trial);
                    record.is_open = true;
                }
                Entry::Request { at, by, request } => {
                    let before = record.starts.len() as u32;
                    record.requests.push((before, *at, by.clone(), request.clone()));
                    record.is_open = true;
                }
                Entry::Fault { at, what } => {
                    record.fault = Some(RecordedFault { position, trial: under_way, at: *at, what: what.clone() });
                }
                Entry::Row { trial, .. } => {
                    record.trials = *trial;
                    under_way = None;
                    record.is_open = false;
                }
                Entry::SessionEnd { reason, at, .. } => {
                    record.ended_at = Some(*at);
                    record.end = Some(reason.clone());
                    record.is_open = false;
                }
                _ => {}
            }
        }
        record
    }

    /// The last trial that began or was about to.
    pub fn last_trial(&self) -> u32 {
        self.trials + u32::from(self.not_begun.is_some())
    }

    /// What people asked for, by the names of the columns of the record; what a program does not have is left out.
    pub fn requests(&self, columns: &[Column], program: &Program) -> Inbox {
        let asked = self
            .requests
            .iter()
            .filter_map(|(before, at, by, request)| crate::requests::recorded(columns, *before, *at, by, request));
        Inbox::recorded(program, asked)
    }
}

/// A rig that reports what was recorded and carries out nothing.
#[derive(Debug)]
pub struct ReplayRig {
    kind: &'static str,
    settings: Vec<Vec<(String, f64)>>,
    inputs: VecDeque<Input>,
    readings: Vec<Reading>,
    starts: Vec<Ns>,
}

/// A covariate that the program has measured, and what was recorded under its name.
#[derive(Debug)]
struct Reading {
    device: u32,
    name: String,
    clock: Clock,
    recorded: VecDeque<Option<u64>>,
    asked: u32,
}

/// The covariates of a program with what a record has of each, found by name: those of the session first.
fn readings(record: &Record, columns: &[Column], program: &Program) -> Vec<Reading> {
    let reading = |measured: &trialect_ir::Measured| {
        let column = &program.columns[measured.column as usize];
        let recorded = columns.iter().position(|recorded| recorded.name == column.name);
        let recorded = recorded.and_then(|k| record.measured.get(&(k as u32))).cloned().unwrap_or_default();
        let (device, name) = (measured.device, measured.reading.clone());
        Reading { device, name, clock: column.clock, recorded, asked: 0 }
    };
    let mut readings: Vec<Reading> = program.measured.iter().map(reading).collect();
    readings.sort_by_key(|reading| reading.clock != Clock::Session);
    readings
}

impl ReplayRig {
    /// A rig of the recorded kind with the recorded constants of its devices, in the order of the protocol's rig. What
    /// devices measured goes to the covariates of `program` that have the names of the record's `columns`.
    pub fn new(
        kind: &str,
        settings: Vec<Vec<(String, f64)>>,
        record: &Record,
        columns: &[Column],
        program: &Program,
    ) -> ReplayRig {
        let kind = ["simulated", "recorded", "emulated", "real"]
            .into_iter()
            .find(|known| *known == kind)
            .unwrap_or("recorded");
        let mut starts = record.starts.clone();
        starts.extend(record.not_begun);
        let inputs = record.inputs.iter().copied().collect();
        ReplayRig { kind, settings, inputs, readings: readings(record, columns, program), starts }
    }
}

impl Rig for ReplayRig {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn wire(&mut self, _wiring: &Wiring) -> Result<(), RigFault> {
        Ok(())
    }
    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.settings.get(device as usize).cloned().unwrap_or_default()
    }
    fn measure(&mut self, _at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        // Those of one reading take turns: of the session once, of the trial in each.
        let asked = self.readings.iter_mut().filter(|one| one.device == device && one.name == reading);
        let next = asked.filter(|one| one.clock != Clock::Session || one.asked == 0).min_by_key(|one| one.asked);
        Ok(next.and_then(|one| {
            one.asked += 1;
            one.recorded.pop_front().flatten().map(f64::from_bits)
        }))
    }
    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        let due = self.inputs.front().is_some_and(|input| input.at <= until);
        Ok(if due { self.inputs.pop_front() } else { None })
    }
    fn trial_start(&mut self, trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        // Against another text a trial may last longer than it did.
        Ok(self.starts.get(trial as usize - 1).map(|start| (*start).max(earliest)))
    }
    fn command(&mut self, _at: Ns, _command: Command<'_>) -> Result<(), RigFault> {
        Ok(())
    }
    fn release(&mut self, _at: Ns, _device: u32, _verb: &str, _stimulus: Option<u32>) -> Result<(), RigFault> {
        Ok(())
    }
    fn follow(&mut self, _at: Ns, _stimulus: u32, _parameter: &str, _value: f64) {}
    fn make_safe(&mut self, _at: Ns) {}
}

const BROKEN_OFF: &str = "broken off as recorded";

/// The fault that stands for the recorded one.
pub(crate) fn broken_off() -> SessionFault {
    SessionFault::Rig(RigFault::Gone { rig: "replay".into(), what: BROKEN_OFF.into() })
}

pub(crate) fn is_broken_off(fault: &SessionFault) -> bool {
    matches!(fault, SessionFault::Rig(RigFault::Gone { what, .. }) if what == BROKEN_OFF)
}
