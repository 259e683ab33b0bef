//! `trialect rig`: a rig file against a protocol and a day; a valve that is calibrated on an emulated board.

use crate::command::{Ran, command, trialect};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

fn protocols(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols/ibl").join(name).to_str().expect("text").to_string()
}

fn example() -> String {
    std::fs::read_to_string(protocols("rig.example.toml")).expect("the example")
}

#[test]
fn a_session_begins_on_a_rig_that_fits_on_its_day() {
    let check = |rig: &str, date: &str| trialect(&["rig", "check", rig, &protocols("basic.trial"), "--date", date]);
    let rig = protocols("rig.example.toml");
    assert_eq!(check(&rig, "2026-11-30").fine(), "box 3: 2 links, 4 devices, fits the protocol\n");
    assert!(check(&rig, "2026-12-10").fine().contains("rig-calibration-old"), "a warning");
    assert!(check(&rig, "2026-12-24").found().contains("rig-calibration-stale"), "refused");
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("rig.toml");
    let short = example().replace("  { open_ms = 150.0, drops = 100, weight_g = 0.447 },\n", "");
    std::fs::write(&path, short).expect("written");
    let path = path.to_str().expect("text");
    assert!(check(path, "2026-11-30").found().contains("rig-beyond-calibration"), "3 uL are beyond the curve");
    assert!(trialect(&["rig", "check", path, "--date", "2026-11-30"]).fine().contains("fine"), "by itself it is fine");
    let json = trialect(&["rig", "check", path, &protocols("basic.trial"), "--date", "2026-11-30", "--json"]).found();
    let findings: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(findings[0]["code"], "rig-beyond-calibration");
    assert_eq!(findings[0]["labels"][1]["line"], 112, "where the protocol asks for it");
}

#[test]
fn pages_of_rig_findings_are_explained_and_ports_are_listed() {
    assert!(trialect(&["explain", "rig-port-by-path"]).fine().contains("USB identity"));
    assert!(trialect(&["explain"]).fine().lines().any(|line| line == "rig-not-bound"));
    trialect(&["rig", "list"]).fine();
}

/// An emulated board, and a rig file whose machine it is.
struct Desk {
    board: Child,
    /// It would end when nobody could hear it.
    _said: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.board.kill();
        let _ = self.board.wait();
    }
}

impl Desk {
    fn new(faults: &[&str]) -> Desk {
        Desk::at(&["--fast"], faults)
    }

    fn at(pace: &[&str], faults: &[&str]) -> Desk {
        let folder = TempDir::new().expect("a folder");
        let (port, trace) = (folder.path().join("bpod"), folder.path().join("trace"));
        let mut arguments = vec!["emulate", "bpod", "--model", "r2.0-v23", "--link", port.to_str().expect("text")];
        arguments.extend(["--trace", trace.to_str().expect("text")]);
        arguments.extend(pace);
        arguments.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
        let mut board = command(&arguments).stdout(Stdio::piped()).spawn().expect("the board starts");
        let mut said = BufReader::new(board.stdout.take().expect("a pipe"));
        let identity = "usb   = { vid = 0x16c0, pid = 0x0483, serial = \"6543210\" }";
        let emulated = format!("path  = {:?}\nemulated = true", port.to_str().expect("text"));
        let mut line = String::new();
        while !line.contains("is ready") {
            line.clear();
            assert!(said.read_line(&mut line).expect("text") > 0, "the board ended before it was ready");
        }
        let desk = Desk { board, _said: said, folder };
        std::fs::write(desk.rig(), example().replace(identity, &emulated)).expect("written");
        desk
    }

    fn rig(&self) -> PathBuf {
        self.folder.path().join("rig.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.rig()).expect("the rig file")
    }

    /// Calibrates with these answers.
    fn calibrate(&self, options: &[&str], answers: &str) -> Ran {
        Ran::of(self.begin(options, answers).wait_with_output().expect("it ends"))
    }

    /// Begins to calibrate; nobody answers more than this.
    fn begin(&self, options: &[&str], answers: &str) -> Child {
        let rig = self.rig();
        let mut arguments = vec!["rig", "calibrate", "valve", rig.to_str().expect("text"), "--date", "2026-12-01"];
        arguments.extend(options);
        let mut child = command(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // A command that refuses early does not read its answers.
        let _ = child.stdin.take().expect("a pipe").write_all(answers.as_bytes());
        child
    }

    /// How long valve 1, the board's output 13, was open each time, in 0.1 ms; none when it is still open.
    fn openings(&self) -> Option<Vec<u64>> {
        let trace = std::fs::read_to_string(self.folder.path().join("trace")).expect("a trace");
        let (mut openings, mut opened) = (Vec::new(), None);
        for line in trace.lines() {
            let Some((time, what)) = line.split_once(' ') else { continue };
            let us: u64 = time.replace('.', "").parse().expect("a time");
            match what {
                "OUT13 = 1" => opened = Some(us),
                "OUT13 = 0" => openings.extend(opened.take().map(|at: u64| (us - at) / 100)),
                _ => {}
            }
        }
        opened.is_none().then_some(openings)
    }
}

const OPTIONS: [&str; 8] = ["--times-ms", "30,60,120", "--drops", "25", "--by", "K. Ito", "--evaporation-g", "0.001"];

#[test]
fn a_valve_is_calibrated_and_the_rig_file_has_its_new_curve() {
    let desk = Desk::new(&[]);
    let before = desk.text();
    // 25 drops of 0.8, 1.7 and 3.5 uL are 20, 42.5 and 87.5 mg, of which 1 mg evaporated.
    let out = desk.calibrate(&OPTIONS, "\n0.019\n\n0.0415\n\n0.0865\nyes\n").fine();
    let expected: Vec<u64> = [300, 600, 1200].into_iter().flat_map(|cycles| [cycles; 25]).collect();
    assert_eq!(desk.openings().expect("the valve is shut"), expected, "{out}");
    assert!(out.contains("it covers 0.800 .. 3.500 uL"), "{out}");
    let after = desk.text();
    let entry = "\n[[devices.spout.calibrations]]\ndate = 2026-12-01\noperator = \"K. Ito\"\ndensity_g_per_ml = 1.0\npoints = [\n  \
                 { open_ms = 30.0, drops = 25, weight_g = 0.02 },\n  { open_ms = 60.0, drops = 25, weight_g = 0.0425 },\n  \
                 { open_ms = 120.0, drops = 25, weight_g = 0.0875 },\n]\n";
    assert_eq!(after, format!("{before}{entry}"), "comments and all else stay");
    let checked = trialect(&[
        "rig",
        "check",
        desk.rig().to_str().expect("text"),
        &protocols("basic.trial"),
        "--date",
        "2026-12-24",
    ]);
    let checked = checked.fine();
    assert!(checked.contains("rig-emulated") && !checked.contains("stale"), "{checked}");
}

#[test]
fn drops_off_the_curve_are_weighed_again_or_nothing_is_written() {
    let desk = Desk::new(&[]);
    let before = desk.text();
    let out = desk.calibrate(&OPTIONS, "\n0.019\n\n0.0165\n\n0.0865\nno\n");
    assert!(out.code == 2 && out.err.contains("calibrate-no-curve"), "{out:?}");
    assert_eq!(desk.text(), before);
    let out = desk.calibrate(&OPTIONS, "\n0.019\n\n0.0165\n\n0.0865\nyes\n\n0.019\n\n0.0415\nno\n").fine();
    assert!(out.contains("volume of a drop does not rise") && out.ends_with("nothing was written\n"), "{out}");
    assert_eq!(desk.text(), before);
}

#[test]
fn a_calibration_that_is_broken_off_leaves_the_valve_shut_and_the_file_as_it_was() {
    let desk = Desk::new(&[]);
    let before = desk.text();
    let out = desk.calibrate(&OPTIONS, "\n0.019\n\n");
    assert!(out.code == 2 && out.err.contains("error[no-answer]"), "{out:?}");
    assert_eq!((desk.openings().map(|list| list.len()), desk.text()), (Some(50), before.clone()));
    desk.calibrate(&["--device", "horn"], "").trouble("calibrate-device");
    desk.calibrate(&["--times-ms", "30,60", "--by", "K. Ito"], "").trouble("calibrate-times");
    let unplugged = Desk::new(&["unplug@1:100"]);
    let out = unplugged.calibrate(&OPTIONS, "\n");
    assert!(out.code == 2 && out.err.contains("error[bpod-lost]"), "{out:?}");
}

#[test]
fn a_hand_shuts_the_valve_in_the_midst_of_a_drop() {
    let desk = Desk::at(&[], &[]);
    let before = desk.text();
    let options = ["--times-ms", "5000,6000,7000", "--drops", "10", "--by", "K. Ito", "--evaporation-g", "0"];
    let child = desk.begin(&options, "\n");
    while desk.openings().is_some() {
        std::thread::yield_now();
    }
    let hand = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a signal");
    assert!(hand.success());
    let out = Ran::of(child.wait_with_output().expect("it ends"));
    assert!(out.code == 2 && out.err.contains("error[stopped]"), "{out:?}");
    let openings = desk.openings().expect("the valve is shut");
    assert!(openings.len() == 1 && openings[0] < 50_000, "{openings:?} of 5 s");
    assert_eq!(desk.text(), before);
}
