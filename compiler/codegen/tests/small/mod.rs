//! Small programs written by hand, and a host that notes what it is told.
#![allow(dead_code)] // each test binary uses its part

use trialect_ir::{
    Class, ColumnId, DrawId, Expr, Host, Identity, Phase, Program, Rule, RuleId, RuleKind, SiteId, Slot, StateId, Stmt,
    header,
};

/// The first slot of a small program's own words.
pub const FREE: u32 = header::FIRST_FREE.0;

/// A program of one state that does nothing, with `words` words of its own after the header.
///
/// The last five of them are the state's stamps and the pause.
pub fn program(words: u32) -> Program {
    let end = FREE + words;
    Program {
        name: "small".into(),
        version: "1.0.0".into(),
        description: None,
        citations: Vec::new(),
        identity: Identity::default(),
        definitions: Vec::new(),
        initial: vec![0; (end + 5) as usize],
        subject: 0..0,
        carried: Vec::new(),
        texts: Default::default(),
        timers: 0..0,
        devices: Vec::new(),
        inputs: Vec::new(),
        stimuli: Vec::new(),
        sites: Vec::new(),
        draws: Vec::new(),
        statistics: Vec::new(),
        fits: Vec::new(),
        columns: Vec::new(),
        rules: Vec::new(),
        stops: Vec::new(),
        outcomes: Vec::new(),
        states: vec![state("still", end)],
        besides: Vec::new(),
        phases: Default::default(),
        alarms: Vec::new(),
        wakes: Vec::new(),
        on_time: Vec::new(),
        counts: None,
        most_trials: 10,
        streams: Vec::new(),
        asked: Vec::new(),
        parameters: Vec::new(),
        measured: Vec::new(),
        days: Vec::new(),
        pause: Slot(end + 4),
        recorded: Vec::new(),
    }
}

/// Sets a program's initial memory as it is between trials.
pub fn between_trials(program: &mut Program) {
    program.initial[header::STATE.index()] = program.states.len() as u64;
    program.initial[header::OUTCOME.index()] = -1_i64 as u64;
    for timer in program.timers.clone() {
        program.initial[timer as usize] = i64::MAX as u64;
    }
}

/// A state that does nothing, with its four stamps from slot `at`.
pub fn state(name: &str, at: u32) -> trialect_ir::State {
    trialect_ir::State {
        name: name.into(),
        description: None,
        slots: trialect_ir::StateSlots {
            entry: Slot(at),
            exit: Slot(at + 1),
            visits: Slot(at + 2),
            time: Slot(at + 3),
        },
        entry: Vec::new(),
        leave: Vec::new(),
        clauses: Vec::new(),
    }
}

/// `n` rules without text.
pub fn rules(n: u32) -> Vec<Rule> {
    let rule =
        |k| Rule { definition: String::new(), kind: RuleKind::Clause, name: format!("rule {k}"), text: String::new() };
    (0..n).map(rule).collect()
}

/// A program that runs statements when the session starts.
pub fn at_session_start(words: u32, code: Vec<Stmt>) -> Program {
    let mut program = program(words);
    program.phases[Phase::SessionStart as usize] = code;
    program
}

/// The integer in a slot.
pub fn int(slot: Slot) -> Expr {
    Expr::Load(slot, Class::Int)
}

/// The real in a slot.
pub fn real(slot: Slot) -> Expr {
    Expr::Load(slot, Class::Real)
}

/// `slot := value`
pub fn set(slot: Slot, value: Expr) -> Stmt {
    Stmt::Set { slot, value }
}

/// A host that writes down each call with the time and the first scratch words.
#[derive(Default)]
pub struct Recorder {
    /// What happened.
    pub calls: Vec<String>,
    /// What the next draws give.
    pub draws: Vec<u64>,
    /// Written to a slot when a definition is told.
    pub given: Option<(Slot, u64)>,
    /// Panics when told this.
    pub panics_at: Option<String>,
}

impl Recorder {
    fn note(&mut self, what: String, memory: &[u64]) {
        let line = format!("{} {what}", memory[header::NOW.index()] as i64);
        self.calls.push(line);
        assert_ne!(self.panics_at.as_ref(), Some(&what), "the host was told to panic");
    }
    /// What happened since the last look.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.calls)
    }
}

impl Host for Recorder {
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64 {
        let first = memory[header::SCRATCH.index()];
        let second = f64::from_bits(memory[header::SCRATCH.index() + 1]);
        self.note(format!("draw {} of {first} and {second}", draw.0), memory);
        self.draws.pop().unwrap_or(0)
    }
    fn defined(&mut self, column: ColumnId, memory: &mut [u64]) {
        self.note(format!("defined {}", column.0), memory);
        if let Some((slot, word)) = self.given {
            memory[slot.index()] = word;
        }
    }
    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        let first = memory[header::SCRATCH.index()] as i64;
        let second = f64::from_bits(memory[header::SCRATCH.index() + 1]);
        self.note(format!("output {} with {first} and {second}", site.0), memory);
    }
    fn release(&mut self, site: SiteId, memory: &mut [u64]) {
        self.note(format!("release {}", site.0), memory);
    }
    fn left(&mut self, state: StateId, memory: &mut [u64]) {
        self.note(format!("left {}", state.0), memory);
    }
    fn entered(&mut self, state: StateId, memory: &mut [u64]) {
        self.note(format!("entered {}", state.0), memory);
    }
    fn decided(&mut self, rule: RuleId, memory: &mut [u64]) {
        self.note(format!("decided {}", rule.0), memory);
    }
}
