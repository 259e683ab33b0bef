//! Curricula, states and actions.

use super::Writer;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use trialect_sema::{Action, Affine, Deed, Goes, Waits};

impl Writer<'_> {
    pub(super) fn curricula(&mut self) {
        let model = self.model;
        for curriculum in &model.curricula {
            let mut stages: BTreeMap<&str, Json> = BTreeMap::new();
            for stage in &curriculum.stages {
                let values: BTreeMap<&str, Json> = curriculum
                    .values
                    .iter()
                    .zip(&stage.values)
                    .filter_map(|((name, _, _), value)| Some((name.as_str(), self.expr(value.as_ref()?))))
                    .collect();
                stages.insert(&stage.name, json!(values));
            }
            let types: BTreeMap<&str, Json> =
                curriculum.values.iter().map(|(name, ty, _)| (name.as_str(), self.ty(ty))).collect();
            let first = curriculum.stages.first().map(|stage| stage.name.as_str());
            self.define(
                curriculum.path.clone(),
                json!({ "is": "curriculum", "first": first, "stages": stages, "types": types }),
            );
            for stage in &curriculum.stages {
                let ways: Vec<Json> = stage
                    .transitions
                    .iter()
                    .map(|way| {
                        let guard = self.maybe(way.guard.as_ref());
                        let moment = format!("{:?}", way.moment);
                        let to = &curriculum.stages[way.target as usize].name;
                        let mut body = json!({ "on": moment, "when": guard, "to": to });
                        if !way.actions.is_empty() {
                            body["actions"] = self.actions(&way.actions);
                        }
                        body
                    })
                    .collect();
                self.uses(&curriculum.path);
                self.define(
                    format!("{}.{}", curriculum.path, stage.name),
                    json!({ "is": "transitions", "of": stage.name, "ways": ways }),
                );
            }
        }
    }

    pub(super) fn states(&mut self) {
        let model = self.model;
        let first = model.states.first().map(|state| state.name.as_str());
        self.define("trial.first state".into(), json!({ "is": "first state", "state": first }));
        for state in &model.states {
            let entry = self.actions(&state.entry);
            let clauses: Vec<Json> = state
                .clauses
                .iter()
                .map(|clause| {
                    let waits = self.waits(&clause.waits);
                    let goes = match clause.goes {
                        Goes::Stays => Json::Null,
                        Goes::To(to) => json!({ "to": model.states[to.0].name }),
                        Goes::Ends(k) => {
                            let outcomes = model.outcomes.map(|id| &model.enums[id.0]);
                            self.uses("trial.outcome");
                            json!({ "end": outcomes.and_then(|o| o.members.get(k as usize)).map(|m| m.name.clone()) })
                        }
                    };
                    json!({ "waits": waits, "when": self.maybe(clause.guard.as_ref()), "actions": self.actions(&clause.actions), "goes": goes })
                })
                .collect();
            self.define(format!("state.{}", state.name), json!({ "is": "state", "entry": entry, "clauses": clauses }));
        }
    }

    /// Machines beside the trial's: when each starts, with which state, and the order in which they hear.
    pub(super) fn besides(&mut self) {
        let model = self.model;
        for beside in &model.besides {
            let first = model.states.get(beside.states.start).map(|state| state.name.as_str());
            let body = json!({ "is": "beside", "clock": beside.clock.word(), "first": first });
            self.define(format!("beside.{}", beside.name), body);
        }
        if !model.besides.is_empty() {
            let order: Vec<&str> = model.besides.iter().map(|beside| beside.name.as_str()).collect();
            self.define("order of machines".into(), json!({ "is": "order", "names": order }));
        }
    }

    pub(super) fn waits(&mut self, waits: &Waits) -> Json {
        match waits {
            Waits::Event(device, channel) => json!({ "event": self.channel(*device, *channel) }),
            Waits::Reaches { affine, level, both } => {
                json!({ "reaches": self.expr(level), "value": self.affine(affine), "both": both })
            }
            Waits::State(state, entered) => {
                let name = self.model.states[state.0].name.clone();
                json!({ "state": name, "moment": if *entered { "entry" } else { "exit" } })
            }
            Waits::Condition => json!("condition"),
            Waits::After(time) => json!({ "after": self.expr(time) }),
        }
    }

    pub(super) fn channel(&mut self, device: trialect_sema::DeviceId, channel: u32) -> Json {
        let path = format!("rig.{}", self.model.devices[device.0].name);
        self.uses(&path);
        json!([path, self.model.class(device).channels[channel as usize].name])
    }

    pub(super) fn affine(&mut self, affine: &Affine) -> Json {
        self.expr(&affine.whole)
    }

    pub(super) fn actions(&mut self, actions: &[Action]) -> Json {
        Json::Array(actions.iter().map(|action| self.action(action)).collect())
    }

    pub(super) fn action(&mut self, action: &Action) -> Json {
        match action {
            Action::Set { value, keys, to, .. } => {
                let path = self.model.values[value.0].path.clone();
                self.uses(&path);
                json!({ "set": path, "keys": self.list(keys), "to": self.expr(to) })
            }
            Action::Let { binder, to } => {
                let to = self.expr(to);
                json!({ "let": self.bind(*binder), "to": to })
            }
            Action::If { condition, then, otherwise } => {
                json!({ "if": self.expr(condition), "then": self.actions(then), "else": self.actions(otherwise) })
            }
            Action::Do(deed) => self.deed(deed),
            Action::Draw(value) => {
                let path = self.model.values[value.0].path.clone();
                self.uses(&path);
                json!({ "draw": path })
            }
            Action::Track { stimulus, parameter, affine, .. } => {
                let declared = &self.model.stimuli[stimulus.0];
                let name =
                    self.model.class(declared.device).constructors[declared.constructor].shown[*parameter].name.clone();
                let path = format!("stimulus.{}", declared.name);
                self.uses(&path);
                json!({ "track": [path, name], "to": self.affine(affine) })
            }
        }
    }

    pub(super) fn deed(&mut self, deed: &Deed) -> Json {
        let device = format!("rig.{}", self.model.devices[deed.device.0].name);
        let verb = self.model.class(deed.device).verbs[deed.verb].name.clone();
        self.uses(&device);
        let stimulus = deed.stimulus.map(|stimulus| format!("stimulus.{}", self.model.stimuli[stimulus.0].name));
        if let Some(path) = &stimulus {
            self.uses(path);
        }
        let arguments: BTreeMap<&str, Json> =
            deed.arguments.iter().map(|(name, typed)| (name.as_str(), self.expr(typed))).collect();
        let mut body =
            json!({ "do": verb, "device": device, "stimulus": stimulus, "arguments": arguments, "held": deed.held });
        if let Some(part) = &self.model.class(deed.device).verbs[deed.verb].part {
            body["of"] = json!(part);
        }
        if let Some(duration) = &deed.duration {
            body["for"] = self.expr(duration);
        }
        body
    }
}
