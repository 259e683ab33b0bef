//! The states of a machine with the ways between them that can be taken.

use super::stays::{Stay, Stays};
use crate::cases::{At, Cases};
use crate::model::*;
use std::ops::Range;

/// A way out of a state.
pub(super) struct Way<'m> {
    /// The clause that takes it.
    pub(super) clause: &'m Clause,
    /// Where to, counted from the machine's first state; none ends the trial.
    pub(super) to: Option<usize>,
    /// Least time after the entry at which it is taken, ns.
    pub(super) least: f64,
}

/// The states of a machine, counted from its first one.
pub(super) struct Graph<'m> {
    pub(super) states: &'m [State],
    /// For each state, the ways out of it whose condition can hold.
    pub(super) ways: Vec<Vec<Way<'m>>>,
    /// For each state, its longest visit.
    pub(super) stays: Vec<Stay>,
    reached: Vec<bool>,
}

impl<'m> Graph<'m> {
    /// The graph of some states of a model.
    pub(super) fn new(model: &'m Model, range: Range<usize>) -> Graph<'m> {
        let states = &model.states[range.clone()];
        let visits = Stays::new(model);
        let ways: Vec<Vec<Way<'m>>> = states.iter().map(|state| ways_of(model, state, range.start)).collect();
        let mut reached = vec![false; states.len()];
        let mut open = if states.is_empty() { Vec::new() } else { vec![0] };
        while let Some(k) = open.pop() {
            if !std::mem::replace(&mut reached[k], true) {
                open.extend(ways[k].iter().filter_map(|way| way.to));
            }
        }
        let stays = states.iter().zip(&ways).map(|(state, ways)| visits.longest(state, ways)).collect();
        Graph { states, ways, stays, reached }
    }

    /// A state's name.
    pub(super) fn name(&self, k: usize) -> &'m str {
        &self.states[k].name
    }

    /// The states that are reached.
    pub(super) fn reached(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.states.len()).filter(|&k| self.reached[k])
    }

    /// Least time from the first state to an end, ns; infinite when nothing ends.
    pub(super) fn shortest(&self) -> f64 {
        let mut least = vec![f64::INFINITY; self.states.len()];
        let mut end = f64::INFINITY;
        least.iter_mut().take(1).for_each(|first| *first = 0.0);
        // No way is longer than through all states.
        for _ in 0..self.states.len() {
            for k in 0..self.states.len() {
                for way in &self.ways[k] {
                    let at = least[k] + way.least;
                    let known = way.to.map_or(&mut end, |to| &mut least[to]);
                    *known = known.min(at);
                }
            }
        }
        end
    }
}

fn ways_of<'m>(model: &'m Model, state: &'m State, first: usize) -> Vec<Way<'m>> {
    let mut cases = Cases::new(model, At::default());
    let mut ways = Vec::new();
    for clause in &state.clauses {
        let to = match clause.goes {
            Goes::Stays => continue,
            Goes::To(to) => Some(to.0 - first),
            Goes::Ends(_) => None,
        };
        let guard = cases.guard(clause.guard.as_ref());
        if cases.never(&guard) {
            continue;
        }
        let least = match &clause.waits {
            Waits::After(time) => earliest(cases.bounds(time).low),
            _ => 0.0,
        };
        ways.push(Way { clause, to, least });
    }
    ways
}

/// The latest time at which a timer of so many seconds at most comes, in whole nanoseconds as timers have it. Ends of ranges
/// and what a program computes may differ by how they are rounded, which decides where a nanosecond begins.
pub(super) fn nanoseconds(seconds: f64) -> f64 {
    (seconds * 1e9 * (1.0 + 4.0 * f64::EPSILON)).round().max(0.0)
}

/// The earliest time at which a timer of so many seconds at least comes.
fn earliest(seconds: f64) -> f64 {
    (seconds * 1e9 * (1.0 - 4.0 * f64::EPSILON)).round().max(0.0)
}
