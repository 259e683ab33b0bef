//! A machine that is listened to: which expectations were refuted, with what was in memory, and what is going to be
//! done at devices.

use std::cell::RefCell;
use std::rc::Rc;
use trialect_device::Ns;
use trialect_ir::{ColumnId, DrawId, Host, InputId, Machine, Phase, RuleId, SiteId, StateId, header, law};

/// An expectation that did not hold.
#[derive(Debug, Clone)]
pub(crate) struct Refuted {
    pub(crate) rule: RuleId,
    pub(crate) trial: u32,
    pub(crate) memory: Vec<u64>,
}

/// What was heard and nobody has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// The first time of each rule.
    pub(crate) refuted: Vec<Refuted>,
    /// What is going to be done, as an index into the scenario's acts, and when.
    pub(crate) due: Vec<(Ns, usize)>,
}

/// A machine with an ear.
pub(crate) struct Watched {
    pub(crate) machine: Box<dyn Machine>,
    /// The rules that refute something.
    pub(crate) rules: Vec<RuleId>,
    /// The rules that tell of each act.
    pub(crate) acts: Vec<RuleId>,
    pub(crate) heard: Rc<RefCell<Heard>>,
}

struct Ear<'a> {
    host: &'a mut dyn Host,
    rules: &'a [RuleId],
    acts: &'a [RuleId],
    heard: &'a RefCell<Heard>,
}

impl Host for Ear<'_> {
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64 {
        self.host.draw(draw, memory)
    }
    fn defined(&mut self, column: ColumnId, memory: &mut [u64]) {
        self.host.defined(column, memory);
    }
    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        self.host.output(site, memory);
    }
    fn release(&mut self, site: SiteId, memory: &mut [u64]) {
        self.host.release(site, memory);
    }
    fn left(&mut self, state: StateId, memory: &mut [u64]) {
        self.host.left(state, memory);
    }
    fn entered(&mut self, state: StateId, memory: &mut [u64]) {
        self.host.entered(state, memory);
    }
    fn decided(&mut self, rule: RuleId, memory: &mut [u64]) {
        let mut heard = self.heard.borrow_mut();
        if let Some(act) = self.acts.iter().position(|act| *act == rule) {
            let (now, after) = (memory[header::NOW.index()] as Ns, f64::from_bits(memory[header::SCRATCH.index()]));
            heard.due.push((now.saturating_add(law::nanoseconds(after)), act));
            return;
        }
        if self.rules.contains(&rule) && !heard.refuted.iter().any(|refuted| refuted.rule == rule) {
            let trial = memory[header::TRIAL.index()] as u32;
            heard.refuted.push(Refuted { rule, trial, memory: memory.to_vec() });
        }
        drop(heard);
        self.host.decided(rule, memory);
    }
}

impl Watched {
    /// The machine, and the host with an ear.
    fn with<'a>(&'a mut self, host: &'a mut dyn Host) -> (&'a mut dyn Machine, Ear<'a>) {
        (self.machine.as_mut(), Ear { host, rules: &self.rules, acts: &self.acts, heard: &self.heard })
    }
}

impl Machine for Watched {
    fn name(&self) -> &'static str {
        self.machine.name()
    }
    fn memory(&self) -> &[u64] {
        self.machine.memory()
    }
    fn memory_mut(&mut self) -> &mut [u64] {
        self.machine.memory_mut()
    }
    fn run(&mut self, phase: Phase, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.run(phase, &mut ear);
    }
    fn start(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.start(at, &mut ear);
    }
    fn stop(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.stop(at, &mut ear);
    }
    fn settle(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.settle(at, &mut ear);
    }
    fn begin(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.begin(at, &mut ear);
    }
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.event(input, value, at, &mut ear);
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.timers(at, &mut ear);
    }
    fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        let (machine, mut ear) = self.with(host);
        machine.interrupt(at, &mut ear);
    }
}
