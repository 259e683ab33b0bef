//! What a session that runs has come to, as its record says it.

use crate::totals;
use std::cell::RefCell;
use std::collections::BTreeMap;
use trialect_device::{Ns, Samples};
use trialect_ir::{Clock, Column, Domain, Program, Role};
use trialect_journal::Entry;
use trialect_session::{Recorder, SessionFault};

/// Choices of one stimulus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) trials: u32,
    pub(super) correct: u32,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Status {
    pub(super) trial: u32,
    pub(super) state: String,
    pub(super) stage: Option<String>,
    pub(super) outcomes: BTreeMap<String, u32>,
    pub(super) trials: u32,
    /// By the value of the trial's stimulus.
    pub(super) choices: BTreeMap<String, Choices>,
    /// By the name of the total: amount in the unit that is shown, and the unit.
    pub(super) given: BTreeMap<String, (f64, String)>,
    pub(super) paused: bool,
}

/// Names of outcomes that count as done right.
const RIGHT: [&str; 3] = ["correct", "hit", "rewarded"];
/// Names of the stimulus on which performance depends, the first that a protocol has.
const STIMULI: [&str; 4] = ["contrast", "coherence", "strength", "orientation"];

impl Status {
    /// The share of trials that were done right, if the protocol says which are.
    pub(super) fn performance(&self) -> Option<f64> {
        let right = RIGHT.iter().find_map(|name| self.outcomes.get(*name))?;
        (self.trials > 0).then(|| f64::from(*right) / f64::from(self.trials))
    }

    fn row(&mut self, program: &Program, outcome: Option<u32>, words: &[u64]) {
        self.trials += 1;
        let outcome = outcome.and_then(|outcome| program.outcomes.get(outcome as usize));
        if let Some(outcome) = outcome {
            *self.outcomes.entry(outcome.clone()).or_default() += 1;
        }
        let known = |name: &&str| program.columns.iter().position(|column| column.name == **name);
        if let Some(place) = STIMULI.iter().find_map(known) {
            let value = shown(&program.columns[place], words.get(place));
            let choices = self.choices.entry(value).or_default();
            choices.trials += 1;
            choices.correct += u32::from(outcome.is_some_and(|outcome| RIGHT.contains(&outcome.as_str())));
        }
        for (column, word) in program.columns.iter().zip(words) {
            match column.role {
                Role::Stage => self.stage = Some(shown(column, Some(word))),
                Role::Total if column.clock == Clock::Trial => self.add(column, f64::from_bits(*word)),
                _ => {}
            }
        }
    }

    fn add(&mut self, column: &Column, amount: f64) {
        let (express, symbol) = match column.domain.unit() {
            Some(unit) => (unit.express(amount), unit.symbol.clone()),
            None => (amount, String::new()),
        };
        self.given.entry(column.name.clone()).or_insert((0.0, symbol)).0 += express;
    }
}

/// A value as it is read.
fn shown(column: &Column, word: Option<&u64>) -> String {
    let value = word.map_or_else(|| "-".into(), |word| column.domain.show(*word));
    match (&column.domain, column.domain.unit()) {
        (Domain::Real { .. } | Domain::Steps { .. }, Some(unit)) => format!("{value} {}", unit.symbol),
        _ => value,
    }
}

/// A record that is watched while it is written.
pub(super) struct Watched<'a> {
    pub(super) recorder: Box<dyn Recorder>,
    pub(super) program: &'a Program,
    pub(super) status: &'a RefCell<Status>,
    /// For each output the total that it adds to.
    adds: Vec<Option<String>>,
    in_trial: bool,
}

impl<'a> Watched<'a> {
    pub(super) fn new(recorder: Box<dyn Recorder>, program: &'a Program, status: &'a RefCell<Status>) -> Watched<'a> {
        Watched { recorder, program, status, adds: totals::of_program(program), in_trial: false }
    }

    fn watch(&mut self, entry: &Entry) {
        let mut status = self.status.borrow_mut();
        match entry {
            Entry::TrialStart { trial, .. } => (status.trial, self.in_trial) = (*trial, true),
            Entry::State { state, .. } if (*state as usize) < self.program.trial_states() => {
                status.state.clone_from(&self.program.states[*state as usize].name);
            }
            Entry::Row { outcome, words, .. } => {
                self.in_trial = false;
                status.row(self.program, *outcome, words);
            }
            // What is given between trials is in no row.
            Entry::Output { output, arguments, .. } if !self.in_trial => {
                let total = self.adds.get(*output as usize).and_then(Option::as_ref);
                let column = self.program.columns.iter().find(|column| total == Some(&column.name));
                if let (Some(column), Some(amount)) = (column, arguments.first()) {
                    status.add(column, f64::from_bits(*amount));
                }
            }
            Entry::Request { request, .. } => match request {
                trialect_journal::Request::Pause => status.paused = true,
                trialect_journal::Request::Resume => status.paused = false,
                _ => {}
            },
            _ => {}
        }
    }
}

impl Recorder for Watched<'_> {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        self.watch(&entry);
        self.recorder.push(entry)
    }

    fn commit(&mut self, sync: bool) -> Result<(), SessionFault> {
        self.recorder.commit(sync)
    }

    fn keeps_samples(&self) -> bool {
        self.recorder.keeps_samples()
    }

    fn samples(&mut self, at: Ns, samples: Samples<'_>) -> Result<(), SessionFault> {
        self.recorder.samples(at, samples)
    }
}
