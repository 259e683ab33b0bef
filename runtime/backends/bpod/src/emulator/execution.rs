//! A trial that runs: one cycle after the other, in the order of the firmware.

use super::lines::Lines;
use super::program::Program;
use super::timers::Timers;
use crate::wire::{Channel, ConditionSource, Edge, Event, State, Target};
use std::sync::Arc;

/// A byte for somebody, from an output channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Byte {
    pub(super) channel: u8,
    pub(super) value: u16,
}

/// A running trial.
#[derive(Debug)]
pub(super) struct Execution {
    program: Arc<Program>,
    state: u8,
    before: u8,
    /// Cycles since it began.
    pub(super) cycle: u32,
    entered: u32,
    timers: Timers,
    counts: Vec<u32>,
    reached: Vec<bool>,
    /// Codes of what entering a state brought about; they come first in the next cycle.
    front: Vec<u8>,
    /// Inputs as they were in the cycle before.
    was_on: Vec<bool>,
    /// What serial channels are to send.
    pub(super) bytes: Vec<Byte>,
}

/// What a cycle brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    pub(super) codes: Vec<u8>,
    /// The state that was entered.
    pub(super) entered: Option<u8>,
    pub(super) is_over: bool,
}

impl Execution {
    /// Ready to begin; inputs count as they are now.
    pub(super) fn new(program: Arc<Program>, lines: &Lines) -> Execution {
        let matrix = &program.matrix;
        let inputs = program.codes.hardware().inputs.len();
        Execution {
            state: 0,
            before: 0,
            cycle: 0,
            entered: 0,
            timers: Timers::new(matrix.timers.len()),
            counts: vec![0; matrix.counters.len()],
            reached: vec![false; matrix.counters.len()],
            front: Vec::new(),
            was_on: (0..inputs).map(|channel| lines.is_on(channel as u8)).collect(),
            bytes: Vec::new(),
            program,
        }
    }

    /// Enters the first state.
    pub(super) fn begin(&mut self, lines: &mut Lines) {
        self.enter(0, lines);
    }

    /// A state that is not there does nothing and goes nowhere.
    fn enter(&mut self, index: u8, lines: &mut Lines) {
        let program = Arc::clone(&self.program);
        (self.state, self.entered) = (index, self.cycle);
        let Some(state) = program.matrix.states.get(usize::from(index)) else {
            lines.state(&[]);
            return;
        };
        self.timers.cancel(state.cancel);
        self.timers.trigger(state.trigger, self.cycle, &program.matrix.timers);
        let changes = self.changes(&program, lines);
        self.front.extend(changes);
        self.outputs(state, lines);
        if let Some(counter) = state.reset.map(usize::from).filter(|counter| *counter < self.counts.len()) {
            (self.counts[counter], self.reached[counter]) = (0, false);
        }
    }

    fn outputs(&mut self, state: &State, lines: &mut Lines) {
        lines.state(&state.outputs);
        let serial = |output: &&(u8, u16)| lines.kind(output.0).is_some_and(Channel::is_serial) && output.1 != 0;
        let mut bytes: Vec<Byte> =
            state.outputs.iter().filter(serial).map(|&(channel, value)| Byte { channel, value }).collect();
        bytes.sort_by_key(|byte| byte.channel);
        self.bytes.extend(bytes);
    }

    /// What timers did: their channels change, and their codes are returned.
    fn changes(&mut self, program: &Program, lines: &mut Lines) -> Vec<u8> {
        let mut codes = Vec::new();
        for change in self.timers.take() {
            let Some(timer) = program.matrix.timers.get(usize::from(change.timer)) else { continue };
            let value = if change.begins { timer.on } else { timer.off };
            match timer.channel.map(|channel| (channel, lines.kind(channel))) {
                // From 254 on a number is no message.
                Some((_, Some(Channel::Module))) if value >= 254 => {}
                Some((channel, Some(kind))) if kind.is_serial() => self.bytes.push(Byte { channel, value }),
                Some((channel, _)) => lines.timer(channel, value, change.begins),
                None => {}
            }
            let event = if change.begins { Event::TimerStart(change.timer) } else { Event::TimerEnd(change.timer) };
            codes.extend(program.codes.code(event).filter(|_| change.is_told));
        }
        codes
    }

    /// One cycle. `serial` are the codes of bytes that came from modules and hosts, by channel; `back` whether 255 is the
    /// state before.
    pub(super) fn cycle(&mut self, serial: &[u8], back: bool, lines: &mut Lines) -> Cycle {
        let program = Arc::clone(&self.program);
        self.cycle += 1;
        let mut codes = std::mem::take(&mut self.front);
        self.conditions(&program, lines, &mut codes);
        self.edges(&program, lines, &mut codes);
        codes.extend(serial);
        self.timers.cycle(self.cycle, &program.matrix.timers);
        codes.extend(self.changes(&program, lines));
        self.counters(&program, &mut codes);
        let timer_code = program.codes.code(Event::StateTimer);
        if let (Some(state), Some(code)) = (program.matrix.states.get(usize::from(self.state)), timer_code) {
            let over = self.cycle - self.entered >= state.timer;
            codes.extend(Some(code).filter(|code| over && program.next(self.state, *code).is_some()));
        }
        let target = codes.iter().find_map(|code| program.next(self.state, *code));
        let into = match target {
            None => return Cycle { codes, entered: None, is_over: false },
            Some(Target::Exit) => return Cycle { codes, entered: None, is_over: true },
            Some(Target::Back) if back => self.before,
            Some(Target::Back) => u8::MAX,
            Some(Target::State(index)) => index,
        };
        self.before = self.state;
        self.enter(into, lines);
        Cycle { codes, entered: Some(into), is_over: false }
    }

    /// Conditions that hold and that the state has a transition for.
    fn conditions(&self, program: &Program, lines: &Lines, codes: &mut Vec<u8>) {
        for (index, condition) in program.matrix.conditions.iter().enumerate() {
            let Some(code) = program.codes.code(Event::Condition(index as u8)) else { continue };
            let value = match condition.source {
                ConditionSource::Input(channel) => lines.raw(channel),
                ConditionSource::Timer(timer) => self.timers.is_active(timer),
            };
            if value == condition.value && program.next(self.state, code).is_some() {
                codes.push(code);
            }
        }
    }

    fn edges(&mut self, program: &Program, lines: &Lines, codes: &mut Vec<u8>) {
        for (channel, was_on) in self.was_on.iter_mut().enumerate() {
            let is_on = lines.is_on(channel as u8);
            if is_on != *was_on {
                *was_on = is_on;
                let edge = if is_on { Edge::On } else { Edge::Off };
                codes.extend(program.codes.code(Event::Digital { channel: channel as u8, edge }));
            }
        }
    }

    /// A counter's event comes in the cycle after the one that was counted last. Counters count what stands before the
    /// state's timer, other counters' events too; one that is passed by two at once makes no event.
    fn counters(&mut self, program: &Program, codes: &mut Vec<u8>) {
        for (index, counter) in program.matrix.counters.iter().enumerate() {
            let Some(event) = counter.event.and_then(|event| program.codes.code(event)) else { continue };
            if self.counts[index] == counter.threshold && !self.reached[index] {
                self.reached[index] = true;
                codes.extend(program.codes.code(Event::CounterEnd(index as u8)));
            }
            let counted = codes.iter().filter(|code| **code == event).count() as u32;
            self.counts[index] = self.counts[index].wrapping_add(counted);
        }
    }

    /// Cycles pass in which nothing happens.
    pub(super) fn skip(&mut self, cycles: u32) {
        self.cycle = self.cycle.saturating_add(cycles);
    }

    /// The cycle in which something happens by itself, if the lines stay as they are.
    pub(super) fn due(&self, lines: &Lines) -> Option<u32> {
        let program = &self.program;
        let state = program.matrix.states.get(usize::from(self.state))?;
        let mut conditions = Vec::new();
        self.conditions(program, lines, &mut conditions);
        let counted = program.matrix.counters.iter().zip(&self.counts).zip(&self.reached);
        let counter_due =
            counted.into_iter().any(|((counter, count), reached)| *count == counter.threshold && !reached);
        if !self.front.is_empty() || counter_due || !conditions.is_empty() {
            return Some(self.cycle + 1);
        }
        let timed = state.timed_out.map(|_| self.entered.saturating_add(state.timer).max(self.cycle + 1));
        timed.into_iter().chain(self.timers.due().map(|due| due.max(self.cycle + 1))).min()
    }
}
