//! Which boards with which firmware are known.

use super::{Channel, Flaw, Hardware, WireFault};

/// A board and its firmware. Everything that differs on the wire follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// State machine r2.0 to r2.5 with firmware 22.
    R2Firmware22,
    /// State machine r2.0 to r2.5 with firmware 23.
    R2Firmware23,
    /// State machine 2+ with firmware 23.
    TwoPlusFirmware23,
}

impl Model {
    /// All of them.
    pub const ALL: [Model; 3] = [Model::R2Firmware22, Model::R2Firmware23, Model::TwoPlusFirmware23];

    /// From the reply to `F`: firmware, then machine type, a u16 each.
    ///
    /// # Errors
    /// When the combination is not one of the three, or bytes are missing.
    pub fn decode(bytes: &[u8]) -> Result<(Model, usize), WireFault> {
        let mut reader = super::reader::Reader::new(bytes);
        let firmware = reader.u16("the firmware's number")?;
        let machine = reader.u16("the machine type")?;
        let known = Model::ALL.into_iter().find(|model| (model.firmware(), model.machine()) == (firmware, machine));
        let model = known.ok_or(WireFault { flaw: Flaw::UnknownFirmware { firmware, machine }, offset: 0 })?;
        Ok((model, reader.at()))
    }

    /// The reply to `F`.
    #[must_use]
    pub fn encode(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (self.firmware().to_le_bytes(), self.machine().to_le_bytes());
        [a, b, c, d]
    }

    /// As on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Model::R2Firmware22 => "r2.0-v22",
            Model::R2Firmware23 => "r2.0-v23",
            Model::TwoPlusFirmware23 => "2plus-v23",
        }
    }

    /// Major number of the firmware.
    #[must_use]
    pub fn firmware(self) -> u16 {
        if self == Model::R2Firmware22 { 22 } else { 23 }
    }

    /// Number of the machine type: 3 for r2.0 to r2.5, 4 for 2+.
    #[must_use]
    pub fn machine(self) -> u16 {
        if self.is_two_plus() { 4 } else { 3 }
    }

    /// Whether the firmware is 23 or newer: second USB channel, sparse counter resets, messages in uploads.
    #[must_use]
    pub fn is_23(self) -> bool {
        self != Model::R2Firmware22
    }

    /// Whether the board is a 2+: flexible channels, output fields of 16 bits.
    #[must_use]
    pub fn is_two_plus(self) -> bool {
        self == Model::TwoPlusFirmware23
    }

    /// How many USB serial ports it shows: commands, soft codes of another program, analog samples.
    #[must_use]
    pub fn ports(self) -> usize {
        match self {
            Model::R2Firmware22 => 1,
            Model::R2Firmware23 => 2,
            Model::TwoPlusFirmware23 => 3,
        }
    }

    /// What such a board says of itself.
    #[must_use]
    pub fn hardware(self) -> Hardware {
        let (events, inputs, outputs) = match self {
            Model::R2Firmware22 => (90, "UUUUUXBBPPPP", "UUUUUXBBPPPPVVVV"),
            Model::R2Firmware23 => (105, "UUUUUXZBBPPPP", "UUUUUXZBBPPPPVVVV"),
            Model::TwoPlusFirmware23 => (75, "UUUXZFFFFBBPPPPP", "UUUXZFFFFBBPPPPPVVVVV"),
        };
        let channels = |letters: &str| letters.bytes().filter_map(Channel::of).collect();
        Hardware {
            max_states: 256,
            cycle_us: 100,
            max_serial_events: events,
            max_message_bytes: if self.is_23() { 5 } else { 3 },
            timers: 16,
            counters: 8,
            conditions: 16,
            inputs: channels(inputs),
            outputs: channels(outputs),
        }
    }
}
