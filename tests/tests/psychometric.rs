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
    compiled(PROTOCOL)
}

fn compiled(protocol: &str) -> Arc<Program> {
    let compiled = compile("test.trial", protocol, &Library::Embedded);
    let findings: Vec<_> = compiled.findings.iter().map(|finding| (finding.code, &finding.message)).collect();
    compiled.program.unwrap_or_else(|| panic!("{findings:?}"))
}

/// A trial: signed contrast, whether the animal said right.
type Trial = (f64, bool);

/// A session of these trials, with the subject's words of the one before.
fn session(program: &Program, machine: &mut dyn Machine, trials: &[Trial], words: Option<Vec<u64>>) -> Vec<Entry> {
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
    session_of(program, machine, (trials.len(), &given), words)
}

/// The values that are given to a trial.
type GivenTrial<'a> = &'a dyn Fn(u32) -> Vec<(String, Given)>;

/// A session of as many trials with what each is given.
fn session_of(
    program: &Program,
    machine: &mut dyn Machine,
    (count, given): (usize, GivenTrial<'_>),
    words: Option<Vec<u64>>,
) -> Vec<Entry> {
    let mouse = MouseParameters::standard().expect("embedded");
    let rig = RigParameters::standard().expect("embedded");
    let mut rig = SimRig::new(&rig, &mouse, &MouseState::new(&mouse), 1, 1).expect("valid parameters");
    rig.wire(&wiring(program)).expect("no device is needed");
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
        given,
        parameters: Vec::new(),
        requests: &nobody,
        stop: &stop,
        sync_each_trial: false,
        stop_after: Some((count as u32, "no more trials".into())),
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

/// A curve for each block, from a table as the study of `protocols/ibl` has it.
const BLOCKS: &str = "protocol test.blocks 1.0.0
use std.sides
levels Contrast = 100%, 25%, 12.5%, 6.25%, 0%
levels Prior = 20%, 50%, 80%
session {
  stat table[left, side, contrast] = mean(right)
  curve[p in Prior] = psychometric(table[p])
  limit trials 2000
}
trial {
  draw left ~ pick(Prior)
  draw side ~ pick(Side)
  draw contrast ~ pick(Contrast)
  draw right ~ chance(50%)
  outcomes done
  state only { after 1 ms -> end done }
}";

/// A recorded trial of the full task.
struct Recorded {
    left: f64,
    side: &'static str,
    contrast: f64,
    right: bool,
}

impl Recorded {
    fn signed(&self) -> f64 {
        if self.side == "left" { -self.contrast } else { self.contrast }
    }
}

/// The trials of a recorded session. A choice of -1 is a rightward one.
fn recorded(path: &Path) -> Vec<Recorded> {
    let text = std::fs::read_to_string(path).expect("a session");
    let mut lines = text.lines();
    let header = fields(lines.next().expect("a header"));
    let column = |name: &str| header.iter().position(|field| field == name).expect("a column");
    let (left, right) = (column("contrastLeft"), column("contrastRight"));
    let (prior, choice) = (column("probabilityLeft"), column("choice"));
    let trial = |line: &str| {
        let row = fields(line);
        let number = |k: usize| row[k].parse::<f64>().expect("a number");
        let is_left = !number(left).is_nan();
        let contrast = number(if is_left { left } else { right });
        let side = if is_left { "left" } else { "right" };
        Recorded { left: number(prior), side, contrast, right: number(choice) < 0.0 }
    };
    lines.map(trial).collect()
}

/// The error function by its series of positive terms, 2 exp(-x^2) / sqrt(pi) * sum of 2^n x^(2n+1) / (2n+1)!!.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp() * sum
}

/// The logarithm of the likelihood of trials, with the parameters as records have them: biases and thresholds in %.
fn log_likelihood(trials: &[&Recorded], [bias, threshold, low, high]: [f64; 4]) -> f64 {
    let of_trial = |trial: &&Recorded| {
        let x = 100.0 * trial.signed();
        let share = low + (1.0 - low - high) * (erf((x - bias) / threshold) + 1.0) / 2.0;
        let share = share.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        if trial.right { share.ln() } else { (1.0 - share).ln() }
    };
    trials.iter().map(of_trial).sum()
}

/// The curves of the blocks of two recorded sessions are at least as likely as the recorded ones. Those of 2020-09-01 were
/// fitted to two sessions, of which it is one; of the three sessions to which those of 2020-08-28 were fitted the two before
/// were of the basic task and have no block of 20%.
#[test]
#[allow(clippy::print_stderr)]
fn blocks_of_recorded_sessions_have_curves_that_are_as_likely_as_the_recorded_ones() {
    let sessions = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/real/eleven_sessions"));
    if !sessions.exists() || !Path::new(WINDOWS).exists() {
        eprintln!("skipped: {} or {WINDOWS} is absent", sessions.display());
        return;
    }
    let program = compiled(BLOCKS);
    let windows = std::fs::read_to_string(WINDOWS).expect("windows");
    let header = fields(windows.lines().next().expect("a header"));
    for date in ["2020-08-28", "2020-09-01"] {
        let row = windows.lines().map(fields).find(|row| row[0].starts_with(date)).expect("a row of the session");
        let trials = recorded(&sessions.join(format!("{date}_biased.csv")));
        let given = |trial: u32| {
            let one = &trials[trial as usize - 1];
            vec![
                ("left".to_string(), Given::Real(one.left)),
                ("side".to_string(), Given::Name(one.side.into())),
                ("contrast".to_string(), Given::Real(one.contrast)),
                ("right".to_string(), Given::Real(f64::from(u8::from(one.right)))),
            ]
        };
        let [first, second] =
            machines(&program).map(|mut machine| session_of(&program, &mut *machine, (trials.len(), &given), None));
        assert_eq!(first, second, "{date}: the machines differ");
        for (name, level) in [("psych_p20", 0.2), ("psych_p50", 0.5), ("psych_p80", 0.8)] {
            let column = header.iter().position(|field| field == name).expect("a column");
            let theirs: [f64; 4] = numbers(&row[column]).try_into().expect("four parameters");
            let of_block: Vec<&Recorded> = trials.iter().filter(|trial| trial.left == level).collect();
            let key = format!("curve[{}%]", 100.0 * level);
            let [bias, threshold, low, high] = curve(&program, at_end(&first), &key).expect("a curve");
            let ours = log_likelihood(&of_block, [100.0 * bias, 100.0 * threshold, low, high]);
            let theirs = log_likelihood(&of_block, theirs);
            eprintln!("{date} {name}: {} trials, log-likelihood {ours}, recorded {theirs}", of_block.len());
            assert!(ours >= theirs - 1e-3, "{date} {name}: {ours}, recorded {theirs}");
        }
    }
}
