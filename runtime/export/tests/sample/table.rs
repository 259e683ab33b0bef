//! A Parquet file read back as text, column by column.
#![allow(dead_code)] // each test file uses a part
#![allow(clippy::unwrap_used)] // helpers of tests

use arrow_array::{Array, BooleanArray, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// What a reader sees of a table.
pub struct Table {
    pub schema: SchemaRef,
    pub stamps: BTreeMap<String, String>,
    pub created_by: String,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub fn read(path: &Path) -> Table {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let file = reader.metadata().file_metadata();
        let stamps = file.key_value_metadata().unwrap().iter();
        let stamps = stamps.map(|pair| (pair.key.clone(), pair.value.clone().unwrap())).collect();
        let created_by = file.created_by().unwrap().to_owned();
        let schema = reader.schema().clone();
        let batches = reader.build().unwrap().map(Result::unwrap).collect();
        Table { schema, stamps, created_by, batches }
    }

    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The columns' names with their types.
    pub fn shape(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| format!("{}: {}", field.name(), field.data_type())).collect()
    }

    /// The values of a column; `-` where there is none.
    pub fn column(&self, name: &str) -> Vec<String> {
        self.batches.iter().flat_map(|batch| cells(batch.column_by_name(name).unwrap().as_ref())).collect()
    }

    /// What is said of a column.
    pub fn about(&self, name: &str) -> BTreeMap<String, String> {
        let field = self.schema.field_with_name(name).unwrap();
        field.metadata().iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }
}

fn cells(array: &dyn Array) -> Vec<String> {
    let any = array.as_any();
    let cell = |row: usize| {
        if array.is_null(row) {
            return "-".to_owned();
        }
        if let Some(cells) = any.downcast_ref::<BooleanArray>() {
            return cells.value(row).to_string();
        }
        if let Some(cells) = any.downcast_ref::<Int16Array>() {
            return cells.value(row).to_string();
        }
        if let Some(cells) = any.downcast_ref::<Int32Array>() {
            return cells.value(row).to_string();
        }
        if let Some(cells) = any.downcast_ref::<Int64Array>() {
            return cells.value(row).to_string();
        }
        if let Some(cells) = any.downcast_ref::<Float64Array>() {
            return cells.value(row).to_string();
        }
        any.downcast_ref::<StringArray>().unwrap().value(row).to_owned()
    };
    (0..array.len()).map(cell).collect()
}
