//! Where a trial can be: the machine's memory between two instants, and what the board does meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::{Program, SiteId, Slot, header};

/// A timer of the program, as the board keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Armed {
    /// It is not armed.
    Never,
    /// It comes after this time on the board's clock, ns; what is not above 0 has come already.
    In(i64),
    /// A global timer keeps it, because it runs on while the matrix changes its state.
    Runs(u8),
}

/// What the board does once when it enters a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Shots {
    /// Global timers that are triggered, a bit each.
    pub(crate) trigger: u32,
    /// Bytes for modules, by channel.
    pub(crate) messages: BTreeMap<u8, Vec<u8>>,
}

impl Shots {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Shots::default()
    }
}

/// A place in the course of a trial.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) memory: Vec<u64>,
    /// In the order of [`Program::deadlines`].
    pub(crate) timers: Vec<Armed>,
    /// What is on, on the board.
    pub(crate) on: BTreeSet<SiteId>,
    pub(crate) shots: Shots,
    /// Global timers of pulses that may not have ended, a bit each.
    pub(crate) pulses: u32,
}

/// What tells one place from another: everything on which the further course depends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    words: Vec<u64>,
    states: Vec<i64>,
    timers: Vec<Armed>,
    on: BTreeSet<SiteId>,
    pulses: u32,
}

impl Config {
    pub(crate) fn word(&self, slot: Slot) -> i64 {
        self.memory.get(slot.index()).map_or(0, |word| *word as i64)
    }

    pub(crate) fn key(&self, program: &Program, relevant: &BTreeMap<Slot, u32>) -> Key {
        Key {
            words: relevant.keys().map(|slot| self.word(*slot) as u64).collect(),
            states: self.states(program),
            timers: self.timers.clone(),
            on: self.on.clone(),
            pulses: self.pulses,
        }
    }

    /// The states of all machines, that of the trial's own last.
    pub(crate) fn states(&self, program: &Program) -> Vec<i64> {
        let besides = program.besides.iter().map(|beside| beside.at);
        besides.chain([header::STATE]).map(|slot| self.word(slot)).collect()
    }

    /// When the next of the timers comes that a state's timer keeps, ns on the board's clock.
    pub(crate) fn due(&self) -> Option<i64> {
        let times = self.timers.iter().filter_map(|timer| match timer {
            Armed::In(time) => Some(*time),
            Armed::Never | Armed::Runs(_) => None,
        });
        times.min()
    }
}
