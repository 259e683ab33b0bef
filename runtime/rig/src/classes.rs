//! The device classes of the standard library, as rigs have them: where each can be connected, and what must be measured.

use crate::model::{Backend, BpodBoard, ChannelKind, HarpBoard};
use trialect_bpod::wire;

/// What must be measured of a class before a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    Nothing,
    Valve,
    Screen,
    Sound,
    Wheel,
}

/// A device class.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) measured: Measured,
    /// Reports that a line of their own can bring.
    pub(crate) reports: &'static [&'static str],
    /// Numbers that are set by hand, with the least and the most.
    pub(crate) set: &'static [Set],
}

/// A number that is set by hand: its key, the least, the most, an example, and whether it must be there.
pub(crate) type Set = (&'static str, f64, f64, &'static str, bool);

const LEVEL: Set = ("level_db", 0.0, 140.0, "65.0", false);
const BRIGHTNESS: Set = ("brightness", 1.0, 255.0, "255", false);
const POWER: Set = ("power_mw", 0.001, 100_000.0, "5.0", true);
const CURRENT: Set = ("current_ma", 0.001, 10.0, "0.4", true);

/// All classes, in the order of the standard library.
pub(crate) const CLASSES: [Class; 21] = [
    class("Encoder", Measured::Wheel, &[], &[]),
    class("Display", Measured::Screen, &["flip"], &[]),
    class("Speaker", Measured::Sound, &["onset"], &[LEVEL]),
    class("Valve", Measured::Valve, &[], &[]),
    class("Pump", Measured::Valve, &[], &[]),
    class("Feeder", Measured::Nothing, &["done"], &[]),
    class("NosePort", Measured::Nothing, &[], &[BRIGHTNESS]),
    class("Lamp", Measured::Nothing, &[], &[BRIGHTNESS]),
    class("Laser", Measured::Nothing, &[], &[POWER]),
    class("Switch", Measured::Nothing, &[], &[]),
    class("Lickometer", Measured::Nothing, &[], &[]),
    class("Puff", Measured::Nothing, &[], &[]),
    class("Camera", Measured::Nothing, &[], &[]),
    class("SyncLine", Measured::Nothing, &[], &[]),
    class("Shocker", Measured::Nothing, &[], &[CURRENT]),
    class("Olfactometer", Measured::Nothing, &["onset"], &[]),
    class("TouchWindow", Measured::Nothing, &[], &[]),
    class("FrameTrigger", Measured::Nothing, &["exposed"], &[]),
    class("PatchAmplifier", Measured::Nothing, &[], &[]),
    class("Thermometer", Measured::Nothing, &[], &[]),
    class("FlowMeter", Measured::Nothing, &[], &[]),
];

const fn class(name: &'static str, measured: Measured, reports: &'static [&'static str], set: &'static [Set]) -> Class {
    Class { name, measured, reports, set }
}

impl Class {
    /// The class of this name.
    pub(crate) fn of(name: &str) -> Option<&'static Class> {
        CLASSES.iter().find(|class| class.name == name)
    }
}

/// A way to connect a device: the word before the number, and what of the board it takes.
pub(crate) type Form = (&'static str, &'static [ChannelKind]);

const FLEX: Form = ("flex", &[ChannelKind::Flex]);
const BNC_IN: Form = ("bnc", &[ChannelKind::BncIn]);
const BNC_OUT: Form = ("bnc", &[ChannelKind::BncOut]);
const VALVE: Form = ("valve", &[ChannelKind::Valve]);
const BEAM: Form = ("port", &[ChannelKind::Beam]);
const LAMP: Form = ("port", &[ChannelKind::Lamp]);
const NOSE_PORT: Form = ("port", &[ChannelKind::Beam, ChannelKind::Lamp]);
const MODULE: Form = ("module", &[ChannelKind::Module]);
const DIGITAL_OUT: Form = ("do", &[ChannelKind::DigitalOut]);
const DIGITAL_IN: Form = ("di", &[ChannelKind::DigitalIn]);
const LED: Form = ("led", &[ChannelKind::Led]);
const SUPPLY: Form = ("supply", &[ChannelKind::Valve]);
const CAMERA: Form = ("camera", &[ChannelKind::CameraTrigger]);
const COUNTER: Form = ("port", &[ChannelKind::Counter]);

/// The ways to connect a device of a class to a board; none when it cannot be.
pub(crate) fn forms(class: &str, backend: &Backend) -> &'static [Form] {
    match backend {
        Backend::Bpod { .. } => bpod_forms(class),
        Backend::Harp { board: HarpBoard::Behavior, .. } => behavior_forms(class),
        _ => &[],
    }
}

/// Whether a class can be at a Bpod.
pub(crate) fn on_bpod(class: &str) -> bool {
    !bpod_forms(class).is_empty()
}

/// Whether a class can be at one of the Harp devices.
pub(crate) fn on_harp(class: &str) -> bool {
    class == "Speaker" || !behavior_forms(class).is_empty()
}

fn bpod_forms(class: &str) -> &'static [Form] {
    match class {
        "Encoder" | "Speaker" => &[MODULE],
        "Valve" | "Puff" => &[VALVE, BNC_OUT, FLEX],
        "Pump" => &[BNC_OUT, FLEX, VALVE],
        "NosePort" => &[NOSE_PORT],
        "Lamp" => &[LAMP, VALVE, BNC_OUT, FLEX],
        "Switch" | "Lickometer" => &[BEAM, BNC_IN, FLEX],
        "Laser" | "SyncLine" | "Shocker" | "FrameTrigger" => &[BNC_OUT, FLEX],
        "Camera" => &[BNC_IN, FLEX],
        _ => &[],
    }
}

fn behavior_forms(class: &str) -> &'static [Form] {
    match class {
        "Encoder" => &[COUNTER],
        "Valve" | "Puff" => &[SUPPLY],
        "Pump" => &[DIGITAL_OUT],
        "NosePort" => &[NOSE_PORT],
        "Lamp" => &[LED, LAMP, DIGITAL_OUT],
        "Switch" | "Lickometer" => &[BEAM, DIGITAL_IN],
        "Laser" | "SyncLine" | "Shocker" => &[DIGITAL_OUT],
        "FrameTrigger" => &[CAMERA],
        _ => &[],
    }
}

/// The ways to connect a line that brings a report.
pub(crate) fn report_forms(backend: &Backend) -> &'static [Form] {
    match backend {
        Backend::Bpod { .. } => &[BNC_IN, BEAM, FLEX],
        Backend::Harp { board: HarpBoard::Behavior, .. } => &[DIGITAL_IN, BEAM],
        _ => &[],
    }
}

/// The ways to connect a line that tells other equipment of trials.
pub(crate) fn pulse_forms(backend: &Backend) -> &'static [Form] {
    match backend {
        Backend::Bpod { .. } => &[BNC_OUT, FLEX],
        Backend::Harp { board: HarpBoard::Behavior, .. } => &[DIGITAL_OUT],
        _ => &[],
    }
}

/// Whether all of what is at the other end is one device of this class, which needs no `at`.
pub(crate) fn is_whole(class: &str, backend: &Backend) -> bool {
    match backend {
        Backend::Osc { .. } => class == "Display",
        Backend::Harp { board: HarpBoard::SoundCard, .. } => class == "Speaker",
        Backend::Simulated => true,
        _ => false,
    }
}

/// Whether a backend reports this event of a class by itself, without a line of its own.
pub(crate) fn reports_itself(class: &str, channel: &str, backend: &Backend) -> bool {
    let needs_a_line = Class::of(class).is_some_and(|class| class.reports.contains(&channel));
    !needs_a_line || matches!(backend, Backend::Simulated | Backend::Serial { .. })
}

/// Least and most number of a kind of channel at a board; none when it has none.
pub(crate) fn numbers(kind: ChannelKind, backend: &Backend) -> Option<(u32, u32)> {
    match backend {
        Backend::Bpod { board, .. } => bpod_numbers(kind, *board),
        Backend::Harp { board: HarpBoard::Behavior, .. } => match kind {
            ChannelKind::Beam | ChannelKind::Lamp | ChannelKind::Valve => Some((0, 2)),
            ChannelKind::DigitalOut => Some((0, 3)),
            ChannelKind::DigitalIn => Some((3, 3)),
            ChannelKind::Led | ChannelKind::CameraTrigger => Some((0, 1)),
            ChannelKind::Counter => Some((2, 2)),
            _ => None,
        },
        _ => None,
    }
}

/// As the boards say of themselves; both firmwares of an r2.x have the same channels.
fn bpod_numbers(kind: ChannelKind, board: BpodBoard) -> Option<(u32, u32)> {
    let hardware = match board {
        BpodBoard::R2 => wire::Model::R2Firmware23.hardware(),
        BpodBoard::TwoPlus => wire::Model::TwoPlusFirmware23.hardware(),
    };
    let (list, channel) = match kind {
        ChannelKind::Beam => (&hardware.inputs, wire::Channel::Port),
        ChannelKind::Lamp => (&hardware.outputs, wire::Channel::Port),
        ChannelKind::Valve => (&hardware.outputs, wire::Channel::Valve),
        ChannelKind::BncIn => (&hardware.inputs, wire::Channel::Bnc),
        ChannelKind::BncOut => (&hardware.outputs, wire::Channel::Bnc),
        ChannelKind::Flex => (&hardware.inputs, wire::Channel::FlexIo),
        ChannelKind::Module => (&hardware.inputs, wire::Channel::Module),
        _ => return None,
    };
    let count = list.iter().filter(|known| **known == channel).count() as u32;
    (count > 0).then_some((1, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library's text, read line by line: `device NAME`, `event NAME`.
    #[test]
    fn classes_and_their_reports_are_those_of_the_standard_library() {
        let text = include_str!("../../../stdlib/std/devices.trial");
        let mut library: Vec<(String, Vec<String>)> = Vec::new();
        for line in text.lines() {
            let mut words = line.trim().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
            let (Some(keyword), Some(name)) = (words.next(), words.next()) else { continue };
            match keyword {
                "device" => library.push((name.to_string(), Vec::new())),
                "event" => library.last_mut().expect("in a class").1.push(name.to_string()),
                _ => {}
            }
        }
        let names: Vec<&str> = library.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(CLASSES.map(|class| class.name).to_vec(), names);
        for (class, (name, events)) in CLASSES.iter().zip(&library) {
            assert!(class.reports.iter().all(|report| events.iter().any(|event| event == report)), "{name}");
        }
    }
}
