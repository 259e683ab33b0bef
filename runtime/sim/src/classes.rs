//! The device classes that the simulated rig has: those of the standard library.

use crate::aversive::Aversive;
use crate::bath::Bath;
use crate::camera::Camera;
use crate::device::Device;
use crate::display::Display;
use crate::encoder::EncoderPort;
use crate::feeder::Feeder;
use crate::frame_trigger::FrameTrigger;
use crate::lamp::Lamp;
use crate::laser::Laser;
use crate::nose_port::NosePort;
use crate::olfactometer::Olfactometer;
use crate::parameters::RigParameters;
use crate::patch::PatchAmplifier;
use crate::pump::Pump;
use crate::speaker::Speaker;
use crate::stream::Purpose;
use crate::sync_line::SyncLine;
use crate::touch::Touch;
use crate::touch_window::TouchWindow;
use crate::valve::Valve;

/// What an animal does with a device of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Turns it.
    Wheel,
    /// Goes there: enters and leaves, presses and lets go, touches and lets go.
    Place(Sort),
    /// Sees its light, which stands for the places of the same key.
    Cue,
    /// Gets something from it, at the places of the same key.
    Source,
    /// Perceives what happens there, wherever it is.
    Elsewhere,
}

/// The sorts of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A nose port.
    Port,
    /// A lever.
    Lever,
    /// A spout that feels the tongue.
    Spout,
}

/// A device class.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    /// What it reports. Of a place the first begins a contact, the second ends it.
    pub(crate) channels: &'static [&'static str],
    /// What it can present.
    pub(crate) constructors: &'static [&'static str],
    pub(crate) used: Use,
}

/// All classes, in the order of the standard library.
pub(crate) const CLASSES: [Class; 21] = [
    class("Encoder", &["travel"], &[], Use::Wheel),
    class("Display", &["flip"], &["gabor", "random_dots"], Use::Elsewhere),
    class("Speaker", &["onset"], &["tone", "noise", "click_train"], Use::Elsewhere),
    class("Valve", &["done"], &[], Use::Source),
    class("Pump", &["done"], &[], Use::Source),
    class("Feeder", &["done"], &[], Use::Source),
    class("NosePort", &["enter", "leave"], &[], Use::Place(Sort::Port)),
    class("Lamp", &[], &[], Use::Cue),
    class("Laser", &[], &[], Use::Elsewhere),
    class("Switch", &["press", "release"], &[], Use::Place(Sort::Lever)),
    class("Lickometer", &["touch", "release"], &[], Use::Place(Sort::Spout)),
    class("Puff", &["done"], &[], Use::Elsewhere),
    class("Camera", &["frame"], &[], Use::Elsewhere),
    class("SyncLine", &[], &[], Use::Elsewhere),
    class("Shocker", &["done"], &[], Use::Elsewhere),
    class("Olfactometer", &["onset"], &["odour"], Use::Elsewhere),
    class("TouchWindow", &["touch", "release"], &["image"], Use::Place(Sort::Lever)),
    class("FrameTrigger", &["exposed"], &[], Use::Elsewhere),
    class("PatchAmplifier", &[], &["current_step"], Use::Elsewhere),
    class("Thermometer", &[], &[], Use::Elsewhere),
    class("FlowMeter", &[], &[], Use::Elsewhere),
];

const fn class(
    name: &'static str,
    channels: &'static [&'static str],
    constructors: &'static [&'static str],
    used: Use,
) -> Class {
    Class { name, channels, constructors, used }
}

impl Class {
    /// The class of this name.
    pub(crate) fn of(name: &str) -> Option<&'static Class> {
        CLASSES.iter().find(|class| class.name == name)
    }

    /// A device of the class; `number` counts those of the class from 0. `animal` is a seed and a session.
    pub(crate) fn build(&self, rig: &RigParameters, animal: (u64, u32), number: u32) -> Box<dyn Device> {
        match self.name {
            "Encoder" => Box::new(EncoderPort::new(&rig.encoder)),
            "Display" => Box::new(Display::new(&rig.display)),
            "Speaker" => Box::new(Speaker::new(&rig.speaker, animal, number)),
            "Valve" => Box::new(Valve::new(rig.valve.calibration.clone())),
            "Pump" => Box::new(Pump::new(&rig.pump)),
            "Feeder" => Box::new(Feeder::new(&rig.feeder)),
            "NosePort" => Box::new(NosePort::default()),
            "Lamp" => Box::new(Lamp::default()),
            "Laser" => Box::new(Laser::default()),
            "Puff" => Box::new(Aversive::puff(&rig.puff)),
            "Camera" => Box::new(Camera::new(&rig.camera)),
            "SyncLine" => Box::new(SyncLine),
            "Shocker" => Box::new(Aversive::shocker(&rig.shocker)),
            "Olfactometer" => Box::new(Olfactometer::new(&rig.olfactometer)),
            "TouchWindow" => Box::new(TouchWindow::default()),
            "FrameTrigger" => Box::new(FrameTrigger::new(&rig.frame_trigger)),
            "PatchAmplifier" => Box::new(PatchAmplifier::new(&rig.cell, animal, number)),
            "Thermometer" => Box::new(Bath::new(&rig.bath, animal, Purpose::Bath, number)),
            "FlowMeter" => Box::new(Bath::new(&rig.bath, animal, Purpose::Flow, number)),
            _ => Box::new(Touch),
        }
    }

    /// What this rig has, for a fault's text: the classes with what they report.
    pub(crate) fn all() -> String {
        let described = CLASSES.iter().map(|class| match class.channels {
            [] => class.name.to_string(),
            channels => format!("{} ({})", class.name, channels.join(", ")),
        });
        let described: Vec<String> = described.collect();
        format!("one {}, and any number of {}", described[0], described[1..].join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library's text, read line by line: `device NAME`, `event NAME`, `counter NAME`, `stimulus NAME`.
    #[test]
    fn classes_channels_and_stimuli_are_those_of_the_standard_library() {
        let text = include_str!("../../../stdlib/std/devices.trial");
        let mut library: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
        for line in text.lines() {
            let mut words =
                line.trim().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            let (Some(keyword), Some(name)) = (words.next(), words.next()) else { continue };
            match keyword {
                "device" => library.push((name.to_string(), Vec::new(), Vec::new())),
                "event" | "counter" => library.last_mut().expect("in a class").1.push(name.to_string()),
                "stimulus" => library.last_mut().expect("in a class").2.push(name.to_string()),
                _ => {}
            }
        }
        let ours: Vec<_> = CLASSES
            .iter()
            .map(|class| {
                let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
                (class.name.to_string(), owned(class.channels), owned(class.constructors))
            })
            .collect();
        assert_eq!(ours, library);
    }
}
