//! Global timers of a running trial.

use crate::wire::{GlobalTimer, Repeat};

#[derive(Debug, Clone, Copy, Default)]
struct Timer {
    is_triggered: bool,
    is_active: bool,
    start: u32,
    end: u32,
    /// Rounds that began, of a timer that counts them.
    rounds: u8,
}

/// What a timer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) timer: u8,
    pub(super) begins: bool,
    /// Whether it makes an event.
    pub(super) is_told: bool,
}

/// The timers with what they did since it was last taken.
#[derive(Debug)]
pub(super) struct Timers {
    list: Vec<Timer>,
    changes: Vec<Change>,
}

impl Timers {
    pub(super) fn new(count: usize) -> Timers {
        Timers { list: vec![Timer::default(); count], changes: Vec::new() }
    }

    /// What happened, in order.
    pub(super) fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    pub(super) fn is_active(&self, index: u8) -> bool {
        self.list.get(usize::from(index)).is_some_and(|timer| timer.is_active)
    }

    fn change(&mut self, index: usize, begins: bool, is_told: bool) {
        self.changes.push(Change { timer: index as u8, begins, is_told });
    }

    /// Cancels a set of timers: those that run end now.
    pub(super) fn cancel(&mut self, set: u32) {
        for index in members(set, self.list.len()) {
            let timer = &mut self.list[index];
            let was_active = timer.is_active;
            (timer.is_triggered, timer.is_active) = (false, false);
            if was_active {
                self.change(index, false, true);
            }
        }
    }

    /// Triggers a set of timers.
    pub(super) fn trigger(&mut self, set: u32, now: u32, timers: &[GlobalTimer]) {
        for index in members(set, self.list.len()) {
            self.trigger_one(index, now, timers);
        }
    }

    /// One without delay begins now, and first those that it triggers; its start is always told. One that runs only
    /// gets another end. Timers that trigger each other end here, because one that runs triggers nothing.
    fn trigger_one(&mut self, index: usize, now: u32, timers: &[GlobalTimer]) {
        let settings = &timers[index];
        let start = now.saturating_add(settings.onset_delay);
        let timer = &mut self.list[index];
        (timer.is_triggered, timer.start) = (true, start);
        if settings.onset_delay == 0 && !timer.is_active {
            timer.is_active = true;
            self.trigger(settings.trigger & !(1 << index), now, timers);
            self.change(index, true, true);
        }
        let timer = &mut self.list[index];
        (timer.end, timer.rounds) = (start.saturating_add(settings.duration), 1);
    }

    /// One cycle: timers begin and end, each in the order of its number. Only a timer with several rounds can be told
    /// to make no events.
    pub(super) fn cycle(&mut self, now: u32, timers: &[GlobalTimer]) {
        for index in 0..self.list.len() {
            let (settings, timer) = (&timers[index], self.list[index]);
            let is_told = settings.events || settings.repeat == Repeat::Once;
            if timer.is_active && now >= timer.end {
                self.change(index, false, is_told);
                self.list[index] = again(timer, now, settings);
            } else if !timer.is_active && timer.is_triggered && now >= timer.start {
                self.list[index].is_active = true;
                self.change(index, true, is_told);
                self.trigger(settings.trigger & !(1 << index), now, timers);
            }
        }
    }

    /// The cycle in which the next one begins or ends.
    pub(super) fn due(&self) -> Option<u32> {
        let due = |timer: &Timer| match (timer.is_active, timer.is_triggered) {
            (true, _) => Some(timer.end),
            (false, true) => Some(timer.start),
            (false, false) => None,
        };
        self.list.iter().filter_map(due).min()
    }
}

/// A timer that has ended: over, or before its next round, which begins in a later cycle.
fn again(timer: Timer, now: u32, settings: &GlobalTimer) -> Timer {
    let rounds = match settings.repeat {
        Repeat::Once => return Timer { is_triggered: false, is_active: false, ..timer },
        Repeat::Endless => timer.rounds,
        Repeat::Times(times) if timer.rounds < times => timer.rounds + 1,
        Repeat::Times(_) => return Timer { is_triggered: false, is_active: false, ..timer },
    };
    let start = now.saturating_add(settings.interval);
    Timer { is_triggered: true, is_active: false, start, end: start.saturating_add(settings.duration), rounds }
}

fn members(set: u32, count: usize) -> impl Iterator<Item = usize> {
    (0..count.min(32)).filter(move |index| set & (1 << index) != 0)
}
