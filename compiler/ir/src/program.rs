//! A compiled program.

use crate::{
    Beside, Carried, Clock, Code, Column, Definition, Draw, Fit, Identity, Slot, State, StateId, Statistic, header,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// Index into [`Program::inputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputId(pub u32);
/// Index into [`Program::sites`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);
/// Index into [`Program::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// The pieces of code that a session runs between events, in the order of a trial's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Session variables, definitions and draws.
    SessionStart,
    /// Trial draws and definitions in dependency order, trial variables.
    TrialStart,
    /// Definitions that read what happened get their values.
    TrialEnd,
    /// Statistics take in the row.
    Statistics,
    /// `on trial.end` handlers in text order, then curricula.
    TrialRules,
    /// `advise`, then `stop`.
    Stops,
    /// `stop … now`, after every instant.
    Now,
    /// `on session.end` handlers in text order, then curricula, then whether the session counts.
    SessionEnd,
    /// Columns of slower clocks that are computed take their values; at both ends of a session.
    Columns,
}

impl Phase {
    /// All phases; their positions index [`Program::phases`].
    pub const ALL: [Phase; 9] = [
        Phase::SessionStart,
        Phase::TrialStart,
        Phase::TrialEnd,
        Phase::Statistics,
        Phase::TrialRules,
        Phase::Stops,
        Phase::Now,
        Phase::SessionEnd,
        Phase::Columns,
    ];
}

/// A named device of the rig, in priority order.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Name in the text.
    pub name: String,
    /// Name of its class in the standard library.
    pub class: String,
    /// The description in the text.
    pub description: Option<String>,
    /// Real constants of the device that the session fills in before it starts: name in the class, slot.
    pub settings: Vec<(String, Slot)>,
}

/// One line on which a device reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Index into [`Program::devices`].
    pub device: u32,
    /// Name in the class: `travel`, `flip`.
    pub channel: String,
    /// Whether it reports events or counts.
    pub kind: Channel,
    /// What an event changes in memory.
    pub update: Update,
}

/// What a channel reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Something happened; the value is 1.
    Event,
    /// A free-running count; the value is the count.
    Counter,
}

/// What an event of an input changes in memory before any clause is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// Nothing.
    Nothing,
    /// `raw = value; count = value - zero`, then `follow`.
    Count {
        /// The free-running count.
        raw: Slot,
        /// The free-running count at the latest zeroing.
        zero: Slot,
        /// Count since the latest zeroing.
        count: Slot,
    },
    /// A word that says how things are with the device is written: 1 when it is so from now on, 0 when it is no more.
    Flag {
        /// Where.
        slot: Slot,
        /// Whether it is so from now on.
        on: bool,
    },
}

/// An output of the program: one verb in the text with its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Index into [`Program::devices`].
    pub device: u32,
    /// Name of the verb in the device's class.
    pub verb: String,
    /// How long it lasts by its class.
    pub kind: VerbKind,
    /// The verb whose output on the same target it ends: `hide` ends `show`.
    pub ends: Option<String>,
    /// The column of the total that its first argument adds to: `spout.delivered`.
    pub adds: Option<String>,
    /// Index into [`Program::stimuli`], for verbs that present one.
    pub stimulus: Option<u32>,
    /// Names and classes of its arguments.
    pub parameters: Vec<(String, crate::Class)>,
    /// The clock whose end ends the output: [`Clock::Trial`] or, held, [`Clock::State`] or [`Clock::Session`].
    pub until: Clock,
}

/// How long a verb lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VerbKind {
    /// Over at once.
    Instant,
    /// On until the clock it stands on ends or another verb ends it.
    Latching,
    /// The device ends it by itself, after an amount or a time.
    Timed,
    /// Allowed only as `hold`.
    Held,
    /// `track`: a parameter of a stimulus follows a slot; the argument is the slot's value on entry.
    Track {
        /// The slot that holds the parameter's value.
        slot: Slot,
    },
}

/// A covariate that a device measures when its clock ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Index into [`Program::columns`].
    pub column: u32,
    /// Index into [`Program::devices`].
    pub device: u32,
    /// Name in the device's class.
    pub reading: String,
    /// The Real word into which the session writes it before its clock ticks.
    pub value: Slot,
    /// The Int word that says whether there is one.
    pub present: Slot,
}

/// A parameter that a person may change between two trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Index into [`Program::columns`].
    pub column: u32,
    /// The Int word that is not 0 once it was changed: then its start value is not made anew.
    pub kept: Slot,
}

/// A reading of a device that is sampled all through the session; the program itself never reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// Index into [`Program::devices`].
    pub device: u32,
    /// Name in the device's class.
    pub reading: String,
    /// Samples a second; 0.001 .. 1,000,000.
    pub rate: f64,
    /// The unit in which it is recorded; none for a plain number.
    pub unit: Option<crate::Unit>,
}

/// A declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// Name in the text.
    pub name: String,
    /// Index into [`Program::devices`].
    pub device: u32,
    /// Name of its constructor in the device's class: `gabor`.
    pub constructor: String,
    /// Fixed parameters in the coherent unit: name, value.
    pub fixed: Vec<(String, f64)>,
}

/// What kind of rule fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// A clause of a state.
    Clause,
    /// A handler.
    Handler,
    /// A transition of a curriculum.
    Transition,
    /// An `advise`.
    Advice,
    /// A `stop`.
    Stop,
    /// `ends when` of a block.
    Block,
    /// `counts when` that did not hold: the subject's state is that of the session before.
    Counts,
    /// A `limit` that refused an output.
    Limit,
    /// A `+=` that would have left its variable's range and was held at its end.
    Saturation,
    /// A `pick` all of whose allowed members had weight 0: each was as likely as the others.
    Unweighted,
    /// A train of events that would have had more than its `most`: it ends with the last that it may have.
    Cut,
}

/// A rule that can fire, as the record names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Path of the definition it belongs to.
    pub definition: String,
    /// What kind.
    pub kind: RuleKind,
    /// Short name: the stop's name, the transition's stages.
    pub name: String,
    /// The rule's text, on one line.
    pub text: String,
}

/// A limit of the time for which outputs of the kind [`VerbKind::Held`] are on, all of its devices together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTime {
    /// Indices into [`Program::devices`].
    pub devices: Vec<u32>,
    /// Most, ns.
    pub most: i64,
    /// [`Clock::Trial`]: from each trial's start anew; [`Clock::Session`].
    pub each: Clock,
    /// Whether the time of the subject's earlier sessions of the day is used up from the start.
    pub of_day: bool,
    /// The rule that is told when it ends an output or refuses one.
    pub rule: RuleId,
    /// The Int word that is 1 from then on.
    pub met: Slot,
}

/// A compiled program.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// Dotted name from the header.
    pub name: String,
    /// Version from the header.
    pub version: String,
    /// The description from the header.
    pub description: Option<String>,
    /// Citations.
    pub citations: Vec<String>,
    /// The protocol's hash and the hash of each definition.
    pub identity: Identity,
    /// What is hashed, sorted by path.
    pub definitions: Vec<Definition>,
    /// Memory before the first session: between trials (STATE idle, no outcome, timers disarmed), start values and tables.
    pub initial: Vec<u64>,
    /// Words carried from session to session.
    pub subject: Range<u32>,
    /// What these words are, in their order.
    pub carried: Vec<Carried>,
    /// The clauses of values, handlers and stages by the paths of their definitions, each on one line.
    pub texts: BTreeMap<String, String>,
    /// Timer deadlines of the trial's states, Int slots, ns.
    pub timers: Range<u32>,
    /// Devices in `rig` order.
    pub devices: Vec<Device>,
    /// Inputs in `rig` order.
    pub inputs: Vec<Input>,
    /// Stimuli in text order.
    pub stimuli: Vec<Stimulus>,
    /// Outputs.
    pub sites: Vec<Site>,
    /// Draws.
    pub draws: Vec<Draw>,
    /// Statistics.
    pub statistics: Vec<Statistic>,
    /// Fitted curves.
    pub fits: Vec<Fit>,
    /// Everything with a name that is recorded.
    pub columns: Vec<Column>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// `stop` rules in text order.
    pub stops: Vec<RuleId>,
    /// Outcomes in text order.
    pub outcomes: Vec<String>,
    /// States: those of the trial, of which the first is entered when a trial starts, then those of the machines beside it.
    pub states: Vec<State>,
    /// Machines beside the trial's: those of the session, then those of the trial, each in text order.
    pub besides: Vec<Beside>,
    /// Code of each phase, in the order of [`Phase::ALL`].
    pub phases: [Code; Phase::ALL.len()],
    /// `counts when`: the Int word that is 0 after the session's end when the session does not count.
    pub counts: Option<Slot>,
    /// Times since the session's start, ns, ascending, at which a `stop … now` may begin to hold without any event.
    pub alarms: Vec<i64>,
    /// Times since the session's start, ns, ascending, at which a condition of a state may begin to hold without any
    /// event. They are due as timers are: after the inputs of their instant.
    pub wakes: Vec<i64>,
    /// Limits of the time for which devices are held on.
    pub on_time: Vec<OnTime>,
    /// Most trials of a session (`limit trials`).
    pub most_trials: u32,
    /// Columns that the session asks for before it starts (`covariate ... asked before`), indices.
    pub asked: Vec<u32>,
    /// Parameters of the session and the trial.
    pub parameters: Vec<Parameter>,
    /// Covariates that devices measure, in the order of the text.
    pub measured: Vec<Measured>,
    /// Real words of what earlier sessions of the day have given, by the names of the totals: `spout.delivered`.
    pub days: Vec<(String, Slot)>,
    /// Slot of the least time between trials, s (Real).
    pub pause: Slot,
    /// Inputs whose every sample is recorded (`record`).
    pub recorded: Vec<InputId>,
    /// Readings that are sampled (`record … at RATE`), in the order of the text.
    pub streams: Vec<Stream>,
}

impl Program {
    /// Value of the STATE word between trials.
    pub fn idle(&self) -> i64 {
        self.states.len() as i64
    }
    /// Code of a phase.
    pub fn phase(&self, phase: Phase) -> &Code {
        &self.phases[phase as usize]
    }
    /// Slots of the timers of the trial's states.
    pub fn timer_slots(&self) -> impl Iterator<Item = Slot> {
        self.timers.clone().map(Slot)
    }
    /// Slots of all timers, those of the machines beside the trial's included.
    pub fn deadlines(&self) -> impl Iterator<Item = Slot> {
        self.timer_slots().chain(self.besides.iter().flat_map(|beside| beside.timers.clone().map(Slot)))
    }
    /// The machine beside the trial's that has a state; none for the trial's own states.
    pub fn beside_of(&self, state: StateId) -> Option<&Beside> {
        self.besides.iter().find(|beside| beside.states.contains(&state.0))
    }
    /// The word that holds the state of the machine that has a state.
    pub fn state_word(&self, state: StateId) -> Slot {
        self.beside_of(state).map_or(header::STATE, |beside| beside.at)
    }
    /// Number of the trial's states; those of the machines beside follow them.
    pub fn trial_states(&self) -> usize {
        self.besides.iter().map(|beside| beside.states.start as usize).min().unwrap_or(self.states.len())
    }
}
