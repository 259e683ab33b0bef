//! The trial's states: what happens in an instant.

use crate::Run;
use trialect_ir::{Clause, InputId, NEVER, NO_OUTCOME, State, StateId, Then, Trigger, Update, header};

impl<'a> Run<'a> {
    /// The state the trial is in; none between trials.
    fn current(&self) -> Option<(StateId, &'a State)> {
        let index = self.get(header::STATE);
        let program = self.program;
        program.states.get(usize::try_from(index).ok()?).map(|state| (StateId(index as u32), state))
    }

    pub(crate) fn begin(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.set(header::TRIAL_START, at);
        self.set(header::OUTCOME, NO_OUTCOME);
        self.enter(StateId(0));
    }

    pub(crate) fn event(&mut self, input: InputId, value: i64, at: i64) {
        self.set(header::NOW, at);
        self.update(input, value);
        self.clauses(|run, trigger| match *trigger {
            Trigger::Input(other) => other == input,
            Trigger::Reaches { input: other, count, low, high } => {
                let count = run.get(count);
                other == input && (count <= run.get(low) || count >= run.get(high))
            }
            Trigger::Condition | Trigger::Timer(_) => false,
        });
    }

    pub(crate) fn timers(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.clauses(|run, trigger| match *trigger {
            Trigger::Timer(slot) if run.get(slot) <= at => {
                run.set(slot, NEVER);
                true
            }
            _ => false,
        });
    }

    pub(crate) fn interrupt(&mut self, at: i64) {
        self.set(header::NOW, at);
        if let Some((id, state)) = self.current() {
            self.leave(id, state);
            self.rest();
        }
    }

    fn update(&mut self, input: InputId, value: i64) {
        match self.program.inputs[input.0 as usize].update {
            Update::Nothing => {}
            Update::Count { raw, zero, count } => {
                self.set(raw, value);
                self.set(count, value.wrapping_sub(self.get(zero)));
            }
            Update::Flag { slot, on } => self.set(slot, i64::from(on)),
        }
    }

    /// Takes the current state's clauses in text order; the first that fires and goes somewhere is the last.
    fn clauses(&mut self, mut triggered: impl FnMut(&mut Self, &Trigger) -> bool) {
        let Some((id, state)) = self.current() else { return };
        for clause in &state.clauses {
            if triggered(self, &clause.trigger) && self.fire(id, state, clause) {
                return;
            }
        }
        self.settle(id, state);
    }

    /// Tests the state's conditions in text order.
    fn settle(&mut self, id: StateId, state: &'a State) {
        for clause in state.clauses.iter().filter(|clause| clause.trigger == Trigger::Condition) {
            if self.fire(id, state, clause) {
                return;
            }
        }
    }

    /// Fires a clause whose guard holds; true when it went somewhere.
    fn fire(&mut self, id: StateId, state: &'a State, clause: &'a Clause) -> bool {
        if clause.guard.as_ref().is_some_and(|guard| self.value(guard) == 0) {
            return false;
        }
        if let Some(rule) = clause.rule {
            self.host.decided(rule, self.memory);
        }
        self.code(&clause.actions);
        match clause.then {
            Then::Stay => return false,
            Then::Enter(target) => {
                self.leave(id, state);
                self.enter(target);
            }
            Then::End(outcome) => {
                self.leave(id, state);
                self.set(header::OUTCOME, i64::from(outcome));
                self.rest();
            }
        }
        true
    }

    fn leave(&mut self, id: StateId, state: &State) {
        let now = self.get(header::NOW);
        let stayed = now.wrapping_sub(self.get(state.slots.entry));
        self.set(state.slots.exit, now);
        self.set(state.slots.time, self.get(state.slots.time).wrapping_add(stayed));
        self.host.left(id, self.memory);
        self.code(&state.leave);
    }

    fn enter(&mut self, id: StateId) {
        let program = self.program;
        let state = &program.states[id.0 as usize];
        self.set(header::STATE, i64::from(id.0));
        self.set(state.slots.entry, self.get(header::NOW));
        self.set(state.slots.visits, self.get(state.slots.visits).wrapping_add(1));
        self.host.entered(id, self.memory);
        self.code(&state.entry);
        self.settle(id, state);
    }

    /// Between trials: no state, no timer.
    fn rest(&mut self) {
        self.set(header::STATE, self.program.idle());
        for slot in self.program.timer_slots() {
            self.memory[slot.index()] = NEVER as u64;
        }
    }
}
