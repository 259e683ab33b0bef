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
    let entry = visits.iter().map(|visit| Some(seconds(visit.entry))).collect();
    let exit = visits.iter().map(|visit| visit.exit.map(seconds)).collect();
    let visit = visits.iter().map(|visit| Some(visit.visit)).collect();
    vec![
        Series::new("trial", "Number of the trial", Cells::Int32(trial)),
        Series::new("state", "Name of the state", Cells::Text(state)),
        Series::new("entry", "Session-clock time of entry", Cells::Double(entry)).in_unit("s", "s"),
        Series::new("exit", "Session-clock time of exit; none if the session broke off in it", Cells::Double(exit))
            .in_unit("s", "s"),
        Series::new("visit", "Which visit of this state in the trial, from 1", Cells::Int32(visit)),
        Series::new("rule", "Definition of the rule that ended the visit", text(|rule| &rule.definition)),
        Series::new("cause", "Text of that rule", text(|rule| &rule.text)),
    ]
}

fn visits(header: &Header, entries: &[Entry]) -> Vec<Visit> {
    let mut visits: Vec<Visit> = Vec::new();
    let mut counts: HashMap<u32, i32> = HashMap::new();
    let (mut trial, mut is_open) = (None, false);
    let mut fired: Option<(u32, Ns)> = None;
    for entry in entries {
        match entry {
            Entry::TrialStart { trial: number, .. } => {
                (trial, is_open, fired) = (Some(*number), false, None);
                counts.clear();
            }
            Entry::Decision { rule, at } if is_clause(header, *rule) => fired = Some((*rule, *at)),
            Entry::State { state, at } => {
                if is_open {
                    leave(&mut visits, *at, fired);
                }
                let visit = counts.entry(*state).or_default();
                *visit += 1;
                visits.push(Visit { trial, state: *state, entry: *at, exit: None, visit: *visit, rule: None });
                (is_open, fired) = (true, None);
            }
            Entry::Row { at, outcome, .. } => {
                if is_open {
                    // An interrupted trial ends by no rule of its own.
                    leave(&mut visits, *at, fired.filter(|_| outcome.is_some()));
                }
                is_open = false;
            }
            _ => {}
        }
    }
    visits
}

/// Ends the latest visit, by the rule that fired at this instant.
fn leave(visits: &mut [Visit], at: Ns, fired: Option<(u32, Ns)>) {
    if let Some(visit) = visits.last_mut() {
        visit.exit = Some(at);
        visit.rule = fired.filter(|&(_, fired)| fired == at).map(|(rule, _)| rule);
    }
}

/// A limit that refuses an output is a decision too, but no reason to leave a state.
fn is_clause(header: &Header, rule: u32) -> bool {
    header.rules.get(rule as usize).is_some_and(|rule| rule.kind == "clause")
}
