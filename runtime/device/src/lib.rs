//! What a backend must do: report inputs, carry out commands, know the time, go safe.
//!
//! A backend is a [`Rig`]: all devices that one session uses, behind one clock. The session
//! wires a program to it by the names of devices and classes and never learns whether the rig is
//! simulated, recorded, emulated or real. [`contract`] is the contract as a test.
//!
//! A piece of hardware is a [`Backend`]; several of them together are a rig on real time.

mod backend;
mod clock_map;
pub mod contract;
mod fault;
mod rig;

pub use backend::{Backend, BackendReport, Descriptor};
pub use clock_map::ClockMap;
pub use fault::RigFault;
pub use rig::{
    Command, DeviceSpec, Input, InputLine, Ns, PIECE, Rig, Samples, Scale, StimulusSpec, StreamLine, Wiring,
};
