//! What happens in a cycle of a state machine.

/// Which way a digital input went, as its name says: `In` and `High` are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// `In` of a port (the beam is broken), `High` of a line.
    On,
    /// `Out` of a port, `Low` of a line.
    Off,
}

/// What happens in a cycle of the state machine. Timers, counters and conditions count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// A byte from a module or a soft code.
    Serial {
        /// Index of the input channel.
        channel: u8,
        /// Counts from 0: the byte 1 of a module and the soft code 0 give 0.
        number: u8,
    },
    /// A digital input changed.
    Digital {
        /// Index of the input channel.
        channel: u8,
        /// Which way.
        edge: Edge,
    },
    /// A global timer began.
    TimerStart(u8),
    /// A global timer ended or was cancelled.
    TimerEnd(u8),
    /// A global counter reached its threshold.
    CounterEnd(u8),
    /// A condition holds.
    Condition(u8),
    /// The state's timer is over.
    StateTimer,
}
