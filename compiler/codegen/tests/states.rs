//! A trial of two states in compiled code, against what was worked out by hand from the contract.

mod small;

use small::{FREE, Recorder, between_trials, int, program, rules, set, state};
use trialect_codegen::Jit;
use trialect_ir::{
    Binary, Channel, Class, Clause, Clock, Code, Expr, Input, InputId, Machine, NEVER, NO_OUTCOME, Program, RuleId,
    Site, SiteId, Slot, StateId, Stmt, Then, Trigger, Unary, Update, VerbKind, header,
};

const RAW: Slot = Slot(FREE);
const ZERO: Slot = Slot(FREE + 1);
const COUNT: Slot = Slot(FREE + 2);
const LOW: Slot = Slot(FREE + 3);
const HIGH: Slot = Slot(FREE + 4);
const POKES: Slot = Slot(FREE + 5);
const CHOICE: Slot = Slot(FREE + 6);
const FIRST: Slot = Slot(FREE + 7);
const SECOND: Slot = Slot(FREE + 8);
const GATE: Slot = Slot(FREE + 9);
const STAMPS: u32 = FREE + 10;

const LEVER: InputId = InputId(0);
const WHEEL: InputId = InputId(1);
const WAIT: StateId = StateId(0);
const CHOOSE: StateId = StateId(1);

fn add(slot: Slot, by: i64) -> Expr {
    Expr::binary(Binary::AddInt, int(slot), Expr::Int(by))
}

fn clause(rule: u32, trigger: Trigger, guard: Option<Expr>, actions: Code, then: Then) -> Clause {
    Clause { rule: Some(RuleId(rule)), trigger, guard, actions, then }
}

/// Waits for the wheel, a timer or two pokes; then waits for the lever, or half of a timer's time.
fn two_states() -> Program {
    let mut program = program(18);
    program.timers = FIRST.0..SECOND.0 + 1;
    let count = Update::Count { raw: RAW, zero: ZERO, count: COUNT };
    let input = |channel: &str, kind, update| Input { device: 0, channel: channel.into(), kind, update };
    program.inputs = vec![
        input("lever", Channel::Event, Update::Nothing),
        input("wheel", Channel::Counter, count),
        input("other", Channel::Event, Update::Nothing),
    ];
    program.sites = vec![Site {
        device: 0,
        verb: "on".into(),
        kind: VerbKind::Held,
        ends: None,
        adds: None,
        stimulus: None,
        parameters: vec![("visits".into(), Class::Int), ("level".into(), Class::Real)],
        until: Clock::State,
    }];
    program.rules = rules(9);
    program.outcomes = vec!["good".into(), "late".into()];
    program.states = vec![wait(), choose()];
    between_trials(&mut program);
    program
}

fn wait() -> trialect_ir::State {
    let mut wait = state("wait", STAMPS);
    wait.entry = vec![
        set(ZERO, int(RAW)),
        set(COUNT, Expr::Int(0)),
        set(LOW, Expr::Int(-5)),
        set(HIGH, Expr::Int(7)),
        set(FIRST, add(header::NOW, 1000)),
        set(SECOND, Expr::Int(NEVER)),
        Stmt::Output { site: SiteId(0), arguments: vec![int(wait.slots.visits), Expr::Real(0.25)] },
    ];
    wait.leave = vec![Stmt::Release(SiteId(0))];
    let reaches = Trigger::Reaches { input: WHEEL, count: COUNT, low: LOW, high: HIGH };
    let open = Expr::binary(Binary::EqInt, int(GATE), Expr::Int(0));
    let two_pokes = Expr::binary(Binary::LeInt, Expr::Int(2), int(POKES));
    wait.clauses = vec![
        clause(0, reaches, None, vec![set(CHOICE, int(COUNT))], Then::Enter(CHOOSE)),
        clause(1, Trigger::Input(LEVER), Some(open), vec![set(POKES, add(POKES, 1))], Then::Stay),
        clause(2, Trigger::Condition, Some(two_pokes), vec![set(POKES, Expr::Int(0))], Then::Enter(CHOOSE)),
        clause(3, Trigger::Timer(FIRST), None, Vec::new(), Then::End(1)),
    ];
    wait
}

fn choose() -> trialect_ir::State {
    let mut choose = state("choose", STAMPS + 4);
    choose.entry = vec![set(FIRST, add(header::NOW, 40)), set(SECOND, add(header::NOW, 40))];
    let odd = Expr::binary(Binary::EqInt, Expr::binary(Binary::ModInt, int(COUNT), Expr::Int(2)), Expr::Int(1));
    let past = Expr::binary(Binary::LtInt, Expr::Int(6), Expr::unary(Unary::AbsInt, int(CHOICE)));
    choose.clauses = vec![
        clause(4, Trigger::Timer(FIRST), Some(odd.clone()), Vec::new(), Then::Enter(WAIT)),
        clause(5, Trigger::Timer(SECOND), None, vec![set(POKES, Expr::Int(9))], Then::Stay),
        clause(6, Trigger::Input(LEVER), Some(odd), Vec::new(), Then::Enter(CHOOSE)),
        clause(7, Trigger::Input(LEVER), None, vec![set(CHOICE, Expr::Int(0))], Then::Enter(WAIT)),
        clause(8, Trigger::Condition, Some(past), Vec::new(), Then::End(0)),
    ];
    choose
}

fn compiled(program: &Program) -> Jit {
    Jit::compile(program).expect("the program is valid")
}

struct Trial {
    machine: Jit,
    host: Recorder,
}

impl Trial {
    fn begun() -> Trial {
        let mut trial = Trial { machine: compiled(&two_states()), host: Recorder::default() };
        trial.machine.begin(100, &mut trial.host);
        assert_eq!(trial.host.take(), ["100 entered 0", "100 output 0 with 1 and 0.25"]);
        trial
    }
    fn event(&mut self, input: InputId, value: i64, at: i64) -> Vec<String> {
        self.machine.event(input, value, at, &mut self.host);
        self.host.take()
    }
    fn timers(&mut self, at: i64) -> Vec<String> {
        self.machine.timers(at, &mut self.host);
        self.host.take()
    }
    fn get(&self, slot: Slot) -> i64 {
        self.machine.memory()[slot.index()] as i64
    }
    fn stamps(&self, state: StateId) -> [i64; 4] {
        std::array::from_fn(|k| self.get(Slot(STAMPS + 4 * state.0 + k as u32)))
    }
}

#[test]
fn a_machine_starts_between_trials() {
    let mut machine = compiled(&two_states());
    let mut host = Recorder::default();
    let word = |machine: &Jit, slot: Slot| machine.memory()[slot.index()] as i64;
    assert_eq!(machine.name(), "jit");
    assert_eq!(word(&machine, header::STATE), 2);
    assert_eq!(word(&machine, header::OUTCOME), NO_OUTCOME);
    assert_eq!((word(&machine, FIRST), word(&machine, SECOND)), (NEVER, NEVER));
    // Between trials a count goes on, and nothing else happens.
    machine.event(WHEEL, 30, 50, &mut host);
    machine.event(LEVER, 1, 60, &mut host);
    machine.event(InputId(3), 1, 65, &mut host);
    assert_eq!((word(&machine, RAW), word(&machine, COUNT), word(&machine, header::NOW)), (30, 30, 60));
    machine.timers(70, &mut host);
    machine.interrupt(80, &mut host);
    assert_eq!((word(&machine, header::NOW), word(&machine, header::STATE)), (80, 2));
    assert_eq!(host.take(), Vec::<String>::new());
}

#[test]
fn a_count_reaches_its_levels() {
    for (sample, choice) in [(-5, -5), (-6, -6), (7, 7), (6, 0), (-4, 0)] {
        let mut trial = Trial::begun();
        assert_eq!(trial.event(WHEEL, 1, 150), Vec::<String>::new());
        let calls = trial.event(WHEEL, sample, 200);
        let moved = ["200 decided 0", "200 left 0", "200 release 0", "200 entered 1"];
        // A choice beyond 6 ends the trial at once by the condition of the state that is entered.
        let ended = ["200 decided 8", "200 left 1"];
        match choice {
            0 => assert_eq!(calls, Vec::<String>::new()),
            7 => assert_eq!(calls, [&moved[..], &ended[..]].concat()),
            _ => assert_eq!(calls, moved),
        }
        assert_eq!((trial.get(CHOICE), trial.get(COUNT)), (choice, sample));
    }
}

#[test]
fn ending_leaves_the_state_and_disarms_the_timers() {
    let mut trial = Trial::begun();
    trial.event(WHEEL, 8, 130);
    assert_eq!(trial.get(header::OUTCOME), 0);
    assert_eq!(trial.get(header::STATE), 2);
    assert_eq!((trial.get(FIRST), trial.get(SECOND)), (NEVER, NEVER));
    assert_eq!(trial.stamps(WAIT), [100, 130, 1, 30]);
    assert_eq!(trial.stamps(CHOOSE), [130, 130, 1, 0]);
    assert_eq!(trial.get(header::TRIAL_START), 100);
    assert_eq!(trial.timers(5000), Vec::<String>::new());
    trial.machine.begin(6000, &mut trial.host);
    assert_eq!(trial.get(header::OUTCOME), NO_OUTCOME);
    // The wheel was zeroed at its free-running count, which did not go back.
    assert_eq!((trial.get(ZERO), trial.get(COUNT), trial.get(header::STATE)), (8, 0, 0));
}

#[test]
fn clauses_that_stay_and_conditions() {
    let mut trial = Trial::begun();
    assert_eq!(trial.event(LEVER, 1, 110), ["110 decided 1"]);
    trial.machine.memory_mut()[GATE.index()] = 1;
    assert_eq!(trial.event(LEVER, 1, 120), Vec::<String>::new());
    trial.machine.memory_mut()[GATE.index()] = 0;
    // The second poke: its clause stays, then the condition holds.
    let calls = trial.event(LEVER, 1, 130);
    assert_eq!(calls, ["130 decided 1", "130 decided 2", "130 left 0", "130 release 0", "130 entered 1"]);
    assert_eq!((trial.get(POKES), trial.get(header::STATE)), (0, 1));
    // A condition is tested after an event of any input, also of one that the state has no clause for.
    let mut trial = Trial::begun();
    trial.machine.memory_mut()[POKES.index()] = 2;
    let calls = trial.event(InputId(2), 1, 140);
    assert_eq!(calls, ["140 decided 2", "140 left 0", "140 release 0", "140 entered 1"]);
}

#[test]
fn the_first_clause_that_goes_somewhere_is_the_last() {
    let mut trial = Trial::begun();
    trial.event(WHEEL, -5, 200);
    // An odd count (-5 modulo 2 is 1): the lever enters the same state again.
    assert_eq!(trial.event(LEVER, 1, 210), ["210 decided 6", "210 left 1", "210 entered 1"]);
    assert_eq!(trial.stamps(CHOOSE), [210, 210, 2, 10]);
    trial.event(WHEEL, -4, 220);
    let calls = trial.event(LEVER, 1, 230);
    assert_eq!(calls, ["230 decided 7", "230 left 1", "230 entered 0", "230 output 0 with 2 and 0.25"]);
    assert_eq!(trial.stamps(CHOOSE), [210, 230, 2, 30]);
}

#[test]
fn timers_come_once_in_text_order() {
    let mut trial = Trial::begun();
    assert_eq!(trial.timers(1099), Vec::<String>::new());
    assert_eq!(trial.get(header::NOW), 1099);
    assert_eq!(trial.timers(1100), ["1100 decided 3", "1100 left 0", "1100 release 0"]);
    assert_eq!((trial.get(header::OUTCOME), trial.get(header::STATE)), (1, 2));

    let mut trial = Trial::begun();
    trial.event(WHEEL, -6, 200);
    // Both timers have come; the guard of the first does not hold, and it is disarmed all the same.
    assert_eq!(trial.timers(250), ["250 decided 5"]);
    assert_eq!((trial.get(FIRST), trial.get(SECOND), trial.get(POKES)), (NEVER, NEVER, 9));
    assert_eq!(trial.timers(300), Vec::<String>::new());

    let mut trial = Trial::begun();
    trial.event(WHEEL, -5, 200);
    // The guard of the first holds: the second is not looked at. The pokes of an earlier clause would
    // lead back, but there are none.
    let calls = trial.timers(240);
    assert_eq!(calls, ["240 decided 4", "240 left 1", "240 entered 0", "240 output 0 with 2 and 0.25"]);
}

#[test]
fn an_interruption_leaves_the_state_without_an_outcome() {
    let mut trial = Trial::begun();
    trial.machine.interrupt(175, &mut trial.host);
    assert_eq!(trial.host.take(), ["175 left 0", "175 release 0"]);
    assert_eq!((trial.get(header::OUTCOME), trial.get(header::STATE)), (NO_OUTCOME, 2));
    assert_eq!((trial.get(FIRST), trial.stamps(WAIT)), (NEVER, [100, 175, 1, 75]));
}

#[test]
fn a_clause_without_a_rule_acts_in_silence() {
    // Before the levels are looked at: what it writes decides whether they are reached.
    let mut program = two_states();
    let twice = Expr::binary(Binary::MulInt, int(COUNT), Expr::Int(2));
    let moved = Stmt::SetAt { base: RAW, len: 3, index: Expr::Int(2), value: twice };
    let positive = Expr::binary(Binary::LtInt, Expr::Int(0), int(COUNT));
    let mut silent = clause(0, Trigger::Input(WHEEL), Some(positive), vec![moved], Then::Stay);
    silent.rule = None;
    program.states[0].clauses.insert(0, silent);
    let mut trial = Trial { machine: compiled(&program), host: Recorder::default() };
    trial.machine.begin(100, &mut trial.host);
    trial.host.take();
    assert_eq!(trial.event(WHEEL, 3, 110), Vec::<String>::new());
    assert_eq!(trial.get(COUNT), 6);
    assert_eq!(trial.event(WHEEL, -4, 120), Vec::<String>::new());
    assert_eq!(trial.get(COUNT), -4);
    let calls = trial.event(WHEEL, 4, 130);
    assert_eq!(calls[..4], ["130 decided 0", "130 left 0", "130 release 0", "130 entered 1"]);
    assert_eq!(trial.get(CHOICE), 8);
}

#[test]
fn a_machine_can_go_to_another_thread() {
    fn assert_send<T: Send>(_: &T) {}
    assert_send(&compiled(&two_states()));
}

#[test]
fn the_same_program_is_the_same_code() {
    let (first, second) = (compiled(&two_states()), compiled(&two_states()));
    assert_eq!(first.code(), second.code());
    assert_eq!(first.code_size(), first.code().len());
    let mut other = two_states();
    other.states[0].entry.pop();
    assert_ne!(compiled(&other).code(), first.code());
}
