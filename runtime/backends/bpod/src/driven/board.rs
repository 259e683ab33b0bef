//! The board as a backend.

use super::parts::{Deed, Parts};
use super::place::Binding;
use super::pulses::Pulses;
use super::resident::{Pulse, Resident};
use crate::link::{Link, LinkFault, Port};
use crate::wire::{Channel, Command as Order, Edge, Event, Report};
use std::time::Duration;
use trialect_device::{Backend, BackendReport, ClockMap, Command, Descriptor, Input, Ns, RigFault, Wiring};

/// How long a matrix may take to begin.
const BEGIN: Ns = 1_000_000_000;
/// How often the board is asked meanwhile.
const STEP: Duration = Duration::from_millis(2);
/// When an end was announced and its rest did not come for so long, it is none.
const REST_OF_END: Ns = 100_000_000;
/// Longest pulse, in cycles: 60 s. Nothing that is weighed takes longer.
const LONGEST: f64 = 600_000.0;
/// Cycles in a ms.
const CYCLES_A_MS: f64 = 10.0;
const CYCLE: Ns = 100_000;

/// Full light of a port's lamp.
const FULL: u8 = 255;

/// An output that is held on, held dark, or both.
#[derive(Debug, Clone, Copy)]
struct Light {
    channel: u8,
    is_lit: bool,
    is_dark: bool,
}

/// A board that the host drives.
pub struct Driven<P: Port> {
    link: Link<P>,
    name: String,
    kind: &'static str,
    bindings: Vec<Binding>,
    parts: Parts,
    resident: Resident,
    pulses: Pulses,
    clock: ClockMap,
    /// When the matrix began, ns of the board's clock.
    began: Ns,
    /// The next packet is the first of its matrix, with the levels of all inputs.
    looks: bool,
    /// What each input of the resident is; none before the first look.
    levels: Vec<bool>,
    /// What was heard while a command was carried out.
    backlog: Vec<Input>,
    /// Since when nothing more came of an end.
    end_since: Option<Ns>,
    lights: Vec<Light>,
    switches: u32,
    longest_switch: Ns,
    missed_edges: u32,
    is_dry: bool,
}

impl<P: Port> std::fmt::Debug for Driven<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driven").field("name", &self.name).field("bindings", &self.bindings).finish_non_exhaustive()
    }
}

impl<P: Port> Driven<P> {
    /// A board that is connected, with the devices at it. `is_emulated`: it says so in the record.
    pub fn new(link: Link<P>, name: &str, is_emulated: bool, bindings: Vec<Binding>) -> Driven<P> {
        let resident = Resident::new(link.codes(), &[]);
        Driven {
            name: format!("{name} (bpod {})", link.model().name()),
            link,
            kind: if is_emulated { "emulated" } else { "real" },
            bindings,
            parts: Parts::default(),
            resident,
            pulses: Pulses::default(),
            clock: ClockMap::default(),
            began: 0,
            looks: false,
            levels: Vec::new(),
            backlog: Vec::new(),
            end_since: None,
            lights: Vec::new(),
            switches: 0,
            longest_switch: 0,
            missed_edges: 0,
            is_dry: false,
        }
    }

    /// The same board, whose pulses open nothing: they last as long, and nothing comes.
    #[must_use]
    pub fn dry(mut self) -> Driven<P> {
        self.is_dry = true;
        self
    }

    fn fault(&self, fault: &LinkFault) -> RigFault {
        RigFault::Gone { rig: self.name.clone(), what: fault.to_string() }
    }

    fn tell(&mut self, order: &Order) -> Result<(), RigFault> {
        self.link.tell(order).map_err(|fault| self.fault(&fault))
    }

    /// Waits until the matrix that was sent has begun and has looked at the inputs: a soft code that comes in the cycle of
    /// the look would be lost.
    fn until_begun(&mut self, now: &dyn Fn() -> Ns) -> Result<(), RigFault> {
        let (since, mut has_begun) = (now(), false);
        while now() - since <= BEGIN {
            let report = self.link.next(STEP).map_err(|fault| self.fault(&fault))?;
            let Some(report) = report else { continue };
            has_begun |= matches!(report, Report::Started { .. });
            self.take(&report, now(), true)?;
            if has_begun && !self.looks {
                return Ok(());
            }
        }
        Err(self.fault(&LinkFault::NoAnswer { doing: "starting a matrix", bytes: 0 }))
    }

    /// Puts a matrix with another pulse in the place of the one that runs.
    fn switch(&mut self, pulse: Pulse, now: &dyn Fn() -> Ns) -> Result<(), RigFault> {
        let since = now();
        let exit = self.resident.exit();
        self.resident.add(pulse);
        let matrix = self.resident.matrix(self.link.hardware());
        self.link.queue(&matrix).map_err(|fault| self.fault(&fault))?;
        self.tell(&exit)?;
        self.until_begun(now)?;
        // A matrix that begins forgets what the host had set.
        for place in 0..self.lights.len() {
            self.shine(place)?;
        }
        self.switches += 1;
        self.longest_switch = self.longest_switch.max(now() - since);
        Ok(())
    }

    /// Starts what waits and can be started.
    fn go_on(&mut self, now: &dyn Fn() -> Ns) -> Result<(), RigFault> {
        while let Some(pulse) = self.pulses.next() {
            let start = match self.resident.start(pulse) {
                Some(start) => start,
                // Another matrix would cut short what is open.
                None if self.pulses.is_any_open() => return Ok(()),
                None => {
                    self.switch(pulse, now)?;
                    self.resident.start(pulse).unwrap_or(Order::SoftCode(0))
                }
            };
            self.tell(&start)?;
            self.pulses.started(pulse);
        }
        Ok(())
    }

    /// A report of the board; what it means goes to the backlog. `ends`: a matrix is expected to end.
    fn take(&mut self, report: &Report, arrived: Ns, ends: bool) -> Result<(), RigFault> {
        match report {
            Report::Started { us } => {
                self.began = Ns::try_from(*us).unwrap_or(Ns::MAX / 2).saturating_mul(1000);
                self.clock.observe(self.began, arrived);
                self.looks = true;
            }
            Report::Events { cycle, codes } => {
                let at = self.began.saturating_add(Ns::from(*cycle) * CYCLE);
                self.clock.observe(at, arrived);
                let at = self.clock.map(at);
                if std::mem::take(&mut self.looks) {
                    self.look(codes, at);
                }
                for code in codes {
                    self.event(*code, at);
                }
            }
            Report::Ended(_) if !ends => {
                let what = "its matrix ended by itself, so that inputs are not watched any more; begin a new session";
                return Err(RigFault::Gone { rig: self.name.clone(), what: what.into() });
            }
            Report::Uploaded(_) | Report::SoftCode(_) | Report::Ended(_) => {}
        }
        Ok(())
    }

    /// The levels with which a matrix begins: what changed since the last one is an edge.
    fn look(&mut self, codes: &[u8], at: Ns) {
        let holds = |number: usize| {
            let code = self.link.codes().code(Event::Condition(number as u8));
            code.is_some_and(|code| codes.contains(&code))
        };
        let seen: Vec<bool> = (0..self.levels.len()).map(holds).collect();
        for (number, is_on) in seen.into_iter().enumerate() {
            if is_on != self.levels[number] {
                self.missed_edges += u32::from(self.switches > 0);
                let channel = self.resident.inputs()[number];
                self.edge(channel, if is_on { Edge::On } else { Edge::Off }, at);
            }
        }
    }

    fn event(&mut self, code: u8, at: Ns) {
        match self.link.codes().event(code) {
            Some(Event::Digital { channel, edge }) => self.edge(channel, edge, at),
            Some(Event::TimerEnd(timer)) => {
                let Some(pulse) = self.resident.pulse(timer) else { return };
                if self.pulses.ended(pulse) {
                    let done = self.parts.done.iter().filter(|(channel, _)| *channel == pulse.channel);
                    self.backlog.extend(done.map(|(_, line)| Input { line: *line, at, value: 1 }));
                }
            }
            _ => {}
        }
    }

    /// An edge, unless it is known already.
    fn edge(&mut self, channel: u8, edge: Edge, at: Ns) {
        let place = self.resident.inputs().iter().position(|one| *one == channel);
        let Some(level) = place.and_then(|place| self.levels.get_mut(place)) else { return };
        if std::mem::replace(level, edge == Edge::On) == (edge == Edge::On) {
            return;
        }
        let heard = self.parts.edges.iter().filter(|one| (one.channel, one.edge) == (channel, edge));
        self.backlog.extend(heard.map(|one| Input { line: one.line, at, value: 1 }));
    }

    /// Holds an output, or lets it go.
    fn hold(&mut self, deed: Deed, is_held: bool) -> Result<(), RigFault> {
        let channel = match deed {
            Deed::Level { channel } | Deed::Dark { channel } => channel,
            Deed::Volume { .. } | Deed::Duration { .. } => return Ok(()),
        };
        let place = self.lights.iter().position(|light| light.channel == channel).unwrap_or_else(|| {
            self.lights.push(Light { channel, is_lit: false, is_dark: false });
            self.lights.len() - 1
        });
        let light = &mut self.lights[place];
        let held = if matches!(deed, Deed::Dark { .. }) { &mut light.is_dark } else { &mut light.is_lit };
        *held = is_held;
        self.shine(place)
    }

    fn shine(&mut self, place: usize) -> Result<(), RigFault> {
        let Light { channel, is_lit, is_dark } = self.lights[place];
        let shines = is_lit && !is_dark;
        let is_lamp = self.link.hardware().outputs.get(usize::from(channel)) == Some(&Channel::Port);
        let value = if !shines {
            0
        } else if is_lamp {
            FULL
        } else {
            1
        };
        self.tell(&Order::Output { channel, value })
    }

    /// The length of a pulse in cycles.
    fn cycles(&self, device: u32, verb: &str, (parameter, value): (&str, f64), deed: Deed) -> Result<Pulse, RigFault> {
        let Some(part) = self.parts.of(device) else { return Err(self.missing(device)) };
        let outside = |least: f64, most: f64| RigFault::OutOfRange {
            device: part.name.clone(),
            verb: verb.into(),
            parameter: parameter.into(),
            value,
            least,
            most,
        };
        let (channel, ms) = match (deed, &part.openings) {
            (Deed::Volume { channel }, Some(openings)) => {
                (channel, openings.open_ms(value).map_err(|(least, most)| outside(least, most))?)
            }
            (Deed::Volume { .. }, None) => return Err(outside(0.0, 0.0)),
            (Deed::Duration { channel }, _) => (channel, value * 1000.0),
            (Deed::Level { channel } | Deed::Dark { channel }, _) => (channel, 0.0),
        };
        let cycles = (ms * CYCLES_A_MS).round();
        if !(1.0..=LONGEST).contains(&cycles) {
            return Err(outside(1.0 / (1000.0 * CYCLES_A_MS), LONGEST / (1000.0 * CYCLES_A_MS)));
        }
        Ok(Pulse { channel, cycles: cycles as u32 })
    }

    fn missing(&self, device: u32) -> RigFault {
        RigFault::Gone { rig: self.name.clone(), what: format!("device number {device} is not at this board") }
    }

    fn deed(&self, device: u32, verb: &str) -> Result<Deed, RigFault> {
        self.parts.of(device).ok_or_else(|| self.missing(device))?.deed(verb)
    }
}

impl<P: Port> Backend for Driven<P> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn wire(&mut self, wiring: &Wiring, own: &[u32]) -> Result<(), RigFault> {
        self.parts = Parts::new(wiring, own, &mut self.bindings, (&self.name, self.link.hardware()))?;
        let mut inputs: Vec<u8> = self.parts.edges.iter().map(|edge| edge.channel).collect();
        inputs.sort_unstable();
        inputs.dedup();
        self.resident = Resident::new(self.link.codes(), &inputs);
        if self.is_dry {
            self.resident.opens_nothing();
        }
        self.levels = vec![false; self.resident.inputs().len()];
        Ok(())
    }

    fn can(&self, device: u32, verb: &str) -> Result<(), RigFault> {
        self.deed(device, verb).map(|_| ())
    }

    fn start(&mut self, now: &dyn Fn() -> Ns) -> Result<(), RigFault> {
        let matrix = self.resident.matrix(self.link.hardware());
        let started = self.link.upload(&matrix).and_then(|()| self.link.run());
        started.map_err(|fault| self.fault(&fault))?;
        self.until_begun(now)
    }

    fn poll(&mut self, now: &dyn Fn() -> Ns, heard: &mut dyn FnMut(Input)) -> Result<(), RigFault> {
        // The port is asked once; what comes meanwhile is for the next time.
        let mut next = self.link.next(Duration::ZERO);
        while let Some(report) = next.map_err(|fault| self.fault(&fault))? {
            self.take(&report, now(), false)?;
            next = self.link.heard();
        }
        self.go_on(now)?;
        self.backlog.drain(..).for_each(heard);
        // An end that was announced comes at once, or it is none.
        self.end_since = if self.link.is_in_end() { Some(self.end_since.unwrap_or_else(now)) } else { None };
        match self.end_since {
            Some(since) if now() - since > REST_OF_END => {
                self.make_safe();
                Err(self.fault(&LinkFault::FalseEnd))
            }
            _ => Ok(()),
        }
    }

    fn due(&self) -> Option<Ns> {
        self.end_since.map(|since| since + REST_OF_END + 1)
    }

    fn descriptor(&self) -> Option<Descriptor<'_>> {
        self.link.descriptor()
    }

    fn command(&mut self, now: &dyn Fn() -> Ns, command: Command<'_>) -> Result<(), RigFault> {
        let deed = self.deed(command.device, command.verb)?;
        if matches!(deed, Deed::Level { .. } | Deed::Dark { .. }) {
            return self.hold(deed, true);
        }
        let argument = command.arguments.first().copied().unwrap_or(("amount", f64::NAN));
        let pulse = self.cycles(command.device, command.verb, argument, deed)?;
        self.pulses.ask(pulse);
        self.go_on(now)
    }

    fn release(&mut self, _: Ns, device: u32, verb: &str, _: Option<u32>) -> Result<(), RigFault> {
        let deed = self.deed(device, verb)?;
        self.hold(deed, false)
    }

    fn make_safe(&mut self) {
        self.pulses.clear();
        // A board that is gone cannot be reached; its timers shut what they opened.
        let _ = self.link.make_safe();
        for light in std::mem::take(&mut self.lights) {
            let _ = self.link.tell(&Order::Output { channel: light.channel, value: 0 });
        }
    }

    fn report(&self) -> BackendReport {
        let us = |ns: f64| ns / 1000.0;
        let figures = vec![
            ("packets".into(), self.clock.observed() as f64),
            ("clock residual mean us".into(), us(self.clock.mean_residual())),
            ("clock residual greatest us".into(), us(self.clock.greatest_residual())),
            ("matrices switched".into(), f64::from(self.switches)),
            ("longest switch us".into(), us(self.longest_switch as f64)),
            ("edges found by a look".into(), f64::from(self.missed_edges)),
        ];
        BackendReport { name: self.name.clone(), figures }
    }
}
