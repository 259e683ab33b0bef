//! Raw files of the IBL rig program, version 5 and later: an object a trial, with all that the task knew, and beside it
//! the settings of the session. Version 7 and earlier write bare `NaN`, and `contrast` as an object.

use super::fault;
use super::held::{Gathered, Held};
use crate::fault::AuditFault;
use crate::map::{Map, read as read_map};
use serde_json::{Map as Object, Value};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

const SETTINGS: &str = "_iblrig_taskSettings.raw.json";

/// Whether a text begins as a line of such a file.
pub(super) fn begins(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.starts_with('{') && text.contains("\"stim_probability_left\"") | text.contains("\"task_protocol\": \"_iblrig")
        || text.starts_with('{') && text.contains("\"quiescent_period\"")
}

pub(super) fn read(path: &Path) -> Result<(Held, Map), AuditFault> {
    let file = File::open(path).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
    let settings = settings(path)?;
    let mut rows = Gathered::default();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let why = |why: String| fault(path, format!("line {number}: {why}"));
        let line = line.map_err(|error| why(format!("{error}; save the file as UTF-8")))?;
        if line.trim().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(&without_nan(&line))
            .map_err(|error| why(format!("{error}; each line is the JSON object of a trial")))?;
        let Some(trial) = value.as_object() else {
            return Err(why("this is no JSON object; each line is the object of a trial".into()));
        };
        rows.row();
        for (name, value) in settings.iter().flatten() {
            plain(&mut rows, &format!("settings.{name}"), value);
        }
        fields(&mut rows, trial);
        times(&mut rows, trial);
        happened(&mut rows, trial);
    }
    Ok((rows.table(), read_map("the names of ibl-raw", include_str!("ibl-raw.toml"))?))
}

/// The settings beside the file, when there are any.
fn settings(path: &Path) -> Result<Option<Object<String, Value>>, AuditFault> {
    let path = path.with_file_name(SETTINGS);
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let value: Value = serde_json::from_str(&without_nan(&text))
        .map_err(|error| fault(&path, format!("{error}; put the rig program's own file there, or none")))?;
    Ok(value.as_object().cloned())
}

/// Numbers that JSON does not have, written as Python does, become null.
fn without_nan(line: &str) -> std::borrow::Cow<'_, str> {
    if !line.contains("NaN") && !line.contains("Infinity") {
        return line.into();
    }
    let (mut out, mut rest, mut inside) = (String::with_capacity(line.len()), line, false);
    while let Some(sign) = rest.chars().next() {
        let bare = ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| !inside && rest.starts_with(word));
        if let Some(word) = bare {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        let len = if inside && sign == '\\' {
            1 + rest[1..].chars().next().map_or(0, char::len_utf8)
        } else {
            sign.len_utf8()
        };
        inside ^= sign == '"';
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    out.into()
}

/// A number, a truth, a text, or an array as JSON.
fn plain(rows: &mut Gathered, name: &str, value: &Value) {
    match value {
        Value::Number(number) => number.as_f64().into_iter().for_each(|number| rows.number(name, number)),
        Value::Bool(truth) => rows.number(name, f64::from(u8::from(*truth))),
        Value::String(text) => rows.text(name, text),
        Value::Array(_) => rows.text(name, &value.to_string()),
        Value::Null | Value::Object(_) => {}
    }
}

/// What the task knew, and one level of what its objects know.
fn fields(rows: &mut Gathered, trial: &Object<String, Value>) {
    for (name, value) in trial {
        match value.as_object().filter(|_| name != "behavior_data") {
            Some(object) => {
                for (inner, value) in object {
                    plain(rows, &format!("{name}.{inner}"), value);
                }
                // `contrast` is an object in some versions and a number in others.
                if name == "contrast" {
                    object.get("value").into_iter().for_each(|value| plain(rows, name, value));
                }
            }
            None => plain(rows, name, value),
        }
    }
}

/// When the trial was, and its states: times on the session's clock.
fn times(rows: &mut Gathered, trial: &Object<String, Value>) {
    let Some(data) = trial.get("behavior_data").and_then(Value::as_object) else { return };
    let at = |name: &str| data.get(name).and_then(Value::as_f64);
    let Some(start) = at("Trial start timestamp") else { return };
    rows.number("trial.start", start);
    at("Trial end timestamp").into_iter().for_each(|end| rows.number("trial.end", end));
    let states = data.get("States timestamps").and_then(Value::as_object);
    for (name, visits) in states.into_iter().flatten() {
        let instant = |visit: &Value, edge: usize| visit.get(edge).and_then(Value::as_f64);
        let visits: Vec<(f64, f64)> = visits
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|visit| Some((instant(visit, 0)?, instant(visit, 1)?)))
            .collect();
        rows.number(&format!("{name}.visits"), visits.len() as f64);
        if let Some((entry, exit)) = visits.last() {
            rows.number(&format!("{name}.entry"), start + entry);
            rows.number(&format!("{name}.exit"), start + exit);
        }
    }
}

/// How the trial ended, on which side what was, and what was given.
fn happened(rows: &mut Gathered, trial: &Object<String, Value>) {
    let side = trial.get("position").and_then(Value::as_f64).map(|position| position < 0.0);
    let word = |left: bool| if left { "left" } else { "right" };
    side.into_iter().for_each(|left| rows.text("side", word(left)));
    let visited = |state: &str| {
        let path = format!("/States timestamps/{state}/0/0");
        trial.get("behavior_data").and_then(|data| data.pointer(&path)).and_then(Value::as_f64).is_some()
    };
    let right = trial.get("trial_correct").and_then(Value::as_bool);
    let outcome = match right {
        Some(true) => "correct",
        _ if visited("reward") || visited("correct") => "correct",
        _ if visited("no_go") => "no_go",
        _ if visited("error") || right == Some(false) => "error",
        _ => return,
    };
    rows.text("outcome", outcome);
    let choice = match (outcome, side) {
        ("no_go", _) => Some("none"),
        ("correct", Some(left)) => Some(word(left)),
        (_, Some(left)) => Some(word(!left)),
        _ => None,
    };
    choice.into_iter().for_each(|choice| rows.text("choice", choice));
    if let Some(amount) = trial.get("reward_amount").and_then(Value::as_f64) {
        // What the rig was set to give; newer versions write 0 where nothing was given.
        if amount > 0.0 {
            rows.number("reward_set", amount);
        }
        rows.number("given", if outcome == "correct" { amount } else { 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_does_not_have_become_null() {
        let text = r#"{"a": NaN, "b": [-Infinity, "NaN \" NaN", NaN]}"#;
        assert_eq!(without_nan(text), r#"{"a": null, "b": [null, "NaN \" NaN", null]}"#);
        assert_eq!(without_nan("{\"a\": 1}"), "{\"a\": 1}");
    }
}
