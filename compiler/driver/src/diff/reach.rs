//! How far a definition reaches: what reads it, what it sets, and on from there.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::Program;

/// For each definition the ones that it bears on.
pub(super) struct Reach {
    bears_on: BTreeMap<String, BTreeSet<String>>,
    /// What a state sets, and the outcome that it ends with. What comes of that is up to the animal, so that it counts
    /// for a state that says something else itself, and not for one that is only reached.
    states: BTreeMap<String, BTreeSet<String>>,
}

impl Reach {
    pub(super) fn of(program: &Program) -> Reach {
        let mut reach = Reach { bears_on: BTreeMap::new(), states: BTreeMap::new() };
        for one in &program.definitions {
            for used in &one.uses {
                reach.bears_on.entry(used.clone()).or_default().insert(one.path.clone());
            }
            let mut set = BTreeSet::new();
            collect(&one.body, &mut set);
            // Where a stage leads decides the curriculum's stage.
            let leads = one.body["is"] == "transitions";
            set.extend(one.path.rsplit_once('.').filter(|_| leads).map(|(curriculum, _)| curriculum.to_owned()));
            let is_state = one.body["is"] == "state";
            let bears_on = if is_state { &mut reach.states } else { &mut reach.bears_on };
            bears_on.entry(one.path.clone()).or_default().extend(set);
        }
        reach
    }

    /// All that a definition bears on, by whatever way, without itself.
    pub(super) fn from(&self, path: &str) -> BTreeSet<String> {
        let mut seen: BTreeSet<String> = self.states.get(path).cloned().unwrap_or_default();
        let mut open: Vec<String> = seen.iter().cloned().chain([path.to_owned()]).collect();
        while let Some(from) = open.pop() {
            for on in self.bears_on.get(&from).into_iter().flatten() {
                if seen.insert(on.clone()) {
                    open.push(on.clone());
                }
            }
        }
        seen.remove(path);
        seen
    }
}

/// Paths of the variables that a form sets, and the outcome where it ends the trial.
fn collect(body: &Value, found: &mut BTreeSet<String>) {
    match body {
        Value::Array(list) => list.iter().for_each(|one| collect(one, found)),
        Value::Object(fields) => {
            let sets = fields.get("set").filter(|_| fields.contains_key("keys"));
            found.extend(sets.and_then(Value::as_str).map(str::to_owned));
            found.extend(fields.get("end").and_then(Value::as_str).map(|_| "trial.outcome".to_owned()));
            fields.values().for_each(|one| collect(one, found));
        }
        _ => {}
    }
}
