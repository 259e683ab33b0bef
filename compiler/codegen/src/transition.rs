//! What clauses do: firing, leaving, entering, ending, settling.

use crate::body::Body;
use crate::expr::expr_calls;
use crate::routine::{Numbered, Own, Routine, conditions, going, has_conditions};
use crate::statement::code_calls;
use crate::thunk::Thunk;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder};
use trialect_ir::{Class, Clause, NEVER, NO_OUTCOME, Slot, StateId, Then, Trigger, header};

/// Whether clauses need no call until one of them goes somewhere, so that they can stand in the event routine.
pub(crate) fn is_thin(chain: &[Numbered<'_>]) -> bool {
    chain.iter().all(|(_, clause)| {
        let stays_silent = clause.rule.is_none() && !code_calls(&clause.actions);
        (clause.then != Then::Stay || stays_silent) && !clause.guard.as_ref().is_some_and(expr_calls)
    })
}

impl Body<'_> {
    /// Clauses of a state in order, until one goes somewhere; then the routine is done.
    pub(crate) fn chain(&mut self, state: StateId, chain: &[Numbered<'_>]) {
        for &(k, clause) in chain {
            let next = self.block();
            self.test(clause, next);
            if clause.then == Then::Stay {
                self.act(clause);
                self.jump(next);
            } else {
                self.done_by(Routine::Fire(state, k));
            }
            self.switch_to(next);
        }
        self.done();
    }

    /// Tells the host that a clause fires, and runs its actions.
    fn act(&mut self, clause: &Clause) {
        if let Some(rule) = clause.rule {
            self.host(Thunk::Decided, rule.0);
        }
        self.code(&clause.actions);
    }

    /// Goes on where the clause fires; else to `next`.
    fn test(&mut self, clause: &Clause, next: Block) {
        match clause.trigger {
            Trigger::Input(_) | Trigger::State { .. } | Trigger::Condition => {}
            Trigger::Reaches { count, low, high, .. } => {
                let (above, reached) = (self.block(), self.hit(clause));
                let (value, low) = (self.load(count, Class::Int), self.load(low, Class::Int));
                let at_low = self.compare(IntCC::SignedLessThanOrEqual, value, low);
                self.branch(at_low, reached, above);
                self.switch_to(above);
                let high = self.load(high, Class::Int);
                let at_high = self.compare(IntCC::SignedGreaterThanOrEqual, value, high);
                self.branch(at_high, reached, next);
                self.switch_to(reached);
            }
            Trigger::Timer(slot) => {
                let (come, at) = (self.hit(clause), self.parameters[1]);
                let deadline = self.load(slot, Class::Int);
                let due = self.compare(IntCC::SignedLessThanOrEqual, deadline, at);
                self.branch(due, come, next);
                self.switch_to(come);
                let never = self.int(NEVER);
                self.store(slot, never);
            }
        }
        if let Some(guard) = &clause.guard {
            let holds = self.value(guard);
            let fires = self.hit(clause);
            self.branch(holds, fires, next);
            self.switch_to(fires);
        }
    }

    /// A block for a clause that matches. What goes elsewhere is rare: it ends the clause's own state.
    fn hit(&mut self, clause: &Clause) -> Block {
        if clause.then == Then::Stay { self.block() } else { self.rare_block() }
    }

    /// The routine of a clause that goes somewhere.
    pub(crate) fn fire(&mut self, id: StateId, clause: usize) {
        let clause = &self.program.states[id.0 as usize].clauses[clause];
        self.act(clause);
        match clause.then {
            Then::Stay => {}
            Then::Enter(target) => {
                self.leave(id);
                self.enter(target);
            }
            Then::End(outcome) => {
                self.leave(id);
                let outcome = self.int(outcome.into());
                self.store(header::OUTCOME, outcome);
                self.routine(Routine::Rest(None));
            }
        }
        self.done();
    }

    /// Leaves a state. This and entering stand where they happen: calls between routines would cost more than they do.
    pub(crate) fn leave(&mut self, id: StateId) {
        let state = &self.program.states[id.0 as usize];
        let now = self.load(header::NOW, Class::Int);
        let entered = self.load(state.slots.entry, Class::Int);
        let before = self.load(state.slots.time, Class::Int);
        let stayed = self.ins().isub(now, entered);
        let time = self.ins().iadd(before, stayed);
        self.store(state.slots.exit, now);
        self.store(state.slots.time, time);
        self.host(Thunk::Left, id.0);
        self.code(&state.leave);
    }

    /// Enters a state.
    fn enter(&mut self, id: StateId) {
        let state = &self.program.states[id.0 as usize];
        let index = self.int(id.0.into());
        let word = self.program.state_word(id);
        self.store(word, index);
        let now = self.load(header::NOW, Class::Int);
        self.store(state.slots.entry, now);
        let (before, one) = (self.load(state.slots.visits, Class::Int), self.int(1));
        let visits = self.ins().iadd(before, one);
        self.store(state.slots.visits, visits);
        self.host(Thunk::Entered, id.0);
        self.code(&state.entry);
        if has_conditions(state) {
            self.routine(Routine::Settle(id));
        }
    }

    /// The routine that tests a state's conditions.
    pub(crate) fn settle(&mut self, id: StateId) {
        let state = &self.program.states[id.0 as usize];
        self.chain(id, &conditions(state));
    }

    /// The routine that tests a state's conditions that go somewhere.
    pub(crate) fn again(&mut self, id: StateId) {
        let state = &self.program.states[id.0 as usize];
        self.chain(id, &going(state));
    }

    /// The routine that enters the first state of a machine beside the trial's.
    pub(crate) fn start(&mut self, beside: usize) {
        self.enter(StateId(self.program.besides[beside].states.start));
        self.done();
    }

    /// The routine that starts a trial.
    pub(crate) fn begin(&mut self) {
        let (at, none) = (self.parameters[1], self.int(NO_OUTCOME));
        self.store(header::NOW, at);
        self.store(header::TRIAL_START, at);
        self.store(header::OUTCOME, none);
        self.enter(StateId(0));
        self.done();
    }

    /// The routine that stops a machine: no state, no timer.
    pub(crate) fn rest(&mut self, own: Own) {
        let program = self.program;
        let (word, timers) = match own {
            Some(k) => (program.besides[k].at, &program.besides[k].timers),
            None => (header::STATE, &program.timers),
        };
        let idle = self.int(program.idle());
        self.store(word, idle);
        let never = self.int(NEVER);
        for slot in timers.clone() {
            self.store(Slot(slot), never);
        }
        self.done();
    }
}
