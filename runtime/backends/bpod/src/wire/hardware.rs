//! What a board says it has.

use super::reader::Reader;
use super::{Flaw, Model, WireFault};

/// A kind of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A serial line to a module.
    Module,
    /// Soft codes from and to the host.
    SoftCode,
    /// Soft codes from and to another program, on the second USB port.
    AppSoftCode,
    /// A channel of a 2+ that can be digital or analog.
    FlexIo,
    /// A BNC connector.
    Bnc,
    /// A screw terminal.
    Wire,
    /// A behaviour port: as input its beam, as output its lamp (0 to 255).
    Port,
    /// A valve of a behaviour port.
    Valve,
    /// A digital line.
    Digital,
    /// A device on the SPI bus.
    Spi,
}

impl Channel {
    /// From its letter on the wire.
    #[must_use]
    pub fn of(letter: u8) -> Option<Channel> {
        LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, channel)| *channel)
    }

    /// Its letter on the wire.
    #[must_use]
    pub fn letter(self) -> u8 {
        LETTERS.iter().find(|(_, channel)| *channel == self).map_or(0, |(letter, _)| *letter)
    }

    /// Whether its events are bytes, not edges.
    #[must_use]
    pub fn is_serial(self) -> bool {
        matches!(self, Channel::Module | Channel::SoftCode | Channel::AppSoftCode)
    }

    /// Whether an isolator inverts the input: its electrical level is 0 while the line is high.
    #[must_use]
    pub fn is_inverted(self) -> bool {
        matches!(self, Channel::Bnc | Channel::Wire)
    }
}

const LETTERS: [(u8, Channel); 10] = [
    (b'U', Channel::Module),
    (b'X', Channel::SoftCode),
    (b'Z', Channel::AppSoftCode),
    (b'F', Channel::FlexIo),
    (b'B', Channel::Bnc),
    (b'W', Channel::Wire),
    (b'P', Channel::Port),
    (b'V', Channel::Valve),
    (b'D', Channel::Digital),
    (b'S', Channel::Spi),
];

/// The reply to `H`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// What the board calls its limit of states; 255 can be uploaded, see [`Hardware::states`].
    pub max_states: u16,
    /// Length of a cycle in microseconds.
    pub cycle_us: u16,
    /// Event codes for modules and soft codes together; the digital inputs' codes begin there.
    pub max_serial_events: u8,
    /// Longest serial message in bytes; firmware 22 does not say it, and it is 3.
    pub max_message_bytes: u8,
    /// Number of global timers.
    pub timers: u8,
    /// Number of global counters.
    pub counters: u8,
    /// Number of conditions.
    pub conditions: u8,
    /// Input channels in the order of their indices.
    pub inputs: Vec<Channel>,
    /// Output channels in the order of their indices.
    pub outputs: Vec<Channel>,
}

impl Hardware {
    /// Reads the reply to `H`.
    ///
    /// # Errors
    /// When bytes are missing, a letter is unknown, or no event codes can be made of it.
    pub fn decode(bytes: &[u8], model: Model) -> Result<(Hardware, usize), WireFault> {
        let mut reader = Reader::new(bytes);
        let max_states = reader.u16("the number of states")?;
        let cycle_us = reader.u16("the length of a cycle")?;
        if cycle_us != 100 {
            let flaw = Flaw::OutOfRange { what: "the length of a cycle in us", found: u32::from(cycle_us), limit: 100 };
            return Err(WireFault { flaw, offset: 2 });
        }
        let max_serial_events = reader.u8("the number of serial events")?;
        let max_message_bytes = if model.is_23() { reader.u8("the length of messages")? } else { 3 };
        let timers = reader.at_most(32, "the number of global timers")?;
        let counters = reader.u8("the number of global counters")?;
        let conditions = reader.u8("the number of conditions")?;
        let inputs = channels(&mut reader)?;
        let outputs = channels(&mut reader)?;
        let hardware = Hardware {
            max_states,
            cycle_us,
            max_serial_events,
            max_message_bytes,
            timers,
            counters,
            conditions,
            inputs,
            outputs,
        };
        let (serial, all) = (hardware.serial_inputs(), hardware.event_codes());
        if hardware.inputs[serial..].iter().any(|channel| channel.is_serial()) {
            return Err(reader.fault(Flaw::ChannelOrder));
        }
        if all > 254 {
            return Err(reader.fault(Flaw::TooManyEvents(all)));
        }
        Ok((hardware, reader.at()))
    }

    /// The reply to `H`.
    #[must_use]
    pub fn encode(&self, model: Model) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.max_states.to_le_bytes());
        bytes.extend(self.cycle_us.to_le_bytes());
        bytes.push(self.max_serial_events);
        if model.is_23() {
            bytes.push(self.max_message_bytes);
        }
        bytes.extend([self.timers, self.counters, self.conditions]);
        for list in [&self.inputs, &self.outputs] {
            bytes.push(u8::try_from(list.len()).unwrap_or(u8::MAX));
            bytes.extend(list.iter().map(|channel| channel.letter()));
        }
        bytes
    }

    /// How many states a matrix may have: the count is a byte, and so is the index behind the last state, the exit.
    /// With the transition to the state before, which is 255, one less.
    #[must_use]
    pub fn states(&self, back: bool) -> usize {
        usize::from(self.max_states.min(if back { 254 } else { 255 }))
    }

    /// Serial channels among the inputs; they come first.
    #[must_use]
    pub fn serial_inputs(&self) -> usize {
        self.inputs.iter().take_while(|channel| channel.is_serial()).count()
    }

    /// How many event codes there are.
    #[must_use]
    pub fn event_codes(&self) -> u32 {
        let digital = self.inputs.len().saturating_sub(self.serial_inputs()) as u32;
        let [timers, counters, conditions] = [self.timers, self.counters, self.conditions].map(u32::from);
        u32::from(self.max_serial_events) + 2 * digital + 2 * timers + counters + conditions + 1
    }

    /// Bytes of a set of global timers.
    pub(crate) fn mask_bytes(&self) -> usize {
        match self.timers {
            0..=8 => 1,
            9..=16 => 2,
            _ => 4,
        }
    }

    /// The first channel of a kind, as an index; `number` counts them from 1.
    #[must_use]
    pub fn input(&self, kind: Channel, number: usize) -> Option<u8> {
        nth(&self.inputs, kind, number)
    }

    /// The output channel of a kind, as an index; `number` counts them from 1.
    #[must_use]
    pub fn output(&self, kind: Channel, number: usize) -> Option<u8> {
        nth(&self.outputs, kind, number)
    }

    /// The usual name of an input channel: `Port1`, `BNC2`, `Serial1`.
    #[must_use]
    pub fn input_name(&self, index: u8) -> Option<String> {
        name(&self.inputs, index, "Port")
    }

    /// The usual name of an output channel: `PWM1`, `Valve2`, `BNC1`, `SoftCode`.
    #[must_use]
    pub fn output_name(&self, index: u8) -> Option<String> {
        name(&self.outputs, index, "PWM")
    }
}

fn channels(reader: &mut Reader<'_>) -> Result<Vec<Channel>, WireFault> {
    let count = reader.u8("the number of channels")?;
    let mut list = Vec::new();
    for _ in 0..count {
        let offset = reader.at();
        let letter = reader.u8("the letter of a channel")?;
        list.push(Channel::of(letter).ok_or(WireFault { flaw: Flaw::UnknownChannel(letter), offset })?);
    }
    Ok(list)
}

fn nth(list: &[Channel], kind: Channel, number: usize) -> Option<u8> {
    let index = list.iter().enumerate().filter(|(_, channel)| **channel == kind).nth(number.checked_sub(1)?)?.0;
    u8::try_from(index).ok()
}

fn name(list: &[Channel], index: u8, port: &str) -> Option<String> {
    let kind = *list.get(usize::from(index))?;
    let number = list[..=usize::from(index)].iter().filter(|channel| **channel == kind).count();
    let word = match kind {
        Channel::Module => "Serial",
        Channel::SoftCode => return Some("SoftCode".into()),
        Channel::AppSoftCode => return Some("APP_SoftCode".into()),
        Channel::FlexIo => "Flex",
        Channel::Bnc => "BNC",
        Channel::Wire => "Wire",
        Channel::Port => port,
        Channel::Valve => "Valve",
        Channel::Digital => "Digital",
        Channel::Spi => "SPI",
    };
    Some(format!("{word}{number}"))
}
