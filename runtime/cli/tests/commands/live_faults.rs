//! What goes wrong while a session runs on a board: each fault at many moments. Each time the valves are open for no longer
//! than the pulses that were weighed, the record verifies (after `recover` when the host is gone), and the message says
//! what happened and what to do.

use crate::bench::{Bench, VALVES};
use crate::command::{Ran, at};
use crate::folders::{Numbers, session_json};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

/// Moments of each fault.
const MOMENTS: u32 = 20;
/// Longer than any pulse.
const PULSE: Duration = Duration::from_millis(150);

/// How a session may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fares {
    /// As if nothing were.
    On,
    /// The session ends, sealed as broken off.
    Ends,
    /// The host is gone or cannot write; `recover` closes the record.
    Recovers,
}

/// What goes wrong, in a cycle of the board or to the host.
#[derive(Debug, Clone, Copy)]
enum Fault {
    Board(&'static str),
    Killed,
    Stalled,
    DiskFull,
}

/// Runs a fault at all its moments and says how often each way to fare came.
fn check(fault: Fault, fares: &[Fares], says: &[&str]) {
    let met: Mutex<Vec<Fares>> = Mutex::new(Vec::new());
    // All at once: they wait most of the time.
    std::thread::scope(|scope| {
        for moment in 0..MOMENTS {
            let met = &met;
            scope.spawn(move || {
                let (one, said) = session(fault, moment);
                assert!(fares.contains(&one), "{fault:?} {moment}: {one:?}\n{said}");
                let told = one == Fares::On || says.is_empty() || says.iter().any(|word| said.contains(word));
                assert!(told, "{fault:?} {moment} does not say what happened:\n{said}");
                met.lock().unwrap().push(one);
            });
        }
    });
    let met = met.into_inner().unwrap();
    assert_eq!(met.len(), MOMENTS as usize);
    // Half of the moments at least must have met a session that ran, or nothing was tried.
    let hit = met.iter().filter(|one| **one == fares[fares.len() - 1]).count();
    assert!(2 * hit >= met.len(), "{fault:?}: {met:?}");
}

/// One session; how it fared and what it said.
fn session(fault: Fault, moment: u32) -> (Fares, String) {
    let mut numbers = Numbers(u64::from(moment) + 1);
    let (trial, cycle) = (1 + numbers.below(2), 200 + numbers.below(9_000));
    let wait = Duration::from_millis(250 + numbers.below(1_500) as u64);
    let planned = match fault {
        Fault::Board(kind) => format!("{kind}@{trial}:{cycle}"),
        _ => String::new(),
    };
    let more: &[&str] = if planned.is_empty() { &[] } else { &["--fault", &planned] };
    let mut bench = Bench::new(u64::from(moment), more);
    let ran = match fault {
        Fault::Board(_) => bench.run(&[]),
        Fault::Killed => {
            let mut host = bench.host(&[]).spawn().unwrap();
            pause(wait);
            host.kill().unwrap();
            host.wait().unwrap();
            pause(PULSE);
            Ran { code: -1, out: String::new(), err: String::new() }
        }
        Fault::Stalled => {
            let host = bench.host(&[]).spawn().unwrap();
            pause(wait);
            signal("-STOP", &host);
            pause(Duration::from_millis(400));
            signal("-CONT", &host);
            Ran::of(host.wait_with_output().unwrap())
        }
        Fault::DiskFull => limited(&bench, 16 + numbers.below(4)),
    };
    let opened = bench.openings();
    for (opened, (channel, most)) in opened.iter().zip(VALVES) {
        // Within a cycle of what was weighed, or less when it was made safe.
        assert!(
            opened.iter().all(|us| *us <= most + 100),
            "{fault:?} {moment}: output {channel} open for {opened:?} us"
        );
    }
    let fares = after(&bench, &ran);
    (fares, ran.err)
}

/// Closes the record and verifies it.
fn after(bench: &Bench, ran: &Ran) -> Fares {
    if !bench.session().exists() {
        // Nothing had begun.
        return if ran.code == 0 { Fares::On } else { Fares::Ends };
    }
    let is_sealed = bench.session().join("manifest.json").exists();
    if !is_sealed {
        at("recover", &bench.data()).fine();
    }
    at("verify", &bench.data()).fine();
    at("replay", &bench.data()).fine();
    let status = session_json(&bench.session())["status"].as_str().unwrap().to_owned();
    match (is_sealed, ran.code) {
        (true, 0) => Fares::On,
        (true, _) => Fares::Ends,
        (false, _) => {
            assert_eq!(status, "recovered");
            Fares::Recovers
        }
    }
}

#[allow(clippy::disallowed_methods)] // the moment is the point
fn pause(time: Duration) {
    sleep(time);
}

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A host whose files cannot grow beyond so many blocks of 512 bytes.
fn limited(bench: &Bench, blocks: usize) -> Ran {
    let host = bench.host(&[]);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut limited = Command::new("sh");
    limited.args(["-c", &script]).arg(host.get_program()).args(host.get_args()).stdin(Stdio::null());
    Ran::of(limited.env_remove("RUST_LOG").output().unwrap())
}

/// Codes of what a board cannot have said.
const NONSENSE: &[&str] = &["the trial is lost", "an end of a trial", "bytes were lost", "no answer", "matrix ended"];

#[test]
fn a_pulled_cable_ends_the_session() {
    check(Fault::Board("unplug"), &[Fares::On, Fares::Ends], &["is gone", "plug it in again"]);
}

#[test]
fn garbage_ends_the_session() {
    check(Fault::Board("garbage=16"), &[Fares::On, Fares::Ends], NONSENSE);
}

#[test]
fn lost_bytes_end_the_session_or_are_bytes_of_nothing_that_counts() {
    check(Fault::Board("truncation=3"), &[Fares::On, Fares::Ends], NONSENSE);
}

#[test]
fn a_false_end_ends_the_session() {
    check(Fault::Board("false-end"), &[Fares::On, Fares::Ends], NONSENSE);
}

#[test]
fn a_lost_start_is_made_up_for() {
    check(Fault::Board("lost-start"), &[Fares::On], &[]);
}

#[test]
fn a_board_that_is_held_up_is_waited_for() {
    check(Fault::Board("delay=300"), &[Fares::On], &[]);
}

#[test]
fn a_host_that_stalls_goes_on() {
    check(Fault::Stalled, &[Fares::On], &[]);
}

#[test]
fn a_host_that_is_killed_leaves_a_record_that_can_be_closed() {
    check(Fault::Killed, &[Fares::Ends, Fares::Recovers], &[]);
}

#[test]
fn a_disk_without_room_ends_the_session_and_the_record_can_be_closed() {
    check(Fault::DiskFull, &[Fares::Ends, Fares::Recovers], &["File too large"]);
}
