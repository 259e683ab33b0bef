//! The heaviest way through the states of a machine.

use super::graph::{Graph, Way};
use super::reason::{self, Reason};
use super::{Bound, stays::Stay};

/// What the states on a way add up to, and what the ways between them do.
pub(super) struct Weights<'w> {
    /// Of a visit of a state.
    pub(super) state: &'w dyn Fn(usize) -> Stay,
    /// Of a way out of it.
    pub(super) way: &'w dyn Fn(usize, &Way<'_>) -> Stay,
}

impl Graph<'_> {
    /// The longest time in states of a kind, in one run of the machine, ns.
    pub(super) fn time(&self, within: &dyn Fn(usize) -> bool) -> Bound {
        let state = |k: usize| if within(k) { self.stays[k].clone() } else { Ok(0.0) };
        self.heaviest(&|_| true, &Weights { state: &state, way: &|_, _| Ok(0.0) })
    }

    /// How many states are entered at most in one run of the machine.
    pub(super) fn entries(&self) -> Bound {
        self.heaviest(&|_| true, &Weights { state: &|_| Ok(1.0), way: &|_, _| Ok(0.0) })
    }

    /// The greatest sum of weights, none of them negative, along a way through reached states of a kind. It may begin in
    /// any of them and end in any.
    pub(super) fn heaviest(&self, within: &dyn Fn(usize) -> bool, weights: &Weights<'_>) -> Bound {
        let nodes: Vec<usize> = self.reached().filter(|&k| within(k)).collect();
        let groups = self.groups(&nodes);
        let mut whys = Vec::new();
        // For each state, the greatest sum before it and the states that have a part in it.
        let mut before: Vec<(f64, Vec<String>)> = vec![(0.0, Vec::new()); self.states.len()];
        let mut best: (f64, Vec<String>) = (0.0, Vec::new());
        for group in &groups {
            let mut start: (f64, Vec<String>) = (0.0, Vec::new());
            group.iter().for_each(|&k| heavier(&mut start, &before[k]));
            match self.inside(group, weights) {
                Ok(inside) => {
                    if inside > 0.0 {
                        start.0 += inside;
                        start.1.extend(group.iter().map(|&k| self.name(k).to_string()));
                    }
                }
                Err(list) => list.into_iter().for_each(|why| reason::push(&mut whys, why)),
            }
            heavier(&mut best, &start);
            for &k in group {
                for way in &self.ways[k] {
                    let mut after = start.clone();
                    match (weights.way)(k, way) {
                        Ok(0.0) => {}
                        Ok(more) => {
                            after.0 += more;
                            after.1.push(self.name(k).to_string());
                            after.1.dedup();
                        }
                        Err(why) => reason::push(&mut whys, why),
                    }
                    heavier(&mut best, &after);
                    if let Some(to) = way.to.filter(|to| !group.contains(to)) {
                        heavier(&mut before[to], &after);
                    }
                }
            }
        }
        match whys.is_empty() {
            false => Bound { most: None, because: whys },
            true if best.0 == 0.0 => Bound::of(0.0, Reason::Never),
            true => Bound::of(best.0, Reason::Way(best.1)),
        }
    }

    /// The weight of a visit of a group of states that lead to each other, from its first entry to its last exit.
    fn inside(&self, group: &[usize], weights: &Weights<'_>) -> Result<f64, Vec<Reason>> {
        let (mut sum, mut whys) = (0.0, Vec::new());
        let mut add = |weight: Stay| match weight {
            Ok(weight) => sum += weight,
            Err(why) => reason::push(&mut whys, why),
        };
        let mut circular = false;
        for &k in group {
            add((weights.state)(k));
            for way in self.ways[k].iter().filter(|way| way.to.is_some_and(|to| group.contains(&to))) {
                circular = true;
                add((weights.way)(k, way));
            }
        }
        if circular && (sum > 0.0 || !whys.is_empty()) {
            whys.push(Reason::Circle(self.circle(group)));
        }
        if whys.is_empty() { Ok(sum) } else { Err(whys) }
    }

    /// A shortest circle through the first of some states that lead to each other.
    fn circle(&self, group: &[usize]) -> Vec<String> {
        let Some(&start) = group.first() else { return Vec::new() };
        let mut from: Vec<Option<usize>> = vec![None; self.states.len()];
        let mut open = std::collections::VecDeque::from([start]);
        while let Some(k) = open.pop_front() {
            for to in self.ways[k].iter().filter_map(|way| way.to).filter(|to| group.contains(to)) {
                if to == start {
                    let mut way = vec![self.name(start).to_string(), self.name(k).to_string()];
                    let mut at = k;
                    while let Some(k) = from[at].filter(|_| at != start) {
                        way.push(self.name(k).to_string());
                        at = k;
                    }
                    way.reverse();
                    return way;
                }
                if from[to].is_none() {
                    from[to] = Some(k);
                    open.push_back(to);
                }
            }
        }
        vec![self.name(start).to_string()]
    }

    /// States that lead to each other together, each group before those that it leads to.
    fn groups(&self, nodes: &[usize]) -> Vec<Vec<usize>> {
        let reach: Vec<Vec<bool>> = nodes.iter().map(|&k| self.leads_to(k, nodes)).collect();
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut done = vec![false; self.states.len()];
        for (i, &k) in nodes.iter().enumerate() {
            if done[k] {
                continue;
            }
            let both = nodes.iter().enumerate().filter(|&(j, &other)| reach[i][other] && reach[j][k]);
            let group: Vec<usize> = both.map(|(_, &other)| other).collect();
            group.iter().for_each(|&k| done[k] = true);
            groups.push((reach[i].iter().filter(|reached| **reached).count(), group));
        }
        // What leads to others, and not back, leads to more.
        groups.sort_by_key(|(leads_to, _)| std::cmp::Reverse(*leads_to));
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// The states of some that ways among them lead to from one of them, itself included.
    fn leads_to(&self, start: usize, nodes: &[usize]) -> Vec<bool> {
        let mut within = vec![false; self.states.len()];
        nodes.iter().for_each(|&k| within[k] = true);
        let mut seen = vec![false; self.states.len()];
        let mut open = vec![start];
        while let Some(k) = open.pop() {
            if within[k] && !std::mem::replace(&mut seen[k], true) {
                open.extend(self.ways[k].iter().filter_map(|way| way.to));
            }
        }
        seen
    }
}

/// Takes the greater of two sums.
fn heavier(known: &mut (f64, Vec<String>), other: &(f64, Vec<String>)) {
    if other.0 > known.0 {
        known.clone_from(other);
    }
}
