//! Transitions that take no time: a circle of them would never end.

use crate::{Program, State, Then, Trigger};

/// Something of a machine that leads from one of its states to another.
struct Edge {
    from: usize,
    to: usize,
    /// For a state of another machine that is heard: which, and whether it is entered.
    heard: Option<(usize, bool)>,
}

/// A state from which machines could go on for ever without any event.
///
/// Conditions and what is heard of other machines are followed at once. A machine goes round for ever only on a circle of
/// them, and what is heard on it must go round as well: clauses that are on no such circle are taken away until nothing
/// changes, and what is left could go on for ever.
pub fn endless(program: &Program) -> Option<&State> {
    let mut edges = Vec::new();
    for (from, state) in program.states.iter().enumerate() {
        for clause in &state.clauses {
            let Then::Enter(to) = clause.then else { continue };
            let heard = match clause.trigger {
                Trigger::Condition => None,
                Trigger::State { state, entered } => Some((state.0 as usize, entered)),
                Trigger::Input(_) | Trigger::Reaches { .. } | Trigger::Timer(_) => continue,
            };
            edges.push(Edge { from, to: to.0 as usize, heard });
        }
    }
    loop {
        let mut next = vec![Vec::new(); program.states.len()];
        for edge in &edges {
            next.get_mut(edge.from).into_iter().for_each(|list: &mut Vec<usize>| list.push(edge.to));
        }
        let mut beyond: Vec<Option<Vec<bool>>> = vec![None; next.len()];
        let mut circular = |edge: &Edge| {
            let reached = beyond.get_mut(edge.to).map(|reached| reached.get_or_insert_with(|| reach(&next, edge.to)));
            reached.is_some_and(|reached| reached[edge.from])
        };
        let happens = |(state, entered): (usize, bool)| {
            edges.iter().any(|other| (if entered { other.to } else { other.from }) == state)
        };
        let keep: Vec<bool> = edges.iter().map(|edge| circular(edge) && edge.heard.is_none_or(happens)).collect();
        if keep.iter().all(|keep| *keep) {
            return edges.first().and_then(|edge| program.states.get(edge.from));
        }
        let mut keep = keep.into_iter();
        edges.retain(|_| keep.next().unwrap_or(false));
    }
}

/// Which states can be reached from one.
fn reach(next: &[Vec<usize>], start: usize) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if state < seen.len() && !std::mem::replace(&mut seen[state], true) {
            open.extend(&next[state]);
        }
    }
    seen
}
