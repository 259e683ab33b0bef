//! For how long outputs are on: those that are held, and those that a device ends after a duration.

use super::amounts::{most_of_one, sum};
use super::graph::{Graph, nanoseconds};
use super::paths::Weights;
use super::reason::Reason;
use super::stays::Stay;
use super::{Bound, On};
use crate::cases::{At, Cases};
use crate::model::*;
use crate::walk::deeds;

/// An output of a device, with the machines in which it stands.
struct Output<'a, 'm> {
    model: &'m Model,
    device: DeviceId,
    verb: usize,
    cases: Cases<'m>,
    trial: &'a Graph<'m>,
    besides: &'a [(&'m Beside, Graph<'m>)],
    /// Of a trial, and of a session.
    longest: (&'a Bound, Option<&'a Bound>),
}

/// All outputs that are held or have a duration, in the order of the rig.
pub(super) fn on<'m>(
    model: &'m Model,
    trial: &Graph<'m>,
    besides: &[(&'m Beside, Graph<'m>)],
    longest: (&Bound, Option<&Bound>),
) -> Vec<On> {
    let mut list = Vec::new();
    for (k, device) in model.devices.iter().enumerate() {
        for (verb, definition) in model.classes[device.class.0].verbs.iter().enumerate() {
            let cases = Cases::new(model, At::default());
            let output = Output { model, device: DeviceId(k), verb, cases, trial, besides, longest };
            let (at_once, trial, session) = match definition.lasting {
                Lasting::Held if output.stands() => output.held(),
                Lasting::Timed if definition.parameters.iter().any(|one| one.name == DURATION) && output.stands() => {
                    output.timed()
                }
                _ => continue,
            };
            let part = definition.part.as_ref().map(|part| format!(".{part}")).unwrap_or_default();
            let of_part = definition.part.as_ref().map(|part| format!("{part}.")).unwrap_or_default();
            list.push(On {
                name: format!("{} {}{part}", definition.name, device.name),
                device: device.name.clone(),
                verb: format!("{of_part}{}", definition.name),
                timed: definition.lasting == Lasting::Timed,
                at_once,
                trial,
                session,
            });
        }
    }
    list
}

/// The parameter of a verb that says for how long its device does it.
const DURATION: &str = "duration";

impl Output<'_, '_> {
    fn is(&self, deed: &Deed) -> bool {
        deed.device == self.device && deed.verb == self.verb
    }

    /// Whether it is anywhere.
    fn stands(&self) -> bool {
        let mut stands = false;
        let clauses = self.model.states.iter().flat_map(|state| &state.clauses).map(|clause| &clause.actions);
        for list in clauses.chain(self.model.states.iter().map(|state| &state.entry)).chain([&self.model.held]) {
            deeds(list, &mut |deed| stands |= self.is(deed));
        }
        stands
    }

    fn machines(&self, clock: Clock) -> impl Iterator<Item = &Graph<'_>> {
        self.besides.iter().filter(move |(beside, _)| beside.clock == clock).map(|(_, graph)| graph)
    }

    /// What the device ends by itself: at once, in a trial, in a session.
    fn timed(&self) -> (Bound, Bound, Bound) {
        let duration = |deed: &Deed| {
            let given = deed.arguments.iter().find(|(name, _)| name == DURATION).filter(|_| self.is(deed));
            given.map(|(_, time)| nanoseconds(self.cases.bounds(time).high))
        };
        let graphs = || std::iter::once(self.trial).chain(self.besides.iter().map(|(_, graph)| graph));
        let at_once = graphs().map(|graph| most_of_one(graph, &duration)).fold(0.0, f64::max);
        let at_once = match at_once < f64::INFINITY {
            true => Bound::of(at_once, Reason::Output),
            false => {
                Bound { most: None, because: vec![Reason::Endless(self.model.devices[self.device.0].name.clone())] }
            }
        };
        let trial: Vec<Bound> =
            std::iter::once(self.trial).chain(self.machines(Clock::Trial)).map(|graph| sum(graph, &duration)).collect();
        let between: Vec<Bound> = self.machines(Clock::Session).map(|graph| sum(graph, &duration)).collect();
        let (trial, between) = (Bound::sum(trial.iter()), Bound::sum(between.iter()));
        let session = Bound::sum([&self.of_session(&trial), &between].into_iter());
        (at_once, Bound::sum([&trial, &between].into_iter()), session)
    }

    /// What is held: at once, in a trial, in a session.
    fn held(&self) -> (Bound, Bound, Bound) {
        let mut by_session = false;
        deeds(&self.model.held, &mut |deed| by_session |= self.is(deed));
        let besides = |clock: Clock| self.machines(clock).any(|graph| self.is_in(graph));
        let none = || Bound { most: None, because: vec![Reason::Session] };
        // One machine at most keeps an output on.
        let (at_once, trial) = if by_session || besides(Clock::Session) {
            let machines = self.machines(Clock::Session).filter(|graph| self.is_in(graph));
            let at_once = machines.map(|graph| self.without_break(graph)).next();
            (at_once.unwrap_or_else(none), none())
        } else {
            let graph = self.machines(Clock::Trial).find(|graph| self.is_in(graph)).unwrap_or(self.trial);
            let in_trial = |bound: Bound| {
                let longest = Bound { because: vec![Reason::Trial], ..self.longest.0.clone() };
                if self.longest.0.most.is_some() { bound.or(longest) } else { bound }
            };
            (in_trial(self.without_break(graph)), in_trial(self.in_all(graph, &|_| true)))
        };
        let crosses = by_session || besides(Clock::Session);
        let trial = or(trial, [self.limit(Each::Trial)]);
        // Before the first trial no limit of a trial counts.
        let session = if crosses { none() } else { self.of_session(&trial) };
        let ends = self.longest.1.cloned();
        let session = or(session, [self.limit(Each::Session), self.limit(Each::Day), ends]);
        let trial = or(trial, [Some(session.clone())]);
        // Only what no trial's end ends goes on in the next one.
        let of_trial = if crosses { None } else { Some(trial.clone()) };
        (or(at_once, [of_trial, Some(session.clone())]), trial, session)
    }

    fn of_session(&self, trial: &Bound) -> Bound {
        let trials = self.model.most_trials.map_or(0, |(most, _)| most);
        trial.times(f64::from(trials), Reason::Trials(trials))
    }

    fn limit(&self, each: Each) -> Option<Bound> {
        let fits = |limit: &&Limit| limit.total.is_none() && limit.each == each && limit.devices.contains(&self.device);
        let limits = self.model.limits.iter().filter(fits).map(|limit| {
            Bound::of(nanoseconds(limit.amount.range.high), Reason::Limit(limit.name.clone(), each.word()))
        });
        limits.reduce(Bound::or)
    }

    fn is_in(&self, graph: &Graph<'_>) -> bool {
        graph.reached().any(|k| self.visit(graph, k).is_some())
    }

    /// For how long a visit of a state holds it; none when it does not.
    fn visit(&self, graph: &Graph<'_>, k: usize) -> Option<Stay> {
        let state = &graph.states[k];
        let (mut holds, mut sum) = (false, 0.0);
        let mut add = |deed: &Deed, once: bool| {
            if self.is(deed) {
                holds = true;
                let time = deed.duration.as_ref().filter(|_| once);
                sum += time.map_or(f64::INFINITY, |time| nanoseconds(self.cases.bounds(time).high));
            }
        };
        deeds(&state.entry, &mut |deed| add(deed, true));
        for clause in &state.clauses {
            // What is begun anew with each event can follow itself.
            let once = matches!(clause.waits, Waits::After(_) | Waits::Reaches { .. });
            deeds(&clause.actions, &mut |deed| add(deed, once));
        }
        holds.then(|| match &graph.stays[k] {
            Ok(stay) => Ok(stay.min(sum)),
            Err(_) if sum < f64::INFINITY => Ok(sum),
            Err(why) => Err(why.clone()),
        })
    }

    /// The sum of all visits of some states in one run of a machine.
    fn in_all(&self, graph: &Graph<'_>, within: &dyn Fn(usize) -> bool) -> Bound {
        let state = |k: usize| self.visit(graph, k).unwrap_or(Ok(0.0));
        graph.heaviest(within, &Weights { state: &state, way: &|_, _| Ok(0.0) })
    }

    /// The longest run of states that hold it. A state that may be left in the instant of its entry does not break it.
    fn without_break(&self, graph: &Graph<'_>) -> Bound {
        let passes = |k: usize| {
            graph.ways[k]
                .iter()
                .any(|way| matches!(way.clause.waits, Waits::Condition | Waits::State(..) | Waits::Reaches { .. }))
        };
        self.in_all(graph, &|k| self.visit(graph, k).is_some() || passes(k))
    }
}

fn or<const N: usize>(bound: Bound, others: [Option<Bound>; N]) -> Bound {
    others.into_iter().flatten().fold(bound, Bound::or)
}
