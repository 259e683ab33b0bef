//! A machine that leaves the course of each trial where a rig finds it.

use crate::{Bindings, Board, Target, told};
use std::sync::Arc;
use trialect_ir::{Host, InputId, Machine, Phase, Program, header};
use trialect_matrix::Post;

/// A machine with a board that runs its trials.
#[derive(Debug)]
pub struct OnDevice<M> {
    inner: M,
    target: Target,
    post: Post,
}

impl<M: Machine> OnDevice<M> {
    /// Around a machine that runs this program.
    pub fn new(inner: M, program: Arc<Program>, board: Board, bindings: Bindings, post: Post) -> OnDevice<M> {
        OnDevice { inner, target: Target::new(program, board, bindings), post }
    }
}

impl<M: Machine> Machine for OnDevice<M> {
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
        let mut memory = self.inner.memory().to_vec();
        if let Some(now) = memory.get_mut(header::NOW.index()) {
            *now = at as u64;
        }
        let course = self.target.lower(&memory).map_err(|refusals| told(&refusals, &self.target.program));
        *self.post.borrow_mut() = Some(course);
        self.inner.begin(at, host);
    }
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        self.inner.event(input, value, at, host);
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.timers(at, host);
    }
    fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        self.inner.interrupt(at, host);
    }
}
