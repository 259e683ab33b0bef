//! Covariates that devices measure: asked when their clock ticks, recorded, refused, missing, and replayed.

use crate::played::{Played, play_protocol};
use crate::scripted_rig::{Fails, ScriptedRig};
use std::collections::VecDeque;
use trialect_journal::Entry;

const TASK: &str = "protocol test.measured 1.0.0
    rig { amp : PatchAmplifier; bath : Thermometer; perfusion : FlowMeter }
    session {
      covariate seal : Resistance within 1 GOhm .. 20 GOhm from amp.seal_resistance
      covariate rest : Voltage? within -120 mV .. 0 mV from amp.voltage
      above = exists rest and rest > -60 mV
      stat warmest = max(temperature) else 0 degC
      limit trials 3
    }
    trial {
      covariate temperature : Temperature standard within 32 degC .. 34 degC from bath.temperature
      covariate flow        : Flow? within 0 uL/s .. 100 uL/s from perfusion.rate
      colder = exists last and last.temperature > temperature
      outcomes done
      state wait { after 1 s -> end done }
    }";

/// Coherent units: nOhm and nV.
const GOHM: f64 = 1e18;
const MV: f64 = 1e6;

fn rig(seal: Option<f64>, rest: Option<f64>, temperature: &[Option<f64>], flow: &[Option<f64>]) -> ScriptedRig {
    let mut rig = ScriptedRig::new(&[]);
    let list = |values: &[Option<f64>]| values.iter().copied().collect::<VecDeque<_>>();
    rig.measures = vec![
        ("amp.seal_resistance", list(&[seal])),
        ("amp.voltage", list(&[rest])),
        ("bath.temperature", list(temperature)),
        ("perfusion.rate", list(flow)),
    ];
    rig
}

fn three(values: [f64; 3]) -> [Option<f64>; 3] {
    values.map(Some)
}

fn measured(played: &Played) -> usize {
    played.entries.iter().filter(|entry| matches!(entry, Entry::Measured { .. })).count()
}

#[test]
fn each_is_asked_for_when_its_clock_ticks() {
    let flow = [Some(50.0), None, Some(51.0)];
    let played = play_protocol(TASK, rig(Some(3.0 * GOHM), Some(-55.0 * MV), &three([33.0, 34.5, 32.0]), &flow));
    assert_eq!(played.column("temperature"), ["33", "34.5", "32"]);
    assert_eq!(played.column("colder"), ["false", "false", "true"], "the trial before, not this one");
    assert_eq!((played.column("seal"), played.at_end("warmest")), (vec!["3000".into(); 3], "34.5".into()));
    assert_eq!((played.column("rest"), played.column("above")), (vec!["-55".into(); 3], vec!["true".into(); 3]));
    assert_eq!((played.ending().reason.as_str(), measured(&played)), ("limit trials", 2 + 2 * 3));
    let k = played.program.columns.iter().position(|column| column.name == "flow").unwrap();
    let there = |entry: &Entry| match entry {
        Entry::Row { present, .. } => Some(present[k / 64] >> (k % 64) & 1 == 1),
        _ => None,
    };
    assert_eq!(played.entries.iter().filter_map(there).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn an_optional_one_may_be_missing_in_a_session() {
    let played = play_protocol(TASK, rig(Some(3.0 * GOHM), None, &three([33.0; 3]), &[]));
    assert_eq!((played.column("above"), played.outcomes().len()), (vec!["false".into(); 3], 3));
}

#[test]
fn a_session_begins_only_when_its_own_are_there_and_in_their_ranges() {
    for (seal, rest, told) in [
        (None, None, "`seal` has no value"),
        (Some(0.5 * GOHM), None, "500 MOhm, outside the range that the protocol allows, 1000 MOhm .. 20000 MOhm"),
        (Some(f64::NAN), None, "`seal` has no value"),
        (Some(3.0 * GOHM), Some(-130.0 * MV), "`rest` was measured as -130 mV"),
    ] {
        let played = play_protocol(TASK, rig(seal, rest, &[], &[]));
        let said = played.ended.as_ref().expect_err("refused").to_string();
        assert!(said.contains(told), "{said}");
        assert!(!played.entries.iter().any(|entry| matches!(entry, Entry::SessionStart { .. })));
    }
}

#[test]
fn a_trial_begins_only_when_its_own_are_there_and_in_their_ranges() {
    let (fine, seal) = (three([33.0; 3]), Some(3.0 * GOHM));
    for (temperature, flow, trials, reason) in [
        (&fine[..1], &fine[..], 1, "covariate temperature"),
        (&fine[..0], &fine[..], 0, "covariate temperature"),
        (&fine[..], &[Some(50.0), Some(100.5)][..], 1, "covariate flow"),
    ] {
        let played = play_protocol(TASK, rig(seal, None, temperature, flow));
        let ending = played.ending();
        assert_eq!((ending.reason.as_str(), ending.trials, ending.interrupted), (reason, trials, false));
        assert_eq!((played.outcomes().len() as u32, played.faults()), (trials, 0), "and the record replays");
    }
}

#[test]
fn a_device_that_fails_while_it_measures_breaks_the_session_off() {
    for call in 0..14 {
        let rig = rig(Some(3.0 * GOHM), None, &three([33.0; 3]), &[]).failing(Fails::Call(call));
        let played = play_protocol(TASK, rig);
        // Before the session's start there is nothing to record.
        assert_eq!(played.ended.is_ok(), call >= 2, "call {call}: {:?}", played.ended);
    }
}
