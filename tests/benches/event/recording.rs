//! What a machine was called with in a real session of a simulated mouse, to be played again.

use crate::hand::{STATES, word};
use crate::sessions::{Kind, Simulated, machine};
use std::sync::Arc;
use trialect_ir::{Host, InputId, Machine, NO_OUTCOME, Phase, Program, Slot, Trigger, Update, VerbKind, header};
use trialect_journal::Entry;

/// A call of a machine during a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Begin { at: i64 },
    Event { input: InputId, value: i64, at: i64 },
    Timers { at: i64 },
}

/// A trial: words that were set before it, by word of the recording, and the calls.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Position in [`Recording::pairs`], word.
    pub set: Vec<(usize, u64)>,
    /// The calls, the first of which begins the trial.
    pub steps: Vec<Step>,
}

/// The trials of a session.
#[derive(Debug)]
pub struct Recording {
    /// Slots of the program with the words of the task by hand that mean the same.
    pub pairs: Vec<(Slot, usize)>,
    /// Memory before the first trial.
    pub memory: Vec<u64>,
    /// The trials.
    pub trials: Vec<Trial>,
}

impl Recording {
    /// Records a mouse's session, its first trials.
    pub fn of(program: &Arc<Program>, mouse: &Simulated, trials: usize) -> Recording {
        let pairs = pairs(program);
        let mut spy = Spy {
            inner: machine(Kind::Interpreter, program),
            pairs,
            known: Vec::new(),
            first: None,
            trials: Vec::new(),
        };
        let mut journal: Vec<Entry> = Vec::new();
        mouse.run(program, &mut spy, &mut journal);
        let inputs = journal.iter().filter(|entry| matches!(entry, Entry::Input { .. })).count();
        let noted = spy.trials.iter().flat_map(|trial| &trial.steps).filter(|step| matches!(step, Step::Event { .. }));
        // What came between trials is in the journal only.
        assert!(noted.count() <= inputs, "more events than inputs");
        spy.trials.truncate(trials);
        assert_eq!(spy.trials.len(), trials, "the session was shorter");
        Recording { pairs: spy.pairs, memory: spy.first.unwrap_or_default(), trials: spy.trials }
    }

    /// All calls.
    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.trials.iter().flat_map(|trial| &trial.steps).copied()
    }
}

/// A machine that notes how it is called while a trial runs.
struct Spy {
    inner: Box<dyn Machine>,
    pairs: Vec<(Slot, usize)>,
    /// The paired words as the trial before left them.
    known: Vec<u64>,
    first: Option<Vec<u64>>,
    trials: Vec<Trial>,
}

impl Spy {
    fn paired(&self) -> Vec<u64> {
        self.pairs.iter().map(|(slot, _)| self.inner.memory()[slot.index()]).collect()
    }

    fn runs(&self) -> bool {
        self.inner.memory()[header::OUTCOME.index()] as i64 == NO_OUTCOME
    }

    fn note(&mut self, step: Step) {
        if self.runs()
            && let Some(trial) = self.trials.last_mut()
        {
            trial.steps.push(step);
        }
    }
}

impl Machine for Spy {
    fn name(&self) -> &'static str {
        self.inner.name()
    }
    fn memory(&self) -> &[u64] {
        self.inner.memory()
    }
    fn memory_mut(&mut self) -> &mut [u64] {
        self.inner.memory_mut()
    }
    fn run(&mut self, phase: Phase, host: &mut dyn Host) {
        if phase == Phase::TrialEnd {
            self.known = self.paired();
        }
        self.inner.run(phase, host);
    }
    fn start(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.start(at, host);
    }
    fn stop(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.stop(at, host);
    }
    fn settle(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.settle(at, host);
    }
    fn begin(&mut self, at: i64, host: &mut dyn Host) {
        let now = self.paired();
        if self.first.is_none() {
            self.first = Some(self.inner.memory().to_vec());
            self.known.clone_from(&now);
        }
        let set = (0..now.len()).filter(|&k| now[k] != self.known[k]).map(|k| (k, now[k])).collect();
        self.trials.push(Trial { set, steps: vec![Step::Begin { at }] });
        self.inner.begin(at, host);
    }
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        self.note(Step::Event { input, value, at });
        self.inner.event(input, value, at, host);
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        self.note(Step::Timers { at });
        self.inner.timers(at, host);
    }
    fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.interrupt(at, host);
    }
}

/// Which slot of the program is which word of the task by hand, as the program's tables say.
fn pairs(program: &Program) -> Vec<(Slot, usize)> {
    let mut pairs = vec![
        (header::NOW, word::NOW),
        (header::STATE, word::STATE),
        (header::OUTCOME, word::OUTCOME),
        (header::TRIAL_START, word::TRIAL_START),
        (Slot(program.timers.start), word::DEADLINE),
    ];
    if let Update::Count { raw, zero, count } = program.inputs[0].update {
        pairs.extend([(raw, word::RAW), (zero, word::ZERO), (count, word::COUNT)]);
    }
    pairs.push((program.devices[0].settings[0].1, word::COUNT_SIZE));
    let column = |name: &str| program.columns.iter().find(|column| column.name == name).expect("a column of the task");
    let names = [
        ("side", word::SIDE),
        ("contrast", word::CONTRAST),
        ("phase", word::PHASE),
        ("quiet", word::WAIT),
        ("gain", word::GAIN),
        ("reward", word::REWARD),
        ("choice", word::CHOICE),
        ("spout.delivered", word::DRUNK),
    ];
    pairs.extend(names.map(|(name, own)| (column(name).value, own)));
    pairs.extend(column("choice").present.map(|flag| (flag, word::CHOSEN)));
    for site in &program.sites {
        if let VerbKind::Track { slot } = site.kind {
            pairs.push((slot, word::AZIMUTH));
        }
    }
    for (state, own) in program.states.iter().zip((word::STAMPS..).step_by(4)) {
        let slots = [state.slots.entry, state.slots.exit, state.slots.visits, state.slots.time];
        pairs.extend(slots.into_iter().zip(own..));
    }
    let names: Vec<&str> = program.states.iter().map(|state| state.name.as_str()).collect();
    assert_eq!(names, STATES, "the task has other states");
    let levels = [(0, word::QUIET), (3, word::HOME), (3, word::AWAY)];
    let of = |state: usize| program.states[state].clauses.iter().filter_map(|clause| levels_of(&clause.trigger));
    for (k, (state, own)) in levels.into_iter().enumerate() {
        let (low, high) = of(state).nth(usize::from(k == 2)).expect("levels of the task");
        pairs.extend([(low, own), (high, own + 1)]);
    }
    pairs
}

fn levels_of(trigger: &Trigger) -> Option<(Slot, Slot)> {
    match *trigger {
        Trigger::Reaches { low, high, .. } => Some((low, high)),
        _ => None,
    }
}
