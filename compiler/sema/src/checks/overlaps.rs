//! Ways that are never taken, because one before them is taken whenever they could be.

use crate::Checker;
use crate::cases::{At, Cases, Formula, not, same};
use crate::model::*;
use trialect_base::{Finding, Severity, Span};

/// Ways before one with which it is compared.
const COMPARED_MAX: usize = 32;

impl Checker<'_> {
    /// Transitions of a stage and clauses of a state of which an earlier one always comes first.
    pub(crate) fn check_overlaps(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let mut findings = Vec::new();
        for (k, curriculum) in self.model.curricula.iter().enumerate() {
            for (stage, from) in curriculum.stages.iter().enumerate() {
                let place = Some((CurriculumId(k), stage));
                for moment in [Moment::TrialEnd, Moment::SessionEnd] {
                    let ways: Vec<&Transition> = from.transitions.iter().filter(|way| way.moment == moment).collect();
                    let mut cases = Cases::new(&self.model, At { stage: place, moment: Some(moment), fresh: false });
                    let guards: Vec<Formula> = ways.iter().map(|way| cases.guard(way.guard.as_ref())).collect();
                    if let Some((earlier, later)) = hidden(&cases, &guards) {
                        let spans = (self.head_of(ways[earlier].span), self.head_of(ways[later].span));
                        findings.push(never_taken(
                            Severity::Error,
                            &format!("the stage `{}`", from.name),
                            "transition",
                            spans,
                        ));
                    }
                }
            }
        }
        for state in &self.model.states {
            findings.extend(self.hidden_clause(state));
        }
        findings
            .retain(|finding| finding.labels.first().is_none_or(|label| !self.libraries.contains(&label.span.source)));
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// The first clause of a state that comes too late.
    fn hidden_clause(&self, state: &State) -> Option<Finding> {
        let clauses = &state.clauses;
        for (later, clause) in clauses.iter().enumerate().skip(1) {
            for earlier in
                (0..clauses.len()).filter(|&k| k != later && clauses[k].goes != Goes::Stays).take(COMPARED_MAX)
            {
                let first = &clauses[earlier];
                // Copies of one clause, made by a loop or for several devices, stand in one place.
                if first.span == clause.span {
                    continue;
                }
                if self.hides(clauses, earlier, later) {
                    let spans = (self.head_of(first.span), self.head_of(clause.span));
                    return Some(never_taken(
                        Severity::Warning,
                        &format!("the state `{}`", state.name),
                        "clause",
                        spans,
                    ));
                }
            }
        }
        None
    }

    /// Whether one clause leaves the state before another one could do anything.
    fn hides(&self, clauses: &[Clause], earlier: usize, later: usize) -> bool {
        let (first, second) = (&clauses[earlier], &clauses[later]);
        if let (Waits::After(a), Waits::After(b)) = (&first.waits, &second.waits)
            && first.guard.is_none()
            && a.range.high < b.range.low
        {
            return true;
        }
        let one_event = match (&first.waits, &second.waits) {
            (Waits::Event(a, k), Waits::Event(b, m)) => a == b && k == m,
            (Waits::State(a, k), Waits::State(b, m)) => a == b && k == m,
            (Waits::Condition, Waits::Condition) => true,
            (Waits::After(a), Waits::After(b)) => same(a, b),
            _ => false,
        };
        // What a clause between them does could let the second hold where the first did not.
        let between = clauses.get(earlier + 1..later).unwrap_or_default();
        if !one_event || earlier > later || between.iter().any(|clause| !clause.actions.is_empty()) {
            return false;
        }
        let mut cases = Cases::new(&self.model, At::default());
        let (a, b) = (cases.guard(first.guard.as_ref()), cases.guard(second.guard.as_ref()));
        !cases.never(&b) && cases.follows(&b, &a)
    }
}

/// The first of several conditions, looked at one after the other, that cannot hold where none before it does.
fn hidden(cases: &Cases<'_>, guards: &[Formula]) -> Option<(usize, usize)> {
    for later in 1..guards.len().min(COMPARED_MAX) {
        if cases.never(&guards[later]) {
            continue;
        }
        if let Some(earlier) = (0..later).find(|&earlier| cases.follows(&guards[later], &guards[earlier])) {
            return Some((earlier, later));
        }
        let before = guards[..later].iter().map(|guard| not(guard.clone()));
        if cases.never(&Formula::All(before.chain([guards[later].clone()]).collect())) {
            return Some((later - 1, later));
        }
    }
    None
}

/// A transition that is never taken is an error of a curriculum; a clause of a state is a warning.
fn never_taken(severity: Severity, place: &str, what: &str, (earlier, later): (Span, Span)) -> Finding {
    let message = format!("this {what} of {place} is never taken: one before it is, whenever its condition holds");
    let finding = Finding { severity, ..Finding::error("never-taken", message, later, "comes too late") };
    finding.also(earlier, "this comes first").help("put it first, or remove it")
}
