//! States and stages that cannot be reached or left, outcomes that no trial can have, conditions in a circle.

use crate::Checker;
use crate::model::{Curriculum, Goes, Stage, State, Waits};
use trialect_base::Finding;

impl Checker<'_> {
    pub(crate) fn check_states(&mut self) {
        let next: Vec<Vec<usize>> = self.model.states.iter().map(targets).collect();
        let reached = self.reached_states(&next);
        let mut findings = Vec::new();
        for (k, state) in self.model.states.iter().enumerate() {
            let leaves = state.clauses.iter().any(|clause| clause.goes != Goes::Stays);
            // A machine beside the trial may stay where it is: it stops with its clock.
            if !leaves && state.machine.is_none() && !self.ways_unknown {
                findings.push(
                    Finding::error(
                        "state-no-exit",
                        format!("the state `{}` has no way out", state.name),
                        state.span,
                        "no clause leaves it",
                    )
                    .help(self.way_out(state)),
                );
            }
            if !reached[k] && !self.ways_unknown {
                let start = state.machine.map_or(0, |beside| self.model.besides[beside.0].states.start);
                let first = self.model.states[start].name.clone();
                let name = state.name.rsplit('.').next().unwrap_or_default();
                findings.push(
                    Finding::error(
                        "state-unreachable",
                        format!("the state `{}` is never entered", state.name),
                        state.span,
                        "no way leads here",
                    )
                    .help(format!("add `-> {name}` to a state that is reached from `{first}`, or remove it")),
                );
            }
        }
        if self.ways_unknown {
            return;
        }
        if findings.is_empty() {
            findings.extend(self.endless_states(&next));
        }
        let complete = findings.is_empty();
        findings.into_iter().for_each(|finding| self.report(finding));
        if complete {
            self.check_outcomes(&reached);
        }
    }

    /// A way out for a state without one: a state that is called like an outcome most likely ends with it.
    fn way_out(&self, state: &State) -> String {
        let outcomes = self.model.outcomes.map(|id| self.model.enums[id.0].members.as_slice()).unwrap_or_default();
        match outcomes.iter().any(|outcome| outcome.name == state.name) {
            true => format!("add `after TIME -> end {}`, or `after TIME -> STATE`", state.name),
            false => "add `after TIME -> STATE` or `after TIME -> end OUTCOME`".into(),
        }
    }

    /// States that some way leads to from the first one of their machine.
    fn reached_states(&self, next: &[Vec<usize>]) -> Vec<bool> {
        let starts = self.model.besides.iter().map(|beside| beside.states.start).chain([0]);
        let mut all = vec![false; next.len()];
        for start in starts {
            for (all, reached) in all.iter_mut().zip(reach(next, start)) {
                *all |= reached;
            }
        }
        all
    }

    /// States from which no way leads to an end of the trial.
    fn endless_states(&self, next: &[Vec<usize>]) -> Vec<Finding> {
        let ends = |k: usize| self.model.states[k].clauses.iter().any(|clause| matches!(clause.goes, Goes::Ends(_)));
        let endless = (0..next.len())
            .filter(|&k| self.model.states[k].machine.is_none())
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
        let Some(id) = self.model.outcomes.filter(|_| !self.model.states.is_empty()) else { return };
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
        if self.ways_unknown {
            return;
        }
        for curriculum in &self.model.curricula {
            let next: Vec<Vec<usize>> = curriculum
                .stages
                .iter()
                .map(|stage| stage.transitions.iter().map(|way| way.target as usize).collect())
                .collect();
            let reached = reach(&next, 0);
            let ends: Vec<&Stage> = curriculum
                .stages
                .iter()
                .zip(&reached)
                .filter(|(s, r)| **r && s.transitions.is_empty())
                .map(|(s, _)| s)
                .collect();
            for (stage, _) in curriculum.stages.iter().zip(&reached).filter(|(_, reached)| !**reached) {
                let finding = Finding::error(
                    "stage-unreachable",
                    format!("the stage `{}` is never reached", stage.name),
                    stage.span,
                    "no way leads here",
                );
                // A stage that was to lead here has most likely no way at all.
                let finding = match ends.as_slice() {
                    [] => finding.help(format!("add `-> {}` to another stage, or remove it", stage.name)),
                    [end, ..] => finding
                        .also(end.span, "this stage is never left")
                        .help(format!("add `on trial.end when … -> {}` to `{}`, or remove it", stage.name, end.name)),
                };
                findings.push(finding);
            }
            findings.extend(ends_before_the_last(curriculum, &ends));
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// Conditions are followed at once, and a timer may be 0 s: a circle of them would take no time and never end.
    pub(crate) fn check_conditions(&mut self) {
        let next = self.ways_without_time();
        let Some(start) = (0..next.len()).find(|&k| !next[k].is_empty()) else { return };
        let circle = shortest_circle(&next, start);
        let name = |k: usize| format!("`{}`", self.model.states[k].name);
        let names: Vec<String> = circle.iter().chain([&start]).map(|&k| name(k)).collect();
        let levels = circle.iter().any(|&k| {
            let state = &self.model.states[k];
            let level = |waits: &Waits| matches!(waits, Waits::Reaches { .. }) && self.takes_no_time(state, waits);
            state.clauses.iter().any(|clause| level(&clause.waits))
        });
        let help = match levels {
            true => "the level may be reached already: `zero` the reading when the state is entered",
            false => "on the way, wait for an event with `on … ->`, or for a time above 0 s with `after … ->`",
        };
        let message = format!("{} comes back to itself without any time passing", name(start));
        let mut finding = Finding::error("no-time-passes", message, self.model.states[start].span, names.join(" -> "));
        for &k in &circle[1..] {
            finding = finding.also(self.model.states[k].span, "on the way");
        }
        self.report(finding.help(help));
    }
}

/// A curriculum ends in one stage, the last in the text; others without a way out were most likely forgotten.
fn ends_before_the_last(curriculum: &Curriculum, ends: &[&Stage]) -> Vec<Finding> {
    let Some(last) = ends.iter().max_by_key(|stage| stage.span) else { return Vec::new() };
    let forgotten = ends.iter().filter(|stage| stage.span != last.span);
    forgotten
        .map(|stage| {
            let message =
                format!("the stage `{}` is never left, and `{}` ends `{}`", stage.name, last.name, curriculum.name);
            Finding::warning("stage-no-exit", message, stage.span, "no way leads out")
                .also(last.span, "has no way out either")
                .help(format!("add `on trial.end when … -> STAGE` to `{}`", stage.name))
        })
        .collect()
}

/// A way from one state to another that may take no time.
struct Way {
    from: usize,
    to: usize,
    /// The state of another machine that is heard, and whether it is entered.
    heard: Option<(usize, bool)>,
}

impl Checker<'_> {
    /// Ways on which machines could go round for ever: each on a circle of its machine, and what is heard on it as well.
    fn ways_without_time(&self) -> Vec<Vec<usize>> {
        let states = self.model.states.iter().enumerate();
        let mut ways: Vec<Way> = states
            .flat_map(|(from, state)| state.clauses.iter().map(move |clause| (from, state, clause)))
            .filter_map(|(from, state, clause)| {
                let Goes::To(to) = clause.goes else { return None };
                let heard = match clause.waits {
                    Waits::State(state, entered) => Some((state.0, entered)),
                    _ if self.takes_no_time(state, &clause.waits) => None,
                    _ => return None,
                };
                Some(Way { from, to: to.0, heard })
            })
            .collect();
        loop {
            let mut next = vec![Vec::new(); self.model.states.len()];
            ways.iter().for_each(|way| next[way.from].push(way.to));
            let happens = |(state, entered): (usize, bool)| {
                ways.iter().any(|way| (if entered { way.to } else { way.from }) == state)
            };
            let mut beyond: Vec<Option<Vec<bool>>> = vec![None; next.len()];
            let mut circular = |way: &Way| beyond[way.to].get_or_insert_with(|| reach(&next, way.to))[way.from];
            let keep: Vec<bool> = ways.iter().map(|way| circular(way) && way.heard.is_none_or(happens)).collect();
            if keep.iter().all(|keep| *keep) {
                return next;
            }
            let mut keep = keep.into_iter();
            ways.retain(|_| keep.next().unwrap_or(false));
        }
    }

    /// Whether a clause may fire at the instant in which its state is entered.
    fn takes_no_time(&self, state: &State, waits: &Waits) -> bool {
        match waits {
            Waits::Condition => true,
            // A time that may be negative has a finding of its own.
            Waits::After(time) => (0.0..SHORTEST).contains(&time.range.low),
            Waits::Reaches { affine, .. } => !state.zeroes(affine.device, affine.channel, &self.model),
            Waits::Event(..) | Waits::State(..) => false,
        }
    }
}

/// Half of a nanosecond, the tick of all clocks: a shorter time is none.
const SHORTEST: f64 = 0.5e-9;

/// The nodes of a shortest way from a node back to itself, beginning with it.
fn shortest_circle(next: &[Vec<usize>], start: usize) -> Vec<usize> {
    let mut before: Vec<Option<usize>> = vec![None; next.len()];
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for &to in &next[node] {
            if to == start {
                let mut way = vec![node];
                while let Some(node) = before[way[way.len() - 1]].filter(|_| way[way.len() - 1] != start) {
                    way.push(node);
                }
                way.reverse();
                return way;
            }
            if before[to].is_none() {
                before[to] = Some(node);
                open.push_back(to);
            }
        }
    }
    vec![start]
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
