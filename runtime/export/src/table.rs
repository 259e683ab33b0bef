//! A table and its Parquet file: the same rows always give the same bytes.

use crate::ExportFault;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use trialect_ir::record::Header;

/// Rows in a row group.
const ROW_GROUP: usize = 64 * 1024;

/// The values of a column of a table.
pub(crate) enum Cells<'a> {
    Bool(Vec<Option<bool>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    Double(Vec<Option<f64>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Lists(Vec<Option<Vec<f64>>>),
}

impl Cells<'_> {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Cells::Bool(cells) => cells.len(),
            Cells::Int32(cells) => cells.len(),
            Cells::Int64(cells) => cells.len(),
            Cells::Double(cells) => cells.len(),
            Cells::Text(cells) => cells.len(),
            Cells::Lists(cells) => cells.len(),
        }
    }
}

/// A column of a table: its name, what a reader should know of it, its values.
pub(crate) struct Series<'a> {
    pub(crate) name: String,
    pub(crate) about: Vec<(&'static str, String)>,
    pub(crate) cells: Cells<'a>,
}

impl<'a> Series<'a> {
    /// A column of ours, with its description.
    pub(crate) fn new(name: &str, description: &str, cells: Cells<'a>) -> Series<'a> {
        Series { name: name.to_owned(), about: vec![("description", description.to_owned())], cells }
    }

    /// The same with a unit, as the language and as UCUM spell it.
    pub(crate) fn in_unit(mut self, symbol: &str, ucum: &str) -> Series<'a> {
        self.about.push(("unit", symbol.to_owned()));
        self.about.push(("ucum", ucum.to_owned()));
        self
    }

    fn field(&self) -> Field {
        let kind = match self.cells {
            Cells::Bool(_) => DataType::Boolean,
            Cells::Int32(_) => DataType::Int32,
            Cells::Int64(_) => DataType::Int64,
            Cells::Double(_) => DataType::Float64,
            Cells::Text(_) => DataType::Utf8,
            Cells::Lists(_) => DataType::List(Arc::new(Field::new("item", DataType::Float64, true))),
        };
        let about: HashMap<String, String> = self.about.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        Field::new(&self.name, kind, true).with_metadata(about)
    }

    fn array(self) -> ArrayRef {
        match self.cells {
            Cells::Bool(cells) => Arc::new(BooleanArray::from(cells)),
            Cells::Int32(cells) => Arc::new(Int32Array::from(cells)),
            Cells::Int64(cells) => Arc::new(Int64Array::from(cells)),
            Cells::Double(cells) => Arc::new(Float64Array::from(cells)),
            Cells::Text(cells) => Arc::new(StringArray::from_iter(cells)),
            Cells::Lists(cells) => {
                let lists = cells.into_iter().map(|cell| cell.map(|list| list.into_iter().map(Some)));
                Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(lists))
            }
        }
    }
}

/// The bytes of a Parquet file. Nothing in it tells of the machine, the time or the place.
pub(crate) fn parquet(table: &'static str, header: &Header, columns: Vec<Series<'_>>) -> Result<Vec<u8>, ExportFault> {
    let defect = |why: String| ExportFault::Table { table, why };
    let stamps = stamps(table, header);
    let fields = columns.iter().map(Series::field).collect::<Vec<Field>>();
    // Readers that know Arrow show the schema's own metadata, all others those of the file.
    let schema = Arc::new(Schema::new_with_metadata(fields, stamps.clone().into_iter().collect::<HashMap<_, _>>()));
    let arrays = columns.into_iter().map(Series::array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| defect(error.to_string()))?;
    let stamps = stamps.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
    let properties = WriterProperties::builder()
        .set_created_by("trialect".to_owned())
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(Some(stamps))
        .build();
    let write = || -> Result<Vec<u8>, ParquetError> {
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    write().map_err(|error| defect(error.to_string()))
}

/// What every table says of the session it belongs to.
pub(crate) fn stamps(table: &str, header: &Header) -> BTreeMap<String, String> {
    let stamps = [
        ("trialect.format", header.format.clone()),
        ("trialect.kind", header.kind.clone()),
        ("trialect.protocol_hash", header.protocol.hash.clone()),
        ("trialect.run_identity", header.run_identity.clone()),
        ("trialect.session", header.session.to_string()),
        ("trialect.source_hash", header.protocol.source_hash.clone()),
        ("trialect.subject", header.subject.clone()),
        ("trialect.table", table.strip_suffix(".parquet").unwrap_or(table).to_owned()),
    ];
    stamps.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The stamps in the bytes of a Parquet file, as far as they can be read.
pub(crate) fn stamps_in(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    // The footer's length is checked here: the reader would believe it.
    let tail = bytes.last_chunk::<8>()?;
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]) as usize;
    let footer = bytes.len().checked_sub(8)?.checked_sub(length).and_then(|start| bytes.get(start..bytes.len() - 8))?;
    let metadata = ParquetMetaDataReader::decode_metadata(footer).ok()?;
    let found = metadata.file_metadata().key_value_metadata()?;
    let ours = found.iter().filter(|pair| pair.key.starts_with("trialect."));
    Some(ours.map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect())
}
