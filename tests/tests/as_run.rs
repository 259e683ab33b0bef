//! The basic task as the rig program 6.6.4 ran it: traces of that program, trial by trial, recomputed by the text.
//!
//! What the animal did and what the program drew is taken from the trace; every decision is the interpreter's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;
use trialect_ir::{ColumnId, Domain, DrawId, Host, Machine, Phase, Program, RuleId, SiteId, StateId, header};

/// The animal's weight before each of the five sessions, g; it stands in no column of the traces.
const WEIGHTS: [f64; 5] = [25.0, 24.0, 24.0, 23.0, 24.0];

/// Draws come from the trace.
struct Traced<'a> {
    program: &'a Program,
    words: BTreeMap<&'static str, u64>,
}

impl Host for Traced<'_> {
    fn draw(&mut self, draw: DrawId, _: &mut [u64]) -> u64 {
        let path = self.program.draws[draw.0 as usize].path.as_str();
        self.words.get(path.strip_prefix("trial.").unwrap()).copied().unwrap_or_else(|| panic!("no draw {path}"))
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, _: SiteId, _: &mut [u64]) {}
    fn release(&mut self, _: SiteId, _: &mut [u64]) {}
    fn left(&mut self, _: StateId, _: &mut [u64]) {}
    fn entered(&mut self, _: StateId, _: &mut [u64]) {}
    fn decided(&mut self, _: RuleId, _: &mut [u64]) {}
}

/// A row of a trace by the names of its columns.
type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(fields);
    let names = lines.next().unwrap();
    lines.map(|fields| names.iter().cloned().zip(fields).collect()).collect()
}

/// The fields of a line; a quoted one has its quotes doubled.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => fields.last_mut().unwrap().push(letters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

fn number(row: &Row, name: &str) -> f64 {
    row[name].parse().unwrap_or_else(|_| panic!("{name} = {}", row[name]))
}

fn json(row: &Row, name: &str) -> Value {
    serde_json::from_str(&row[name]).unwrap()
}

/// The machine with its program's names.
struct Task {
    program: Arc<Program>,
    machine: Interpreter,
}

impl Task {
    fn column(&self, name: &str) -> &trialect_ir::Column {
        self.program.columns.iter().find(|column| column.name == name).unwrap_or_else(|| panic!("no column {name}"))
    }
    fn word(&self, name: &str) -> u64 {
        self.machine.memory()[self.column(name).value.index()]
    }
    fn shown(&self, name: &str) -> String {
        self.column(name).domain.show(self.word(name))
    }
    fn real(&self, name: &str) -> f64 {
        self.column(name).domain.number(self.word(name)).unwrap()
    }
    /// Writes a value as it would be stored.
    fn write(&mut self, name: &str, word: u64) {
        let column = self.column(name).clone();
        self.machine.memory_mut()[column.value.index()] = word;
        if let Some(flag) = column.present {
            self.machine.memory_mut()[flag.index()] = 1;
        }
    }
    fn set(&mut self, slot: trialect_ir::Slot, value: i64) {
        self.machine.memory_mut()[slot.index()] = value as u64;
    }
    fn run(&mut self, phase: Phase, words: &BTreeMap<&'static str, u64>) {
        let program = Arc::clone(&self.program);
        self.machine.run(phase, &mut Traced { program: &program, words: words.clone() });
    }
    /// The index of a level of `Contrast`.
    fn level(&self, value: f64) -> u64 {
        let Domain::Levels { values, .. } = &self.column("contrast").domain else { panic!("contrast has no levels") };
        values.iter().position(|level| (level - value).abs() < 1e-12).unwrap() as u64
    }
    /// The subject's words.
    fn subject(&self) -> Vec<u64> {
        let subject = self.program.subject.clone();
        self.machine.memory()[subject.start as usize..subject.end as usize].to_vec()
    }
    fn restore(&mut self, words: &[u64]) {
        let subject = self.program.subject.clone();
        self.machine.memory_mut()[subject.start as usize..subject.end as usize].copy_from_slice(words);
    }
    fn begin(&mut self, session: usize) {
        let kept = self.subject();
        self.machine.memory_mut().copy_from_slice(&self.program.clone().initial);
        self.restore(&kept);
        self.set(header::SESSION, session as i64 + 1);
        self.write("weight", WEIGHTS[session].to_bits());
        self.run(Phase::SessionStart, &BTreeMap::new());
    }
}

/// The words of the draws of a trial. A draw that the trace's program did not make decides nothing; it gets any value.
fn draws(task: &Task, row: &Row) -> BTreeMap<&'static str, u64> {
    let made = json(row, "draws");
    let of = |kind: &str| made.as_array().unwrap().iter().rfind(|draw| draw[0] == kind);
    let contrasts = |draw: &&Value| draw[1][0].as_f64() == Some(1.0);
    let drawn = made.as_array().unwrap().iter().filter(|draw| draw[0] == "np_choice").find(contrasts);
    let contrast = drawn.map_or(0, |draw| task.level(draw[3].as_f64().unwrap()));
    let gauss = of("py_gauss").map_or(0.0, |draw| (draw[3].as_f64().unwrap() - draw[1].as_f64().unwrap()) / 0.5);
    // Both ends of the range: left for certain, right for certain, whatever the probability.
    let side: f64 = if number(row, "position") < 0.0 { 1e-12 } else { 1.0 - 1e-12 };
    let degrees = number(row, "stim_phase").to_degrees();
    BTreeMap::from([
        ("fresh_contrast", contrast),
        ("extra", (number(row, "quiescent_period") - 0.2).to_bits()),
        ("fresh_phase", degrees.to_bits()),
        ("u", side.to_bits()),
        ("z", gauss.to_bits()),
    ])
}

/// What the program had decided before the trial.
fn decided(task: &Task, row: &Row, mismatches: &mut Vec<String>) -> usize {
    let place = format!("{} {}", row["session"], row["trial_num"]);
    let mut fields = 0;
    let mut hold = |what: &str, ours: String, theirs: String| {
        fields += 1;
        if ours != theirs {
            mismatches.push(format!("{place}: {what} is {ours}, the trace has {theirs}"));
        }
    };
    let side = if number(row, "position") < 0.0 { "left" } else { "right" };
    hold("side", task.shown("side"), side.into());
    let kind = if row["trial_type"] == "RepeatContrast" { "repeat" } else { "adaptive" };
    hold("kind", task.shown("kind"), kind.into());
    hold("contrast", task.real("contrast").to_string(), number(row, "contrast").to_string());
    hold("p_left", format!("{:.9}", task.real("p_left")), format!("{:.9}", number(row, "stim_probability_left")));
    let pool = json(row, "contrast_set")
        .as_array()
        .unwrap()
        .iter()
        .fold(0, |set, level| set | 1 << task.level(level.as_f64().unwrap()));
    hold("pool", task.word("pool").to_string(), format!("{pool}"));
    hold("n125", task.word("n125").to_string(), row["ntrials_125"].clone());
    hold("gain", task.real("gain").to_string(), number(row, "stim_gain").to_string());
    hold("reward", format!("{:.9}", task.real("reward")), format!("{:.9}", number(row, "reward_amount_setting")));
    hold("quiet", format!("{:.9}", task.real("quiet")), format!("{:.9}", number(row, "quiescent_period")));
    let sums = json(row, "buffer_sums_before");
    for (side, sums) in ["left", "right"].into_iter().zip(sums.as_array().unwrap()) {
        for (k, sum) in sums.as_array().unwrap().iter().enumerate() {
            hold(&format!("hits[{side}, {k}]"), task.real(&format!("hits[{side}, {k}]")).to_string(), sum.to_string());
        }
    }
    fields
}

/// What the animal did, as the states of the trial would have left it.
fn play(task: &mut Task, row: &Row) {
    let outcome = task.program.outcomes.iter().position(|outcome| *outcome == row["in_outcome"]).unwrap();
    let choice = match row["response_side"].as_str() {
        "1" => Some(0),
        "-1" => Some(1),
        _ => None,
    };
    let states = task.program.states.clone();
    let slots = |name: &str| states.iter().find(|state| state.name == name).unwrap().slots;
    let (shown, respond) = (slots("shown"), slots("respond"));
    task.set(shown.entry, 1_000_000_000);
    task.set(respond.exit, 1_000_000_000 + (number(row, "in_response_time") * 1e9).round() as i64);
    for slots in [shown, respond] {
        task.set(slots.visits, 1);
    }
    if let Some(choice) = choice {
        task.write("choice", choice);
    }
    let given = if row["in_outcome"] == "correct" { task.real("reward") } else { 0.0 };
    task.write("spout.delivered", given.to_bits());
    task.set(header::OUTCOME, outcome as i64);
    let nothing = BTreeMap::new();
    for phase in [Phase::TrialEnd, Phase::Statistics, Phase::TrialRules, Phase::Stops] {
        task.run(phase, &nothing);
    }
}

#[test]
fn five_sessions_of_the_rig_program_are_decided_as_it_decided_them() {
    let traces = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/traces/v6.6.4"));
    if !traces.exists() {
        eprintln!("skipped: the traces of the rig program are not at {}", traces.display());
        return;
    }
    let protocols = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../protocols/ibl"));
    let read = |name: &str| std::fs::read_to_string(protocols.join(name)).unwrap();
    let library = Library::Embedded.beside(BTreeMap::from([("ibl.hardware".into(), read("hardware.trial"))]));
    let compiled = compile("basic_as_run.trial", &read("basic_as_run.trial"), &library);
    let program = compiled.program.unwrap_or_else(|| panic!("{:#?}", compiled.findings));
    let machine = Interpreter::new(Arc::clone(&program));
    let mut task = Task { program, machine };
    let (mut mismatches, mut fields, mut trials) = (Vec::new(), 0, 0);
    for session in 0..WEIGHTS.len() {
        task.begin(session);
        let rows = rows(&traces.join(format!("training_0{}.csv", session + 1)));
        for (k, row) in rows.iter().enumerate() {
            task.set(header::TRIAL, k as i64 + 1);
            let words = draws(&task, row);
            task.run(Phase::TrialStart, &words);
            fields += decided(&task, row, &mut mismatches);
            let before = task.subject();
            play(&mut task, row);
            // The program looked at a trial when the next one began: it never counted the last one of a session.
            if k + 1 == rows.len() {
                task.restore(&before);
            }
            trials += 1;
        }
        task.run(Phase::SessionEnd, &BTreeMap::new());
    }
    let first = &mismatches[..mismatches.len().min(40)];
    assert!(mismatches.is_empty(), "{} of {fields} differ: {first:#?}", mismatches.len());
    assert_eq!(trials, 2060);
}
