//! What a session's record says about itself: the header of its journal and of `session.json`.
//!
//! The session writes it, the exporters read it; with it a record can be read without its program.

use crate::{Beside, Carried, Clock, Column, Date, Offered, Program};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Name and version of the record's format.
pub const FORMAT: &str = "trialect-session/1";

/// Who, what, when in the chain, and every table of names that the entries refer to by index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// `simulated`, `recorded`, `emulated` or `real`.
    pub kind: String,
    /// The subject's name.
    pub subject: String,
    /// Ordinal in the subject's chain, from 1.
    pub session: u32,
    /// The date at the place of the rig when it began; none in records that were made before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The protocol and its hashes.
    pub protocol: ProtocolStamp,
    /// Hash over everything in `run`; two sessions with the same one have the same tables.
    pub run_identity: String,
    /// What entered the run's identity.
    pub run: Value,
    /// The machine that executes: `interpreter` or `jit`. Not part of the run's identity.
    pub machine: String,
    /// The source texts, in the order in which they were read.
    pub sources: Vec<SourceStamp>,
    /// Seal of the previous session of the chain.
    pub previous: Option<String>,
    /// What the backend says about itself (animal, calibration, recording).
    pub backend: Value,
    /// Everything with a name that is recorded, one for each word of a row.
    pub columns: Vec<Column>,
    /// Inputs in the order of the rig.
    pub inputs: Vec<InputStamp>,
    /// What is sampled, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamStamp>,
    /// Names of the states.
    pub states: Vec<String>,
    /// Machines beside the trial's, and which states are theirs; the others are the trial's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<MachineStamp>,
    /// Names of the outcomes.
    pub outcomes: Vec<String>,
    /// Outputs.
    pub outputs: Vec<OutputStamp>,
    /// Rules.
    pub rules: Vec<RuleStamp>,
    /// Paths of the draws.
    pub draws: Vec<String>,
    /// Values asked of a person or the simulation, by name: a number in the coherent unit of its dimension, true or
    /// false, a member's name, or text; null for one that is missing.
    pub covariates: BTreeMap<String, Value>,
    /// What there is to say of them besides, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub covariate_remarks: BTreeMap<String, Remark>,
    /// What the subject's words are, for a later program with another layout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_layout: Vec<Carried>,
    /// What was decided about the subject's state before this session, if anything was, or if the protocol had changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carryover>,
    /// The study, for a session of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyStamp>,
}

/// The study of which a session is a part, and the stage in which it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyStamp {
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Hash of its stages and rules and of the stages' protocols.
    pub hash: String,
    /// Hash of its text.
    pub source_hash: String,
    /// The stage of this session.
    pub stage: String,
    /// Hashes of the stages' protocols, by name.
    pub protocols: BTreeMap<String, String>,
    /// What the study reads of the stages' protocols, by name: with it the study's rules can be computed again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reads: BTreeMap<String, Offered>,
    /// The person who confirmed that the subject came to this stage, before this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
    /// What a person said when the study had another hash in the session before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<StudyChange>,
}

/// Who confirmed a change of stage, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// Who.
    pub by: String,
    /// Why, if something was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A study that went on under another text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyChange {
    /// Its hash in the session before.
    pub from: String,
    /// Why it goes on.
    pub reason: String,
}

/// What there is to say of a covariate's value in a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remark {
    /// Where the value comes from, when nobody gave it for this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Who took a value outside of `within`, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
}

/// Where a value comes from that nobody gave for this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the subject's session before.
    Carried,
    /// The usual text of its declaration.
    Standard,
}

/// A person who took a value that the protocol refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// How a subject's state came over to a session whose protocol had changed, or that a person began otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carryover {
    /// The session whose state was taken over; none in a first one.
    pub session: Option<u32>,
    /// The protocol's hash in that session.
    pub protocol: Option<String>,
    /// Why it was decided so; none when there was nothing to decide.
    pub reason: Option<String>,
    /// What a person decided, in the order of the subject's words.
    pub decisions: Vec<Decision>,
    /// Names that the protocol does not have any more, with their last values.
    pub gone: BTreeMap<String, String>,
}

/// What was decided about one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// As in the text.
    pub name: String,
    /// Path of the definition.
    pub path: String,
    /// Whether it is the definition of the session before.
    pub standing: Standing,
    /// What it begins from.
    pub from: Beginning,
    /// Values set by hand as they were written: `NAME` or `NAME[KEY]`, value.
    pub start: BTreeMap<String, String>,
    /// What it was, as people read it; none for a new one.
    pub was: Option<String>,
    /// What it begins with, as people read it.
    pub now: String,
}

/// How a definition stands to that of the session before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It means the same.
    Unchanged,
    /// It has the same path and means something else, or a rule that changes it does.
    Changed,
    /// There was none of this path.
    New,
}

/// From what a definition begins, before anything is set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// The value of the session before.
    Carry,
    /// What the protocol says a subject begins with.
    Reset,
}

/// The protocol that made a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProtocolStamp {
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Description.
    pub description: Option<String>,
    /// Citations.
    pub citations: Vec<String>,
    /// The protocol's hash.
    pub hash: String,
    /// Hash of the protocol's own source text, layout and comments included.
    pub source_hash: String,
    /// Hash of each definition.
    pub definitions: BTreeMap<String, String>,
}

/// A source text of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceStamp {
    /// The name under which the compiler knows it: `protocol` or a module's name.
    pub name: String,
    /// File in the session's folder.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// An input line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputStamp {
    /// Name of the device in the protocol.
    pub device: String,
    /// Its class.
    pub class: String,
    /// The channel.
    pub channel: String,
    /// True for a counter, false for events.
    pub counter: bool,
    /// For a counter the coherent unit's worth of a count (mm for an encoder).
    pub count_size: Option<f64>,
    /// The description of the device.
    pub description: Option<String>,
}

/// A reading that is sampled: sample k, from 0, was taken k / rate s after the session's start; its value in the unit is
/// `offset + gain * count`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamStamp {
    /// Name of the device in the protocol.
    pub device: String,
    /// Its class.
    pub class: String,
    /// The reading.
    pub reading: String,
    /// The unit; none for a plain number.
    pub unit: Option<crate::Unit>,
    /// Samples a second.
    pub rate: f64,
    /// Of one count, in the unit.
    pub gain: f64,
    /// Of count 0, in the unit.
    pub offset: f64,
    /// The description of the device.
    pub description: Option<String>,
}

/// When a sample of a stream with this rate, Hz, was taken: ns after the session's start, rounded.
pub fn time_of_sample(rate: f64, sample: u64) -> i64 {
    (sample as f64 / rate * 1e9).round() as i64
}

impl StreamStamp {
    /// When a sample was taken, ns, rounded.
    pub fn time_of(&self, sample: u64) -> i64 {
        time_of_sample(self.rate, sample)
    }
    /// How many samples are taken before a time, ns.
    pub fn before(&self, at: i64) -> u64 {
        let mut count = (at.max(0) as f64 * 1e-9 * self.rate).ceil() as u64;
        // The product is rounded; the times of the samples decide.
        while count > 0 && self.time_of(count - 1) >= at {
            count -= 1;
        }
        while self.time_of(count) < at {
            count += 1;
        }
        count
    }
}

/// A machine beside the trial's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineStamp {
    /// Name in the protocol with its key: `vi[left]`.
    pub name: String,
    /// `session` or `trial`: with what it starts and stops.
    pub clock: String,
    /// Index of its first state.
    pub first: u32,
    /// Number of its states, which follow each other.
    pub states: u32,
    /// Its description.
    pub description: Option<String>,
}

impl MachineStamp {
    /// The stamps of a program's machines.
    pub fn of(program: &Program) -> Vec<MachineStamp> {
        let stamp = |beside: &Beside| MachineStamp {
            name: beside.name.clone(),
            clock: if beside.clock == Clock::Session { "session".into() } else { "trial".into() },
            first: beside.states.start,
            states: beside.states.len() as u32,
            description: beside.description.clone(),
        };
        program.besides.iter().map(stamp).collect()
    }
    /// Whether a state is one of its own.
    pub fn has(&self, state: u32) -> bool {
        (self.first..self.first.saturating_add(self.states)).contains(&state)
    }
}

/// An output of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputStamp {
    /// Name of the device.
    pub device: String,
    /// The verb.
    pub verb: String,
    /// The stimulus, if it presents one.
    pub stimulus: Option<String>,
    /// Names of the arguments.
    pub arguments: Vec<String>,
    /// The column of the total that its first argument adds to: `spout.delivered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds: Option<String>,
    /// Whether its class calls the verb `held`: how long it is on counts in limits of time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleStamp {
    /// Path of the definition.
    pub definition: String,
    /// `clause`, `handler`, `transition`, `advice`, `stop`, `block`, `counts`, `limit`, `saturation`, `unweighted`,
    /// `cut`.
    pub kind: String,
    /// Short name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl RuleStamp {
    /// The stamps of a program's rules.
    pub fn of(program: &Program) -> Vec<RuleStamp> {
        program
            .rules
            .iter()
            .map(|rule| RuleStamp {
                definition: rule.definition.clone(),
                kind: format!("{:?}", rule.kind).to_lowercase(),
                name: rule.name.clone(),
                text: rule.text.clone(),
            })
            .collect()
    }
}
