//! Rules of the slower clocks: handlers, curricula, limits, watches.

use crate::Interval;
use crate::model::{Action, Clock, DeviceId, EnumId};
use crate::term::Texpr;
use crate::types::Type;
use trialect_base::Span;
use trialect_units::Decimal;

/// When a handler of a slower clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// `on trial.end`
    TrialEnd,
    /// `on session.end`
    SessionEnd,
}

/// A handler of a slower clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// When.
    pub moment: Moment,
    /// On which clock it stands.
    pub clock: Clock,
    /// `when`
    pub guard: Option<Texpr>,
    /// What it does.
    pub actions: Vec<Action>,
    /// Where.
    pub span: Span,
}

/// A way from one stage to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// When it is looked at.
    pub moment: Moment,
    /// `when`
    pub guard: Option<Texpr>,
    /// What it does before the stage is left.
    pub actions: Vec<Action>,
    /// Index of the stage.
    pub target: u32,
    /// Where.
    pub span: Span,
}

/// A stage of a curriculum.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Where all of it stands.
    pub clause: Span,
    /// Its values, one for each of the curriculum's.
    pub values: Vec<Option<Texpr>>,
    /// In text order.
    pub transitions: Vec<Transition>,
}

/// A curriculum.
#[derive(Debug, Clone, PartialEq)]
pub struct Curriculum {
    /// Its name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Its stages as a type.
    pub stage_type: EnumId,
    /// Names and types of the values that its stages have.
    pub values: Vec<(String, Type, Interval)>,
    /// The values with keys that its stages have: definitions that choose by the present stage.
    pub keyed: Vec<crate::model::ValueId>,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// Description.
    pub description: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Where all of it stands.
    pub clause: Span,
}

/// A clock between the session and the trial: it ticks when a trial begins after one with which it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// `prior`
    pub name: String,
    /// `block.prior`
    pub path: String,
    /// Description.
    pub description: Option<String>,
    /// When it ends, looked at when a trial has ended.
    pub ends: Option<Texpr>,
    /// Where its name stands.
    pub span: Span,
}

/// `limit`
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What is limited: a device, or all of one name together.
    pub name: String,
    /// Whose amounts count together.
    pub devices: Vec<DeviceId>,
    /// Index into their class's totals; none for a limit of the time for which they are held.
    pub total: Option<u32>,
    /// Most, coherent unit.
    pub amount: Texpr,
    /// Over which time the amounts are added up.
    pub each: Each,
    /// Where.
    pub span: Span,
}

/// Over which time a limit adds up what is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // as in the language: `each trial`, `each session`, `each day`
pub enum Each {
    Trial,
    Session,
    Day,
}

impl Each {
    /// The word in the text.
    pub fn word(self) -> &'static str {
        match self {
            Each::Trial => "trial",
            Each::Session => "session",
            Each::Day => "day",
        }
    }
}

/// `stop` or `advise`
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Its name.
    pub name: String,
    /// When it holds.
    pub condition: Texpr,
    /// Looked at after every instant, not only at the end of a trial.
    pub now: bool,
    /// Where.
    pub span: Span,
    /// Where its name stands.
    pub name_span: Span,
    /// Description.
    pub description: Option<String>,
}

/// `record DEVICE.READING at RATE`
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The device.
    pub device: DeviceId,
    /// Index into its class's readings.
    pub reading: usize,
    /// Samples a second.
    pub rate: Decimal,
    /// Where it is declared.
    pub span: Span,
}
