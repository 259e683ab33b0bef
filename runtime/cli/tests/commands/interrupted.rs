//! Ctrl-C: one ends the session after its trial, two end the process.

use crate::command::{Ran, at, command, sim, sim_of, text, trialect};
use crate::folders::{JOURNAL, session, session_json};
use crate::table::{Cell, Table};
use crate::texts::{restless_mouse, variant};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

/// Nothing but its number of trials ends a session.
const LONG: [(&str, &str); 5] = [
    ("limit trials 2000", "limit trials 100000"),
    ("licence = 2 mL ", "licence = 2000 mL"),
    ("  stop not_enough when session.elapsed >= 45 min and completed < 400\n", ""),
    ("  stop too_long   when session.elapsed >= 90 min and completed > 400\n", ""),
    ("  stop slowing    when completed > 400 and recent > 5 * pace\n", ""),
];

/// The mouse never stays still for as long as this.
const ENDLESS_TRIAL: (&str, &str) = ("quiet = 200 ms + extra", "quiet = 10 h + extra");

/// A running simulation of five sessions.
struct Running {
    child: Child,
    folder: tempfile::TempDir,
}

impl Running {
    fn start(changes: &[(&str, &str)]) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let protocol = variant(folder.path(), changes);
        let mut arguments = sim_of(&protocol, &folder.path().join("data"), 5, 3);
        if changes.contains(&ENDLESS_TRIAL) {
            arguments.extend(["--mouse".into(), text(&restless_mouse(folder.path())).into()]);
        }
        let child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running { child, folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Waits until the first session is well under way.
    fn until_recorded(&mut self, bytes: u64) {
        let journal = session(&self.data(), 1).join(JOURNAL);
        for _ in 0..3_000 {
            assert_eq!(self.child.try_wait().unwrap(), None, "it ended before it was asked to");
            if journal.metadata().is_ok_and(|about| about.len() >= bytes) {
                return;
            }
            pause(10);
        }
        panic!("no session is recorded into {}", journal.display());
    }

    fn send(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    fn ended(self) -> (Ran, tempfile::TempDir) {
        (Ran::of(self.child.wait_with_output().unwrap()), self.folder)
    }
}

#[allow(clippy::disallowed_methods)] // another process needs time
fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

/// The reason why a sealed session ended, and its trials.
fn end(session: &Path) -> (String, usize) {
    let about = session_json(session);
    (about["end"]["reason"].as_str().unwrap().to_owned(), Table::trials(session).rows())
}

#[test]
fn the_first_signal_ends_the_session_after_its_trial() {
    for signal in ["INT", "TERM"] {
        let mut running = Running::start(&LONG);
        running.until_recorded(100_000);
        running.send(signal);
        let (ran, folder) = running.ended();
        let said = ran.err.clone();
        assert!(said.starts_with("stopped by hand: 1 of 5 sessions"), "{signal}: {said}");
        let out = ran.fine();
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.len() == 4 && lines[1].ends_with("stopped by hand"), "the table of one session: {out}");
        let data = folder.path().join("data");
        let (reason, trials) = end(&session(&data, 1));
        assert_eq!(reason, "stopped by hand");
        assert!((100..100_000).contains(&trials), "{trials} trials");
        let outcomes = Table::trials(&session(&data, 1));
        assert!(!outcomes.column("outcome").contains(&Cell::None), "the trial under way was ended as always");
        assert!(!session(&data, 2).exists(), "no other session is begun");
        at("verify", &data).fine();
        trialect(&["replay", text(&data)]).fine();
    }
}

#[test]
fn the_second_signal_ends_the_process_and_leaves_a_session_that_is_recovered() {
    let mut running = Running::start(&[ENDLESS_TRIAL]);
    running.until_recorded(50_000);
    running.send("INT");
    pause(300);
    assert_eq!(running.child.try_wait().unwrap(), None, "the trial under way goes on");
    running.send("INT");
    let (ran, folder) = running.ended();
    assert_eq!((ran.code, ran.out.as_str()), (130, ""), "{ran:?}");
    let data = folder.path().join("data");
    let said = sim(&data, 1, 3).trouble("not-sealed");
    assert!(said.contains("trialect recover"), "{said}");
    let recovered = at("recover", &data);
    assert_eq!((recovered.code, recovered.err.as_str()), (0, "1 sessions recovered\n"));
    at("verify", &data).fine();
    let folder = session(&data, 1);
    assert_eq!(session_json(&folder)["status"], "recovered");
    assert_eq!(end(&folder), ("broken off".into(), 1));
    assert_eq!(Table::trials(&folder).column("outcome"), [Cell::None]);
}
