//! The simulated mouse from session to session: what it is today follows from its record.

use crate::failure::Failure;
use crate::record::Session;
use crate::totals;
use serde_json::{Value, json};
use std::path::Path;
use trialect_ir::{Column, Role};
use trialect_journal::Entry;
use trialect_sim::{MouseParameters, MouseState, ParameterFault, RigParameters, SessionSummary, SimRig, animal_seed};

/// A mouse on the morning of a session.
pub(crate) struct Animal {
    /// Names its random streams and those of its rig.
    seed: u64,
    parameters: MouseParameters,
    rig: RigParameters,
    state: MouseState,
}

impl Animal {
    /// The mouse of a file, or the embedded one, on an embedded rig. Each subject of a seed is another animal.
    pub(crate) fn new(file: Option<&Path>, subject: &str, seed: u64) -> Result<Animal, Failure> {
        let parameters = match file {
            Some(path) => MouseParameters::from_toml(&crate::protocol::read_text(path)?)
                .map_err(|fault| Failure::trouble("mouse", format!("{}: {fault}", path.display())))?,
            None => MouseParameters::standard().map_err(fault)?,
        };
        let rig = RigParameters::standard().map_err(fault)?;
        let state = MouseState::new(&parameters);
        Ok(Animal { seed: animal_seed(seed, subject), parameters, rig, state })
    }

    /// Brings it to the morning of its session with this ordinal and weighs it, in g.
    pub(crate) fn weighed(&mut self, ordinal: u32) -> f64 {
        self.state.before_session(&self.parameters, self.seed, ordinal - 1)
    }

    /// Its rig for the session with this ordinal.
    pub(crate) fn rig(&self, ordinal: u32) -> Result<SimRig, Failure> {
        SimRig::new(&self.rig, &self.parameters, &self.state, self.seed, ordinal).map_err(fault)
    }

    /// What the session before left behind.
    pub(crate) fn after(mut self, before: &Session) -> Result<Animal, Failure> {
        let state: MouseState =
            serde_json::from_value(before.header.backend["mouse"]["state"].clone()).map_err(|error| {
                Failure::trouble(
                    "no-animal",
                    format!(
                        "session {:03} does not say what became of the mouse: {error}; start another subject",
                        before.header.session
                    ),
                )
            })?;
        self.state = state;
        Ok(self.lived(&before.header.columns, &totals::of_record(&before.header), &before.entries))
    }

    /// It has lived through a session with this record, whose outputs add to these totals.
    pub(crate) fn lived(mut self, columns: &[Column], adds: &[Option<String>], entries: &[Entry]) -> Animal {
        let summary = self.summary(columns, adds, entries);
        self.state = self.state.after_session(&self.parameters, summary);
        self
    }

    /// Trials answered and fluid received, from a session's record. Totals without a unit count pellets.
    fn summary(&self, columns: &[Column], adds: &[Option<String>], entries: &[Entry]) -> SessionSummary {
        let choice = columns.iter().position(|column| column.name == "choice");
        let worth = |column: &Column| match column.domain.unit() {
            Some(_) => 1.0,
            None => self.parameters.forager.pellet_worth_ul,
        };
        let totals: Vec<(usize, f64)> = (0..)
            .zip(columns)
            .filter(|(_, column)| column.role == Role::Total)
            .map(|(k, column)| (k, worth(column)))
            .collect();
        let mut summary = SessionSummary { trials_completed: 0, water_ul: 0.0 };
        for entry in entries {
            if let Entry::Row { outcome, words, present, .. } = entry {
                let answered = choice.map_or(outcome.is_some(), |k| present[k / 64] >> (k % 64) & 1 == 1);
                summary.trials_completed += u32::from(answered);
                summary.water_ul += totals.iter().map(|&(k, worth)| f64::from_bits(words[k]) * worth).sum::<f64>();
            }
        }
        for (k, amount) in totals::between(columns, adds, entries) {
            summary.water_ul += amount * worth(&columns[k]);
        }
        summary
    }

    /// What the record says of the animal and its rig, which is wired: also what decides the run's identity. So what
    /// cannot matter on this rig is left out of it.
    pub(crate) fn stamp(&self, rig: &SimRig) -> Value {
        let mut stamp = json!({ "mouse": { "parameters": self.parameters, "state": self.state }, "rig": self.rig });
        let mut leave_out = |path: &str, section: &str, classes: &[&str]| {
            if !classes.iter().any(|class| rig.has(class))
                && let Some(Value::Object(sections)) = stamp.pointer_mut(path)
            {
                sections.remove(section);
            }
        };
        leave_out("/mouse/parameters", "forager", &["NosePort", "Switch", "Lickometer", "Feeder", "TouchWindow"]);
        for (section, class) in [
            ("pump", "Pump"),
            ("feeder", "Feeder"),
            ("puff", "Puff"),
            ("camera", "Camera"),
            ("shocker", "Shocker"),
            ("olfactometer", "Olfactometer"),
            ("frame_trigger", "FrameTrigger"),
        ] {
            leave_out("/rig", section, &[class]);
        }
        leave_out("/rig", "cell", &["PatchAmplifier"]);
        leave_out("/rig", "bath", &["Thermometer", "FlowMeter"]);
        stamp
    }
}

fn fault(fault: ParameterFault) -> Failure {
    Failure::trouble("mouse", fault.to_string())
}
