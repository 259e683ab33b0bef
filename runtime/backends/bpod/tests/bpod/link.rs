//! The host's side against the emulated board: in virtual time, with everything that can go wrong, and on a
//! pseudo-terminal.

use crate::bytes::Splitmix;
use crate::machines::{state, three_state, two_state};
use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trialect_bpod::emulator::{Board, Effect, Fault};
use trialect_bpod::link::{Likely, Link, LinkFault, Port, grouped};
use trialect_bpod::wire::{Channel, Command, Event, GlobalTimer, Matrix, Message, Model, ModuleInfo, Report, Target};

/// A board without a cable: waiting moves its time on.
#[derive(Clone)]
pub(crate) struct Direct(Arc<Mutex<Board>>);

impl Port for Direct {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut board = self.0.lock().unwrap();
        if board.is_unplugged() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        board.receive(0, bytes);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        let mut board = self.0.lock().unwrap();
        let until = board.now() + u64::try_from(wait.as_micros()).unwrap();
        loop {
            if board.is_unplugged() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let said = board.take_said(0);
            if !said.is_empty() {
                assert!(said.len() <= buffer.len());
                buffer[..said.len()].copy_from_slice(&said);
                return Ok(said.len());
            }
            if board.now() >= until {
                return Ok(0);
            }
            let next = board.now() + 100;
            board.advance(next);
        }
    }
}

pub(crate) fn direct(board: Board) -> (Arc<Mutex<Board>>, Direct) {
    let board = Arc::new(Mutex::new(board));
    (Arc::clone(&board), Direct(board))
}

fn connected(model: Model, faults: &[Fault]) -> (Arc<Mutex<Board>>, Link<Direct>) {
    let (board, port) = direct(Board::new(model).with_faults(faults));
    (board, Link::connect(port).unwrap())
}

const WAIT: Duration = Duration::from_millis(300);

/// All reports of one trial, or the fault.
fn trial<P: Port>(link: &mut Link<P>) -> Result<Vec<Report>, LinkFault> {
    let mut list = Vec::new();
    loop {
        let report = link.next(WAIT)?.ok_or(LinkFault::NoAnswer { doing: "testing", bytes: 0 })?;
        let is_end = matches!(report, Report::Ended(_));
        list.push(report);
        if is_end {
            return Ok(list);
        }
    }
}

fn cycles(reports: &[Report]) -> Vec<u32> {
    reports
        .iter()
        .filter_map(|report| if let Report::Events { cycle, .. } = report { Some(*cycle) } else { None })
        .collect()
}

#[test]
fn a_board_says_what_it_is_and_runs_trials() {
    for model in Model::ALL {
        let (board, mut link) = connected(model, &[]);
        assert_eq!((link.model(), link.hardware()), (model, &model.hardware()));
        assert_eq!(link.minor(), model.is_23().then_some(10));
        link.upload(&three_state(model)).unwrap();
        for uploaded in [true, false] {
            link.run().unwrap();
            assert_eq!(link.upload(&three_state(model)), Err(LinkFault::Busy));
            let reports = trial(&mut link).unwrap();
            assert_eq!(reports[0] == Report::Uploaded(true), uploaded);
            assert_eq!(cycles(&reports), [500, 1500, 1501]);
        }
        // The next one during this one, and again.
        link.queue(&three_state(model)).unwrap();
        for last in [false, false, true] {
            if !last {
                link.next(WAIT).unwrap();
                link.next(WAIT).unwrap();
                link.queue(&three_state(model)).unwrap();
                assert_eq!(link.queue(&three_state(model)), Err(LinkFault::Full));
            }
            assert_eq!(cycles(&trial(&mut link).unwrap()), [500, 1500, 1501]);
        }
        assert_eq!((link.lost_starts(), link.is_running()), (0, false));
        assert_eq!(link.next(WAIT), Err(LinkFault::NothingRuns));
        drop(link);
        let mut board = board.lock().unwrap();
        assert_eq!(board.trials(), 5);
        let now = board.now();
        board.advance(now + 10_000);
        assert!(board.is_alone(), "it was let go");
    }
}

#[test]
fn modules_get_the_events_that_they_want() {
    let encoder = ModuleInfo { firmware: 6, name: "RotaryEncoder".into(), wants: Some(10), ..ModuleInfo::default() };
    let (_, port) = direct(Board::new(Model::R2Firmware23).with_module(1, encoder.clone()));
    let mut link = Link::connect(port).unwrap();
    assert_eq!(link.modules()[1], Some(encoder));
    let name = |code| link.codes().event(code).and_then(|event| link.codes().name(event));
    assert_eq!((name(24).as_deref(), name(25).as_deref()), (Some("Serial2_10"), Some("Serial3_1")));
    let message = |length| Message { id: 1, bytes: vec![b'Z'; length] };
    link.load_messages(1, &[message(2)]).unwrap();
    assert_eq!(link.load_messages(1, &[message(6)]).unwrap_err().code(), "bpod-matrix-message");
    assert_eq!(link.load_messages(9, &[message(1)]).unwrap_err().code(), "bpod-matrix-absent");
    // A matrix that does not fit is not sent.
    let many = Matrix { states: vec![state("s", 1, Some(Target::Exit)); 256], ..Matrix::default() };
    assert_eq!(link.upload(&many).unwrap_err().code(), "bpod-matrix-too-many");
    link.upload(&two_state(Model::R2Firmware23)).unwrap();
}

/// Says what it is told to, whatever is asked.
struct Parrot(Vec<Vec<u8>>);

impl Port for Parrot {
    fn send(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn receive(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
        let said = if self.0.is_empty() { Vec::new() } else { self.0.remove(0) };
        buffer[..said.len()].copy_from_slice(&said);
        Ok(said.len())
    }
}

#[test]
fn what_is_no_known_board_is_refused() {
    let refused = |said: &[&[u8]]| {
        let fault = Link::connect(Parrot(said.iter().map(|bytes| bytes.to_vec()).collect())).map(|_| ()).unwrap_err();
        format!("[{}] {fault}", fault.code())
    };
    assert!(refused(&[]).starts_with("[bpod-no-answer] no answer while shaking hands, after 0 bytes; take"));
    assert!(refused(&[&[0xde; 20]]).starts_with("[bpod-no-answer]"));
    assert!(refused(&[b"hello"]).starts_with("[bpod-not-a-bpod]"));
    let old = refused(&[&[0xde, b'5'], &[], &[], &[21, 0, 3, 0]]);
    assert!(old.starts_with("[bpod-unknown-firmware]") && old.contains("update the firmware to 23"), "{old}");
    let new = refused(&[b"5", &[], &[], &[24, 0, 4, 0]]);
    assert!(new.contains("firmware 24 on machine type 4 is not known; use firmware 22 or 23"), "{new}");
    assert!(
        refused(&[b"5", &[], &[], &[22, 0]]).starts_with("[bpod-no-answer] no answer while asking for the firmware")
    );
    let hardware = Model::R2Firmware22.hardware().encode(Model::R2Firmware22);
    let said: [&[u8]; 7] = [b"5", &[], &[], &[22, 0, 3, 0], &hardware, &[0; 5], &[7]];
    assert!(refused(&said).starts_with("[bpod-not-taken] the board answers 7 to allotting events"));
}

#[test]
fn boards_are_found_by_their_usb_identity() {
    let port = |name: &str, product: u16, number: Option<&str>, interface: u8| SerialPortInfo {
        port_name: name.into(),
        port_type: SerialPortType::UsbPort(UsbPortInfo {
            vid: if product == 1 { 0x1b4f } else { 0x16c0 },
            pid: product,
            serial_number: number.map(str::to_string),
            manufacturer: None,
            product: None,
            interface: Some(interface),
        }),
    };
    let ports = [
        port("/dev/ttyACM4", 0x048b, Some("77"), 2),
        port("/dev/ttyACM3", 0x048c, Some("12"), 0),
        port("/dev/ttyACM0", 0x048b, Some("77"), 0),
        port("/dev/ttyACM9", 1, Some("77"), 0),
        port("/dev/ttyACM1", 0x048c, Some("12"), 4),
        port("/dev/ttyACM2", 0x048c, Some("12"), 2),
        port("/dev/ttyACM6", 0x0483, None, 0),
        port("/dev/ttyACM7", 0x0483, None, 0),
        SerialPortInfo { port_name: "/dev/ttyS0".into(), port_type: SerialPortType::Unknown },
    ];
    let found: Vec<(Option<String>, Likely, String)> = grouped(&ports)
        .into_iter()
        .map(|device| (device.serial_number, device.likely, device.ports.join(" ")))
        .collect();
    let device = |number: Option<&str>, likely, ports: &str| (number.map(str::to_string), likely, ports.to_string());
    let expected = [
        device(None, Likely::Perhaps, "/dev/ttyACM6"),
        device(None, Likely::Perhaps, "/dev/ttyACM7"),
        device(Some("12"), Likely::TwoPlus, "/dev/ttyACM3 /dev/ttyACM2 /dev/ttyACM1"),
        device(Some("77"), Likely::R2, "/dev/ttyACM0 /dev/ttyACM4"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_trial_left_by_a_host_that_died_is_stopped() {
    let model = Model::R2Firmware23;
    let (board, mut link) = connected(model, &[]);
    let valve = usize::from(model.hardware().output(Channel::Valve, 1).unwrap());
    let mut open = state("open", u32::MAX, None);
    open.outputs = vec![(valve as u8, 1)];
    link.upload(&Matrix { states: vec![open], ..Matrix::default() }).unwrap();
    link.run().unwrap();
    while !matches!(link.next(WAIT).unwrap(), Some(Report::Started { .. })) {}
    std::mem::forget(link);
    assert_eq!(board.lock().unwrap().outputs()[valve], 1);
    drop(Link::connect(Direct(Arc::clone(&board))).unwrap());
    assert_eq!(board.lock().unwrap().outputs()[valve], 0);
    // One that says something every few milliseconds.
    let there = state("there", 50, Some(Target::State(1)));
    let back = state("back", 70, Some(Target::State(0)));
    let chatty = Matrix { states: vec![there, back], ..Matrix::default() };
    for later in [0, 300, 4_700, 1_000_000] {
        let mut again = Link::connect(Direct(Arc::clone(&board))).unwrap();
        assert_eq!(board.lock().unwrap().cycle(), None);
        again.upload(&three_state(model)).unwrap();
        again.run().unwrap();
        assert_eq!(cycles(&trial(&mut again).unwrap()), [500, 1500, 1501]);
        again.upload(&chatty).unwrap();
        again.run().unwrap();
        again.next(WAIT).unwrap();
        std::mem::forget(again);
        let mut board = board.lock().unwrap();
        let until = board.now() + later;
        board.advance(until);
        assert!(board.cycle().is_some());
    }
}

/// The firmware turns off the relay whose number an earlier command left behind, not all; the link turns off each.
#[test]
fn relays_that_stayed_on_are_turned_off() {
    let (board, link) = connected(Model::R2Firmware23, &[]);
    drop(link);
    let relayed = || {
        let mut board = board.lock().unwrap();
        board.take_said(0);
        board.module_says(0, 77);
        board.take_said(0).contains(&77)
    };
    // Between two relays another command leaves its own number; so the second relay does not turn off the first.
    let commands = [
        Command::Handshake,
        Command::Relay { channel: 0, on: 1 },
        Command::ReadInput(9),
        Command::Relay { channel: 1, on: 1 },
        Command::Handshake,
    ];
    for command in commands {
        let mut board = board.lock().unwrap();
        board.receive(0, &command.encode());
        let until = board.now() + 150_000;
        board.advance(until);
    }
    assert!(relayed());
    let link = Link::connect(Direct(Arc::clone(&board))).unwrap();
    assert!(!relayed());
    drop(link);
}

#[test]
fn the_board_is_safe_when_the_link_is_dropped() {
    for model in Model::ALL {
        let (board, mut link) = connected(model, &[]);
        link.upload(&three_state(model)).unwrap();
        link.run().unwrap();
        while !matches!(link.next(WAIT).unwrap(), Some(Report::SoftCode(_))) {}
        let valve = usize::from(model.hardware().output(Channel::Valve, 1).unwrap());
        assert_eq!(board.lock().unwrap().outputs()[valve], 1, "the valve is open in the second state");
        drop(link);
        assert!(board.lock().unwrap().outputs().iter().all(|value| *value == 0), "{model:?}");
    }
}

/// A board starts the queued trial when a host stops the one before; the link does not let it come to its first state.
#[test]
fn a_queued_trial_does_not_begin_when_the_link_is_dropped() {
    let model = Model::R2Firmware22;
    let (board, mut link) = connected(model, &[]);
    let valve = model.hardware().output(Channel::Valve, 1).unwrap();
    let mut open = state("open", 5000, Some(Target::Exit));
    open.outputs = vec![(valve, 1)];
    link.queue(&two_state(model)).unwrap();
    while !matches!(link.next(WAIT).unwrap(), Some(Report::Started { .. })) {}
    link.queue(&Matrix { states: vec![open], ..Matrix::default() }).unwrap();
    link.next(WAIT).unwrap();
    drop(link);
    let mut board = board.lock().unwrap();
    let until = board.now() + 10_000;
    board.advance(until);
    let opened = Effect::Output { channel: valve, value: 1 };
    assert!(board.take_effects().iter().all(|(_, effect)| *effect != opened));
    assert_eq!((board.trials(), board.cycle()), (2, None));
}

/// Whether a matrix goes back is one setting of the board; the link keeps it for the trial that runs.
#[test]
fn a_matrix_that_goes_back_survives_the_next_upload() {
    let model = Model::R2Firmware23;
    let (_, mut link) = connected(model, &[]);
    let mut main = state("main", 1000, Some(Target::Exit));
    main.transitions = vec![(Event::TimerStart(0), Target::State(1))];
    main.trigger = 1;
    let aside = state("aside", 1000, Some(Target::Back));
    let timer = GlobalTimer { duration: 5000, onset_delay: 500, ..GlobalTimer::default() };
    let back = Matrix { states: vec![main, aside], timers: vec![timer], ..Matrix::default() };
    link.queue(&back).unwrap();
    while !matches!(link.next(WAIT).unwrap(), Some(Report::Started { .. })) {}
    let many = Matrix { states: vec![state("s", 1, Some(Target::Exit)); 255], ..Matrix::default() };
    assert_eq!(link.queue(&many).unwrap_err().code(), "bpod-matrix-too-many");
    link.queue(&two_state(model)).unwrap();
    assert_eq!(cycles(&trial(&mut link).unwrap()), [500, 1500, 2500]);
}

/// Faults at random cycles of the second of four queued trials: what is told, and that the valve is shut in the end.
#[test]
fn faults_are_told_and_leave_the_valve_shut() {
    let mut random = Splitmix(5);
    let told: [(&str, &[&str]); 6] = [
        (
            "garbage=16",
            &["bpod-unknown-packet", "bpod-unknown-event", "bpod-cycle-back", "bpod-false-end", "bpod-no-answer"],
        ),
        (
            "truncation=3",
            &["bpod-unknown-packet", "bpod-unknown-event", "bpod-cycle-back", "bpod-false-end", "bpod-no-answer"],
        ),
        ("unplug", &["bpod-lost"]),
        ("false-end", &["bpod-false-end"]),
        ("delay=80", &["fine"]),
        ("lost-start", &["fine"]),
    ];
    for (fault, codes) in told {
        for _ in 0..20 {
            let model = Model::ALL[random.below(3)];
            let cycle = 1 + random.below(1480);
            let plan = format!("{fault}@2:{cycle}");
            let (board, mut link) = connected(model, &[plan.parse().unwrap()]);
            let played = four_trials(&mut link, model);
            let code = played.as_ref().map_or_else(LinkFault::code, |_| "fine");
            assert!(codes.contains(&code), "{plan} on {model:?}: {code}");
            if code == "fine" {
                assert_eq!(link.lost_starts(), u32::from(fault == "lost-start"), "{plan}");
                assert_eq!(played.unwrap(), [[500, 1500, 1501]; 4]);
            } else if code != "bpod-lost" {
                // The link goes on with the next trial.
                assert!(!link.is_running());
                link.upload(&three_state(model)).unwrap();
                link.run().unwrap();
                assert_eq!(cycles(&trial(&mut link).unwrap()), [500, 1500, 1501], "{plan}");
            }
            drop(link);
            let mut board = board.lock().unwrap();
            // A board without a cable shuts the valve itself at the end of its state: 100 ms, and its second state 50 ms on.
            let until = board.now() + 400_000;
            board.advance(until);
            assert!(board.outputs().iter().all(|value| *value == 0), "{plan} on {model:?}");
        }
    }
}

fn four_trials(link: &mut Link<Direct>, model: Model) -> Result<Vec<Vec<u32>>, LinkFault> {
    let mut list = Vec::new();
    link.queue(&three_state(model))?;
    for k in 0..4 {
        if k < 3 {
            // The board has to say that it began before the next one is uploaded.
            while !matches!(link.next(WAIT)?, Some(Report::Started { .. }) | None) {}
            link.queue(&three_state(model))?;
        }
        list.push(cycles(&trial(link)?));
    }
    Ok(list)
}

#[test]
fn a_stuck_valve_stays_open() {
    let model = Model::R2Firmware22;
    let (board, mut link) = connected(model, &["stuck-valve=1@1:600".parse().unwrap()]);
    link.upload(&three_state(model)).unwrap();
    link.run().unwrap();
    trial(&mut link).unwrap();
    let valve = usize::from(model.hardware().output(Channel::Valve, 1).unwrap());
    assert_eq!(board.lock().unwrap().outputs()[valve], 1);
    drop(link);
    // Without a host this board has no current for its valves.
    let mut board = board.lock().unwrap();
    let until = board.now() + 10_000;
    board.advance(until);
    assert_eq!(board.outputs()[valve], 0);
}

#[cfg(unix)]
mod on_a_pseudo_terminal {
    use super::{WAIT, cycles, three_state, trial};
    use std::sync::atomic::{AtomicBool, Ordering};
    use trialect_bpod::emulator::{Board, Pace, PseudoTerminal, Served, serve};
    use trialect_bpod::link::{Link, LinkFault, Serial};
    use trialect_bpod::wire::Model;

    /// Runs a host against a served board.
    fn with_board(board: Board, pace: Pace, host: impl FnOnce(&str)) -> (Board, Served) {
        let ports: Vec<PseudoTerminal> = (0..board.model().ports()).map(|_| PseudoTerminal::new().unwrap()).collect();
        let path = ports[0].path().to_str().unwrap().to_string();
        let stop = AtomicBool::new(false);
        let mut board = board;
        let served = std::thread::scope(|scope| {
            let (board, stop) = (&mut board, &stop);
            // The ports close when the board is gone.
            let server = scope.spawn(move || serve(board, &ports, pace, stop, &mut |_, _| {}).unwrap());
            host(&path);
            stop.store(true, Ordering::Relaxed);
            server.join().unwrap()
        });
        (board, served)
    }

    #[test]
    fn trials_run_over_a_real_port() {
        for (model, pace) in Model::ALL.into_iter().zip([Pace::Real, Pace::Virtual, Pace::Real]) {
            let (board, served) = with_board(Board::new(model), pace, |path| {
                let mut link = Link::connect(Serial::open(path).unwrap()).unwrap();
                assert_eq!(link.model(), model);
                assert_eq!(Serial::open(path).unwrap_err().code(), "bpod-open", "one program has it");
                link.queue(&three_state(model)).unwrap();
                for _ in 0..3 {
                    assert_eq!(cycles(&trial(&mut link).unwrap()), [500, 1500, 1501]);
                    link.queue(&three_state(model)).unwrap();
                }
            });
            assert_eq!(served, Served::Stopped);
            assert!(board.trials() >= 3);
        }
    }

    #[test]
    fn a_pulled_cable_is_told_on_a_real_port() {
        let faults = ["unplug@1:700".parse().unwrap()];
        let (board, served) = with_board(Board::new(Model::R2Firmware23).with_faults(&faults), Pace::Real, |path| {
            let mut link = Link::connect(Serial::open(path).unwrap()).unwrap();
            link.queue(&three_state(Model::R2Firmware23)).unwrap();
            let fault = trial(&mut link).unwrap_err();
            assert_eq!(fault.code(), "bpod-lost");
            assert!(fault.to_string().contains("see that its valves are shut"), "{fault}");
            assert!(matches!(link.next(WAIT), Err(LinkFault::Lost { .. } | LinkFault::NothingRuns)));
        });
        assert_eq!((served, board.is_unplugged()), (Served::Unplugged, true));
        let missing = Serial::open("/dev/no-such-port").unwrap_err();
        assert!(missing.code() == "bpod-open" && missing.to_string().contains("is the board plugged in"));
    }
}
