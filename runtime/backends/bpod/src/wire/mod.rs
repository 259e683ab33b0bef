//! The bytes between a host and a Bpod, both ways, without any input or output.
//!
//! Every decoder takes a slice that begins with what it decodes and returns the value with the number of bytes it took.
//! It is total: whatever the bytes are, it returns a value or a [`WireFault`] with code, offset and remedy. A fault for
//! which [`WireFault::is_cut_off`] holds means that more bytes are needed.
//!
//! All numbers are little-endian. Facts: firmware 22 and 23 of the state machine as seen on the wire.

mod command;
mod command_bytes;
mod event;
mod fault;
mod hardware;
mod matrix_fault;
mod model;
mod modules;
mod reader;
mod trial;
mod upload;
mod uploaded;

pub use command::{Command, FlexIo, Shape, Upload};
pub(crate) use command_bytes::UPLOAD_HEADER;
pub use event::{EventCodes, allot};
pub use fault::{Flaw, WireFault};
pub use hardware::{Channel, Hardware};
pub use matrix_fault::{MatrixFault, Unfit};
pub use model::Model;
pub use modules::{ModuleInfo, decode_modules, encode_modules};
pub use trial::{Ending, Report, TrialFault, TrialReader};
pub use trialect_matrix::{
    Condition, ConditionSource, Counter, Edge, Event, GlobalTimer, Matrix, Message, Repeat, State, Target,
};
pub use upload::{check_messages, encode};
pub use uploaded::decode;

/// Answers the handshake.
pub const HANDSHAKE: u8 = b'5';
/// Answers the disconnection.
pub const DISCONNECTED: u8 = b'1';
/// Answers most settings.
pub const ACKNOWLEDGED: u8 = 1;
/// What a board says every 100 ms while no host is connected, and what its second port answers when asked for.
pub const DISCOVERY: u8 = 0xde;
/// What the third port of a board answers when asked for.
pub const THIRD_PORT: u8 = 0xdf;
/// In place of an event: the trial is over.
pub(crate) const END_OF_TRIAL: u8 = 255;
/// First byte of a packet with events.
pub(crate) const EVENTS: u8 = 1;
/// First byte of a packet with a soft code.
pub(crate) const SOFT_CODE: u8 = 2;
