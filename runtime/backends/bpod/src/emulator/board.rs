//! The emulated board: its time, its ports, its trials.

use super::execution::Execution;
use super::fault::{Fault, FaultKind, Stimulus, StimulusKind};
use super::lines::Lines;
use super::mouse::Mouse;
use super::program::Program;
use crate::wire::{
    Channel, DISCOVERY, END_OF_TRIAL, EVENTS, EventCodes, Hardware, Message, Model, ModuleInfo, SOFT_CODE, Upload,
    decode,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// Length of a cycle in microseconds.
pub(super) const CYCLE_US: u64 = 100;
/// How often a board without a host shows itself.
pub(super) const DISCOVERY_US: u64 = 100_000;

/// Something that an observer of the board's connectors sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// An output has another value.
    Output {
        /// Output channel.
        channel: u8,
        /// Its value: 0 or 1, of a lamp 0 to 255.
        value: u16,
    },
    /// A module got bytes.
    Module {
        /// Module channel, from 0.
        channel: u8,
        /// What it got.
        bytes: Vec<u8>,
    },
}

/// An upload whose body has not arrived completely.
#[derive(Debug)]
pub(super) struct Arriving {
    pub(super) upload: Upload,
    pub(super) length: usize,
    /// Whether a trial ran when it began.
    pub(super) during_trial: bool,
}

/// A trial that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) execution: Execution,
    /// When it was started; it begins one cycle later, and its first cycle is the one after that.
    started: u64,
    has_begun: bool,
}

/// An emulated board.
#[derive(Debug)]
pub struct Board {
    pub(super) model: Model,
    pub(super) hardware: Hardware,
    pub(super) codes: EventCodes,
    pub(super) modules: Vec<Option<ModuleInfo>>,
    pub(super) library: Vec<Vec<Message>>,
    pub(super) relays: Vec<bool>,
    /// The number that a command left behind; the firmware takes it for the relay to turn off.
    pub(super) leftover: u8,
    pub(super) lines: Lines,
    /// Microseconds since the board was switched on.
    pub(super) now: u64,
    pub(super) session_zero: u64,
    pub(super) is_connected: bool,
    pub(super) discovery_due: u64,
    pub(super) busy_until: u64,
    /// A reply that comes later.
    pub(super) later: Option<(u64, Vec<u8>)>,
    pub(super) incoming: VecDeque<u8>,
    pub(super) heard_at: u64,
    pub(super) arriving: Option<Arriving>,
    /// The matrix that was loaded; what cannot be read as one is none.
    pub(super) loaded: Option<Arc<Program>>,
    pub(super) is_new: bool,
    pub(super) is_queued: bool,
    /// Start the loaded matrix behind this cycle.
    pub(super) is_to_start: bool,
    /// Whether 255 is the state before; of the matrix that was sent last, also for a trial that runs.
    pub(super) back: bool,
    /// Cycles since the last start, as the firmware counts them.
    completed: u32,
    pub(super) running: Option<Running>,
    pub(super) is_paused: bool,
    /// Cycle of the trial that ended last.
    last_cycle: u32,
    /// Codes of bytes that wait, for each serial channel.
    pub(super) serial: Vec<VecDeque<u8>>,
    pub(super) flex_types: [u8; 4],
    trials: u32,
    faults: Vec<Fault>,
    stimuli: Vec<Stimulus>,
    outgoing: Vec<VecDeque<u8>>,
    lose: usize,
    hold_until: u64,
    is_unplugged: bool,
    effects: Vec<(u64, Effect)>,
    mouse: Option<Mouse>,
}

impl Board {
    /// Switches a board on.
    #[must_use]
    pub fn new(model: Model) -> Board {
        let hardware = model.hardware();
        let serial = hardware.serial_inputs();
        let modules = hardware.inputs.iter().filter(|channel| **channel == Channel::Module).count();
        Board {
            model,
            codes: EventCodes::unallotted(&hardware),
            modules: vec![None; modules],
            library: vec![Vec::new(); modules],
            relays: vec![false; modules],
            leftover: 0,
            lines: Lines::new(&hardware),
            now: 0,
            session_zero: 0,
            is_connected: false,
            discovery_due: DISCOVERY_US,
            busy_until: 0,
            later: None,
            incoming: VecDeque::new(),
            heard_at: 0,
            arriving: None,
            loaded: None,
            is_new: false,
            is_queued: false,
            is_to_start: false,
            back: false,
            completed: 0,
            running: None,
            is_paused: false,
            last_cycle: 0,
            serial: vec![VecDeque::new(); serial],
            flex_types: [4; 4],
            trials: 0,
            faults: Vec::new(),
            stimuli: Vec::new(),
            outgoing: vec![VecDeque::new(); model.ports()],
            lose: 0,
            hold_until: 0,
            is_unplugged: false,
            effects: Vec::new(),
            mouse: None,
            hardware,
        }
    }

    /// With a module at a module channel (from 0); channels that are not there have none.
    #[must_use]
    pub fn with_module(mut self, channel: usize, module: ModuleInfo) -> Board {
        if let Some(place) = self.modules.get_mut(channel) {
            *place = Some(module);
        }
        self
    }

    /// With an animal at its ports.
    #[must_use]
    pub fn with_mouse(mut self, mouse: Mouse) -> Board {
        self.mouse = Some(mouse);
        self
    }

    /// With things that go wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: &[Fault]) -> Board {
        self.faults.extend(faults);
        self
    }

    /// With things that come in.
    #[must_use]
    pub fn with_stimuli(mut self, stimuli: &[Stimulus]) -> Board {
        self.stimuli.extend(stimuli);
        self
    }

    /// What the board is.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// Microseconds since it was switched on.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How many trials have begun.
    #[must_use]
    pub fn trials(&self) -> u32 {
        self.trials
    }

    /// Whether a trial runs, and in which cycle it is.
    #[must_use]
    pub fn cycle(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.execution.cycle)
    }

    /// Whether no host is connected.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        !self.is_connected
    }

    /// Whether the cable was pulled out.
    #[must_use]
    pub fn is_unplugged(&self) -> bool {
        self.is_unplugged
    }

    /// What the connectors of all outputs have. The valves of an r2.x are closed while no host is connected.
    #[must_use]
    pub fn outputs(&self) -> Vec<u16> {
        let shut = !self.is_connected && !self.model.is_two_plus();
        let values = self.hardware.outputs.iter().zip(self.lines.values());
        values.map(|(kind, value)| if shut && *kind == Channel::Valve { 0 } else { *value }).collect()
    }

    /// What happened at its connectors since this was last asked, with the board's time in microseconds.
    pub fn take_effects(&mut self) -> Vec<(u64, Effect)> {
        std::mem::take(&mut self.effects)
    }

    /// An input connector goes on (beam broken, line high) or off.
    pub fn set_line(&mut self, channel: u8, on: bool) {
        self.lines.set_outside(channel, on);
    }

    /// An input connector changes.
    pub fn toggle_line(&mut self, channel: u8) {
        self.set_line(channel, !self.lines.is_outside_on(channel));
    }

    /// A module sends a byte.
    pub fn module_says(&mut self, channel: u8, byte: u8) {
        let Some(relayed) = self.relays.get(usize::from(channel)) else { return };
        if self.running.is_none() {
            if *relayed {
                self.say(0, &[byte]);
            }
            return;
        }
        // The firmware adds the byte less 1 to the channel's first code: 0 becomes the last of the channel before, and
        // of the first channel 255, which is the end of a trial.
        let first = (0..channel).filter_map(|before| self.codes.code_count(before)).fold(0_u8, u8::wrapping_add);
        let known = byte == 0 || self.codes.code_count(channel).is_some_and(|count| byte <= count);
        if known {
            self.queue(channel, first.wrapping_add(byte).wrapping_sub(1));
        }
    }

    pub(super) fn queue(&mut self, channel: u8, code: u8) {
        if let Some(waiting) = self.serial.get_mut(usize::from(channel)) {
            waiting.push_back(code);
        }
    }

    /// Bytes from a host on a USB port: 0 commands, 1 soft codes of another program.
    pub fn receive(&mut self, port: usize, bytes: &[u8]) {
        if self.is_unplugged {
            return;
        }
        match port {
            0 => {
                self.incoming.extend(bytes);
                self.heard_at = self.now;
            }
            1 => {
                let channel = self.hardware.input(Channel::AppSoftCode, 1);
                for byte in bytes {
                    let event = channel.map(|channel| crate::wire::Event::Serial { channel, number: *byte });
                    let code = event.and_then(|event| self.codes.code(event)).filter(|_| self.running.is_some());
                    if let (Some(channel), Some(code)) = (channel, code) {
                        self.queue(channel, code);
                    }
                }
            }
            _ => {}
        }
    }

    /// What it has to say on a port; what is taken is gone.
    pub fn take_said(&mut self, port: usize) -> Vec<u8> {
        if self.is_unplugged || self.now < self.hold_until {
            return Vec::new();
        }
        self.outgoing.get_mut(port).map(|waiting| waiting.drain(..).collect()).unwrap_or_default()
    }

    pub(super) fn say(&mut self, port: usize, bytes: &[u8]) {
        let lost = self.lose.min(bytes.len());
        self.lose -= lost;
        if let Some(waiting) = self.outgoing.get_mut(port) {
            waiting.extend(&bytes[lost..]);
        }
    }

    /// Moves the board's time on, cycle by cycle.
    pub fn advance(&mut self, to: u64) {
        loop {
            let next = self.now - self.now % CYCLE_US + CYCLE_US;
            if next > to {
                break;
            }
            self.now = next;
            self.tick();
            if self.is_idle() {
                // Nothing can happen before the next sign of life.
                let due = if self.is_connected { to } else { self.discovery_due.saturating_sub(CYCLE_US).min(to) };
                let skipped = (due - due % CYCLE_US).saturating_sub(self.now);
                self.completed = self.completed.wrapping_add((skipped / CYCLE_US) as u32);
                self.now += skipped;
            } else {
                self.skip_quiet_cycles(to);
            }
        }
    }

    /// Cycles of a trial in which nothing can happen, as long as nothing comes from outside, are passed over.
    fn skip_quiet_cycles(&mut self, to: u64) {
        let is_quiet = self.incoming.is_empty() && self.arriving.is_none() && self.later.is_none() && !self.is_paused;
        let waits = self.is_to_start || self.now < self.busy_until;
        if !is_quiet || waits || !self.running.as_ref().is_some_and(|running| running.has_begun) {
            return;
        }
        let before = self.due().map_or(to, |due| due.saturating_sub(CYCLE_US).min(to));
        let cycles = u32::try_from(before.saturating_sub(self.now) / CYCLE_US).unwrap_or(0);
        if let Some(running) = &mut self.running {
            running.execution.skip(cycles);
            self.completed = self.completed.wrapping_add(cycles);
            self.now += u64::from(cycles) * CYCLE_US;
        }
    }

    fn is_idle(&self) -> bool {
        self.running.is_none() && self.incoming.is_empty() && self.arriving.is_none() && self.later.is_none()
    }

    /// The time at which something happens by itself; none while everything waits for a host.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        if !self.incoming.is_empty() || self.arriving.is_some() {
            return Some((self.now + CYCLE_US).max(self.busy_until));
        }
        let trial = self.running.as_ref().filter(|_| !self.is_paused).and_then(|running| {
            let cycle = running.execution.cycle;
            let planned = self.faults.iter().map(|fault| (fault.trial, fault.cycle));
            let coming = self.stimuli.iter().map(|stimulus| (stimulus.trial, stimulus.cycle));
            let outside = planned.chain(coming).filter(|(trial, at)| *trial == self.trials && *at > cycle);
            let waits = self.serial.iter().any(|waiting| !waiting.is_empty()).then_some(cycle + 1);
            let cycles = outside.map(|(_, at)| at).chain(waits).chain(running.execution.due(&self.lines)).min()?;
            Some(self.now + u64::from(cycles.saturating_sub(cycle)) * CYCLE_US)
        });
        let mouse = self.mouse.as_ref().filter(|_| self.running.is_some()).and_then(Mouse::due);
        let sign = (!self.is_connected).then_some(self.discovery_due);
        let held = (self.now < self.hold_until).then_some(self.hold_until);
        trial.into_iter().chain(mouse).chain(self.later.as_ref().map(|(at, _)| *at)).chain(sign).chain(held).min()
    }

    fn tick(&mut self) {
        if !self.is_connected && self.now >= self.discovery_due {
            self.say(0, &[DISCOVERY]);
            self.discovery_due = self.now + DISCOVERY_US;
        }
        if let Some((_, reply)) = self.later.take_if(|(at, _)| *at <= self.now) {
            self.say(0, &reply);
        }
        if self.now < self.busy_until {
            return;
        }
        // Missing arguments hold up the whole interrupt, and so does the pause in a handshake.
        if self.read_command() || self.now < self.busy_until {
            return;
        }
        if !self.is_paused {
            self.live();
            self.cycle_of_trial();
        }
        self.completed = self.completed.wrapping_add(1);
        if std::mem::take(&mut self.is_to_start) {
            self.start();
        }
        let now = self.now;
        let changes = self.lines.take_changes().into_iter();
        self.effects.extend(changes.map(|(channel, value)| (now, Effect::Output { channel, value })));
    }

    /// The animal does something, or not.
    fn live(&mut self) {
        let (Some(mouse), true) = (&mut self.mouse, self.running.is_some()) else { return };
        if let Some((beam, broken)) = mouse.live(self.now, self.lines.values()) {
            self.lines.set_outside(beam, broken);
        }
    }

    pub(super) fn session_us(&self) -> u64 {
        self.now.saturating_sub(self.session_zero)
    }

    /// A matrix has arrived.
    pub(super) fn load(&mut self, arrived: Arriving) {
        let matrix = decode(&arrived.upload, self.model, &self.codes);
        if let Ok(matrix) = &matrix
            && !matrix.messages.is_empty()
        {
            self.library.iter_mut().for_each(Vec::clear);
            for (channel, messages) in &matrix.messages {
                self.library_of(*channel, messages);
            }
        }
        self.loaded = matrix.ok().map(|matrix| Arc::new(Program::new(matrix, self.codes.clone())));
        self.is_new = true;
        let next = self.trials + 1;
        let is_lost = self.faults.iter().any(|fault| fault.kind == FaultKind::LostStart && fault.trial == next);
        if !arrived.upload.run_asap || is_lost {
            return;
        }
        match (arrived.during_trial, self.running.is_some()) {
            (_, true) => self.is_queued = true,
            (false, false) => self.is_to_start = true,
            // The trial ended while the matrix arrived: the firmware loads it and never starts it.
            (true, false) => {}
        }
    }

    pub(super) fn library_of(&mut self, channel: u8, messages: &[Message]) {
        if let Some(library) = self.library.get_mut(usize::from(channel)) {
            for message in messages {
                library.retain(|known| known.id != message.id);
                library.push(message.clone());
            }
        }
    }

    /// Starts the loaded matrix. It begins with the next cycle.
    fn start(&mut self) {
        if std::mem::take(&mut self.is_new) {
            self.say(0, &[u8::from(self.loaded.is_some())]);
        }
        let Some(program) = self.loaded.clone() else { return };
        self.trials += 1;
        self.serial.iter_mut().for_each(VecDeque::clear);
        self.lines.forget_host();
        let execution = Execution::new(program, &self.lines);
        self.running = Some(Running { execution, started: self.now, has_begun: false });
        (self.is_paused, self.completed) = (false, 0);
    }

    /// Bytes of serial outputs go where they belong.
    fn send_bytes(&mut self) {
        let Some(running) = &mut self.running else { return };
        for byte in std::mem::take(&mut running.execution.bytes) {
            match self.lines.kind(byte.channel) {
                Some(Channel::Module) => self.send_message(byte.channel, byte.value as u8),
                Some(Channel::SoftCode) => self.say(0, &[SOFT_CODE, byte.value as u8]),
                Some(Channel::AppSoftCode) => self.say(1, &[byte.value as u8]),
                _ => {}
            }
        }
    }

    /// A message of a module's library; one that was not loaded is its number as a byte.
    pub(super) fn send_message(&mut self, channel: u8, id: u8) {
        let known =
            self.library.get(usize::from(channel)).and_then(|list| list.iter().find(|message| message.id == id));
        let bytes = known.map_or(vec![id], |message| message.bytes.clone());
        self.send_to_module(channel, bytes);
    }

    pub(super) fn send_to_module(&mut self, channel: u8, bytes: Vec<u8>) {
        self.effects.push((self.now, Effect::Module { channel, bytes }));
    }

    fn cycle_of_trial(&mut self) {
        let (now, session_us) = (self.now, self.session_us());
        let Some(running) = self.running.as_mut().filter(|running| running.started < now) else { return };
        if !std::mem::replace(&mut running.has_begun, true) {
            running.execution.begin(&mut self.lines);
            self.say(0, &session_us.to_le_bytes());
            self.send_bytes();
            return;
        }
        let cycle = running.execution.cycle + 1;
        self.meet_plans(cycle);
        let serial: Vec<u8> = self.serial.iter_mut().filter_map(VecDeque::pop_front).collect();
        let Some(running) = &mut self.running else { return };
        let done = running.execution.cycle(&serial, self.back, &mut self.lines);
        if !done.codes.is_empty() {
            let mut packet = vec![EVENTS, done.codes.len() as u8];
            packet.extend(&done.codes);
            packet.extend(cycle.to_le_bytes());
            self.say(0, &packet);
        }
        self.send_bytes();
        if done.is_over {
            self.end();
        }
    }

    /// The trial is over; the next one follows when it was queued, also when a host stopped this one.
    pub(super) fn end(&mut self) {
        let Some(running) = self.running.take() else { return };
        self.last_cycle = running.execution.cycle;
        self.lines.off();
        self.say_end();
        if std::mem::take(&mut self.is_queued) {
            self.start();
        }
    }

    /// The numbers of an end; when nothing runs the cycles go on.
    pub(super) fn say_end(&mut self) {
        let (executed, us) = (self.completed, self.session_us());
        self.say(0, &[EVENTS, 1, END_OF_TRIAL]);
        self.say(0, &self.last_cycle.to_le_bytes());
        self.say(0, &executed.to_le_bytes());
        self.say(0, &us.to_le_bytes());
    }

    /// What was planned for this cycle.
    fn meet_plans(&mut self, cycle: u32) {
        let trial = self.trials;
        let due: Vec<Stimulus> = self
            .stimuli
            .iter()
            .filter(|stimulus| (stimulus.trial, stimulus.cycle) == (trial, cycle))
            .copied()
            .collect();
        for stimulus in due {
            match stimulus.kind {
                StimulusKind::Line { channel, on } => self.set_line(channel, on),
                StimulusKind::Module { channel, byte } => self.module_says(channel, byte),
            }
        }
        let due: Vec<FaultKind> = self
            .faults
            .iter()
            .filter(|fault| (fault.trial, fault.cycle) == (trial, cycle))
            .map(|fault| fault.kind)
            .collect();
        for kind in due {
            self.go_wrong(kind, cycle);
        }
    }

    fn go_wrong(&mut self, kind: FaultKind, cycle: u32) {
        match kind {
            FaultKind::Garbage(count) => {
                // Any bytes will do; these differ from trial to trial and are the same in each run.
                let bytes: Vec<u8> = (0..u32::from(count))
                    .map(|k| (cycle.wrapping_add(k).wrapping_mul(2_654_435_761) >> 24) as u8)
                    .collect();
                self.say(0, &bytes);
            }
            FaultKind::Truncation(count) => self.lose = usize::from(count),
            FaultKind::Delay(ms) => self.hold_until = self.now + u64::from(ms) * 1000,
            FaultKind::Unplug => self.is_unplugged = true,
            FaultKind::StuckValve(number) => {
                if let Some(output) = self.hardware.output(Channel::Valve, number.into()) {
                    self.lines.stick(output);
                }
            }
            FaultKind::FalseEnd => {
                self.say(0, &[EVENTS, 1, END_OF_TRIAL]);
                self.say(0, &cycle.to_le_bytes());
            }
            // It acts when the matrix arrives.
            FaultKind::LostStart => {}
        }
    }
}
