//! Handlers, limits, stops and what else ends or watches a session.

use super::{Writer, handler_path, limit_path, written};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trialect_sema::{Handler, Moment, Stream};

impl Writer<'_> {
    pub(super) fn rules(&mut self) {
        let model = self.model;
        for handler in &model.handlers {
            let body = json!({ "is": "handler", "when": self.maybe(handler.guard.as_ref()), "actions": self.actions(&handler.actions) });
            self.define(handler_path(model, handler), body);
        }
        self.handler_order();
        self.curriculum_order();
        for limit in &model.limits {
            for device in &limit.devices {
                self.uses(&format!("rig.{}", model.devices[device.0].name));
            }
            let body = json!({ "is": "limit", "most": self.expr(&limit.amount) });
            self.define(limit_path(limit), body);
        }
        if let Some(counts) = &model.counts {
            let body = json!({ "is": "counts", "when": self.expr(counts) });
            self.define("session.counts when".into(), body);
        }
        if !model.held.is_empty() {
            // By what is held: the order in which devices come on has no meaning.
            let mut held: Vec<serde_json::Value> = model.held.iter().map(|action| self.action(action)).collect();
            held.sort_by_key(ToString::to_string);
            self.define("session.hold".into(), json!({ "is": "hold", "outputs": held }));
        }
        if let Some((most, _)) = model.most_trials {
            self.define("session.limit trials".into(), json!({ "is": "limit", "most": most.to_string() }));
        }
        for (word, watches) in [("stop", &model.stops), ("advise", &model.advices)] {
            for watch in watches {
                let mut body = json!({ "is": word, "when": self.expr(&watch.condition) });
                if watch.now {
                    body["now"] = json!(true);
                }
                self.define(format!("session.{word} {}", watch.name), body);
            }
        }
        let order: Vec<&str> = model.stops.iter().map(|watch| watch.name.as_str()).collect();
        self.define("session.order of stops".into(), json!({ "is": "order", "names": order }));
        if let Some((pause, _)) = &model.pause {
            let body = json!({ "is": "iti", "time": self.expr(pause) });
            self.define("trial.iti".into(), body);
        }
        let mut recorded: Vec<Json> =
            model.recorded.iter().map(|&(device, channel)| self.channel(device, channel)).collect();
        recorded.sort_by_key(ToString::to_string);
        let mut body = json!({ "is": "record", "lines": recorded });
        if !model.streams.is_empty() {
            // What is sampled is in the data, in whichever order it is named.
            let mut streams: Vec<Json> = model.streams.iter().map(|stream| self.stream(stream)).collect();
            streams.sort_by_key(ToString::to_string);
            body["streams"] = json!(streams);
        }
        self.define("session.record".into(), body);
    }

    fn stream(&mut self, stream: &Stream) -> Json {
        let path = format!("rig.{}", self.model.devices[stream.device.0].name);
        self.uses(&path);
        let reading = &self.model.class(stream.device).readings[stream.reading];
        self.quantity_kind(reading.dimension);
        json!([path, reading.name, stream.rate.to_string()])
    }

    /// The order of two handlers of one event matters when one reads what the other sets.
    pub(super) fn handler_order(&mut self) {
        let model = self.model;
        let mut orders = Vec::new();
        let below = self.below();
        for moment in [Moment::TrialEnd, Moment::SessionEnd] {
            let handlers: Vec<&Handler> = model.handlers.iter().filter(|handler| handler.moment == moment).collect();
            let mut setters: BTreeMap<String, usize> = BTreeMap::new();
            for (k, handler) in handlers.iter().enumerate() {
                let paths = written(&handler.actions).into_iter().map(|id| model.values[id.0].path.clone());
                setters.extend(paths.map(|path| (path, k)));
            }
            let reads = |handler: &Handler| {
                let mut writer = Writer { model, uses: BTreeSet::new(), binders: BTreeMap::new(), done: Vec::new() };
                writer.maybe(handler.guard.as_ref());
                writer.actions(&handler.actions);
                with_all_below(&below, writer.uses)
            };
            let dependent = handlers.iter().enumerate().any(|(k, handler)| {
                reads(handler).iter().any(|path| setters.get(path).is_some_and(|&setter| setter != k))
            });
            if dependent {
                let order: Vec<String> = handlers.iter().map(|handler| handler_path(model, handler)).collect();
                orders.push((format!("order of {moment:?}"), json!({ "is": "order", "names": order })));
            }
        }
        orders.into_iter().for_each(|(path, body)| self.define(path, body));
    }

    /// The order of two curricula matters when a transition of one reads the other's stage, or what its transitions set.
    fn curriculum_order(&mut self) {
        let model = self.model;
        let made = |k: usize| -> BTreeSet<String> {
            let ways = model.curricula[k].stages.iter().flat_map(|stage| &stage.transitions);
            let set = ways.flat_map(|way| written(&way.actions)).map(|id| model.values[id.0].path.clone());
            set.chain([model.curricula[k].path.clone()]).collect()
        };
        let below = self.below();
        let reads = |k: usize| -> BTreeSet<String> {
            let mut writer = Writer { model, uses: BTreeSet::new(), binders: BTreeMap::new(), done: Vec::new() };
            for way in model.curricula[k].stages.iter().flat_map(|stage| &stage.transitions) {
                writer.maybe(way.guard.as_ref());
                writer.actions(&way.actions);
            }
            with_all_below(&below, writer.uses)
        };
        let count = model.curricula.len();
        let dependent = (0..count).any(|k| {
            let reads = reads(k);
            (0..count).any(|other| other != k && !made(other).is_disjoint(&reads))
        });
        if dependent {
            let order: Vec<&str> = model.curricula.iter().map(|curriculum| curriculum.path.as_str()).collect();
            self.define("order of curricula".into(), json!({ "is": "order", "names": order }));
        }
    }

    /// What each definition uses.
    pub(super) fn below(&self) -> BTreeMap<&str, &Vec<String>> {
        self.done.iter().map(|definition| (definition.path.as_str(), &definition.uses)).collect()
    }
}

/// Definitions with all that they use: a definition is read through to the variables behind it.
pub(super) fn with_all_below(below: &BTreeMap<&str, &Vec<String>>, uses: BTreeSet<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = uses.into_iter().collect();
    let mut all = BTreeSet::new();
    while let Some(path) = open.pop() {
        if all.insert(path.clone()) {
            open.extend(below.get(path.as_str()).into_iter().flat_map(|uses| uses.iter().cloned()));
        }
    }
    all
}
