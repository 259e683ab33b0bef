//! Connecting to a board and letting it go.

use super::{LinkFault, Port};
use crate::wire::{
    ACKNOWLEDGED, Channel, Command, DISCOVERY, EventCodes, FlexIo, HANDSHAKE, Hardware, Model, ModuleInfo, TrialReader,
    WireFault, allot, decode_modules,
};
use std::time::Duration;

/// How long an answer may take; the longest of a board takes 10 ms.
const ANSWER: Duration = Duration::from_millis(500);
/// A board says nothing for 100 ms after a handshake, whatever runs on it.
const AFTER_HANDSHAKE: Duration = Duration::from_millis(60);
/// How long the answer to a stop may take: what is left of these 100 ms, and a little more.
const ANSWER_TO_STOP: Duration = Duration::from_millis(150);
/// When nothing came for so long, nothing more comes.
const SILENCE: Duration = Duration::from_millis(30);
/// More bytes than a board has to say when it is asked to be quiet.
const CHATTER: usize = 65_536;

/// A board that is connected.
#[derive(Debug)]
pub struct Link<P: Port> {
    pub(super) port: P,
    model: Model,
    minor: Option<u16>,
    modules: Vec<Option<ModuleInfo>>,
    pub(super) codes: EventCodes,
    /// Of the trial that runs.
    pub(super) reader: Option<TrialReader>,
    /// A matrix that was uploaded and has not run.
    pub(super) is_uploaded: bool,
    /// Of the matrix that was uploaded last: whether it goes back, and how many states it has.
    pub(super) last: (bool, usize),
    /// The next trial was uploaded during this one.
    pub(super) is_queued: bool,
    /// The next trial should have begun by itself, and has not said so.
    pub(super) awaits_start: bool,
    /// For how long nothing came.
    pub(super) silence: Duration,
    pub(super) lost_starts: u32,
}

impl<P: Port> Link<P> {
    /// Shakes hands, stops whatever the board still does, asks what it is and allots its events.
    ///
    /// # Errors
    /// When nothing or something else answers, or the firmware is not one that is known.
    pub fn connect(mut port: P) -> Result<Link<P>, LinkFault> {
        shake_hands(&mut port)?;
        let connected = Link::inquire(&mut port);
        match connected {
            Ok((model, minor, codes, modules)) => Ok(Link {
                port,
                model,
                minor,
                modules,
                codes,
                reader: None,
                is_uploaded: false,
                last: (false, 0),
                is_queued: false,
                awaits_start: false,
                silence: Duration::ZERO,
                lost_starts: 0,
            }),
            Err(fault) => {
                let _ = port.send(&Command::Disconnect.encode());
                Err(fault)
            }
        }
    }

    #[allow(clippy::type_complexity)] // what `connect` puts together
    fn inquire(port: &mut P) -> Result<(Model, Option<u16>, EventCodes, Vec<Option<ModuleInfo>>), LinkFault> {
        // A host that died may have left a trial behind.
        tell(port, &Command::Stop, "stopping what was left")?;
        tell(port, &Command::Stop, "stopping what was left")?;
        drain(port, "stopping what was left")?;
        let model = ask(port, &Command::Firmware, "asking for the firmware", Model::decode)?;
        let minor = if model.is_23() {
            let two = |bytes: &[u8]| match bytes {
                [low, high, ..] => Ok((u16::from_le_bytes([*low, *high]), 2)),
                _ => Err(cut_off(bytes)),
            };
            Some(ask(port, &Command::MinorFirmware, "asking for the firmware", two)?)
        } else {
            None
        };
        let described = |bytes: &[u8]| Hardware::decode(bytes, model);
        let hardware = ask(port, &Command::Hardware, "asking for the hardware", described)?;
        let channels = hardware.inputs.iter().filter(|channel| **channel == Channel::Module).count();
        let found = |bytes: &[u8]| decode_modules(bytes, channels);
        let modules = ask(port, &Command::Modules, "asking for modules", found)?;
        let wanted: Vec<Option<u8>> =
            modules.iter().map(|module| module.as_ref().and_then(|info| info.wants)).collect();
        let doing = "allotting events";
        let answer = |fault| LinkFault::Answer { doing, fault };
        let allotted = allot(&hardware, &wanted).map_err(answer)?;
        let codes = EventCodes::new(&hardware, &allotted).map_err(answer)?;
        set(port, &Command::Allot(allotted), doing)?;
        let digital = hardware.inputs.iter().map(|channel| u8::from(!channel.is_serial())).collect();
        set(port, &Command::EnableInputs(digital), "enabling inputs")?;
        // One by one: the firmware's own way to turn all of them off turns off another.
        for channel in 0..channels {
            tell(port, &Command::Relay { channel: channel as u8, on: 0 }, "turning relays off")?;
        }
        if model.is_two_plus() {
            set(port, &Command::FlexIo(FlexIo::SetTypes([4; 4])), "turning flexible channels off")?;
        }
        set(port, &Command::ResetClock, "resetting the session clock")?;
        Ok((model, minor, codes, modules))
    }

    /// Board and firmware.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// Minor number of the firmware; firmware 22 does not say it.
    #[must_use]
    pub fn minor(&self) -> Option<u16> {
        self.minor
    }

    /// What the board has.
    #[must_use]
    pub fn hardware(&self) -> &Hardware {
        self.codes.hardware()
    }

    /// The codes of its events.
    #[must_use]
    pub fn codes(&self) -> &EventCodes {
        &self.codes
    }

    /// The modules at its module channels.
    #[must_use]
    pub fn modules(&self) -> &[Option<ModuleInfo>] {
        &self.modules
    }

    /// Tells the board something that it does not answer.
    ///
    /// # Errors
    /// When the board is gone.
    pub fn tell(&mut self, command: &Command) -> Result<(), LinkFault> {
        tell(&mut self.port, command, "telling the board something")
    }

    /// Stops the trial, which sets all outputs to 0, and gives the valves back. What the board still says is dropped.
    ///
    /// # Errors
    /// When the board is gone or does not stop talking; a pulse that the board times itself ends all the same.
    pub fn make_safe(&mut self) -> Result<(), LinkFault> {
        (self.reader, self.is_uploaded, self.is_queued, self.awaits_start) = (None, false, false, false);
        let doing = "making it safe";
        // The first stops the trial, and a board then starts the one that was queued; the second stops that before its
        // first state.
        tell(&mut self.port, &Command::Stop, doing)?;
        tell(&mut self.port, &Command::Stop, doing)?;
        for (channel, kind) in (0_u8..=255).zip(&self.codes.hardware().outputs) {
            if *kind == Channel::Valve {
                tell(&mut self.port, &Command::Output { channel, value: 0 }, doing)?;
            }
        }
        drain(&mut self.port, doing)
    }
}

impl<P: Port> Drop for Link<P> {
    fn drop(&mut self) {
        // Nobody is left to be told; a board that is gone cannot be reached.
        let _ = self.make_safe();
        let _ = self.port.send(&Command::Disconnect.encode());
        self.port.finish();
    }
}

fn cut_off(bytes: &[u8]) -> WireFault {
    WireFault { flaw: crate::wire::Flaw::CutOff { wants: "two bytes" }, offset: bytes.len() }
}

fn lost(doing: &'static str) -> impl Fn(std::io::Error) -> LinkFault {
    move |error| LinkFault::Lost { doing, reason: error.to_string() }
}

pub(super) fn tell(port: &mut impl Port, command: &Command, doing: &'static str) -> Result<(), LinkFault> {
    port.send(&command.encode()).map_err(lost(doing))
}

pub(super) fn receive(
    port: &mut impl Port,
    buffer: &mut [u8],
    wait: Duration,
    doing: &'static str,
) -> Result<usize, LinkFault> {
    port.receive(buffer, wait).map_err(lost(doing))
}

/// Drops the answer to a stop and what waits before it, until nothing comes any more.
fn drain(port: &mut impl Port, doing: &'static str) -> Result<(), LinkFault> {
    let mut buffer = [0; 256];
    let mut dropped = 0;
    let mut wait = ANSWER_TO_STOP;
    loop {
        match receive(port, &mut buffer, wait, doing)? {
            0 => return Ok(()),
            count => dropped += count,
        }
        wait = SILENCE;
        if dropped > CHATTER {
            return Err(LinkFault::Chatter { doing });
        }
    }
}

/// A board answers at once and is silent then. What it said before stands in front of the answer: signs of life, or the
/// rest of a trial that a host left behind.
fn shake_hands(port: &mut impl Port) -> Result<(), LinkFault> {
    let doing = "shaking hands";
    tell(port, &Command::Handshake, doing)?;
    let mut said = Vec::new();
    let mut buffer = [0; 256];
    let mut wait = ANSWER;
    loop {
        match receive(port, &mut buffer, wait, doing)? {
            0 => break,
            count => said.extend(&buffer[..count]),
        }
        wait = AFTER_HANDSHAKE;
        if said.len() > CHATTER {
            return Err(LinkFault::Chatter { doing });
        }
    }
    match said.iter().rev().find(|byte| **byte != DISCOVERY) {
        Some(&HANDSHAKE) => Ok(()),
        Some(_) => Err(LinkFault::NotABpod { found: said[said.len().saturating_sub(8)..].to_vec() }),
        None => Err(LinkFault::NoAnswer { doing, bytes: said.len() }),
    }
}

/// Asks, and reads until the answer is whole.
fn ask<T>(
    port: &mut impl Port,
    command: &Command,
    doing: &'static str,
    decode: impl Fn(&[u8]) -> Result<(T, usize), WireFault>,
) -> Result<T, LinkFault> {
    tell(port, command, doing)?;
    let mut said = Vec::new();
    let mut buffer = [0; 256];
    loop {
        match receive(port, &mut buffer, ANSWER, doing)? {
            0 => return Err(LinkFault::NoAnswer { doing, bytes: said.len() }),
            count => said.extend(&buffer[..count]),
        }
        match decode(&said) {
            Ok((value, _)) => return Ok(value),
            Err(fault) if fault.is_cut_off() => {}
            Err(fault) => return Err(LinkFault::Answer { doing, fault }),
        }
    }
}

/// Sets something that is acknowledged.
pub(super) fn set(port: &mut impl Port, command: &Command, doing: &'static str) -> Result<(), LinkFault> {
    let one = |bytes: &[u8]| bytes.first().map(|byte| (*byte, 1)).ok_or_else(|| cut_off(bytes));
    match ask(port, command, doing, one)? {
        ACKNOWLEDGED => Ok(()),
        found => Err(LinkFault::NotTaken { doing, found }),
    }
}

/// The logical level of an input.
pub(super) fn read_input(port: &mut impl Port, channel: u8) -> Result<bool, LinkFault> {
    let doing = "reading an input";
    let one = |bytes: &[u8]| bytes.first().map(|byte| (*byte, 1)).ok_or_else(|| cut_off(bytes));
    match ask(port, &Command::ReadInput(channel), doing, one)? {
        level @ 0..=1 => Ok(level == 1),
        found => Err(LinkFault::NotTaken { doing, found }),
    }
}
