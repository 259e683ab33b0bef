//! Statements in compiled code: memory, branches, and what the host is told.

mod small;

use small::{FREE, Recorder, at_session_start, int, real, rules, set};
use trialect_codegen::{CompileFault, Jit};
use trialect_ir::{
    Class, Clock, Column, ColumnId, Distribution, Domain, Draw, DrawId, Expr, Function, Input, Machine, Phase, Role,
    RuleId, Site, SiteId, Slot, StatId, Statistic, Stmt, Update, VerbKind,
};

/// Runs statements of a machine and gives back its own words.
fn run(machine: &mut Jit, host: &mut Recorder) -> Vec<u64> {
    machine.run(Phase::SessionStart, host);
    machine.memory()[FREE as usize..].to_vec()
}

#[test]
fn an_index_outside_reads_the_last_place_and_writes_none() {
    let (index, base, out) = (Slot(FREE), Slot(FREE + 1), Slot(FREE + 5));
    // Three places, then a word that must stay as it is.
    let read = Expr::LoadAt { base, len: 3, index: Box::new(int(index)), class: Class::Int };
    let write = Stmt::SetAt { base, len: 3, index: int(index), value: Expr::Int(-9) };
    let mut machine = Jit::compile(&at_session_start(6, vec![set(out, read), write])).unwrap();
    for (at, seen, after) in [
        (0, 10, [-9, 20, 30, 40]),
        (1, 20, [10, -9, 30, 40]),
        (2, 30, [10, 20, -9, 40]),
        (3, 30, [10, 20, 30, 40]),
        (-1, 30, [10, 20, 30, 40]),
        (i64::MAX, 30, [10, 20, 30, 40]),
        (i64::MIN, 30, [10, 20, 30, 40]),
        (1 << 61, 30, [10, 20, 30, 40]),
        ((1 << 61) + 1, 30, [10, 20, 30, 40]),
    ] {
        machine.memory_mut()[index.index()..out.index()].copy_from_slice(&[at as u64, 10, 20, 30, 40]);
        let words = run(&mut machine, &mut Recorder::default());
        assert_eq!(words[5], seen, "reading at {at}");
        assert_eq!(words[1..5], after.map(|word: i64| word as u64), "writing at {at}");
    }
}

#[test]
fn reals_go_to_places_by_index_too() {
    let (index, base, out) = (Slot(FREE), Slot(FREE + 1), Slot(FREE + 3));
    let read = Expr::LoadAt { base, len: 2, index: Box::new(int(index)), class: Class::Real };
    let half = Expr::binary(trialect_ir::Binary::MulReal, read, Expr::Real(0.5));
    let code = vec![set(out, half), Stmt::SetAt { base, len: 2, index: int(index), value: Expr::Real(-7.25) }];
    let mut machine = Jit::compile(&at_session_start(4, code)).unwrap();
    machine.memory_mut()[index.index()] = 1;
    machine.memory_mut()[base.index() + 1] = 3.0_f64.to_bits();
    let words = run(&mut machine, &mut Recorder::default());
    assert_eq!(words[1..4], [0.0_f64, -7.25, 1.5].map(f64::to_bits));
}

#[test]
fn branches_take_any_word_but_0_as_true() {
    let (condition, out) = (Slot(FREE), Slot(FREE + 1));
    let inner = Stmt::If {
        condition: Expr::binary(trialect_ir::Binary::LtInt, int(condition), Expr::Int(0)),
        then: vec![set(out, Expr::Int(-1))],
        otherwise: Vec::new(),
    };
    let branch = Stmt::If {
        condition: int(condition),
        then: vec![set(out, Expr::Int(1)), inner],
        otherwise: vec![set(out, Expr::Int(2))],
    };
    let after = set(out.offset(1), Expr::binary(trialect_ir::Binary::AddInt, int(out), Expr::Int(100)));
    let mut machine = Jit::compile(&at_session_start(3, vec![branch, after])).unwrap();
    for (word, expected) in [(0, 2), (1, 1), (-1, -1), (256, 1), (1 << 40, 1), (i64::MIN, -1)] {
        machine.memory_mut()[condition.index()] = word as u64;
        let words = run(&mut machine, &mut Recorder::default());
        assert_eq!((words[1] as i64, words[2] as i64), (expected, expected + 100), "on {word}");
    }
}

#[test]
fn the_host_hears_each_statement_in_order_with_its_arguments() {
    let (drawn, x) = (Slot(FREE), Slot(FREE + 1));
    let arguments = || vec![int(x), Expr::binary(trialect_ir::Binary::MulReal, real(x.offset(1)), Expr::Real(2.0))];
    let code = vec![
        Stmt::Draw { draw: DrawId(0), parameters: arguments(), slot: drawn },
        Stmt::Defined(ColumnId(0)),
        // The host has written x in the meantime.
        Stmt::Output { site: SiteId(0), arguments: arguments() },
        Stmt::Release(SiteId(0)),
        Stmt::Decide(RuleId(1)),
    ];
    let mut program = at_session_start(3, code);
    program.draws = vec![Draw {
        path: "d".into(),
        clock: Clock::Session,
        distribution: Distribution::Uniform,
        tick: trialect_ir::header::TRIAL,
        column: ColumnId(0),
    }];
    program.columns = vec![Column {
        name: "d".into(),
        definition: "d".into(),
        description: None,
        clock: Clock::Session,
        role: Role::Draw,
        domain: Domain::Bool,
        value: drawn,
        present: None,
        covariate: None,
    }];
    program.sites = vec![Site {
        device: 0,
        verb: "on".into(),
        kind: VerbKind::Latching,
        ends: None,
        adds: None,
        stimulus: None,
        parameters: vec![("a".into(), Class::Int), ("b".into(), Class::Real)],
        until: Clock::Trial,
    }];
    program.rules = rules(2);
    let mut machine = Jit::compile(&program).unwrap();
    machine.memory_mut()[x.index()] = 11;
    machine.memory_mut()[x.index() + 1] = 0.75_f64.to_bits();
    let mut host = Recorder { draws: vec![77], given: Some((x, 12)), ..Recorder::default() };
    let words = run(&mut machine, &mut host);
    assert_eq!(words[..2], [77, 12]);
    assert_eq!(
        host.calls,
        ["0 draw 0 of 11 and 1.5", "0 defined 0", "0 output 0 with 12 and 1.5", "0 release 0", "0 decided 1"]
    );
}

#[test]
fn statistics_take_in_rows() {
    let (key, sample) = (Slot(FREE), Slot(FREE + 1));
    let mean = Statistic {
        path: "mean".into(),
        function: Function::Mean,
        keys: 2,
        window: Some(2),
        at_least: 1,
        capacity: 2,
        base: Slot(FREE + 2),
    };
    let push = Stmt::Push { statistic: StatId(0), key: int(key), sample: real(sample) };
    let mut program = at_session_start(2 + mean.words(), vec![push]);
    program.statistics = vec![mean.clone()];
    let mut machine = Jit::compile(&program).unwrap();
    for (k, x) in [(1, 1.0), (1, 2.0), (1, 4.0), (2, 100.0), (-1, 100.0), (0, 8.0_f64)] {
        machine.memory_mut()[key.index()] = k as i64 as u64;
        machine.memory_mut()[sample.index()] = x.to_bits();
        machine.run(Phase::SessionStart, &mut Recorder::default());
    }
    let value = |k| f64::from_bits(machine.memory()[mean.value(k).index()]);
    assert_eq!((value(0), value(1)), (8.0, 3.0));
}

#[test]
fn a_host_that_panics_is_heard_by_the_caller_and_not_called_again() {
    let out = Slot(FREE);
    let code = vec![Stmt::Decide(RuleId(0)), set(out, Expr::Int(5)), Stmt::Decide(RuleId(1))];
    let mut program = at_session_start(1, code);
    program.rules = rules(2);
    let mut machine = Jit::compile(&program).unwrap();
    let mut host = Recorder { panics_at: Some("decided 0".into()), ..Recorder::default() };
    let call = std::panic::AssertUnwindSafe(|| machine.run(Phase::SessionStart, &mut host));
    assert!(std::panic::catch_unwind(call).is_err());
    assert_eq!(host.take(), ["0 decided 0"]);
    assert_eq!(machine.memory()[out.index()], 5);
    host.panics_at = None;
    machine.run(Phase::SessionStart, &mut host);
    assert_eq!(host.take(), ["0 decided 0", "0 decided 1"]);
}

#[test]
fn a_program_that_breaks_the_contract_is_refused() {
    let outside = at_session_start(1, vec![set(Slot(100_000), Expr::Int(1))]);
    assert!(matches!(Jit::compile(&outside), Err(CompileFault::Flawed(flaws)) if flaws.len() == 1));
    let mut counter = at_session_start(1, Vec::new());
    let update = Update::Count { raw: Slot(FREE), zero: Slot(FREE), count: Slot(FREE + 100) };
    let kind = trialect_ir::Channel::Counter;
    counter.inputs = vec![Input { device: 0, channel: "travel".into(), kind, update }];
    assert!(matches!(Jit::compile(&counter), Err(CompileFault::Flawed(flaws)) if flaws.len() == 1));
}
