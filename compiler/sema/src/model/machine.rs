//! States, of the trial and of machines beside it: what they do, wait for and where they go.

use crate::model::{BesideId, Clock, DeviceId, Model, StateId, StimulusId, ValueId};
use crate::term::{Binder, Texpr};
use crate::types::Finite;
use std::ops::Range;
use trialect_base::Span;

/// A verb with its target and arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// On which device.
    pub device: DeviceId,
    /// Index into its class's verbs.
    pub verb: usize,
    /// What it presents.
    pub stimulus: Option<StimulusId>,
    /// One for each parameter: of the verb, then of what is presented.
    pub arguments: Vec<(String, Texpr)>,
    /// `hold`
    pub held: bool,
    /// `for`: how long it is held at most.
    pub duration: Option<Texpr>,
    /// Where.
    pub span: Span,
}

/// An action of a handler or an entry.
#[allow(missing_docs)] // the fields are named as in the line above each
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// `:=`
    /// `cut` holds when a `+=` was held at an end of its range.
    Set { value: ValueId, keys: Vec<Texpr>, to: Texpr, cut: Option<Texpr>, span: Span },
    /// A local name.
    Let { binder: Binder, to: Texpr },
    /// `if`
    If { condition: Texpr, then: Vec<Action>, otherwise: Vec<Action> },
    /// A verb.
    Do(Deed),
    /// A draw of the state, made on each entry.
    Draw(ValueId),
    /// `track`: stimulus, index into the constructor's shown parameters, expression.
    Track { stimulus: StimulusId, parameter: usize, affine: Affine, span: Span },
}

/// `offset + slope * reading`
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// The reading's device.
    pub device: DeviceId,
    /// Index into its class's channels.
    pub channel: u32,
    /// What is there when the reading is 0; none is 0.
    pub offset: Option<Texpr>,
    /// Change per unit of the reading.
    pub slope: Texpr,
    /// The whole as written, for the canonical form.
    pub whole: Texpr,
}

/// What a clause of a state waits for.
#[allow(missing_docs)] // the fields are named as in the line above each
#[derive(Debug, Clone, PartialEq)]
pub enum Waits {
    /// An event: index into the class's channels.
    Event(DeviceId, u32),
    /// A level of a reading; `both`: of its size, on either side.
    Reaches { affine: Affine, level: Texpr, both: bool },
    /// A state of another machine is entered, or left.
    State(StateId, bool),
    /// `when`
    Condition,
    /// `after`
    After(Texpr),
}

/// Where a clause goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goes {
    /// Nowhere.
    Stays,
    /// To a state.
    To(StateId),
    /// Ends the trial with an outcome.
    Ends(u32),
}

/// A clause of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it waits for.
    pub waits: Waits,
    /// `when`
    pub guard: Option<Texpr>,
    /// What it does.
    pub actions: Vec<Action>,
    /// Where it goes.
    pub goes: Goes,
    /// Where.
    pub span: Span,
}

/// A machine beside the trial's.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Its name with its key: `opto`, `vi[left]`.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// The clock with which it starts and stops: session or trial.
    pub clock: Clock,
    /// Where its name stands.
    pub span: Span,
    /// Of a keyed one: the type, which member it is for, and the variable that stands for it.
    pub key: Option<(Finite, u32, String)>,
    /// Its states; the first is entered when it starts.
    pub states: Range<usize>,
}

/// A state of the trial, or of a machine beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The machine beside the trial's that it belongs to; none for a state of the trial.
    pub machine: Option<BesideId>,
    /// Its name; for a state of a machine `MACHINE.STATE`.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// On entry.
    pub entry: Vec<Action>,
    /// In text order.
    pub clauses: Vec<Clause>,
    /// Every trial that ends has visited it.
    pub always_visited: bool,
}

impl State {
    /// Whether entering the state sets a counter to 0, so that no level of it is reached already.
    pub fn zeroes(&self, device: DeviceId, channel: u32, model: &Model) -> bool {
        self.entry.iter().any(|action| match action {
            Action::Do(deed) => deed.device == device && model.class(device).verbs[deed.verb].resets == Some(channel),
            _ => false,
        })
    }
}
