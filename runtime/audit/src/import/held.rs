//! A table that is held in memory, row by row, for formats that are no tables themselves.

use crate::fault::AuditFault;
use crate::table::{Batch, Cells, Table, Texts};
use std::collections::BTreeMap;

/// Rows of a batch.
const ROWS: usize = 2_048;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    Text(String),
}

/// Rows that are being gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    names: Vec<String>,
    places: BTreeMap<String, usize>,
    /// By column: row, cell.
    columns: Vec<Vec<(usize, Cell)>>,
    rows: usize,
}

impl Gathered {
    /// Begins another row.
    pub(super) fn row(&mut self) {
        self.rows += 1;
    }

    /// Puts a cell into the present row; a later one of the same column takes its place.
    pub(super) fn put(&mut self, name: &str, cell: Cell) {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.names.push(name.into());
                self.places.insert(name.into(), self.columns.len());
                self.columns.push(Vec::new());
                self.columns.len() - 1
            }
        };
        let row = self.rows.saturating_sub(1);
        match self.columns[place].last_mut() {
            Some((last, before)) if *last == row => *before = cell,
            _ => self.columns[place].push((row, cell)),
        }
    }

    pub(super) fn number(&mut self, name: &str, number: f64) {
        self.put(name, Cell::Number(number));
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.put(name, Cell::Text(text.into()));
    }

    /// The table of all rows.
    pub(super) fn table(self) -> Held {
        let rows = self.rows;
        let columns = self.columns.into_iter().map(|cells| column(cells, rows)).collect();
        Held { names: self.names, columns, rows, at: 0, selected: Vec::new() }
    }
}

/// Numbers where every cell is one, else texts.
fn column(cells: Vec<(usize, Cell)>, rows: usize) -> Cells {
    if cells.iter().all(|(_, cell)| matches!(cell, Cell::Number(_))) {
        let mut numbers = vec![f64::NAN; rows];
        for (row, cell) in cells {
            if let Cell::Number(number) = cell {
                numbers[row] = number;
            }
        }
        return Cells::Numbers(numbers);
    }
    let (mut texts, mut next) = (Texts::default(), 0);
    for (row, cell) in cells {
        (next..row).for_each(|_| texts.push(""));
        match cell {
            Cell::Number(number) => texts.push(&number.to_string()),
            Cell::Text(text) => texts.push(&text),
        }
        next = row + 1;
    }
    (next..rows).for_each(|_| texts.push(""));
    Cells::Texts(texts)
}

/// The table.
#[derive(Debug)]
pub(super) struct Held {
    names: Vec<String>,
    columns: Vec<Cells>,
    rows: usize,
    at: usize,
    selected: Vec<usize>,
}

impl Held {
    /// Columns that have numbers only.
    pub(super) fn numeric(&self, name: &str) -> bool {
        let place = self.names.iter().position(|other| other == name);
        place.is_some_and(|place| matches!(self.columns[place], Cells::Numbers(_)))
    }
}

impl Table for Held {
    fn columns(&self) -> &[String] {
        &self.names
    }

    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault> {
        let place = |name: &String| self.names.iter().position(|column| column == name);
        self.selected = columns.iter().filter_map(place).collect();
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, AuditFault> {
        let rows = ROWS.min(self.rows - self.at);
        let range = self.at..self.at + rows;
        self.at += rows;
        let part = |place: &usize| match &self.columns[*place] {
            Cells::Numbers(numbers) => Cells::Numbers(numbers[range.clone()].to_vec()),
            Cells::Texts(texts) => {
                let mut part = Texts::default();
                range.clone().for_each(|row| part.push(texts.get(row)));
                Cells::Texts(part)
            }
        };
        let columns = self.selected.iter().map(part).collect();
        Ok((rows > 0).then_some(Batch { rows, columns }))
    }
}
