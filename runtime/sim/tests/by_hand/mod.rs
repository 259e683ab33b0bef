//! The basic task played by hand: a minimal loop around a rig, without compiler, machine or session.
//!
//! States: still (restarts when the wheel moves), present, cue, respond, correct, error, no_go; 0.5 s between trials.

#![allow(dead_code, reason = "each test uses its own part")]

use trialect_device::{Command, DeviceSpec, Input, InputLine, Ns, Rig, StimulusSpec, Wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};

/// One millisecond.
pub const MS: Ns = 1_000_000;
/// Azimuth at which pictures appear, in degrees.
const START_DEG: f64 = 35.0;

const WHEEL: u32 = 0;
const SCREEN: u32 = 1;
const HORN: u32 = 2;
const SPOUT: u32 = 3;

const TRAVEL: u32 = 0;
const FLIP: u32 = 1;
const ONSET: u32 = 2;

const GRATING: u32 = 0;
const GO_CUE: u32 = 1;
const BURST: u32 = 2;

/// The devices, inputs and stimuli of the basic task.
pub fn wiring() -> Wiring {
    let device = |(name, class): (&str, &str)| DeviceSpec { name: name.to_string(), class: class.to_string() };
    let line = |(device, channel): (u32, &str)| InputLine { device, channel: channel.to_string() };
    let stimulus = |(name, device, constructor): (&str, u32, &str)| StimulusSpec {
        name: name.to_string(),
        device,
        constructor: constructor.to_string(),
        fixed: Vec::new(),
    };
    Wiring {
        devices: [("wheel", "Encoder"), ("screen", "Display"), ("horn", "Speaker"), ("spout", "Valve")]
            .map(device)
            .to_vec(),
        inputs: [(WHEEL, "travel"), (SCREEN, "flip"), (HORN, "onset"), (SPOUT, "done")].map(line).to_vec(),
        stimuli: [("grating", SCREEN, "gabor"), ("go_cue", HORN, "tone"), ("burst", HORN, "noise")]
            .map(stimulus)
            .to_vec(),
    }
}

/// A wired rig.
pub fn rig(mouse: &MouseParameters, state: &MouseState, seed: u64, session: u32) -> SimRig {
    let parameters = RigParameters::standard().expect("embedded");
    let mut rig = SimRig::new(&parameters, mouse, state, seed, session).expect("in range");
    rig.wire(&wiring()).expect("has all devices");
    rig
}

/// A mouse after some trials of its life.
pub fn experienced(mouse: &MouseParameters, trials: u64) -> MouseState {
    MouseState { experience_trials: trials, ..MouseState::new(mouse) }
}

/// What one trial shows and gives.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// -1 left, +1 right.
    pub side: f64,
    pub contrast: f64,
    pub gain: f64,
    pub reward_ul: f64,
    pub quiet: Ns,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// -1 left, +1 right, none without an answer.
    pub choice: Option<f64>,
    pub correct: bool,
    /// From the cue to the threshold.
    pub response: Ns,
    pub restarts: u32,
    pub readings: u32,
}

/// A session under way.
pub struct Hand {
    pub rig: SimRig,
    pub now: Ns,
    pub trials: u32,
    count: i64,
    zero: i64,
    readings: u32,
    count_mm: f64,
}

impl Hand {
    pub fn new(rig: SimRig) -> Self {
        let count_mm = rig.settings(WHEEL)[0].1;
        Self { rig, now: 0, trials: 0, count: 0, zero: 0, readings: 0, count_mm }
    }

    /// The next input, or none when the deadline comes first.
    fn wait(&mut self, deadline: Ns) -> Option<Input> {
        let input = self.rig.next_input(deadline).expect("never gone");
        self.now = input.map_or(deadline, |input| input.at);
        if let Some(Input { line: TRAVEL, value, .. }) = input {
            self.count = value;
            self.readings += 1;
        }
        input
    }

    /// Until an input on the line, or the deadline.
    fn wait_for(&mut self, line: u32, deadline: Ns) -> bool {
        while let Some(input) = self.wait(deadline) {
            if input.line == line {
                return true;
            }
        }
        false
    }

    fn command(&mut self, device: u32, verb: &str, stimulus: Option<u32>, arguments: &[(&str, f64)]) {
        self.rig.command(self.now, Command { device, verb, stimulus, arguments }).expect("in range");
    }

    fn zero(&mut self) {
        self.command(WHEEL, "zero", None, &[]);
        self.zero = self.count;
    }

    /// A level in degrees as counts of the wheel.
    fn counts(&self, degrees: f64, gain: f64) -> i64 {
        ((degrees / gain / self.count_mm).round() as i64).max(1)
    }

    /// Plays a trial from `still` to the start of the next one.
    pub fn play(&mut self, trial: Trial) -> Outcome {
        self.trials += 1;
        self.readings = 0;
        self.now = self.rig.trial_start(self.trials, self.now).expect("no fault").expect("another trial");
        let restarts = self.still(trial);
        let show = [("azimuth", trial.side * START_DEG), ("contrast", trial.contrast), ("phase", 0.0)];
        self.command(SCREEN, "show", Some(GRATING), &show);
        self.wait_for(FLIP, self.now + 100 * MS);
        self.command(HORN, "play", Some(GO_CUE), &[]);
        self.wait_for(ONSET, self.now + 100 * MS);
        let entry = self.now;
        let choice = self.respond(trial);
        let response = self.now - entry;
        let correct = choice == Some(trial.side);
        self.feed_back(trial, choice);
        Outcome { choice, correct, response, restarts, readings: self.readings }
    }

    fn still(&mut self, trial: Trial) -> u32 {
        let limit = self.counts(2.0, trial.gain);
        let mut restarts = 0;
        'still: loop {
            self.zero();
            let deadline = self.now + trial.quiet;
            while self.wait(deadline).is_some() {
                if (self.count - self.zero).abs() >= limit {
                    restarts += 1;
                    continue 'still;
                }
            }
            return restarts;
        }
    }

    fn respond(&mut self, trial: Trial) -> Option<f64> {
        self.zero();
        let home = self.counts(START_DEG, trial.gain);
        let start = trial.side * START_DEG;
        self.command(SCREEN, "track", Some(GRATING), &[("azimuth", start)]);
        let deadline = self.now + 60_000 * MS;
        let mut choice = None;
        while let Some(input) = self.wait(deadline) {
            if input.line != TRAVEL {
                continue;
            }
            let counts = self.count - self.zero;
            let azimuth = start + trial.gain * counts as f64 * self.count_mm;
            self.rig.follow(self.now, GRATING, "azimuth", azimuth);
            if counts.abs() >= home {
                // Falling counts bring a right picture home.
                choice = Some(if counts < 0 { 1.0 } else { -1.0 });
                break;
            }
        }
        self.rig.release(self.now, SCREEN, "track", Some(GRATING)).expect("tracked");
        choice
    }

    fn feed_back(&mut self, trial: Trial, choice: Option<f64>) {
        let feedback = match choice {
            Some(side) if side == trial.side => {
                self.command(SPOUT, "deliver", None, &[("amount", trial.reward_ul)]);
                1_000 * MS
            }
            Some(_) => {
                self.command(HORN, "play", Some(BURST), &[]);
                2_000 * MS
            }
            None => {
                self.command(SCREEN, "hide", Some(GRATING), &[]);
                self.command(HORN, "play", Some(BURST), &[]);
                2_000 * MS
            }
        };
        let end = self.now + feedback;
        while self.wait(end).is_some() {}
        self.rig.release(self.now, SCREEN, "show", Some(GRATING)).expect("shown");
        self.rig.release(self.now, HORN, "play", Some(GO_CUE)).expect("played");
        let next = self.now + 500 * MS;
        while self.wait(next).is_some() {}
    }
}
