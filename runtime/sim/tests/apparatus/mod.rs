//! Rigs of any devices, wired with every channel that their classes report.

#![allow(dead_code, reason = "each test uses its own part")]

use trialect_device::{Command, DeviceSpec, Input, InputLine, Ns, Rig, RigFault, StimulusSpec, Wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};

/// One millisecond.
pub const MS: Ns = 1_000_000;
/// One second.
pub const S: Ns = 1_000 * MS;

/// Classes with what they report.
pub const CHANNELS: [(&str, &[&str]); 21] = [
    ("Encoder", &["travel"]),
    ("Display", &["flip"]),
    ("Speaker", &["onset"]),
    ("Valve", &["done"]),
    ("Pump", &["done"]),
    ("Feeder", &["done"]),
    ("NosePort", &["enter", "leave"]),
    ("Lamp", &[]),
    ("Laser", &[]),
    ("Switch", &["press", "release"]),
    ("Lickometer", &["touch", "release"]),
    ("Puff", &["done"]),
    ("Camera", &["frame"]),
    ("SyncLine", &[]),
    ("Shocker", &["done"]),
    ("Olfactometer", &["onset"]),
    ("TouchWindow", &["touch", "release"]),
    ("FrameTrigger", &["exposed"]),
    ("PatchAmplifier", &[]),
    ("Thermometer", &[]),
    ("FlowMeter", &[]),
];

/// A wiring of devices (name, class), with one stimulus of each kind for each that can present it.
pub fn wiring(devices: &[(&str, &str)]) -> Wiring {
    let mut wiring = Wiring::default();
    for (device, (name, class)) in (0..).zip(devices) {
        wiring.devices.push(DeviceSpec { name: (*name).to_string(), class: (*class).to_string() });
        let (_, channels) = CHANNELS.iter().find(|(known, _)| known == class).expect("known");
        wiring.inputs.extend(channels.iter().map(|channel| InputLine { device, channel: (*channel).to_string() }));
        let constructors: &[&str] = match *class {
            "Display" => &["gabor"],
            "Speaker" => &["tone", "noise"],
            "Olfactometer" => &["odour"],
            "TouchWindow" => &["image"],
            _ => &[],
        };
        wiring.stimuli.extend(constructors.iter().map(|constructor| StimulusSpec {
            name: format!("{name}_{constructor}"),
            device,
            constructor: (*constructor).to_string(),
            fixed: if *constructor == "odour" { vec![("vial".to_string(), 3.0)] } else { Vec::new() },
        }));
    }
    wiring
}

/// A rig of devices with an animal of these parameters.
pub fn rig_of(mouse: &MouseParameters, devices: &[(&str, &str)], seed: u64, session: u32) -> SimRig {
    let parameters = RigParameters::standard().expect("embedded");
    let mut rig = SimRig::new(&parameters, mouse, &MouseState::new(mouse), seed, session).expect("in range");
    rig.wire(&wiring(devices)).expect("has all devices");
    rig
}

/// The default animal.
pub fn mouse() -> MouseParameters {
    MouseParameters::standard().expect("embedded")
}

/// All inputs up to a time.
pub fn inputs(rig: &mut SimRig, until: Ns) -> Vec<Input> {
    std::iter::from_fn(|| rig.next_input(until).expect("never gone")).collect()
}

/// Inputs of one line.
pub fn of_line(inputs: &[Input], line: u32) -> Vec<Ns> {
    inputs.iter().filter(|input| input.line == line).map(|input| input.at).collect()
}

/// Sends a command without a stimulus.
pub fn send(rig: &mut SimRig, at: Ns, device: u32, verb: &str, arguments: &[(&str, f64)]) -> Result<(), RigFault> {
    rig.command(at, Command { device, verb, stimulus: None, arguments })
}
