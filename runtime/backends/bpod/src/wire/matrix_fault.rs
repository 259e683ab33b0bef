//! Why a matrix does not fit a board.

use thiserror::Error;

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// There is nothing to run.
    #[error("has no states; give it at least one")]
    Empty,
    /// More than the board has.
    #[error("has {found} {what}, and the board has {limit}; use fewer")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many there can be.
        limit: usize,
    },
    /// A state, timer, counter or condition that is not there.
    #[error("names {what} {index}, and the last is {last}; name one that is there")]
    Absent {
        /// What is named.
        what: &'static str,
        /// Its index.
        index: usize,
        /// The last index; with none it is written as -1.
        last: i64,
    },
    /// The board makes no such event, or too few were allotted to its channel.
    #[error("waits for {0}, which this board does not make; choose another channel, or allot it more events")]
    NoEvent(String),
    /// Two transitions for the same event.
    #[error("has two transitions for {0}; leave one")]
    Twice(String),
    /// The board has no such output.
    #[error("sets output channel {0}, which this board does not have; choose another")]
    NoOutput(u8),
    /// Two values for the same output.
    #[error("sets output channel {0} twice; leave one")]
    OutputTwice(u8),
    /// A value that the board's field cannot hold.
    #[error("sets output channel {channel} to {value}, and at most {limit} is possible")]
    Value {
        /// The channel.
        channel: u8,
        /// The value.
        value: u16,
        /// The largest.
        limit: u16,
    },
    /// The firmware has no such thing.
    #[error("uses {0}, which this firmware does not have; use a board that has it")]
    NoSupport(&'static str),
    /// A message is empty, too long, or has the number 0.
    #[error("has message {id} with {length} bytes; numbers are 1 to 255, and lengths 1 to {limit}")]
    Message {
        /// Its number.
        id: u8,
        /// Its length.
        length: usize,
        /// The longest.
        limit: u8,
    },
    /// A timer repeats less than twice or is told to count so.
    #[error("repeats {0} times; say once, endless, or 2 to 255 times")]
    Repeat(u8),
    /// The upload is longer than the board takes.
    #[error("takes {0} bytes, and the board takes 49999; use fewer states and transitions")]
    TooLong(usize),
}

/// What does not fit, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place} {unfit}")]
pub struct MatrixFault {
    /// `the matrix`, or a state, timer, counter or condition by name or number.
    pub place: String,
    /// What does not fit.
    pub unfit: Unfit,
}

impl MatrixFault {
    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.unfit {
            Unfit::Empty => "bpod-matrix-empty",
            Unfit::TooMany { .. } => "bpod-matrix-too-many",
            Unfit::Absent { .. } => "bpod-matrix-absent",
            Unfit::NoEvent(_) => "bpod-matrix-no-event",
            Unfit::Twice(_) => "bpod-matrix-event-twice",
            Unfit::NoOutput(_) => "bpod-matrix-no-output",
            Unfit::OutputTwice(_) => "bpod-matrix-output-twice",
            Unfit::Value { .. } => "bpod-matrix-value",
            Unfit::NoSupport(_) => "bpod-matrix-no-support",
            Unfit::Message { .. } => "bpod-matrix-message",
            Unfit::Repeat(_) => "bpod-matrix-repeat",
            Unfit::TooLong(_) => "bpod-matrix-too-long",
        }
    }
}
