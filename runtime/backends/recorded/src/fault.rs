//! What can be wrong with a recording: each fault says where, what, and what to do.

use thiserror::Error;

/// Why a recording cannot be played. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RecordingFault {
    /// A file is missing or the system refuses it.
    #[error("cannot read {path}: {reason}; name the folder that holds the raw behaviour files of one session")]
    Unreadable {
        /// The file with its folder.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A line is not UTF-8.
    #[error("{file}, line {line}: is not text; copy the file again from the rig")]
    NotText {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
    },
    /// The last row of an encoder file has no end.
    #[error(
        "{file}, line {line}: the row is cut off; copy the file again, or delete the row if the rig was switched off there"
    )]
    CutOff {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
    },
    /// A row of an encoder file does not hold what it must.
    #[error("{file}, line {line}: expects {wants}, but says `{found}`; copy the file again from the rig")]
    BadRow {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
        /// What must stand there.
        wants: &'static str,
        /// What stands there.
        found: String,
    },
    /// The encoder's clock runs backwards.
    #[error(
        "{file}, line {line}: is earlier than the row above; copy the file again, and do not join files of several sessions"
    )]
    NotSorted {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
    },
    /// A file or one of its lines is not JSON.
    #[error(
        "{file}, line {line}, about column {column}: is not JSON ({what}); copy the file again, or delete the line if it is the last"
    )]
    BadJson {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
        /// Where in the line; exact up to the width of the `NaN`s before it.
        column: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A value is missing or impossible.
    #[error(
        "{file}, line {line}: `{key}` must be {wants}, but is {found}; a session of another task or rig program cannot be played"
    )]
    BadValue {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
        /// Path of keys to the value.
        key: String,
        /// What it must be.
        wants: &'static str,
        /// What it is.
        found: String,
    },
    /// Another rig program wrote the files.
    #[error(
        "{file}: `IBLRIG_VERSION_TAG` says {found}, and only sessions of rig program 5 can be played; choose another session"
    )]
    WrongVersion {
        /// Name of the file.
        file: &'static str,
        /// The version that wrote it.
        found: String,
    },
    /// One trial does not fix the rate of a clock.
    #[error(
        "{file}: holds {trials} whole trials, and at least 2 are needed to align the clocks; choose a longer session"
    )]
    TooShort {
        /// Name of the file.
        file: &'static str,
        /// How many there are.
        trials: usize,
    },
    /// The encoder reports fewer state entries than there are trials.
    #[error(
        "{file}: has {found} events with code {code} (`{state}` entered) for {trials} trials; copy the file again from the rig"
    )]
    EventsMissing {
        /// Name of the file.
        file: &'static str,
        /// The code.
        code: i64,
        /// The state whose entry it reports.
        state: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        trials: usize,
    },
    /// No straight line maps the encoder's clock to the state machine's.
    #[error(
        "trial {trial}: encoder and state machine disagree by {off_ns} ns about one instant; do all files belong to one session?"
    )]
    ClocksDisagree {
        /// The trial where they disagree most.
        trial: usize,
        /// By how much.
        off_ns: i64,
    },
    /// The encoder's clock runs at a rate that no quartz has.
    #[error(
        "the encoder's clock is off by {ppm:.0} ppm, and a quartz by 100 at most; do all files belong to one session?"
    )]
    ClockRate {
        /// How far off, in millionths.
        ppm: f64,
    },
    /// The rig zeroed the encoder and the encoder did not record it.
    #[error(
        "{file}: no row with 0 counts where trial {trial} entered `{state}`, {at_ns} ns after the session's start; copy the file again"
    )]
    ZeroingMissing {
        /// Name of the file.
        file: &'static str,
        /// The trial.
        trial: usize,
        /// The state that zeroed it.
        state: &'static str,
        /// When, on the session clock.
        at_ns: i64,
    },
    /// The wheel moved by more than a count, and nothing zeroed it.
    #[error(
        "{file}, line {line}: jumps from {from} to {to} counts where the rig zeroed nothing; rows are missing, copy the file again"
    )]
    WheelJump {
        /// Name of the file.
        file: &'static str,
        /// Where.
        line: usize,
        /// Count in the row above.
        from: i64,
        /// Count in this row.
        to: i64,
    },
}

impl RecordingFault {
    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RecordingFault::Unreadable { .. } => "recording-unreadable",
            RecordingFault::NotText { .. } => "recording-not-text",
            RecordingFault::CutOff { .. } => "recording-cut-off",
            RecordingFault::BadRow { .. } => "recording-bad-row",
            RecordingFault::NotSorted { .. } => "recording-not-sorted",
            RecordingFault::BadJson { .. } => "recording-bad-json",
            RecordingFault::BadValue { .. } => "recording-bad-value",
            RecordingFault::WrongVersion { .. } => "recording-wrong-version",
            RecordingFault::TooShort { .. } => "recording-too-short",
            RecordingFault::EventsMissing { .. } => "recording-events-missing",
            RecordingFault::ClocksDisagree { .. } => "recording-clocks-disagree",
            RecordingFault::ClockRate { .. } => "recording-clock-rate",
            RecordingFault::ZeroingMissing { .. } => "recording-zeroing-missing",
            RecordingFault::WheelJump { .. } => "recording-wheel-jump",
        }
    }
}
