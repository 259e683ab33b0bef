//! The training status of recorded windows, decided by the text of `protocols/ibl/status.trial` from their figures.

#[path = "../../../../compiler/psychometrics/tests/windows/mod.rs"]
mod windows;

use crate::command::{project, text, trialect};
use std::fs;
use std::path::{Path, PathBuf};
use windows::{fields, numbers};

/// Rows of the table.
const ROWS: usize = 11;

fn table() -> PathBuf {
    project("../shared/data/traces/v8.24.7/training_status_windows.csv")
}

/// A recorded window, its oldest session first.
struct Window {
    sessions: String,
    /// Sessions of the basic task in it, which come first.
    basics: usize,
    trials: Vec<f64>,
    easy: Vec<f64>,
    zero_rt: f64,
    /// Trials of 0%.
    zeros: f64,
    all: Vec<f64>,
    blocks: [Vec<f64>; 2],
    /// Its status when no session was on the rig for recordings, and when all were.
    status: [String; 2],
}

fn windows_of(csv: &str) -> Vec<Window> {
    let mut lines = csv.lines();
    let header = fields(lines.next().unwrap());
    let column = |name: &str| header.iter().position(|field| field == name).unwrap();
    let window = |line: &str| {
        let row = fields(line);
        let text = |name: &str| row[column(name)].clone();
        let list = |name: &str| numbers(&text(name));
        let latest_first = |name: &str| list(name).into_iter().rev().collect();
        let data = list("psych_data");
        let (levels, counts) = (&data[..data.len() / 3], &data[data.len() / 3..]);
        let zero = levels.iter().position(|level| *level == 0.0);
        let status = |name: &str| text(name).replace(' ', "_");
        Window {
            sessions: text("sessions"),
            basics: text("protocols").split(' ').filter(|protocol| *protocol == "training").count(),
            trials: latest_first("n_trials"),
            easy: latest_first("perf_easy"),
            zero_rt: text("median_rt_zero").parse().unwrap(),
            zeros: zero.map_or(0.0, |at| counts[at]),
            all: list("psych_all"),
            blocks: [list("psych_p20"), list("psych_p80")],
            status: [status("status_ephys0"), status("status_ephys1")],
        }
    };
    lines.map(window).collect()
}

/// A curve as a scenario gives it; biases and thresholds are recorded in %.
fn curve(parts: &[f64]) -> String {
    if parts.iter().any(|part| part.is_nan()) {
        return "none".into();
    }
    let [bias, threshold, low, high] = parts else { panic!("{parts:?}") };
    format!(
        "psychometric(bias: {bias:.12}%, threshold: {threshold:.12}%, lapse_low: {low:.12}, lapse_high: {high:.12})"
    )
}

fn listed(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.12}")).collect::<Vec<_>>().join(", ")
}

fn whole(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.0}")).collect::<Vec<_>>().join(", ")
}

/// The figures of sessions of the full task, in the names of its stage.
fn full(window: &Window, stage: &str, curves: &str) -> String {
    let (trials, easy) = (&window.trials[window.basics..], &window.easy[window.basics..]);
    let [left, right] = [&window.blocks[0], &window.blocks[1]].map(|parts| curve(parts));
    let rt = if stage == "full" { "full_rt" } else { "again_rt" };
    format!(
        "given {stage}_trials = {}\ngiven {stage}_easy = {}\ngiven {rt} = {:.12} s\ngiven {curves}[20%] = {left}\n\
         given {curves}[80%] = {right}\n",
        whole(trials),
        listed(easy),
        window.zero_rt
    )
}

/// A scenario that gives the figures of a window and expects the status.
fn scenario(window: &Window, on_recording_rig: bool, status: &str) -> String {
    let count = window.trials.len();
    let mut steps = String::new();
    if window.basics > 0 {
        steps += &format!(
            "given stage = basic\ngiven basic_trials = {}\ngiven basic_easy = {}\ngiven zeros = {:.0}\n\
             given zero_rt = {:.12} s\ngiven fit = {}\n",
            whole(&window.trials[..window.basics]),
            listed(&window.easy[..window.basics]),
            window.zeros,
            window.zero_rt,
            curve(&window.all)
        );
        if window.basics < count {
            steps += &format!("confirm full at session {}\n{}", window.basics + 1, full(window, "full", "fit_at"));
        }
    } else if on_recording_rig {
        steps += &format!("given stage = recording\n{}", full(window, "recording", "again_at"));
    } else {
        steps += &format!("given stage = full\n{}", full(window, "full", "fit_at"));
    }
    let rig = if on_recording_rig { "recording rig" } else { "training rig" };
    format!(
        "scenario \"{}, {rig}\" {{\n{steps}run {count} sessions without trials\nexpect status is {status}\n}}\n",
        window.sessions
    )
}

/// The study, with scenarios for all windows; `status` says what is expected.
fn study(folder: &Path, windows: &[Window], status: impl Fn(&Window, usize) -> String) -> PathBuf {
    for entry in fs::read_dir(project("protocols/ibl")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|extension| extension == "trial") {
            fs::copy(&entry, folder.join(entry.file_name().unwrap())).unwrap();
        }
    }
    let mut scenarios = String::from("scenarios ibl.status 1.0.0\n");
    for window in windows {
        for rig in 0..2 {
            scenarios += &scenario(window, rig == 1, &status(window, rig));
        }
    }
    fs::write(folder.join("status.scenarios.trial"), scenarios).unwrap();
    folder.join("status.trial")
}

#[test]
#[allow(clippy::print_stderr)]
fn recorded_windows_have_the_recorded_status() {
    let table = table();
    if !table.exists() {
        eprintln!("SKIPPED: {} is absent", table.display());
        return;
    }
    let windows = windows_of(&fs::read_to_string(table).unwrap());
    assert_eq!(windows.len(), ROWS);
    let folder = tempfile::tempdir().unwrap();
    let path = study(folder.path(), &windows, |window, rig| window.status[rig].clone());
    for machine in ["jit", "interpreter"] {
        let report = trialect(&["test", text(&path), "--machine", machine]).fine();
        assert!(report.ends_with("22 scenarios, fine\n"), "{report}");
    }
    // No other status is found for any of them.
    for other in ["in_training", "trained_1a", "trained_1b", "ready4ephysrig", "ready4delay"] {
        study(folder.path(), &windows, |_, _| other.into());
        let report = trialect(&["test", text(&path), "--machine", "interpreter"]).found();
        let holds = report.lines().filter(|line| line.starts_with("  holds  ")).count();
        let recorded = windows.iter().flat_map(|window| &window.status).filter(|status| *status == other).count();
        assert_eq!(holds, recorded, "{other}: {report}");
    }
}
