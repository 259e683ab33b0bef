//! Slots: the 64-bit words of a program's memory.

use serde::{Deserialize, Serialize};

/// Index of a 64-bit word in the memory image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(pub u32);

impl Slot {
    /// The slot `by` words further on.
    pub fn offset(self, by: u32) -> Slot {
        Slot(self.0 + by)
    }
    /// Position in the memory slice.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a word is read: two's complement integer (also Booleans, 0 or 1, and indices) or IEEE double.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// `i64`; Booleans are 0 or 1.
    Int,
    /// `f64` by its bits.
    Real,
}

/// A deadline that is not armed.
pub const NEVER: i64 = i64::MAX;
/// Value of [`header::OUTCOME`] while a trial runs.
pub const NO_OUTCOME: i64 = -1;

/// The first words of every memory image, the same in all programs.
pub mod header {
    use super::Slot;
    /// Session-clock time of the event being handled, ns.
    pub const NOW: Slot = Slot(0);
    /// Index of the trial's current state; the number of all states when between trials.
    pub const STATE: Slot = Slot(1);
    /// Index of the outcome with which the trial ended, or [`super::NO_OUTCOME`].
    pub const OUTCOME: Slot = Slot(2);
    /// Trial number in the session, from 1.
    pub const TRIAL: Slot = Slot(3);
    /// Ordinal of the session in the subject's chain, from 1.
    pub const SESSION: Slot = Slot(4);
    /// Session-clock time at which the session started, ns.
    pub const SESSION_START: Slot = Slot(5);
    /// Session-clock time at which the trial's first state was entered, ns.
    pub const TRIAL_START: Slot = Slot(6);
    /// 0, or 1 + index in [`crate::Program::stops`] of the rule that stops the session.
    pub const STOP: Slot = Slot(7);
    /// Least session-clock time of the next trial's first state, ns.
    pub const NEXT_TRIAL: Slot = Slot(8);
    /// First of the words in which arguments are passed to the host.
    pub const SCRATCH: Slot = Slot(16);
    /// Number of argument words.
    pub const SCRATCH_LEN: u32 = 80;
    /// First slot that a program may lay out.
    pub const FIRST_FREE: Slot = Slot(SCRATCH.0 + SCRATCH_LEN);
}
