//! Parquet tables as a reader sees them.

use arrow_array::{Array, BooleanArray, Float64Array, Int16Array, Int32Array, Int64Array, ListArray, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    None,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    List(Vec<f64>),
}

/// A table, column by column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    columns: Vec<(String, Vec<Cell>)>,
}

impl Table {
    /// Reads a file of a session's folder.
    pub(crate) fn read(folder: &Path, file: &str) -> Table {
        let file = File::open(folder.join(file)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let names = reader.schema().fields().iter().map(|field| field.name().clone());
        let mut columns: Vec<(String, Vec<Cell>)> = names.map(|name| (name, Vec::new())).collect();
        for batch in reader.build().unwrap() {
            for ((_, cells), array) in columns.iter_mut().zip(batch.unwrap().columns()) {
                cells.extend((0..array.len()).map(|row| cell(array.as_ref(), row)));
            }
        }
        Table { columns }
    }

    /// What the schema says of a column.
    pub(crate) fn about(folder: &Path, column: &str) -> HashMap<String, String> {
        let file = File::open(folder.join("trials.parquet")).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        reader.schema().field_with_name(column).unwrap().metadata().clone().into()
    }

    pub(crate) fn trials(folder: &Path) -> Table {
        Table::read(folder, "trials.parquet")
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns[0].1.len()
    }

    pub(crate) fn column(&self, name: &str) -> &[Cell] {
        let found = self.columns.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no column {name}")).1
    }

    /// A number that is there.
    pub(crate) fn real(&self, column: &str, row: usize) -> f64 {
        match &self.column(column)[row] {
            Cell::Real(number) => *number,
            Cell::Int(number) => *number as f64,
            other => panic!("{column} holds {other:?}"),
        }
    }

    /// A text; none where there is no value.
    pub(crate) fn text(&self, column: &str, row: usize) -> Option<String> {
        match &self.column(column)[row] {
            Cell::Text(text) => Some(text.clone()),
            Cell::None => None,
            other => panic!("{column} holds {other:?}"),
        }
    }

    /// A truth value that is there.
    pub(crate) fn flag(&self, column: &str, row: usize) -> bool {
        match &self.column(column)[row] {
            Cell::Bool(flag) => *flag,
            other => panic!("{column} holds {other:?}"),
        }
    }

    /// A list of numbers that is there.
    pub(crate) fn list(&self, column: &str, row: usize) -> Vec<f64> {
        match &self.column(column)[row] {
            Cell::List(numbers) => numbers.clone(),
            other => panic!("{column} holds {other:?}"),
        }
    }

    pub(crate) fn reals(&self, column: &str) -> Vec<f64> {
        (0..self.rows()).map(|row| self.real(column, row)).collect()
    }

    /// The first rows.
    pub(crate) fn head(mut self, rows: usize) -> Table {
        self.columns.iter_mut().for_each(|(_, cells)| cells.truncate(rows));
        self
    }

    /// All columns but some.
    pub(crate) fn without(mut self, names: &[&str]) -> Table {
        for name in names {
            assert!(self.columns.iter().any(|(known, _)| known == name), "no column {name}");
        }
        self.columns.retain(|(known, _)| !names.contains(&known.as_str()));
        self
    }
}

fn cell(array: &dyn Array, row: usize) -> Cell {
    let any = array.as_any();
    if array.is_null(row) {
        Cell::None
    } else if let Some(cells) = any.downcast_ref::<BooleanArray>() {
        Cell::Bool(cells.value(row))
    } else if let Some(cells) = any.downcast_ref::<Int16Array>() {
        Cell::Int(i64::from(cells.value(row)))
    } else if let Some(cells) = any.downcast_ref::<Int32Array>() {
        Cell::Int(i64::from(cells.value(row)))
    } else if let Some(cells) = any.downcast_ref::<Int64Array>() {
        Cell::Int(cells.value(row))
    } else if let Some(cells) = any.downcast_ref::<Float64Array>() {
        Cell::Real(cells.value(row))
    } else if let Some(cells) = any.downcast_ref::<ListArray>() {
        let list = cells.value(row);
        let numbers = list.as_any().downcast_ref::<Float64Array>().expect("a list of numbers");
        Cell::List(numbers.values().to_vec())
    } else {
        Cell::Text(any.downcast_ref::<StringArray>().expect("a type of ours").value(row).to_owned())
    }
}
