//! What devices give: by one output, in a trial, in a session, on a day.

use super::graph::Graph;
use super::paths::Weights;
use super::reason::Reason;
use super::stays::Stay;
use super::{Bound, Given};
use crate::cases::{At, Cases};
use crate::model::*;
use crate::walk::deeds;

/// The amount of an output, when it is one of those that are summed.
pub(super) type Amount<'a> = dyn Fn(&Deed) -> Option<f64> + 'a;

/// What each device gives, and what those of one name give together.
pub(super) fn given(model: &Model, trial: &Graph<'_>, besides: &[(&Beside, Graph<'_>)]) -> Vec<Given> {
    let mut list = Vec::new();
    let mut in_group = vec![false; model.devices.len()];
    for (k, device) in model.devices.iter().enumerate() {
        let group = model
            .groups
            .iter()
            .find(|group| group.first.0 <= k && k < group.first.0 + group.finite.size(model) as usize && !in_group[k]);
        let one = |k: usize| one(model, trial, besides, model.devices[k].name.clone(), &[DeviceId(k)]);
        match group {
            Some(group) => {
                let members = group.first.0..group.first.0 + group.finite.size(model) as usize;
                members.clone().for_each(|k| in_group[k] = true);
                let each: Vec<Given> = members.clone().filter_map(one).collect();
                let devices: Vec<DeviceId> = members.map(DeviceId).collect();
                if let Some(mut all) = self::one(model, trial, besides, group.name.clone(), &devices) {
                    let sums =
                        [Bound::sum(each.iter().map(|one| &one.session)), Bound::sum(each.iter().map(|one| &one.day))];
                    let [session, day] = sums.map(|sum| Bound { because: vec![Reason::Each], ..sum });
                    all.session = all.session.or(session);
                    all.day = all.day.or(day);
                    list.push(all);
                }
                list.extend(each);
            }
            None if !in_group[k] => {
                let name = device.name.clone();
                list.extend(self::one(model, trial, besides, name, &[DeviceId(k)]));
            }
            None => {}
        }
    }
    list
}

/// What some devices of a class give together; none when nothing makes them.
fn one(
    model: &Model,
    trial: &Graph<'_>,
    besides: &[(&Beside, Graph<'_>)],
    name: String,
    devices: &[DeviceId],
) -> Option<Given> {
    let total = model.class(*devices.first()?).totals.first()?;
    let cases = Cases::new(model, At::default());
    let amount = |deed: &Deed| amount_of(&cases, devices, deed);
    let graphs = || std::iter::once(trial).chain(besides.iter().map(|(_, graph)| graph));
    let at_once = graphs().map(|graph| most_of_one(graph, &amount)).reduce(f64::max)?;
    if at_once == f64::NEG_INFINITY {
        return None;
    }
    let limit = |each: Each| {
        let fits = |limit: &&Limit| limit.total == Some(0) && limit.each == each;
        let holds = |limit: &&Limit| devices.iter().all(|device| limit.devices.contains(device));
        let limits = model.limits.iter().filter(fits).filter(holds);
        let bounds =
            limits.map(|limit| Bound::of(limit.amount.range.high, Reason::Limit(limit.name.clone(), each.word())));
        bounds.reduce(Bound::or)
    };
    let (limit_trial, limit_day) = (limit(Each::Trial), limit(Each::Day));
    let limit_session = [limit(Each::Session), limit_day.clone()].into_iter().flatten().reduce(Bound::or);
    let or = |bound: Bound, limit: &Option<Bound>| limit.clone().map_or(bound.clone(), |limit| bound.or(limit));
    let of_clock = |clock: Clock| {
        besides.iter().filter(move |(beside, _)| beside.clock == clock).map(|(_, graph)| sum(graph, &amount))
    };
    let in_trial: Vec<Bound> = std::iter::once(sum(trial, &amount)).chain(of_clock(Clock::Trial)).collect();
    let between: Vec<Bound> = of_clock(Clock::Session).collect();
    let by_trial = Bound::sum(in_trial.iter());
    let between = Bound::sum(between.iter());
    let trial = or(Bound::sum([&by_trial, &between].into_iter()), &limit_trial);
    let trials = model.most_trials.map_or(0, |(most, _)| most);
    // What comes between trials counts in the trial before; before the first trial there is none.
    let each = match between.most {
        Some(0.0) => or(by_trial, &limit_trial).times(f64::from(trials), Reason::Trials(trials)),
        _ => Bound::sum([&by_trial.times(f64::from(trials), Reason::Trials(trials)), &between].into_iter()),
    };
    let session = or(each, &limit_session);
    let trial = or(trial, &limit_session);
    let at_once = match at_once < f64::INFINITY {
        true => Bound::of(at_once, Reason::Output),
        false => Bound { most: None, because: vec![Reason::Endless(name.clone())] },
    };
    let at_once = or(or(at_once, &limit_trial), &limit_session);
    let day = or(Bound { most: None, because: vec![Reason::Sessions] }, &limit_day);
    let names = devices.iter().map(|device| model.devices[device.0].name.clone()).collect();
    let (total, unit) = (total.name.clone(), model.unit(total.dimension));
    Some(Given { name, devices: names, total, unit, at_once, trial, session, day })
}

/// The greatest amount that an output adds to the total of one of some devices.
fn amount_of(cases: &Cases<'_>, devices: &[DeviceId], deed: &Deed) -> Option<f64> {
    let adds = devices.contains(&deed.device) && cases.model.class(deed.device).verbs[deed.verb].adds == Some(0);
    let (_, amount) = deed.arguments.first().filter(|_| adds)?;
    Some(cases.bounds(amount).high.max(0.0))
}

/// What the states of a trial give if nothing limits it.
pub(super) fn unlimited(model: &Model, trial: &Graph<'_>, devices: &[DeviceId]) -> Bound {
    let cases = Cases::new(model, At::default());
    sum(trial, &|deed| amount_of(&cases, devices, deed))
}

/// The greatest amount of one output of a machine; none is below all.
pub(super) fn most_of_one(graph: &Graph<'_>, amount: &Amount<'_>) -> f64 {
    let mut most = f64::NEG_INFINITY;
    for k in graph.reached() {
        let state = &graph.states[k];
        let clauses = state.clauses.iter().map(|clause| clause.actions.as_slice());
        for list in clauses.chain([state.entry.as_slice()]) {
            deeds(list, &mut |deed| most = most.max(amount(deed).unwrap_or(f64::NEG_INFINITY)));
        }
    }
    most
}

/// The greatest sum of amounts in one run of a machine.
pub(super) fn sum(graph: &Graph<'_>, amount: &Amount<'_>) -> Bound {
    let finite = |k: usize, sum: f64| match sum < f64::INFINITY {
        true => Ok(sum),
        false => Err(Reason::Endless(graph.name(k).to_string())),
    };
    let state = |k: usize| -> Stay {
        let state = &graph.states[k];
        let mut sum = of_actions(&state.entry, amount);
        for clause in state.clauses.iter().filter(|clause| clause.goes == Goes::Stays) {
            let more = of_actions(&clause.actions, amount);
            // A timer comes once in a visit, and so does a level.
            if more > 0.0 && !matches!(clause.waits, Waits::After(_) | Waits::Reaches { .. }) {
                return Err(Reason::Repeats(state.name.clone()));
            }
            sum += more;
        }
        finite(k, sum)
    };
    let way = |k: usize, way: &super::graph::Way<'_>| finite(k, of_actions(&way.clause.actions, amount));
    graph.heaviest(&|_| true, &Weights { state: &state, way: &way })
}

/// The greatest sum of a list of actions, of which a condition takes one side.
fn of_actions(actions: &[Action], amount: &Amount<'_>) -> f64 {
    let of = |action: &Action| match action {
        Action::Do(deed) => amount(deed).unwrap_or(0.0),
        Action::If { then, otherwise, .. } => of_actions(then, amount).max(of_actions(otherwise, amount)),
        _ => 0.0,
    };
    actions.iter().map(of).sum()
}
