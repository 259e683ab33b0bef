//! The task data: one JSON object a trial, read into what the trial is played from.

use crate::comparison::Comparison;
use crate::given::{Given, GivenValue};
use crate::raw_files::TASK_DATA;
use crate::{RecordingFault, python_json};
use serde_json::Value;
use trialect_device::Ns;

/// No session lasts as long, in s; beyond it a number is not a time.
const LONGEST: f64 = 1e6;
/// Longest a valve is opened for one reward, in s.
const LONGEST_OPENING: f64 = 10.0;

/// One trial. All times are on the clock of the state machine until [`in_session_time`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trial {
    /// Where its object stands, from 1.
    pub line: usize,
    /// When the state machine started.
    pub start: Ns,
    /// Each entry of `reset_rotary_encoder`; the first is the trial's start for the task. Never empty.
    pub resets: Vec<Ns>,
    /// Entry of `stim_on`.
    pub stim_on: Ns,
    /// Entry of `reset2_rotary_encoder`.
    pub second_reset: Ns,
    /// Entry of `closed_loop`.
    pub closed_loop: Ns,
    /// The photodiode's edges, either way, in time order.
    pub flips: Vec<Ns>,
    /// Onsets of sounds, in time order.
    pub onsets: Vec<Ns>,
    /// How long the valve opens for a reward: calibrated before the session.
    pub valve: Ns,
    /// What the rig had drawn or decided before the trial.
    pub given: Vec<(String, GivenValue)>,
    /// What the rig recorded afterwards. Not for playing.
    pub afterwards: Comparison,
}

/// All trials, in order. A line of white space is no trial.
pub(crate) fn trials(bytes: &[u8]) -> Result<Vec<Trial>, RecordingFault> {
    let mut trials: Vec<Trial> = Vec::new();
    for (index, bytes) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = index + 1;
        let json = python_json::parse(TASK_DATA, line, bytes)?;
        let fields = Fields { line, json: &json };
        let trial = trial(&fields)?;
        if trials.last().is_some_and(|before| before.closed_loop > trial.start) {
            let found = format!("{} ns", trial.start);
            return Err(fields.bad(START, "after the closed loop of the trial above", found));
        }
        trials.push(trial);
    }
    Ok(trials)
}

/// Puts the session's time 0 at the start of the first trial's state machine.
pub(crate) fn in_session_time(trials: &mut [Trial]) {
    let zero = trials.first().map_or(0, |trial| trial.start);
    for trial in trials {
        let instants = [&mut trial.start, &mut trial.stim_on, &mut trial.second_reset, &mut trial.closed_loop];
        let lists = [&mut trial.resets, &mut trial.flips, &mut trial.onsets];
        for at in instants.into_iter().chain(lists.into_iter().flatten()) {
            *at -= zero;
        }
    }
}

const START: &str = "/behavior_data/Trial start timestamp";

fn trial(fields: &Fields<'_>) -> Result<Trial, RecordingFault> {
    let start = fields.time(START)?;
    let resets = fields.entries("reset_rotary_encoder", start)?;
    let [first_reset, ..] = resets[..] else {
        return Err(fields.never_entered("reset_rotary_encoder"));
    };
    let once = |state: &'static str| {
        let entry = fields.entries(state, start)?.first().copied();
        entry.ok_or_else(|| fields.never_entered(state))
    };
    let (stim_on, second_reset, closed_loop) = (once("stim_on")?, once("reset2_rotary_encoder")?, once("closed_loop")?);
    if !(first_reset <= stim_on && stim_on <= second_reset && second_reset <= closed_loop) {
        let found = format!("{} ns from the trial's start", closed_loop - start);
        return Err(fields.bad(&Fields::state("closed_loop"), "after the picture's onset and both resets", found));
    }
    let mut flips = fields.events("BNC1High", start)?;
    flips.extend(fields.events("BNC1Low", start)?);
    flips.sort_unstable();
    let mut onsets = fields.events("BNC2High", start)?;
    onsets.sort_unstable();
    Ok(Trial {
        line: fields.line,
        start,
        resets,
        stim_on,
        second_reset,
        closed_loop,
        flips,
        onsets,
        valve: nanoseconds(fields.within("/reward_valve_time", 0.0..=LONGEST_OPENING, "0 .. 10 s")?),
        given: Given::read(fields)?.values(),
        afterwards: Comparison::read(fields),
    })
}

/// Seconds to the nearest nanosecond; callers have checked the range.
fn nanoseconds(seconds: f64) -> Ns {
    (seconds * 1e9).round() as Ns
}

/// One trial's object and where it stands.
pub(crate) struct Fields<'a> {
    /// Line in the file, from 1.
    pub line: usize,
    /// The object.
    pub json: &'a Value,
}

impl Fields<'_> {
    /// The fault that the value at a path of keys is not what it must be.
    pub(crate) fn bad(&self, path: &str, wants: &'static str, found: String) -> RecordingFault {
        let key = path.trim_start_matches('/').replace('/', " > ");
        RecordingFault::BadValue { file: TASK_DATA, line: self.line, key, wants, found }
    }

    /// Like [`Fields::bad`], telling what stands there.
    pub(crate) fn bad_as_is(&self, path: &str, wants: &'static str) -> RecordingFault {
        let found = match self.json.pointer(path) {
            None => "missing".to_owned(),
            Some(value) => value.to_string().chars().take(40).collect(),
        };
        self.bad(path, wants, found)
    }

    /// A number in a range.
    pub(crate) fn within(
        &self,
        path: &str,
        range: std::ops::RangeInclusive<f64>,
        wants: &'static str,
    ) -> Result<f64, RecordingFault> {
        let number = self.json.pointer(path).and_then(Value::as_f64);
        number.filter(|number| range.contains(number)).ok_or_else(|| self.bad_as_is(path, wants))
    }

    /// Path to the visits of a state.
    pub(crate) fn state(state: &str) -> String {
        format!("/behavior_data/States timestamps/{state}")
    }

    fn never_entered(&self, state: &str) -> RecordingFault {
        self.bad_as_is(&Self::state(state), "a list with an entry, `[[entry, exit]]`")
    }

    fn time(&self, path: &str) -> Result<Ns, RecordingFault> {
        self.within(path, 0.0..=LONGEST, "a time in s").map(nanoseconds)
    }

    /// When a state was entered; none if it was not. Its exits are not looked at.
    fn entries(&self, state: &str, start: Ns) -> Result<Vec<Ns>, RecordingFault> {
        let path = Self::state(state);
        let visits = self.json.pointer(&path).and_then(Value::as_array);
        let count = visits.ok_or_else(|| self.never_entered(state))?.len();
        let mut entries = Vec::with_capacity(count);
        for visit in 0..count {
            let entry = format!("{path}/{visit}/0");
            // A state that was not visited has one visit of `[NaN, NaN]`.
            if !self.json.pointer(&entry).is_some_and(Value::is_null) {
                entries.push(start + self.time(&entry)?);
            }
        }
        Ok(entries)
    }

    /// When an event happened; none if it is not mentioned.
    fn events(&self, event: &str, start: Ns) -> Result<Vec<Ns>, RecordingFault> {
        let path = format!("/behavior_data/Events timestamps/{event}");
        let Some(value) = self.json.pointer(&path) else { return Ok(Vec::new()) };
        let count = value.as_array().ok_or_else(|| self.bad_as_is(&path, "a list of times in s"))?.len();
        (0..count).map(|index| Ok(start + self.time(&format!("{path}/{index}"))?)).collect()
    }
}
