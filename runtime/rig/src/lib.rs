//! What a `rig.toml` says: links, the devices on them, where they are connected, and what was measured of them.
//!
//! [`Rig`] is a rig, typed; [`calibration`] holds the conversions from volumes, angles and levels to what devices
//! understand. Knows nothing about sessions, source text of protocols and files, and opens no port.

pub mod calibration;
mod model;

pub use model::{
    At, Backend, BpodBoard, Channel, ChannelKind, Device, HarpBoard, Link, LinkId, Report, Rig, Run, SerialPort,
    UsbIdentity,
};
