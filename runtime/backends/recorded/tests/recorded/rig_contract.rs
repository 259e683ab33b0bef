//! The contract of a rig, and what this one promises beyond it.

use crate::driver::{HORN, SCREEN, SPOUT, WHEEL, wiring};
use crate::invented;
use crate::sessions::{BIASED, TRAINING, files};
use std::sync::Arc;
use trialect_device::{Command, Input, InputLine, Ns, Rig, RigFault, contract};
use trialect_recorded::{LateStart, RecordedRig, Recording};

fn command<'a>(device: u32, verb: &'a str, arguments: &'a [(&'a str, f64)]) -> Command<'a> {
    Command { device, verb, stimulus: None, arguments }
}

fn wired() -> RecordedRig {
    let mut rig = RecordedRig::new(invented::recording());
    rig.wire(&wiring()).unwrap();
    rig
}

/// Begins the first trial as early as it can.
fn begun(mut rig: RecordedRig) -> RecordedRig {
    assert!(rig.trial_start(1, 0).unwrap().is_some());
    rig
}

/// Takes all inputs up to a time.
fn take(rig: &mut RecordedRig, until: Ns) -> Vec<Input> {
    std::iter::from_fn(|| rig.next_input(until).unwrap()).collect()
}

#[test]
fn the_contract_holds() {
    contract::upholds_the_rig_contract(&mut begun(wired()), &wiring(), command(SPOUT, "deliver", &[("amount", -1.0)]));
    for session in [TRAINING, BIASED] {
        let Some(files) = files(session) else { return };
        let mut rig = RecordedRig::new(Recording::from_files(&files).unwrap());
        rig.wire(&wiring()).unwrap();
        contract::upholds_the_rig_contract(&mut begun(rig), &wiring(), command(SCREEN, "show", &[("contrast", 1.5)]));
    }
}

#[test]
fn the_count_is_that_of_the_rigs_wheel() {
    let settings = wired().settings(WHEEL);
    let [(name, size)] = &settings[..] else { panic!("{settings:?}") };
    assert_eq!(name, "count_size");
    assert!((size * 1024.0 - 194.779).abs() < 0.001, "{size}");
    assert_eq!(wired().settings(SCREEN), []);
}

#[test]
fn inputs_come_once_in_order_and_never_late() {
    let mut rig = wired();
    // Each trial begins when it did, after the inputs before it have been taken.
    let mut all = Vec::new();
    for trial in 1..=3 {
        let start = rig.trial_start(trial, 0).unwrap().unwrap();
        all.extend(take(&mut rig, start));
        all.extend(take(&mut rig, start + 9_000_000_000));
    }
    all.extend(take(&mut rig, Ns::MAX));
    assert!(all.is_sorted_by_key(|input| (input.at, input.line)));
    assert!(all.iter().all(|input| input.at >= 0));
    let of = |line: u32| all.iter().filter(|input| input.line == line).count();
    // A baseline and 23 + 24 + 1 + 1030 + 23 steps; three edges and one sound a trial.
    assert_eq!([WHEEL, SCREEN, HORN, SPOUT].map(of), [1 + 1_101, 9, 3, 0]);
    // The same if all trials are begun ahead of their inputs, which are then taken in small pieces.
    let mut rig = wired();
    for trial in 1..=3 {
        rig.trial_start(trial, 0).unwrap().unwrap();
    }
    let in_pieces: Vec<Input> = (0..4_000).flat_map(|piece| take(&mut rig, piece * 10_000_000)).collect();
    assert_eq!(in_pieces, all);
}

#[test]
fn inputs_of_one_instant_come_in_the_order_of_the_lines() {
    let mut turned = wiring();
    turned.inputs.reverse();
    turned.inputs.push(InputLine { device: HORN, channel: "onset".to_owned() });
    let mut rig = RecordedRig::new(invented::recording());
    rig.wire(&turned).unwrap();
    rig.trial_start(1, 0).unwrap();
    let onsets: Vec<Input> = take(&mut rig, Ns::MAX).into_iter().filter(|input| [1, 4].contains(&input.line)).collect();
    assert_eq!(onsets[0], Input { line: 1, at: 550_700_000, value: 1 });
    assert_eq!(onsets[1], Input { line: 4, at: 550_700_000, value: 1 });
}

#[test]
fn a_command_ahead_of_its_inputs_is_refused() {
    let mut rig = begun(wired());
    let fault = rig.command(600_000_000, command(WHEEL, "zero", &[])).unwrap_err();
    assert!(matches!(fault, RigFault::Gone { .. }), "{fault}");
    take(&mut rig, 600_000_000);
    rig.command(600_000_000, command(WHEEL, "zero", &[])).unwrap();
    rig.release(600_000_000, SCREEN, "show", None).unwrap();
}

#[test]
fn a_valve_is_done_after_the_recorded_opening_and_not_if_released() {
    let closings = |rig: &mut RecordedRig, until| -> Vec<Input> {
        take(rig, until).into_iter().filter(|input| input.line == SPOUT).collect()
    };
    let mut rig = wired();
    let start = rig.trial_start(1, 0).unwrap().unwrap();
    take(&mut rig, start);
    rig.command(start, command(SPOUT, "deliver", &[("amount", 3.0)])).unwrap();
    let done = Input { line: SPOUT, at: start + 139_000_000, value: 1 };
    assert_eq!(closings(&mut rig, start + 200_000_000), [done]);
    rig.command(start + 200_000_000, command(SPOUT, "deliver", &[("amount", 3.0)])).unwrap();
    rig.release(start + 201_000_000, SPOUT, "deliver", None).unwrap();
    assert_eq!(closings(&mut rig, start + 400_000_000), []);
    rig.command(start + 400_000_000, command(SPOUT, "deliver", &[("amount", 3.0)])).unwrap();
    rig.make_safe(start + 400_000_000);
    assert_eq!(closings(&mut rig, Ns::MAX), []);
}

#[test]
fn what_the_rig_does_not_have_is_refused() {
    let mut rig = wired();
    let valve = rig.command(0, command(SPOUT, "open", &[])).unwrap_err();
    assert!(matches!(valve, RigFault::NoVerb { .. }), "{valve}");
    let huge = rig.command(0, command(SPOUT, "deliver", &[("amount", f64::NAN)])).unwrap_err();
    assert!(matches!(huge, RigFault::OutOfRange { .. }), "{huge}");
    let nobody = rig.command(0, command(9, "show", &[])).unwrap_err();
    assert!(matches!(nobody, RigFault::NoDevice { .. }), "{nobody}");
    let refused = |change: &dyn Fn(&mut trialect_device::Wiring)| {
        let mut wiring = wiring();
        change(&mut wiring);
        RecordedRig::new(invented::recording()).wire(&wiring).unwrap_err()
    };
    assert!(matches!(refused(&|wiring| wiring.devices[0].class = "Laser".to_owned()), RigFault::NoDevice { .. }));
    assert!(matches!(refused(&|wiring| wiring.devices[0].class = "Valve".to_owned()), RigFault::NoDevice { .. }));
    assert!(matches!(refused(&|wiring| wiring.inputs[0].channel = "flip".to_owned()), RigFault::NoVerb { .. }));
    assert!(matches!(refused(&|wiring| wiring.inputs[0].device = 4), RigFault::NoDevice { .. }));
}

#[test]
fn the_tape_stands_still_until_a_trial_begins() {
    let at = |inputs: &[Input], line: u32| -> Vec<Ns> {
        inputs.iter().filter(|input| input.line == line).map(|input| input.at).collect()
    };
    let mut rig = wired();
    // Nothing of the first trial, whose first edge was at 0.55 s; the wheel's count at the beginning may come.
    let early = take(&mut rig.clone(), 5_000_000_000);
    assert!(early.iter().all(|input| input.line == WHEEL && input.value == 0), "{early:?}");
    assert_eq!(rig.trial_start(1, 0), Ok(Some(100_000)));
    assert_eq!(at(&take(&mut rig, 1_000_000_000), HORN), [550_700_000]);
    // What came before the second trial's start, 24 counts at 2 s and an edge at 9 s, comes when it came.
    assert_eq!(rig.trial_start(2, 13_000_000_000), Ok(Some(13_000_000_000)));
    let before = take(&mut rig, 13_000_000_000);
    assert_eq!((before.len(), at(&before, SCREEN)), (24 + 1, vec![9_000_000_000]));
    assert!(at(&before, WHEEL).iter().all(|at| (2_000_000_000..=2_240_000_000).contains(at)), "{before:?}");
    // What came after it comes 2.9999 s later than it came; the tape stands before the third trial's start.
    let second = take(&mut rig, 22_999_999_999);
    assert_eq!((at(&second, HORN), at(&second, WHEEL).len()), (vec![13_750_600_000], 1 + 1_030));
    assert_eq!(at(&second, SCREEN), [13_750_000_000, 13_770_000_000, 21_999_900_000]);
    assert_eq!(take(&mut rig, 24_000_000_000), []);
    // The session's time counts, not only the earliest start: another 1.0001 s. Then nothing is held.
    assert_eq!((rig.trial_start(3, 0), rig.delay()), (Ok(Some(24_000_000_000)), 3_999_900_000));
    let third = take(&mut rig, Ns::MAX);
    assert_eq!((at(&third, HORN), at(&third, WHEEL).len()), (vec![24_550_600_000], 23));
}

#[test]
fn an_input_at_the_instant_of_a_start_waits_for_it() {
    // The first trial's last edge moves from 9 s to the second trial's start.
    let mut files = invented::files();
    let text = String::from_utf8(files.task_data).unwrap();
    assert!(text.lines().all(|line| line.contains(", 9]")));
    files.task_data = text.replacen(", 9]", ", 10.0001]", 1).into_bytes();
    let mut rig = RecordedRig::new(Recording::from_files(&files).unwrap());
    rig.wire(&wiring()).unwrap();
    let mut rig = begun(rig);
    let edges = |inputs: Vec<Input>| inputs.iter().filter(|input| input.line == SCREEN).count();
    assert_eq!(edges(take(&mut rig, 12_000_000_000)), 2);
    assert_eq!(rig.trial_start(2, 13_000_000_000), Ok(Some(13_000_000_000)));
    let edge = Input { line: SCREEN, at: 13_000_000_000, value: 1 };
    assert!(take(&mut rig, 13_000_000_000).contains(&edge));
}

#[test]
fn a_valve_closes_in_session_time() {
    let mut rig = begun(wired());
    rig.trial_start(2, 13_000_000_000).unwrap();
    take(&mut rig, 14_000_000_000);
    rig.command(14_000_000_000, command(SPOUT, "deliver", &[("amount", 3.0)])).unwrap();
    let done: Vec<Input> = take(&mut rig, 15_000_000_000).into_iter().filter(|input| input.line == SPOUT).collect();
    assert_eq!(done, [Input { line: SPOUT, at: 14_139_000_000, value: 1 }]);
}

#[test]
fn trials_begin_once_and_in_order() {
    let refused = |rig: &mut RecordedRig, trial| {
        let fault = rig.trial_start(trial, 0).unwrap_err();
        assert!(matches!(fault, RigFault::Gone { .. }), "{fault}");
    };
    let mut rig = wired();
    refused(&mut rig, 2);
    assert_eq!(rig.trial_start(1, 0), Ok(Some(100_000)));
    refused(&mut rig, 1);
    refused(&mut rig, 3);
    assert_eq!(rig.trial_start(2, 0), Ok(Some(10_000_100_000)));
}

#[test]
fn trials_start_when_they_did_or_delay_what_follows() {
    let mut rig = RecordedRig::new(Arc::new(invented::recording()));
    rig.wire(&wiring()).unwrap();
    assert_eq!(rig.trial_start(0, 0), Ok(None));
    assert_eq!(rig.trial_start(1, 0), Ok(Some(100_000)));
    // Within a step of the grid is a delay, but not late.
    assert_eq!(rig.trial_start(2, 10_000_200_000), Ok(Some(10_000_200_000)));
    assert_eq!((rig.late_starts(), rig.delay()), (&[][..], 100_000));
    let mut punctual = rig.clone();
    assert_eq!(punctual.trial_start(3, 20_000_300_000), Ok(Some(20_000_300_000)));
    assert_eq!((punctual.late_starts(), punctual.delay()), (&[][..], 200_000));
    assert_eq!(rig.trial_start(3, 20_000_300_001), Ok(Some(20_000_300_001)));
    assert_eq!(rig.late_starts(), [LateStart { trial: 3, recorded: 20_000_100_000, begun: 20_000_300_001 }]);
    assert_eq!(rig.trial_start(4, 0), Ok(None));
}
