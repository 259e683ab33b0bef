//! What the emulated board does with commands.

use super::board::{Arriving, Board, CYCLE_US, DISCOVERY_US};
use crate::wire::{
    ACKNOWLEDGED, Channel, Command, DISCONNECTED, DISCOVERY, Event, EventCodes, FlexIo, HANDSHAKE, SOFT_CODE, Shape,
    THIRD_PORT, UPLOAD_HEADER, Upload, encode_modules,
};

/// How long the board does nothing else after a handshake.
const AFTER_HANDSHAKE_US: u64 = 100_000;
/// How long modules have to answer.
const MODULES_US: u64 = 100 * CYCLE_US;
/// How long the board waits for more of a matrix.
const SILENCE_US: u64 = 1_000_000;

impl Board {
    /// Takes one command, as the firmware does in each cycle. Returns whether the board stands still because arguments
    /// are missing: it waits for them inside its interrupt.
    pub(super) fn read_command(&mut self) -> bool {
        if let Some(arriving) = &mut self.arriving {
            let missing = arriving.length - arriving.upload.body.len();
            let count = missing.min(self.incoming.len());
            arriving.upload.body.extend(self.incoming.drain(..count));
            if count == missing {
                if let Some(arrived) = self.arriving.take() {
                    self.load(arrived);
                }
            } else if self.is_silent() {
                self.arriving = None;
            }
            return false;
        }
        if self.incoming.is_empty() {
            return false;
        }
        let shape = Shape::of(self.model, &self.hardware);
        let bytes: Vec<u8> = self.incoming.iter().take(UPLOAD_HEADER.max(700)).copied().collect();
        if bytes[0] == b'C' {
            return self.read_header(&bytes);
        }
        match Command::decode(&bytes, &shape) {
            Ok((command, used)) => {
                self.incoming.drain(..used);
                self.obey(command);
                false
            }
            // Arguments that are read in one piece are given up after a while, others never.
            Err(fault) if fault.is_cut_off() && b"%TQtpm".contains(&bytes[0]) && self.is_silent() => {
                self.incoming.clear();
                false
            }
            Err(fault) if fault.is_cut_off() => true,
            Err(_) => {
                self.incoming.pop_front();
                false
            }
        }
    }

    /// The body of a matrix is read beside the trial.
    fn read_header(&mut self, bytes: &[u8]) -> bool {
        let &[_, asap, back, low, high, ..] = bytes else {
            let given_up = self.is_silent();
            if given_up {
                self.incoming.clear();
            }
            return !given_up;
        };
        self.back = back != 0;
        self.incoming.drain(..UPLOAD_HEADER);
        let upload = Upload { run_asap: asap != 0, back: back != 0, body: Vec::new() };
        let length = u16::from_le_bytes([low, high]).into();
        self.arriving = Some(Arriving { upload, length, during_trial: self.running.is_some() });
        self.read_command()
    }

    fn is_silent(&self) -> bool {
        self.now.saturating_sub(self.heard_at) > SILENCE_US
    }

    fn acknowledge(&mut self) {
        self.say(0, &[ACKNOWLEDGED]);
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Handshake => self.shake_hands(),
            Command::Firmware => self.say(0, &self.model.encode()),
            Command::MinorFirmware => self.say(0, &10_u16.to_le_bytes()),
            Command::BoardRevision => self.say(0, &[0]),
            Command::ResetClock => {
                self.session_zero = self.now;
                self.acknowledge();
            }
            Command::StatusLamp(_) | Command::Sync { .. } => self.acknowledge(),
            Command::TimestampMode => self.say(0, &[1]),
            Command::Hardware => self.say(0, &self.hardware.encode(self.model)),
            Command::Modules => self.find_modules(),
            Command::Allot(counts) => match EventCodes::new(&self.hardware, &counts) {
                Ok(codes) => {
                    self.codes = codes;
                    self.acknowledge();
                }
                Err(_) => self.say(0, &[0]),
            },
            Command::EnableInputs(flags) => {
                self.lines.enable(&flags);
                self.acknowledge();
            }
            Command::Relay { channel, on } => {
                self.turn_off_relays();
                self.leftover = channel;
                self.set_relay(channel, on != 0);
            }
            // Its header was taken before.
            Command::Upload(_) => {}
            Command::Run => self.is_to_start = true,
            Command::Stop if self.running.is_some() => self.end(),
            Command::Stop => self.say_end(),
            Command::Go(on) => self.is_paused = on == 0,
            other => self.obey_directly(other),
        }
    }

    /// Commands that reach through to channels.
    fn obey_directly(&mut self, command: Command) {
        match command {
            Command::Output { channel, value } => self.lines.hand(channel, value),
            Command::Input { channel, level } if self.running.is_some() => self.lines.set_raw(channel, level != 0),
            Command::SoftCode(number) => {
                let channel = self.hardware.input(Channel::SoftCode, 1);
                let event = channel.map(|channel| Event::Serial { channel, number });
                let code = event.and_then(|event| self.codes.code(event)).filter(|_| self.running.is_some());
                if let (Some(channel), Some(code)) = (channel, code) {
                    self.queue(channel, code);
                }
            }
            Command::Echo(code) => self.say(0, &[SOFT_CODE, code]),
            Command::Load { channel, messages } => {
                self.leftover = channel;
                self.library_of(channel, &messages);
                self.acknowledge();
            }
            Command::ResetMessages => {
                self.library.iter_mut().for_each(Vec::clear);
                self.acknowledge();
            }
            Command::Send { port: port @ 1.., id } => {
                self.leftover = port - 1;
                self.send_message(port - 1, id);
            }
            Command::Bytes { port: port @ 1.., bytes } => {
                self.leftover = port - 1;
                self.send_to_module(port - 1, bytes);
            }
            Command::ReadInput(channel) => {
                self.leftover = channel;
                let level = u8::from(self.lines.is_outside_on(channel));
                self.say(0, &[level]);
            }
            Command::Disconnect => {
                self.turn_off_relays();
                self.say(0, &[DISCONNECTED]);
                self.is_connected = false;
                self.discovery_due = self.now + DISCOVERY_US;
            }
            Command::ShowSecondPort => self.say(1, &[DISCOVERY]),
            Command::ShowThirdPort => self.say(2, &[THIRD_PORT]),
            Command::FlexIo(setting) => self.set_flex_io(&setting),
            _ => {}
        }
    }

    fn shake_hands(&mut self) {
        self.say(0, &[HANDSHAKE]);
        self.is_connected = true;
        self.session_zero = self.now + AFTER_HANDSHAKE_US;
        self.library.iter_mut().for_each(Vec::clear);
        self.turn_off_relays();
        self.busy_until = self.now + AFTER_HANDSHAKE_US;
    }

    fn set_relay(&mut self, channel: u8, on: bool) {
        if let Some(relay) = self.relays.get_mut(usize::from(channel)) {
            *relay = on;
        }
    }

    /// The firmware means all of them, and turns off the one whose number a command left behind.
    fn turn_off_relays(&mut self) {
        self.set_relay(self.leftover, false);
    }

    /// Modules are asked, and have some cycles to answer.
    fn find_modules(&mut self) {
        let probe = if self.model.is_23() { vec![255, 255] } else { vec![255] };
        for channel in 0..self.modules.len() {
            self.send_to_module(channel as u8, probe.clone());
        }
        // Firmware 22 does not ask for versions of hardware.
        let mut modules = self.modules.clone();
        if !self.model.is_23() {
            modules.iter_mut().flatten().for_each(|module| module.hardware = (None, None));
        }
        self.later = Some((self.now + MODULES_US, encode_modules(&modules)));
    }

    fn set_flex_io(&mut self, setting: &FlexIo) {
        match setting {
            FlexIo::Types => self.say(0, &self.flex_types.clone()),
            FlexIo::Query => self.say(0, &[0]),
            FlexIo::SetTypes(types) => {
                self.flex_types = *types;
                self.acknowledge();
            }
            _ => self.acknowledge(),
        }
    }
}
