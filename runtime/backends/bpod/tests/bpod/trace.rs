//! Recorded traffic between hosts and real firmware.

use std::path::PathBuf;
use trialect_bpod::wire::Model;

/// One line of a trace.
#[derive(Debug, Clone)]
pub struct Line {
    /// Microseconds since the recording began.
    pub us: u64,
    /// Where: `USB0`, `USB1`, `MOD1`, …
    pub port: String,
    pub from_host: bool,
    pub bytes: Vec<u8>,
    /// What the one who recorded it wrote beside it.
    pub note: String,
}

/// The traces with the boards that they are from.
pub const TRACES: [(&str, Model); 6] = [
    ("two_state_fw22_r20", Model::R2Firmware22),
    ("two_state_fw23_r20", Model::R2Firmware23),
    ("two_state_fw23_2plus", Model::TwoPlusFirmware23),
    ("fw22_r20_pybpod-api_3state", Model::R2Firmware22),
    ("fw23_r20_bpod-core_3state", Model::R2Firmware23),
    ("fw23_2plus_bpod-core_3state", Model::TwoPlusFirmware23),
];

/// The lines of a trace; none, with a word, where the recordings are not there.
pub fn lines(name: &str) -> Option<Vec<Line>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/bpod_wire"));
    let path = folder.join(name).with_extension("hex");
    if !path.exists() {
        eprintln!("SKIPPED: {} is missing; put the recorded traffic into ../shared/data", path.display());
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap();
    Some(text.lines().filter(|line| !line.starts_with('#')).map(line).collect())
}

fn line(text: &str) -> Line {
    let (head, note) = text.split_once("   ; ").unwrap_or((text, ""));
    let mut words = head.split_whitespace();
    let us = (words.next().unwrap().parse::<f64>().unwrap() * 1e6).round() as u64;
    let port = words.next().unwrap().to_string();
    let from_host = words.next() == Some("<");
    let mut bytes: Vec<u8> = Vec::new();
    for word in words {
        match word.strip_prefix("(x").and_then(|word| word.strip_suffix(')')) {
            Some(times) => bytes = bytes.repeat(times.parse().unwrap()),
            None => bytes.push(u8::from_str_radix(word, 16).unwrap()),
        }
    }
    Line { us, port, from_host, bytes, note: note.to_string() }
}

/// The bytes of some lines, joined.
pub fn joined<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Vec<u8> {
    lines.into_iter().flat_map(|line| line.bytes.clone()).collect()
}
