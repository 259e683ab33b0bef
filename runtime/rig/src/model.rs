//! What a `rig.toml` says, typed: links, the devices on them, where they are connected, what was measured.

use crate::calibration::{Calibration, Curve, Screen, Sound, ValveCurve, Wheel};
use std::fmt;
use trialect_base::Span;
use trialect_ir::Date;

/// A rig. It may hold what no sound rig holds when there were findings; run none with an error among its findings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rig {
    /// What people call it: `box 3`. It is stamped into the data.
    pub name: String,
    /// Where the name stands.
    pub place: Span,
    /// Its links, in the order of the text.
    pub links: Vec<Link>,
    /// Its devices, in the order of the text.
    pub devices: Vec<Device>,
    /// An output that is high while a trial runs, for other equipment.
    pub trial_pulse: Option<At>,
    /// Devices (`spout`) and reports (`screen.flip`) that are there but could not be read; the findings say why.
    pub unread: Vec<String>,
}

/// Index into [`Rig::links`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub usize);

/// A way to one or several devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Name in `rig.toml`.
    pub name: String,
    /// Where the name stands.
    pub place: Span,
    /// What is at its other end.
    pub backend: Backend,
}

/// What is at the other end of a link, and how it is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Backend {
    /// A Bpod state machine.
    Bpod {
        /// Which board.
        board: BpodBoard,
        /// Where it is.
        port: SerialPort,
        /// Who runs the trials.
        run: Run,
    },
    /// A Harp device.
    Harp {
        /// Which device.
        board: HarpBoard,
        /// Where it is.
        port: SerialPort,
    },
    /// A display program that listens to OSC messages over UDP.
    Osc {
        /// The computer on which it runs: a name or an address.
        host: String,
        /// Its port.
        port: u16,
        /// Constructors of the stimuli that it can show: `gabor`.
        shows: Vec<String>,
    },
    /// A device with a serial protocol of its own.
    Serial {
        /// Where it is.
        port: SerialPort,
        /// Bits a second.
        baud: u32,
        /// The file that describes its protocol.
        description: String,
    },
    /// No hardware: the simulated devices.
    Simulated,
}

impl Backend {
    /// The word for its kind in `rig.toml`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Backend::Bpod { .. } => "bpod",
            Backend::Harp { .. } => "harp",
            Backend::Osc { .. } => "osc",
            Backend::Serial { .. } => "serial",
            Backend::Simulated => "simulated",
        }
    }

    /// The serial port through which it is reached, if there is one.
    #[must_use]
    pub fn port(&self) -> Option<&SerialPort> {
        match self {
            Backend::Bpod { port, .. } | Backend::Harp { port, .. } | Backend::Serial { port, .. } => Some(port),
            Backend::Osc { .. } | Backend::Simulated => None,
        }
    }
}

/// A serial port. A path can be another device's tomorrow, so that hardware is named by its USB identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SerialPort {
    /// A device on USB.
    Usb(UsbIdentity),
    /// An emulated device, `emulated = true`: the path of its pseudo-terminal.
    Emulated(String),
}

/// What a device on USB says of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsbIdentity {
    /// Number of its maker.
    pub vid: u16,
    /// The maker's number of the product.
    pub pid: u16,
    /// The number of this one.
    pub serial_number: String,
}

impl fmt::Display for UsbIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x} {}", self.vid, self.pid, self.serial_number)
    }
}

/// A Bpod state machine; which firmware it has it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BpodBoard {
    /// r2.0 to r2.5.
    R2,
    /// 2+.
    TwoPlus,
}

/// Who runs the trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Run {
    /// The board, by a state matrix for each trial.
    #[default]
    OnDevice,
    /// The host, which hears each event and sets each output.
    HostDriven,
}

/// A Harp device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HarpBoard {
    /// The Behavior board (WhoAmI 1216).
    Behavior,
    /// The sound card (WhoAmI 1280).
    SoundCard,
}

/// A kind of channel at a board, as it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// The beam of a behaviour port: an input.
    Beam,
    /// The lamp of a behaviour port: an output.
    Lamp,
    /// A valve driver.
    Valve,
    /// A BNC input.
    BncIn,
    /// A BNC output.
    BncOut,
    /// A flexible channel of a Bpod 2+, as an input or an output.
    Flex,
    /// A serial line to a module of a Bpod.
    Module,
    /// A digital input of a Harp board.
    DigitalIn,
    /// A digital output of a Harp board.
    DigitalOut,
    /// A lamp driver of a Harp board.
    Led,
    /// The counter of a port of a Harp board.
    Counter,
    /// An output that exposes a camera's frames.
    CameraTrigger,
    /// All of what is at the other end: the screen of a display program, a sound card.
    Whole,
    /// What a description of a serial protocol calls so; its number counts such names in the order of the text.
    Named,
}

/// A channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel {
    /// What it is.
    pub kind: ChannelKind,
    /// Its number at the board: from 1 at a Bpod, from 0 at a Harp board, as they are labelled.
    pub number: u32,
}

/// Where a device, or one of its reports, is connected.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// The link.
    pub link: LinkId,
    /// As written: `port 1`, `bnc 2`, `module 1`; a name of the description at a serial link.
    pub words: String,
    /// What of the board it takes.
    pub channels: Vec<Channel>,
    /// Where it stands.
    pub place: Span,
}

/// A report of a device that comes in over a line of its own: a display's `flip` from a photodiode.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Name in the class: `flip`, `onset`.
    pub channel: String,
    /// Where it comes in.
    pub at: At,
}

/// A device of the rig.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Name in the protocol: `spout`, `port[left]`.
    pub name: String,
    /// Where the name stands.
    pub place: Span,
    /// Class in the standard library: `Valve`.
    pub class: String,
    /// Where the class stands.
    pub class_place: Span,
    /// Where it is connected.
    pub at: At,
    /// Reports that come in elsewhere.
    pub reports: Vec<Report>,
    /// The USB port that the device has beside: a rotary encoder module's stream, a sound card's uploads.
    pub own_port: Option<UsbIdentity>,
    /// Numbers that are set by hand: `level_db`, `power_mw`, `current_ma`, `brightness`.
    pub set: Vec<(String, f64)>,
    /// What was measured, by date; the last is in force.
    pub calibrations: Vec<Calibration>,
    /// The file beside the rig file in which they stand; none when they stand in the rig file.
    pub calibrations_file: Option<String>,
    /// A calibration older than so many days is warned of.
    pub warn_after_days: Option<u32>,
    /// With a calibration older than so many days no session begins.
    pub refuse_after_days: Option<u32>,
}

impl Rig {
    /// The device that a protocol calls so.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// A link.
    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(id.0)
    }

    /// Whether anything of it is no hardware: a session on it is `emulated`, not `real`.
    #[must_use]
    pub fn is_emulated(&self) -> bool {
        self.links.iter().any(|link| match link.backend.port() {
            Some(port) => matches!(port, SerialPort::Emulated(_)),
            None => link.backend == Backend::Simulated,
        })
    }
}

impl Device {
    /// The calibration in force: the one with the latest date, of several of a day the last in the text.
    #[must_use]
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibrations.last()
    }

    /// How many days before `today` the calibration in force was measured; below 0 when it is dated later.
    #[must_use]
    pub fn calibration_age_days(&self, today: Date) -> Option<i32> {
        self.calibration().map(|calibration| today.days() - calibration.date.days())
    }

    /// A valve's curve in force.
    #[must_use]
    pub fn valve(&self) -> Option<&ValveCurve> {
        match &self.calibration()?.curve {
            Curve::Valve(curve) => Some(curve),
            _ => None,
        }
    }

    /// A screen's geometry in force.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        match &self.calibration()?.curve {
            Curve::Screen(screen) => Some(screen),
            _ => None,
        }
    }

    /// A loudspeaker's levels in force.
    #[must_use]
    pub fn sound(&self) -> Option<&Sound> {
        match &self.calibration()?.curve {
            Curve::Sound(sound) => Some(sound),
            _ => None,
        }
    }

    /// A wheel's geometry in force.
    #[must_use]
    pub fn wheel(&self) -> Option<&Wheel> {
        match &self.calibration()?.curve {
            Curve::Wheel(wheel) => Some(wheel),
            _ => None,
        }
    }

    /// A number that is set by hand.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<f64> {
        self.set.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// Where a report of the device comes in: over a line of its own, else where the device is.
    #[must_use]
    pub fn report(&self, channel: &str) -> &At {
        self.reports.iter().find(|report| report.channel == channel).map_or(&self.at, |report| &report.at)
    }

    /// Constants of the device in the coherent unit, as `trialect_device::Rig::settings` gives them: an encoder's
    /// `count_size` in mm.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, f64)> {
        self.wheel().map(|wheel| ("count_size".to_string(), wheel.count_size_mm())).into_iter().collect()
    }
}
