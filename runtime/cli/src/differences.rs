//! Where two records of the same inputs part, in the words of their protocols.

use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::Program;
use trialect_journal::Entry;

/// Something that happened, by name.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    trial: u32,
    /// What: a variable, a state, a rule.
    what: String,
    /// Path of the definition that it belongs to.
    definition: String,
    /// Its value, or when.
    value: String,
}

/// The first thing that differs and the rules that explain it; none when everything both have is equal.
pub(crate) fn first_difference(
    own: &Program,
    recorded: &[Entry],
    other: &Program,
    computed: &[Entry],
) -> Option<String> {
    // In the order of the one program: in which order the other declares them decides nothing.
    let shared: Vec<&str> = own
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .filter(|name| other.columns.iter().any(|c| c.name == *name))
        .collect();
    let (a, b) = (events(own, recorded, &shared), events(other, computed, &shared));
    let k = (0..a.len().max(b.len())).find(|&k| a.get(k) != b.get(k))?;
    // Where one side goes on to a later trial, the other did something more in the earlier one.
    let trial = a.get(k).into_iter().chain(b.get(k)).map(|event| event.trial).min()?;
    let side = |list: &[Event]| list.get(k).filter(|event| event.trial == trial).cloned();
    let (was, now) = (side(&a), side(&b));
    let rules = rules(own, other, was.as_ref().or(now.as_ref())?);
    let told = |event: Option<Event>| {
        event.map_or_else(|| "nothing".into(), |event| format!("{} {}", event.what, event.value))
    };
    let (was, now) = (told(was), told(now));
    Some(format!("trial {trial}: recorded {was}, computed {now}; rule {rules}"))
}

/// Everything that is computed, in order. Columns that only one program has are left out.
fn events(program: &Program, entries: &[Entry], shared: &[&str]) -> Vec<Event> {
    let place = |name: &&str| program.columns.iter().position(|column| column.name == *name);
    let places: Vec<usize> = shared.iter().filter_map(place).collect();
    let mut list = Vec::new();
    let mut trial = 0;
    let mut add =
        |trial, what: String, definition: String, value: String| list.push(Event { trial, what, definition, value });
    for entry in entries {
        match entry {
            Entry::TrialStart { trial: now, at } => {
                trial = *now;
                add(trial, "trial start".into(), "trial.iti".into(), format!("at {at} ns"));
            }
            Entry::Draw { draw, word, .. } => {
                let draw = &program.draws[*draw as usize];
                let column = &program.columns[draw.column.0 as usize];
                add(trial, format!("draw {}", column.name), draw.path.clone(), column.domain.show(*word));
            }
            Entry::State { state, at } => {
                let name = &program.states[*state as usize].name;
                add(trial, format!("state {name}"), format!("state.{name}"), format!("at {at} ns"));
            }
            Entry::Decision { rule, at } => {
                let rule = &program.rules[*rule as usize];
                add(trial, format!("rule `{}`", rule.name), rule.definition.clone(), format!("at {at} ns"));
            }
            Entry::Output { output, arguments, .. } => {
                let site = &program.sites[*output as usize];
                let target = site
                    .stimulus
                    .map_or(&program.devices[site.device as usize].name, |k| &program.stimuli[k as usize].name);
                let values: Vec<String> = arguments.iter().map(|word| f64::from_bits(*word).to_string()).collect();
                add(
                    trial,
                    format!("output {} {target}", site.verb),
                    format!("state.{}", site.verb),
                    format!("({})", values.join(", ")),
                );
            }
            Entry::Row { outcome, words, present, .. } => {
                let outcome = outcome.map_or("none", |k| program.outcomes[k as usize].as_str());
                add(trial, "outcome".into(), "trial.outcome".into(), outcome.into());
                row(program, words, present, &places, |what, definition, value| add(trial, what, definition, value));
            }
            Entry::SessionEnd { reason, words, present, .. } => {
                add(trial, "end of session".into(), "session".into(), reason.clone());
                row(program, words, present, &places, |what, definition, value| add(trial, what, definition, value));
            }
            _ => {}
        }
    }
    list
}

fn row(
    program: &Program,
    words: &[u64],
    present: &[u64],
    places: &[usize],
    mut add: impl FnMut(String, String, String),
) {
    for &k in places {
        let column = &program.columns[k];
        let there = present[k / 64] >> (k % 64) & 1 == 1;
        let value = if there { column.domain.show(words[k]) } else { "none".into() };
        add(column.name.clone(), column.definition.clone(), format!("= {value}"));
    }
}

/// The changed definitions on which an event depends; all changed ones when none of them is in its reach.
fn rules(own: &Program, other: &Program, event: &Event) -> String {
    let bodies =
        |program: &Program| program.definitions.iter().map(|d| (d.path.clone(), d.clone())).collect::<BTreeMap<_, _>>();
    let (a, b) = (bodies(own), bodies(other));
    let paths: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let changed: BTreeSet<&String> =
        paths.into_iter().filter(|path| a.get(*path).map(|d| &d.body) != b.get(*path).map(|d| &d.body)).collect();
    if changed.is_empty() {
        return event.definition.clone();
    }
    let mut reach = BTreeSet::new();
    let mut open = vec![event.definition.clone()];
    while let Some(path) = open.pop() {
        if reach.insert(path.clone()) {
            open.extend(
                a.get(&path).into_iter().chain(b.get(&path)).flat_map(|definition| definition.uses.iter().cloned()),
            );
        }
    }
    let near: Vec<String> =
        changed.iter().filter(|path| reach.contains(**path)).map(|path| format!("`{path}`")).collect();
    let all: Vec<String> = changed.iter().map(|path| format!("`{path}`")).collect();
    if near.is_empty() { all.join(", ") } else { near.join(", ") }
}
