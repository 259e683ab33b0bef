//! What a host can tell a board.

use super::{Hardware, Model};
use trialect_matrix::Message;

/// A state matrix on its way to the board; see [`super::encode`] for the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Start as soon as possible: at once, or when the running trial ends.
    pub run_asap: bool,
    /// Whether target 255 is the state before.
    pub back: bool,
    /// The matrix.
    pub body: Vec<u8>,
}

/// Settings of the flexible channels of a 2+.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlexIo {
    /// `Q`: what each channel is: 0 digital input, 1 output, 2 analog input, 3 output, 4 off.
    SetTypes([u8; 4]),
    /// `q`: asks for it.
    Types,
    /// `^`: cycles between samples.
    SampleInterval(u32),
    /// `o`: reads that are averaged.
    Reads(u8),
    /// `.`: asks for one byte.
    Query,
    /// `t`: two thresholds of each channel.
    Thresholds([u16; 8]),
    /// `p`: their polarities.
    Polarities([u8; 8]),
    /// `m`: their modes.
    Modes([u8; 4]),
    /// `e`: enables a threshold.
    Enable {
        /// Channel.
        channel: u8,
        /// Which of its two thresholds.
        index: u8,
        /// On or off.
        on: u8,
    },
    /// `_`: tests the memory.
    TestMemory,
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `6`: is anybody there? Answered with `5`.
    Handshake,
    /// `F`: firmware and machine type.
    Firmware,
    /// `f`: minor number of the firmware; 23 only.
    MinorFirmware,
    /// `v`: revision of the board; 23 only.
    BoardRevision,
    /// `*`: the session clock begins anew.
    ResetClock,
    /// `:`: the status lamp; 23 only.
    StatusLamp(u8),
    /// `G`: 1 when events come with their time.
    TimestampMode,
    /// `H`: what the board has.
    Hardware,
    /// `M`: which modules are there.
    Modules,
    /// `%`: events for each serial channel.
    Allot(Vec<u8>),
    /// `E`: which inputs make events.
    EnableInputs(Vec<u8>),
    /// `J`: whether a module's bytes are passed on to the host.
    Relay {
        /// Module channel, from 0.
        channel: u8,
        /// On or off.
        on: u8,
    },
    /// `K`: an output that shows trials or states to other machines.
    Sync {
        /// Output channel, or 255.
        channel: u8,
        /// 0 trials, 1 states, 2 ten times a second.
        mode: u8,
    },
    /// `C`: a state matrix.
    Upload(Upload),
    /// `R`: run it.
    Run,
    /// `X`: end the trial now.
    Stop,
    /// `$`: pause or go on.
    Go(u8),
    /// `O`: set an output by hand.
    Output {
        /// Output channel.
        channel: u8,
        /// Its value; 0 gives it back.
        value: u8,
    },
    /// `V`: as if an input had this electrical level.
    Input {
        /// Input channel.
        channel: u8,
        /// 0 or 1, before any inversion.
        level: u8,
    },
    /// `~`: a soft code to the machine, from 0.
    SoftCode(u8),
    /// `S`: a soft code that comes back.
    Echo(u8),
    /// `L`: messages of a module's library.
    Load {
        /// Module channel, from 0.
        channel: u8,
        /// The messages.
        messages: Vec<Message>,
    },
    /// `>`: message k is the byte k again.
    ResetMessages,
    /// `U`: a message of the library, now.
    Send {
        /// Module port, from 1.
        port: u8,
        /// Number of the message.
        id: u8,
    },
    /// `T`: bytes to a module, now.
    Bytes {
        /// Module port, from 1.
        port: u8,
        /// What is sent.
        bytes: Vec<u8>,
    },
    /// `I`: the level of an input.
    ReadInput(u8),
    /// `Z`: the host goes away. Answered with `1`.
    Disconnect,
    /// `{`: makes the second port show itself.
    ShowSecondPort,
    /// `}`: makes the third port show itself.
    ShowThirdPort,
    /// Flexible channels; 2+ only.
    FlexIo(FlexIo),
}

/// What lengths of commands depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Board and firmware.
    pub model: Model,
    /// Serial input channels.
    pub serial: usize,
    /// Input channels.
    pub inputs: usize,
    /// Longest serial message.
    pub message_bytes: u8,
}

impl Shape {
    /// Of a board.
    #[must_use]
    pub fn of(model: Model, hardware: &Hardware) -> Shape {
        Shape {
            model,
            serial: hardware.serial_inputs(),
            inputs: hardware.inputs.len(),
            message_bytes: hardware.max_message_bytes,
        }
    }
}
