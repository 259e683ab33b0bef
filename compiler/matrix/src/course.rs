//! The course of a trial on a board: its matrix, and what the board's events tell of the protocol.

use crate::{Event, Matrix};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What an event of the board tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heard {
    /// Something happened on an input line of the program.
    Happened {
        /// Index of the input.
        line: u32,
    },
    /// A counting input has come to a level, counted from the latest zeroing.
    Reached {
        /// Index of the input.
        line: u32,
        /// The level.
        level: i64,
    },
}

impl Heard {
    /// Index of the input.
    #[must_use]
    pub fn line(self) -> u32 {
        match self {
            Heard::Happened { line } | Heard::Reached { line, .. } => line,
        }
    }
}

/// Levels that a module with a counter must know before the trial begins, at most eight: the k-th is announced by its
/// event k.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thresholds {
    /// Index of the device in the program.
    pub device: u32,
    /// Counts since the latest zeroing: reached from above when negative, from below otherwise.
    pub levels: Vec<i64>,
}

/// One trial as a board runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// What the board runs.
    pub matrix: Matrix,
    /// The length of its cycle, ns.
    pub cycle: i64,
    /// What its events tell; those of states' timers and other clocks tell only that time has passed.
    pub heard: BTreeMap<Event, Heard>,
    /// For each state of the matrix the protocol's states that it stands for, that of the trial's own machine last; none
    /// when the trial is over and only pulses are waited for.
    pub states: Vec<Vec<u32>>,
    /// Devices and verbs that the matrix carries out; the others are left to the host.
    pub carried_out: BTreeSet<(u32, String)>,
    /// What counting modules must know.
    pub thresholds: Vec<Thresholds>,
}

/// Where the course of the next trial is left for the rig that runs it: by the machine, when the trial begins. In its
/// place the words why there is none.
pub type Post = Rc<RefCell<Option<Result<Course, String>>>>;
