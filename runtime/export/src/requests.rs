//! What people asked for between trials, as `session.json` lists it.

use crate::loaded::{seconds, word_value};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trialect_ir::Column;
use trialect_journal::{Entry, Request};

/// Something that was asked for and done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestFile {
    /// The trial after which it was done; 0: before the first.
    pub after_trial: u32,
    /// When, s on the session's clock.
    pub at: f64,
    /// Who asked.
    pub by: String,
    /// `change`, `pause`, `resume`, `stop` or `note`.
    pub request: String,
    /// The parameter that was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value that it had, in the unit of its column; none when it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The value that it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// The words of a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// All of a record, in the order in which they were done.
pub(crate) fn requests(columns: &[Column], entries: &[Entry]) -> Vec<RequestFile> {
    let (mut trial, mut found) = (0, Vec::new());
    for entry in entries {
        match entry {
            Entry::TrialStart { trial: now, .. } => trial = *now,
            Entry::Request { at, by, request } => {
                let (kind, text) = match request {
                    Request::Change { .. } => ("change", None),
                    Request::Pause => ("pause", None),
                    Request::Resume => ("resume", None),
                    Request::Stop => ("stop", None),
                    Request::Note { text } => ("note", Some(text.clone())),
                };
                let (name, from, to) = changed(columns, request);
                let (at, by, request) = (seconds(*at), by.clone(), kind.to_owned());
                found.push(RequestFile { after_trial: trial, at, by, request, name, from, to, text });
            }
            _ => {}
        }
    }
    found
}

/// Of a change the parameter, the value before and the one that it got.
fn changed(columns: &[Column], request: &Request) -> (Option<String>, Option<Value>, Option<Value>) {
    let Request::Change { column, from, to } = request else { return (None, None, None) };
    let Some(known) = columns.get(*column as usize) else { return (Some(format!("#{column}")), None, None) };
    let value = |word: u64| word_value(&known.domain, word);
    (Some(known.name.clone()), from.map(value), Some(value(*to)))
}
