//! A recording as a rig: its inputs come when they came in their trial, its outputs go nowhere.

use crate::Recording;
use crate::clocks::GRID;
use crate::parts::{self, Bound, Part};
use crate::wheel::COUNTS_A_TURN;
use std::collections::VecDeque;
use std::sync::Arc;
use trialect_device::{Command, Input, InputLine, Ns, Rig, RigFault, Wiring};

/// Radius of the rig's wheel, in mm.
const WHEEL_RADIUS: f64 = 31.0;
/// Travel at the wheel's surface a count, in mm: 194.779 mm a turn.
const COUNT_SIZE: f64 = 2.0 * std::f64::consts::PI * WHEEL_RADIUS / COUNTS_A_TURN as f64;

/// A trial that the tape had to wait for, by more than a step of the recording's grid: see [`RecordedRig`]. `begun - recorded`
/// is by how much the recorded inputs from the trial's start on come later than they came at the rig; earlier waits are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateStart {
    /// The trial, from 1.
    pub trial: u32,
    /// When it began at the rig, on the session clock.
    pub recorded: Ns,
    /// When it began now.
    pub begun: Ns,
}

/// Plays a [`Recording`]: the session decides, the recording reports.
///
/// It is played like a tape that stands still at the recorded start of each trial, the entry into its first
/// `reset_rotary_encoder`, until the session begins that trial. A trial begins at the recorded time plus the delay so far
/// unless the session comes later; then the delay grows by as much. So a trial that takes longer than it took at the rig delays
/// what follows and loses none of it. Trials begin in order, each once; after the start of the last one the tape runs to its
/// end. A session that waits without a deadline for an input beyond the next start waits for ever, as at the tape's end.
///
/// The wheel's counts are passed as recorded, so that falling counts are travel to the left: with a picture that follows the
/// wheel, azimuth = start + gain * travel. A valve reports `done` when a valve of the recorded opening time would close; a
/// delivery that is released before that is not done.
#[derive(Debug, Clone)]
pub struct RecordedRig {
    recording: Arc<Recording>,
    devices: Vec<Bound>,
    /// Recorded inputs of the wired lines from the next trial's start on, at their recorded times, in the order of reports.
    tape: VecDeque<Input>,
    /// Recorded inputs up to there that have not been reported, on the session clock, in the order of reports.
    played: VecDeque<Input>,
    /// How much later than recorded the tape runs; never less than before.
    delay: Ns,
    /// Lines wired to the valve's `done`.
    done_lines: Vec<u32>,
    /// Valve closings to come, on the session clock, in the order of reports.
    closings: VecDeque<Input>,
    /// No input before this time may be reported any more.
    now: Ns,
    /// The trial that began last; 0 before the first.
    trial: u32,
    late_starts: Vec<LateStart>,
}

impl RecordedRig {
    /// A rig that plays the recording once.
    pub fn new(recording: impl Into<Arc<Recording>>) -> RecordedRig {
        RecordedRig {
            recording: recording.into(),
            devices: Vec::new(),
            tape: VecDeque::new(),
            played: VecDeque::new(),
            delay: 0,
            done_lines: Vec::new(),
            closings: VecDeque::new(),
            now: 0,
            trial: 0,
            late_starts: Vec::new(),
        }
    }

    /// What is played.
    #[must_use]
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Trials that the tape waited for by more than 0.1 ms, a step of the recording's grid. None where the protocol takes no
    /// longer over feedback and between trials than the rig did. Shorter waits are in [`RecordedRig::delay`] only.
    #[must_use]
    pub fn late_starts(&self) -> &[LateStart] {
        &self.late_starts
    }

    /// How much later than recorded inputs are reported from the start of the present trial on, in ns.
    #[must_use]
    pub fn delay(&self) -> Ns {
        self.delay
    }

    fn device(&self, device: u32) -> Result<&Bound, RigFault> {
        self.devices
            .get(device as usize)
            .ok_or_else(|| parts::no_device(&format!("device {device}"), "that was not wired"))
    }

    /// Adds the recorded inputs of one line.
    fn wire_line(&mut self, line: u32, input: &InputLine) -> Result<(), RigFault> {
        let device = self.device(input.device)?;
        device.has_channel(&input.channel)?;
        let trials = &self.recording.trials;
        let event = |at: &Ns| Input { line, at: *at, value: 1 };
        match device.part {
            Part::Encoder => {
                self.tape.extend(self.recording.wheel.counts.iter().map(|&(at, value)| Input { line, at, value }));
            }
            Part::Display => self.tape.extend(trials.iter().flat_map(|trial| &trial.flips).map(event)),
            Part::Speaker => self.tape.extend(trials.iter().flat_map(|trial| &trial.onsets).map(event)),
            Part::Valve => self.done_lines.push(line),
        }
        Ok(())
    }

    /// When a trial began at the rig.
    fn recorded_start(&self, trial: u32) -> Option<Ns> {
        self.recording.trial(trial)?.resets.first().copied()
    }

    /// Lets the tape run, with the present delay, to the recorded start of the trial after the present one, or to its end.
    fn run_tape(&mut self) {
        let stop = self.recorded_start(self.trial.saturating_add(1));
        let count = stop.map_or(self.tape.len(), |stop| self.tape.partition_point(|input| input.at < stop));
        let delay = self.delay;
        let delayed = |input: Input| Input { at: input.at.saturating_add(delay), ..input };
        self.played.extend(self.tape.drain(..count).map(delayed));
    }

    /// The input that comes next, and whether it is a valve's closing.
    fn upcoming(&self) -> Option<(Input, bool)> {
        let recorded = self.played.front().map(|input| (*input, false));
        let closing = self.closings.front().map(|input| (*input, true));
        recorded.into_iter().chain(closing).min_by_key(|(input, _)| (input.at, input.line))
    }

    /// Moves to the time of a command. Inputs before it can no longer be reported, so there must be none left.
    fn arrive(&mut self, at: Ns) -> Result<(), RigFault> {
        if let Some((missed, _)) = self.upcoming().filter(|(input, _)| input.at < at) {
            let what = format!(
                "an input at {} ns was not taken before the command at {at} ns; take all inputs first",
                missed.at
            );
            return Err(RigFault::Gone { rig: parts::RIG.to_owned(), what });
        }
        self.now = self.now.max(at);
        Ok(())
    }

    /// The valve opens now and closes when the recorded rig's would have.
    fn deliver(&mut self) {
        let trial = self.recording.trial(self.trial.max(1));
        let at = self.now.saturating_add(trial.map_or(0, |trial| trial.valve));
        self.closings.extend(self.done_lines.iter().map(|line| Input { line: *line, at, value: 1 }));
        self.closings.make_contiguous().sort_by_key(|input| (input.at, input.line));
    }
}

impl Rig for RecordedRig {
    fn kind(&self) -> &'static str {
        "recorded"
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        self.devices = parts::bind(&wiring.devices)?;
        for (line, input) in (0..).zip(&wiring.inputs) {
            self.wire_line(line, input)?;
        }
        self.tape.make_contiguous().sort_by_key(|input| (input.at, input.line));
        self.run_tape();
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        match self.devices.get(device as usize) {
            Some(Bound { part: Part::Encoder, .. }) => vec![("count_size".to_owned(), COUNT_SIZE)],
            _ => Vec::new(),
        }
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        match self.upcoming().filter(|(input, _)| input.at <= until) {
            Some((input, true)) => {
                self.closings.pop_front();
                self.now = self.now.max(input.at);
                Ok(Some(input))
            }
            Some((input, false)) => {
                self.played.pop_front();
                self.now = self.now.max(input.at);
                Ok(Some(input))
            }
            None => {
                self.now = self.now.max(until);
                Ok(None)
            }
        }
    }

    fn trial_start(&mut self, trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        let Some(recorded) = self.recorded_start(trial) else { return Ok(None) };
        let next = self.trial.saturating_add(1);
        if trial != next {
            let what = format!(
                "trial {trial} was to begin, but the recording stands before trial {next}; begin each in order"
            );
            return Err(RigFault::Gone { rig: parts::RIG.to_owned(), what });
        }
        let due = recorded.saturating_add(self.delay);
        let begun = due.max(earliest).max(self.now);
        if begun - due > GRID {
            self.late_starts.push(LateStart { trial, recorded, begun });
        }
        self.delay = begun - recorded;
        self.trial = trial;
        self.run_tape();
        Ok(Some(begun))
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        self.device(command.device)?.accepts(&command)?;
        self.arrive(at)?;
        if command.verb == "deliver" {
            self.deliver();
        }
        Ok(())
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, _stimulus: Option<u32>) -> Result<(), RigFault> {
        self.device(device)?.knows(verb)?;
        self.arrive(at)?;
        if verb == "deliver" {
            self.closings.clear();
        }
        Ok(())
    }

    fn follow(&mut self, _at: Ns, _stimulus: u32, _parameter: &str, _value: f64) {}

    fn make_safe(&mut self, _at: Ns) {
        self.closings.clear();
    }
}
