//! All courses that a trial can take, found by running the reference machine.

use crate::board::{Bindings, Board, Wire};
use crate::clocks::Clocks;
use crate::config::{Armed, Config, Key, Shots};
use crate::host::{Deed, Watch};
use crate::refusal::{HOST, Place, Refusal};
use crate::relevance::Relevant;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trialect_interp::Interpreter;
use trialect_ir::{InputId, Machine, NEVER, NO_OUTCOME, Program, Slot, State, Trigger, Update, VerbKind, header};
use trialect_matrix::Event;

/// What happens to a place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    /// The trial begins.
    Begin,
    /// An input has an event, or its count comes to a value.
    Input(InputId, i64),
    /// Timers come, those whose words are set to the present.
    Timers,
}

/// Where something leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Goal {
    /// To a place, as an index.
    Place(usize),
    /// The trial is over when these pulses have ended.
    Over(u32),
}

/// A place with what leads out of it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) config: Config,
    /// In which state of the matrix time does something, and where to.
    pub(crate) timed: Option<(u32, Goal)>,
    pub(crate) events: BTreeMap<Event, Goal>,
}

/// What was found.
pub(crate) struct Explored {
    pub(crate) places: Vec<Found>,
    pub(crate) clocks: Clocks,
    /// Levels of the counting inputs, by the index of their device.
    pub(crate) levels: BTreeMap<u32, Vec<i64>>,
}

pub(crate) struct Explorer<'a> {
    pub(crate) program: &'a Program,
    pub(crate) board: &'a Board,
    pub(crate) bindings: &'a Bindings,
    pub(crate) relevant: &'a Relevant,
    machine: Interpreter,
    /// The session's time at which everything happens; no word that decides anything holds it.
    now: i64,
    slots: Vec<Slot>,
    /// Timers that run on while the matrix changes its state.
    global: BTreeSet<usize>,
    pub(crate) clocks: Clocks,
    pub(crate) levels: BTreeMap<u32, Vec<i64>>,
    places: Vec<Found>,
    known: BTreeMap<(Key, Shots, bool), usize>,
    twins: Vec<bool>,
    /// The state in which something is being looked at, for refusals.
    pub(crate) state: u32,
    pub(crate) refusals: BTreeSet<Refusal>,
}

/// More instants than any trial has that take no time.
const CHAIN: usize = 1000;

impl<'a> Explorer<'a> {
    pub(crate) fn new(
        program: &'a Arc<Program>,
        board: &'a Board,
        bindings: &'a Bindings,
        relevant: &'a Relevant,
        now: i64,
    ) -> Explorer<'a> {
        Explorer {
            program,
            board,
            bindings,
            relevant,
            machine: Interpreter::new(Arc::clone(program)),
            now,
            slots: program.deadlines().collect(),
            global: BTreeSet::new(),
            clocks: Clocks::default(),
            levels: BTreeMap::new(),
            places: Vec::new(),
            known: BTreeMap::new(),
            twins: Vec::new(),
            state: 0,
            refusals: BTreeSet::new(),
        }
    }

    pub(crate) fn refuse(&mut self, code: &'static str, message: String, help: &'static str) {
        self.refusals.insert(Refusal { place: Place::State(self.state), code, message, help });
    }

    /// Follows all courses from the memory with which a trial begins.
    pub(crate) fn explore(mut self, memory: &[u64]) -> Result<Explored, Vec<Refusal>> {
        loop {
            let before = self.global.clone();
            (self.clocks, self.levels) = (Clocks::default(), BTreeMap::new());
            self.places.clear();
            self.known.clear();
            self.twins.clear();
            let timers = vec![Armed::Never; self.slots.len()];
            let start =
                Config { memory: memory.to_vec(), timers, on: BTreeSet::new(), shots: Shots::default(), pulses: 0 };
            let (begun, _) = self.instant(&start, What::Begin, 0, 0);
            let begun = self.chain(begun);
            self.place(begun, None);
            let mut next = 0;
            while next < self.places.len() && self.places.len() <= self.board.states && self.refusals.is_empty() {
                self.follow(next);
                next += 1;
            }
            if self.places.len() > self.board.states {
                let most = self.board.states;
                let what =
                    format!("the trial has more than {most} states on the board, each with what may have happened");
                self.refuse("device-states", what, HOST);
            }
            if !self.refusals.is_empty() {
                return Err(self.refusals.into_iter().collect());
            }
            if self.global == before {
                return Ok(Explored { places: self.places, clocks: self.clocks, levels: self.levels });
            }
        }
    }

    /// The place for a config; the twin of the place that it comes from, when that is the same: a board does nothing when
    /// a state leads to itself.
    fn place(&mut self, config: Config, from: Option<usize>) -> Goal {
        if config.word(header::OUTCOME) != NO_OUTCOME {
            return Goal::Over(config.pulses);
        }
        let (key, shots) = (config.key(self.program, &self.relevant.words), config.shots.clone());
        let mut twin = false;
        if let Some(&same) = self.known.get(&(key.clone(), shots.clone(), false))
            && Some(same) == from
        {
            twin = true;
        }
        let index = *self.known.entry((key, shots, twin)).or_insert(self.places.len());
        if index == self.places.len() {
            self.places.push(Found { config, timed: None, events: BTreeMap::new() });
            self.twins.push(twin);
        }
        Goal::Place(index)
    }

    /// Everything that can happen at a place.
    fn follow(&mut self, index: usize) {
        let config = self.places[index].config.clone();
        self.state = u32::try_from(config.word(header::STATE)).unwrap_or(0);
        self.timer_of(index, &config);
        for (number, timer) in config.timers.iter().enumerate() {
            if let Armed::Runs(clock) = *timer {
                let lag = self.clocks.lag(clock);
                let mut ended = config.clone();
                ended.timers[number] = Armed::In(0);
                self.happens(index, ended, What::Timers, lag, Event::TimerEnd(clock));
            }
        }
        for input in 0..self.program.inputs.len() {
            self.input(index, &config, input);
        }
    }

    fn timer_of(&mut self, index: usize, config: &Config) {
        let Some(due) = config.due() else { return };
        let Some(cycles) = self.cycles(due) else { return };
        let passed = i64::from(cycles) * self.board.cycle;
        let mut then = config.clone();
        for timer in &mut then.timers {
            if let Armed::In(time) = timer {
                *time -= passed;
            }
        }
        let next = self.at_once(then);
        let goal = self.place(next, Some(index));
        self.places[index].timed = Some((cycles, goal));
    }

    /// Whole cycles until a time has come.
    pub(crate) fn cycles(&mut self, time: i64) -> Option<u32> {
        let cycles = time.saturating_add(self.board.cycle - 1) / self.board.cycle;
        let fits = u32::try_from(cycles).ok();
        if fits.is_none() {
            let what = format!("{} s are more cycles than the board counts", time / 1_000_000_000);
            self.refuse("device-time-too-long", what, HOST);
        }
        fits
    }

    /// What has come already happens at once, one after the other.
    fn at_once(&mut self, mut config: Config) -> Config {
        config.shots = Shots::default();
        self.chain(config)
    }

    fn chain(&mut self, mut config: Config) -> Config {
        for _ in 0..CHAIN {
            let over = config.word(header::OUTCOME) != NO_OUTCOME || !self.refusals.is_empty();
            let Some(due) = config.due().filter(|due| *due <= 0 && !over) else { return config };
            (config, _) = self.instant(&config, What::Timers, due.saturating_neg(), due);
        }
        self.refuse("device-no-time", "the trial goes on without any time passing".into(), HOST);
        config
    }

    /// An input of the program: which events of the board it is, and where they lead.
    fn input(&mut self, index: usize, config: &Config, input: usize) {
        let declared = &self.program.inputs[input];
        let id = InputId(input as u32);
        if let Update::Count { count: _, zero, .. } = declared.update {
            return self.levels_of(index, config, id, zero);
        }
        let mut events = self.bindings.events(self.program, input);
        if let Wire::Pulse { output, .. } = self.bindings.wire(declared.device)
            && declared.channel == "done"
        {
            let clocks = self.clocks.pulses(*output).into_iter();
            events = clocks.filter(|clock| config.pulses & 1 << clock != 0).map(Event::TimerEnd).collect();
        }
        // What is so already does not become so.
        if let Update::Flag { slot, on } = declared.update
            && self.relevant.words.contains_key(&slot)
            && config.word(slot) == i64::from(on)
        {
            return;
        }
        for event in events {
            let mut before = config.clone();
            if let Event::TimerEnd(clock) = event {
                before.pulses &= !(1 << clock);
            }
            self.happens(index, before, What::Input(id, 1), self.board.cycle - 1, event);
        }
        self.levels_known(index, declared.update.clone(), input);
    }

    /// Where the level of a line decides something it is looked at in every cycle: a board is told nothing of what
    /// happened just before the trial began, or of the second of two edges in one cycle.
    fn levels_known(&mut self, index: usize, update: Update, input: usize) {
        let Update::Flag { slot, .. } = update else { return };
        if !self.relevant.words.contains_key(&slot) {
            return;
        }
        for event in self.bindings.events(self.program, input) {
            let Event::Digital { channel, edge } = event else { continue };
            let Some(goal) = self.places[index].events.get(&event).copied() else { continue };
            let condition = self.clocks.condition(channel, edge);
            if usize::from(condition) >= self.board.conditions {
                let what = format!("the trial takes more than the {} conditions of the board", self.board.conditions);
                return self.refuse("device-conditions", what, HOST);
            }
            self.places[index].events.insert(Event::Condition(condition), goal);
        }
    }

    /// The states that the machines are in.
    fn current(&self, config: &Config) -> Vec<&'a State> {
        let states = config.states(self.program);
        states.iter().filter_map(|state| self.program.states.get(usize::try_from(*state).ok()?)).collect()
    }

    /// The levels for which a place waits.
    fn levels_of(&mut self, index: usize, config: &Config, id: InputId, zero: Slot) {
        let declared = &self.program.inputs[id.0 as usize];
        let Wire::Encoder { channel } = *self.bindings.wire(declared.device) else {
            return;
        };
        for level in self.waits(config, id) {
            let Some(number) = self.level_number(declared.device, level) else { return };
            let mut before = config.clone();
            before.memory[zero.index()] = 0;
            let event = Event::Serial { channel, number };
            self.happens(index, before, What::Input(id, level), self.board.cycle - 1, event);
        }
    }

    /// The levels of an input that clauses of the present states wait for.
    fn waits(&self, config: &Config, id: InputId) -> Vec<i64> {
        let mut levels = BTreeSet::new();
        for clause in self.current(config).iter().flat_map(|state| &state.clauses) {
            let Trigger::Reaches { input, low, high, .. } = clause.trigger else { continue };
            if input == id {
                levels.extend([config.word(low), config.word(high)]);
            }
        }
        levels.into_iter().filter(|level| ![i64::MIN, i64::MAX].contains(level)).collect()
    }

    /// The number of a threshold of the module.
    fn level_number(&mut self, device: u32, level: i64) -> Option<u8> {
        let fits = i16::try_from(level).is_ok() && level != 0;
        let levels = self.levels.entry(device).or_default();
        let known = levels.iter().position(|other| *other == level);
        let number = known.unwrap_or_else(|| {
            levels.push(level);
            levels.len() - 1
        });
        if number < 8 && fits {
            return u8::try_from(number).ok();
        }
        let what = if fits {
            "the trial has more than the 8 thresholds of a rotary encoder module".to_string()
        } else {
            format!("a rotary encoder module has no threshold at {level} counts")
        };
        self.refuse("device-thresholds", what, HOST);
        None
    }

    /// Enables the thresholds for which a place waits that was entered anew, as a set of bits.
    fn enabled(&mut self, config: &Config) -> Vec<(u8, u8)> {
        let inputs: Vec<(InputId, u32)> =
            (0..).map(InputId).zip(&self.program.inputs).map(|(id, input)| (id, input.device)).collect();
        let mut list = Vec::new();
        for (id, device) in inputs {
            let Wire::Encoder { channel } = *self.bindings.wire(device) else { continue };
            let mut set = 0;
            for level in self.waits(config, id) {
                if let Some(number) = self.level_number(device, level) {
                    set |= 1 << number;
                }
            }
            if set != 0 {
                list.push((channel, set));
            }
        }
        list
    }

    /// Where an event leads, unless it changes nothing. The session takes an input at the beginning of the cycle at whose
    /// end the board looks at it, so that what comes first on the board comes first in the session.
    fn happens(&mut self, index: usize, mut before: Config, what: What, lag: i64, event: Event) {
        before.shots = Shots::default();
        let (next, entered) = self.instant(&before, what, lag, 0);
        let (program, words) = (self.program, &self.relevant.words);
        let same = |config: &Config| Config { pulses: 0, ..config.clone() }.key(program, words);
        let changes = entered || !next.shots.is_empty() || same(&before) != same(&next);
        if matches!(what, What::Input(..)) && !changes {
            return;
        }
        for (number, timer) in next.timers.iter().enumerate() {
            // How much of a timer is left that was not armed anew is not known.
            if matches!(timer, Armed::In(_)) && !self.armed_anew(number) {
                self.global.insert(number);
            }
        }
        let next = self.chain(next);
        let goal = self.place(next, Some(index));
        self.places[index].events.entry(event).or_insert(goal);
    }

    /// Whether the latest instant has set a timer.
    fn armed_anew(&self, number: usize) -> bool {
        self.machine.memory()[self.slots[number].index()] as i64 != carried(number)
    }

    /// Runs the machine through one instant. The board is `lag` ns later than the session's time; timers at or before
    /// `due` on the board's clock come. Gives whether a state was entered.
    fn instant(&mut self, from: &Config, what: What, lag: i64, due: i64) -> (Config, bool) {
        self.machine.memory_mut().copy_from_slice(&from.memory);
        for (number, timer) in from.timers.iter().enumerate() {
            let word = match *timer {
                Armed::Never => NEVER,
                Armed::In(time) if time <= due && matches!(what, What::Timers) => self.now,
                Armed::In(_) | Armed::Runs(_) => carried(number),
            };
            self.machine.memory_mut()[self.slots[number].index()] = word as u64;
        }
        let arguments = self.program.sites.iter().map(|site| site.parameters.len()).collect();
        let mut watch = Watch { deeds: Vec::new(), arguments };
        match what {
            What::Begin => self.machine.begin(self.now, &mut watch),
            What::Input(input, value) => self.machine.event(input, value, self.now, &mut watch),
            What::Timers => self.machine.timers(self.now, &mut watch),
        }
        let mut next = Config { memory: self.machine.memory().to_vec(), ..from.clone() };
        self.timers_after(from, &mut next, lag);
        let entered = watch.deeds.contains(&Deed::Entered);
        self.deeds(&watch.deeds, &mut next);
        let over = next.word(header::OUTCOME) != NO_OUTCOME;
        if entered && !over {
            for (channel, set) in self.enabled(&next) {
                self.message(&mut next, channel, &[b';', set]);
            }
        }
        (next, entered)
    }

    fn timers_after(&mut self, from: &Config, next: &mut Config, lag: i64) {
        for (number, slot) in self.slots.clone().into_iter().enumerate() {
            let word = next.word(slot);
            next.timers[number] = match word {
                NEVER => Armed::Never,
                _ if word == carried(number) => from.timers[number],
                _ => self.armed(number, word.saturating_sub(self.now), lag, &mut next.shots),
            };
        }
    }

    /// A timer was set.
    fn armed(&mut self, number: usize, time: i64, lag: i64, shots: &mut Shots) -> Armed {
        if 0 < time && time < self.board.cycle {
            let what = format!("{} us are less than a cycle of the board", time / 1000);
            self.refuse("device-time-too-fine", what, "wait longer, or not at all");
        }
        let left = time.saturating_sub(lag);
        if left <= 0 || !self.global.contains(&number) {
            return Armed::In(left);
        }
        let Some(cycles) = self.cycles(left) else { return Armed::Never };
        let clock = self.clocks.timer(number, cycles, i64::from(cycles) * self.board.cycle - left);
        let Some(bit) = self.bit(clock) else { return Armed::Never };
        shots.trigger |= bit;
        Armed::Runs(clock)
    }

    fn message(&mut self, config: &mut Config, channel: u8, bytes: &[u8]) {
        let whole = config.shots.messages.entry(channel).or_default();
        // What is enabled last counts, and a position is zeroed once.
        if bytes.first() == Some(&b';') && whole.len() >= 2 && whole[whole.len() - 2] == b';' {
            whole.truncate(whole.len() - 2);
        }
        if bytes != b"Z" || whole.is_empty() {
            whole.extend(bytes);
        }
        if whole.len() > self.board.message {
            let what = format!("{} bytes for a module are more than one message takes", whole.len());
            self.refuse("device-message", what, HOST);
        }
    }

    /// What the board does of what the machine did.
    fn deeds(&mut self, deeds: &[Deed], config: &mut Config) {
        let mut let_go = BTreeSet::new();
        for deed in deeds {
            match deed {
                Deed::Output(site, arguments) => {
                    let_go.remove(site);
                    self.output(*site, arguments, config);
                }
                Deed::Release(site) => {
                    let_go.insert(*site);
                }
                Deed::Entered | Deed::Decided => {}
            }
        }
        config.on.retain(|site| !let_go.contains(site));
    }

    fn output(&mut self, site: trialect_ir::SiteId, arguments: &[u64], config: &mut Config) {
        let declared = &self.program.sites[site.0 as usize];
        let name = self.program.devices[declared.device as usize].name.clone();
        match self.bindings.wire(declared.device).clone() {
            Wire::Host | Wire::Edges { .. } => {}
            Wire::Digital { output: Some(_), .. }
                if declared.kind == VerbKind::Held && declared.parameters.is_empty() && declared.verb != "dim" =>
            {
                config.on.insert(site);
            }
            Wire::Encoder { channel } if declared.verb == "zero" => self.message(config, channel, b"Z"),
            Wire::Pulse { output, opening } if declared.kind == VerbKind::Timed => {
                let amount = arguments.first().map_or(0.0, |word| f64::from_bits(*word));
                self.pulse(&name, output, opening(amount), config);
            }
            _ => {
                let what = format!("no output of the board does `{}` on `{name}`", declared.verb);
                self.refuse("device-output", what, "bind the device to an output, or run it host driven");
            }
        }
    }

    fn pulse(&mut self, name: &str, output: u8, seconds: Option<f64>, config: &mut Config) {
        let cycles = seconds.map(|seconds| (seconds * 1e9 / self.board.cycle as f64).round());
        let Some(cycles) = cycles.filter(|cycles| (1.0..=f64::from(u32::MAX)).contains(cycles)) else {
            let what = format!(
                "`{name}` cannot be on for {} s",
                seconds.map_or("an unknown number of".into(), |s| s.to_string())
            );
            return self.refuse("device-pulse", what, "ask for an amount within its calibration");
        };
        let clock = self.clocks.pulse(output, cycles as u32);
        if self.clocks.pulses(output).iter().any(|other| config.pulses & 1 << other != 0) {
            let what = format!("`{name}` may still be on when it is turned on again");
            self.refuse("device-pulse-again", what, "wait for its `done` first, or run it host driven");
        }
        let Some(bit) = self.bit(clock) else { return };
        config.pulses |= bit;
        config.shots.trigger |= bit;
    }

    /// A global timer in a set of them, if the board has it.
    fn bit(&mut self, clock: u8) -> Option<u32> {
        let has = self.board.timers.min(32);
        if usize::from(clock) < has {
            return Some(1 << clock);
        }
        self.refuse("device-timers", format!("the trial takes more than the {has} global timers of the board"), HOST);
        None
    }
}

/// What stands in the word of a timer that an instant does not touch.
fn carried(number: usize) -> i64 {
    NEVER - 1 - number as i64
}
