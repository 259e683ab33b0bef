//! States: which clauses fire, what leaving and entering do.

use crate::Run;
use crate::instant::Own;
use trialect_ir::{Clause, NEVER, State, StateId, Then, Trigger, header};

impl<'a> Run<'a> {
    /// The state that a machine is in; none while it is stopped.
    pub(crate) fn current(&self, machine: Own<'a>) -> Option<(StateId, &'a State)> {
        let index = self.get(machine.map_or(header::STATE, |beside| beside.at));
        let program = self.program;
        program.states.get(usize::try_from(index).ok()?).map(|state| (StateId(index as u32), state))
    }

    /// Takes the current state's clauses in text order; the first that fires and goes somewhere is the last.
    pub(crate) fn clauses(&mut self, machine: Own<'a>, triggered: &mut impl FnMut(&mut Self, &Trigger) -> bool) {
        let Some((id, state)) = self.current(machine) else { return };
        for clause in &state.clauses {
            if triggered(self, &clause.trigger) && self.fire(id, state, clause) {
                return;
            }
        }
        self.conditions(id, state, true);
    }

    /// Tests the state's conditions in text order; `all` also those that go nowhere.
    pub(crate) fn conditions(&mut self, id: StateId, state: &'a State, all: bool) {
        for clause in state.clauses.iter().filter(|clause| clause.trigger == Trigger::Condition) {
            if (all || clause.then != Then::Stay) && self.fire(id, state, clause) {
                return;
            }
        }
    }

    /// Fires a clause whose guard holds; true when it went somewhere.
    fn fire(&mut self, id: StateId, state: &'a State, clause: &'a Clause) -> bool {
        if clause.guard.as_ref().is_some_and(|guard| self.value(guard) == 0) {
            return false;
        }
        self.fired = true;
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
                self.rest(None);
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
        self.hear(id, false);
        self.code(&state.leave);
    }

    /// Machines will hear of it when the present clauses have been taken.
    fn hear(&mut self, id: StateId, entered: bool) {
        if !self.program.besides.is_empty() {
            self.heard.push_back((id, entered));
        }
    }

    pub(crate) fn enter(&mut self, id: StateId) {
        let program = self.program;
        let state = &program.states[id.0 as usize];
        self.set(program.state_word(id), i64::from(id.0));
        self.set(state.slots.entry, self.get(header::NOW));
        self.set(state.slots.visits, self.get(state.slots.visits).wrapping_add(1));
        self.host.entered(id, self.memory);
        self.fired = true;
        self.hear(id, true);
        self.code(&state.entry);
        self.conditions(id, state, true);
    }

    /// Leaves the state of a machine that runs, and stops it.
    pub(crate) fn quit(&mut self, machine: Own<'a>) {
        if let Some((id, state)) = self.current(machine) {
            self.leave(id, state);
            self.rest(machine);
        }
    }

    /// A machine that is stopped: no state, no timer.
    fn rest(&mut self, machine: Own<'a>) {
        let (at, timers) = match machine {
            Some(beside) => (beside.at, &beside.timers),
            None => (header::STATE, &self.program.timers),
        };
        self.set(at, self.program.idle());
        for slot in timers.clone() {
            self.memory[slot as usize] = NEVER as u64;
        }
    }
}
