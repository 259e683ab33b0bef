//! Global timers and conditions of a matrix, as they are found to be needed.

use trialect_matrix::Edge;

/// What a global timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// A timer of the program, by its number, that runs on while the matrix changes its state; the board tells its end
    /// `lag` ns late.
    Timer { number: usize, cycles: u32, lag: i64 },
    /// A pulse of an output.
    Pulse { output: u8, cycles: u32 },
}

/// What was needed so far.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    pub(crate) timers: Vec<Clock>,
    pub(crate) conditions: Vec<(u8, Edge)>,
}

impl Clocks {
    fn clock(&mut self, clock: Clock) -> u8 {
        number(&mut self.timers, clock)
    }

    pub(crate) fn timer(&mut self, number: usize, cycles: u32, lag: i64) -> u8 {
        self.clock(Clock::Timer { number, cycles, lag })
    }

    pub(crate) fn pulse(&mut self, output: u8, cycles: u32) -> u8 {
        self.clock(Clock::Pulse { output, cycles })
    }

    /// Pulses of an output.
    pub(crate) fn pulses(&self, output: u8) -> Vec<u8> {
        let of = |clock: &Clock| matches!(clock, Clock::Pulse { output: other, .. } if *other == output);
        (0..).zip(&self.timers).filter(|(_, clock)| of(clock)).map(|(index, _)| index).collect()
    }

    /// How much later than the session's time the board tells the end of a timer, ns.
    pub(crate) fn lag(&self, clock: u8) -> i64 {
        match self.timers.get(usize::from(clock)) {
            Some(Clock::Timer { lag, .. }) => *lag,
            _ => 0,
        }
    }

    /// That a line is on, or off.
    pub(crate) fn condition(&mut self, channel: u8, edge: Edge) -> u8 {
        number(&mut self.conditions, (channel, edge))
    }
}

/// The number of an entry, which is added if it is not there.
fn number<T: PartialEq>(list: &mut Vec<T>, entry: T) -> u8 {
    let known = list.iter().position(|other| *other == entry);
    let index = known.unwrap_or_else(|| {
        list.push(entry);
        list.len() - 1
    });
    u8::try_from(index).unwrap_or(u8::MAX)
}
