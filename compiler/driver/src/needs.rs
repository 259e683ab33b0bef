//! What a protocol needs of a rig: devices, what it asks of them at least and at most, what it waits for, what it shows.

use crate::Analysed;
use trialect_base::Span;
use trialect_sema::{Action, Deed, Model, Waits};

/// What a protocol needs of a rig; all numbers in coherent units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    /// Devices of its `rig` block: name, class, where they are declared.
    pub devices: Vec<(String, String, Span)>,
    /// Arguments of verbs.
    pub asks: Vec<Demand>,
    /// Events that clauses wait for, each once: device, channel, where it is waited for first.
    pub hears: Vec<(String, String, Span)>,
    /// Stimuli: where they are declared, in the order of [`trialect_ir::Program::stimuli`].
    pub stimuli: Vec<Span>,
}

/// An argument of a verb, and between what it lies whatever the session brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// `spout`
    pub device: String,
    /// `deliver`
    pub verb: String,
    /// `amount`
    pub parameter: String,
    /// The least that it can be; minus infinity when the text does not bound it.
    pub least: f64,
    /// The most that it can be; infinity when the text does not bound it.
    pub most: f64,
    /// Where the argument stands.
    pub place: Span,
}

/// What a protocol that has no errors needs of a rig.
#[must_use]
pub fn needs(analysed: &Analysed) -> Needs {
    let model = &analysed.model;
    let device =
        |device: &trialect_sema::Device| (device.name.clone(), model.classes[device.class.0].name.clone(), device.span);
    let mut needs = Needs {
        devices: model.devices.iter().map(device).collect(),
        stimuli: model.stimuli.iter().map(|stimulus| stimulus.span).collect(),
        ..Needs::default()
    };
    needs.take(model, &model.held);
    for handler in &model.handlers {
        needs.take(model, &handler.actions);
    }
    for state in &model.states {
        needs.take(model, &state.entry);
        for clause in &state.clauses {
            needs.take(model, &clause.actions);
            if let Waits::Event(device, channel) = &clause.waits {
                let name = &model.class(*device).channels[*channel as usize].name;
                needs.hear(&model.devices[device.0].name, name, clause.span);
            }
        }
    }
    needs
}

impl Needs {
    /// The outputs among actions.
    fn take(&mut self, model: &Model, actions: &[Action]) {
        let mut open: Vec<&Action> = actions.iter().collect();
        while let Some(action) = open.pop() {
            match action {
                Action::Do(deed) => self.ask(model, deed),
                Action::If { then, otherwise, .. } => open.extend(then.iter().chain(otherwise)),
                Action::Set { .. } | Action::Let { .. } | Action::Draw(_) | Action::Track { .. } => {}
            }
        }
    }

    fn ask(&mut self, model: &Model, deed: &Deed) {
        for (parameter, typed) in &deed.arguments {
            self.asks.push(Demand {
                device: model.devices[deed.device.0].name.clone(),
                verb: model.class(deed.device).verbs[deed.verb].name.clone(),
                parameter: parameter.clone(),
                least: typed.range.low,
                most: typed.range.high,
                place: typed.span,
            });
        }
    }

    fn hear(&mut self, device: &str, channel: &str, place: Span) {
        if !self.hears.iter().any(|(known, report, _)| (known.as_str(), report.as_str()) == (device, channel)) {
            self.hears.push((device.to_string(), channel.to_string(), place));
        }
    }
}
