//! The session loop: trials one after the other, each instant in the order that the language's semantics number.

mod ends;

use crate::between::Between;
use crate::check::subject_words;
use crate::covariates::answers;
use crate::host::SessionHost;
use crate::plan::Place;
use crate::replay::broken_off;
use crate::sampling::Sampling;
use crate::{Ending, Plan, Recorder, SessionFault};
use std::sync::atomic::Ordering;
use trialect_device::{Ns, Rig};
use trialect_ir::{Clock, Domain, InputId, Machine, NEVER, NO_OUTCOME, Phase, Program, Slot, header};
use trialect_journal::Entry;

/// How long a state may wait for an input that is not timed, ns and hours.
const PATIENCE: (Ns, i64) = (24 * 3_600_000_000_000, 24);

/// Why a session ended that was asked to from outside.
pub(crate) const STOPPED: &str = "stopped by hand";

/// Why a session ended whose rig had no more trials.
const NO_MORE: &str = "the recording ended";

/// Runs a session to its end. Whatever happens, the rig is safe when this returns.
///
/// # Errors
/// A fault before the first trial. One in mid-session breaks off its trial and ends the session, which the record shows.
pub fn run(
    program: &Program,
    machine: &mut dyn Machine,
    rig: &mut dyn Rig,
    recorder: &mut dyn Recorder,
    plan: &Plan<'_>,
) -> Result<Ending, SessionFault> {
    let settings = crate::settings(program, rig);
    let sampling = Sampling::new(program, recorder);
    let host = SessionHost::new(program, rig, recorder, plan);
    let (subject, begun) = (Vec::new(), Vec::new());
    let mut session = Session { program, machine, host, plan, sampling, subject, begun, now: 0, under_way: None };
    let ending = session.prepare(&settings).and_then(|()| session.trials());
    session.host.hands.rig.make_safe(session.now);
    ending
}

pub(crate) struct Session<'a, 'p> {
    pub(crate) program: &'a Program,
    machine: &'a mut dyn Machine,
    pub(crate) host: SessionHost<'a>,
    pub(crate) plan: &'a Plan<'p>,
    pub(crate) sampling: Sampling,
    /// The subject's words as they were last recorded.
    subject: Vec<u64>,
    /// The subject's words with which the session began.
    begun: Vec<u64>,
    pub(crate) now: Ns,
    /// The trial that has begun and has no row yet.
    under_way: Option<u32>,
}

/// How a trial begins, or why none does.
enum Begun {
    Trial,
    NoMore,
    Stopped(String),
}

/// What ends a session.
struct Over {
    reason: String,
    interrupted: bool,
}

impl Session<'_, '_> {
    pub(crate) fn word(&self, slot: Slot) -> i64 {
        self.machine.memory()[slot.index()] as i64
    }

    pub(crate) fn set(&mut self, slot: Slot, word: u64) {
        self.machine.memory_mut()[slot.index()] = word;
    }

    /// Memory as it is before the first trial: the subject's words, the rig's constants, what was asked.
    fn prepare(&mut self, settings: &[(Slot, f64)]) -> Result<(), SessionFault> {
        let initial = self.program.initial.clone();
        self.machine.memory_mut().copy_from_slice(&initial);
        let subject = self.program.subject.start as usize..self.program.subject.end as usize;
        if let Some(words) = subject_words(self.program, self.plan)? {
            self.machine.memory_mut()[subject.clone()].copy_from_slice(words);
        }
        for (slot, value) in settings {
            self.set(*slot, value.to_bits());
        }
        self.set(header::SESSION, u64::from(self.plan.session));
        for (name, slot) in &self.program.days {
            let earlier = self.plan.given_today.get(name).copied().unwrap_or(0.0);
            self.set(*slot, earlier.to_bits());
        }
        self.covariates(false)?;
        self.start_parameters()?;
        let wrong = self.measure(Clock::Session)?;
        if !wrong.is_empty() {
            let problems = wrong.into_iter().map(|wrong| wrong.told).collect();
            return Err(SessionFault::Covariates { problems });
        }
        self.machine.run(Phase::SessionStart, &mut self.host);
        self.machine.run(Phase::Columns, &mut self.host);
        self.subject = self.machine.memory()[subject].to_vec();
        self.begun.clone_from(&self.subject);
        let (words, present) = self.row();
        self.host.push(Entry::SessionStart { at: 0, words, present });
        self.host.fault.take().map_or(Ok(()), Err)
    }

    /// The session has begun: its machines enter their first states. A fault here is one of the session.
    fn start_machines(&mut self) -> Result<(), SessionFault> {
        if self.has_machines() {
            self.machine.start(0, &mut self.host);
            self.settle()?;
        }
        self.host.fault.take().map_or(Ok(()), Err)?;
        self.host.hands.recorder.commit(true)
    }

    /// Whether machines beside the trial's live as long as the session.
    fn has_machines(&self) -> bool {
        self.program.besides.iter().any(|beside| beside.clock == Clock::Session)
    }

    /// The next time at which a timer is due.
    fn deadline(&self) -> Ns {
        self.program.deadlines().map(|slot| self.word(slot)).min().unwrap_or(NEVER)
    }

    /// The next time at which something happens without an input: a timer, or the end of a limit of time.
    fn due(&self) -> Ns {
        self.deadline().min(self.next_wake()).min(self.cut())
    }

    /// When a limit of time is used up, if everything stays on.
    fn cut(&self) -> Ns {
        self.host.outputs.runs_out(self.program).unwrap_or(NEVER)
    }

    /// Lets the timers of an instant fire, or, when there are none, ends what a limit of time does not allow any longer.
    fn timers(&mut self, at: Ns) -> Result<(), SessionFault> {
        let woken = self.next_wake() <= at;
        self.now = at;
        if self.deadline() > at && !woken {
            self.set(header::NOW, at as u64);
            let memory = self.machine.memory_mut();
            self.host.attempt(|host| host.outputs.cut(&mut host.hands, at, memory));
            return self.settle();
        }
        if self.program.timer_slots().any(|slot| self.word(slot) <= at) {
            self.host.heard = at;
        }
        self.machine.timers(at, &mut self.host);
        self.settle()
    }

    /// Values asked before the session, or after it.
    fn covariates(&mut self, after: bool) -> Result<(), SessionFault> {
        let answers = answers(self.program, self.plan)?;
        // A subject's words may still hold the value of a session before.
        for &k in self.program.asked.iter().filter(|_| !after) {
            if let Some(flag) = self.program.columns[k as usize].present {
                self.set(flag, 0);
            }
        }
        for answer in answers.into_iter().filter(|answer| answer.after == after) {
            if self.plan.covariates_given && !after {
                self.host.push(Entry::Given { column: answer.column, word: answer.word, outside: answer.outside });
            }
            let column = &self.program.columns[answer.column as usize];
            self.set(column.value, answer.word);
            if let Some(flag) = column.present {
                self.set(flag, 1);
            }
        }
        Ok(())
    }

    fn trials(&mut self) -> Result<Ending, SessionFault> {
        if let Err(fault) = self.start_machines() {
            let over = self.broken(fault);
            return self.end(over, 0);
        }
        let mut trial = 0;
        let mut earliest: Ns = 0;
        let over = loop {
            match self.between_trials(trial, earliest) {
                Ok(Between::GoesOn(not_before)) => earliest = not_before,
                Ok(Between::Ends(reason)) => break Over { reason, interrupted: false },
                Err(fault) => break self.broken(fault),
            }
            if let Some((_, reason)) = self.plan.stop_after.as_ref().filter(|(last, _)| *last == trial) {
                // Then no time passed after the last trial: only a rule ends a session between trials.
                let time_passes = ![STOPPED, NO_MORE].contains(&reason.as_str());
                match self.plan.goes_on_until.map_or(Ok(None), |until| self.wait(until, time_passes)) {
                    Ok(stopped) => {
                        break Over { reason: stopped.unwrap_or_else(|| reason.clone()), interrupted: false };
                    }
                    Err(fault) => break self.broken(fault),
                }
            }
            if self.plan.stop.load(Ordering::SeqCst) {
                break Over { reason: STOPPED.into(), interrupted: false };
            }
            match self.begin(trial + 1, earliest) {
                Ok(Begun::Trial) => {}
                Ok(Begun::NoMore) => break Over { reason: NO_MORE.into(), interrupted: false },
                Ok(Begun::Stopped(reason)) => break Over { reason, interrupted: false },
                Err(fault) => {
                    trial += u32::from(self.under_way.is_some());
                    break self.broken(fault);
                }
            }
            trial += 1;
            match self.until_outcome(trial).and_then(|()| self.after_outcome(trial)) {
                Ok(None) => {}
                Ok(Some(reason)) => break Over { reason, interrupted: false },
                Err(fault) => break self.broken(fault),
            }
            let pause = trialect_ir::law::nanoseconds(f64::from_bits(self.word(self.program.pause) as u64));
            earliest = self.now.saturating_add(pause);
            (self.plan.progress)(trial);
        };
        self.end(over, trial)
    }

    /// Starts a trial, unless the rig has no more or the session stops before.
    fn begin(&mut self, trial: u32, earliest: Ns) -> Result<Begun, SessionFault> {
        self.goes_on()?;
        let start = match self.host.hands.rig.trial_start(trial, earliest)? {
            Some(start) => start,
            // A record that was broken off before this trial may still have inputs.
            None if self.plan.interruption.is_some() => Ns::MAX,
            None => return Ok(Begun::NoMore),
        };
        // The inputs that a record has left lead to no trial, and no time is known to have passed.
        let time_passes = start < Ns::MAX || self.went_on();
        if let Some(reason) = self.wait(start, time_passes)? {
            return Ok(Begun::Stopped(reason));
        }
        if start == Ns::MAX {
            return Ok(Begun::NoMore);
        }
        self.now = start;
        // What cannot be measured, or not as it must be, lets no trial begin.
        if let Some(wrong) = self.measure(Clock::Trial)?.first() {
            return Ok(Begun::Stopped(format!("covariate {}", wrong.name)));
        }
        self.under_way = Some(trial);
        self.set(header::TRIAL, u64::from(trial));
        self.set(header::NOW, start as u64);
        self.host.push(Entry::TrialStart { trial, at: start });
        self.host.outputs.begin_trial(self.program, start);
        self.give(trial)?;
        self.machine.run(Phase::TrialStart, &mut self.host);
        self.machine.begin(start, &mut self.host);
        self.settle()?;
        Ok(Begun::Trial)
    }

    /// Inputs and timers of the session's machines between trials, until a trial starts; the reason when a `stop … now`
    /// holds before.
    pub(crate) fn wait(&mut self, start: Ns, time_passes: bool) -> Result<Option<String>, SessionFault> {
        loop {
            let time_passes = time_passes && (start < Ns::MAX || self.went_on());
            let (alarm, deadline) = if time_passes { (self.next_alarm(), self.due()) } else { (Ns::MAX, NEVER) };
            match self.next_input(start.min(deadline).min(alarm.saturating_sub(1)))? {
                Some(input) => self.input(input.line, input.value, input.at)?,
                None if alarm <= start.min(deadline) && alarm < Ns::MAX => self.look_at(alarm)?,
                None if deadline <= start && deadline < NEVER => self.timers(deadline)?,
                None => return Ok(None),
            }
            self.goes_on()?;
            if let Some(reason) = self.stopped() {
                return Ok(Some(reason));
            }
        }
    }

    /// Whether the record that is replayed goes on, though without another trial.
    fn went_on(&self) -> bool {
        match self.plan.interruption.as_ref().map(|interruption| interruption.place) {
            Some(Place::Entry(position) | Place::Instant(position)) => self.host.hands.pushed < position,
            _ => false,
        }
    }

    /// Values from outside for this trial; those of slower clocks take their place at once.
    fn give(&mut self, trial: u32) -> Result<(), SessionFault> {
        self.host.given.clear();
        for (name, value) in (self.plan.given)(trial) {
            let (column, word) = value.resolve(self.program, &name)?;
            let declared = &self.program.columns[column.0 as usize];
            if matches!(declared.clock, trialect_ir::Clock::Trial | trialect_ir::Clock::Block) {
                self.host.given.insert(column, word);
                continue;
            }
            let outside = match &declared.domain {
                Domain::Real { least, most, .. } => {
                    let value = f64::from_bits(word);
                    least.is_some_and(|l| value < l) || most.is_some_and(|m| value > m)
                }
                Domain::Steps { most, .. } => word as i64 > *most,
                _ => false,
            };
            let slot = declared.value;
            self.set(slot, word);
            self.host.push(Entry::Given { column: column.0, word, outside });
        }
        Ok(())
    }

    fn input(&mut self, line: u32, value: i64, at: Ns) -> Result<(), SessionFault> {
        (self.now, self.host.heard) = (at, at);
        self.host.push(Entry::Input { line, at, value });
        self.machine.event(InputId(line), value, at, &mut self.host);
        self.settle()
    }

    /// After an instant: tracked parameters move, held outputs that nobody took over end, a fault comes out.
    fn settle(&mut self) -> Result<(), SessionFault> {
        let now = self.now;
        // First what was tracked moves: a parameter that is let go of keeps the value of this instant.
        // After a fault nothing more reaches the rig.
        if self.host.fault.is_none() {
            let rig = &mut *self.host.hands.rig;
            self.host.outputs.follow(self.program, rig, self.machine.memory());
        }
        self.host.attempt(|host| host.outputs.settle(&mut host.hands, now));
        if !self.program.phase(Phase::Now).is_empty() {
            self.machine.run(Phase::Now, &mut self.host);
        }
        self.host.fault.take().map_or(Ok(()), Err)
    }

    /// The next time at which a `stop … now` may begin to hold without an event.
    fn next_alarm(&self) -> Ns {
        self.later(&self.program.alarms).unwrap_or(Ns::MAX)
    }

    /// The next time at which a condition of a state may begin to hold without an event.
    fn next_wake(&self) -> Ns {
        self.later(&self.program.wakes).unwrap_or(NEVER)
    }

    /// The first of some times since the session's start that is still to come.
    fn later(&self, times: &[Ns]) -> Option<Ns> {
        let start = self.word(header::SESSION_START);
        times.iter().map(|time| start.saturating_add(*time)).find(|at| *at > self.now)
    }

    /// An instant in which nothing happens but that time has passed.
    fn look_at(&mut self, at: Ns) -> Result<(), SessionFault> {
        self.now = at;
        self.set(header::NOW, at as u64);
        self.settle()
    }

    /// Why the session stops, once a rule says so.
    fn stopped(&self) -> Option<String> {
        let rule = self.program.stops.get(usize::try_from(self.word(header::STOP) - 1).ok()?)?;
        Some(self.program.rules[rule.0 as usize].name.clone())
    }

    /// Between instants: an error where the session was broken off when it was recorded.
    pub(crate) fn goes_on(&self) -> Result<(), SessionFault> {
        match self.plan.interruption.as_ref().map(|interruption| interruption.place) {
            Some(Place::Entry(position) | Place::Instant(position)) if self.host.hands.pushed >= position => {
                Err(broken_off())
            }
            _ => Ok(()),
        }
    }

    /// Inputs and timers in time order, inputs first, until the trial has an outcome.
    fn until_outcome(&mut self, trial: u32) -> Result<(), SessionFault> {
        let broken_at = self.plan.interruption.as_ref().and_then(|interruption| match interruption.place {
            Place::Time { trial: broken, at } if broken == trial => Some(at),
            _ => None,
        });
        while self.word(header::OUTCOME) == NO_OUTCOME && self.stopped().is_none() {
            self.goes_on()?;
            let deadline = self.due();
            let horizon = deadline.min(self.host.heard.saturating_add(PATIENCE.0));
            let alarm = self.next_alarm();
            // A `stop … now` comes before the inputs of its instant.
            let until = horizon.min(alarm.saturating_sub(1));
            let until = broken_at.map_or(until, |at| until.min(at));
            match self.next_input(until)? {
                Some(input) => self.input(input.line, input.value, input.at)?,
                None if broken_at.is_some_and(|at| at < horizon && at < alarm) => {
                    self.now = until;
                    return Err(broken_off());
                }
                None if alarm <= horizon => self.look_at(alarm)?,
                None if deadline <= horizon => self.timers(deadline)?,
                None => {
                    let state = self.program.states.get(self.word(header::STATE) as usize);
                    let state = state.map(|state| state.name.clone()).unwrap_or_default();
                    return Err(SessionFault::Stuck { trial, state, hours: PATIENCE.1 });
                }
            }
        }
        Ok(())
    }
}
