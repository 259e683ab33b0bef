//! Host libraries for Bpods, unmodified, take the emulated board for a real one.

use crate::venv::{pip, python, run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use trialect_bpod::wire::{Command as Word, EventCodes, Model, Shape, allot, decode, encode};

/// pybpod-api 1.8.2 speaks firmware 22, bpod-core firmware 23; the rest is what they need.
const PACKAGES: [&str; 26] = [
    "pybpod-api==1.8.2",
    "confapp==1.1.11",
    "logging-bootstrap==1.0.0",
    "python-dateutil==4.0.0",
    "numpy==2.4.6",
    "pyserial==3.5",
    "bpod-core==0.1.0a15",
    "annotated-types==0.8.0",
    "cachetools==8.0.2",
    "filelock==3.32.7",
    "graphviz==0.21",
    "ifaddr==0.2.0",
    "msgspec==0.23.0",
    "packaging==26.4",
    "platformdirs==4.14.9",
    "polars==2.1.0",
    "polars-runtime-32==2.1.0",
    "psutil==7.2.2",
    "pydantic==2.14.4",
    "pydantic-extra-types==2.11.1",
    "PyYAML==6.0.4",
    "pyzmq==27.3.0",
    "typing-inspection==0.4.5",
    "typing_extensions==4.16.0",
    "xxhash==4.1.0",
    "zeroconf==0.154.0",
];

/// Where a module comes from that pybpod-api imports and does not name.
const WITH_SCA: &str = "iblpybpod==2.0.3";

const TRACE: &str = "traffic.hex";
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python");

/// What comes in: a beam is broken once in the first trial, and twice in the third, where it stays so.
const EVENTS: [&str; 5] = ["Port1In@1:2511", "Port1Out@1:2711", "Port1In@3:50", "Port1Out@3:60", "Port1In@3:70"];

/// Made once for all tests here.
fn clients() -> Option<PathBuf> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    MADE.get_or_init(made).clone()
}

fn made() -> Option<PathBuf> {
    python("bpod-hosts", &PACKAGES, |python, folder| {
        run(pip(python).args(["download", "--no-deps", "--dest"]).arg(folder).arg(WITH_SCA));
        let take = "import glob, sys, zipfile\nwheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/iblpybpod*.whl')[0])\n\
                    wheel.extractall(sys.argv[1] + '/extra', [n for n in wheel.namelist() if n.startswith('sca/')])";
        run(Command::new(python).args(["-c", take]).arg(folder));
    })
}

/// An emulated board that runs until it is dropped.
struct Emulated {
    process: Child,
    said: std::io::Lines<BufReader<ChildStdout>>,
    /// Links to its ports.
    ports: Vec<String>,
}

impl Emulated {
    fn start(model: Model, folder: &Path) -> Emulated {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trialect"));
        command.args(["emulate", "bpod", "--model", model.name(), "--trace"]).arg(folder.join(TRACE));
        let link = folder.join("board").display().to_string();
        command.args(["--link", &link]);
        for event in EVENTS {
            command.args(["--event", event]);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut said = BufReader::new(process.stdout.take().expect("its output")).lines();
        let told = said.by_ref().take(model.ports() + 1).map(|line| line.expect("text"));
        let told: Vec<String> = told.collect();
        let ports: Vec<String> =
            [link.clone(), format!("{link}.1"), format!("{link}.2")].into_iter().take(model.ports()).collect();
        for (number, (port, line)) in ports.iter().zip(&told).enumerate() {
            let path = std::fs::read_link(port).expect("a link to the port");
            assert_eq!(*line, format!("port {number}: {}", path.display()));
        }
        assert!(told[model.ports()].ends_with(" is ready; Ctrl-C ends it"), "{told:?}");
        Emulated { process, said, ports }
    }

    /// Ends it as Ctrl-C does; gives its last words.
    fn end(&mut self) -> String {
        run(Command::new("sh").args(["-c", &format!("kill -INT {}", self.process.id())]));
        let last = self.said.by_ref().last().expect("last words").expect("text");
        assert!(self.process.wait().expect("it ends").success());
        assert!(self.ports.iter().all(|port| std::fs::symlink_metadata(port).is_err()), "its links are gone");
        last
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

/// What a client found on an emulated board, and the traffic that it made.
fn played(model: Model, script: &str, arguments: impl Fn(&[String], &Path) -> Vec<String>) -> Option<(Value, String)> {
    let python = clients()?;
    // Clients wait for answers for fractions of a second; one at a time they get them on a busy machine, too.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let mut board = Emulated::start(model, folder.path());
    let mut client = Command::new(&python);
    client.arg(format!("{SCRIPTS}/{script}")).args(arguments(&board.ports, folder.path()));
    client.env("PYTHONPATH", python.with_file_name("../extra")).env("XDG_CONFIG_HOME", folder.path());
    client.env("PYTHONDONTWRITEBYTECODE", "1");
    let output = run(&mut client);
    let found = serde_json::from_slice(&output.stdout).expect("the client prints JSON");
    assert_eq!(board.end(), "stopped; 3 trials");
    Some((found, std::fs::read_to_string(folder.path().join(TRACE)).expect("the traffic")))
}

/// The client's uploads are read as matrices, and these give the same bytes again: hosts of others agree with ours.
fn uploads_are_ours(model: Model, traffic: &str) {
    let hardware = model.hardware();
    let codes = EventCodes::new(&hardware, &allot(&hardware, &[]).expect("allotted")).expect("codes");
    let words =
        traffic.lines().filter_map(|line| line.split_once(" USB0 <")).flat_map(|(_, bytes)| bytes.split_whitespace());
    let bytes: Vec<u8> = words.map(|word| u8::from_str_radix(word, 16).expect("hex")).collect();
    let mut rest = &bytes[..];
    let mut uploads = 0;
    while !rest.is_empty() {
        let (word, used) = Word::decode(rest, &Shape::of(model, &hardware)).expect("a command");
        rest = &rest[used..];
        if let Word::Upload(upload) = word {
            let matrix = decode(&upload, model, &codes).expect("a matrix");
            assert_eq!(encode(&matrix, model, &codes, upload.run_asap).as_ref(), Ok(&upload));
            uploads += 1;
        }
    }
    assert_eq!(uploads, 3);
}

/// Events with their cycles, by the rules of the firmware: a beam, a counter one cycle later, a condition one after that,
/// and a timer of 10 ms delay and 30 ms from the beginning on.
fn events(on: &str, off: &str, counter: &str, condition: &str, start: &str, end: &str) -> Value {
    json!([
        [[on, 2511], [off, 2711], ["Tup", 3011]],
        [["Tup", 500], ["Tup", 1500], ["Tup", 1501]],
        [[on, 50], [off, 60], [on, 70], [counter, 71], [condition, 72], [start, 100], [end, 400]],
    ])
}

fn of_trials(found: &Value, key: &str) -> Value {
    found["trials"].as_array().expect("trials").iter().map(|trial| trial[key].clone()).collect()
}

fn describes(found: &Value, model: Model) {
    let letters = |list: &[trialect_bpod::wire::Channel]| -> String {
        list.iter().map(|channel| char::from(channel.letter())).collect()
    };
    let hardware = model.hardware();
    assert_eq!(found["inputs"], letters(&hardware.inputs));
    assert_eq!(found["outputs"], letters(&hardware.outputs));
    assert_eq!(found["machine"], model.machine());
    assert_eq!(found["limits"], json!([256, 16, 8, 16]));
}

#[test]
fn pybpod_runs_trials_on_the_emulated_board() {
    let model = Model::R2Firmware22;
    let arguments = |ports: &[String], folder: &Path| vec![ports[0].clone(), folder.display().to_string()];
    let Some((found, traffic)) = played(model, "pybpod_client.py", arguments) else { return };
    describes(&found, model);
    assert_eq!(found["firmware"], 22);
    let names = ["Port1In", "Port1Out", "GlobalCounter1_End", "Condition1", "GlobalTimer1_Start", "GlobalTimer1_End"];
    let [on, off, counter, condition, start, end] = names;
    assert_eq!(of_trials(&found, "events"), events(on, off, counter, condition, start, end));
    assert_eq!(found["trials"][0]["states"], json!({"wait": [[0, 2511]], "reward": [[2511, 3011]]}));
    assert_eq!(found["trials"][1]["states"], json!({"s0": [[0, 500]], "s1": [[500, 1500]], "s2": [[1500, 1501]]}));
    for (trial, cycles) in [3011.0, 1501.0, 400.0].iter().enumerate() {
        let lasted = found["trials"][trial]["lasted"].as_f64().expect("seconds");
        assert!((lasted - cycles / 10_000.0).abs() < 1e-3, "trial {trial}: {lasted} s");
    }
    assert_eq!(found["soft_codes"], json!([3, 7]));
    uploads_are_ours(model, &traffic);
    // The module got the message of the library, not its number.
    assert!(traffic.contains(" MOD1 > 50 02 03\n"), "{traffic}");
}

#[test]
fn bpod_core_runs_trials_on_the_emulated_boards() {
    for (model, product) in [(Model::R2Firmware23, "048b"), (Model::TwoPlusFirmware23, "048c")] {
        let arguments = |ports: &[String], _: &Path| [&[product.to_string()], ports].concat();
        let Some((found, traffic)) = played(model, "bpod_core_client.py", arguments) else { return };
        describes(&found, model);
        assert_eq!(found["firmware"], json!([23, 10]));
        let names =
            ["Port1_High", "Port1_Low", "GlobalCounter0_End", "Condition0", "GlobalTimer0_Start", "GlobalTimer0_End"];
        let [on, off, counter, condition, start, end] = names;
        assert_eq!(of_trials(&found, "events"), events(on, off, counter, condition, start, end), "{model:?}");
        let states = json!([
            [["wait", 0], ["reward", 2511]],
            [["s0", 0], ["s1", 500], ["s2", 1500]],
            [["go", 0], ["seen", 71], ["last", 72]],
        ]);
        assert_eq!(of_trials(&found, "states"), states, "{model:?}");
        assert_eq!(found["soft_codes"], json!([2, 6]));
        uploads_are_ours(model, &traffic);
    }
}
