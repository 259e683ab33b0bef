//! What an event, a timer or an interruption does in each state.

use crate::body::Body;
use crate::routine::{Routine, on_input, on_timers, states};
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

    /// The routine that lets timers fire.
    pub(crate) fn timers(&mut self) {
        let program = self.program;
        let at = self.parameters[1];
        self.store(header::NOW, at);
        let cells: Vec<Block> = program.states.iter().map(|_| self.block()).collect();
        let state = self.load(header::STATE, Class::Int);
        self.choose_cell(state, &cells);
        for (cell, (id, state)) in cells.into_iter().zip(states(program)) {
            self.switch_to(cell);
            self.chain(id, &on_timers(state));
        }
    }

    /// The routine that breaks a trial off.
    pub(crate) fn interrupt(&mut self) {
        let program = self.program;
        let at = self.parameters[1];
        self.store(header::NOW, at);
        let cells: Vec<Block> = program.states.iter().map(|_| self.block()).collect();
        let state = self.load(header::STATE, Class::Int);
        self.choose_cell(state, &cells);
        for (cell, (id, _)) in cells.into_iter().zip(states(program)) {
            self.switch_to(cell);
            self.leave(id);
            self.routine(Routine::Rest);
            self.done();
        }
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
