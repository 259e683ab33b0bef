//! `states.parquet`: a row for each visit of a state.

use crate::loaded::{name, seconds};
use crate::table::{Cells, Series};
use std::borrow::Cow;
use std::collections::HashMap;
use trialect_ir::record::{Header, RuleStamp};
use trialect_journal::{Entry, Ns};

/// Name of the file.
pub(crate) const FILE: &str = "states.parquet";

/// A visit of a state; without an exit while it lasts, or if the session broke off in it.
struct Visit {
    trial: Option<u32>,
    state: u32,
    entry: Ns,
    exit: Option<Ns>,
    visit: i32,
    rule: Option<u32>,
}

/// The table's columns.
pub(crate) fn columns<'a>(header: &'a Header, entries: &[Entry]) -> Vec<Series<'a>> {
    let visits = visits(header, entries);
    let rule = |visit: &Visit| visit.rule.and_then(|rule| header.rules.get(rule as usize));
    let text = |field: fn(&'a RuleStamp) -> &'a String| {
        Cells::Text(visits.iter().map(|visit| rule(visit).map(|rule| Cow::Borrowed(field(rule).as_str()))).collect())
    };
    let trial = visits.iter().map(|visit| visit.trial.and_then(|trial| i32::try_from(trial).ok())).collect();
    let state = visits.iter().map(|visit| Some(name(&header.states, visit.state))).collect();
    let machine = |visit: &Visit| match machine_of(header, visit.state) {
        0 => "trial",
        k => header.machines[k - 1].name.as_str(),
    };
    let machines = visits.iter().map(|visit| Some(Cow::Borrowed(machine(visit)))).collect();
    let entry = visits.iter().map(|visit| Some(seconds(visit.entry))).collect();
    let exit = visits.iter().map(|visit| visit.exit.map(seconds)).collect();
    let visit = visits.iter().map(|visit| Some(visit.visit)).collect();
    vec![
        Series::new("trial", "Number of the trial; none between trials", Cells::Int32(trial)),
        Series::new("state", "Name of the state", Cells::Text(state)),
        Series::new("entry", "Session-clock time of entry", Cells::Double(entry)).in_unit("s", "s"),
        Series::new("exit", "Session-clock time of exit; none if the session broke off in it", Cells::Double(exit))
            .in_unit("s", "s"),
        Series::new(
            "visit",
            "Which visit of this state in the trial, or of one of a machine of the session in the session, from 1",
            Cells::Int32(visit),
        ),
        Series::new("rule", "Definition of the rule that ended the visit", text(|rule| &rule.definition)),
        Series::new("cause", "Text of that rule", text(|rule| &rule.text)),
        Series::new(
            "machine",
            "The machine of the state: `trial`, or the name of one beside it",
            Cells::Text(machines),
        ),
    ]
}

/// A machine while the entries are gone through: the trial's own, or one beside it.
#[derive(Default)]
struct Own {
    /// The visit that lasts, by its position.
    open: Option<usize>,
    /// The clause that fired last.
    fired: Option<(u32, Ns)>,
    counts: HashMap<u32, i32>,
}

/// The machine of a state: 0 for the trial's own.
fn machine_of(header: &Header, state: u32) -> usize {
    header.machines.iter().position(|machine| machine.has(state)).map_or(0, |k| k + 1)
}

/// The machine to one of whose states a clause belongs.
fn machine_of_rule(header: &Header, rule: u32) -> usize {
    let name = header.rules.get(rule as usize).and_then(|rule| rule.definition.strip_prefix("state."));
    let state = name.and_then(|name| header.states.iter().position(|state| state == name));
    state.map_or(0, |state| machine_of(header, state as u32))
}

fn visits(header: &Header, entries: &[Entry]) -> Vec<Visit> {
    let mut visits: Vec<Visit> = Vec::new();
    let mut machines: Vec<Own> = (0..=header.machines.len()).map(|_| Own::default()).collect();
    let of_session = |k: usize| k > 0 && header.machines[k - 1].clock == "session";
    let (mut trial, mut under_way) = (None, false);
    for entry in entries {
        match entry {
            Entry::TrialStart { trial: number, .. } => {
                (trial, under_way) = (Some(*number), true);
                let own = machines.iter_mut().enumerate().filter(|(k, _)| !of_session(*k));
                own.for_each(|(_, machine)| *machine = Own::default());
            }
            Entry::Decision { rule, at } if is_clause(header, *rule) => {
                machines[machine_of_rule(header, *rule)].fired = Some((*rule, *at));
            }
            Entry::State { state, at } => {
                let machine = &mut machines[machine_of(header, *state)];
                leave(&mut visits, machine, *at, true);
                let visit = machine.counts.entry(*state).or_default();
                *visit += 1;
                let trial = trial.filter(|_| under_way);
                visits.push(Visit { trial, state: *state, entry: *at, exit: None, visit: *visit, rule: None });
                (machine.open, machine.fired) = (Some(visits.len() - 1), None);
            }
            Entry::Row { at, outcome, .. } => {
                under_way = false;
                for (k, machine) in machines.iter_mut().enumerate().filter(|(k, _)| !of_session(*k)) {
                    // An interrupted trial ends by no rule of its own, and a machine beside it stops with it.
                    leave(&mut visits, machine, *at, k == 0 && outcome.is_some());
                }
            }
            Entry::SessionEnd { at, .. } => {
                for (_, machine) in machines.iter_mut().enumerate().filter(|(k, _)| of_session(*k)) {
                    leave(&mut visits, machine, *at, false);
                }
            }
            _ => {}
        }
    }
    visits
}

/// Ends the visit that lasts, by the rule of its machine that fired at this instant.
fn leave(visits: &mut [Visit], machine: &mut Own, at: Ns, by_rule: bool) {
    if let Some(visit) = machine.open.take().and_then(|k| visits.get_mut(k)) {
        visit.exit = Some(at);
        visit.rule = machine.fired.filter(|&(_, fired)| by_rule && fired == at).map(|(rule, _)| rule);
    }
}

/// A limit that refuses an output is a decision too, but no reason to leave a state.
fn is_clause(header: &Header, rule: u32) -> bool {
    header.rules.get(rule as usize).is_some_and(|rule| rule.kind == "clause")
}
