//! Where on a board a device of the protocol is.

use crate::wire::{Channel, Hardware};

/// A connector, counted from 1 as it is printed on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A behaviour port: beam and lamp.
    Port(u8),
    /// A BNC connector: as input and as output.
    Bnc(u8),
    /// A screw terminal: as input and as output.
    Wire(u8),
    /// The valve of a behaviour port.
    Valve(u8),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Port(number) => write!(f, "port {number}"),
            Place::Bnc(number) => write!(f, "BNC {number}"),
            Place::Wire(number) => write!(f, "wire {number}"),
            Place::Valve(number) => write!(f, "valve {number}"),
        }
    }
}

impl Place {
    fn channel(self) -> (Channel, usize) {
        let (kind, number) = match self {
            Place::Port(number) => (Channel::Port, number),
            Place::Bnc(number) => (Channel::Bnc, number),
            Place::Wire(number) => (Channel::Wire, number),
            Place::Valve(number) => (Channel::Valve, number),
        };
        (kind, usize::from(number))
    }

    /// Its input channel, if the board has it.
    #[must_use]
    pub fn input(self, hardware: &Hardware) -> Option<u8> {
        let (kind, number) = self.channel();
        hardware.input(kind, number)
    }

    /// Its output channel, if the board has it.
    #[must_use]
    pub fn output(self, hardware: &Hardware) -> Option<u8> {
        let (kind, number) = self.channel();
        hardware.output(kind, number)
    }
}

/// Volumes and the times for which a valve is open for them.
pub trait Openings {
    /// How long it is open for a volume in uL, in ms.
    ///
    /// # Errors
    /// The least and the greatest volume in uL that it is calibrated for, when this one is outside.
    fn open_ms(&self, volume_ul: f64) -> Result<f64, (f64, f64)>;
}

/// A device of the protocol at a place of the board.
pub struct Binding {
    /// Its name in the protocol.
    pub device: String,
    /// Where it is.
    pub place: Place,
    /// The calibration, of a valve that gives volumes.
    pub openings: Option<Box<dyn Openings>>,
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` at {}", self.device, self.place)
    }
}
