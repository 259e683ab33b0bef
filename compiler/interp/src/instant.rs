//! An instant: who is offered what happens, in which order, and what is heard of it.

use crate::Run;
use trialect_ir::{Beside, Clock, InputId, NEVER, NO_OUTCOME, StateId, Trigger, Update, header};

/// A machine: one beside the trial's, or the trial's own.
pub(crate) type Own<'a> = Option<&'a Beside>;

impl<'a> Run<'a> {
    /// All machines in the order in which they are offered what happens: the trial's own is the last.
    fn machines(&self) -> impl Iterator<Item = Own<'a>> + use<'a> {
        self.program.besides.iter().map(Some).chain([None])
    }

    fn besides(&self, clock: Clock) -> impl Iterator<Item = &'a Beside> + use<'a> {
        self.program.besides.iter().filter(move |beside| beside.clock == clock)
    }

    pub(crate) fn start(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.enter_first(Clock::Session);
        self.settle_all();
    }

    pub(crate) fn begin(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.set(header::TRIAL_START, at);
        self.set(header::OUTCOME, NO_OUTCOME);
        self.enter_first(Clock::Trial);
        self.enter(StateId(0));
        self.finish();
    }

    fn enter_first(&mut self, clock: Clock) {
        for beside in self.besides(clock) {
            self.enter(StateId(beside.states.start));
        }
    }

    pub(crate) fn event(&mut self, input: InputId, value: i64, at: i64) {
        self.set(header::NOW, at);
        self.update(input, value);
        self.offer(|run, trigger| match *trigger {
            Trigger::Input(other) => other == input,
            Trigger::Reaches { input: other, count, low, high } => {
                let count = run.get(count);
                other == input && (count <= run.get(low) || count >= run.get(high))
            }
            Trigger::Condition | Trigger::Timer(_) | Trigger::State { .. } => false,
        });
        self.finish();
    }

    pub(crate) fn timers(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.offer(|run, trigger| match *trigger {
            Trigger::Timer(slot) if run.get(slot) <= at => {
                run.set(slot, NEVER);
                true
            }
            _ => false,
        });
        self.finish();
    }

    pub(crate) fn interrupt(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.quit(None);
        self.quit_all(Clock::Trial);
    }

    pub(crate) fn stop(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.quit_all(Clock::Session);
    }

    fn quit_all(&mut self, clock: Clock) {
        for beside in self.besides(clock) {
            self.quit(Some(beside));
        }
    }

    /// Rules between trials may have set what conditions read.
    pub(crate) fn look(&mut self, at: i64) {
        self.set(header::NOW, at);
        self.fired = true;
        self.settle_all();
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

    /// Offers to each machine what triggers clauses.
    fn offer(&mut self, mut triggered: impl FnMut(&mut Self, &Trigger) -> bool) {
        for machine in self.machines() {
            self.clauses(machine, &mut triggered);
        }
    }

    /// After an instant: when the trial has ended its machines beside stop, and what was entered and left is heard.
    fn finish(&mut self) {
        self.after_the_trial();
        self.settle_all();
    }

    fn after_the_trial(&mut self) {
        if self.get(header::OUTCOME) != NO_OUTCOME {
            self.quit_all(Clock::Trial);
        }
    }

    /// Lets machines hear of each other, and tests conditions again, until nothing fires.
    ///
    /// The verifier has seen that this ends: see [`trialect_ir::endless`].
    fn settle_all(&mut self) {
        while !self.program.besides.is_empty() {
            if let Some((state, entered)) = self.heard.pop_front() {
                let trigger = Trigger::State { state, entered };
                for machine in self.machines() {
                    if self.hears(machine, &trigger) {
                        self.clauses(machine, &mut |_, other| *other == trigger);
                    }
                }
            } else if std::mem::take(&mut self.fired) {
                for machine in self.machines() {
                    if let Some((id, state)) = self.current(machine) {
                        self.conditions(id, state, false);
                    }
                }
            } else {
                return;
            }
            self.after_the_trial();
        }
    }

    fn hears(&self, machine: Own<'a>, trigger: &Trigger) -> bool {
        self.current(machine).is_some_and(|(_, state)| state.clauses.iter().any(|clause| clause.trigger == *trigger))
    }
}
