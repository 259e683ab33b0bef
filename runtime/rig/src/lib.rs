//! What a `rig.toml` says: links, the devices on them, where they are connected, and what was measured of them.
//!
//! [`read`] makes a [`Rig`] of a text and finds everything that is wrong with it at once; [`ages`] and [`fits`] hold it
//! against a day and against what a protocol needs; [`calibration`] holds the conversions from volumes, angles and levels
//! to what devices understand. Knows nothing about sessions and the text of protocols, reads no file and opens no port.

pub mod calibration;
mod check;
mod classes;
mod explain;
mod model;
mod read;
mod words;
mod write;

pub use check::{Ask, Hears, NeededDevice, NeededStimulus, Needs, ages, fits};
pub use explain::{codes, explain};
pub use model::{
    At, Backend, BpodBoard, Channel, ChannelKind, Device, HarpBoard, Link, LinkId, Report, Rig, Run, SerialPort,
    UsbIdentity,
};
pub use read::{Beside, CALIBRATIONS_FORMAT, FORMAT, read};
pub use write::{Weighed, WriteFlaw, add_to_device, add_to_file};
