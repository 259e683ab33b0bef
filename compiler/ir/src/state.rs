//! States: of the trial, and of the machines beside it.

use crate::{Clock, Code, Expr, InputId, RuleId, Slot};
use std::ops::Range;

/// Index into [`crate::Program::states`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A machine beside the trial's, with states of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Name in the text with its key: `vi[left]`.
    pub name: String,
    /// The description in the text.
    pub description: Option<String>,
    /// [`Clock::Trial`]: from the trial's first state to its end; [`Clock::Session`]: from before the first trial on.
    pub clock: Clock,
    /// The word that holds its state; [`crate::Program::idle`] while it is stopped.
    pub at: Slot,
    /// Its states in [`crate::Program::states`]; the first is entered when it starts.
    pub states: Range<u32>,
    /// Deadlines of its timers, Int slots, ns.
    pub timers: Range<u32>,
}

/// A state of the trial, or of a machine beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name in the text.
    pub name: String,
    /// The description in the text.
    pub description: Option<String>,
    /// Its stamps.
    pub slots: StateSlots,
    /// Runs on entry: actions in text order, thresholds and every timer slot of its machine set.
    pub entry: Code,
    /// Runs on leaving: holds end, tracks stop.
    pub leave: Code,
    /// In text order.
    pub clauses: Vec<Clause>,
}

/// Where a state's stamps are, all Int.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateSlots {
    /// Time of the latest entry, ns.
    pub entry: Slot,
    /// Time of the latest exit, ns.
    pub exit: Slot,
    /// Entries in this trial, or in this session.
    pub visits: Slot,
    /// Time spent in it in this trial or session, ns, visits that have ended.
    pub time: Slot,
}

/// When something happens, do something and perhaps go somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// The rule that the record names when the clause fires; none fires without telling the host (a track).
    pub rule: Option<RuleId>,
    /// What it waits for.
    pub trigger: Trigger,
    /// Must hold as well.
    pub guard: Option<Expr>,
    /// Run when it fires.
    pub actions: Code,
    /// Where it goes.
    pub then: Then,
}

/// What a clause waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// An event of this input.
    Input(InputId),
    /// An event of this counting input after which its count is at or below `low`, or at or above `high` (Int slots).
    Reaches {
        /// The counting input.
        input: InputId,
        /// Where its count is.
        count: Slot,
        /// `i64::MIN` when there is no lower level.
        low: Slot,
        /// `i64::MAX` when there is no upper level.
        high: Slot,
    },
    /// A state of another machine is entered, or left.
    State {
        /// Which.
        state: StateId,
        /// Entered, not left.
        entered: bool,
    },
    /// Nothing: the guard is tested on entry and after every event.
    Condition,
    /// The deadline in this slot has come.
    Timer(Slot),
}

/// Where a clause goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Stays; timers run on.
    Stay,
    /// Leaves the state and enters one, perhaps the same.
    Enter(StateId),
    /// Ends the trial with an outcome; only the trial's own states do.
    End(u32),
}
