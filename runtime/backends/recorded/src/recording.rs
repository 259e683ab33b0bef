//! A recorded session: read, checked, and on one clock.

use crate::clocks::Pair;
use crate::encoder_file::{self, Row};
use crate::raw_files::{EVENTS, TASK_DATA};
use crate::task_data::{self, Trial};
use crate::wheel::Wheel;
use crate::{ClockFit, GivenValue, RawFiles, RecordingFault, Subject, settings};
use std::path::Path;
use trialect_device::Ns;

/// Codes of the encoder's events that have a partner in the task data, and the state whose entry they report.
const PAIRED: [(i64, &str); 2] = [(2, "stim_on"), (3, "closed_loop")];

/// A recorded session that can be played.
///
/// The session clock counts from the first trial's `Trial start timestamp`, so that no time is negative; what the wheel did
/// before is folded into its count at 0. Trials count from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// `sha2-256:` and the digest of the files: see [`RawFiles::sha256`].
    pub sha256: String,
    subject: Subject,
    fit: ClockFit,
    pub(crate) wheel: Wheel,
    pub(crate) trials: Vec<Trial>,
}

impl Recording {
    /// Reads the session in a folder.
    ///
    /// # Errors
    /// The first thing that is missing, malformed or inconsistent.
    pub fn open(dir: &Path) -> Result<Recording, RecordingFault> {
        Recording::from_files(&RawFiles::read(dir)?)
    }

    /// Reads a session that is in memory.
    ///
    /// # Errors
    /// The first thing that is malformed or inconsistent.
    pub fn from_files(files: &RawFiles) -> Result<Recording, RecordingFault> {
        let subject = settings::subject(&files.settings)?;
        let mut trials = task_data::trials(&files.task_data)?;
        if trials.len() < 2 {
            return Err(RecordingFault::TooShort { file: TASK_DATA, trials: trials.len() });
        }
        task_data::in_session_time(&mut trials);
        let fit = ClockFit::through(&pairs(&encoder_file::rows(EVENTS, &files.events)?, &trials)?)?;
        let wheel = Wheel::read(&files.positions, &trials, &fit)?;
        Ok(Recording { sha256: files.sha256(), subject, fit, wheel, trials })
    }

    /// How many trials were recorded whole.
    #[must_use]
    pub fn trials(&self) -> u32 {
        u32::try_from(self.trials.len()).unwrap_or(u32::MAX)
    }

    /// The animal.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// How the encoder's clock maps to the session clock.
    #[must_use]
    pub fn clock_fit(&self) -> &ClockFit {
        &self.fit
    }

    /// How many jumps of the wheel by more than a count were undone: zeroings by the rig at a count beyond 1 or -1.
    #[must_use]
    pub fn jumps_undone(&self) -> usize {
        self.wheel.jumps
    }

    /// What was known before a trial: `contrast` (a fraction of 1), `side` (`left`, `right`), `quiet` (s), `phase` (deg),
    /// `gain` (deg/mm). Empty if there is no such trial.
    #[must_use]
    pub fn given(&self, trial: u32) -> Vec<(String, GivenValue)> {
        self.trial(trial).map(|trial| trial.given.clone()).unwrap_or_default()
    }

    /// How long the closed loop lasted at the rig, if that is recorded. For a comparison only.
    #[must_use]
    pub fn recorded_closed_loop(&self, trial: u32) -> Option<Ns> {
        self.trial(trial)?.afterwards.closed_loop
    }

    /// `correct`, `error` or `no_go` as the rig decided, if that is recorded. For a comparison only.
    #[must_use]
    pub fn recorded_outcome(&self, trial: u32) -> Option<&str> {
        self.trial(trial)?.afterwards.outcome
    }

    pub(crate) fn trial(&self, trial: u32) -> Option<&Trial> {
        self.trials.get(usize::try_from(trial).ok()?.checked_sub(1)?)
    }
}

/// Matches the encoder's events with the entries of states, in order. The rig may have begun one more trial than it recorded,
/// so that events may be left over at the end.
fn pairs(events: &[Row], trials: &[Trial]) -> Result<Vec<Pair>, RecordingFault> {
    let mut pairs = Vec::with_capacity(2 * trials.len());
    for (code, state) in PAIRED {
        let found: Vec<&Row> = events.iter().filter(|event| event.value == code).collect();
        if found.len() < trials.len() {
            let (found, trials) = (found.len(), trials.len());
            return Err(RecordingFault::EventsMissing { file: EVENTS, code, state, found, trials });
        }
        for (index, (event, trial)) in found.into_iter().zip(trials).enumerate() {
            let at = if state == "stim_on" { trial.stim_on } else { trial.closed_loop };
            pairs.push(Pair { trial: index + 1, micros: event.micros, at });
        }
    }
    Ok(pairs)
}
