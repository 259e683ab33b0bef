//! A state matrix: what a board runs in one trial.
//!
//! All durations are in cycles of 100 us. States, timers, counters and conditions count from 0.

use crate::Event;

/// Where a transition goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// To a state.
    State(u8),
    /// To the state before.
    Back,
    /// Out of the trial.
    Exit,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Name, for people; it is not on the wire.
    pub name: String,
    /// After how many cycles its timer is over; 0 is one cycle.
    pub timer: u32,
    /// Where it goes then; none is nowhere, and so is the state itself.
    pub timed_out: Option<Target>,
    /// Where it goes on events; a transition to the state itself does nothing. In a cycle with several events the first
    /// that goes elsewhere counts, in the order of [`Event`]'s sources in the board, not in that of this list.
    pub transitions: Vec<(Event, Target)>,
    /// Values of output channels; those that are not listed are 0. Of a module channel it is the number of a message, of
    /// a soft code channel the byte that is sent; 0 sends nothing.
    pub outputs: Vec<(u8, u16)>,
    /// Global timers that are triggered, a bit each.
    pub trigger: u32,
    /// Global timers that are cancelled, a bit each.
    pub cancel: u32,
    /// Global counter that is set to 0.
    pub reset: Option<u8>,
    /// Analog thresholds that are enabled, a bit each; 2+ only.
    pub enable: u8,
    /// Analog thresholds that are disabled, a bit each; 2+ only.
    pub disable: u8,
}

/// How often a global timer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// Once.
    #[default]
    Once,
    /// Until it is cancelled or the trial ends.
    Endless,
    /// This often, 2 to 255.
    Times(u8),
}

/// A global timer: runs across states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalTimer {
    /// How long it runs.
    pub duration: u32,
    /// How long it waits once triggered.
    pub onset_delay: u32,
    /// Output channel that it drives.
    pub channel: Option<u8>,
    /// Value, or number of a message, when it begins.
    pub on: u16,
    /// Value, or number of a message, when it ends.
    pub off: u16,
    /// How often.
    pub repeat: Repeat,
    /// Pause between two rounds.
    pub interval: u32,
    /// Whether one that runs more than once makes events; its first start without a delay and the end by a cancellation
    /// are always told, and so is everything of one that runs once.
    pub events: bool,
    /// Global timers that it triggers when it begins, a bit each; itself it does not trigger.
    pub trigger: u32,
}

impl Default for GlobalTimer {
    fn default() -> GlobalTimer {
        GlobalTimer {
            duration: 0,
            onset_delay: 0,
            channel: None,
            on: 0,
            off: 0,
            repeat: Repeat::Once,
            interval: 0,
            events: true,
            trigger: 0,
        }
    }
}

/// A global counter: counts an event across states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    /// What it counts.
    pub event: Option<Event>,
    /// At how many it makes its event, one cycle later; none when two in one cycle take it past.
    pub threshold: u32,
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionSource {
    /// An input channel: its electrical level, which of BNC and wire inputs is 0 while the line is high.
    Input(u8),
    /// Whether a global timer runs.
    Timer(u8),
}

/// A condition: an event in each cycle in which it holds and the state has a transition for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// What it looks at.
    pub source: ConditionSource,
    /// The value at which it holds.
    pub value: bool,
}

/// A serial message of the library: sent to a module when its number is an output's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number, 1 to 255.
    pub id: u8,
    /// What is sent; at most as many bytes as the board says.
    pub bytes: Vec<u8>,
}

/// What a board runs in one trial.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix {
    /// The first one is where a trial begins.
    pub states: Vec<State>,
    /// Global timers.
    pub timers: Vec<GlobalTimer>,
    /// Global counters.
    pub counters: Vec<Counter>,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Serial messages of module channels (from 0) that are loaded with it, in place of all that were loaded before;
    /// firmware 23 only.
    pub messages: Vec<(u8, Vec<Message>)>,
}

impl Matrix {
    /// Whether a transition goes to the state before.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        let targets = |state: &State| {
            state.timed_out == Some(Target::Back) || state.transitions.iter().any(|(_, target)| *target == Target::Back)
        };
        self.states.iter().any(targets)
    }
}
