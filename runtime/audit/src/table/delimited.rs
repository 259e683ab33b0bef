//! Delimited text: a row of names, then a row for each trial.

use super::{Batch, Cells, ROWS, Table, Texts, fault, trimmed};
use crate::fault::AuditFault;
use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(super) struct Delimited {
    path: PathBuf,
    reader: Reader<File>,
    columns: Vec<String>,
    selected: Vec<usize>,
    record: StringRecord,
    /// Rows so far.
    row: u64,
}

impl Delimited {
    pub(super) fn open(path: &Path, delimiter: u8) -> Result<Delimited, AuditFault> {
        let reader = ReaderBuilder::new().delimiter(delimiter).buffer_capacity(1 << 18).from_path(path);
        let mut reader = reader.map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
        let head =
            reader.headers().map_err(|error| fault(path, format!("{error}; its first row names the columns")))?;
        let columns = head.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let record = StringRecord::new();
        Ok(Delimited { path: path.into(), reader, columns, selected: Vec::new(), record, row: 0 })
    }
}

impl Delimited {
    fn unreadable(&self, error: &csv::Error) -> AuditFault {
        match error.kind() {
            ErrorKind::Utf8 { .. } => {
                fault(&self.path, format!("row {} is no UTF-8 text; save the file as UTF-8", self.row + 1))
            }
            _ => fault(&self.path, format!("{error}; every row has as many cells as the first")),
        }
    }
}

impl Table for Delimited {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault> {
        let place = |name: &String| self.columns.iter().position(|column| column == name);
        self.selected = columns.iter().filter_map(place).collect();
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, AuditFault> {
        let mut texts = vec![Texts::default(); self.selected.len()];
        let mut rows = 0;
        while rows < ROWS {
            match self.reader.read_record(&mut self.record) {
                Ok(true) => (rows, self.row) = (rows + 1, self.row + 1),
                Ok(false) => break,
                Err(error) => return Err(self.unreadable(&error)),
            }
            for (texts, place) in texts.iter_mut().zip(&self.selected) {
                texts.push(trimmed(self.record.get(*place).unwrap_or_default()));
            }
        }
        let columns = texts.into_iter().map(Cells::Texts).collect();
        Ok((rows > 0).then_some(Batch { rows, columns }))
    }
}
