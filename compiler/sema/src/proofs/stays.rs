//! How long a visit of a state lasts at most.

use super::graph::{Way, nanoseconds};
use super::reason::Reason;
use crate::cases::{At, Cases, Formula, not};
use crate::model::*;
use crate::term::{Term, Texpr, Tick};

/// The longest visit of a state in ns, or why there is none.
pub(super) type Stay = Result<f64, Reason>;

/// What is known of all visits.
pub(super) struct Stays<'m> {
    model: &'m Model,
    /// For each value, whether an action of a state sets it.
    set: Vec<bool>,
}

impl<'m> Stays<'m> {
    pub(super) fn new(model: &'m Model) -> Stays<'m> {
        let mut set = vec![false; model.values.len()];
        let clauses = model.states.iter().flat_map(|state| &state.clauses).map(|clause| &clause.actions);
        model.states.iter().map(|state| &state.entry).chain(clauses).for_each(|list| sets(list, &mut set));
        Stays { model, set }
    }

    /// The longest visit: until the first timer without a condition, or until one of several that cannot all fail.
    pub(super) fn longest(&self, state: &State, ways: &[Way<'_>]) -> Stay {
        let mut cases = Cases::new(self.model, At::default());
        let (mut least, mut endless) = (f64::INFINITY, false);
        // Of these one is taken, unless the conditions of all fail.
        let (mut fail, mut latest) = (Vec::<Formula>::new(), 0.0_f64);
        for way in ways {
            let comes = match &way.clause.waits {
                Waits::After(time) => nanoseconds(cases.bounds(time).high),
                Waits::Condition => 0.0,
                Waits::Event(..) | Waits::Reaches { .. } | Waits::State(..) => continue,
            };
            endless |= comes == f64::INFINITY;
            match &way.clause.guard {
                None => least = least.min(comes),
                Some(guard) if comes < f64::INFINITY && self.is_settled(state, way, guard) => {
                    fail.push(not(cases.guard(Some(guard))));
                    latest = latest.max(comes);
                }
                Some(_) => {}
            }
        }
        if !fail.is_empty() && cases.never(&Formula::All(fail)) {
            least = least.min(latest);
        }
        match least < f64::INFINITY {
            true => Ok(least),
            false if endless => Err(Reason::Endless(state.name.clone())),
            false if ways.is_empty() => Err(Reason::Rests(state.name.clone())),
            false => Err(Reason::Waits(state.name.clone(), self.heard(ways))),
        }
    }

    /// Whether a condition has one value from the state's entry until its clause looks at it. `when` looks at once.
    fn is_settled(&self, state: &State, way: &Way<'_>, guard: &Texpr) -> bool {
        if way.clause.waits == Waits::Condition {
            return true;
        }
        let mut settled = self.model.clock_of(state) == Clock::Trial;
        self.model.each_inside(guard, &mut |inner| {
            settled &= match &inner.term {
                Term::Tick(Tick::SessionElapsed) | Term::Reading(..) | Term::Total(..) | Term::Stamp(..) => false,
                Term::Outcome { last } => *last,
                Term::Value { value, last, .. } => *last || !self.set[value.0],
                _ => true,
            };
        });
        settled
    }

    /// What a state waits for, as the text names it.
    fn heard(&self, ways: &[Way<'_>]) -> Vec<String> {
        let mut heard: Vec<String> = Vec::new();
        for way in ways {
            let name = match &way.clause.waits {
                Waits::Event(device, channel) => self.channel(*device, *channel),
                Waits::Reaches { affine, .. } => self.channel(affine.device, affine.channel),
                Waits::State(id, entered) => {
                    format!("`{}.{}`", self.model.states[id.0].name, if *entered { "entry" } else { "exit" })
                }
                Waits::Condition => "a condition".into(),
                Waits::After(_) => continue,
            };
            if !heard.contains(&name) {
                heard.push(name);
            }
        }
        heard
    }

    fn channel(&self, device: DeviceId, channel: u32) -> String {
        let class = self.model.class(device);
        format!("`{}.{}`", self.model.devices[device.0].name, class.channels[channel as usize].name)
    }
}

/// Marks the values that a list of actions sets.
fn sets(actions: &[Action], set: &mut [bool]) {
    for action in actions {
        match action {
            Action::Set { value, .. } | Action::Draw(value) => set[value.0] = true,
            Action::If { then, otherwise, .. } => {
                sets(then, set);
                sets(otherwise, set);
            }
            Action::Let { .. } | Action::Do(_) | Action::Track { .. } => {}
        }
    }
}
