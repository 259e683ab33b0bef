//! Trials tables of the International Brain Laboratory, as `_ibl_trials.table.pqt` or as text with its columns.

use crate::fault::AuditFault;
use crate::map::{Map, read as read_map};
use crate::table::{Batch, Cells, Table, Texts, open};
use std::path::Path;

/// Columns that tell such a table.
pub(super) const COLUMNS: [&str; 4] = ["contrastLeft", "contrastRight", "choice", "feedbackType"];
/// Columns that are read for the ones that are made.
const READ: [&str; 8] = [
    "contrastLeft",
    "contrastRight",
    "choice",
    "feedbackType",
    "intervals_0",
    "intervals_1",
    "response_times",
    "rewardVolume",
];
/// Columns that are made from them.
const MADE: [&str; 7] = ["contrast", "side", "chosen", "outcome", "trial.start", "trial.end", "reward_set"];

pub(super) fn read(path: &Path) -> Result<(Alf, Map), AuditFault> {
    let table = open(path)?;
    let mut columns = table.columns().to_vec();
    if let Some(missing) = COLUMNS.iter().find(|name| !columns.iter().any(|column| column == *name)) {
        let why = format!("it has no column `{missing}`, which a trials table has; name another format");
        return Err(super::fault(path, why));
    }
    let read: Vec<String> = READ
        .iter()
        .filter(|name| columns.iter().any(|column| column == *name))
        .map(|name| (*name).to_owned())
        .collect();
    let has = |name: &str| read.iter().any(|column| column == name);
    let made = |name: &&str| match *name {
        "trial.start" => has("intervals_0"),
        "trial.end" => has("intervals_1") || has("response_times"),
        "reward_set" => has("rewardVolume"),
        _ => true,
    };
    columns.extend(MADE.iter().filter(|name| made(name)).map(|name| (*name).to_owned()));
    let map = read_map("the names of alf", include_str!("alf.toml"))?;
    Ok((Alf { table, columns, read, selected: Vec::new() }, map))
}

/// The table, with the columns that are made.
pub(super) struct Alf {
    table: Box<dyn Table>,
    columns: Vec<String>,
    /// Of [`READ`], those that it has.
    read: Vec<String>,
    /// The selected ones: of the table, or made.
    selected: Vec<Result<usize, String>>,
}

impl Table for Alf {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault> {
        let own = self.table.columns().to_vec();
        let mut wanted = self.read.clone();
        self.selected.clear();
        for name in columns {
            if !own.contains(name) {
                self.selected.push(Err(name.clone()));
                continue;
            }
            let place = wanted.iter().position(|other| other == name).unwrap_or_else(|| {
                wanted.push(name.clone());
                wanted.len() - 1
            });
            self.selected.push(Ok(place));
        }
        self.table.select(&wanted)
    }

    fn next(&mut self) -> Result<Option<Batch>, AuditFault> {
        let Some(batch) = self.table.next()? else { return Ok(None) };
        let numbers: Vec<Vec<f64>> =
            batch.columns.iter().take(self.read.len()).map(|cells| numbers(cells, batch.rows)).collect();
        let column = |name: &str| self.read.iter().position(|column| column == name).map(|place| &numbers[place]);
        let columns = self.selected.iter().map(|selected| match selected {
            Ok(place) => batch.columns[*place].clone(),
            Err(name) => made(name, batch.rows, &column),
        });
        Ok(Some(Batch { rows: batch.rows, columns: columns.collect() }))
    }
}

/// Cells as numbers; what is none is missing.
fn numbers(cells: &Cells, rows: usize) -> Vec<f64> {
    match cells {
        Cells::Numbers(numbers) => numbers.clone(),
        Cells::Texts(texts) => (0..rows).map(|row| texts.get(row).parse().unwrap_or(f64::NAN)).collect(),
    }
}

fn made<'n>(name: &str, rows: usize, column: &dyn Fn(&str) -> Option<&'n Vec<f64>>) -> Cells {
    let at = |name: &str, row: usize| column(name).map_or(f64::NAN, |numbers| numbers[row]);
    let there = |name: &str, row: usize| !at(name, row).is_nan();
    let number = |of: &dyn Fn(usize) -> f64| Cells::Numbers((0..rows).map(of).collect());
    let text = |of: &dyn Fn(usize) -> &'static str| {
        let mut texts = Texts::default();
        (0..rows).for_each(|row| texts.push(of(row)));
        Cells::Texts(texts)
    };
    match name {
        "contrast" => number(&|row| {
            if there("contrastLeft", row) { at("contrastLeft", row) } else { at("contrastRight", row) }
        }),
        "side" => text(&|row| match (there("contrastLeft", row), there("contrastRight", row)) {
            (true, false) => "left",
            (false, true) => "right",
            _ => "",
        }),
        // 1: the choice of the left picture; -1: of the right one; 0: none.
        "chosen" => text(&|row| match at("choice", row) {
            x if x > 0.0 => "left",
            x if x < 0.0 => "right",
            0.0 => "none",
            _ => "",
        }),
        "outcome" => text(&|row| match (at("feedbackType", row), at("choice", row)) {
            (x, _) if x > 0.0 => "correct",
            (x, 0.0) if x < 0.0 => "no_go",
            (x, _) if x < 0.0 => "error",
            _ => "",
        }),
        "trial.start" => number(&|row| at("intervals_0", row)),
        "trial.end" => number(&|row| {
            if there("intervals_1", row) { at("intervals_1", row) } else { at("response_times", row) }
        }),
        _ => number(&|row| Some(at("rewardVolume", row)).filter(|volume| *volume > 0.0).unwrap_or(f64::NAN)),
    }
}
