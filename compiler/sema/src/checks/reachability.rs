//! States and stages that cannot be reached or left, outcomes that no trial can have, conditions in a circle.

use crate::Checker;
use crate::model::{Goes, Waits};
use trialect_base::Finding;

impl Checker<'_> {
    pub(crate) fn check_states(&mut self) {
        let next: Vec<Vec<usize>> = self.model.states.iter().map(targets).collect();
        let reached = reach(&next, 0);
        let mut findings = Vec::new();
        for (k, state) in self.model.states.iter().enumerate() {
            let leaves = state.clauses.iter().any(|clause| clause.goes != Goes::Stays);
            if !leaves {
                findings.push(
                    Finding::error(
                        "state-no-exit",
                        format!("the state `{}` has no way out", state.name),
                        state.span,
                        "no clause leaves it",
                    )
                    .help("add `after TIME -> STATE` or `after TIME -> end OUTCOME`"),
                );
            }
            if !reached[k] {
                let first = self.model.states.first().map(|state| state.name.clone()).unwrap_or_default();
                findings.push(
                    Finding::error(
                        "state-unreachable",
                        format!("the state `{}` is never entered", state.name),
                        state.span,
                        "no way leads here",
                    )
                    .help(format!("add `-> {}` to a state that is reached from `{first}`, or remove it", state.name)),
                );
            }
        }
        if findings.is_empty() {
            findings.extend(self.endless_states(&next));
        }
        findings.into_iter().for_each(|finding| self.report(finding));
        self.check_outcomes(&reached);
    }

    /// States from which no way leads to an end of the trial.
    fn endless_states(&self, next: &[Vec<usize>]) -> Vec<Finding> {
        let ends = |k: usize| self.model.states[k].clauses.iter().any(|clause| matches!(clause.goes, Goes::Ends(_)));
        let endless = (0..next.len())
            .filter(|&k| !reach(next, k).iter().enumerate().any(|(other, &reached)| reached && ends(other)));
        endless
            .map(|k| {
                let state = &self.model.states[k];
                Finding::error(
                    "trial-never-ends",
                    format!("from `{}` no way leads to the end of the trial", state.name),
                    state.span,
                    "never ends",
                )
                .help("add a clause with `-> end OUTCOME`")
            })
            .collect()
    }

    fn check_outcomes(&mut self, reached: &[bool]) {
        let Some(id) = self.model.outcomes else { return };
        let given: Vec<u32> = self
            .model
            .states
            .iter()
            .zip(reached)
            .filter(|(_, reached)| **reached)
            .flat_map(|(state, _)| &state.clauses)
            .filter_map(|clause| match clause.goes {
                Goes::Ends(k) => Some(k),
                _ => None,
            })
            .collect();
        let never: Vec<_> = self.model.enums[id.0]
            .members
            .iter()
            .enumerate()
            .filter(|(k, _)| !given.contains(&(*k as u32)))
            .map(|(_, m)| m.clone())
            .collect();
        for member in never {
            self.report(
                Finding::warning(
                    "outcome-never",
                    format!("no trial ends with `{}`", member.name),
                    member.span,
                    "never given",
                )
                .help(format!("add `-> end {}` to a state, or remove it", member.name)),
            );
        }
    }

    /// Stages that no chain of transitions from the first one reaches.
    pub(crate) fn check_stages(&mut self) {
        let mut findings = Vec::new();
        for curriculum in &self.model.curricula {
            let next: Vec<Vec<usize>> = curriculum
                .stages
                .iter()
                .map(|stage| stage.transitions.iter().map(|way| way.target as usize).collect())
                .collect();
            let reached = reach(&next, 0);
            for (stage, _) in curriculum.stages.iter().zip(&reached).filter(|(_, reached)| !**reached) {
                findings.push(
                    Finding::error(
                        "stage-unreachable",
                        format!("the stage `{}` is never reached", stage.name),
                        stage.span,
                        "no way leads here",
                    )
                    .help(format!("add `-> {}` to another stage, or remove it", stage.name)),
                );
            }
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// Conditions are followed at once, so a circle of them would take no time and never end.
    pub(crate) fn check_conditions(&mut self) {
        let next: Vec<Vec<usize>> = self
            .model
            .states
            .iter()
            .map(|state| {
                let at_once = state.clauses.iter().filter(|clause| matches!(clause.waits, Waits::Condition));
                at_once.filter_map(|clause| if let Goes::To(to) = clause.goes { Some(to.0) } else { None }).collect()
            })
            .collect();
        let circle = (0..next.len()).find(|&k| next[k].iter().any(|&to| reach(&next, to)[k]));
        if let Some(k) = circle {
            let state = self.model.states[k].clone();
            self.report(
                Finding::error(
                    "no-time-passes",
                    format!("conditions lead from `{}` back to it without any time passing", state.name),
                    state.span,
                    "in a circle",
                )
                .help("replace one `when … ->` by `on …` or `after …`"),
            );
        }
    }
}

fn targets(state: &crate::State) -> Vec<usize> {
    state.clauses.iter().filter_map(|clause| if let Goes::To(to) = clause.goes { Some(to.0) } else { None }).collect()
}

/// Which nodes can be reached from a start, itself included.
fn reach(next: &[Vec<usize>], start: usize) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        if node < seen.len() && !std::mem::replace(&mut seen[node], true) {
            open.extend(next[node].iter().copied());
        }
    }
    seen
}
