//! What can go wrong with a board at the other end.

use crate::wire::{MatrixFault, TrialFault, WireFault};
use thiserror::Error;

/// Why something could not be done with a board.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkFault {
    /// The port cannot be opened.
    #[error("cannot open {path}: {reason}; is the board plugged in, and does no other program have the port?")]
    Open {
        /// Where.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The system does not list its ports.
    #[error("the serial ports cannot be listed: {reason}; name the board's port instead")]
    Ports {
        /// What the system says.
        reason: String,
    },
    /// The port was fine and is gone.
    #[error(
        "the board is gone while {doing}: {reason}; plug it in again, see that its valves are shut, and connect again"
    )]
    Lost {
        /// What was under way.
        doing: &'static str,
        /// What the system says.
        reason: String,
    },
    /// Nothing came, or not enough.
    #[error(
        "no answer while {doing}, after {bytes} bytes; take the board's power away for a moment and connect again, and \
         check the cable if it stays"
    )]
    NoAnswer {
        /// What was under way.
        doing: &'static str,
        /// How many bytes had come.
        bytes: usize,
    },
    /// What answers is no Bpod.
    #[error("what answers {found:02x?} to the handshake is no Bpod; name the port of the state machine")]
    NotABpod {
        /// What it said.
        found: Vec<u8>,
    },
    /// It talks without end.
    #[error("it does not stop talking while {doing}; take its power away for a moment and connect again")]
    Chatter {
        /// What was under way.
        doing: &'static str,
    },
    /// The board answers, but not with what can be used.
    #[error("while {doing}: {fault}")]
    Answer {
        /// What was under way.
        doing: &'static str,
        /// What is wrong with the answer.
        fault: WireFault,
    },
    /// The board does not take a setting.
    #[error(
        "the board answers {found} to {doing}, not 1; disconnect, connect again, and update its firmware if it stays"
    )]
    NotTaken {
        /// Which setting.
        doing: &'static str,
        /// What it answered.
        found: u8,
    },
    /// The matrix does not fit the board.
    #[error(transparent)]
    Matrix(#[from] MatrixFault),
    /// The board did not take a matrix.
    #[error("the board did not take the matrix; disconnect, connect again and upload it again")]
    MatrixNotTaken,
    /// What the board says of a trial cannot be. The trial was stopped.
    #[error(transparent)]
    Trial(#[from] TrialFault),
    /// An end was announced and its rest did not come. The trial was stopped.
    #[error(
        "an end of a trial that is none: a module sent the byte 0; the trial was stopped, begin anew, and allot the first \
         module no events if it goes on"
    )]
    FalseEnd,
    /// No trial runs.
    #[error("no trial runs; start one first")]
    NothingRuns,
    /// A trial runs.
    #[error("a trial runs; wait for its end or stop it first")]
    Busy,
    /// The next trial was uploaded already.
    #[error("the next trial is uploaded already; wait until it begins")]
    Full,
}

impl LinkFault {
    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LinkFault::Open { .. } => "bpod-open",
            LinkFault::Ports { .. } => "bpod-ports",
            LinkFault::Lost { .. } => "bpod-lost",
            LinkFault::NoAnswer { .. } => "bpod-no-answer",
            LinkFault::NotABpod { .. } => "bpod-not-a-bpod",
            LinkFault::Chatter { .. } => "bpod-chatter",
            LinkFault::Answer { fault, .. } => fault.code(),
            LinkFault::NotTaken { .. } => "bpod-not-taken",
            LinkFault::Matrix(fault) => fault.code(),
            LinkFault::MatrixNotTaken => "bpod-matrix-not-taken",
            LinkFault::Trial(fault) => fault.code(),
            LinkFault::FalseEnd => "bpod-false-end",
            LinkFault::NothingRuns => "bpod-nothing-runs",
            LinkFault::Busy => "bpod-busy",
            LinkFault::Full => "bpod-full",
        }
    }
}
