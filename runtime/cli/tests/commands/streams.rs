//! What is sampled: as the cell's closed form says, as many as the rate says, and kept through a kill.

use crate::command::{Ran, at, command, project, sim_of, text, trialect};
use crate::folders::{session, session_json};
use crate::table::{Cell, Table};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

const ANSWERS: [&str; 7] =
    ["age=30day", "sex=female", "slice=2", "region=ca1", "pipette=4 MOhm", "ljp=14 mV", "ljp_state=not_corrected"];
/// Samples a millisecond.
const RATE: usize = 50;

fn arguments(data: &Path, extra: &[&str]) -> Vec<String> {
    let mut arguments = sim_of(&project("protocols/slice/current_steps.trial"), data, 1, 1);
    arguments.extend(ANSWERS.iter().flat_map(|answer| ["--covariate".to_owned(), (*answer).to_owned()]));
    arguments.extend(extra.iter().map(|word| (*word).to_owned()));
    arguments
}

/// A cell of three sweeps.
fn cell(data: &Path, machine: &str) -> PathBuf {
    trialect(&arguments(data, &["--stop", "after trial 3", "--by", "Ada", "--machine", machine])).fine();
    session(data, 1)
}

fn counts(folder: &Path, reading: &str) -> Vec<f64> {
    let table = Table::read(folder, &format!("samples-amp.{reading}.parquet"));
    let count = |cell: &Cell| if let Cell::Int(count) = cell { *count as f64 } else { panic!("a lost sample") };
    table.column("count").iter().map(count).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_voltage_follows_the_closed_form_of_the_membrane() {
    let data = tempfile::tempdir().unwrap();
    let folder = cell(data.path(), "jit");
    let streams = session_json(&folder)["streams"].clone();
    let scaled = |k: usize, reading: &str| -> Vec<f64> {
        let (gain, offset) = (streams[k]["gain"].as_f64().unwrap(), streams[k]["offset"].as_f64().unwrap());
        counts(&folder, reading).into_iter().map(|count| offset + gain * count).collect()
    };
    let (mv, pa) = (scaled(0, "voltage"), scaled(1, "current"));
    // Three sweeps of 10 s.
    assert_eq!((mv.len(), pa.len()), (30_000 * RATE, 30_000 * RATE));
    let trials = Table::trials(&folder);
    for (sweep, amount) in [-100.0, -80.0, -60.0].into_iter().enumerate() {
        // Test pulse and waiting take 500 ms, the onset 100 ms, the step 500 ms.
        let onset = (10_000 * sweep + 600) * RATE;
        let step = onset..onset + 500 * RATE;
        assert!(pa[step.clone()].iter().all(|pa| (pa - amount).abs() < 0.07), "half a count is 0.061 pA");
        assert!(pa[onset - 100 * RATE..onset].iter().chain(&pa[step.end..step.end + RATE]).all(|pa| *pa == 0.0));
        let before = &mv[onset - 100 * RATE..onset];
        let rest = mean(before);
        let noise = mean(&before.iter().map(|mv| (mv - rest).powi(2)).collect::<Vec<_>>()).sqrt();
        // I in pA and R in MOhm give uV. The resistances come from the end of the step and the series resistance that
        // was measured; the time constant from the area above the curve, which is I R tau.
        let series = trials.real("rs", sweep);
        let end = mean(&mv[step.end - 100 * RATE..step.end]);
        let charged = (end - rest) - amount * series * 1e-3;
        let missing: f64 = mv[step.clone()].iter().map(|mv| end - mv).sum::<f64>() / RATE as f64;
        let tau = missing / charged;
        assert!((5.0..80.0).contains(&tau) && charged < -2.0, "tau {tau} ms, {charged} mV");
        for ms in 0..500 {
            let piece = &mv[onset + ms * RATE..onset + (ms + 1) * RATE];
            let law = |k: usize| {
                let t = ms as f64 + k as f64 / RATE as f64;
                rest + charged * (1.0 - (-t / tau).exp()) + amount * series * 1e-3
            };
            let off = mean(&piece.iter().enumerate().map(|(k, mv)| mv - law(k)).collect::<Vec<_>>());
            // Six deviations of a mean of 50, and a little for the estimates.
            assert!(off.abs() < 6.0 * noise / (RATE as f64).sqrt() + 0.05, "{off} mV at {ms} ms of sweep {sweep}");
        }
    }
}

#[test]
fn samples_are_the_same_on_both_machines_and_a_changed_byte_is_seen() {
    let data = tempfile::tempdir().unwrap();
    let [one, other] = ["interpreter", "jit"].map(|machine| cell(&data.path().join(machine), machine));
    for file in ["samples.trialect", "samples-amp.voltage.parquet", "samples-amp.current.parquet"] {
        assert!(fs::read(one.join(file)).unwrap() == fs::read(other.join(file)).unwrap(), "{file}");
    }
    let said = trialect(&["replay", text(&one)]).fine();
    assert!(said.contains("2 streams of samples are not replayed"), "{said}");
    for file in ["samples.trialect", "samples-amp.voltage.parquet"] {
        at("verify", &one).fine();
        let whole = fs::read(one.join(file)).unwrap();
        let mut bytes = whole.clone();
        bytes[whole.len() / 2] ^= 1;
        fs::write(one.join(file), bytes).unwrap();
        let found = at("verify", &one).found();
        assert!(found.contains(&format!("{file} [file-changed]")), "{found}");
        fs::write(one.join(file), whole).unwrap();
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // the moment of the kill is the point
fn a_kill_keeps_the_complete_pieces() {
    let data = tempfile::tempdir().unwrap();
    let whole = cell(&data.path().join("whole"), "jit");
    let killed = data.path().join("killed");
    let mut child = command(&arguments(&killed, &[])).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (file, began) = (session(&killed, 1).join("samples.trialect"), std::time::Instant::now());
    while fs::metadata(&file).map_or(0, |about| about.len()) < 100_000 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = fs::metadata(&file).unwrap().len();
    let Ran { code, err, .. } = at("recover", &killed);
    assert_eq!((code, err.as_str()), (0, "1 sessions recovered\n"));
    at("verify", &killed).fine();
    let folder = session(&killed, 1);
    for reading in ["voltage", "current"] {
        let (found, expected) = (counts(&folder, reading), counts(&whole, reading));
        // A piece has 100 ms; of both streams together all that were complete are there.
        assert!(found.len() >= 100 * RATE && found.len().is_multiple_of(100 * RATE), "{}", found.len());
        assert!((left as usize / 4).abs_diff(found.len()) < 100 * RATE + left as usize / 400, "{left} bytes");
        let both = found.len().min(expected.len());
        assert!(found[..both] == expected[..both], "samples differ from those without a kill");
    }
}
