//! Device classes, devices and stimuli.

use crate::model::{ClassId, DeviceId, StimulusId};
use crate::term::Texpr;
use crate::types::Finite;
use trialect_base::Span;
use trialect_units::Dimension;

/// What a channel of a device class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// Reports a free-running count.
    Counter,
    /// Reports that something happened.
    Event,
    /// How things are with the device, as its events say: a beam is broken.
    Flag,
}

/// A line on which a device reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// `travel`
    pub name: String,
    /// Counter or event.
    pub kind: ChannelKind,
    /// Dimension of a counter's reading.
    pub dimension: Dimension,
    /// For an event after which a flag is up or down: the flag's index, and which.
    pub turns: Option<(u32, bool)>,
}

/// How long a verb lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the words of the standard library
pub enum Lasting {
    Instant,
    Latching,
    Timed,
    Held,
}

impl Lasting {
    /// The word in the text.
    pub fn word(self) -> &'static str {
        match self {
            Lasting::Instant => "instant",
            Lasting::Latching => "latching",
            Lasting::Timed => "timed",
            Lasting::Held => "held",
        }
    }
}

/// Something a device can do.
#[derive(Debug, Clone, PartialEq)]
pub struct VerbDef {
    /// `deliver`
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// How long it lasts.
    pub lasting: Lasting,
    /// It presents a stimulus.
    pub stimulus: bool,
    /// Its first argument is added to this total.
    pub adds: Option<u32>,
    /// It zeroes this counter.
    pub resets: Option<u32>,
    /// It ends what this verb began.
    pub ends: Option<String>,
    /// The part of the device that does it: the lamp of a port.
    pub part: Option<String>,
}

/// A named parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// It is a train of such values.
    pub train: bool,
}

/// A kind of stimulus that a device class can present.
#[derive(Debug, Clone, PartialEq)]
pub struct Constructor {
    /// `gabor`
    pub name: String,
    /// Fixed when it is declared.
    pub fixed: Vec<Parameter>,
    /// Given when it is shown.
    pub shown: Vec<Parameter>,
    /// A later version of the library brought it: it is a definition of its own, which only those who use it depend on.
    pub later: bool,
}

/// A device class.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceClass {
    /// `Encoder`
    pub name: String,
    /// Path.
    pub path: String,
    /// Where it is declared.
    pub span: Span,
    /// Constants of a device: name, dimension.
    pub settings: Vec<Parameter>,
    /// What it reports.
    pub channels: Vec<Channel>,
    /// What it can measure when it is asked.
    pub readings: Vec<Parameter>,
    /// What it gives.
    pub totals: Vec<Parameter>,
    /// What it can do.
    pub verbs: Vec<VerbDef>,
    /// What it can present.
    pub constructors: Vec<Constructor>,
}

/// A device of the rig.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// `wheel`
    pub name: String,
    /// Its class.
    pub class: ClassId,
    /// Description.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// Devices with one name and a key: one for each member of a type.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceGroup {
    /// `port`
    pub name: String,
    /// The type of its key.
    pub finite: Finite,
    /// The device of the type's first member; the others follow it.
    pub first: DeviceId,
}

/// Stimuli with one name and a key: one for each member of a type.
#[derive(Debug, Clone, PartialEq)]
pub struct StimulusGroup {
    /// `clicks`
    pub name: String,
    /// The type of its key.
    pub finite: Finite,
    /// The stimulus of the type's first member; the others follow it.
    pub first: StimulusId,
}

/// A declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// `grating`
    pub name: String,
    /// Where it is presented.
    pub device: DeviceId,
    /// Index into the class's constructors.
    pub constructor: usize,
    /// Values of the fixed parameters, constant.
    pub fixed: Vec<Texpr>,
    /// Description.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}
