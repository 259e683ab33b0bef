//! The measurement.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use trialect_bpod::driven::{Binding, Driven, Place};
use trialect_bpod::emulator::{Board, PseudoTerminal};
use trialect_bpod::link::{Link, Serial};
use trialect_bpod::wire::Model;
use trialect_codegen::Jit;
use trialect_device::{Backend, Rig};
use trialect_driver::{Library, compile};
use trialect_ir::{Date, Program};
use trialect_journal::Writer;
use trialect_realtime::{LiveRig, Monotonic, Waiting};
use trialect_session::{Inbox, JournalRecorder, Plan, run, wiring};

/// Answers to each of the three, for each way to wait.
const ROUNDS: usize = 4000;
/// The lamp follows the beam.
const PROTOCOL: &str = r#"protocol reaction 1.0.0 "The lamp shines while the beam is broken."

use std.devices

rig { port : NosePort }

trial {
  outcomes done
  state dark { on port.enter -> lit; after 23 h -> end done }
  state lit { hold light port.led; on port.leave -> dark; after 23 h -> end done }
}

session { limit trials 10 }
"#;
/// Bytes of an answer: set an output.
const ANSWER: usize = 3;

pub(crate) fn measure() {
    let compiled = compile("reaction", PROTOCOL, &Library::Embedded);
    let program = compiled.program.expect("the protocol compiles");
    let program = Arc::new(program);
    for (word, waiting) in [("blocking", Waiting::Blocking), ("spinning", Waiting::Spinning)] {
        // Two that spin on one processor would take turns.
        let [session, rust, python] = match waiting {
            Waiting::Blocking => compared(&program, waiting, [true; 3]),
            Waiting::Spinning => {
                let alone = |who: usize| {
                    let times = compared(&program, waiting, std::array::from_fn(|one| one == who));
                    times.into_iter().nth(who).unwrap_or_default()
                };
                [alone(0), alone(1), alone(2)]
            }
        };
        println!("{word}: from the input's last byte to the answer's first, us");
        for (name, times) in [("trialect session", &session), ("bare loop in Rust", &rust), ("pyserial", &python)] {
            if times.is_empty() {
                println!("  {name:<18} not measured: python3 has no pyserial");
                continue;
            }
            let ratio = quantile(times, 0.5) / quantile(&rust, 0.5);
            println!(
                "  {name:<18} median {:>6.1}  99.9% {:>7.1}  median to the bare loop's {ratio:.2}  ({} answers)",
                quantile(times, 0.5),
                quantile(times, 0.999),
                times.len()
            );
        }
    }
}

fn quantile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// This thread, and those that it starts from here on, run on one processor.
fn pin(processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor);
    // A machine with one processor, or a container that forbids it, measures all three alike all the same.
    let _ = sched_setaffinity(None, &set);
}

/// Asks those that are wanted in turn.
fn compared(program: &Arc<Program>, waiting: Waiting, wanted: [bool; 3]) -> [Vec<f64>; 3] {
    let stop = Arc::new(AtomicBool::new(false));
    let ports: Vec<PseudoTerminal> = (0..3).map(|_| PseudoTerminal::new().expect("a pseudo-terminal")).collect();
    let paths: Vec<String> = ports.iter().map(|port| port.path().to_string_lossy().into_owned()).collect();
    pin(1);
    let (session, at_once) = (Arc::clone(program), Arc::clone(&stop));
    let path = paths[0].clone();
    let live = wanted[0].then(|| std::thread::spawn(move || live(&session, &path, waiting, &at_once)));
    let (path, ends) = (paths[1].clone(), Arc::clone(&stop));
    let bare = wanted[1].then(|| std::thread::spawn(move || echo(&path, waiting, &ends)));
    let mut python = wanted[2].then(|| pyserial(&paths[2], waiting)).flatten();
    pin(0);
    let began = if wanted[0] { play_until_it_runs(&ports[0]) } else { Instant::now() };
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    // Those that are not there are not asked.
    let asked: Vec<usize> = (0..3).filter(|&one| if one == 2 { python.is_some() } else { wanted[one] }).collect();
    std::thread::sleep(Duration::from_millis(if python.is_some() { 800 } else { 200 }));
    for round in 0..ROUNDS {
        for &one in &asked {
            // Not in step with anything.
            std::thread::sleep(Duration::from_micros(150 + 37 * (round as u64 % 11)));
            let code = if round % 2 == 0 { 94 } else { 95 };
            let cycle = u32::try_from(began.elapsed().as_micros() / 100).unwrap_or(u32::MAX);
            let mut packet = vec![1, 1, code];
            packet.extend(cycle.to_le_bytes());
            times[one].push(answered(&ports[one], &packet));
        }
    }
    stop.store(true, Ordering::SeqCst);
    let _ = ports[1].write(&[0; 7]);
    if let Some(child) = &mut python {
        let _ = child.kill();
        let _ = child.wait();
    }
    let _ = (live.map(|one| one.join()), bare.map(|one| one.join()));
    // The first ones warm everything up.
    times.map(|times| times.into_iter().skip(ROUNDS / 10).collect())
}

/// How long the answer took, us.
fn answered(port: &PseudoTerminal, packet: &[u8]) -> f64 {
    let mut buffer = [0; 64];
    while port.read(&mut buffer).expect("the port is there") > 0 {}
    let began = Instant::now();
    port.write(packet).expect("the port is there");
    let mut heard = 0;
    let mut took = None;
    while heard < ANSWER {
        let mut list = [PollFd::from_borrowed_fd(port.fd(), PollFlags::IN)];
        let _ = poll(&mut list, None);
        heard += port.read(&mut buffer).expect("the port is there");
        took = took.or(Some(began.elapsed()));
        assert!(began.elapsed() < Duration::from_secs(5), "no answer");
    }
    took.unwrap_or_default().as_secs_f64() * 1e6
}

/// An emulated board until the session's matrix runs; when it began.
fn play_until_it_runs(port: &PseudoTerminal) -> Instant {
    let mut board = Board::new(Model::R2Firmware22);
    let (zero, mut buffer) = (Instant::now(), [0; 4096]);
    let mut began = None;
    loop {
        let count = port.read(&mut buffer).expect("the port is there");
        board.receive(0, &buffer[..count]);
        board.advance(u64::try_from(zero.elapsed().as_micros()).unwrap_or(u64::MAX));
        let said = board.take_said(0);
        let mut rest = said.as_slice();
        while !rest.is_empty() {
            rest = &rest[port.write(rest).expect("the port is there")..];
        }
        match (board.cycle(), began) {
            (Some(_), None) => began = Some(Instant::now()),
            // The look at the inputs has been told.
            (Some(cycle), Some(began)) if cycle > 100 => return began,
            _ => {}
        }
        std::thread::sleep(Duration::from_micros(50));
    }
}

/// A session of the protocol, until it is ended at once.
fn live(program: &Arc<Program>, path: &str, waiting: Waiting, at_once: &AtomicBool) {
    let link = Link::connect(Serial::open(path).expect("the port opens")).expect("the board answers");
    let binding = Binding { device: "port".into(), place: Place::Port(1), openings: None };
    let driven = Driven::new(link, "box", true, vec![binding]);
    let backends = vec![(Box::new(driven) as Box<dyn Backend>, vec!["port".to_string()])];
    let mut rig = LiveRig::new(Box::new(Monotonic::new(waiting)), backends, at_once, &|_| {});
    rig.wire(&wiring(program)).expect("the rig fits");
    let requests = RefCell::new(Inbox::default());
    let stop = AtomicBool::new(false);
    let plan = Plan {
        subject: "bench".into(),
        session: 1,
        date: Date::FIRST,
        given_today: BTreeMap::new(),
        seed: 1,
        subject_words: None,
        covariates: BTreeMap::new(),
        covariate_remarks: BTreeMap::new(),
        covariates_given: false,
        given: &|_| Vec::new(),
        parameters: Vec::new(),
        requests: &requests,
        stop: &stop,
        sync_each_trial: true,
        stop_after: None,
        goes_on_until: None,
        interruption: None,
        progress: &|_| {},
    };
    let folder = tempfile::tempdir().expect("a folder");
    let writer = Writer::create(&folder.path().join("journal"), b"bench").expect("a journal");
    let mut machine = Jit::compile(program).expect("compiled code");
    let ended = run(program, &mut machine, &mut rig, &mut JournalRecorder(writer), &plan);
    assert!(ended.is_ok_and(|ending| ending.interrupted), "it was ended at once");
}

/// Reads 7 bytes, writes 3: nothing that could be left out.
fn echo(path: &str, waiting: Waiting, stop: &AtomicBool) {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::{Errno, read, write};
    let port = open(Path::new(path), OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK, Mode::empty());
    let port = port.expect("the port opens");
    let mut buffer = [0; 64];
    let mut heard = 0;
    while !stop.load(Ordering::SeqCst) {
        if waiting == Waiting::Blocking {
            let mut list = [PollFd::new(&port, PollFlags::IN)];
            let _ = poll(&mut list, None);
        }
        match read(&port, &mut buffer) {
            Ok(count) => heard += count,
            Err(Errno::AGAIN | Errno::INTR) => continue,
            Err(_) => return,
        }
        if heard >= 7 {
            heard -= 7;
            let _ = write(&port, &[b'O', 8, 255]);
        }
    }
}

/// The same loop with pyserial; none where it is not installed.
fn pyserial(path: &str, waiting: Waiting) -> Option<Child> {
    let python = "/usr/bin/env";
    let has = Command::new(python).args(["python3", "-c", "import serial"]).stderr(Stdio::null()).status().ok()?;
    let wait = if waiting == Waiting::Blocking { "None" } else { "0" };
    let text = format!(
        "import serial\nport = serial.Serial({path:?}, timeout={wait})\nheard = 0\nwhile True:\n    heard += len(port.read(7 - heard))\n    if heard >= 7:\n        heard = 0\n        port.write(b'O\\x08\\xff')\n"
    );
    has.success().then(|| Command::new(python).args(["python3", "-c", &text]).spawn().ok()).flatten()
}
