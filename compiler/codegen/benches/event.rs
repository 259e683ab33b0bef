//! One event: compiled code against the same task written by hand in Rust, 95% wheel samples.
//!
//! The task has the states and levels of a two-alternative wheel task. In `still` the wheel must not
//! turn; in `respond` a grating follows the wheel (when tracked) until it reaches one of two
//! azimuths; events of the screen lead on. Both sides are called through a pointer, once per event.
//!
//! The time of the Rust side depends on where the linker puts it, by a third between builds: compare
//! several builds before believing a ratio.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use trialect_codegen::Jit;
use trialect_ir::{
    Binary, Channel, Class, Clause, Code, ColumnId, DrawId, Expr, Host, Identity, Input, InputId, Machine, Program,
    Rule, RuleId, RuleKind, SiteId, Slot, State, StateId, StateSlots, Stmt, Then, Trigger, Unary, Update, header, law,
};

fn main() {
    let stream = stream();
    for tracked in [false, true] {
        assert_eq!(by_jit(&mut machine(tracked), &stream), by_hand(&mut Task::begun(), step(tracked), &stream));
    }
    divan::main();
}

/// Whether `respond` has a clause that sets the azimuth on each sample.
const TRACKED: [bool; 2] = [false, true];

#[divan::bench(args = TRACKED, sample_count = 300)]
fn jit(bencher: Bencher<'_, '_>, tracked: bool) {
    let stream = stream();
    let mut machine = machine(tracked);
    bencher.counter(ItemsCount::new(stream.len())).bench_local(|| by_jit(&mut machine, &stream));
}

#[divan::bench(args = TRACKED, sample_count = 300)]
fn rust(bencher: Bencher<'_, '_>, tracked: bool) {
    let stream = stream();
    let mut task = Task::begun();
    bencher.counter(ItemsCount::new(stream.len())).bench_local(|| by_hand(&mut task, step(tracked), &stream));
}

#[divan::bench]
fn compile() -> Jit {
    machine(true)
}

/// An event: input, value, time.
type Event = (InputId, i64, i64);

const FLIP: InputId = InputId(0);
const WHEEL: InputId = InputId(1);
const ONSET: InputId = InputId(2);

/// 4096 events, about 95% of them samples of a wheel that wanders.
fn stream() -> Vec<Event> {
    let mut count = 0;
    let event = |n: u64| {
        let word = law::stream_word(1, n);
        let at = 1_000_000 * n as i64;
        match word % 100 {
            0..=1 => (FLIP, 1, at),
            2..=4 => (ONSET, 1, at),
            _ => {
                count += (word >> 32) as i64 % 7 - 3;
                (WHEEL, count, at)
            }
        }
    };
    (0..4096).map(event).collect()
}

/// Counts what it is told.
#[derive(Default)]
struct Count(u64);

impl Host for Count {
    fn draw(&mut self, _: DrawId, _: &mut [u64]) -> u64 {
        0
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, _: SiteId, _: &mut [u64]) {}
    fn release(&mut self, _: SiteId, _: &mut [u64]) {}
    fn left(&mut self, state: StateId, _: &mut [u64]) {
        self.0 += u64::from(state.0) + 1;
    }
    fn entered(&mut self, state: StateId, _: &mut [u64]) {
        self.0 += u64::from(state.0) + 1;
    }
    fn decided(&mut self, rule: RuleId, _: &mut [u64]) {
        self.0 += u64::from(rule.0) + 1;
    }
}

/// What the two machines must agree on: what the host was told, and the azimuth.
type Trace = (u64, f64);

fn by_jit(machine: &mut Jit, stream: &[Event]) -> Trace {
    let mut host = Count::default();
    for &(input, value, at) in stream {
        machine.event(black_box(input), value, at, &mut host);
    }
    (host.0, f64::from_bits(machine.memory()[AZIMUTH.index()]))
}

fn by_hand(task: &mut Task, step: Step, stream: &[Event]) -> Trace {
    let mut host = Count::default();
    let step = black_box(step);
    for &(input, value, at) in stream {
        step(task, black_box(input).0, value, at, &mut host);
    }
    (host.0, task.azimuth)
}

const RAW: Slot = header::FIRST_FREE;
const ZERO: Slot = Slot(RAW.0 + 1);
const COUNT: Slot = Slot(RAW.0 + 2);
const QUIET: [Slot; 2] = [Slot(RAW.0 + 3), Slot(RAW.0 + 4)];
const HOME: [Slot; 2] = [Slot(RAW.0 + 5), Slot(RAW.0 + 6)];
const AWAY: [Slot; 2] = [Slot(RAW.0 + 7), Slot(RAW.0 + 8)];
const AZIMUTH: Slot = Slot(RAW.0 + 9);
const STAMPS: Slot = Slot(RAW.0 + 10);
const START: f64 = 35.0;
const GAIN: f64 = 0.5;

const STATES: [&str; 7] = ["still", "present", "cue", "respond", "correct", "error", "no_go"];

fn machine(tracked: bool) -> Jit {
    let mut machine = Jit::compile(&program(tracked)).expect("the program is valid");
    machine.begin(0, &mut Count::default());
    machine
}

fn program(tracked: bool) -> Program {
    let rule = Rule { definition: String::new(), kind: RuleKind::Clause, name: String::new(), text: String::new() };
    let input = |channel: &str, kind, update| Input { device: 0, channel: channel.into(), kind, update };
    let clauses: [Vec<Clause>; 7] = [
        vec![clause(0, reaches(QUIET), Vec::new(), 0), clause(1, Trigger::Input(FLIP), Vec::new(), 1)],
        vec![clause(2, Trigger::Input(FLIP), Vec::new(), 2)],
        vec![clause(3, Trigger::Input(ONSET), Vec::new(), 3)],
        respond(tracked),
        vec![clause(7, Trigger::Input(FLIP), Vec::new(), 0)],
        vec![clause(8, Trigger::Input(FLIP), Vec::new(), 0)],
        vec![clause(9, Trigger::Input(FLIP), Vec::new(), 0)],
    ];
    let mut states: Vec<State> =
        (0..).zip(STATES).zip(clauses).map(|((k, name), clauses)| state(name, k, clauses)).collect();
    let set = |slot, value: i64| Stmt::Set { slot, value: Expr::Int(value) };
    let zeroed = Stmt::Set { slot: ZERO, value: Expr::Load(RAW, Class::Int) };
    states[0].entry = vec![zeroed.clone(), set(QUIET[0], -10), set(QUIET[1], 10)];
    states[3].entry = vec![zeroed, set(HOME[0], -70), set(HOME[1], i64::MAX), set(AWAY[0], i64::MIN), set(AWAY[1], 70)];
    Program {
        initial: vec![0; STAMPS.index() + 4 * STATES.len() + 1],
        inputs: vec![
            input("flip", Channel::Event, Update::Nothing),
            input("travel", Channel::Counter, Update::Count { raw: RAW, zero: ZERO, count: COUNT }),
            input("onset", Channel::Event, Update::Nothing),
        ],
        rules: vec![rule; 10],
        states,
        pause: STAMPS.offset(4 * STATES.len() as u32),
        ..empty()
    }
}

fn respond(tracked: bool) -> Vec<Clause> {
    let count = Expr::unary(Unary::ToReal, Expr::Load(COUNT, Class::Int));
    let travel = Expr::binary(Binary::MulReal, Expr::Real(GAIN), count);
    let azimuth = Stmt::Set { slot: AZIMUTH, value: Expr::binary(Binary::AddReal, Expr::Real(START), travel) };
    let follow = Clause { rule: None, then: Then::Stay, ..clause(4, Trigger::Input(WHEEL), vec![azimuth], 0) };
    let mut clauses = vec![clause(5, reaches(HOME), Vec::new(), 4), clause(6, reaches(AWAY), Vec::new(), 5)];
    if tracked {
        clauses.insert(0, follow);
    }
    clauses
}

fn reaches([low, high]: [Slot; 2]) -> Trigger {
    Trigger::Reaches { input: WHEEL, count: COUNT, low, high }
}

fn clause(rule: u32, trigger: Trigger, actions: Code, to: u32) -> Clause {
    Clause { rule: Some(RuleId(rule)), trigger, guard: None, actions, then: Then::Enter(StateId(to)) }
}

fn state(name: &str, k: u32, clauses: Vec<Clause>) -> State {
    let [entry, exit, visits, time] = [0, 1, 2, 3].map(|stamp| STAMPS.offset(4 * k + stamp));
    let slots = StateSlots { entry, exit, visits, time };
    State { name: name.into(), description: None, slots, entry: Code::new(), leave: Code::new(), clauses }
}

fn empty() -> Program {
    Program {
        name: "wheel".into(),
        version: "1.0.0".into(),
        description: None,
        citations: Vec::new(),
        identity: Identity::default(),
        definitions: Vec::new(),
        initial: Vec::new(),
        subject: 0..0,
        timers: 0..0,
        devices: Vec::new(),
        inputs: Vec::new(),
        stimuli: Vec::new(),
        sites: Vec::new(),
        draws: Vec::new(),
        statistics: Vec::new(),
        columns: Vec::new(),
        rules: Vec::new(),
        stops: Vec::new(),
        outcomes: Vec::new(),
        states: Vec::new(),
        phases: Default::default(),
        most_trials: 1,
        asked: Vec::new(),
        pause: Slot(0),
        recorded: Vec::new(),
    }
}

/// The task as a person would write it.
#[derive(Default)]
struct Task {
    state: Phase,
    now: i64,
    raw: i64,
    zero: i64,
    count: i64,
    quiet: [i64; 2],
    home: [i64; 2],
    away: [i64; 2],
    azimuth: f64,
    stamps: [Stamps; 7],
}

#[derive(Default, Clone, Copy)]
#[allow(dead_code)] // `NoGo` is entered by a timer, and there is none here
enum Phase {
    #[default]
    Still,
    Present,
    Cue,
    Respond,
    Correct,
    Error,
    NoGo,
}

#[derive(Default, Clone, Copy)]
struct Stamps {
    entry: i64,
    exit: i64,
    visits: i64,
    time: i64,
}

type Step = fn(&mut Task, u32, i64, i64, &mut dyn Host);

fn step(tracked: bool) -> Step {
    if tracked { Task::step::<true> } else { Task::step::<false> }
}

impl Task {
    fn begun() -> Task {
        let mut task = Task::default();
        task.enter(Phase::Still, &mut Count::default());
        task
    }

    fn step<const TRACKED: bool>(&mut self, input: u32, value: i64, at: i64, host: &mut dyn Host) {
        self.now = at;
        if input == 1 {
            self.raw = value;
            self.count = value - self.zero;
        }
        match (self.state, input) {
            (Phase::Still, 1) if beyond(self.count, self.quiet) => self.go(0, Phase::Still, host),
            (Phase::Still, 0) => self.go(1, Phase::Present, host),
            (Phase::Present, 0) => self.go(2, Phase::Cue, host),
            (Phase::Cue, 2) => self.go(3, Phase::Respond, host),
            (Phase::Respond, 1) => {
                if TRACKED {
                    self.azimuth = START + GAIN * self.count as f64;
                }
                if beyond(self.count, self.home) {
                    self.go(5, Phase::Correct, host);
                } else if beyond(self.count, self.away) {
                    self.go(6, Phase::Error, host);
                }
            }
            (Phase::Correct, 0) => self.go(7, Phase::Still, host),
            (Phase::Error, 0) => self.go(8, Phase::Still, host),
            (Phase::NoGo, 0) => self.go(9, Phase::Still, host),
            _ => {}
        }
    }

    #[cold]
    fn go(&mut self, rule: u32, to: Phase, host: &mut dyn Host) {
        host.decided(RuleId(rule), &mut []);
        let left = &mut self.stamps[self.state as usize];
        left.exit = self.now;
        left.time += self.now - left.entry;
        host.left(StateId(self.state as u32), &mut []);
        self.enter(to, host);
    }

    fn enter(&mut self, to: Phase, host: &mut dyn Host) {
        self.state = to;
        let entered = &mut self.stamps[to as usize];
        entered.entry = self.now;
        entered.visits += 1;
        host.entered(StateId(to as u32), &mut []);
        match to {
            Phase::Still => {
                self.zero = self.raw;
                self.quiet = [-10, 10];
            }
            Phase::Respond => {
                self.zero = self.raw;
                self.home = [-70, i64::MAX];
                self.away = [i64::MIN, 70];
            }
            _ => {}
        }
    }
}

fn beyond(count: i64, [low, high]: [i64; 2]) -> bool {
    count <= low || count >= high
}
