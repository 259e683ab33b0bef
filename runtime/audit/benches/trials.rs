//! How long it takes to hold a million trials of the basic task against its protocol, from a CSV and a Parquet file.

use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_audit::{Data, Finding, audit, read_map};
use trialect_codegen::Jit;
use trialect_driver::{Library, compile};
use trialect_ir::law;

const TRIALS: u64 = 1_000_000;
const OF_A_SESSION: u64 = 1_000;
const CONTRASTS: [&str; 5] = ["1", "0.25", "0.125", "0.0625", "0"];
const MAP: &str = "format = \"trialect-map/1\"
session = \"session\"
[names]
fresh_contrast = \"contrast\"
fresh_side = \"side\"
contrast = \"contrast\"
side = \"side\"
lean = \"lean\"
extra = \"extra\"
repeated = { is = 0 }
outcome = { is = \"correct\" }
choice = \"side\"
response_time = \"rt\"
\"trial.end\" = \"end\"
contrasts = { is = \"final\" }
weight = { is = 25 }
";

fn main() {
    divan::main();
}

/// Trials of an animal that is always right, with draws from the distributions of the protocol.
fn table() -> String {
    let mut text = String::from("session,contrast,side,lean,extra,rt,end\n");
    let mut lefts: Vec<f64> = Vec::new();
    for n in 0..TRIALS {
        let u = |key: u64| law::unit_interval(law::stream_word(key, n));
        let of_session = n % OF_A_SESSION;
        if of_session == 0 {
            lefts.clear();
        }
        let recent = &lefts[lefts.len().saturating_sub(10)..];
        let leftward = if recent.is_empty() { 0.5 } else { recent.iter().sum::<f64>() / recent.len() as f64 };
        let left = u(2) < 0.5;
        let lean = law::normal(u(3), leftward, 0.5, -3.0, 4.0);
        let extra = law::exponential(u(4), 0.35, 0.2, 0.5);
        let (side, contrast) = (if left { "left" } else { "right" }, CONTRASTS[(u(1) * 5.0) as usize]);
        let (rt, end) = (0.3 + 0.6 * u(5), (of_session + 1) as f64 * 2.5);
        let _ = writeln!(text, "{},{contrast},{side},{lean},{extra},{rt},{end}", n / OF_A_SESSION);
        lefts.push(f64::from(u8::from(left)));
    }
    text
}

fn csv(folder: &Path) -> PathBuf {
    let path = folder.join("trials.csv");
    std::fs::write(&path, table()).expect("a file");
    path
}

/// The same table as Parquet, as pandas writes one.
fn parquet(folder: &Path) -> PathBuf {
    let path = folder.join("trials.parquet");
    let text = table();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let column = |k: usize| -> ArrayRef {
        let cells = rows.iter().map(|row| row[k]);
        match names[k] {
            "session" => {
                Arc::new(Int32Array::from_iter_values(cells.map(|cell| cell.parse::<i32>().expect("a number"))))
            }
            "side" => Arc::new(StringArray::from_iter_values(cells)),
            _ => Arc::new(Float64Array::from_iter_values(cells.map(|cell| cell.parse::<f64>().expect("a number")))),
        }
    };
    let batch =
        RecordBatch::try_from_iter(names.iter().enumerate().map(|(k, name)| (*name, column(k)))).expect("a table");
    let file = std::fs::File::create(&path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    path
}

#[divan::bench(sample_count = 3, sample_size = 1, args = ["csv", "parquet"])]
fn a_million_trials(bencher: divan::Bencher<'_, '_>, form: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = if form == "csv" { csv(folder.path()) } else { parquet(folder.path()) };
    let text = include_str!("../../../protocols/ibl/basic.trial");
    let program = compile("basic.trial", text, &Library::Embedded).program.expect("it compiles");
    let map = read_map("map", MAP).expect("a map");
    bencher.counter(divan::counter::ItemsCount::new(TRIALS)).bench_local(|| {
        let mut machine = Jit::compile(&program).expect("machine code");
        let tables = std::slice::from_ref(&path);
        let data = Data { tables, map: Some(&map), map_path: "map", format: None, other: None };
        let report = audit(&program, &mut machine, &data, &|_| None);
        let report = report.expect("an audit");
        assert_eq!((report.trials, report.finding), (TRIALS, Finding::Holds), "{}", report.text());
    });
}
