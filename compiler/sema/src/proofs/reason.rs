//! What a bound rests on, or why there is none, in words.

use std::fmt;

/// What a bound rests on, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Nothing does it.
    Never,
    /// The states on the way that takes most.
    Way(Vec<String>),
    /// One output.
    Output,
    /// `limit NAME … each …`
    Limit(String, &'static str),
    /// `stop NAME now when session.elapsed >= …`
    Stop(String),
    /// So many trials of a session.
    Trials(u32),
    /// The members of a group, each with its own bound.
    Each,
    /// It ends with the trial.
    Trial,
    /// No bound: a state that no time ends, and what it waits for, in words.
    Waits(String, Vec<String>),
    /// No bound: states that lead to each other in a circle, any number of times.
    Circle(Vec<String>),
    /// No bound: what stands in a state has no greatest value.
    Endless(String),
    /// No bound: a clause that stays in its state does it each time.
    Repeats(String),
    /// No bound: a machine rests in this state.
    Rests(String),
    /// No bound: the session holds it.
    Session,
    /// No bound: a date has any number of sessions.
    Sessions,
}

/// Adds a reason that is not there yet.
pub(super) fn push(list: &mut Vec<Reason>, reason: Reason) {
    if !list.contains(&reason) {
        list.push(reason);
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |list: &[String], between: &str| {
            list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
        };
        match self {
            Reason::Never => f.write_str("nothing does it"),
            Reason::Way(states) => write!(f, "{}", names(states, ", ")),
            Reason::Output => f.write_str("one output"),
            Reason::Limit(name, each) => write!(f, "`limit {name} … each {each}`"),
            Reason::Stop(name) => write!(f, "`stop {name} now`"),
            Reason::Trials(trials) => write!(f, "`limit trials {trials}`"),
            Reason::Each => f.write_str("the sum of those of its devices"),
            Reason::Trial => f.write_str("it stops with the trial"),
            Reason::Waits(state, list) => write!(f, "`{state}` waits for {}", list.join(", ")),
            Reason::Circle(states) => write!(f, "{} any number of times", names(states, " -> ")),
            Reason::Endless(state) => write!(f, "a value in `{state}` has no greatest one"),
            Reason::Repeats(state) => write!(f, "`{state}` does it each time that a clause fires"),
            Reason::Rests(state) => write!(f, "the machine stays in `{state}`"),
            Reason::Session => f.write_str("the session holds it"),
            Reason::Sessions => f.write_str("a date has any number of sessions"),
        }
    }
}
