//! The reward of the next session, in every row of a grid that was computed with the rig program 8.24.7, by three editions of
//! the basic task on both machines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_codegen::Jit;
use trialect_driver::{Library, compile, name_for_use};
use trialect_interp::Interpreter;
use trialect_ir::{ColumnId, DrawId, Host, Machine, Phase, Program, RuleId, SiteId, StateId};

/// The end of a session draws nothing and does nothing outside.
struct Nobody;

impl Host for Nobody {
    fn draw(&mut self, draw: DrawId, _: &mut [u64]) -> u64 {
        panic!("draw {draw:?} at the end of a session")
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, _: SiteId, _: &mut [u64]) {}
    fn release(&mut self, _: SiteId, _: &mut [u64]) {}
    fn left(&mut self, _: StateId, _: &mut [u64]) {}
    fn entered(&mut self, _: StateId, _: &mut [u64]) {}
    fn decided(&mut self, _: RuleId, _: &mut [u64]) {}
}

/// A session: weight in g, reward in uL, water in uL, trials; and the next reward in uL.
struct Row {
    weight: f64,
    reward: f64,
    delivered: f64,
    trials: u64,
    next: f64,
}

fn grid() -> Option<Vec<Row>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/traces/v8.24.7/adaptive_reward_grid.csv");
    if !path.is_file() {
        eprintln!("SKIPPED: {} is missing; put the grid of rewards there", path.display());
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("weight_g,reward_ul,delivered_ul,ntrials,next_reward_ul"));
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let [weight, reward, delivered, trials, next] = cells.try_into().unwrap();
        Row { weight, reward, delivered, trials: trials as u64, next }
    };
    Some(lines.map(row).collect())
}

/// The parts and libraries of the folder, by their names.
fn parts(folder: &Path, found: &mut BTreeMap<String, String>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            parts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "trial") {
            let text = std::fs::read_to_string(&path).unwrap();
            if let Some(name) = name_for_use(&text) {
                found.insert(name, text);
            }
        }
    }
}

fn program(name: &str) -> Arc<Program> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../protocols/ibl"));
    let mut near = BTreeMap::new();
    parts(&folder, &mut near);
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let compiled = compile(name, &text, &Library::Embedded.beside(near));
    compiled.program.unwrap_or_else(|| panic!("{:#?}", compiled.findings))
}

/// The reward that a machine leaves after a session, uL.
fn next(program: &Program, machine: &mut dyn Machine, row: &Row) -> f64 {
    machine.memory_mut().copy_from_slice(&program.initial);
    let column = |name: &str| program.columns.iter().find(|column| column.name == name).unwrap();
    let memory = machine.memory_mut();
    memory[column("weight").value.index()] = row.weight.to_bits();
    let reward = column("reward");
    let steps = ((row.reward - 1.5) / 0.1).round();
    assert!((row.reward - (1.5 + 0.1 * steps)).abs() < 1e-9, "{} is on a step", row.reward);
    memory[reward.value.index()] = steps as u64;
    // Statistics: the paper's rule looks at responses, those of the programs at trials.
    for statistic in &program.statistics {
        match statistic.path.as_str() {
            "session.delivered" => memory[statistic.base.index()] = row.delivered.to_bits(),
            "session.n" | "session.answered" | "session.completed" => memory[statistic.base.index()] = row.trials,
            _ => {}
        }
    }
    machine.run(Phase::SessionEnd, &mut Nobody);
    reward.domain.number(machine.memory()[reward.value.index()]).unwrap()
}

/// The reward by the edition's own rule, computed a second time.
type Rule = fn(&Row) -> f64;

/// Cells of the grid that differ between an edition and program 8.24.7, after its own rule holds in each on both machines.
fn differing(name: &str, rule: Rule) -> Option<usize> {
    let grid = grid()?;
    assert_eq!(grid.len(), 700);
    let program = program(name);
    let mut interpreter = Interpreter::new(Arc::clone(&program));
    let mut jit = Jit::compile(&program).unwrap();
    let mut differ = 0;
    for row in &grid {
        let found = next(&program, &mut interpreter, row);
        assert_eq!(found.to_bits(), next(&program, &mut jit, row).to_bits());
        let place =
            format!("{name}: {} g, {} uL, {} uL given, {} trials", row.weight, row.reward, row.delivered, row.trials);
        assert!((found - rule(row)).abs() < 1e-9, "{place}: {found}, not {}", rule(row));
        differ += usize::from((found - row.next).abs() > 1e-9);
    }
    Some(differ)
}

fn thirsty(row: &Row) -> bool {
    row.weight > row.delivered / 1000.0 * 25.0
}

#[test]
fn the_rule_of_program_8_is_that_of_the_grid_in_every_row() {
    let rule: Rule = |row| row.next;
    for name in ["rig_8/basic.trial", "rig_8_released/basic.trial"] {
        if let Some(differ) = differing(name, rule) {
            assert_eq!(differ, 0, "{name}");
        }
    }
}

#[test]
fn the_papers_rule_is_the_same_with_these_figures() {
    // Of 700 rows none has responses that are no trials, so that the readings agree.
    if let Some(differ) = differing("basic.trial", |row| row.next) {
        assert_eq!(differ, 0);
    }
}

#[test]
fn the_rule_of_program_6_differs_where_200_trials_are_enough() {
    let rule: Rule = |row| {
        if thirsty(row) {
            (row.reward + 0.1).min(3.0)
        } else if row.trials >= 200 {
            (row.reward - 0.1).max(1.5)
        } else {
            row.reward
        }
    };
    let Some(differ) = differing("rig_2019/basic.trial", rule) else { return };
    let expected = grid().unwrap().iter().filter(|row| row.trials == 200 && !thirsty(row) && row.reward > 1.55).count();
    assert!(expected > 0);
    assert_eq!(differ, expected);
}
