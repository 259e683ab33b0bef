//! What stands around an emulated board: lines that go on and off as they were recorded, a wheel with its module, and a
//! host whose devices do whatever they are told.

use crate::played::{Happening, Heard};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use trialect_bpod::emulator::{Board, Effect};
use trialect_bpod::link::Port;
use trialect_bpod::rig::Thresholds;
use trialect_device::{Command, Input, Ns, Rig, RigFault, Wiring};
use trialect_device_targets::{Bindings, Wire};
use trialect_ir::{Program, Update};

/// A wheel and the module that watches it.
#[derive(Debug, Default)]
struct Wheel {
    position: i64,
    zero: i64,
    levels: Vec<i64>,
    enabled: u8,
}

impl Wheel {
    /// Bytes from the board: `Z` zeroes the position, `;` enables thresholds.
    fn told(&mut self, bytes: &[u8]) {
        let mut rest = bytes.iter();
        while let Some(byte) = rest.next() {
            match byte {
                b'Z' => self.zero = self.position,
                b';' => self.enabled = rest.next().copied().expect("a set of thresholds"),
                // The board asks what it is.
                255 => {}
                other => panic!("the module knows no {other:#04x}"),
            }
        }
    }

    /// The byte that it sends when a threshold is reached, which is disabled then.
    fn reached(&mut self) -> Option<u8> {
        let count = self.position - self.zero;
        let is_reached = |level: i64| if level < 0 { count <= level } else { count >= level };
        let k = (0..self.levels.len()).find(|k| self.enabled & 1 << k != 0 && is_reached(self.levels[*k]))?;
        self.enabled &= !(1 << k);
        Some(k as u8 + 1)
    }
}

/// The board with what is around it.
pub struct Desk {
    board: Board,
    wheel: Wheel,
    /// Module channel of the wheel.
    module: Option<u8>,
    heard: Heard,
    /// Of each input of the program what it is on the board.
    lines: Vec<Line>,
    /// Trial that runs, and how many of its happenings there have been.
    trial: (u32, usize),
    /// Time at which each valve was open, us, by output channel.
    pub open_us: BTreeMap<u8, u64>,
    opened: BTreeMap<u8, u64>,
}

#[derive(Debug, Clone, Copy)]
enum Line {
    Set(u8, bool),
    Toggle(u8),
    Wheel,
    Nothing,
}

impl Desk {
    pub fn new(board: Board, program: &Program, bindings: &Bindings, heard: Heard) -> Desk {
        let line = |input: &trialect_ir::Input| match (&bindings.0[input.device as usize], &input.update) {
            (Wire::Digital { input: Some(channel), .. }, Update::Flag { on, .. }) => Line::Set(*channel, *on),
            (Wire::Edges { input, .. }, _) => Line::Toggle(*input),
            (Wire::Encoder { .. }, _) => Line::Wheel,
            _ => Line::Nothing,
        };
        let module = bindings.0.iter().find_map(|wire| match wire {
            Wire::Encoder { channel } => Some(*channel),
            _ => None,
        });
        let lines = program.inputs.iter().map(line).collect();
        let (open_us, opened) = (BTreeMap::new(), BTreeMap::new());
        Desk { board, wheel: Wheel::default(), module, heard, lines, trial: (0, 0), open_us, opened }
    }

    fn happen(&mut self, happening: Happening) {
        match self.lines[happening.line as usize] {
            Line::Set(channel, on) => self.board.set_line(channel, on),
            Line::Toggle(channel) => self.board.toggle_line(channel),
            Line::Wheel => {
                self.wheel.position = happening.value;
                if let (Some(channel), Some(byte)) = (self.module, self.wheel.reached()) {
                    self.board.module_says(channel, byte);
                }
            }
            Line::Nothing => {}
        }
    }

    /// What has happened on the board's outputs.
    fn heed(&mut self) {
        for (at, effect) in self.board.take_effects() {
            match effect {
                Effect::Module { bytes, .. } => self.wheel.told(&bytes),
                Effect::Output { channel, value } if value != 0 => {
                    self.opened.insert(channel, at);
                }
                Effect::Output { channel, .. } => {
                    if let Some(since) = self.opened.remove(&channel) {
                        *self.open_us.entry(channel).or_default() += at - since;
                    }
                }
            }
        }
    }

    /// Moves on to the next thing that happens, at most until then.
    fn step(&mut self, until: u64) {
        let now = self.board.now();
        let due = self.board.due().unwrap_or(until);
        let next = match self.board.cycle() {
            Some(cycle) => {
                let trial = self.board.trials();
                if self.trial.0 != trial {
                    self.trial = (trial, 0);
                }
                let coming = self.heard.in_trial(trial).get(self.trial.1).copied();
                if let Some(happening) = coming.filter(|happening| happening.cycle <= cycle + 1) {
                    self.trial.1 += 1;
                    return self.happen(happening);
                }
                coming.map_or(due, |happening| due.min(now + u64::from(happening.cycle - cycle - 1) * 100))
            }
            None => {
                // What happens between two trials happens as soon as the first is over.
                for happening in self.heard.take_gap(self.board.trials()) {
                    self.happen(happening);
                }
                due
            }
        };
        self.board.advance(next.clamp(now + 100, until.max(now + 100)));
        self.heed();
    }
}

/// The cable to the board on the desk.
#[derive(Clone)]
pub struct Cable(pub Rc<RefCell<Desk>>);

impl Port for Cable {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut desk = self.0.borrow_mut();
        if desk.board.is_unplugged() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        desk.board.receive(0, bytes);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        let mut desk = self.0.borrow_mut();
        let until = desk.board.now() + u64::try_from(wait.as_micros()).expect("no longer than an age");
        loop {
            if desk.board.is_unplugged() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let said = desk.board.take_said(0);
            if !said.is_empty() {
                buffer[..said.len()].copy_from_slice(&said);
                return Ok(said.len());
            }
            if desk.board.now() >= until {
                return Ok(0);
            }
            desk.step(until);
        }
    }
}

impl Thresholds for Cable {
    fn set(&mut self, _device: u32, levels: &[i64]) -> Result<(), String> {
        let mut desk = self.0.borrow_mut();
        desk.wheel.levels = levels.to_vec();
        desk.wheel.enabled = 0;
        Ok(())
    }
}

/// Devices of the host that do what they are told.
#[derive(Debug)]
pub struct Obedient(pub Vec<Vec<(String, f64)>>);

impl Rig for Obedient {
    fn kind(&self) -> &'static str {
        "emulated"
    }
    fn wire(&mut self, _: &Wiring) -> Result<(), RigFault> {
        Ok(())
    }
    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.0[device as usize].clone()
    }
    fn next_input(&mut self, _: Ns) -> Result<Option<Input>, RigFault> {
        Ok(None)
    }
    fn trial_start(&mut self, _: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        Ok(Some(earliest))
    }
    fn command(&mut self, _: Ns, _: Command<'_>) -> Result<(), RigFault> {
        Ok(())
    }
    fn release(&mut self, _: Ns, _: u32, _: &str, _: Option<u32>) -> Result<(), RigFault> {
        Ok(())
    }
    fn follow(&mut self, _: Ns, _: u32, _: &str, _: f64) {}
    fn make_safe(&mut self, _: Ns) {}
}
