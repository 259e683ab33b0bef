//! Parquet: only the selected columns are read.

use super::{Batch, Cells, ROWS, Table, Texts, fault};
use crate::fault::AuditFault;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(super) struct Parquet {
    path: PathBuf,
    columns: Vec<String>,
    selected: Vec<String>,
    reader: Option<ParquetRecordBatchReader>,
}

impl Parquet {
    pub(super) fn open(path: &Path) -> Result<Parquet, AuditFault> {
        let builder = builder(path)?;
        let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        Ok(Parquet { path: path.into(), columns, selected: Vec::new(), reader: None })
    }
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, AuditFault> {
    let file = File::open(path).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| fault(path, format!("{error}; name a Parquet file, uncompressed or with Snappy")))
}

impl Table for Parquet {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn select(&mut self, columns: &[String]) -> Result<(), AuditFault> {
        let builder = builder(&self.path)?;
        let places = columns.iter().filter_map(|name| self.columns.iter().position(|column| column == name));
        let mask = ProjectionMask::roots(builder.parquet_schema(), places);
        let reader = builder.with_projection(mask).with_batch_size(ROWS).build();
        self.reader = Some(reader.map_err(|error| fault(&self.path, format!("{error}; write it anew")))?);
        self.selected = columns.to_vec();
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, AuditFault> {
        let Some(batch) = self.reader.as_mut().and_then(Iterator::next) else { return Ok(None) };
        let batch = batch.map_err(|error| fault(&self.path, format!("{error}; write it anew")))?;
        let cells = |name: &String| {
            let unreadable = || fault(&self.path, format!("`{name}` has no numbers or texts; leave it out of the map"));
            batch.column_by_name(name).and_then(|array| cells(array.as_ref())).ok_or_else(unreadable)
        };
        let columns = self.selected.iter().map(cells).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Batch { rows: batch.num_rows(), columns }))
    }
}

fn cells(array: &dyn Array) -> Option<Cells> {
    fn numbers<T: ArrowPrimitiveType>(array: &dyn Array, real: impl Fn(T::Native) -> f64) -> Option<Cells> {
        let array = array.as_primitive_opt::<T>()?;
        Some(Cells::Numbers(array.iter().map(|cell| cell.map_or(f64::NAN, &real)).collect()))
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Some(gathered(texts.iter()));
    }
    if let Some(texts) = array.as_string_opt::<i64>() {
        return Some(gathered(texts.iter()));
    }
    if let Some(truths) = array.as_boolean_opt() {
        return Some(Cells::Numbers(truths.iter().map(|cell| cell.map_or(f64::NAN, f64::from)).collect()));
    }
    numbers::<Float64Type>(array, |x| x)
        .or_else(|| numbers::<Float32Type>(array, f64::from))
        .or_else(|| numbers::<Int64Type>(array, |x| x as f64))
        .or_else(|| numbers::<Int32Type>(array, f64::from))
        .or_else(|| numbers::<Int16Type>(array, f64::from))
        .or_else(|| numbers::<Int8Type>(array, f64::from))
        .or_else(|| numbers::<UInt64Type>(array, |x| x as f64))
        .or_else(|| numbers::<UInt32Type>(array, f64::from))
        .or_else(|| numbers::<UInt16Type>(array, f64::from))
        .or_else(|| numbers::<UInt8Type>(array, f64::from))
}

fn gathered<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Cells {
    let mut texts = Texts::default();
    cells.for_each(|cell| texts.push(cell.unwrap_or("")));
    Cells::Texts(texts)
}
