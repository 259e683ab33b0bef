//! States of the trial that could last for ever: none of their ways out comes for certain, and none waits for anything.

use crate::Checker;
use crate::cases::{At, Cases, Formula, not};
use crate::model::*;
use crate::term::Texpr;
use trialect_base::Finding;

impl Checker<'_> {
    /// A state is left after some time, or waits for something that may happen: a timer comes once, and a condition
    /// of what is settled when the trial begins does not change.
    pub(crate) fn check_waits(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let states = self.model.states.iter().filter(|state| state.machine.is_none());
        let findings: Vec<Finding> = states.filter_map(|state| self.stuck(state)).collect();
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    fn stuck(&self, state: &State) -> Option<Finding> {
        let leaving: Vec<&Clause> = state.clauses.iter().filter(|clause| clause.goes != Goes::Stays).collect();
        let settled = |clause: &&Clause| match (&clause.waits, &clause.guard) {
            (Waits::After(_), Some(_)) => true,
            (Waits::Condition, Some(guard)) => !self.changes_in_trial(guard),
            _ => false,
        };
        if leaving.is_empty() || !leaving.iter().all(settled) || self.libraries.contains(&state.span.source) {
            return None;
        }
        let mut cases = Cases::new(&self.model, At::default());
        let guards: Vec<Formula> = leaving.iter().map(|clause| cases.guard(clause.guard.as_ref())).collect();
        let none = Formula::All(guards.into_iter().map(not).collect());
        if cases.possible(&none) != Some(true) {
            return None;
        }
        let name = &state.name;
        let message = format!("`{name}` may never be left: its timers come once, and perhaps no condition holds then");
        let (only, last) = (leaving.len() == 1, leaving.last()?);
        let label = if only { "the only way out" } else { "the last way out" };
        let finding = Finding::error("may-wait-forever", message, state.span, "may last for ever");
        let finding = finding.also(self.head_of(last.span), label);
        Some(finding.help("add a way without a condition, as the last one: `after TIME -> STATE` or `-> end OUTCOME`"))
    }

    /// Whether what an expression reads may change while the trial lasts.
    fn changes_in_trial(&self, typed: &Texpr) -> bool {
        self.is_live(typed)
    }
}
