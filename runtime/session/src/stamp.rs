//! The header of a session's record: the protocol's identity, the run's identity, every table of names.

use crate::requests::change;
use crate::{Given, Plan};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use trialect_device::{DeviceSpec, InputLine, Rig, Scale, StimulusSpec, Wiring};
use trialect_ir::record::{
    Carryover, FORMAT, Header, InputStamp, MachineStamp, OutputStamp, ProtocolStamp, RuleStamp, SourceStamp,
    StreamStamp, StudyStamp,
};
use trialect_ir::{Channel, Column, Domain, Program, Slot, Stream, canonical_json, digest};

/// What the caller knows of a session's origin.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The machine's name.
    pub machine: String,
    /// Hash of the protocol's text.
    pub source_hash: String,
    /// The source texts in the session's folder.
    pub sources: Vec<SourceStamp>,
    /// Seal of the session before.
    pub previous: Option<String>,
    /// What the backend says about itself; part of the run's identity.
    pub backend: Value,
    /// What the rig says of what it samples, in the order of [`crate::streams`]; part of the run's identity.
    pub scales: Vec<Scale>,
    /// Version of the compiler.
    pub compiler: String,
    /// What was decided about the subject's state; part of the run's identity.
    pub carried: Option<Carryover>,
    /// The study, for a session of one; part of the run's identity.
    pub study: Option<StudyStamp>,
}

/// What a program needs of a rig.
pub fn wiring(program: &Program) -> Wiring {
    Wiring {
        devices: program.devices.iter().map(|d| DeviceSpec { name: d.name.clone(), class: d.class.clone() }).collect(),
        inputs: program.inputs.iter().map(|i| InputLine { device: i.device, channel: i.channel.clone() }).collect(),
        stimuli: program
            .stimuli
            .iter()
            .map(|s| StimulusSpec {
                name: s.name.clone(),
                device: s.device,
                constructor: s.constructor.clone(),
                fixed: s.fixed.clone(),
            })
            .collect(),
    }
}

/// The slots of the devices' constants with what the rig says of them; 1 where it says nothing.
pub fn settings(program: &Program, rig: &dyn Rig) -> Vec<(Slot, f64)> {
    let mut list = Vec::new();
    for (k, device) in program.devices.iter().enumerate() {
        let known = rig.settings(k as u32);
        for (name, slot) in &device.settings {
            let value = known.iter().find(|(other, _)| other == name).map_or(1.0, |(_, value)| *value);
            list.push((*slot, value));
        }
    }
    list
}

fn settings_json(program: &Program, rig: &dyn Rig) -> Value {
    let devices = program.devices.iter().enumerate().map(|(k, device)| {
        let map: Map<String, Value> =
            rig.settings(k as u32).into_iter().map(|(name, value)| (name, json!(value))).collect();
        (device.name.clone(), Value::Object(map))
    });
    Value::Object(devices.collect())
}

/// Everything that decides a session's tables.
fn run_of(
    program: &Program,
    plan: &Plan<'_>,
    rig: &dyn Rig,
    origin: &Origin,
    given: Option<String>,
    streams: &[StreamStamp],
) -> Value {
    // The words themselves, so that a session can be replayed without the one before it.
    let subject_state = plan.subject_words.as_ref().map(|words| words_text(words));
    let mut run = json!({
        "form": FORMAT,
        "protocol": program.identity.protocol,
        "source": origin.source_hash,
        "subject": plan.subject,
        "session": plan.session,
        "date": plan.date,
        "kind": rig.kind(),
        "seed": plan.seed.to_string(),
        "subject_state": subject_state,
        "covariates": plan.covariates,
        "given": given,
        "settings": settings_json(program, rig),
        "backend": origin.backend,
        "compiler": origin.compiler,
    });
    if !plan.covariate_remarks.is_empty() {
        run["covariate_remarks"] = json!(plan.covariate_remarks);
    }
    if !plan.given_today.is_empty() {
        run["given_today"] = json!(plan.given_today);
    }
    if !plan.parameters.is_empty() {
        run["parameters"] = parameters(program, plan);
    }
    let requests = plan.requests.borrow().stamp();
    if !requests.is_empty() {
        run["requests"] = json!(requests);
    }
    if !streams.is_empty() {
        run["streams"] = json!(streams);
    }
    if let Some(carried) = &origin.carried {
        run["carried"] = json!(carried);
    }
    if let Some(study) = &origin.study {
        run["study"] = json!(study);
    }
    run
}

/// The header of a session's record. `given` is a digest of the values given from outside, if there are any.
pub fn header(program: &Program, plan: &Plan<'_>, rig: &dyn Rig, origin: &Origin, given: Option<String>) -> Header {
    let streams = stream_stamps(program, &origin.scales);
    let run = run_of(program, plan, rig, origin, given, &streams);
    Header {
        format: FORMAT.into(),
        kind: rig.kind().into(),
        subject: plan.subject.clone(),
        session: plan.session,
        date: Some(plan.date),
        protocol: ProtocolStamp {
            name: program.name.clone(),
            version: program.version.clone(),
            description: program.description.clone(),
            citations: program.citations.clone(),
            hash: program.identity.protocol.clone(),
            source_hash: origin.source_hash.clone(),
            definitions: program.identity.definitions.clone(),
        },
        run_identity: digest(&canonical_json(&run)),
        run,
        machine: origin.machine.clone(),
        sources: origin.sources.clone(),
        previous: origin.previous.clone(),
        backend: origin.backend.clone(),
        columns: program.columns.iter().map(|column| with_texts(column, plan)).collect(),
        inputs: inputs(program, rig),
        streams,
        states: program.states.iter().map(|state| state.name.clone()).collect(),
        machines: MachineStamp::of(program),
        outcomes: program.outcomes.clone(),
        outputs: outputs(program),
        rules: RuleStamp::of(program),
        draws: program.draws.iter().map(|draw| draw.path.clone()).collect(),
        covariates: plan.covariates.clone(),
        covariate_remarks: plan.covariate_remarks.clone(),
        subject_layout: program.carried.clone(),
        carried: origin.carried.clone(),
        study: origin.study.clone(),
    }
}

/// Parameters that begin with another value: as people read it, and the word.
fn parameters(program: &Program, plan: &Plan<'_>) -> Value {
    let said = plan.parameters.iter().filter_map(|(name, value)| {
        let change = change(program, name, value).ok()?;
        let shown = program.columns[change.column as usize].domain.show(change.word);
        Some((name.clone(), json!({ "value": shown, "word": words_text(&[change.word]) })))
    });
    Value::Object(said.collect())
}

/// What a record says that earlier sessions of its day were given.
pub fn given_today(run: &Value) -> BTreeMap<String, f64> {
    let said = run["given_today"].as_object().into_iter().flatten();
    said.filter_map(|(name, amount)| Some((name.clone(), amount.as_f64()?))).collect()
}

/// The parameters that a record says a session began with.
pub fn start_parameters(run: &Value) -> Vec<(String, Given)> {
    let said = run["parameters"].as_object().into_iter().flatten();
    said.filter_map(|(name, said)| {
        let words = text_words(said["word"].as_str()?)?;
        Some((name.clone(), Given::Word(*words.first()?)))
    })
    .collect()
}

/// A column of the session: one of words has its text.
fn with_texts(column: &Column, plan: &Plan<'_>) -> Column {
    let mut column = column.clone();
    if let Domain::Text { texts } = &mut column.domain {
        let text = plan.covariates.get(&column.name).and_then(Value::as_str);
        texts.extend(text.map(str::to_owned));
    }
    column
}

/// Words as text: 16 hexadecimal digits each, no blanks.
pub fn words_text(words: &[u64]) -> String {
    words.iter().map(|word| format!("{word:016x}")).collect()
}

/// Words out of [`words_text`]; none when the text is damaged.
pub fn text_words(text: &str) -> Option<Vec<u64>> {
    if !text.len().is_multiple_of(16) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(16).map(|at| u64::from_str_radix(&text[at..at + 16], 16).ok()).collect()
}

fn inputs(program: &Program, rig: &dyn Rig) -> Vec<InputStamp> {
    let stamp = |input: &trialect_ir::Input| {
        let device = &program.devices[input.device as usize];
        let counter = input.kind == Channel::Counter;
        let size =
            || rig.settings(input.device).into_iter().find(|(name, _)| name == "count_size").map(|(_, value)| value);
        InputStamp {
            device: device.name.clone(),
            class: device.class.clone(),
            channel: input.channel.clone(),
            counter,
            count_size: if counter { size() } else { None },
            description: device.description.clone(),
        }
    };
    program.inputs.iter().map(stamp).collect()
}

fn stream_stamps(program: &Program, scales: &[Scale]) -> Vec<StreamStamp> {
    let stamp = |(stream, scale): (&Stream, &Scale)| {
        let device = &program.devices[stream.device as usize];
        let in_unit = |value: f64| match &stream.unit {
            Some(unit) => value * unit.numerator as f64 / unit.denominator as f64,
            None => value,
        };
        StreamStamp {
            device: device.name.clone(),
            class: device.class.clone(),
            reading: stream.reading.clone(),
            unit: stream.unit.clone(),
            rate: stream.rate,
            gain: in_unit(scale.gain),
            offset: in_unit(scale.offset),
            description: device.description.clone(),
        }
    };
    program.streams.iter().zip(scales).map(stamp).collect()
}

fn outputs(program: &Program) -> Vec<OutputStamp> {
    let stamp = |site: &trialect_ir::Site| OutputStamp {
        device: program.devices[site.device as usize].name.clone(),
        verb: site.verb.clone(),
        stimulus: site.stimulus.map(|stimulus| program.stimuli[stimulus as usize].name.clone()),
        arguments: site.parameters.iter().map(|(name, _)| name.clone()).collect(),
        adds: site.adds.clone(),
        held: site.kind == trialect_ir::VerbKind::Held,
    };
    program.sites.iter().map(stamp).collect()
}
