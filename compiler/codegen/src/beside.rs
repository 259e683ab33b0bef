//! Machines beside the trial's: to whom an instant is offered, in which order, and what is heard of it.

use crate::entry::{Event, Executable, Plain, Timed};
use crate::routine::{Routine, going, heard, inputs, on_input, states};
use std::collections::{BTreeMap, VecDeque};
use trialect_ir::{Clock, Host, InputId, NO_OUTCOME, Program, StateId, header};

/// What has happened in an instant and is still to be heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// A clause has fired since conditions were last tested.
    pub(crate) fired: bool,
    states: VecDeque<(StateId, bool)>,
    /// Which entries and exits any state hears.
    listened: Vec<(StateId, bool)>,
}

impl Heard {
    /// A state is entered, or left.
    pub(crate) fn moved(&mut self, state: StateId, entered: bool) {
        self.fired |= entered;
        if self.listened.contains(&(state, entered)) {
            self.states.push_back((state, entered));
        }
    }
}

/// The routines of a program with machines beside the trial's.
pub(crate) struct Beside {
    pub(crate) heard: Heard,
    /// The word with the state of each machine, the trial's last.
    words: Vec<usize>,
    states: usize,
    clocks: Vec<Clock>,
    start: Vec<Plain>,
    /// Of the machines beside only.
    timers: Vec<Timed>,
    quit: Vec<Timed>,
    /// What an event of each input changes.
    updates: Vec<Event>,
    /// What each state does on each input.
    reacts: BTreeMap<(InputId, StateId), Plain>,
    hears: BTreeMap<(StateId, StateId, bool), Plain>,
    again: Vec<Option<Plain>>,
}

/// Entries that may wait to be heard without any memory being asked for.
const WAITING: usize = 256;

impl Beside {
    /// The table of a program, from the addresses of its routines.
    pub(crate) fn of(
        program: &Program,
        plain: &dyn Fn(Routine) -> Plain,
        timed: &dyn Fn(Routine) -> Timed,
        event: &dyn Fn(Routine) -> Event,
    ) -> Beside {
        let count = program.besides.len();
        let mut hears = BTreeMap::new();
        let mut reacts = BTreeMap::new();
        for (id, state) in states(program) {
            for (other, entered) in heard(state) {
                hears.insert((id, other, entered), plain(Routine::Hear(id, other, entered)));
            }
            for input in inputs(program).filter(|input| !on_input(state, *input).is_empty()) {
                reacts.insert((input, id), plain(Routine::React(id, input)));
            }
        }
        let listened = hears.keys().map(|(_, state, entered)| (*state, *entered)).collect();
        let words = program.besides.iter().map(|beside| beside.at.index()).chain([header::STATE.index()]);
        let again = |(id, state)| (!going(state).is_empty()).then(|| plain(Routine::Again(id)));
        Beside {
            heard: Heard { fired: false, states: VecDeque::with_capacity(WAITING), listened },
            words: words.collect(),
            states: program.states.len(),
            clocks: program.besides.iter().map(|beside| beside.clock).collect(),
            start: (0..count).map(|k| plain(Routine::Start(k))).collect(),
            timers: (0..count).map(|k| timed(Routine::Timers(Some(k)))).collect(),
            quit: (0..count).map(|k| timed(Routine::Quit(Some(k)))).collect(),
            updates: inputs(program).map(|input| event(Routine::Ignore(input))).collect(),
            reacts,
            hears,
            again: states(program).map(again).collect(),
        }
    }
}

/// The order is that of the reference machine: those beside, then the trial's own.
impl Executable {
    /// Calls the routine that `choose` has for the state of each machine that runs.
    fn offer(&mut self, host: &mut dyn Host, choose: impl Fn(&Beside, StateId) -> Option<Plain>) {
        let machines = self.beside().map_or(0, |beside| beside.words.len());
        for k in 0..machines {
            let Some(word) = self.beside().map(|beside| beside.words[k]) else { return };
            let state = self.memory()[word] as usize;
            let routine = self.beside().filter(|beside| state < beside.states);
            let routine = routine.and_then(|beside| choose(beside, StateId(state as u32)));
            if let Some(routine) = routine {
                self.plain(routine, host);
            }
        }
    }

    /// Nothing is left to be heard when an instant begins, also after one that a host has broken off.
    fn forget(&mut self) {
        if let Some(beside) = self.beside() {
            beside.heard.fired = false;
            beside.heard.states.clear();
        }
    }

    /// Number of the machines beside the trial's.
    fn besides(&mut self) -> usize {
        self.beside().map_or(0, |beside| beside.clocks.len())
    }

    fn start_all(&mut self, clock: Clock, host: &mut dyn Host) {
        for k in 0..self.besides() {
            let beside = self.beside().filter(|beside| beside.clocks[k] == clock);
            if let Some(start) = beside.map(|beside| beside.start[k]) {
                self.plain(start, host);
            }
        }
    }

    fn now(&mut self, at: i64) {
        self.memory_mut()[header::NOW.index()] = at as u64;
    }

    pub(crate) fn start(&mut self, at: i64, host: &mut dyn Host) {
        self.forget();
        self.now(at);
        self.start_all(Clock::Session, host);
        self.settle_all(at, host);
    }

    pub(crate) fn stop(&mut self, at: i64, host: &mut dyn Host) {
        self.now(at);
        self.besides_quit(Clock::Session, at, host);
    }

    pub(crate) fn settle(&mut self, at: i64, host: &mut dyn Host) {
        self.forget();
        self.now(at);
        if let Some(beside) = self.beside() {
            beside.heard.fired = true;
        }
        self.settle_all(at, host);
    }

    pub(crate) fn besides_begin(&mut self, at: i64, host: &mut dyn Host) {
        if self.beside().is_none() {
            return;
        }
        self.forget();
        self.now(at);
        self.memory_mut()[header::TRIAL_START.index()] = at as u64;
        self.memory_mut()[header::OUTCOME.index()] = NO_OUTCOME as u64;
        self.start_all(Clock::Trial, host);
    }

    pub(crate) fn besides_timers(&mut self, at: i64, host: &mut dyn Host) {
        self.forget();
        for k in 0..self.besides() {
            if let Some(timers) = self.beside().map(|beside| beside.timers[k]) {
                self.timed(timers, at, host);
            }
        }
    }

    pub(crate) fn besides_quit(&mut self, clock: Clock, at: i64, host: &mut dyn Host) {
        for k in 0..self.besides() {
            let beside = self.beside().filter(|beside| beside.clocks[k] == clock);
            if let Some(quit) = beside.map(|beside| beside.quit[k]) {
                self.timed(quit, at, host);
            }
        }
    }

    /// An event of a program with machines beside the trial's; of another one, an input that it does not have.
    #[cold]
    #[inline(never)]
    pub(crate) fn besides_event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        let update = self.beside().and_then(|beside| beside.updates.get(input.0 as usize).copied());
        let Some(update) = update else { return };
        self.forget();
        self.update(update, value, at);
        self.offer(host, |beside, state| beside.reacts.get(&(input, state)).copied());
        self.finish(at, host);
    }

    /// After an instant: when the trial has ended its machines beside stop, and what was entered and left is heard.
    pub(crate) fn finish(&mut self, at: i64, host: &mut dyn Host) {
        if self.beside().is_some() {
            self.after_the_trial(at, host);
            self.settle_all(at, host);
        }
    }

    fn after_the_trial(&mut self, at: i64, host: &mut dyn Host) {
        if self.memory()[header::OUTCOME.index()] as i64 != NO_OUTCOME {
            self.besides_quit(Clock::Trial, at, host);
        }
    }

    /// Lets machines hear of each other, and tests conditions again, until nothing fires.
    fn settle_all(&mut self, at: i64, host: &mut dyn Host) {
        while let Some(beside) = self.beside() {
            if let Some((other, entered)) = beside.heard.states.pop_front() {
                self.offer(host, |beside, state| beside.hears.get(&(state, other, entered)).copied());
            } else if std::mem::take(&mut beside.heard.fired) {
                self.offer(host, |beside, state| beside.again[state.0 as usize]);
            } else {
                return;
            }
            self.after_the_trial(at, host);
        }
    }
}
