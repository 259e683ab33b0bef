//! A board that the host drives, in virtual time: what it hears and when, what it opens and for how long, what becomes of
//! it when the host is gone.

use crate::bytes::Splitmix;
use crate::link::{Direct, direct};
use std::sync::{Arc, Mutex};
use trialect_bpod::driven::{Binding, Driven, Openings, Place};
use trialect_bpod::emulator::{Board, Effect, Mouse};
use trialect_bpod::link::Link;
use trialect_bpod::wire::{Channel, Model};
use trialect_device::{Backend, Command, DeviceSpec, Input, InputLine, Ns, RigFault, Wiring};

/// 10 ms a uL, 1 to 20 uL.
struct TenMs;

impl Openings for TenMs {
    fn open_ms(&self, volume_ul: f64) -> Result<f64, (f64, f64)> {
        if (1.0..=20.0).contains(&volume_ul) { Ok(10.0 * volume_ul) } else { Err((1.0, 20.0)) }
    }
}

const SPOUT: u32 = 1;
const OTHER: u32 = 2;
const CUE: u32 = 3;
const PORT: u32 = 0;

/// A port, two valves, a lamp at another port, a switch at BNC 1.
fn wiring() -> Wiring {
    let device = |(name, class): (&str, &str)| DeviceSpec { name: name.into(), class: class.into() };
    let line = |(device, channel): (u32, &str)| InputLine { device, channel: channel.into() };
    let devices = [("poke", "NosePort"), ("spout", "Valve"), ("other", "Valve"), ("cue", "Lamp"), ("lever", "Switch")];
    let lines = [(PORT, "enter"), (PORT, "leave"), (SPOUT, "done"), (OTHER, "done"), (4, "press"), (4, "release")];
    Wiring { devices: devices.map(device).into(), inputs: lines.map(line).into(), stimuli: Vec::new() }
}

fn bindings() -> Vec<Binding> {
    let places = [
        ("poke", Place::Port(1)),
        ("spout", Place::Valve(1)),
        ("other", Place::Valve(2)),
        ("cue", Place::Port(2)),
        ("lever", Place::Bnc(1)),
    ];
    let openings = |place| matches!(place, Place::Valve(_)).then(|| Box::new(TenMs) as Box<dyn Openings>);
    places.map(|(device, place)| Binding { device: device.into(), place, openings: openings(place) }).into()
}

struct Bench {
    board: Arc<Mutex<Board>>,
    driven: Driven<Direct>,
    /// The board's time at which the session's clock started, us.
    zero: u64,
    heard: Vec<Input>,
}

impl Bench {
    fn new(model: Model) -> Bench {
        Bench::of(model, |driven| driven)
    }

    fn of(model: Model, set: impl FnOnce(Driven<Direct>) -> Driven<Direct>) -> Bench {
        let (board, port) = direct(Board::new(model));
        let mut driven = set(Driven::new(Link::connect(port).unwrap(), "box", true, bindings()));
        driven.wire(&wiring(), &[0, 1, 2, 3, 4]).unwrap();
        let zero = board.lock().unwrap().now();
        let mut bench = Bench { board, driven, zero, heard: Vec::new() };
        let now = bench.clock();
        bench.driven.start(&now).unwrap();
        bench
    }

    fn clock(&self) -> impl Fn() -> Ns + use<> {
        let (board, zero) = (Arc::clone(&self.board), self.zero);
        move || Ns::try_from(board.lock().unwrap().now() - zero).unwrap() * 1000
    }

    /// Time goes on in steps of a cycle, and the host looks each time.
    fn pass(&mut self, ms: u64) {
        let now = self.clock();
        for _ in 0..ms * 10 {
            let next = self.board.lock().unwrap().now() + 100;
            self.board.lock().unwrap().advance(next);
            let heard = &mut self.heard;
            self.driven.poll(&now, &mut |input| heard.push(input)).unwrap();
        }
    }

    fn set(&mut self, kind: Channel, number: usize, on: bool) -> Ns {
        let channel = self.board.lock().unwrap().model().hardware().input(kind, number).unwrap();
        self.board.lock().unwrap().set_line(channel, on);
        (self.clock())()
    }

    fn command(&mut self, device: u32, verb: &str, arguments: &[(&str, f64)]) -> Result<(), RigFault> {
        let now = self.clock();
        self.driven.command(&now, Command { device, verb, stimulus: None, arguments })
    }

    /// Openings of a valve: when and how long, us.
    fn openings(&self, valve: usize) -> Vec<(u64, u64)> {
        let mut board = self.board.lock().unwrap();
        let channel = board.model().hardware().output(Channel::Valve, valve).unwrap();
        let mut list = Vec::new();
        let mut opened = None;
        for (at, effect) in board.take_effects() {
            match effect {
                Effect::Output { channel: one, value } if one == channel => match (opened.take(), value) {
                    (None, 1) => opened = Some(at),
                    (Some(since), 0) => list.push((since, at - since)),
                    other => panic!("valve {valve} at {at}: {other:?}"),
                },
                _ => {}
            }
        }
        assert_eq!(opened, None, "valve {valve} is open");
        list
    }
}

/// Line and the nearest time in ms.
fn heard(bench: &mut Bench) -> Vec<u32> {
    std::mem::take(&mut bench.heard).iter().map(|input| input.line).collect()
}

#[test]
fn edges_are_heard_as_of_when_they_happened() {
    for model in Model::ALL {
        let mut bench = Bench::new(model);
        bench.pass(50);
        let mut random = Splitmix(3);
        for k in 0..200 {
            let on = k % 2 == 0;
            let (kind, number, line) = if random.below(2) == 0 { (Channel::Port, 1, 0) } else { (Channel::Bnc, 1, 4) };
            // The same edge twice is one.
            for on in [on, !on] {
                let at = bench.set(kind, number, on);
                bench.pass(1 + random.below(5) as u64);
                let heard = std::mem::take(&mut bench.heard);
                if let Some(input) = heard.first() {
                    assert_eq!(input.line, line + u32::from(!on));
                    // A cycle until the board looks, a cycle of the emulated cable.
                    assert!((0..=200_000).contains(&(input.at - at)), "{model:?}: {} ns", input.at - at);
                }
                assert!(heard.len() <= 1);
            }
        }
    }
}

#[test]
fn pulses_have_the_length_that_was_weighed() {
    for model in Model::ALL {
        let mut bench = Bench::new(model);
        for volume in [3.0, 2.97, 3.0, 1.0, 20.0] {
            bench.command(SPOUT, "deliver", &[("amount", volume)]).unwrap();
            bench.pass(220);
            let openings = bench.openings(1);
            assert_eq!(
                openings.iter().map(|(_, us)| *us).collect::<Vec<_>>(),
                [(volume * 10_000.0) as u64],
                "{model:?}"
            );
            assert_eq!(heard(&mut bench), [2]);
        }
        // One after the other, and one end; another valve meanwhile, whose pulse the board has not yet.
        bench.command(SPOUT, "deliver", &[("amount", 3.0)]).unwrap();
        bench.command(SPOUT, "deliver", &[("amount", 1.0)]).unwrap();
        bench.command(OTHER, "deliver", &[("amount", 5.0)]).unwrap();
        bench.pass(150);
        let lines = heard(&mut bench);
        assert_eq!((lines.len(), lines.contains(&2), lines.contains(&3)), (2, true, true));
        assert_eq!(bench.driven.report().figures[3], ("matrices switched".into(), 5.0));
    }
}

#[test]
fn a_dry_board_opens_nothing_and_takes_as_long() {
    let mut bench = Bench::of(Model::R2Firmware23, Driven::dry);
    bench.command(SPOUT, "deliver", &[("amount", 3.0)]).unwrap();
    bench.pass(29);
    assert!(bench.heard.is_empty());
    bench.pass(10);
    assert_eq!((bench.openings(1), heard(&mut bench)), (Vec::new(), vec![2]));
}

#[test]
fn more_lengths_than_timers_take_turns() {
    let mut bench = Bench::new(Model::R2Firmware23);
    for round in 0..2 {
        for tenths in 10..40 {
            bench.command(SPOUT, "deliver", &[("amount", f64::from(tenths) / 10.0)]).unwrap();
            bench.pass(45);
            assert_eq!(
                bench.openings(1).iter().map(|(_, us)| *us).collect::<Vec<_>>(),
                [u64::from(tenths as u16) * 1000],
                "{round}"
            );
        }
    }
}

/// An edge while one matrix takes the place of another is found by the look with which the second begins.
#[test]
fn no_edge_is_lost_between_two_matrices() {
    for model in Model::ALL {
        for on in [true, false] {
            let mut bench = Bench::new(model);
            bench.set(Channel::Port, 1, !on);
            bench.pass(5);
            bench.heard.clear();
            for k in 0..60 {
                // A pulse of a length that is new each time; the edge comes somewhere in between.
                let level = (k % 2 == 0) == on;
                let edge_after = k;
                let board = Arc::clone(&bench.board);
                let channel = model.hardware().input(Channel::Port, 1).unwrap();
                let zero = bench.clock()();
                let plain = bench.clock();
                let done = std::cell::Cell::new(false);
                let now = || {
                    let at = plain();
                    if !done.get() && at - zero >= edge_after * 100_000 {
                        board.lock().unwrap().set_line(channel, level);
                        done.set(true);
                    }
                    at
                };
                let volume = 1.0 + k as f64 / 100.0;
                let command =
                    Command { device: SPOUT, verb: "deliver", stimulus: None, arguments: &[("amount", volume)] };
                bench.driven.command(&now, command).unwrap();
                bench.board.lock().unwrap().set_line(channel, level);
                bench.pass(40);
                let lines = heard(&mut bench);
                assert_eq!(lines.iter().filter(|line| **line == u32::from(!level)).count(), 1, "{model:?} {k}");
            }
        }
    }
}

#[test]
fn lamps_shine_while_they_are_held_on_and_not_dark() {
    let mut bench = Bench::new(Model::R2Firmware22);
    let lamp = usize::from(Model::R2Firmware22.hardware().output(Channel::Port, 2).unwrap());
    let now = bench.clock();
    let shines = |bench: &mut Bench| {
        bench.pass(1);
        bench.board.lock().unwrap().outputs()[lamp]
    };
    bench.command(CUE, "light", &[]).unwrap();
    bench.command(CUE, "light", &[]).unwrap();
    assert_eq!(shines(&mut bench), 255);
    // Another matrix takes the place of the first, and the lamp goes on shining.
    bench.command(SPOUT, "deliver", &[("amount", 2.0)]).unwrap();
    assert_eq!(shines(&mut bench), 255);
    bench.command(CUE, "dim", &[]).unwrap();
    assert_eq!(shines(&mut bench), 0);
    bench.driven.release(now(), CUE, "dim", None).unwrap();
    assert_eq!(shines(&mut bench), 255);
    bench.driven.release(now(), CUE, "light", None).unwrap();
    assert_eq!(shines(&mut bench), 0);
    bench.command(CUE, "light", &[]).unwrap();
    bench.pass(1);
    bench.driven.make_safe();
    bench.driven.make_safe();
    assert!(bench.board.lock().unwrap().outputs().iter().all(|value| *value == 0));
}

#[test]
fn what_it_cannot_do_is_refused() {
    let mut bench = Bench::new(Model::TwoPlusFirmware23);
    let volume = |value| [("amount", value)];
    let refused = bench.command(SPOUT, "deliver", &volume(20.5)).unwrap_err();
    assert!(matches!(refused, RigFault::OutOfRange { least: 1.0, most: 20.0, .. }), "{refused}");
    assert!(bench.command(SPOUT, "deliver", &volume(f64::NAN)).is_err());
    // Held by the host it would stay open when the host dies.
    assert!(matches!(bench.driven.can(SPOUT, "open"), Err(RigFault::NoVerb { .. })));
    bench.driven.can(SPOUT, "deliver").unwrap();
    let places =
        [("poke", Place::Port(6)), ("spout", Place::Bnc(1)), ("poke", Place::Valve(1)), ("lever", Place::Bnc(3))];
    for (device, place) in places {
        let (_, port) = direct(Board::new(Model::TwoPlusFirmware23));
        let binding = Binding { device: device.into(), place, openings: None };
        let mut driven = Driven::new(Link::connect(port).unwrap(), "box", true, vec![binding]);
        let index = wiring().devices.iter().position(|spec| spec.name == device).unwrap() as u32;
        let refused = driven.wire(&wiring(), &[index]).unwrap_err();
        assert!(matches!(refused, RigFault::NoDevice { .. }), "{device} at {place}: {refused}");
    }
}

/// The host dies at any moment of a delivery; the board shuts the valve at the end of the pulse.
#[test]
fn a_valve_shuts_when_the_host_dies() {
    let mut random = Splitmix(11);
    for _ in 0..20 {
        let mut bench = Bench::new(Model::R2Firmware23);
        bench.command(SPOUT, "deliver", &[("amount", 5.0)]).unwrap();
        bench.pass(1 + random.below(48) as u64);
        let Bench { board, driven, .. } = bench;
        let valve = usize::from(Model::R2Firmware23.hardware().output(Channel::Valve, 1).unwrap());
        assert_eq!(board.lock().unwrap().outputs()[valve], 1, "it is open");
        // Nothing more is said to the board, not even good-bye.
        std::mem::forget(driven);
        let until = board.lock().unwrap().now() + 50_200;
        board.lock().unwrap().advance(until);
        assert!(board.lock().unwrap().outputs().iter().all(|value| *value == 0));
    }
}

/// A mouse at the ports: what it does follows from its seed, it goes where it is lit, and all its pokes are heard.
#[test]
fn a_mouse_pokes_where_it_is_lit() {
    let pokes = |seed: u64, is_lit: bool| {
        let model = Model::R2Firmware23;
        let (board, port) = direct(Board::new(model).with_mouse(Mouse::new(seed, &model.hardware())));
        let zero = 0;
        let places = [("left", 1), ("middle", 2), ("right", 3)];
        let binding = |(device, number): (&str, u8)| Binding {
            device: device.into(),
            place: Place::Port(number),
            openings: None,
        };
        let mut driven = Driven::new(Link::connect(port).unwrap(), "box", true, places.map(binding).into());
        let device = |(name, _): (&str, u8)| DeviceSpec { name: name.into(), class: "NosePort".into() };
        let lines =
            (0..3).flat_map(|device| ["enter", "leave"].map(|channel| InputLine { device, channel: channel.into() }));
        let wiring = Wiring { devices: places.map(device).into(), inputs: lines.collect(), stimuli: Vec::new() };
        driven.wire(&wiring, &[0, 1, 2]).unwrap();
        let mut bench = Bench { board, driven, zero, heard: Vec::new() };
        let now = bench.clock();
        bench.driven.start(&now).unwrap();
        if is_lit {
            bench.command(2, "led.light", &[]).unwrap();
        }
        bench.pass(60_000);
        bench.heard
    };
    let (lit, dark) = (pokes(1, true), pokes(1, false));
    assert_eq!(lit, pokes(1, true));
    assert_ne!(lit, pokes(2, true));
    let share = |heard: &[Input]| {
        let enters: Vec<u32> = heard.iter().map(|input| input.line).filter(|line| line % 2 == 0).collect();
        enters.iter().filter(|line| **line == 4).count() as f64 / enters.len() as f64
    };
    assert!(lit.len() > 50 && share(&lit) > 0.8, "{} of {}", share(&lit), lit.len());
    assert!(dark.len() > 50 && share(&dark) < 0.6, "{} of {}", share(&dark), dark.len());
    // In and out in turn, at one port at a time.
    assert!(lit.chunks_exact(2).all(|pair| pair[0].line % 2 == 0 && pair[1].line == pair[0].line + 1));
}
