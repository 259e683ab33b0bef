//! `SessionData` of Bpod: states and events of each trial, settings, and whatever the protocol kept a value a trial of.

use super::fault;
use super::held::{Cell, Gathered, Held};
use super::mat::{Value, variables};
use super::names::{by_name, endings};
use crate::fault::AuditFault;
use crate::map::Map;
use crate::table::Table;
use std::path::Path;
use trialect_ir::Program;

const DATA: &str = "SessionData";

pub(super) fn read(program: &Program, path: &Path) -> Result<(Held, Map), AuditFault> {
    let bytes = std::fs::read(path).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
    let variables = variables(&bytes).map_err(|why| fault(path, why))?;
    let Some((_, data)) = variables.iter().find(|(name, _)| name == DATA) else {
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        let why = format!("it has no `{DATA}`, but {}; name a session that Bpod saved", names.join(", "));
        return Err(fault(path, why));
    };
    let Some(trials) = data.field(0, "RawEvents").and_then(|raw| raw.field(0, "Trial")) else {
        return Err(fault(path, format!("`{DATA}` has no `RawEvents.Trial`; name a session that Bpod saved")));
    };
    let count = trials.len();
    let mut rows = Gathered::default();
    let starts = data.field(0, "TrialStartTimestamp").map(Value::numbers).unwrap_or_default();
    let ends = data.field(0, "TrialEndTimestamp").map(Value::numbers).unwrap_or_default();
    let endings = endings(program);
    for trial in 0..count {
        rows.row();
        rows.number("trial", (trial + 1) as f64);
        let start = starts.get(trial).copied().unwrap_or(f64::NAN);
        rows.number("trial.start", start);
        rows.number("trial.end", ends.get(trial).copied().unwrap_or(f64::NAN));
        each_field(&mut rows, data, trial, count);
        settings(&mut rows, data, trial, count);
        // A cell for each trial, or one structure with an element for each.
        let (of, element) = match trials {
            Value::Cells(cells) => (&cells[trial], 0),
            other => (other, trial),
        };
        events(&mut rows, of, element, start);
        states(&mut rows, of, element, (start, &endings));
    }
    let table = rows.table();
    let names = by_name(program, table.columns(), &|column| table.numeric(column));
    Ok((table, names))
}

/// Fields of the session that have a value for each trial.
fn each_field(rows: &mut Gathered, data: &Value, trial: usize, count: usize) {
    for (name, value) in data.fields(0) {
        if matches!(name, "RawEvents" | "RawData" | "TrialStartTimestamp" | "TrialEndTimestamp" | "TrialSettings") {
            continue;
        }
        match value {
            // Some protocols prepare more trials than are run.
            Value::Numbers(numbers)
                if numbers.len() >= count && numbers.len() > 1 || count == 1 && numbers.len() == 1 =>
            {
                rows.number(name, numbers[trial]);
            }
            Value::Cells(cells) if cells.len() >= count => {
                scalar(&cells[trial]).into_iter().for_each(|cell| rows.put(name, cell));
            }
            _ => {}
        }
    }
}

fn scalar(value: &Value) -> Option<Cell> {
    match value {
        Value::Text(text) => Some(Cell::Text(text.clone())),
        Value::Numbers(numbers) if numbers.len() == 1 => Some(Cell::Number(numbers[0])),
        _ => None,
    }
}

/// `TrialSettings(n)` with what its structures have: `GUI.RewardAmount`.
fn settings(rows: &mut Gathered, data: &Value, trial: usize, count: usize) {
    let Some(settings) = data.field(0, "TrialSettings") else { return };
    let (settings, element) = match settings {
        Value::Cells(cells) => match cells.get(trial) {
            Some(one) => (one, 0),
            None => return,
        },
        one if one.len() >= count => (one, trial),
        _ => return,
    };
    let mut open = vec![(String::new(), settings, element, 0)];
    while let Some((prefix, value, element, depth)) = open.pop() {
        for (name, value) in value.fields(element) {
            let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
            match value {
                Value::Structs(..) if value.len() == 1 && depth < 4 => open.push((name, value, 0, depth + 1)),
                value => scalar(value).into_iter().for_each(|cell| rows.put(&name, cell)),
            }
        }
    }
}

/// How often each event came, and when first.
fn events(rows: &mut Gathered, trial: &Value, element: usize, start: f64) {
    let Some(events) = trial.field(element, "Events") else { return };
    for (name, times) in events.fields(0) {
        let times = times.numbers();
        rows.number(&format!("{name}.count"), times.len() as f64);
        times.first().into_iter().for_each(|first| rows.number(&format!("{name}.first"), start + first));
    }
}

/// Stamps of states, and the outcome when the state that was left last tells it.
fn states(rows: &mut Gathered, trial: &Value, element: usize, (start, endings): (f64, &[(String, String)])) {
    let Some(states) = trial.field(element, "States") else { return };
    let mut last: Option<(f64, &str)> = None;
    for (name, times) in states.fields(0) {
        let times = times.numbers();
        // A row for each visit, its entry and its exit; numbers stand column after column.
        let visits = times.len() / 2;
        let of = |visit: usize| (times[visit], times[visits + visit]);
        let been: Vec<(f64, f64)> = (0..visits).map(of).filter(|(entry, _)| !entry.is_nan()).collect();
        rows.number(&format!("{name}.visits"), been.len() as f64);
        let Some((entry, exit)) = been.last() else { continue };
        rows.number(&format!("{name}.entry"), start + entry);
        rows.number(&format!("{name}.exit"), start + exit);
        rows.number(&format!("{name}.time"), been.iter().map(|(entry, exit)| exit - entry).sum());
        let ending = endings.iter().find(|(state, _)| state == name);
        if let Some((_, outcome)) = ending.filter(|_| last.is_none_or(|(before, _)| *exit >= before)) {
            last = Some((*exit, outcome));
        }
    }
    last.into_iter().for_each(|(_, outcome)| rows.text("outcome", outcome));
}
