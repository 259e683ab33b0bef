//! What a board has, and which of its channels plays which part of the protocol.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use trialect_ir::{Program, Update};
use trialect_matrix::{Edge, Event, Heard};

/// What a board has, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Length of a cycle, ns.
    pub cycle: i64,
    /// Most states of a matrix.
    pub states: usize,
    /// Global timers.
    pub timers: usize,
    /// Conditions.
    pub conditions: usize,
    /// Longest message to a module, bytes.
    pub message: usize,
    /// Input channels that an isolator inverts: electrically low while the line is high.
    pub inverted: Vec<u8>,
}

/// How long a timed output is on for its argument in the coherent unit, s; none when its calibration does not reach so far.
pub type Opening = Arc<dyn Fn(f64) -> Option<f64>>;

/// What plays the part of a device of the protocol.
#[derive(Clone, Default)]
pub enum Wire {
    /// Nothing of the board: the host carries out its verbs, and it reports nothing while a trial runs.
    #[default]
    Host,
    /// A digital input and, for its held verbs, an output: a port with its beam and its lamp, a lever, a spout.
    Digital {
        /// Input channel.
        input: Option<u8>,
        /// Output channel and its value while a verb holds it on.
        output: Option<(u8, u16)>,
    },
    /// A digital input each of whose edges, or whose rising ones only, is an event; the host carries out the verbs.
    Edges {
        /// Input channel.
        input: u8,
        /// Also falling edges.
        both: bool,
    },
    /// An output that a global timer turns on for as long as the argument of the verb says.
    Pulse {
        /// Output channel.
        output: u8,
        /// How long.
        opening: Opening,
    },
    /// A rotary encoder module that announces when its position has come to one of its thresholds.
    Encoder {
        /// Module channel, as an input and as an output.
        channel: u8,
    },
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wire::Host => f.write_str("Host"),
            Wire::Digital { input, output } => {
                f.debug_struct("Digital").field("input", input).field("output", output).finish()
            }
            Wire::Edges { input, both } => f.debug_struct("Edges").field("input", input).field("both", both).finish(),
            Wire::Pulse { output, .. } => f.debug_struct("Pulse").field("output", output).finish_non_exhaustive(),
            Wire::Encoder { channel } => f.debug_struct("Encoder").field("channel", channel).finish(),
        }
    }
}

/// Which wire plays the part of each device, in the order of the program's devices.
#[derive(Debug, Clone, Default)]
pub struct Bindings(pub Vec<Wire>);

impl Bindings {
    /// By the names of devices; one that is not named is the host's.
    #[must_use]
    pub fn named(program: &Program, wires: &BTreeMap<String, Wire>) -> Bindings {
        let wire = |device: &trialect_ir::Device| wires.get(&device.name).cloned().unwrap_or_default();
        Bindings(program.devices.iter().map(wire).collect())
    }

    /// Inputs of the program that are edges of the board's lines.
    #[must_use]
    pub fn lines(&self, program: &Program) -> BTreeMap<Event, Heard> {
        let lines = (0..program.inputs.len() as u32).flat_map(|line| {
            let events = self.events(program, line as usize).into_iter();
            events.map(move |event| (event, Heard::Happened { line }))
        });
        lines.collect()
    }

    pub(crate) fn wire(&self, device: u32) -> &Wire {
        self.0.get(device as usize).unwrap_or(&Wire::Host)
    }

    /// Events of the board that are events of an input of the program, but for pulses and thresholds.
    pub(crate) fn events(&self, program: &Program, input: usize) -> Vec<Event> {
        let Some(declared) = program.inputs.get(input) else { return Vec::new() };
        let edge = |channel, edge| Event::Digital { channel, edge };
        match (self.wire(declared.device), &declared.update) {
            (Wire::Digital { input: Some(channel), .. }, Update::Flag { on, .. }) => {
                vec![edge(*channel, if *on { Edge::On } else { Edge::Off })]
            }
            (Wire::Digital { input: Some(channel), .. }, Update::Nothing) => vec![edge(*channel, Edge::On)],
            (Wire::Edges { input, both }, _) => {
                let list = [edge(*input, Edge::On), edge(*input, Edge::Off)];
                list.into_iter().take(if *both { 2 } else { 1 }).collect()
            }
            _ => Vec::new(),
        }
    }
}
