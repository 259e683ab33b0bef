//! What an event, a timer or an interruption does in each state.

use crate::body::Body;
use crate::routine::{Own, Routine, on_input, on_state, on_timers};
use crate::transition::is_thin;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use trialect_ir::{Class, InputId, StateId, Update, header};

impl Body<'_> {
    /// The routine that takes an event that a state reacts to.
    ///
    /// It calls nothing: where a clause fires that goes somewhere, or where the host or the law is
    /// needed, it asks its caller for the routine that does the rest. So a sample that reaches
    /// nothing costs its update and its tests.
    pub(crate) fn event(&mut self, id: StateId, input: InputId) {
        self.update(input);
        let chain = on_input(&self.program.states[id.0 as usize], input);
        if is_thin(&chain) {
            self.chain(id, &chain);
        } else {
            self.done_by(Routine::React(id, input));
        }
    }

    /// The routine that takes an event that nothing reacts to.
    pub(crate) fn ignore(&mut self, input: InputId) {
        self.update(input);
        self.done();
    }

    /// The time, and what an event of an input changes before any clause is looked at.
    fn update(&mut self, input: InputId) {
        let (value, at) = (self.parameters[0], self.parameters[1]);
        self.store(header::NOW, at);
        match self.program.inputs[input.0 as usize].update {
            Update::Nothing => {}
            Update::Count { raw, zero, count } => {
                self.store(raw, value);
                let zero = self.load(zero, Class::Int);
                let counted = self.ins().isub(value, zero);
                self.store(count, counted);
            }
            Update::Flag { slot, on } => {
                let word = self.ins().iconst(I64, i64::from(on));
                self.store(slot, word);
            }
        }
    }

    /// The routine of a state's reaction that needs the host or the law.
    pub(crate) fn react(&mut self, id: StateId, input: InputId) {
        let state = &self.program.states[id.0 as usize];
        self.chain(id, &on_input(state, input));
    }

    /// The routine of what a state does on hearing of another machine.
    pub(crate) fn hear(&mut self, id: StateId, other: StateId, entered: bool) {
        let state = &self.program.states[id.0 as usize];
        self.chain(id, &on_state(state, other, entered));
    }

    /// The routine that lets a machine's timers fire.
    pub(crate) fn timers(&mut self, own: Own) {
        let at = self.parameters[1];
        self.store(header::NOW, at);
        for (cell, id) in self.each_state(own) {
            self.switch_to(cell);
            let state = &self.program.states[id.0 as usize];
            self.chain(id, &on_timers(state));
        }
    }

    /// The routine that leaves a machine's state and stops it.
    pub(crate) fn quit(&mut self, own: Own) {
        let at = self.parameters[1];
        self.store(header::NOW, at);
        for (cell, id) in self.each_state(own) {
            self.switch_to(cell);
            self.leave(id);
            self.routine(Routine::Rest(own));
            self.done();
        }
    }

    /// A cell for each state of a machine; jumps to that of its present one, and is done when it is stopped.
    fn each_state(&mut self, own: Own) -> Vec<(Block, StateId)> {
        let program = self.program;
        let (word, states) = match own {
            Some(k) => (program.besides[k].at, program.besides[k].states.clone()),
            None => (header::STATE, 0..program.trial_states() as u32),
        };
        let cells: Vec<Block> = states.clone().map(|_| self.block()).collect();
        let mut state = self.load(word, Class::Int);
        if states.start > 0 {
            let first = self.int(states.start.into());
            state = self.ins().isub(state, first);
        }
        self.choose_cell(state, &cells);
        cells.into_iter().zip(states.map(StateId)).collect()
    }

    /// Jumps to the cell with an index; the routine is done when there is none.
    fn choose_cell(&mut self, index: Value, cells: &[Block]) {
        let nowhere = self.block();
        let index = self.ins().ireduce(I32, index);
        self.table(index, cells, nowhere);
        self.switch_to(nowhere);
        self.done();
    }
}
