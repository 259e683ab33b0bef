//! `samples-DEVICE.READING.parquet`: what was sampled, a row for each sample, with nothing in the rows of those that are
//! lost. The file is made from piece to piece, so that its length needs no memory.

use crate::ExportFault;
use crate::loaded::{Loaded, seconds};
use crate::table::stamps;
use arrow_array::{ArrayRef, Int16Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use trialect_ir::Digesting;
use trialect_ir::record::{Header, StreamStamp};
use trialect_journal::{Entry, Ns, SAMPLES, SampleReader};

/// Rows that are written at once, and rows in a row group.
const ROWS: usize = 64 * 1024;

/// A piece whose first sample was taken this long before it came is late, ns.
const LATE: Ns = 1_000_000_000;

/// What `session.json` says of a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamFile {
    /// Its table.
    pub file: String,
    /// Name of the device in the protocol.
    pub device: String,
    /// Its class.
    pub class: String,
    /// The reading.
    pub reading: String,
    /// Its unit as the language writes it; none for a plain number.
    pub unit: Option<String>,
    /// The same in UCUM.
    pub ucum: Option<String>,
    /// Samples a second; sample k, from 0, was taken k / rate s after the session's start.
    pub rate: f64,
    /// A value in the unit is `offset + gain * count`.
    pub gain: f64,
    /// See `gain`.
    pub offset: f64,
    /// Rows of the table.
    pub rows: u64,
    /// Rows with a sample.
    pub samples: u64,
    /// What is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
    /// What came late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
    /// The description of the device.
    pub description: Option<String>,
}

/// Samples that are missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    /// Time of the first one, s.
    pub at: f64,
    /// How many.
    pub samples: u64,
}

/// Samples that came late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Late {
    /// Time of the first one, s.
    pub at: f64,
    /// How many.
    pub samples: u64,
    /// By how much the first one was late, s.
    pub by: f64,
}

/// Name of a stream's table.
pub(crate) fn file(stream: &StreamStamp) -> String {
    format!("samples-{}.{}.parquet", stream.device, stream.reading)
}

/// Whether a file may be as long as a session is, and is not read as a whole.
pub(crate) fn is_long(name: &str) -> bool {
    name == SAMPLES || name.starts_with("samples-")
}

/// Writes a stream's table; gives what there is to say of it and the digest of the file.
pub(crate) fn write(
    place: &Path,
    loaded: &Loaded,
    stream: usize,
    out: impl Write + Send,
) -> Result<(StreamFile, String), ExportFault> {
    let path = place.join(SAMPLES);
    let Some(stamp) = loaded.header.streams.get(stream) else {
        return Err(ExportFault::Samples { path, why: format!("the record has no stream {stream}") });
    };
    let mut reader = SampleReader::open(&path)?;
    if reader.header() != loaded.header.run_identity.as_bytes() {
        return Err(ExportFault::Samples { path, why: "it belongs to another session".into() });
    }
    let mut table = Rows::open(stamp, &loaded.header, Hashing { out, digest: Digesting::default() })?;
    while let Some(piece) = reader.next_piece()? {
        if piece.stream as usize >= loaded.header.streams.len() {
            return Err(ExportFault::Samples { path, why: format!("the record has no stream {}", piece.stream) });
        }
        if piece.stream as usize != stream {
            continue;
        }
        if piece.first < table.about.rows || stamp.time_of(piece.first) > piece.at {
            let why = format!(
                "sample {} of `{}.{}` is there twice, or came before it was taken",
                piece.first, stamp.device, stamp.reading
            );
            return Err(ExportFault::Samples { path, why });
        }
        table.lose(piece.first, stamp)?;
        let waited = piece.at - stamp.time_of(piece.first);
        if waited > LATE {
            let (at, samples) = (seconds(stamp.time_of(piece.first)), piece.counts.len() as u64);
            table.about.late.push(Late { at, samples, by: seconds(waited) });
        }
        table.about.samples += piece.counts.len() as u64;
        table.extend(piece.counts.iter().map(|count| Some(*count)))?;
    }
    // What the rig did not hand over before the end has no rows.
    let ended = loaded.entries.last().map_or(0, |entry| if let Entry::SessionEnd { at, .. } = entry { *at } else { 0 });
    let missing = stamp.before(ended).saturating_sub(table.about.rows);
    if missing > 0 {
        table.about.lost.push(Lost { at: seconds(stamp.time_of(table.about.rows)), samples: missing });
    }
    table.close()
}

/// A table that grows.
struct Rows<W: Write + Send> {
    about: StreamFile,
    waiting: Vec<Option<i16>>,
    schema: SchemaRef,
    writer: ArrowWriter<Hashing<W>>,
}

impl<W: Write + Send> Rows<W> {
    fn open(stamp: &StreamStamp, header: &Header, out: Hashing<W>) -> Result<Rows<W>, ExportFault> {
        let name = file(stamp);
        let mut about: BTreeMap<String, String> = stamps(&name, header);
        let said = [("rate", stamp.rate), ("gain", stamp.gain), ("offset", stamp.offset), ("start", 0.0)];
        about.extend(said.map(|(key, value)| (format!("trialect.{key}"), value.to_string())));
        let unit = stamp.unit.as_ref().map(|unit| (unit.symbol.clone(), unit.ucum.clone())).unzip();
        let pairs = [
            ("description", Some(format!("Counts of `{}`; a value is offset + gain * count", stamp.reading))),
            ("unit", unit.0.clone()),
            ("ucum", unit.1.clone()),
        ];
        let of_field = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let field =
            Field::new("count", DataType::Int16, true).with_metadata(of_field.collect::<HashMap<String, String>>());
        let in_schema = about.clone().into_iter().collect::<HashMap<_, _>>();
        let schema = Arc::new(Schema::new_with_metadata(vec![field], in_schema));
        let properties = WriterProperties::builder()
            .set_created_by("trialect".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROWS))
            .set_key_value_metadata(Some(about.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect()))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(defect)?;
        let about = StreamFile {
            file: name,
            device: stamp.device.clone(),
            class: stamp.class.clone(),
            reading: stamp.reading.clone(),
            unit: unit.0,
            ucum: unit.1,
            rate: stamp.rate,
            gain: stamp.gain,
            offset: stamp.offset,
            rows: 0,
            samples: 0,
            lost: Vec::new(),
            late: Vec::new(),
            description: stamp.description.clone(),
        };
        Ok(Rows { about, waiting: Vec::with_capacity(ROWS), schema, writer })
    }

    /// Rows without a sample up to one that is there.
    fn lose(&mut self, first: u64, stamp: &StreamStamp) -> Result<(), ExportFault> {
        let missing = first - self.about.rows;
        if missing > 0 {
            self.about.lost.push(Lost { at: seconds(stamp.time_of(self.about.rows)), samples: missing });
        }
        self.extend((0..missing).map(|_| None))
    }

    fn extend(&mut self, counts: impl Iterator<Item = Option<i16>>) -> Result<(), ExportFault> {
        for count in counts {
            self.waiting.push(count);
            self.about.rows += 1;
            if self.waiting.len() == ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ExportFault> {
        let counts: ArrayRef = Arc::new(Int16Array::from(std::mem::take(&mut self.waiting)));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![counts]).map_err(defect)?;
        self.writer.write(&batch).map_err(defect)
    }

    fn close(mut self) -> Result<(StreamFile, String), ExportFault> {
        self.flush()?;
        let mut out = self.writer.into_inner().map_err(defect)?;
        out.flush().map_err(defect)?;
        Ok((self.about, out.digest.finish()))
    }
}

fn defect(error: impl ToString) -> ExportFault {
    ExportFault::Table { table: "samples", why: error.to_string() }
}

/// Passes bytes on and sums them up.
struct Hashing<W> {
    out: W,
    digest: Digesting,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.take(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
