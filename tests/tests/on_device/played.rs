//! Sessions: of the simulator, and once more on the board.

use crate::apparatus::{Cable, Desk, Obedient};
use crate::bench::{bindings, machine};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use trialect_bpod::emulator::{Board, Fault};
use trialect_bpod::link::Link;
use trialect_bpod::rig::{BoardRig, Ran};
use trialect_bpod::wire::{Model, ModuleInfo};
use trialect_device::{Ns, Rig};
use trialect_interp::Interpreter;
use trialect_ir::{Domain, Machine, Program};
use trialect_journal::Entry;
use trialect_matrix::{Course, Post};
use trialect_session::{Plan, SessionFault, run, wiring};
use trialect_sim::{CalibrationPoint, MouseParameters, MouseState, RigParameters, SimRig};

/// Length of a cycle, ns.
const CYCLE: Ns = 100_000;
/// A session that is long enough to end by its trials.
const SEED: u64 = 7;

/// Something that happens at a cycle of a trial.
#[derive(Debug, Clone, Copy)]
pub struct Happening {
    pub cycle: u32,
    pub line: u32,
    pub value: i64,
}

/// The inputs of a session, by trial; those between two trials with the one before.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    trials: BTreeMap<u32, Vec<Happening>>,
    gaps: BTreeMap<u32, Vec<Happening>>,
}

impl Heard {
    pub fn of(program: &Program, entries: &[Entry]) -> Heard {
        let mut heard = Heard::default();
        let (mut trial, mut start, mut runs) = (0, 0, false);
        // The board looks at its inputs at the end of each cycle. What happens after a change of state and in the same
        // cycle would count for the state before: it comes one cycle later.
        let cycle_of = |at: Ns, start: Ns| u32::try_from((at - start - 1).max(0) / CYCLE + 1).expect("some days");
        let mut changed = 0;
        for entry in entries {
            match *entry {
                Entry::TrialStart { trial: number, at } => (trial, start, runs, changed) = (number, at, true, 0),
                Entry::State { at, .. } if at > start => changed = cycle_of(at, start),
                Entry::Row { .. } => runs = false,
                Entry::Input { line, at, value } if program.inputs[line as usize].channel != "done" => {
                    let cycle = cycle_of(at, start).max(changed + 1);
                    let list = if runs { &mut heard.trials } else { &mut heard.gaps };
                    list.entry(trial).or_default().push(Happening { cycle, line, value });
                }
                _ => {}
            }
        }
        heard
    }

    pub fn in_trial(&self, trial: u32) -> &[Happening] {
        self.trials.get(&trial).map_or(&[], Vec::as_slice)
    }

    pub fn take_gap(&mut self, trial: u32) -> Vec<Happening> {
        self.gaps.remove(&trial).unwrap_or_default()
    }
}

/// The simulated rig, with a valve that is open for a whole number of cycles for 3 uL, as one of a board is.
pub fn parameters() -> RigParameters {
    let mut parameters = RigParameters::standard().expect("embedded");
    let valve = &mut parameters.valve.calibration;
    let open_ms = (valve.open_ms(3.0).expect("within the calibration") * 10.0).round() / 10.0;
    let mut points: Vec<CalibrationPoint> = valve.clone().into();
    points.retain(|point| (point.volume_ul - 3.0).abs() > 0.1);
    points.push(CalibrationPoint { open_ms, volume_ul: 3.0 });
    points.sort_by(|one, other| one.volume_ul.total_cmp(&other.volume_ul));
    *valve = points.try_into().expect("it rises");
    parameters
}

fn sim_rig(program: &Program) -> SimRig {
    let mouse = MouseParameters::standard().expect("embedded");
    let parameters = parameters();
    // A mouse that knows the task well enough for trials of all outcomes.
    let state = MouseState { experience_trials: 5_000, ..MouseState::new(&mouse) };
    let mut rig = SimRig::new(&parameters, &mouse, &state, SEED, 1).expect("valid parameters");
    rig.wire(&wiring(program)).expect("the simulator has every device");
    rig
}

/// Runs so many trials.
fn session(
    program: &Program,
    machine: &mut dyn Machine,
    rig: &mut dyn Rig,
    trials: u32,
    progress: &dyn Fn(u32),
) -> (Result<(), SessionFault>, Vec<Entry>) {
    let (stop, requests, mut entries) = (AtomicBool::new(false), Default::default(), Vec::<Entry>::new());
    let answer = |column: &u32| {
        let column = &program.columns[*column as usize];
        let value = match &column.domain {
            Domain::Real { least, most, .. } => serde_json::json!((least.unwrap_or(0.0) + most.unwrap_or(1.0)) * 0.5),
            Domain::Named { members } => serde_json::json!(members.first()),
            Domain::Text { .. } => serde_json::json!("some words"),
            Domain::Bool => serde_json::json!(true),
            Domain::Int { least, .. } => serde_json::json!(least),
            _ => serde_json::json!(0),
        };
        (column.name.clone(), value)
    };
    let plan = Plan {
        subject: "mouse".into(),
        session: 1,
        date: trialect_ir::Date::FIRST,
        given_today: BTreeMap::new(),
        seed: SEED,
        subject_words: None,
        covariates: program.asked.iter().map(answer).collect(),
        covariate_remarks: BTreeMap::new(),
        covariates_given: false,
        given: &|_| Vec::new(),
        parameters: Vec::new(),
        requests: &requests,
        stop: &stop,
        sync_each_trial: false,
        stop_after: Some((trials, "enough".into())),
        goes_on_until: None,
        interruption: None,
        progress,
    };
    let ended = run(program, machine, rig, &mut entries, &plan);
    (ended.map(|_| ()), entries)
}

/// A session of the simulator.
pub fn simulated(program: &Arc<Program>, trials: u32) -> Vec<Entry> {
    let mut machine = Interpreter::new(Arc::clone(program));
    let (ended, entries) = session(program, &mut machine, &mut sim_rig(program), trials, &|_| {});
    ended.expect("a session without a fault");
    entries
}

/// The courses of the first trials of a session of the simulator.
pub fn courses(program: &Arc<Program>, model: Model, trials: u32) -> Vec<Result<Course, String>> {
    let post = Post::default();
    let mut machine = machine(program, model, &post);
    let courses = RefCell::new(Vec::new());
    let (ended, _) = session(program, &mut machine, &mut sim_rig(program), trials, &|_| {
        courses.borrow_mut().extend(post.borrow_mut().take());
    });
    ended.expect("a session without a fault");
    courses.into_inner()
}

/// The same session with what was heard, on a board.
pub fn on_board(
    program: &Arc<Program>,
    model: Model,
    heard: &Heard,
    trials: u32,
    faults: &[Fault],
) -> (Result<(), SessionFault>, Vec<Entry>, Vec<Ran>) {
    let bindings = bindings(program, model);
    let info = ModuleInfo { firmware: 6, name: "RotaryEncoder".into(), ..ModuleInfo::default() };
    let board = Board::new(model).with_module(0, info).with_faults(faults);
    let desk = Rc::new(RefCell::new(Desk::new(board, program, &bindings, heard.clone())));
    let post = Post::default();
    let mut machine = machine(program, model, &post);
    let simulator = sim_rig(program);
    let settings = (0..).zip(&program.devices).map(|(device, _)| simulator.settings(device)).collect();
    let link = Link::connect(Cable(Rc::clone(&desk))).expect("a board");
    let lines = bindings.lines(program);
    let mut rig = BoardRig::new(link, Obedient(settings), Cable(Rc::clone(&desk)), post, lines);
    rig.wire(&wiring(program)).expect("obedient devices");
    let (ended, entries) = session(program, &mut machine, &mut rig, trials, &|_| {});
    let ran = rig.ran().to_vec();
    (ended, entries, ran)
}

/// A trial of a record: states with their times, decisions, outcome.
#[derive(Debug, Default, PartialEq)]
struct Told {
    states: Vec<(u32, Ns)>,
    rules: Vec<u32>,
    outcome: Option<u32>,
    end: Ns,
}

fn told(entries: &[Entry]) -> Vec<Told> {
    let (mut list, mut start) = (Vec::<Told>::new(), 0);
    for entry in entries {
        let last = list.last_mut();
        match (entry, last) {
            (Entry::TrialStart { at, .. }, _) => {
                start = *at;
                list.push(Told::default());
            }
            (Entry::State { state, at }, Some(trial)) => trial.states.push((*state, at - start)),
            (Entry::Decision { rule, .. }, Some(trial)) => trial.rules.push(*rule),
            (Entry::Row { outcome, at, .. }, Some(trial)) => (trial.outcome, trial.end) = (*outcome, at - start),
            _ => {}
        }
    }
    list
}

/// Holds a session on the board against that of the simulator, and both against what the board says it did. Gives the
/// greatest difference of a state's duration, in cycles, and the mean gap between trials, us.
pub fn compare(program: &Program, simulated: &[Entry], on_board: &[Entry], ran: &[Ran]) -> (f64, u64) {
    let (expected, found) = (told(simulated), told(on_board));
    let faults: Vec<&Entry> = on_board.iter().filter(|entry| matches!(entry, Entry::Fault { .. })).collect();
    assert_eq!(found.len(), expected.len(), "trials; {faults:?}");
    let mut most = 0;
    for (k, (one, other)) in expected.iter().zip(&found).enumerate() {
        let names = |told: &Told| -> Vec<String> {
            told.states.iter().map(|(state, at)| format!("{} {at}", program.states[*state as usize].name)).collect()
        };
        let same = one.rules == other.rules && one.outcome == other.outcome;
        assert!(same, "trial {}: {:#?} but on the board {:#?}", k + 1, names(one), names(other));
        let ends =
            |told: &Told| -> Vec<Ns> { told.states.iter().skip(1).map(|(_, at)| *at).chain([told.end]).collect() };
        let durations =
            |told: &Told| -> Vec<Ns> { told.states.iter().zip(ends(told)).map(|((_, from), to)| to - from).collect() };
        for (a, b) in durations(one).into_iter().zip(durations(other)) {
            most = most.max((a - b).abs());
            assert!((a - b).abs() <= CYCLE, "trial {}: {:#?} but {:#?}", k + 1, names(one), names(other));
        }
        follows(program, other, &ran[k], k + 1);
    }
    let gaps: Vec<u64> = ran.iter().filter_map(|ran| ran.gap_us).collect();
    (most as f64 / CYCLE as f64, gaps.iter().sum::<u64>() / gaps.len().max(1) as u64)
}

/// The board was in each state of the trial for as long as the record says, to a cycle; a state that takes no time is
/// none on the board.
fn follows(program: &Program, told: &Told, ran: &Ran, trial: usize) {
    let mut places = ran.places.iter().filter(|(states, _)| !states.is_empty());
    let ends = told.states.iter().skip(1).map(|(_, at)| *at).chain([told.end]);
    for ((state, at), end) in told.states.iter().zip(ends) {
        let is_this = |(states, cycle): &&(Vec<u32>, u32)| {
            states.last() == Some(state) && (i64::from(*cycle) * CYCLE - at).abs() <= CYCLE
        };
        let name = &program.states[*state as usize].name;
        assert!(end == *at || places.any(|place| is_this(&place)), "trial {trial}: {name} at {at} in {:?}", ran.places);
    }
    assert_eq!((ran.unheard, ran.late), (0, 0), "trial {trial}");
}
