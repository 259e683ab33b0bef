//! The rig: device classes, devices, stimuli.

use super::Writer;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use trialect_units::Unit;

impl Writer<'_> {
    pub(super) fn rig(&mut self) {
        let model = self.model;
        for class in &model.classes {
            let parameters = |list: &[trialect_sema::Parameter]| {
                list.iter().map(|p| json!([p.name, Unit::coherent(p.dimension).ucum])).collect::<Vec<_>>()
            };
            let channels: Vec<Json> = class
                .channels
                .iter()
                .map(|channel| {
                    json!([channel.name, format!("{:?}", channel.kind), Unit::coherent(channel.dimension).ucum])
                })
                .collect();
            let verbs: BTreeMap<&str, Json> = class
                .verbs
                .iter()
                .map(|verb| {
                    let body = json!({
                        "parameters": parameters(&verb.parameters), "lasting": verb.lasting.word(), "stimulus": verb.stimulus,
                        "adds": verb.adds.map(|k| class.totals[k as usize].name.clone()),
                        "resets": verb.resets.map(|k| class.channels[k as usize].name.clone()), "ends": verb.ends,
                    });
                    (verb.name.as_str(), body)
                })
                .collect();
            let constructors: BTreeMap<&str, Json> = class
                .constructors
                .iter()
                .map(|c| (c.name.as_str(), json!({ "fixed": parameters(&c.fixed), "shown": parameters(&c.shown) })))
                .collect();
            let dimensions = class
                .totals
                .iter()
                .chain(&class.settings)
                .map(|p| p.dimension)
                .chain(class.channels.iter().map(|c| c.dimension));
            dimensions.collect::<Vec<_>>().into_iter().for_each(|dimension| self.quantity_kind(dimension));
            let body = json!({
                "is": "device", "settings": parameters(&class.settings), "channels": channels,
                "totals": parameters(&class.totals), "verbs": verbs, "stimuli": constructors,
            });
            self.define(class.path.clone(), body);
        }
        for device in &model.devices {
            let class = model.classes[device.class.0].path.clone();
            self.uses(&class);
            self.define(format!("rig.{}", device.name), json!({ "is": "device", "class": class }));
        }
        let order: Vec<&str> = model.devices.iter().map(|device| device.name.as_str()).collect();
        self.define("rig".into(), json!({ "is": "rig", "order": order }));
        for stimulus in &model.stimuli {
            let constructor = &model.class(stimulus.device).constructors[stimulus.constructor];
            let device = format!("rig.{}", model.devices[stimulus.device.0].name);
            self.uses(&device);
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
}
