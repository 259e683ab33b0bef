//! Sessions are read by their users' own tools: pandas and pyarrow, pinned, from PyPI.

use crate::venv::{python, run};
use std::process::Command;

const PACKAGES: [&str; 3] = ["pandas==3.1.1", "pyarrow==26.0.1", "numpy==2.4.6"];

/// What a reader of the data checks, from the tables and `session.json` alone.
const CHECK: &str = r#"
import json, sys
import pandas as pd, pyarrow.parquet as pq
folder = sys.argv[1]
session = json.load(open(f"{folder}/session.json"))
trials = pd.read_parquet(f"{folder}/trials.parquet")
states = pd.read_parquet(f"{folder}/states.parquet")
wheel = pd.read_parquet(f"{folder}/wheel.parquet")
schema = pq.read_schema(f"{folder}/trials.parquet")
unit = lambda name: (schema.field(name).metadata or {}).get(b"unit")
assert (unit("reward"), unit("gain"), unit("weight"), unit("quiet")) == (b"uL", b"deg/mm", b"g", b"s")
assert schema.field("reward").metadata[b"description"] == b"Water for a correct trial"
assert schema.metadata[b"trialect.protocol_hash"].decode() == session["protocol"]["hash"]
assert set(trials.outcome) <= {"correct", "error", "no_go"}
assert set(trials.side) == {"left", "right"} and set(trials.contrast) == {1.0, 0.5}
assert (trials.protocol_hash == session["protocol"]["hash"]).all() and (trials.kind == "simulated").all()
assert len(trials) == session["summary"]["trials"] and (trials.trial == range(1, len(trials) + 1)).all()
answered = trials[trials.choice.notna()]
assert ((answered.choice == answered.side) == (answered.outcome == "correct")).all()
assert (trials.choice.isna() == (trials.outcome == "no_go")).all()
respond = states[states.state == "respond"]
assert ((respond.exit - respond.entry).values - trials.response_time.values < 1e-9).all()
assert wheel.time.is_monotonic_increasing and (wheel["count"].diff().abs().dropna() > 0).all()
print("fine", len(trials))
"#;

#[test]
fn pandas_reads_a_session() {
    let Some(python) = python("readers", &PACKAGES, |_, _| {}) else { return };
    let data = tempfile::tempdir().expect("a folder");
    let protocol = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocols/ibl/basic.trial");
    let mut sim = Command::new(env!("CARGO_BIN_EXE_trialect"));
    run(sim.args(["sim", protocol, "--subject", "mouse1", "--seed", "3", "--data"]).arg(data.path()));
    let output = run(Command::new(python).args(["-c", CHECK]).arg(data.path().join("mouse1/001")));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("fine "));
}
