//! A recording as a rig: its inputs come when they came, its outputs go nowhere.

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

/// A trial that began later than it had begun at the rig, so that its inputs no longer meet the states they met there.
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
/// The wheel's counts are passed as recorded, so that falling counts are travel to the left: with a picture that follows the
/// wheel, azimuth = start + gain * travel. A valve reports `done` when a valve of the recorded opening time would close; a
/// delivery that is released before that is not done.
#[derive(Debug, Clone)]
pub struct RecordedRig {
    recording: Arc<Recording>,
    devices: Vec<Bound>,
    /// Recorded inputs of the wired lines, in the order in which they are reported.
    inputs: Vec<Input>,
    /// How many of those have been reported.
    reported: usize,
    /// Lines wired to the valve's `done`.
    done_lines: Vec<u32>,
    /// Valve closings to come, in the order in which they are reported.
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
            inputs: Vec::new(),
            reported: 0,
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

    /// Trials that began more than 0.1 ms, a step of the recording's grid, after they had begun at the rig. None where the
    /// protocol takes no longer over feedback and between trials than the rig did.
    #[must_use]
    pub fn late_starts(&self) -> &[LateStart] {
        &self.late_starts
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
                self.inputs.extend(self.recording.wheel.counts.iter().map(|&(at, value)| Input { line, at, value }));
            }
            Part::Display => self.inputs.extend(trials.iter().flat_map(|trial| &trial.flips).map(event)),
            Part::Speaker => self.inputs.extend(trials.iter().flat_map(|trial| &trial.onsets).map(event)),
            Part::Valve => self.done_lines.push(line),
        }
        Ok(())
    }

    /// The input that comes next, and whether it is a valve's closing.
    fn upcoming(&self) -> Option<(Input, bool)> {
        let recorded = self.inputs.get(self.reported).map(|input| (*input, false));
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
        self.inputs.sort_by_key(|input| (input.at, input.line));
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
                self.reported += 1;
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
        let first_reset = self.recording.trial(trial).and_then(|trial| trial.resets.first());
        let Some(&recorded) = first_reset else { return Ok(None) };
        let begun = recorded.max(earliest).max(self.now);
        if begun - recorded > GRID {
            self.late_starts.push(LateStart { trial, recorded, begun });
        }
        self.trial = trial;
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
