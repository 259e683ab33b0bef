//! The reference machine: the law of how a program runs, written to be read.
//!
//! [`Interpreter`] walks the program's trees. What it does is what a program means; compiled code
//! is tested against it.

mod evaluate;
mod execute;
mod instant;
mod states;

use std::collections::VecDeque;
use std::sync::Arc;
use trialect_ir::{Host, InputId, Machine, Phase, Program, StateId};

/// A program with its memory, executed by walking its trees.
#[derive(Debug, Clone)]
pub struct Interpreter {
    program: Arc<Program>,
    memory: Vec<u64>,
    /// Kept from call to call, so that none allocates.
    heard: VecDeque<(StateId, bool)>,
}

impl Interpreter {
    /// A machine with the program's initial memory, between trials.
    pub fn new(program: Arc<Program>) -> Interpreter {
        let memory = program.initial.clone();
        let heard = VecDeque::with_capacity(if program.besides.is_empty() { 0 } else { WAITING });
        Interpreter { program, memory, heard }
    }
}

/// A program's memory and the world, while one call of a machine runs.
struct Run<'a> {
    program: &'a Program,
    memory: &'a mut [u64],
    host: &'a mut dyn Host,
    /// A clause has fired since conditions were last tested.
    fired: bool,
    /// States of which other machines have yet to hear, and whether they were entered.
    heard: &'a mut VecDeque<(StateId, bool)>,
}

/// States that may wait to be heard without any memory being asked for.
const WAITING: usize = 256;

impl Interpreter {
    fn with(&mut self, host: &mut dyn Host, step: impl FnOnce(&mut Run<'_>)) {
        let (program, memory) = (&self.program, &mut self.memory);
        self.heard.clear();
        step(&mut Run { program, memory, host, fired: false, heard: &mut self.heard });
    }
}

impl Machine for Interpreter {
    fn name(&self) -> &'static str {
        "interpreter"
    }
    fn memory(&self) -> &[u64] {
        &self.memory
    }
    fn memory_mut(&mut self) -> &mut [u64] {
        &mut self.memory
    }
    fn run(&mut self, phase: Phase, host: &mut dyn Host) {
        self.with(host, |run| run.code(run.program.phase(phase)));
    }
    fn start(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.start(at));
    }
    fn stop(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.stop(at));
    }
    fn settle(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.look(at));
    }
    fn begin(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.begin(at));
    }
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.event(input, value, at));
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.timers(at));
    }
    fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        self.with(host, |run| run.interrupt(at));
    }
}
