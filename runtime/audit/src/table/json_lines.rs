//! JSON lines: an object a row. The columns are the members of the first object.

use super::{Batch, Cells, ROWS, Table, Texts, fault};
use crate::fault::AuditFault;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

pub(super) struct JsonLines {
    path: PathBuf,
    reader: BufReader<File>,
    columns: Vec<String>,
    selected: Vec<String>,
    first: Option<Value>,
    line: usize,
}

impl JsonLines {
    pub(super) fn open(path: &Path) -> Result<JsonLines, AuditFault> {
        let file = File::open(path).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
        let (path, reader) = (path.to_path_buf(), BufReader::new(file));
        let mut table = JsonLines { path, reader, columns: Vec::new(), selected: Vec::new(), first: None, line: 0 };
        table.first = table.object()?;
        let members = table.first.as_ref().and_then(Value::as_object);
        table.columns = members.map(|members| members.keys().cloned().collect()).unwrap_or_default();
        Ok(table)
    }

    fn object(&mut self) -> Result<Option<Value>, AuditFault> {
        let mut text = String::new();
        loop {
            text.clear();
            self.line += 1;
            let read = self.reader.read_line(&mut text);
            let why = |why: String| fault(&self.path, format!("line {}: {why}", self.line));
            if read.map_err(|error| why(format!("{error}; save the file as UTF-8")))? == 0 {
                return Ok(None);
            }
            if text.trim().is_empty() {
                continue;
            }
            let value: Value = serde_json::from_str(&text)
                .map_err(|error| why(format!("{error}; each line is a JSON object, with null for a missing value")))?;
            if !value.is_object() {
                return Err(why("this is no JSON object; each line is one".into()));
            }
            return Ok(Some(value));
        }
    }
}

impl Table for JsonLines {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault> {
        self.selected = columns.to_vec();
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, AuditFault> {
        let mut texts = vec![Texts::default(); self.selected.len()];
        let mut rows = 0;
        while rows < ROWS {
            let next = match self.first.take() {
                Some(first) => Some(first),
                None => self.object()?,
            };
            let Some(object) = next else { break };
            rows += 1;
            for (texts, name) in texts.iter_mut().zip(&self.selected) {
                match object.get(name) {
                    None | Some(Value::Null) => texts.push(""),
                    Some(Value::String(text)) => texts.push(text),
                    Some(other) => texts.push(&other.to_string()),
                }
            }
        }
        let columns = texts.into_iter().map(Cells::Texts).collect();
        Ok((rows > 0).then_some(Batch { rows, columns }))
    }
}
