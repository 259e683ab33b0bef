//! The four devices of the recorded rig: what they report and what they are told.

use trialect_device::{Command, DeviceSpec, RigFault};

/// Name of the rig in its faults.
pub(crate) const RIG: &str = "recorded rig";
/// The largest single delivery that is not a mistake in the units, in uL. A recording moves no water.
const LARGEST_DELIVERY: f64 = 100.0;

/// A device of the recorded rig, by the class that it can play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Encoder,
    Display,
    Speaker,
    Valve,
}

impl Part {
    const ALL: [Part; 4] = [Part::Encoder, Part::Display, Part::Speaker, Part::Valve];

    /// Its class in the standard library.
    fn class(self) -> &'static str {
        match self {
            Part::Encoder => "Encoder",
            Part::Display => "Display",
            Part::Speaker => "Speaker",
            Part::Valve => "Valve",
        }
    }

    /// The one channel on which it reports.
    fn channel(self) -> &'static str {
        match self {
            Part::Encoder => "travel",
            Part::Display => "flip",
            Part::Speaker => "onset",
            Part::Valve => "done",
        }
    }

    /// What it can be told.
    fn verbs(self) -> &'static [&'static str] {
        match self {
            Part::Encoder => &["zero"],
            Part::Display => &["show", "hide", "track"],
            Part::Speaker => &["play"],
            Part::Valve => &["deliver"],
        }
    }
}

/// A device of the protocol and the part that plays it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    /// Name in the protocol.
    pub name: String,
    /// What plays it.
    pub part: Part,
}

/// Gives each device of the protocol a part of its class; there is one of each.
pub(crate) fn bind(devices: &[DeviceSpec]) -> Result<Vec<Bound>, RigFault> {
    let mut bound: Vec<Bound> = Vec::with_capacity(devices.len());
    for device in devices {
        let part = Part::ALL.into_iter().find(|part| part.class() == device.class);
        let free = part.filter(|part| bound.iter().all(|other| other.part != *part));
        let part = free.ok_or_else(|| no_device(&device.name, &device.class))?;
        bound.push(Bound { name: device.name.clone(), part });
    }
    Ok(bound)
}

/// The fault that nothing can play a device.
pub(crate) fn no_device(name: &str, class: &str) -> RigFault {
    RigFault::NoDevice {
        rig: RIG.to_owned(),
        device: name.to_owned(),
        class: class.to_owned(),
        has: "one Encoder, one Display, one Speaker and one Valve".to_owned(),
    }
}

impl Bound {
    /// Refuses a channel of input that the part does not have.
    pub(crate) fn has_channel(&self, channel: &str) -> Result<(), RigFault> {
        if self.part.channel() == channel { Ok(()) } else { Err(self.no_verb(channel)) }
    }

    /// Refuses a verb that the part does not know.
    pub(crate) fn knows(&self, verb: &str) -> Result<(), RigFault> {
        if self.part.verbs().contains(&verb) { Ok(()) } else { Err(self.no_verb(verb)) }
    }

    /// Refuses a command that no rig could carry out.
    pub(crate) fn accepts(&self, command: &Command<'_>) -> Result<(), RigFault> {
        self.knows(command.verb)?;
        for (parameter, value) in command.arguments {
            let (least, most) = match (command.verb, *parameter) {
                ("deliver", _) => (0.0, LARGEST_DELIVERY),
                ("show" | "track", "contrast") => (0.0, 1.0),
                _ => (f64::NEG_INFINITY, f64::INFINITY),
            };
            if !value.is_finite() || !(least..=most).contains(value) {
                return Err(RigFault::OutOfRange {
                    device: self.name.clone(),
                    verb: command.verb.to_owned(),
                    parameter: (*parameter).to_owned(),
                    value: *value,
                    least,
                    most,
                });
            }
        }
        Ok(())
    }

    fn no_verb(&self, verb: &str) -> RigFault {
        let class = self.part.class().to_owned();
        RigFault::NoVerb { device: self.name.clone(), class, verb: verb.to_owned() }
    }
}
