//! Tables of other programs, read in batches of rows: one interface, whatever the file.

mod delimited;
mod json_lines;
mod parquet_file;

use crate::fault::AuditFault;
use std::path::Path;

/// Rows of a batch.
const ROWS: usize = 2_048;

/// A table that is read from its first row to its last.
pub trait Table: Send {
    /// Names of the columns.
    fn columns(&self) -> &[String];
    /// Reads only these columns from now on, in this order. They exist.
    ///
    /// # Errors
    /// The file cannot be read.
    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault>;
    /// The next rows; none when there are no more.
    ///
    /// # Errors
    /// The file cannot be read.
    fn next(&mut self) -> Result<Option<Batch>, AuditFault>;
}

/// Some rows.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// The selected columns.
    pub columns: Vec<Cells>,
}

/// Cells of a column.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Numbers; true and false are 1 and 0; NaN is missing.
    Numbers(Vec<f64>),
    /// Texts; an empty one is missing.
    Texts(Texts),
}

/// Texts, one behind the other.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}

/// Opens a table by the end of its name: `.csv`, `.tsv`, `.parquet` or `.pqt`, `.jsonl` or `.ndjson`.
///
/// # Errors
/// It cannot be read, or its name says nothing.
pub fn open(path: &Path) -> Result<Box<dyn Table>, AuditFault> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Ok(Box::new(delimited::Delimited::open(path, b',')?)),
        "tsv" => Ok(Box::new(delimited::Delimited::open(path, b'\t')?)),
        "parquet" | "pqt" => Ok(Box::new(parquet_file::Parquet::open(path)?)),
        "jsonl" | "ndjson" | "jsonable" => Ok(Box::new(json_lines::JsonLines::open(path)?)),
        _ => Err(fault(path, "the end of its name is none of .csv, .tsv, .parquet, .pqt, .jsonl, .ndjson; convert it")),
    }
}

/// Opens delimited text, whatever its name.
pub(crate) fn open_as(path: &Path, delimiter: u8) -> Result<Box<dyn Table>, AuditFault> {
    Ok(Box::new(delimited::Delimited::open(path, delimiter)?))
}

fn fault(path: &Path, why: impl Into<String>) -> AuditFault {
    AuditFault::Table { path: path.display().to_string(), why: why.into() }
}

/// A text without white space around it. Nearly all cells have none, which two bytes tell.
pub(crate) fn trimmed(cell: &str) -> &str {
    let outside = |byte: Option<&u8>| byte.is_some_and(|byte| (b'!'..=b'~').contains(byte));
    match outside(cell.as_bytes().first()) && outside(cell.as_bytes().last()) {
        true => cell,
        false => cell.trim(),
    }
}
