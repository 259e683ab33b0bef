//! What a journal holds, by index into the tables of its header.

use serde::{Deserialize, Serialize};

/// Nanoseconds on the session clock.
pub type Ns = i64;

/// One thing that happened, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the fields are named in the text above each
pub enum Entry {
    /// The session's own values at its start: one word a column, and one bit a column (is there a value).
    SessionStart { at: Ns, words: Vec<u64>, present: Vec<u64> },
    /// A trial begins; its first state is entered at this time.
    TrialStart { trial: u32, at: Ns },
    /// A draw was made, or given from outside; `outside`: the given value lies outside the draw's support.
    Draw { draw: u32, word: u64, given: bool, outside: bool },
    /// The times of the events of a train that was just drawn, as the bits of seconds.
    Times { draw: u32, times: Vec<u64> },
    /// A definition got a value from outside instead of its own; `outside`: one that its rules cannot give.
    Given { column: u32, word: u64, outside: bool },
    /// A device has measured a covariate: the word; none when it had no value.
    Measured { column: u32, at: Ns, word: Option<u64> },
    /// A device reported.
    Input { line: u32, at: Ns, value: i64 },
    /// A state was entered.
    State { state: u32, at: Ns },
    /// A rule fired.
    Decision { rule: u32, at: Ns },
    /// A command was sent.
    Output { output: u32, at: Ns, arguments: Vec<u64> },
    /// A held or latched output was ended.
    Release { output: u32, at: Ns },
    /// A trial ended: its outcome (none when interrupted), one word a column, and one bit a column (is there a value).
    Row { trial: u32, at: Ns, outcome: Option<u32>, words: Vec<u64>, present: Vec<u64> },
    /// Words of the subject's state that changed at this trial boundary: index in memory, word.
    Subject { changes: Vec<(u32, u64)> },
    /// Between two trials a person asked for something, and it was done.
    Request { at: Ns, by: String, request: Request },
    /// Something went wrong that the record must show (a late trial, a refused command).
    Fault { at: Ns, what: String },
    /// The session ended: why; the subject's state as a whole; values at the end, one word and bit a column.
    SessionEnd { at: Ns, reason: String, subject: Vec<u64>, words: Vec<u64>, present: Vec<u64> },
}

/// What a person can ask for between two trials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the fields are named in the text above each
pub enum Request {
    /// A parameter has another value from now on: the word that it had (none when it had no value), the word that it has.
    Change { column: u32, from: Option<u64>, to: u64 },
    /// No trial begins until the session goes on.
    Pause,
    /// The session goes on.
    Resume,
    /// The session ends.
    Stop,
    /// Words for the record.
    Note { text: String },
}
