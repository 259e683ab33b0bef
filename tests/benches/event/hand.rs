//! The basic task as a person would write it for speed: a `match` over state and input.
//!
//! It works on words as a compiled program does (the header is the same), keeps the same stamps, and
//! tells its host the same in the same order.

use std::hint::black_box;
use trialect_ir::{Host, InputId, Machine, NEVER, NO_OUTCOME, Phase, RuleId, SiteId, StateId};

/// Where the task's words are.
pub mod word {
    use trialect_ir::header;

    pub const NOW: usize = header::NOW.0 as usize;
    pub const STATE: usize = header::STATE.0 as usize;
    pub const OUTCOME: usize = header::OUTCOME.0 as usize;
    pub const TRIAL_START: usize = header::TRIAL_START.0 as usize;
    pub const SCRATCH: usize = header::SCRATCH.0 as usize;
    const FREE: usize = header::FIRST_FREE.0 as usize;
    /// Free-running count, count at the latest zeroing, count since.
    pub const RAW: usize = FREE;
    pub const ZERO: usize = FREE + 1;
    pub const COUNT: usize = FREE + 2;
    /// Travel of a count, mm.
    pub const COUNT_SIZE: usize = FREE + 3;
    pub const DEADLINE: usize = FREE + 4;
    /// Levels, low and high: moving, correct, wrong.
    pub const QUIET: usize = FREE + 5;
    pub const HOME: usize = FREE + 7;
    pub const AWAY: usize = FREE + 9;
    pub const AZIMUTH: usize = FREE + 11;
    pub const START: usize = FREE + 12;
    pub const SLOPE: usize = FREE + 13;
    pub const CHOICE: usize = FREE + 14;
    pub const CHOSEN: usize = FREE + 15;
    /// What the trial is about.
    pub const SIDE: usize = FREE + 16;
    pub const CONTRAST: usize = FREE + 17;
    pub const PHASE: usize = FREE + 18;
    pub const WAIT: usize = FREE + 19;
    pub const GAIN: usize = FREE + 20;
    pub const REWARD: usize = FREE + 21;
    /// Water of the trial and of the session, uL.
    pub const DRUNK: usize = FREE + 22;
    pub const WATER: usize = FREE + 23;
    /// Entry, exit, visits and time of each state.
    pub const STAMPS: usize = FREE + 24;
    pub const LEN: usize = STAMPS + 4 * super::STATES.len();
}

use word::*;

/// The task's memory.
pub type Words = [u64; LEN];

/// Names of the states; between trials the state is their number.
pub const STATES: [&str; 7] = ["still", "present", "cue", "respond", "correct", "error", "no_go"];
const STILL: u64 = 0;
const PRESENT: u64 = 1;
const CUE: u64 = 2;
const RESPOND: u64 = 3;
const CORRECT: u64 = 4;
const ERROR: u64 = 5;
const NO_GO: u64 = 6;

const TRAVEL: u32 = 0;
const FLIP: u32 = 1;
const ONSET: u32 = 2;

/// What is sent, in the order of the text.
mod site {
    pub(super) const ZERO: u32 = 0;
    pub(super) const SHOW: u32 = 1;
    pub(super) const GO_CUE: u32 = 2;
    pub(super) const TRACK: u32 = 3;
    pub(super) const DELIVER: u32 = 4;
    pub(super) const BURST: u32 = 5;
    pub(super) const HIDE: u32 = 6;
}

/// The rule that refuses water.
const LICENCE: u32 = 9;
const LICENCE_UL: f64 = 2_000.0;
const START_DEG: f64 = 35.0;
const CONTRASTS: [f64; 6] = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.0];
const SECOND: i64 = 1_000_000_000;

type Event = fn(&mut Words, u32, i64, i64, &mut dyn Host);
type Timed = fn(&mut Words, i64, &mut dyn Host);

/// The task behind function pointers, so that nothing of it is compiled into its caller.
pub struct ByHand {
    words: Words,
    event: Event,
    timers: Timed,
    begin: Timed,
}

impl ByHand {
    /// One of many copies of the same code, each in a place of its own.
    pub fn new<const COPY: u32>() -> ByHand {
        let mut words = [0; LEN];
        words[STATE] = STATES.len() as u64;
        words[OUTCOME] = NO_OUTCOME as u64;
        words[DEADLINE] = NEVER as u64;
        black_box(ByHand { words, event: event::<COPY>, timers: timers::<COPY>, begin: begin::<COPY> })
    }
}

impl Machine for ByHand {
    fn name(&self) -> &'static str {
        "by hand"
    }
    fn memory(&self) -> &[u64] {
        &self.words
    }
    fn memory_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }
    fn run(&mut self, _phase: Phase, _host: &mut dyn Host) {}
    fn start(&mut self, _at: i64, _host: &mut dyn Host) {}
    fn stop(&mut self, _at: i64, _host: &mut dyn Host) {}
    fn settle(&mut self, _at: i64, _host: &mut dyn Host) {}
    fn begin(&mut self, at: i64, host: &mut dyn Host) {
        (self.begin)(&mut self.words, at, host);
    }
    #[inline]
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        (self.event)(&mut self.words, input.0, value, at, host);
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        (self.timers)(&mut self.words, at, host);
    }
    fn interrupt(&mut self, _at: i64, _host: &mut dyn Host) {}
}

fn begin<const COPY: u32>(words: &mut Words, at: i64, host: &mut dyn Host) {
    words[NOW] = at as u64;
    words[TRIAL_START] = at as u64;
    words[OUTCOME] = NO_OUTCOME as u64;
    enter::<COPY>(words, STILL, host);
}

fn event<const COPY: u32>(words: &mut Words, input: u32, value: i64, at: i64, host: &mut dyn Host) {
    words[NOW] = at as u64;
    if input == TRAVEL {
        words[RAW] = value as u64;
        words[COUNT] = value.wrapping_sub(words[ZERO] as i64) as u64;
    }
    match (words[STATE], input) {
        (STILL, TRAVEL) if reached(words, QUIET) => go::<COPY>(words, 0, STILL, STILL, host),
        (PRESENT, FLIP) => go::<COPY>(words, 2, PRESENT, CUE, host),
        (CUE, ONSET) => go::<COPY>(words, 4, CUE, RESPOND, host),
        (RESPOND, TRAVEL) => {
            words[AZIMUTH] = azimuth(words).to_bits();
            if reached(words, HOME) {
                choose::<COPY>(words, 6, words[SIDE], CORRECT, host);
            } else if reached(words, AWAY) {
                choose::<COPY>(words, 7, 1 - words[SIDE], ERROR, host);
            }
        }
        _ => {}
    }
}

fn timers<const COPY: u32>(words: &mut Words, at: i64, host: &mut dyn Host) {
    words[NOW] = at as u64;
    if words[DEADLINE] as i64 > at {
        return;
    }
    words[DEADLINE] = NEVER as u64;
    match words[STATE] {
        STILL => go::<COPY>(words, 1, STILL, PRESENT, host),
        PRESENT => go::<COPY>(words, 3, PRESENT, CUE, host),
        CUE => go::<COPY>(words, 5, CUE, RESPOND, host),
        RESPOND => go::<COPY>(words, 8, RESPOND, NO_GO, host),
        CORRECT => end(words, 10, CORRECT, 0, host),
        ERROR => end(words, 11, ERROR, 1, host),
        NO_GO => end(words, 12, NO_GO, 2, host),
        _ => {}
    }
}

fn real(words: &Words, word: usize) -> f64 {
    f64::from_bits(words[word])
}

fn reached(words: &Words, levels: usize) -> bool {
    let count = words[COUNT] as i64;
    count <= words[levels] as i64 || count >= words[levels + 1] as i64
}

fn azimuth(words: &Words) -> f64 {
    real(words, START) + real(words, SLOPE) * (words[COUNT] as i64 as f64 * real(words, COUNT_SIZE))
}

#[cold]
fn choose<const COPY: u32>(words: &mut Words, rule: u32, side: u64, to: u64, host: &mut dyn Host) {
    host.decided(RuleId(rule), words);
    words[CHOICE] = side;
    words[CHOSEN] = 1;
    leave(words, RESPOND, host);
    enter::<COPY>(words, to, host);
}

#[cold]
fn go<const COPY: u32>(words: &mut Words, rule: u32, from: u64, to: u64, host: &mut dyn Host) {
    host.decided(RuleId(rule), words);
    leave(words, from, host);
    enter::<COPY>(words, to, host);
}

#[cold]
fn end(words: &mut Words, rule: u32, from: u64, outcome: u64, host: &mut dyn Host) {
    host.decided(RuleId(rule), words);
    leave(words, from, host);
    words[OUTCOME] = outcome;
    words[STATE] = STATES.len() as u64;
    words[DEADLINE] = NEVER as u64;
}

fn leave(words: &mut Words, state: u64, host: &mut dyn Host) {
    let stamps = STAMPS + 4 * (state as usize % STATES.len());
    let now = words[NOW];
    words[stamps + 1] = now;
    words[stamps + 3] = words[stamps + 3].wrapping_add(now.wrapping_sub(words[stamps]));
    host.left(StateId(state as u32), words);
    if state == RESPOND {
        host.release(SiteId(site::TRACK), words);
    }
}

fn enter<const COPY: u32>(words: &mut Words, state: u64, host: &mut dyn Host) {
    // Tells the copies apart, so that they are not made one.
    black_box(COPY);
    let stamps = STAMPS + 4 * (state as usize % STATES.len());
    words[STATE] = state;
    words[stamps] = words[NOW];
    words[stamps + 2] += 1;
    host.entered(StateId(state as u32), words);
    let wait = match state {
        STILL => still(words, host),
        PRESENT => show(words, host),
        CUE => {
            host.output(SiteId(site::GO_CUE), words);
            SECOND / 10
        }
        RESPOND => respond(words, host),
        CORRECT => {
            reward(words, host);
            SECOND
        }
        ERROR => {
            host.output(SiteId(site::BURST), words);
            2 * SECOND
        }
        _ => {
            host.output(SiteId(site::HIDE), words);
            host.output(SiteId(site::BURST), words);
            2 * SECOND
        }
    };
    words[DEADLINE] = (words[NOW] as i64 + wait) as u64;
}

fn zero(words: &mut Words, host: &mut dyn Host) {
    host.output(SiteId(site::ZERO), words);
    words[ZERO] = words[RAW];
    words[COUNT] = 0;
}

fn still(words: &mut Words, host: &mut dyn Host) -> i64 {
    zero(words, host);
    let counts = counts(words, 2.0);
    words[QUIET] = (-counts.abs()) as u64;
    words[QUIET + 1] = counts.unsigned_abs();
    (real(words, WAIT) * 1e9).round() as i64
}

fn show(words: &mut Words, host: &mut dyn Host) -> i64 {
    words[SCRATCH] = start(words).to_bits();
    words[SCRATCH + 1] = CONTRASTS[(words[CONTRAST] as usize).min(CONTRASTS.len() - 1)].to_bits();
    words[SCRATCH + 2] = words[PHASE];
    host.output(SiteId(site::SHOW), words);
    SECOND / 10
}

fn respond(words: &mut Words, host: &mut dyn Host) -> i64 {
    zero(words, host);
    let start = start(words);
    words[START] = start.to_bits();
    words[SLOPE] = words[GAIN];
    words[AZIMUTH] = azimuth(words).to_bits();
    words[SCRATCH] = words[AZIMUTH];
    host.output(SiteId(site::TRACK), words);
    level(words, HOME, 0.0 - start);
    level(words, AWAY, 2.0 * start - start);
    60 * SECOND
}

fn reward(words: &mut Words, host: &mut dyn Host) {
    let reward_ul = (15 + words[REWARD] as i64) as f64 / 10.0;
    let water_ul = real(words, WATER) + reward_ul;
    if water_ul <= LICENCE_UL {
        words[DRUNK] = (real(words, DRUNK) + reward_ul).to_bits();
        words[WATER] = water_ul.to_bits();
        words[SCRATCH] = reward_ul.to_bits();
        host.output(SiteId(site::DELIVER), words);
    } else {
        host.decided(RuleId(LICENCE), words);
    }
}

/// Azimuth at which the grating appears, deg.
fn start(words: &Words) -> f64 {
    if words[SIDE] == 0 { -START_DEG } else { START_DEG }
}

/// Degrees on the screen in counts of the wheel, at least one.
fn counts(words: &Words, degrees: f64) -> i64 {
    let exact = degrees / real(words, GAIN) / real(words, COUNT_SIZE);
    match exact.round() as i64 {
        0 if exact < 0.0 => -1,
        0 => 1,
        counts => counts,
    }
}

/// The count is 0: a level is above or below it.
fn level(words: &mut Words, levels: usize, degrees: f64) {
    let counts = counts(words, degrees);
    words[levels] = if counts <= 0 { counts } else { i64::MIN } as u64;
    words[levels + 1] = if counts >= 0 { counts } else { i64::MAX } as u64;
}
