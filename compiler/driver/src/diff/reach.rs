//! How far a definition reaches: what reads it, what it sets, and on from there.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::Program;

/// For each definition the ones that it bears on.
pub(super) struct Reach {
    bears_on: BTreeMap<String, BTreeSet<String>>,
    /// What a state sets, the outcome that it ends with, and what reads its times. What comes of that is up to the animal,
    /// so that it counts for a state that says something else itself, and not for one that is only reached.
    states: BTreeMap<String, BTreeSet<String>>,
}

impl Reach {
    pub(super) fn of(program: &Program) -> Reach {
        let mut reach = Reach { bears_on: BTreeMap::new(), states: BTreeMap::new() };
        for one in &program.definitions {
            for used in &one.uses {
                reach.bears_on.entry(used.clone()).or_default().insert(one.path.clone());
            }
            let mut named = Named::default();
            named.collect(&one.body);
            for path in named.paths.iter().filter(|path| **path != one.path) {
                reach.bears_on.entry(path.clone()).or_default().insert(one.path.clone());
            }
            for state in named.timed {
                reach.states.entry(state).or_default().insert(one.path.clone());
            }
            let mut set = named.set;
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

/// What a form names.
#[derive(Default)]
struct Named {
    /// Paths of the variables that it sets, and of the outcome where it ends the trial.
    set: BTreeSet<String>,
    /// Paths of the states whose times it reads.
    timed: BTreeSet<String>,
    /// Paths in it, also of values of the trial before, on which its hash does not depend.
    paths: BTreeSet<String>,
}

impl Named {
    fn collect(&mut self, body: &Value) {
        match body {
            // A path has a point in it; constants, which have none, are among what a definition uses.
            Value::String(text) if text.contains('.') => {
                self.paths.insert(text.clone());
            }
            Value::Array(list) => list.iter().for_each(|one| self.collect(one)),
            Value::Object(fields) => {
                let text = |key: &str| fields.get(key).and_then(Value::as_str);
                self.set.extend(text("set").filter(|_| fields.contains_key("keys")).map(str::to_owned));
                self.set.extend(text("end").map(|_| "trial.outcome".to_owned()));
                let timed = text("state").filter(|_| fields.contains_key("stamp"));
                self.timed.extend(timed.map(|name| format!("state.{name}")));
                fields.values().for_each(|one| self.collect(one));
            }
            _ => {}
        }
    }
}
