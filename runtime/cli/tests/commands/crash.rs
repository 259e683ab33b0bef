//! A kill at any moment leaves a session that can be recovered, and loses no trial that was complete.

use crate::command::{Ran, SUBJECT, at, command, sim, sim_arguments};
use crate::folders::{Numbers, session, session_json};
use crate::table::Table;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const SEED: u64 = 11;

/// What a kill met.
#[derive(Debug, Default)]
struct Met {
    open: u32,
    with_trials: u32,
    between: u32,
}

#[test]
fn kills_at_many_moments_lose_no_complete_trial() {
    let moments = moments();
    let met: Vec<Met> = std::thread::scope(|scope| {
        // Two chains at a time, each going on where its last kill left it.
        let halves = moments.chunks(moments.len() / 2).map(|half| scope.spawn(|| chain_of_kills(half)));
        halves.collect::<Vec<_>>().into_iter().map(|half| half.join().unwrap()).collect()
    });
    let open: u32 = met.iter().map(|met| met.open).sum();
    let with_trials: u32 = met.iter().map(|met| met.with_trials).sum();
    assert!(open >= 10 && with_trials >= 5, "too few kills met a running session: {met:?}");
}

/// 50 moments up to 1 s after the start; every other one early, when sessions begin.
fn moments() -> Vec<Duration> {
    let mut numbers = Numbers(5);
    (0..50)
        .map(|k| Duration::from_micros(4_000 + numbers.below(if k % 2 == 0 { 120_000 } else { 996_000 }) as u64))
        .collect()
}

fn chain_of_kills(moments: &[Duration]) -> Met {
    let data = tempfile::tempdir().unwrap();
    let mut met = Met::default();
    for moment in moments {
        kill_after(data.path(), *moment);
        check(data.path(), &mut met);
        keep_last(data.path());
    }
    met
}

#[allow(clippy::disallowed_methods)] // the moment of the kill is the point
fn kill_after(data: &Path, moment: Duration) {
    let mut child =
        command(&sim_arguments(data, 200, SEED)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    // On Unix this is the signal that cannot be caught.
    child.kill().unwrap();
    child.wait().unwrap();
}

fn last_session(data: &Path) -> Option<u32> {
    let entries = fs::read_dir(data.join(SUBJECT)).ok()?;
    entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok()).max()
}

fn check(data: &Path, met: &mut Met) {
    if !data.join(SUBJECT).exists() {
        // Killed before it began anything.
        met.between += 1;
        return;
    }
    let open = last_session(data).filter(|last| !session(data, *last).join("manifest.json").exists());
    let before = at("verify", data);
    assert_eq!(before.code, i32::from(open.is_some()), "{before:?}");
    if open.is_some() {
        let refused = sim(data, 1, SEED).trouble("not-sealed");
        assert!(refused.contains("trialect recover"), "{refused}");
    }
    let Ran { code, err, .. } = at("recover", data);
    assert_eq!((code, err), (0, format!("{} sessions recovered\n", u32::from(open.is_some()))));
    assert!(fs::read_dir(data.join(SUBJECT)).unwrap().all(|entry| !entry.unwrap().path().ends_with(".new")));
    at("verify", data).fine();
    match open {
        Some(last) => {
            met.open += 1;
            met.with_trials += u32::from(check_recovered(data, last) > 0);
        }
        None => met.between += 1,
    }
    sim(data, 1, SEED).fine();
    at("verify", data).fine();
}

/// The recovered trials are the first of the same session without a kill; gives their number.
fn check_recovered(data: &Path, last: u32) -> usize {
    let recovered = session(data, last);
    assert_eq!(session_json(&recovered)["status"], "recovered");
    let reference = tempfile::tempdir().unwrap();
    if last > 1 && session(data, last - 1).exists() {
        crate::folders::link(&session(data, last - 1), &session(reference.path(), last - 1));
    }
    sim(reference.path(), 1, SEED).fine();
    let whole = Table::trials(&session(reference.path(), last));
    let found = Table::trials(&recovered);
    let rows = found.rows();
    assert!(rows <= whole.rows());
    assert!(found == whole.head(rows), "session {last}: a recovered trial differs");
    rows
}

/// Leaves only the last session, from which the next one starts.
fn keep_last(data: &Path) {
    let Some(last) = last_session(data) else { return };
    for ordinal in 1..last {
        let folder = session(data, ordinal);
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
