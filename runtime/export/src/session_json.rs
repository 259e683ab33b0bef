//! `session.json`: who and what, how it ended, the subject's state.

use crate::covariates::{CovariateFile, outside_standard};
use crate::folder::load;
use crate::loaded::{Loaded, word, word_value};
use crate::requests::{RequestFile, requests};
use crate::trials::{field_names, word_of};
use crate::{ExportFault, StreamFile, TableFile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use trialect_ir::record::{
    Carryover, Header, InputStamp, MachineStamp, OutputStamp, ProtocolStamp, Remark, RuleStamp, SourceStamp, StudyStamp,
};
use trialect_ir::{Carried, Clock, Column, Date, Domain};
use trialect_journal::Entry;

/// Name of the file.
pub const SESSION: &str = "session.json";

/// Whether a session ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It ended by its own rules or by a person.
    Complete,
    /// It broke off and was closed afterwards.
    Recovered,
}

/// What is in the file; the order of the fields is that of its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionFile {
    /// Name and version of the record's format.
    pub format: String,
    /// The subject's name.
    pub subject: String,
    /// Ordinal in the subject's chain, from 1.
    pub session: u32,
    /// The date at the place of the rig when it began; none in records that were made before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// `simulated`, `recorded`, `emulated` or `real`.
    pub kind: String,
    /// Whether it ran to its end.
    pub status: Status,
    /// How it ended.
    pub end: End,
    /// Its trials in numbers.
    pub summary: Summary,
    /// The protocol and its hashes.
    pub protocol: ProtocolStamp,
    /// Hash over `run`.
    pub run_identity: String,
    /// Everything that decides the tables.
    pub run: Value,
    /// The machine that executed.
    pub machine: String,
    /// The source texts.
    pub sources: Vec<SourceStamp>,
    /// Seal of the session before.
    pub previous: Option<String>,
    /// What the backend says about itself.
    pub backend: Value,
    /// Values that people answered: numbers in coherent units, true or false, names of members, texts; null for those
    /// that are missing.
    pub covariates: BTreeMap<String, Value>,
    /// What there is to say of them besides: where they come from, why they are missing, who took them and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub covariate_remarks: BTreeMap<String, Remark>,
    /// Covariates that were outside of their standard, at any time of the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside_standard: Vec<String>,
    /// What people asked for between trials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestFile>,
    /// Values of the subject's names at the start, in the units of their columns; names without a value are null.
    pub subject_at_start: BTreeMap<String, Value>,
    /// The same at the end.
    pub subject_at_end: BTreeMap<String, Value>,
    /// Values of the session's names at the end.
    pub session_at_end: BTreeMap<String, Value>,
    /// The subject's memory at the end, word by word, 16 hexadecimal digits each: what the next session starts from.
    pub subject_words: Vec<String>,
    /// What these words are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_layout: Vec<Carried>,
    /// What was decided about the subject's state before the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carryover>,
    /// The study, for a session of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyStamp>,
    /// Everything with a name that is recorded.
    pub columns: Vec<ColumnFile>,
    /// Inputs in the order of the rig.
    pub inputs: Vec<InputStamp>,
    /// What was sampled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamFile>,
    /// Names of the states.
    pub states: Vec<String>,
    /// Machines beside the trial's, and which states are theirs.
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
    /// The tables.
    pub tables: Vec<TableRows>,
    /// The journal.
    pub journal: JournalFile,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Why.
    pub reason: String,
    /// Session-clock time, s.
    pub at: f64,
}

/// A session in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// From start to end, s.
    pub duration: f64,
    /// Trials that were recorded.
    pub trials: u64,
    /// Those that ended with an outcome.
    pub completed: u64,
    /// Those that were interrupted.
    pub interrupted: u64,
    /// Trials for each outcome.
    pub outcomes: BTreeMap<String, u64>,
}

/// A recorded name as people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnFile {
    /// As in the text.
    pub name: String,
    /// Its name in `trials.parquet`, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Path of its definition.
    pub definition: String,
    /// What kind of declaration it shows.
    pub role: String,
    /// The clock on which it is declared.
    pub clock: String,
    /// `boolean`, `integer`, `real`, `steps`, `name`, `level`, `set`, `instant` or `text`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it may have no value.
    pub optional: bool,
    /// Its unit as the language writes it; none for a plain number or a name.
    pub unit: Option<String>,
    /// The same in UCUM.
    pub ucum: Option<String>,
    /// The names, levels or members that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The description in the text.
    pub description: Option<String>,
    /// What is declared of a covariate besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<CovariateFile>,
}

/// A table and its number of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Its file.
    pub file: String,
    /// Rows.
    pub rows: u64,
}

/// The journal's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalFile {
    /// Its name.
    pub file: String,
    /// Its length.
    pub bytes: u64,
}

/// Reads the `session.json` of a folder. Whether it belongs to the journal is for [`crate::verify_folder`] to say.
///
/// # Errors
/// [`ExportFault::NotSealed`] if there is none; [`ExportFault::Unreadable`].
pub fn read_session(folder: &Path) -> Result<SessionFile, ExportFault> {
    let path = folder.join(SESSION);
    if !path.exists() {
        return Err(ExportFault::NotSealed { path });
    }
    serde_json::from_slice(&load(&path)?)
        .map_err(|error| ExportFault::Unreadable { path, why: format!("not the record of a session: {error}") })
}

/// The subject's memory at the end of a sealed session, from which the next one starts.
///
/// # Errors
/// Those of [`read_session`].
pub fn subject_words(folder: &Path) -> Result<Vec<u64>, ExportFault> {
    let word = |text: &String| {
        let plain = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        plain.then(|| u64::from_str_radix(text, 16).ok()).flatten()
    };
    let words = read_session(folder)?.subject_words;
    words.iter().map(word).collect::<Option<Vec<u64>>>().ok_or_else(|| ExportFault::Unreadable {
        path: folder.join(SESSION),
        why: "`subject_words` are not 16 hexadecimal digits each".to_owned(),
    })
}

/// The file's bytes: a function of the record, its tables and the status.
pub(crate) fn bytes(loaded: &Loaded, tables: &[TableFile], status: Status) -> Result<Vec<u8>, ExportFault> {
    let defect = |error: serde_json::Error| ExportFault::Table { table: SESSION, why: error.to_string() };
    let mut bytes = serde_json::to_vec_pretty(&session(loaded, tables, status)).map_err(defect)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn session(loaded: &Loaded, tables: &[TableFile], status: Status) -> SessionFile {
    let Header { columns, .. } = &loaded.header;
    let header = loaded.header.clone();
    let ends = Ends::of(&loaded.entries);
    SessionFile {
        format: header.format,
        subject: header.subject,
        session: header.session,
        date: header.date,
        kind: header.kind,
        status,
        end: End { reason: ends.reason.to_owned(), at: crate::loaded::seconds(ends.end) },
        summary: summary(loaded, &ends),
        protocol: header.protocol,
        run_identity: header.run_identity,
        run: sorted(header.run),
        machine: header.machine,
        sources: header.sources,
        previous: header.previous,
        backend: sorted(header.backend),
        covariates: header.covariates,
        covariate_remarks: header.covariate_remarks,
        outside_standard: outside_standard(columns, &loaded.entries),
        requests: requests(columns, &loaded.entries),
        subject_at_start: values(columns, Clock::Subject, ends.at_start),
        subject_at_end: values(columns, Clock::Subject, ends.at_end),
        session_at_end: values(columns, Clock::Session, ends.at_end),
        subject_words: ends.subject.iter().map(|word| format!("{word:016x}")).collect(),
        subject_layout: header.subject_layout,
        carried: header.carried,
        study: header.study,
        columns: columns.iter().zip(field_names(columns)).map(|(column, field)| described(column, field)).collect(),
        inputs: header.inputs,
        streams: loaded.streams.clone(),
        states: header.states,
        machines: header.machines,
        outcomes: header.outcomes,
        outputs: header.outputs,
        rules: header.rules,
        draws: header.draws,
        tables: tables.iter().map(|table| TableRows { file: table.name.to_owned(), rows: table.rows as u64 }).collect(),
        journal: JournalFile { file: trialect_journal::FILE.to_owned(), bytes: loaded.length },
    }
}

/// Words and bits of a row.
type Row<'a> = (&'a [u64], &'a [u64]);

/// What the first and the last entry say; a session that broke off at once has no start.
struct Ends<'a> {
    start: i64,
    end: i64,
    reason: &'a str,
    subject: &'a [u64],
    at_start: Row<'a>,
    at_end: Row<'a>,
}

impl<'a> Ends<'a> {
    fn of(entries: &'a [Entry]) -> Ends<'a> {
        let mut ends = Ends { start: 0, end: 0, reason: "", subject: &[], at_start: (&[], &[]), at_end: (&[], &[]) };
        for entry in entries {
            match entry {
                Entry::SessionStart { at, words, present } => {
                    (ends.start, ends.at_start) = (*at, (&words[..], &present[..]));
                }
                Entry::SessionEnd { at, reason, subject, words, present } => {
                    (ends.end, ends.reason, ends.subject) = (*at, reason, subject);
                    ends.at_end = (&words[..], &present[..]);
                }
                _ => {}
            }
        }
        ends
    }
}

fn summary(loaded: &Loaded, ends: &Ends<'_>) -> Summary {
    let mut outcomes: BTreeMap<String, u64> = loaded.header.outcomes.iter().map(|name| (name.clone(), 0)).collect();
    let (mut trials, mut interrupted) = (0, 0);
    for entry in &loaded.entries {
        let Entry::Row { outcome, .. } = entry else { continue };
        trials += 1;
        match outcome {
            Some(outcome) => {
                *outcomes.entry(crate::loaded::name(&loaded.header.outcomes, *outcome).into_owned()).or_default() += 1;
            }
            None => interrupted += 1,
        }
    }
    let duration = crate::loaded::seconds(ends.end.saturating_sub(ends.start));
    Summary { duration, trials, completed: trials - interrupted, interrupted, outcomes }
}

fn values(columns: &[Column], clock: Clock, row: Row<'_>) -> BTreeMap<String, Value> {
    let on_clock =
        columns.iter().zip(field_names(columns)).enumerate().filter(|(_, (column, _))| column.clock == clock);
    on_clock
        .map(|(k, (column, field))| {
            (field, word(row.0, row.1, k).map_or(Value::Null, |word| word_value(&column.domain, word)))
        })
        .collect()
}

fn described(column: &Column, field: String) -> ColumnFile {
    let (kind, values) = match &column.domain {
        Domain::Bool => ("boolean", &[][..]),
        Domain::Int { .. } => ("integer", &[][..]),
        Domain::Real { .. } => ("real", &[][..]),
        Domain::Steps { .. } => ("steps", &[][..]),
        Domain::Named { members } => ("name", &members[..]),
        Domain::Levels { labels, .. } => ("level", &labels[..]),
        Domain::Set { members } => ("set", &members[..]),
        Domain::Instant => ("instant", &[][..]),
        Domain::Text { .. } => ("text", &[][..]),
        Domain::Times { .. } => ("times", &[][..]),
    };
    let second = matches!(column.domain, Domain::Instant | Domain::Times { .. }).then_some("s");
    let unit = column.domain.unit();
    ColumnFile {
        field: (field != column.name).then_some(field),
        name: column.name.clone(),
        definition: column.definition.clone(),
        role: word_of(&column.role),
        clock: word_of(&column.clock),
        kind: kind.to_owned(),
        optional: column.present.is_some(),
        unit: unit.map(|unit| unit.symbol.as_str()).or(second).map(str::to_owned),
        ucum: unit.map(|unit| unit.ucum.as_str()).or(second).map(str::to_owned),
        values: values.to_vec(),
        description: column.description.clone(),
        covariate: column.covariate.as_ref().map(|covariate| CovariateFile::of(column, covariate)),
    }
}

/// The same value with its keys in order, whichever order the JSON library keeps them in.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(map.into_iter().collect::<Map<String, Value>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
