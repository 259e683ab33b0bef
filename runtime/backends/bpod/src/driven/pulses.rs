//! Pulses that run and pulses that wait.

use super::resident::Pulse;
use std::collections::VecDeque;

/// A valve's pulses follow each other: each gives the volume that was weighed for its length.
#[derive(Debug, Default)]
pub(super) struct Pulses {
    running: Vec<Pulse>,
    waiting: VecDeque<Pulse>,
}

impl Pulses {
    /// One more is asked for.
    pub(super) fn ask(&mut self, pulse: Pulse) {
        self.waiting.push_back(pulse);
    }

    /// The first that waits and whose valve is shut.
    pub(super) fn next(&self) -> Option<Pulse> {
        self.waiting.iter().find(|pulse| !self.is_open(pulse.channel)).copied()
    }

    /// Whether anything is open.
    pub(super) fn is_any_open(&self) -> bool {
        !self.running.is_empty()
    }

    fn is_open(&self, channel: u8) -> bool {
        self.running.iter().any(|pulse| pulse.channel == channel)
    }

    /// It was started.
    pub(super) fn started(&mut self, pulse: Pulse) {
        if let Some(place) = self.waiting.iter().position(|one| *one == pulse) {
            self.waiting.remove(place);
        }
        self.running.push(pulse);
    }

    /// It is over; whether it was the last of its valve.
    pub(super) fn ended(&mut self, pulse: Pulse) -> bool {
        self.running.retain(|one| *one != pulse);
        !self.waiting.iter().any(|one| one.channel == pulse.channel)
    }

    /// Nothing runs and nothing waits any more.
    pub(super) fn clear(&mut self) {
        self.running.clear();
        self.waiting.clear();
    }
}
