//! An emulated board with a mouse at its ports, and sessions on it.

use crate::command::{Ran, command, project, text};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Output channels of the valves of an r2.0 with firmware 23, and how long each is open for 3 uL, us.
pub(crate) const VALVES: [(u32, u64); 2] = [(13, 60_000), (15, 90_000)];

/// A board behind a pseudo-terminal.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    board: Child,
}

impl Bench {
    /// `more`: further arguments of `trialect emulate bpod`.
    pub(crate) fn new(mouse: u64, more: &[&str]) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (link, trace) = (folder.path().join("port"), folder.path().join("trace"));
        let (mouse, model) = (mouse.to_string(), "r2.0-v23");
        let mut board = command(&["emulate", "bpod", "--model", model, "--link", text(&link), "--mouse", &mouse]);
        board.args(["--trace", text(&trace)]).args(more).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut board = board.spawn().unwrap();
        let said = BufReader::new(board.stdout.take().unwrap());
        assert!(said.lines().map_while(Result::ok).any(|line| line.contains("is ready")), "the board is switched on");
        let rig = fs::read_to_string(project("runtime/cli/tests/live/rig.toml")).unwrap();
        fs::write(folder.path().join("rig.toml"), rig.replace("PATH", text(&link))).unwrap();
        Bench { folder, board }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn session(&self) -> PathBuf {
        self.data().join("mouse1/001")
    }

    /// A session of the short task.
    pub(crate) fn host(&self, more: &[&str]) -> Command {
        let (protocol, rig) = (project("runtime/cli/tests/live/choice.trial"), self.folder.path().join("rig.toml"));
        let (protocol, rig, data) = (text(&protocol), text(&rig), self.data());
        let mut host = command(&["run", protocol, "--rig", rig, "--subject", "mouse1", "--data", text(&data)]);
        host.args(["--date", "2026-11-30", "--covariate", "weight=24 g"]).args(more);
        host.stdout(Stdio::piped()).stderr(Stdio::piped());
        host
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, more: &[&str]) -> Ran {
        Ran::of(self.host(more).output().unwrap())
    }

    /// Switches the board off; for each valve how long it was open each time, us, in order. None may be open in the end.
    pub(crate) fn openings(&mut self) -> [Vec<u64>; 2] {
        stop(&mut self.board);
        openings(&self.folder.path().join("trace"))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        stop(&mut self.board);
    }
}

/// Ctrl-C.
pub(crate) fn interrupt(child: &Child) {
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
}

fn stop(board: &mut Child) {
    if board.try_wait().unwrap().is_none() {
        interrupt(board);
        board.wait().unwrap();
    }
}

fn openings(trace: &Path) -> [Vec<u64>; 2] {
    let trace = fs::read_to_string(trace).unwrap();
    VALVES.map(|(channel, _)| {
        let word = format!("OUT{channel}");
        let (mut list, mut since) = (Vec::new(), None);
        for line in trace.lines() {
            let mut words = line.split(' ');
            let (Some(time), Some(output), Some("="), Some(value)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            if output != word {
                continue;
            }
            let (seconds, us) = time.split_once('.').unwrap();
            let at = seconds.parse::<u64>().unwrap() * 1_000_000 + us.parse::<u64>().unwrap();
            match (since.take(), value) {
                (None, "1") => since = Some(at),
                (Some(opened), "0") => list.push(at - opened),
                other => panic!("valve at output {channel}: {other:?} at {at}"),
            }
        }
        assert_eq!(since, None, "the valve at output {channel} stayed open");
        list
    })
}
