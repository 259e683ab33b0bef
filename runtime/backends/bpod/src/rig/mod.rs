//! A board that runs trials by itself, as a rig of a session.
//!
//! When a trial begins its course is in the [`Post`]: the rig uploads it, starts it, and hands the board's events to the
//! session as inputs at the board's times. The board's clock is the clock: an input that the board reports in cycle k
//! happened between its look in cycle k - 1 and the one in cycle k, and is given to the session at the beginning of that
//! time, so that what comes first on the board comes first in the session. The session's verbs that the matrix has
//! carried out are done already; all others go to the rig of the host's devices.

mod report;
mod running;

pub use running::Ran;

use crate::link::{Link, LinkFault, Port};
use crate::wire::{Channel, Event};
use running::Running;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use trialect_device::{Command, Input, Ns, Rig, RigFault, Samples, Scale, StreamLine, Wiring};
use trialect_matrix::{Course, Edge, Heard, Post};

/// A module whose thresholds are set over a port of its own.
pub trait Thresholds {
    /// Sets them, in the order of their numbers, and leaves them disabled.
    ///
    /// # Errors
    /// What went wrong and what to do.
    fn set(&mut self, device: u32, levels: &[i64]) -> Result<(), String>;
}

/// For rigs without such modules.
impl Thresholds for () {
    fn set(&mut self, device: u32, _: &[i64]) -> Result<(), String> {
        Err(format!("device number {device} has no encoder module; bind one"))
    }
}

/// A board that runs trials by itself, with the devices of its host.
#[derive(Debug)]
pub struct BoardRig<P: Port, H, T> {
    link: Link<P>,
    host: H,
    modules: T,
    post: Post,
    /// Inputs of the program that are edges of the board's lines.
    lines: BTreeMap<Event, Heard>,
    /// Whether each of these lines was on when it was last known.
    levels: BTreeMap<u8, bool>,
    /// The course that has come with the post and has not begun.
    next: Option<Course>,
    trial: Option<Running>,
    /// What was heard and not handed over.
    waiting: VecDeque<(Ns, Heard)>,
    /// Of counting inputs the free-running count as the session knows it, and the one at the latest zeroing.
    counts: BTreeMap<u32, (i64, i64)>,
    wiring: Wiring,
    /// The session's time.
    now: Ns,
    /// When the trial begins for the session.
    start: Ns,
    /// A time of the session and of the board's clock, us, that are the same.
    anchor: Option<(Ns, u64)>,
    /// The board's time at the end of the last trial, us.
    ended: Option<u64>,
    ran: Vec<Ran>,
}

/// So long a silence is not yet a reason to look whether all is well.
const WAIT: Duration = Duration::from_millis(50);
/// What the board said may take so long to arrive.
const LATE: Ns = 50_000_000;

impl<P: Port, H: Rig, T: Thresholds> BoardRig<P, H, T> {
    /// A board with the host's devices and the modules; `lines` are the inputs of the program that are edges of lines.
    pub fn new(link: Link<P>, host: H, modules: T, post: Post, lines: BTreeMap<Event, Heard>) -> BoardRig<P, H, T> {
        BoardRig {
            link,
            host,
            modules,
            post,
            lines,
            levels: BTreeMap::new(),
            next: None,
            trial: None,
            waiting: VecDeque::new(),
            counts: BTreeMap::new(),
            wiring: Wiring::default(),
            now: 0,
            start: 0,
            anchor: None,
            ended: None,
            ran: Vec::new(),
        }
    }

    /// What the board has run so far, trial by trial.
    pub fn ran(&self) -> &[Ran] {
        &self.ran
    }

    /// The course of the trial that begins, once it has come.
    fn take_post(&mut self) -> Result<(), RigFault> {
        if let Some(course) = self.post.borrow_mut().take() {
            self.next = Some(course.map_err(gone)?);
        }
        Ok(())
    }

    /// Uploads the course that has come and starts it.
    fn begin(&mut self, mut course: Course) -> Result<(), RigFault> {
        for thresholds in &course.thresholds {
            self.modules.set(thresholds.device, &thresholds.levels).map_err(gone)?;
        }
        if !self.link.model().is_23() {
            for (channel, messages) in std::mem::take(&mut course.matrix.messages) {
                self.link.load_messages(channel, &messages).map_err(lost)?;
            }
        }
        self.link.upload(&course.matrix).and_then(|()| self.link.run()).map_err(lost)?;
        self.trial = Some(Running::new(course, self.start));
        Ok(())
    }

    /// Whether the matrix of this trial carries a verb out.
    fn is_carried_out(&self, device: u32, verb: &str) -> bool {
        let course = self.trial.as_ref().map(|trial| &trial.course).or(self.next.as_ref());
        course.is_some_and(|course| course.carried_out.contains(&(device, verb.to_string())))
    }

    /// What comes next for the session, if it is known to come by then.
    fn hand_over(&mut self, until: Ns) -> Option<Input> {
        let (at, heard) = self.waiting.pop_front_if(|(at, _)| *at <= until)?;
        self.now = self.now.max(at);
        let value = match heard {
            Heard::Happened { .. } => 1,
            Heard::Reached { line, level } => {
                let (count, zero) = self.counts.entry(line).or_default();
                *count = *zero + level;
                *count
            }
        };
        Some(Input { line: heard.line(), at, value })
    }

    /// The session's time of a time of the board.
    fn session_time(&self, us: u64) -> Ns {
        let (at, zero) = self.anchor.unwrap_or((self.start, us));
        at.saturating_add((us as i64).saturating_sub(zero as i64).saturating_mul(1000))
    }

    /// Reads on until the board has ended its trial: pulses may outlast what the session knows as its end.
    fn finish(&mut self) -> Result<(), RigFault> {
        while self.trial.as_ref().is_some_and(|trial| !trial.is_over) {
            self.read()?;
        }
        if let Some(trial) = self.trial.take() {
            self.ran.push(trial.ran);
        }
        self.waiting.clear();
        Ok(())
    }

    /// Levels that changed while no trial ran: a board tells no edges then.
    fn look_at_lines(&mut self, at: Ns) -> Result<(), RigFault> {
        let channels: std::collections::BTreeSet<u8> = self.lines.keys().filter_map(line_of).collect();
        for channel in channels {
            let on = self.link.level(channel).map_err(lost)?;
            if self.levels.insert(channel, on).unwrap_or(false) != on {
                let edge = if on { Edge::On } else { Edge::Off };
                if let Some(heard) = self.lines.get(&Event::Digital { channel, edge }) {
                    self.waiting.push_back((at, *heard));
                }
            }
        }
        self.waiting.make_contiguous().sort_by_key(|(at, heard)| (*at, heard.line()));
        Ok(())
    }
}

fn line_of(event: &Event) -> Option<u8> {
    match event {
        Event::Digital { channel, .. } => Some(*channel),
        _ => None,
    }
}

fn gone(what: String) -> RigFault {
    RigFault::Gone { rig: "Bpod".into(), what }
}

fn lost(fault: LinkFault) -> RigFault {
    gone(format!("{fault} [{}]", fault.code()))
}

impl<P: Port, H: Rig, T: Thresholds> Rig for BoardRig<P, H, T> {
    fn kind(&self) -> &'static str {
        self.host.kind()
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        self.wiring = wiring.clone();
        self.host.wire(wiring)
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.host.settings(device)
    }

    fn measure(&mut self, at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        self.host.measure(at, device, reading)
    }

    fn sample(&mut self, streams: &[StreamLine]) -> Result<Vec<Scale>, RigFault> {
        self.host.sample(streams)
    }

    fn samples(&mut self, until: Ns, take: &mut dyn FnMut(Samples<'_>)) -> Result<(), RigFault> {
        self.host.samples(until, take)
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        self.take_post()?;
        if let Some(course) = self.next.take() {
            self.begin(course)?;
        }
        loop {
            if let Some(input) = self.hand_over(until) {
                return Ok(Some(input));
            }
            match &self.trial {
                None => {
                    let left = u64::try_from(until.saturating_sub(self.now)).unwrap_or(0);
                    self.link.pass(Duration::from_nanos(left)).map_err(lost)?;
                    self.now = self.now.max(until);
                    return Ok(None);
                }
                Some(trial) if trial.known > until => {
                    self.now = self.now.max(until);
                    return Ok(None);
                }
                Some(trial) if trial.is_over => {
                    let what = "the board has ended the trial, and the session waits on; report this as a fault of the \
                                program and run the protocol host driven";
                    return Err(gone(what.into()));
                }
                Some(_) => self.read()?,
            }
        }
    }

    fn trial_start(&mut self, _trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        self.finish()?;
        if let Some(us) = self.ended {
            self.now = self.now.max(self.session_time(us));
        }
        self.start = earliest.max(self.now);
        self.look_at_lines(self.start)?;
        Ok(Some(self.start))
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        self.take_post()?;
        if !self.is_carried_out(command.device, command.verb) {
            return self.host.command(at, command);
        }
        if command.verb == "zero" {
            for (line, input) in (0..).zip(&self.wiring.inputs) {
                if input.device == command.device {
                    let (count, zero) = self.counts.entry(line).or_default();
                    *zero = *count;
                }
            }
        }
        Ok(())
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        if self.is_carried_out(device, verb) { Ok(()) } else { self.host.release(at, device, verb, stimulus) }
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        self.host.follow(at, stimulus, parameter, value);
    }

    fn make_safe(&mut self, at: Ns) {
        // A board that cannot be reached ends its pulses by itself; the link makes it safe once more when it is dropped.
        let _ = self.link.make_safe();
        self.ran.extend(self.trial.take().filter(|trial| trial.has_left).map(|trial| trial.ran));
        self.host.make_safe(at);
    }
}

/// What a board has, for whoever compiles for it.
pub fn inverted(channels: &[Channel]) -> Vec<u8> {
    (0..).zip(channels).filter(|(_, channel)| channel.is_inverted()).map(|(index, _)| index).collect()
}
