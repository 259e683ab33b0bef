//! A trial that the board runs, as the rig follows it.

use crate::wire::{Event, Target};
use trialect_device::Ns;
use trialect_matrix::Course;

/// What the board ran in one trial.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    /// States of the protocol, as indices, with the cycle in which the board entered each place of its matrix.
    pub places: Vec<(Vec<u32>, u32)>,
    /// The last cycle.
    pub cycles: u32,
    /// From the end of the trial before to the beginning of this one on the board's clock, us; none for the first.
    pub gap_us: Option<u64>,
    /// Events that came in one cycle with another that led elsewhere: the board does nothing with the second, and the
    /// session does not learn of it.
    pub unheard: u32,
    /// Inputs that arrived after the session had gone on without them.
    pub late: u32,
}

/// A trial that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) course: Course,
    /// When it began, on the session's clock.
    pub(super) start: Ns,
    /// No input from before this time is still to come.
    pub(super) known: Ns,
    /// The state that the matrix is in.
    pub(super) place: u8,
    /// The board's last cycle that was heard of.
    pub(super) cycle: u32,
    /// For how long nothing was heard, ns.
    pub(super) silent: Ns,
    /// Whether the board has left the last of the protocol's states.
    pub(super) has_left: bool,
    pub(super) is_over: bool,
    pub(super) ran: Ran,
}

impl Running {
    pub(super) fn new(course: Course, start: Ns) -> Running {
        let first = course.states.first().cloned().unwrap_or_default();
        let ran = Ran { places: vec![(first, 0)], ..Ran::default() };
        let known = start.saturating_add(1);
        Running { course, start, known, place: 0, cycle: 0, silent: 0, has_left: false, is_over: false, ran }
    }

    /// The session's time of the beginning of a cycle at whose end the board looks at its inputs, or of its end.
    pub(super) fn time(&self, cycle: u32) -> Ns {
        self.start.saturating_add(i64::from(cycle).saturating_mul(self.course.cycle))
    }

    /// Where an event leads from the present state of the matrix; none is nowhere.
    pub(super) fn leads(&self, event: Event) -> Option<Target> {
        let state = self.course.matrix.states.get(usize::from(self.place))?;
        let target = match event {
            Event::StateTimer => state.timed_out,
            _ => state.transitions.iter().find(|(other, _)| *other == event).map(|(_, target)| *target),
        };
        target.filter(|target| *target != Target::State(self.place))
    }

    /// The matrix goes on to another state.
    pub(super) fn go(&mut self, target: Target, cycle: u32) {
        if let Target::State(index) = target {
            self.place = index;
            let states = self.course.states.get(usize::from(index)).cloned().unwrap_or_default();
            self.has_left = states.is_empty();
            self.ran.places.push((states, cycle));
        } else {
            self.has_left = true;
        }
    }
}
