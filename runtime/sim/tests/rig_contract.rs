//! The rig against the contract of its trait: wiring, refusals, order of inputs, determinism.

mod by_hand;

use by_hand::{Hand, MS, Outcome, Trial, experienced, rig, wiring};
use trialect_device::contract::upholds_the_rig_contract;
use trialect_device::{Command, Input, InputLine, Ns, Rig, RigFault, Wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};

fn mouse() -> MouseParameters {
    MouseParameters::standard().expect("embedded")
}

fn unwired() -> SimRig {
    let (mouse, rig) = (mouse(), RigParameters::standard().expect("embedded"));
    SimRig::new(&rig, &mouse, &MouseState::new(&mouse), 1, 1).expect("in range")
}

fn naive() -> SimRig {
    let mouse = mouse();
    rig(&mouse, &MouseState::new(&mouse), 1, 1)
}

fn command<'a>(device: u32, verb: &'a str, stimulus: Option<u32>, arguments: &'a [(&'a str, f64)]) -> Command<'a> {
    Command { device, verb, stimulus, arguments }
}

#[test]
fn the_rig_upholds_the_contract() {
    for amount in [0.1, 100.0, f64::NAN] {
        upholds_the_rig_contract(&mut naive(), &wiring(), command(3, "deliver", None, &[("amount", amount)]));
    }
    let too_strong = [("azimuth", 35.0), ("contrast", 1.5)];
    upholds_the_rig_contract(&mut naive(), &wiring(), command(1, "show", Some(0), &too_strong));
}

#[test]
fn faults_name_what_was_asked_for() {
    let with = |alter: &dyn Fn(&mut Wiring)| {
        let mut wiring = wiring();
        alter(&mut wiring);
        unwired().wire(&wiring).expect_err("refused").to_string()
    };
    let lever = with(&|wiring| wiring.devices[0].class = "Lever".to_string());
    assert!(
        lever.contains("no device for `wheel` of class Lever") && lever.contains("one Encoder (travel)"),
        "{lever}"
    );
    assert!(with(&|wiring| wiring.devices[1].class = "Encoder".to_string()).contains("no device for `screen`"));
    assert!(with(&|wiring| wiring.inputs[0].channel = "angle".to_string()).contains("Encoder with `angle`"));
    assert!(with(&|wiring| wiring.stimuli[0].constructor = "movie".to_string()).contains("`screen` cannot `movie`"));

    let mut rig = naive();
    for (device, verb, stimulus) in
        [(0, "spin", None), (1, "deliver", Some(0)), (2, "show", Some(1)), (3, "play", None)]
    {
        let fault = rig.command(0, command(device, verb, stimulus, &[]));
        assert!(matches!(&fault, Err(RigFault::NoVerb { verb: named, .. }) if named == verb), "{fault:?}");
        let fault = rig.release(0, device, verb, stimulus);
        assert!(matches!(&fault, Err(RigFault::NoVerb { verb: named, .. }) if named == verb), "{fault:?}");
    }
    let other = rig.command(0, command(1, "show", Some(1), &[]));
    assert!(matches!(other, Err(RigFault::NoVerb { .. })), "a tone is no picture: {other:?}");
    let without = rig.command(0, command(3, "deliver", None, &[]));
    assert!(matches!(without, Err(RigFault::OutOfRange { least: 0.71, most: 5.92, .. })), "{without:?}");
    assert!(matches!(rig.command(0, command(9, "zero", None, &[])), Err(RigFault::Gone { .. })));
}

#[test]
fn an_encoder_tells_the_size_of_its_counts() {
    let rig = naive();
    let settings = rig.settings(0);
    assert_eq!(settings[0].0, "count_size");
    assert!((settings[0].1 - 2.0 * std::f64::consts::PI * 31.0 / 1024.0).abs() < 1e-12);
    assert!(rig.settings(1).is_empty());
}

/// All inputs until a time, asked for in steps.
fn inputs(rig: &mut SimRig, until: Ns, step: Ns) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut now = 0;
    while now < until {
        now = (now + step).min(until);
        while let Some(input) = rig.next_input(now).expect("never gone") {
            inputs.push(input);
        }
    }
    inputs
}

#[test]
fn how_often_the_session_asks_changes_nothing() {
    let script = |step: Ns| {
        let mut rig = naive();
        rig.command(0, command(1, "show", Some(0), &[("azimuth", 35.0), ("contrast", 1.0)])).expect("shows");
        rig.command(0, command(2, "play", Some(1), &[])).expect("plays");
        rig.command(0, command(3, "deliver", None, &[("amount", 3.0)])).expect("delivers");
        inputs(&mut rig, 20_000 * MS, step)
    };
    let at_once = script(20_000 * MS);
    assert!(at_once.len() > 50, "the mouse has moved: {}", at_once.len());
    for step in [MS / 3, MS, 7 * MS, 1_000 * MS] {
        assert_eq!(script(step), at_once, "in steps of {step} ns");
    }
}

#[test]
fn lines_that_are_not_wired_are_silent_and_indices_follow_the_wiring() {
    let mut only = wiring();
    only.inputs = vec![
        InputLine { device: 3, channel: "done".to_string() },
        InputLine { device: 1, channel: "flip".to_string() },
    ];
    let mut rig = unwired();
    rig.wire(&only).expect("has all devices");
    rig.command(0, command(1, "show", Some(0), &[("azimuth", 35.0), ("contrast", 1.0)])).expect("shows");
    rig.command(0, command(3, "deliver", None, &[("amount", 2.75)])).expect("delivers");
    let inputs = inputs(&mut rig, 10_000 * MS, 10_000 * MS);
    // The frame after 0 comes at 1/60 s and is seen 56 ms later; 2.75 uL take 100 ms.
    let flip = Input { line: 1, at: 72_666_667, value: 1 };
    let done = Input { line: 0, at: 100 * MS, value: 1 };
    assert_eq!(inputs, [flip, done]);
}

#[test]
fn a_session_that_skips_ahead_gets_what_it_missed_late_but_in_order() {
    let mut rig = naive();
    rig.command(0, command(1, "show", Some(0), &[("azimuth", 35.0), ("contrast", 1.0)])).expect("shows");
    rig.command(0, command(3, "deliver", None, &[("amount", 2.75)])).expect("delivers");
    let later = 5_000 * MS;
    rig.command(later, command(0, "zero", None, &[])).expect("zeroes");
    let missed: Vec<Input> = std::iter::from_fn(|| rig.next_input(later).expect("never gone")).collect();
    assert!(missed.iter().all(|input| input.at == later), "{missed:?}");
    assert!(missed.windows(2).all(|pair| pair[0].line <= pair[1].line), "{missed:?}");
    assert!(missed.iter().any(|input| input.line == 1) && missed.iter().any(|input| input.line == 3));
}

#[test]
fn nothing_comes_from_the_devices_once_they_are_safe() {
    let mut rig = naive();
    rig.command(0, command(1, "show", Some(0), &[("azimuth", 35.0), ("contrast", 1.0)])).expect("shows");
    rig.command(0, command(2, "play", Some(1), &[])).expect("plays");
    rig.command(0, command(3, "deliver", None, &[("amount", 4.0)])).expect("delivers");
    rig.command(0, command(3, "open", None, &[])).expect("opens");
    rig.make_safe(100);
    rig.make_safe(100);
    let inputs = inputs(&mut rig, 10_000 * MS, 10_000 * MS);
    assert!(inputs.iter().all(|input| input.line == 0), "only the wheel goes on: {inputs:?}");
    assert!(rig.water_ul() < 1e-3, "the valve was open for 100 ns: {} uL", rig.water_ul());
}

fn outcomes(seed: u64, session: u32) -> Vec<Outcome> {
    let mouse = mouse();
    let mut hand = Hand::new(rig(&mouse, &experienced(&mouse, 1_500), seed, session));
    let contrasts = [1.0, 0.5, 0.25, 0.0];
    (0..40)
        .map(|n| {
            let (side, contrast) = (if n % 2 == 0 { 1.0 } else { -1.0 }, contrasts[n / 2 % 4]);
            hand.play(Trial { side, contrast, gain: 8.0, reward_ul: 3.0, quiet: 450 * MS })
        })
        .collect()
}

#[test]
fn the_same_seed_and_session_give_the_same_mouse_and_no_other_does() {
    let one = outcomes(1, 1);
    assert_eq!(one, outcomes(1, 1));
    assert_ne!(one, outcomes(2, 1));
    assert_ne!(one, outcomes(1, 2));
}
