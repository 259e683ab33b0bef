//! `psychometric(TABLE)` in protocols: recorded windows give the recorded curves, on both machines.
#![allow(clippy::expect_used)]

#[path = "../../compiler/psychometrics/tests/windows/mod.rs"]
mod windows;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use trialect_codegen::Jit;
use trialect_device::Rig;
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;
use trialect_ir::{Date, Machine, Program};
use trialect_journal::Entry;
use trialect_session::{Given, Inbox, Plan, run, wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};
use windows::{fields, numbers};

const WINDOWS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/traces/v8.24.7/training_status_windows.csv");

/// Both forms of a table, of the session and of the subject; every trial is given.
const PROTOCOL: &str = "protocol test.curve 1.0.0
use std.sides
levels Contrast = 100%, 50%, 25%, 12.5%, 6.25%, 0%
levels Signed = -100%, -50%, -25%, -12.5%, -6.25%, 0%, 6.25%, 12.5%, 25%, 50%, 100%
subject {
  stat lasting[signed] = mean(right) over last 10000 trials at least 1
  before = psychometric(lasting)
}
session {
  stat table[side, contrast] = mean(right)
  stat apart[side, signed] = mean(right)
  fit = psychometric(table)
  one[s in Side] = psychometric(apart[s])
  limit trials 20000
}
trial {
  draw side ~ pick(Side)
  draw contrast ~ pick(Contrast)
  draw signed ~ pick(Signed)
  draw right ~ chance(50%)
  outcomes done
  state only { after 1 ms -> end done }
}";

fn program() -> Arc<Program> {
    let compiled = compile("test.trial", PROTOCOL, &Library::Embedded);
    let findings: Vec<_> = compiled.findings.iter().map(|finding| (finding.code, &finding.message)).collect();
    compiled.program.unwrap_or_else(|| panic!("{findings:?}"))
}

/// A trial: signed contrast, whether the animal said right.
type Trial = (f64, bool);

/// A session of these trials, with the subject's words of the one before.
fn session(program: &Program, machine: &mut dyn Machine, trials: &[Trial], words: Option<Vec<u64>>) -> Vec<Entry> {
    let mouse = MouseParameters::standard().expect("embedded");
    let rig = RigParameters::standard().expect("embedded");
    let mut rig = SimRig::new(&rig, &mouse, &MouseState::new(&mouse), 1, 1).expect("valid parameters");
    rig.wire(&wiring(program)).expect("no device is needed");
    let given = |trial: u32| {
        let (signed, right) = trials[trial as usize - 1];
        let side = if signed < 0.0 { "left" } else { "right" };
        vec![
            ("side".to_string(), Given::Name(side.into())),
            ("contrast".to_string(), Given::Real(signed.abs())),
            ("signed".to_string(), Given::Real(signed)),
            ("right".to_string(), Given::Real(f64::from(u8::from(right)))),
        ]
    };
    let (stop, nobody) = (AtomicBool::new(false), RefCell::new(Inbox::default()));
    let plan = Plan {
        subject: "mouse".into(),
        session: 1,
        date: Date::FIRST,
        given_today: BTreeMap::new(),
        seed: 1,
        subject_words: words,
        covariates: BTreeMap::new(),
        covariate_remarks: BTreeMap::new(),
        covariates_given: false,
        given: &given,
        parameters: Vec::new(),
        requests: &nobody,
        stop: &stop,
        sync_each_trial: false,
        stop_after: Some((trials.len() as u32, "no more trials".into())),
        goes_on_until: None,
        interruption: None,
        progress: &|_| {},
    };
    let mut entries = Vec::new();
    run(program, machine, &mut rig, &mut entries, &plan).expect("a session without a fault");
    entries
}

/// A name's value in a row of words; none when it has none.
fn value(program: &Program, (words, present): (&[u64], &[u64]), name: &str) -> Option<f64> {
    let k = program.columns.iter().position(|column| column.name == name).expect("a name of the protocol");
    (present[k / 64] >> (k % 64) & 1 == 1).then(|| f64::from_bits(words[k]))
}

fn at_end(entries: &[Entry]) -> (&[u64], &[u64]) {
    match entries.last() {
        Some(Entry::SessionEnd { words, present, .. }) => (words, present),
        other => panic!("no end: {other:?}"),
    }
}

fn curve(program: &Program, row: (&[u64], &[u64]), name: &str) -> Option<[f64; 4]> {
    let (name, key) = name.split_at(name.find('[').unwrap_or(name.len()));
    let part = |part: &str| value(program, row, &format!("{name}.{part}{key}"));
    let parts = ["bias", "threshold", "lapse_low", "lapse_high"].map(part);
    let there = parts.iter().flatten().count();
    assert!(there == 0 || there == 4, "a part without the others: {parts:?}");
    (there == 4).then(|| parts.map(Option::unwrap_or_default))
}

fn machines(program: &Arc<Program>) -> [Box<dyn Machine>; 2] {
    [Box::new(Interpreter::new(Arc::clone(program))), Box::new(Jit::compile(program).expect("compiles"))]
}

/// The trials that these counts are of: levels in %, trials, shares, one after the other.
fn trials(data: &[f64]) -> Vec<Trial> {
    let len = data.len() / 3;
    let of_level = |k: usize| {
        let (n, rights) = (data[len + k] as usize, (data[len + k] * data[2 * len + k]).round() as usize);
        (0..n).map(move |trial| (data[k] / 100.0, trial < rights))
    };
    (0..len).flat_map(of_level).collect()
}

#[test]
#[allow(clippy::print_stderr)]
fn recorded_windows_give_the_recorded_curves() {
    if !Path::new(WINDOWS).exists() {
        eprintln!("skipped: {WINDOWS} is absent");
        return;
    }
    let text = std::fs::read_to_string(WINDOWS).expect("windows");
    let mut lines = text.lines();
    let header = fields(lines.next().expect("a header"));
    let column = |name: &str| header.iter().position(|field| field == name).expect("a column");
    let (fitted, data) = (column("psych_all"), column("psych_data"));
    let program = program();
    let (mut rows, mut worst) = (0, 0.0_f64);
    for line in lines {
        let row = fields(line);
        let recorded = numbers(&row[fitted]);
        let trials = trials(&numbers(&row[data]));
        let [first, second] = machines(&program).map(|mut machine| session(&program, &mut *machine, &trials, None));
        assert_eq!(first, second, "{}: the machines differ", row[0]);
        for name in ["fit", "before"] {
            let [bias, threshold, low, high] = curve(&program, at_end(&first), name).expect("a curve");
            // The record has biases and thresholds in %.
            for (ours, theirs) in [100.0 * bias, 100.0 * threshold, low, high].iter().zip(&recorded) {
                assert!((ours - theirs).abs() < 1e-3, "{}, {name}: {ours}, recorded {theirs}", row[0]);
                worst = worst.max((ours - theirs).abs());
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 11);
    eprintln!("{rows} recorded windows; largest difference of a parameter {worst:e}");
}

/// Trials of a curve that is the same on both machines: steep around 0, few errors.
fn invented(n: usize) -> Vec<Trial> {
    let levels = [-1.0, -0.25, -0.0625, 0.0, 0.125, 0.5];
    let trial = |k: usize| {
        let level = levels[k % levels.len()];
        (level, !k.is_multiple_of(13) && (level > 0.0 || (level == 0.0 && k % 2 == 1)))
    };
    (0..n).map(trial).collect()
}

#[test]
fn a_curve_stands_from_the_end_of_one_session_to_the_next() {
    let program = program();
    for mut machine in machines(&program) {
        let first = session(&program, &mut *machine, &invented(300), None);
        let Some(Entry::SessionEnd { subject, .. }) = first.last() else { panic!("no end") };
        let rows = |entries: &[Entry]| -> Vec<Option<[f64; 4]>> {
            let row = |entry: &Entry| match entry {
                Entry::Row { words, present, .. } => Some(curve(&program, (words, present), "before")),
                _ => None,
            };
            entries.iter().filter_map(row).collect()
        };
        // Nothing in the first session, which had no data when it began, though it collects them.
        assert!(rows(&first).iter().all(Option::is_none));
        let fitted = curve(&program, at_end(&first), "before");
        assert!(fitted.is_some());
        let second = session(&program, &mut *machine, &invented(40), Some(subject.clone()));
        let during = rows(&second);
        assert_eq!(during.len(), 40);
        assert!(during.iter().all(|curve| *curve == fitted), "what was fitted at the end is there all session");
        assert_ne!(curve(&program, at_end(&second), "before"), fitted, "it has taken in the second session");
    }
}

#[test]
fn keys_before_the_level_make_curves_of_their_own_and_too_few_levels_none() {
    let program = program();
    let mut machine = Interpreter::new(Arc::clone(&program));
    let entries = session(&program, &mut machine, &invented(300), None);
    let [left, right] = ["one[left]", "one[right]"].map(|name| curve(&program, at_end(&entries), name));
    let [left, right] = [left.expect("three levels"), right.expect("three levels")];
    assert!(left[0] < 0.0 && right[0] >= 0.0, "each side has its own levels: {left:?} {right:?}");
    let lonely: Vec<Trial> = (0..50).map(|k| (0.5, k < 25)).collect();
    let entries = session(&program, &mut machine, &lonely, None);
    assert_eq!(curve(&program, at_end(&entries), "fit"), None, "one level is no curve");
}
