//! The rig: device classes, devices, stimuli.

use super::Writer;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trialect_sema::{Constructor, DeviceClass, Parameter, Stimulus, VerbDef};
use trialect_units::Unit;

impl Writer<'_> {
    pub(super) fn rig(&mut self) {
        let model = self.model;
        for class in &model.classes {
            let parameters = |list: &[Parameter]| list.iter().map(slot).collect::<Vec<_>>();
            let channels: Vec<Json> = class
                .channels
                .iter()
                .map(|channel| {
                    let kind = format!("{:?}", channel.kind);
                    let unit = Unit::coherent(channel.dimension).ucum;
                    match channel.turns {
                        None => json!([channel.name, kind, unit]),
                        Some((flag, on)) => json!([channel.name, kind, unit, class.channels[flag as usize].name, on]),
                    }
                })
                .collect();
            let verbs: BTreeMap<&str, Json> =
                class.verbs.iter().map(|verb| (verb.name.as_str(), self.verb(class, verb))).collect();
            let constructors: BTreeMap<&str, Json> =
                class.constructors.iter().filter(|c| !c.later).map(|c| (c.name.as_str(), made_with(c))).collect();
            let dimensions = class
                .totals
                .iter()
                .chain(&class.settings)
                .chain(&class.readings)
                .map(|p| p.dimension)
                .chain(class.channels.iter().map(|c| c.dimension));
            dimensions.collect::<Vec<_>>().into_iter().for_each(|dimension| self.quantity_kind(dimension));
            let mut body = json!({
                "is": "device", "settings": parameters(&class.settings), "channels": channels,
                "totals": parameters(&class.totals), "verbs": verbs, "stimuli": constructors,
            });
            if !class.readings.is_empty() {
                body["readings"] = json!(parameters(&class.readings));
            }
            self.define(class.path.clone(), body);
        }
        for device in &model.devices {
            let class = model.classes[device.class.0].path.clone();
            self.uses(&class);
            self.define(format!("rig.{}", device.name), json!({ "is": "device", "class": class }));
        }
        let order: Vec<&str> = model.devices.iter().map(|device| device.name.as_str()).collect();
        self.define("rig".into(), json!({ "is": "rig", "order": order }));
        self.later_constructors();
        for stimulus in &model.stimuli {
            let constructor = &model.class(stimulus.device).constructors[stimulus.constructor];
            let device = format!("rig.{}", model.devices[stimulus.device.0].name);
            self.uses(&device);
            if let Some(path) = self.later_constructor(stimulus) {
                self.uses(&path);
            }
            let fixed: BTreeMap<&str, Json> = constructor
                .fixed
                .iter()
                .zip(&stimulus.fixed)
                .map(|(p, typed)| (p.name.as_str(), self.expr(typed)))
                .collect();
            let body = json!({ "is": "stimulus", "on": device, "constructor": constructor.name, "fixed": fixed });
            self.define(format!("stimulus.{}", stimulus.name), body);
        }
    }

    /// Constructors that a later version of their library brought, where the protocol uses them.
    fn later_constructors(&mut self) {
        let model = self.model;
        let mut defined = BTreeSet::new();
        for stimulus in &model.stimuli {
            let Some(path) = self.later_constructor(stimulus).filter(|path| defined.insert(path.clone())) else {
                continue;
            };
            let mut body = made_with(&model.class(stimulus.device).constructors[stimulus.constructor]);
            body["is"] = json!("constructor");
            self.define(path, body);
        }
    }

    /// The path of a stimulus's constructor, when that is a definition of its own.
    fn later_constructor(&self, stimulus: &Stimulus) -> Option<String> {
        let class = self.model.class(stimulus.device);
        let constructor = &class.constructors[stimulus.constructor];
        constructor.later.then(|| format!("{}.{}", class.path, constructor.name))
    }

    fn verb(&self, class: &DeviceClass, verb: &VerbDef) -> Json {
        let parameters: Vec<Json> = verb.parameters.iter().map(slot).collect();
        let mut body = json!({
            "parameters": parameters, "lasting": verb.lasting.word(), "stimulus": verb.stimulus,
            "adds": verb.adds.map(|k| class.totals[k as usize].name.clone()),
            "resets": verb.resets.map(|k| class.channels[k as usize].name.clone()), "ends": verb.ends,
        });
        if let Some(part) = &verb.part {
            body["of"] = json!(part);
        }
        body
    }
}

/// The parameters of a constructor.
fn made_with(constructor: &Constructor) -> Json {
    let parameters = |list: &[Parameter]| list.iter().map(slot).collect::<Vec<_>>();
    let mut body = json!({ "fixed": parameters(&constructor.fixed), "shown": parameters(&constructor.shown) });
    let trains: Vec<&str> = constructor.shown.iter().filter(|p| p.train).map(|p| p.name.as_str()).collect();
    if !trains.is_empty() {
        body["trains"] = json!(trains);
    }
    body
}

/// A named parameter with the unit of its kind.
fn slot(parameter: &Parameter) -> Json {
    json!([parameter.name, Unit::coherent(parameter.dimension).ucum])
}
