//! A rig with two devices of every class but one wheel, against the contract and device by device.

mod apparatus;

use apparatus::{MS, S, inputs, mouse, of_line, rig_of, send, wiring};
use trialect_device::contract::upholds_the_rig_contract;
use trialect_device::{Command, Input, Ns, Rig, RigFault};
use trialect_sim::SimRig;

const DEVICES: [(&str, &str); 38] = [
    ("wheel", "Encoder"),
    ("screen", "Display"),
    ("other_screen", "Display"),
    ("horn[left]", "Speaker"),
    ("horn[right]", "Speaker"),
    ("spout[left]", "Valve"),
    ("spout[right]", "Valve"),
    ("syringe[1]", "Pump"),
    ("syringe[2]", "Pump"),
    ("feeder", "Feeder"),
    ("other_feeder", "Feeder"),
    ("port[left]", "NosePort"),
    ("port[right]", "NosePort"),
    ("houselight", "Lamp"),
    ("cue[left]", "Lamp"),
    ("blue", "Laser"),
    ("red", "Laser"),
    ("lever[left]", "Switch"),
    ("lever[right]", "Switch"),
    ("tongue", "Lickometer"),
    ("lick[left]", "Lickometer"),
    ("puffer", "Puff"),
    ("other_puffer", "Puff"),
    ("eye", "Camera"),
    ("body", "Camera"),
    ("sync", "SyncLine"),
    ("gate", "SyncLine"),
    ("grid[left]", "Shocker"),
    ("grid[right]", "Shocker"),
    ("nose", "Olfactometer"),
    ("other_nose", "Olfactometer"),
    ("window[left]", "TouchWindow"),
    ("window[right]", "TouchWindow"),
    ("trigger", "FrameTrigger"),
    ("other_trigger", "FrameTrigger"),
    ("amp", "PatchAmplifier"),
    ("bath", "Thermometer"),
    ("perfusion", "FlowMeter"),
];

fn device(name: &str) -> u32 {
    DEVICES.iter().position(|(known, _)| *known == name).expect("there") as u32
}

fn line(name: &str, channel: &str) -> u32 {
    let inputs = wiring(&DEVICES).inputs;
    inputs.iter().position(|line| line.device == device(name) && line.channel == channel).expect("wired") as u32
}

fn rig() -> SimRig {
    rig_of(&mouse(), &DEVICES, 1, 1)
}

/// Device, verb, stimulus, arguments.
type Ordered = (&'static str, &'static str, Option<u32>, &'static [(&'static str, f64)]);

/// Commands at the end of the list that begin nothing.
const ENDINGS: usize = 5;
/// Everything that can be commanded.
const COMMANDS: [Ordered; 36] = [
    ("wheel", "zero", None, &[]),
    ("screen", "show", Some(0), &[("azimuth", 35.0), ("contrast", 1.0)]),
    ("other_screen", "show", Some(1), &[("azimuth", -35.0), ("contrast", 0.5)]),
    ("horn[left]", "play", Some(2), &[]),
    ("horn[right]", "play", Some(5), &[]),
    ("spout[left]", "deliver", None, &[("amount", 2.75)]),
    ("spout[right]", "open", None, &[]),
    ("syringe[1]", "deliver", None, &[("amount", 20.0)]),
    ("syringe[2]", "deliver", None, &[("amount", 30.0)]),
    ("feeder", "deliver", None, &[("amount", 1.0)]),
    ("other_feeder", "deliver", None, &[("amount", 3.0)]),
    ("port[left]", "led.light", None, &[]),
    ("port[right]", "led.light", None, &[]),
    ("houselight", "light", None, &[]),
    ("houselight", "dim", None, &[]),
    ("cue[left]", "light", None, &[]),
    ("cue[left]", "dim", None, &[]),
    ("blue", "pulse", None, &[("power", 5.0), ("rate", 40.0), ("width", 0.005)]),
    ("red", "pulse", None, &[("power", 1.0), ("rate", 1.0), ("width", 0.01)]),
    ("puffer", "puff", None, &[("duration", 0.1)]),
    ("other_puffer", "puff", None, &[("duration", 0.05)]),
    ("sync", "raise", None, &[]),
    ("gate", "raise", None, &[]),
    ("grid[left]", "shock", None, &[("current", 0.0005), ("duration", 0.5)]),
    ("grid[right]", "shock", None, &[("current", 0.002), ("duration", 0.2)]),
    ("nose", "present", Some(6), &[]),
    ("other_nose", "present", Some(7), &[]),
    ("window[left]", "show", Some(8), &[]),
    ("window[right]", "show", Some(9), &[]),
    ("trigger", "run", None, &[("rate", 100.0)]),
    ("other_trigger", "run", None, &[("rate", 50.0)]),
    ("screen", "track", Some(0), &[("azimuth", 35.0)]),
    ("screen", "hide", Some(0), &[]),
    ("horn[left]", "halt", None, &[]),
    ("nose", "clear", Some(6), &[]),
    ("window[left]", "hide", Some(8), &[]),
];

fn command(rig: &mut SimRig, at: Ns, number: usize) -> Result<(), RigFault> {
    let (name, verb, stimulus, arguments) = COMMANDS[number];
    rig.command(at, Command { device: device(name), verb, stimulus, arguments })
}

#[test]
fn a_rig_of_all_classes_upholds_the_contract() {
    let refused: [Ordered; 13] = [
        ("spout[right]", "deliver", None, &[("amount", 100.0)]),
        ("syringe[2]", "deliver", None, &[("amount", 1e6)]),
        ("syringe[1]", "deliver", None, &[]),
        ("feeder", "deliver", None, &[("amount", 0.5)]),
        ("other_feeder", "deliver", None, &[("amount", 1.5)]),
        ("feeder", "deliver", None, &[("amount", f64::NAN)]),
        ("puffer", "puff", None, &[("duration", 10.0)]),
        ("other_puffer", "puff", None, &[]),
        ("grid[left]", "shock", None, &[("current", 0.01), ("duration", 0.5)]),
        ("grid[right]", "shock", None, &[("current", 0.001)]),
        ("trigger", "run", None, &[("rate", 1000.0)]),
        ("blue", "pulse", None, &[("power", -5.0), ("rate", 40.0), ("width", 0.005)]),
        ("red", "pulse", None, &[("power", 5.0), ("rate", 40.0)]),
    ];
    for (name, verb, stimulus, arguments) in refused {
        let refused = Command { device: device(name), verb, stimulus, arguments };
        upholds_the_rig_contract(&mut rig(), &wiring(&DEVICES), refused);
    }
}

#[test]
fn every_verb_is_known_can_be_ended_and_ended_again() {
    let mut rig = rig();
    for (number, (name, verb, stimulus, _)) in COMMANDS.iter().enumerate() {
        let at = number as Ns * S;
        command(&mut rig, at, number).unwrap_or_else(|fault| panic!("{name} {verb}: {fault}"));
        for later in [10 * MS, 20 * MS] {
            rig.release(at + later, device(name), verb, *stimulus).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        }
        inputs(&mut rig, at + 30 * MS);
    }
    for (name, class) in DEVICES {
        for verb in ["light", "led.dim", "spin", "press", ""] {
            let known = (class, verb) == ("Lamp", "light");
            let answer = send(&mut rig, 100 * S, device(name), verb, &[]);
            assert_eq!(answer.is_ok(), known, "{name} {verb}: {answer:?}");
            assert!(known || matches!(answer, Err(RigFault::NoVerb { .. })), "{name} {verb}: {answer:?}");
            assert_eq!(rig.release(100 * S, device(name), verb, None).is_ok(), known, "{name} {verb}");
        }
    }
}

#[test]
fn each_device_is_done_after_its_own_time() {
    let mut rig = rig();
    for number in 0..COMMANDS.len() - ENDINGS {
        command(&mut rig, 0, number).expect("known");
    }
    let inputs = inputs(&mut rig, 2 * S);
    // From the calibration, the flow of 50 uL/s, 200 ms a pellet, and the durations.
    for (name, expected) in [
        ("spout[left]", 100),
        ("syringe[1]", 400),
        ("syringe[2]", 600),
        ("feeder", 200),
        ("other_feeder", 600),
        ("puffer", 100),
        ("other_puffer", 50),
        ("grid[left]", 500),
        ("grid[right]", 200),
    ] {
        assert_eq!(of_line(&inputs, line(name, "done")), [expected * MS], "{name}");
    }
    assert!(of_line(&inputs, line("spout[right]", "done")).is_empty(), "held open, not timed");
    let onsets = ["horn[left]", "horn[right]"].map(|name| of_line(&inputs, line(name, "onset")));
    for onset in &onsets {
        assert!(matches!(onset[..], [at] if (MS..=5 * MS).contains(&at)), "{onset:?}");
    }
    assert_ne!(onsets[0], onsets[1], "latencies of their own");
    for name in ["nose", "other_nose"] {
        assert_eq!(of_line(&inputs, line(name, "onset")), [60 * MS], "{name}: the way of its air");
    }
    for (name, frames) in [("trigger", 200), ("other_trigger", 100)] {
        assert_eq!(of_line(&inputs, line(name, "exposed")).len(), frames, "{name}: in 2 s");
    }
    for name in ["eye", "body"] {
        let frames = of_line(&inputs, line(name, "frame"));
        assert_eq!((frames.len(), frames[0], frames[59]), (60, 33_333_333, 2 * S), "{name}: 30 a second for 2 s");
    }
}

#[test]
fn what_is_made_safe_reports_nothing_more() {
    let mut rig = rig();
    for number in 0..COMMANDS.len() - ENDINGS {
        command(&mut rig, 0, number).expect("known");
    }
    rig.make_safe(100);
    rig.make_safe(100);
    let moving = ["Encoder", "NosePort", "Switch", "Lickometer", "Camera", "TouchWindow"];
    let wired = wiring(&DEVICES).inputs;
    for Input { line, .. } in inputs(&mut rig, 30 * S) {
        let (name, class) = DEVICES[wired[line as usize].device as usize];
        assert!(moving.contains(&class), "{name} reports after it was made safe");
    }
    assert!(rig.water_ul() < 1e-2, "everything ran for 100 ns: {} uL", rig.water_ul());
}

#[test]
fn how_often_the_session_asks_changes_nothing() {
    let script = |step: Ns| {
        let mut rig = rig();
        for number in 0..COMMANDS.len() - ENDINGS {
            command(&mut rig, 0, number).expect("known");
        }
        let mut all = Vec::new();
        for now in 1..=30 * S / step {
            all.extend(inputs(&mut rig, now * step));
        }
        all
    };
    let at_once = script(30 * S);
    // Two cameras make 1,800 frames; the rest is what the animal does.
    assert!(at_once.len() > 1_900, "{}", at_once.len());
    for step in [MS, 10 * MS, 3 * S] {
        assert_eq!(script(step), at_once, "in steps of {step} ns");
    }
}

#[test]
fn the_rig_says_what_it_has() {
    let rig = rig();
    for (_, class) in DEVICES {
        assert!(rig.has(class), "{class}");
    }
    assert!(!rig.has("Lever") && !rig_of(&mouse(), &[("centre", "NosePort")], 1, 1).has("Encoder"));
}
