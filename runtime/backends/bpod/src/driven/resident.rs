//! The matrix that stays on the board.

use crate::wire::{
    Channel, Command, Condition, ConditionSource, Event, EventCodes, GlobalTimer, Hardware, Matrix, State, Target,
};

/// A pulse that a global timer of the board makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pulse {
    /// Output channel.
    pub channel: u8,
    /// How long, in cycles; at least 1.
    pub cycles: u32,
}

/// Which pulses the matrix has, the one that was used last in front, and which inputs it looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    soft: u8,
    most: usize,
    inputs: Vec<u8>,
    pulses: Vec<Pulse>,
    is_dry: bool,
}

/// The state that waits; 0 is the look at the inputs.
const LISTEN: u8 = 1;
/// The first state that starts a pulse.
const FIRST_PULSE: u8 = 2;

impl Resident {
    /// One without pulses, for a board; `inputs` are the channels whose levels count.
    #[must_use]
    pub fn new(codes: &EventCodes, inputs: &[u8]) -> Resident {
        let hardware = codes.hardware();
        let soft = hardware.inputs.iter().position(|channel| *channel == Channel::SoftCode).unwrap_or(0) as u8;
        // One code ends the matrix.
        let soft_codes = usize::from(codes.code_count(soft).unwrap_or(0)).saturating_sub(1);
        let most = soft_codes.min(usize::from(hardware.timers));
        let mut inputs = inputs.to_vec();
        inputs.truncate(usize::from(hardware.conditions));
        Resident { soft, most, inputs, pulses: Vec::new(), is_dry: false }
    }

    /// Its pulses drive no output from here on.
    pub fn opens_nothing(&mut self) {
        self.is_dry = true;
    }

    /// Most pulses of different channels or lengths at a time.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// The channels whose levels a condition tells, by its number.
    #[must_use]
    pub fn inputs(&self) -> &[u8] {
        &self.inputs
    }

    /// The pulse of a global timer.
    #[must_use]
    pub fn pulse(&self, timer: u8) -> Option<Pulse> {
        self.pulses.get(usize::from(timer)).copied()
    }

    /// What starts a pulse; none when the matrix does not have it.
    #[must_use]
    pub fn start(&self, pulse: Pulse) -> Option<Command> {
        self.pulses.iter().position(|one| *one == pulse).map(|number| Command::SoftCode(number as u8))
    }

    /// What ends the matrix.
    #[must_use]
    pub fn exit(&self) -> Command {
        Command::SoftCode(self.most as u8)
    }

    /// Takes in a pulse, in the place of the one that was added first when there is no room.
    pub fn add(&mut self, pulse: Pulse) {
        if self.pulses.len() >= self.most.max(1) {
            self.pulses.remove(0);
        }
        self.pulses.push(pulse);
    }

    /// The matrix.
    #[must_use]
    pub fn matrix(&self, hardware: &Hardware) -> Matrix {
        let code = |number: usize| Event::Serial { channel: self.soft, number: number as u8 };
        let starts = |but: Option<usize>| {
            let others = (0..self.pulses.len()).filter(move |number| Some(*number) != but);
            let starts = others.map(move |number| (code(number), Target::State(FIRST_PULSE + number as u8)));
            starts.chain([(code(self.most), Target::Exit)]).collect::<Vec<_>>()
        };
        let state = |name: String, timed_out, transitions| State { name, timed_out, transitions, ..State::default() };
        let seen = (0..self.inputs.len()).map(|number| (Event::Condition(number as u8), Target::State(LISTEN)));
        let mut states = vec![
            state("look".into(), Some(Target::State(LISTEN)), seen.collect()),
            state("listen".into(), None, starts(None)),
        ];
        for number in 0..self.pulses.len() {
            let mut pulse = state(format!("pulse {number}"), Some(Target::State(LISTEN)), starts(Some(number)));
            pulse.trigger = 1 << number;
            states.push(pulse);
        }
        let timer = |pulse: &Pulse| GlobalTimer {
            duration: pulse.cycles,
            channel: (!self.is_dry).then_some(pulse.channel),
            on: 1,
            off: 0,
            ..GlobalTimer::default()
        };
        // A condition compares the electrical level, which an isolator inverts.
        let condition = |channel: &u8| Condition {
            source: ConditionSource::Input(*channel),
            value: !hardware.inputs.get(usize::from(*channel)).is_some_and(|kind| kind.is_inverted()),
        };
        Matrix {
            states,
            timers: self.pulses.iter().map(timer).collect(),
            conditions: self.inputs.iter().map(condition).collect(),
            ..Matrix::default()
        }
    }
}
