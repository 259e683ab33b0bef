//! Plays the states of the basic task by hand, so that what a recording gives is tested without a compiler or a session.

use trialect_device::{Command, DeviceSpec, Input, InputLine, Ns, Rig, Wiring};
use trialect_recorded::{GivenValue, RecordedRig};

pub const WHEEL: u32 = 0;
pub const SCREEN: u32 = 1;
pub const HORN: u32 = 2;
pub const SPOUT: u32 = 3;
const SECOND: Ns = 1_000_000_000;

/// The rig of the basic task; the lines are numbered like the devices.
pub fn wiring() -> Wiring {
    let rig = [("wheel", "Encoder"), ("screen", "Display"), ("horn", "Speaker"), ("spout", "Valve")];
    let device = |(name, class): (&str, &str)| DeviceSpec { name: name.to_owned(), class: class.to_owned() };
    let line = |(device, channel): (u32, &str)| InputLine { device, channel: channel.to_owned() };
    Wiring {
        devices: rig.map(device).into(),
        inputs: [(WHEEL, "travel"), (SCREEN, "flip"), (HORN, "onset"), (SPOUT, "done")].map(line).into(),
        stimuli: Vec::new(),
    }
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    pub start: Ns,
    pub stills: u32,
    pub outcome: &'static str,
    pub closed_loop: Ns,
    pub poured: bool,
}

/// Values of a trial by name.
fn real(given: &[(String, GivenValue)], name: &str) -> f64 {
    match given.iter().find(|(other, _)| other == name) {
        Some((_, GivenValue::Real(value))) => *value,
        other => panic!("{name} is {other:?}"),
    }
}

struct Driver<'a> {
    rig: &'a mut RecordedRig,
    count: i64,
}

impl Driver<'_> {
    /// Takes inputs up to a deadline or until one is wanted.
    fn wait<T>(&mut self, deadline: Ns, wanted: impl Fn(Input, i64) -> Option<T>) -> (Ns, Option<T>) {
        while let Some(input) = self.rig.next_input(deadline).unwrap() {
            if input.line == WHEEL {
                self.count = input.value;
            }
            if let Some(answer) = wanted(input, self.count) {
                return (input.at, Some(answer));
            }
        }
        (deadline, None)
    }

    fn tell(&mut self, at: Ns, device: u32, verb: &str, arguments: &[(&str, f64)]) {
        self.rig.command(at, Command { device, verb, stimulus: None, arguments }).unwrap();
    }

    fn trial(&mut self, start: Ns, given: &[(String, GivenValue)]) -> (Played, Ns) {
        let right = given.contains(&("side".to_owned(), GivenValue::Name("right".to_owned())));
        let (still, home) = levels(real(given, "gain"));
        let quiet = (real(given, "quiet") * 1e9).round() as Ns;
        let (mut now, mut stills) = (start, 1);
        loop {
            self.tell(now, WHEEL, "zero", &[]);
            let zero = self.count;
            let moved = |input: Input, count: i64| (input.line == WHEEL && (count - zero).abs() >= still).then_some(());
            let (at, left) = self.wait(now + quiet, moved);
            now = at;
            if left.is_none() {
                break;
            }
            stills += 1;
        }
        let azimuth = if right { 35.0 } else { -35.0 };
        self.tell(now, SCREEN, "show", &[("azimuth", azimuth), ("contrast", real(given, "contrast"))]);
        now = self.wait(now + SECOND / 10, |input, _| (input.line == SCREEN).then_some(())).0;
        self.tell(now, HORN, "play", &[]);
        now = self.wait(now + SECOND / 10, |input, _| (input.line == HORN).then_some(())).0;
        self.tell(now, WHEEL, "zero", &[]);
        let (entry, zero) = (now, self.count);
        // Falling counts move the picture to the left, home if it is on the right.
        let towards = if right { -1 } else { 1 };
        let reached = |input: Input, count: i64| match (count - zero) * towards {
            travel if input.line == WHEEL && travel >= home => Some("correct"),
            travel if input.line == WHEEL && travel <= -home => Some("error"),
            _ => None,
        };
        let (exit, outcome) = self.wait(entry + 60 * SECOND, reached);
        let outcome = outcome.unwrap_or("no_go");
        if outcome == "correct" {
            self.tell(exit, SPOUT, "deliver", &[("amount", 3.0)]);
        }
        let end = exit + if outcome == "correct" { SECOND } else { 2 * SECOND };
        let mut poured = false;
        while let (_, Some(())) = self.wait(end, |input, _| (input.line == SPOUT).then_some(())) {
            poured = true;
        }
        (Played { start, stills, outcome, closed_loop: exit - entry, poured }, end)
    }
}

/// Levels in counts of 2 deg and 35 deg of the picture: nearest, at least one. A turn of 1024 counts is 62 pi mm.
fn levels(gain: f64) -> (i64, i64) {
    let counts = |azimuth: f64| ((azimuth / gain / (62.0 * std::f64::consts::PI) * 1024.0).round() as i64).max(1);
    (counts(2.0), counts(35.0))
}

#[test]
fn levels_are_those_of_the_rig() {
    assert_eq!(levels(8.0), (1, 23));
    assert_eq!(levels(4.0), (3, 46));
}

/// Plays all trials, half a second apart at least.
pub fn play(rig: &mut RecordedRig) -> Vec<Played> {
    play_apart(rig, SECOND / 2)
}

/// Plays all trials, at least a pause apart.
pub fn play_apart(rig: &mut RecordedRig, pause: Ns) -> Vec<Played> {
    rig.wire(&wiring()).unwrap();
    let mut driver = Driver { rig, count: 0 };
    let (mut played, mut earliest) = (Vec::new(), 0);
    for trial in 1.. {
        let Some(start) = driver.rig.trial_start(trial, earliest).unwrap() else { break };
        driver.wait(start, |_, _| None::<()>);
        let given = driver.rig.recording().given(trial);
        let (trial, end) = driver.trial(start, &given);
        played.push(trial);
        earliest = end + pause;
    }
    played
}
