//! A `.tsv` of pyControl (version 2 and later): a row for each state, event, print and variable. It knows no trials: one
//! begins whenever the state is entered, from another one, that has the name of the protocol's first.
//!
//! Source: "pyControl data" of pyControl's user guide.

use super::fault;
use super::held::{Cell, Gathered, Held};
use super::names::{by_name, endings};
use crate::fault::AuditFault;
use crate::map::Map;
use crate::table::{Batch, Cells, Table, open_as};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use trialect_ir::Program;

const COLUMNS: [&str; 4] = ["time", "type", "subtype", "content"];

/// Whether a file's first line is that of such a file.
pub(super) fn begins(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let mut names = line.trim_end().trim_start_matches('\u{feff}').split('\t');
    COLUMNS.iter().all(|name| names.next() == Some(name))
}

pub(super) fn read(program: &Program, path: &Path) -> Result<(Held, Map), AuditFault> {
    let mut table = open_as(path, b'\t')?;
    if let Some(missing) = COLUMNS.iter().find(|name| !table.columns().iter().any(|column| column == *name)) {
        return Err(fault(path, format!("it has no column `{missing}`, which pyControl writes; name another format")));
    }
    table.select(&COLUMNS.map(str::to_owned))?;
    let Some(first) = program.states.first().map(|state| state.name.as_str()) else {
        return Err(fault(path, "the protocol has no states, so that nothing says where trials begin"));
    };
    let mut trials = Trials { first, endings: endings(program), ..Trials::default() };
    while let Some(batch) = table.next()? {
        for row in 0..batch.rows {
            trials.entry(&Line::of(&batch, row)).map_err(|why| fault(path, format!("row {}: {why}", trials.lines)))?;
        }
    }
    if !trials.seen {
        let states: Vec<&str> = trials.states.iter().map(String::as_str).take(40).collect();
        let why = format!(
            "the protocol's first state `{first}`, with which a trial begins, is never entered; it has {}",
            states.join(", ")
        );
        return Err(fault(path, why));
    }
    trials.end();
    let table = trials.rows.table();
    let names = by_name(program, table.columns(), &|column| table.numeric(column));
    Ok((table, names))
}

/// A row of the file.
struct Line<'b> {
    cells: [&'b str; 4],
}

impl<'b> Line<'b> {
    fn of(batch: &'b Batch, row: usize) -> Line<'b> {
        let cell = |place: usize| match &batch.columns[place] {
            Cells::Texts(texts) => texts.get(row),
            Cells::Numbers(_) => "",
        };
        Line { cells: [cell(0), cell(1), cell(2), cell(3)] }
    }
}

/// Trials as they are gathered.
#[derive(Default)]
struct Trials<'p> {
    first: &'p str,
    endings: Vec<(String, String)>,
    rows: Gathered,
    lines: u64,
    /// Whether a trial has begun.
    seen: bool,
    time: f64,
    /// The state that was entered last, when, and all that were.
    state: Option<(String, f64)>,
    states: Vec<String>,
    /// Values of variables as they were told last.
    variables: BTreeMap<String, Cell>,
    /// In the trial: visits and time of states, numbers of events, the last state that tells an outcome.
    visits: BTreeMap<String, (u64, f64)>,
    events: BTreeMap<String, u64>,
    outcome: Option<String>,
}

impl Trials<'_> {
    fn entry(&mut self, line: &Line<'_>) -> Result<(), String> {
        self.lines += 1;
        let [time, kind, subtype, content] = line.cells;
        if !time.is_empty() {
            self.time =
                time.parse().map_err(|_| format!("`{time}` is no time in s; keep the file as pyControl wrote it"))?;
        }
        match kind {
            "state" => self.state(content),
            "event" if self.seen => self.event(content),
            "print" if self.seen => self.rows.text("print", content),
            "variable" => {
                let wrong =
                    |_| format!("`{content}` is no JSON object of variables; keep the file as pyControl wrote it");
                let values: BTreeMap<String, Value> = serde_json::from_str(content).map_err(wrong)?;
                // What is told when the session ends is no trial's.
                if subtype != "run_end" {
                    values.into_iter().for_each(|(name, value)| self.variable(name, value));
                }
            }
            "error" => return Err(format!("the task stopped with an error: {content}; cut the file before it")),
            _ => {}
        }
        Ok(())
    }

    fn variable(&mut self, name: String, value: Value) {
        let cell = match value {
            Value::Number(number) => Cell::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::Bool(truth) => Cell::Number(f64::from(u8::from(truth))),
            Value::String(text) => Cell::Text(text),
            Value::Null => Cell::Text(String::new()),
            other => Cell::Text(other.to_string()),
        };
        self.variables.insert(name, cell);
    }

    fn event(&mut self, name: &str) {
        let count = self.events.entry(name.into()).or_default();
        *count += 1;
        if *count == 1 {
            self.rows.number(&format!("{name}.first"), self.time);
        }
    }

    fn state(&mut self, name: &str) {
        let before = self.state.replace((name.into(), self.time));
        if let Some((left, entered)) = &before
            && self.seen
        {
            self.rows.number(&format!("{left}.exit"), self.time);
            self.visits.entry(left.clone()).or_default().1 += self.time - entered;
            if let Some((_, outcome)) = self.endings.iter().find(|(state, _)| state == left) {
                self.outcome = Some(outcome.clone());
            }
        }
        if name == self.first && before.is_none_or(|(before, _)| before != name) {
            self.end();
            self.seen = true;
            self.rows.row();
            self.rows.number("trial.start", self.time);
        }
        if self.seen {
            self.rows.number(&format!("{name}.entry"), self.time);
            self.visits.entry(name.into()).or_default().0 += 1;
        }
        if !self.states.iter().any(|state| state == name) {
            self.states.push(name.into());
        }
    }

    /// The trial ends where the next begins, or the file.
    fn end(&mut self) {
        if !self.seen {
            return;
        }
        self.rows.number("trial.end", self.time);
        for (name, (visits, time)) in std::mem::take(&mut self.visits) {
            self.rows.number(&format!("{name}.visits"), visits as f64);
            self.rows.number(&format!("{name}.time"), time);
        }
        for (name, count) in std::mem::take(&mut self.events) {
            self.rows.number(&format!("{name}.count"), count as f64);
        }
        for (name, cell) in &self.variables {
            self.rows.put(name, cell.clone());
        }
        if let Some(outcome) = self.outcome.take() {
            self.rows.text("outcome", &outcome);
        }
    }
}
