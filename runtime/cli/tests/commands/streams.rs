//! What is sampled: as the cell's closed form says, as many as the rate says, and kept through a kill.

use crate::command::{Ran, at, command, project, sim_of, text, trialect};
use crate::folders::{JOURNAL, session, session_json, unsealed};
use crate::table::{Cell, Table};
use serde_json::{Value, json};
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

#[test]
fn a_whole_session_at_the_rate_of_the_protocol_has_every_sample() {
    let folder = tempfile::tempdir().unwrap();
    trialect(&arguments(folder.path(), &[])).fine();
    let about = session_json(&session(folder.path(), 1));
    assert_eq!((about["end"]["reason"].as_str(), about["status"].as_str()), (Some("finished"), Some("complete")));
    // 78 sweeps of 10 s.
    let seconds = about["summary"]["duration"].as_f64().unwrap();
    assert!(seconds >= 780.0, "{seconds} s");
    for stream in about["streams"].as_array().unwrap() {
        let expected = seconds * 1000.0 * RATE as f64;
        assert_eq!((stream["rows"].as_f64(), stream["samples"].as_f64()), (Some(expected), Some(expected)));
        assert_eq!((stream.get("lost"), stream.get("late")), (None, None));
    }
    at("verify", folder.path()).fine();
}

#[test]
fn a_file_of_samples_torn_anywhere_keeps_its_complete_pieces_and_says_what_is_missing() {
    let data = tempfile::tempdir().unwrap();
    let whole = cell(&data.path().join("whole"), "interpreter");
    let samples = fs::read(whole.join("samples.trialect")).unwrap();
    let journal = fs::read(whole.join(JOURNAL)).unwrap();
    let all = ["voltage", "current"].map(|reading| counts(&whole, reading));
    for share in [1, 40, 333, 777, 999] {
        let broken = data.path().join(format!("torn at {share}"));
        let folder = session(&broken, 1);
        unsealed(&whole, &folder, journal.len());
        // The last bytes are of a piece, whatever the share is.
        let kept = samples.len() * share / 1000 - 3;
        fs::write(folder.join("samples.trialect"), &samples[..kept]).unwrap();
        at("recover", &broken).fine();
        at("verify", &broken).fine();
        let about = session_json(&folder);
        for (reading, (all, stream)) in
            ["voltage", "current"].into_iter().zip(all.iter().zip(about["streams"].as_array().unwrap()))
        {
            let found = counts(&folder, reading);
            assert!(found.len().is_multiple_of(100 * RATE) && found[..] == all[..found.len()], "{}", found.len());
            let lost = (all.len() - found.len()) as u64;
            let at = found.len() as f64 / (1000 * RATE) as f64;
            let expected = if lost > 0 { json!([{"at": at, "samples": lost}]) } else { Value::Null };
            assert_eq!(stream["lost"], expected, "{reading} at {share}");
        }
    }
}

#[test]
fn a_file_of_samples_that_cannot_grow_is_an_error_and_the_session_is_recovered() {
    let data = tempfile::tempdir().unwrap();
    let arguments = arguments(data.path(), &["--stop", "after trial 2", "--by", "Ada"]);
    // No file may be longer than 900 blocks of 1 KiB, which is enough for the journal.
    let script = "trap '' XFSZ; ulimit -f 900; exec \"$0\" \"$@\"";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_trialect")])
        .args(&arguments)
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let said = Ran::of(output).trouble("journal-io");
    assert!(said.contains("samples.trialect"), "{said}");
    at("recover", data.path()).fine();
    at("verify", data.path()).fine();
    let folder = session(data.path(), 1);
    assert_eq!(session_json(&folder)["status"], "recovered");
    let found = counts(&folder, "voltage").len();
    assert!(found >= 100 * RATE && found.is_multiple_of(100 * RATE), "{found}");
}
