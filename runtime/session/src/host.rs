//! What a running program may ask of the session: draws, outputs, and to be heard.

use crate::outputs::Outputs;
use crate::plan::Place;
use crate::replay::broken_off;
use crate::support::Supports;
use crate::{Plan, Recorder, SessionFault};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use trialect_device::{Ns, Rig};
use trialect_ir::{ColumnId, Distribution, DrawId, Host, Program, RuleId, SiteId, Slot, StateId, header, law};
use trialect_journal::Entry;

/// What outputs reach out to.
pub(crate) struct Hands<'a> {
    pub(crate) program: &'a Program,
    pub(crate) rig: &'a mut dyn Rig,
    pub(crate) recorder: &'a mut dyn Recorder,
    /// Time of what is being done.
    pub(crate) now: Ns,
    /// Entries recorded so far.
    pub(crate) pushed: usize,
    /// The entry before which a device failed when this was recorded.
    pub(crate) breaks_before: Option<usize>,
    /// The rig is safe, and nothing more reaches it.
    pub(crate) safe: bool,
}

impl Hands<'_> {
    /// Records an entry.
    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        self.holds()?;
        self.recorder.push(entry)?;
        self.pushed += 1;
        Ok(())
    }

    /// An error where a device failed when this was recorded.
    pub(crate) fn holds(&self) -> Result<(), SessionFault> {
        if self.breaks_before == Some(self.pushed) { Err(broken_off()) } else { Ok(()) }
    }

    /// A device failed: all are made safe, and nothing more reaches them.
    pub(crate) fn make_safe(&mut self, at: Ns) {
        self.rig.make_safe(at);
        self.breaks_before = None;
        self.safe = true;
    }
}

/// The session as its program sees it. The first fault is kept; after it nothing more reaches the rig.
pub(crate) struct SessionHost<'a> {
    pub(crate) hands: Hands<'a>,
    pub(crate) outputs: Outputs,
    pub(crate) fault: Option<SessionFault>,
    /// When something last happened that a wait of the trial's own states is counted from: an input, one of their timers,
    /// one entered. Machines beside the trial may go round for ever while it waits.
    pub(crate) heard: Ns,
    /// Values given for this trial.
    pub(crate) given: BTreeMap<ColumnId, u64>,
    supports: Supports,
    streams: Vec<u64>,
    /// For each train a stream for each event that it may have, and one more.
    trains: BTreeMap<u32, Vec<u64>>,
}

impl<'a> SessionHost<'a> {
    pub(crate) fn new(
        program: &'a Program,
        rig: &'a mut dyn Rig,
        recorder: &'a mut dyn Recorder,
        plan: &Plan<'_>,
    ) -> SessionHost<'a> {
        let breaks_before = plan.interruption.as_ref().and_then(|interruption| match interruption.place {
            Place::Entry(position) => Some(position),
            Place::Instant(_) | Place::Time { .. } => None,
        });
        let streams = program.draws.iter().map(|draw| stream(plan, &draw.path)).collect();
        let trains = (0..).zip(&program.draws).filter_map(|(k, draw)| match draw.distribution {
            Distribution::Train { most, .. } => {
                Some((k, (0..=most).map(|event| stream(plan, &format!("{}#{event}", draw.path))).collect()))
            }
            _ => None,
        });
        SessionHost {
            hands: Hands { program, rig, recorder, now: 0, pushed: 0, breaks_before, safe: false },
            outputs: Outputs::new(program, &plan.given_today),
            fault: None,
            heard: 0,
            given: BTreeMap::new(),
            supports: Supports::new(program),
            streams,
            trains: trains.collect(),
        }
    }

    /// Keeps the first fault.
    pub(crate) fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), SessionFault>) {
        if self.fault.is_none() {
            self.fault = self.hands.holds().and_then(|()| step(self)).err();
        }
    }

    /// Draws a train into its block, and gives the number of its events.
    fn train(&mut self, draw: DrawId, most: u32, block: Slot, memory: &mut [u64]) -> u64 {
        let declared = &self.hands.program.draws[draw.0 as usize];
        let [rate, start, end] = [0, 1, 2].map(|k| f64::from_bits(memory[header::SCRATCH.index() + k]));
        let tick = memory[declared.tick.index()];
        let keys = self.trains.get(&draw.0).map_or(&[][..], Vec::as_slice);
        let (head, times) = memory[block.index()..][..most as usize + 2].split_at_mut(2);
        let word = |k: usize| law::stream_word(keys.get(k).copied().unwrap_or_default(), tick);
        let (count, cut) = trialect_ir::train(word, rate, start, end, times);
        head.copy_from_slice(&[u64::from(cut), count]);
        let times = times[..count as usize].to_vec();
        self.push(Entry::Draw { draw: draw.0, word: count, given: false, outside: false });
        self.push(Entry::Times { draw: draw.0, times });
        count
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.attempt(|host| host.hands.push(entry));
    }
}

/// The key of a draw's random stream: a digest of everything that names it.
fn stream(plan: &Plan<'_>, path: &str) -> u64 {
    let name = format!("trialect-draw/1\n{}\n{}\n{}\n{path}", plan.seed, plan.subject, plan.session);
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

fn now(memory: &[u64]) -> Ns {
    memory[header::NOW.index()] as Ns
}

impl Host for SessionHost<'_> {
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64 {
        let declared = &self.hands.program.draws[draw.0 as usize];
        let count = declared.distribution.parameters();
        if let Distribution::Train { most, block } = declared.distribution {
            return self.train(draw, most, block, memory);
        }
        let parameters = &memory[header::SCRATCH.index()..][..count];
        self.supports.drawn(declared.column, declared.distribution.support(parameters));
        let given = self.given.get(&declared.column).copied();
        let word = given.unwrap_or_else(|| {
            let word = law::stream_word(self.streams[draw.0 as usize], memory[declared.tick.index()]);
            declared.distribution.sample(word, parameters)
        });
        let outside = given.is_some_and(|word| !declared.distribution.supports(word, parameters));
        self.push(Entry::Draw { draw: draw.0, word, given: given.is_some(), outside });
        word
    }

    fn defined(&mut self, column: ColumnId, memory: &mut [u64]) {
        let Some(word) = self.given.get(&column).copied() else {
            // Only a session with given values asks what could have been.
            if !self.given.is_empty() {
                self.supports.computed(self.hands.program, column, memory);
            }
            return;
        };
        let declared = &self.hands.program.columns[column.0 as usize];
        let outside = !self.supports.allows(self.hands.program, column, word, memory);
        memory[declared.value.index()] = word;
        if let Some(flag) = declared.present {
            memory[flag.index()] = 1;
        }
        self.push(Entry::Given { column: column.0, word, outside });
    }

    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        self.attempt(|host| {
            host.hands.now = now(memory);
            host.outputs.send(&mut host.hands, site, memory)
        });
    }

    fn release(&mut self, site: SiteId, _memory: &mut [u64]) {
        self.outputs.let_go(site);
    }

    fn left(&mut self, _state: StateId, _memory: &mut [u64]) {}

    fn entered(&mut self, state: StateId, memory: &mut [u64]) {
        if self.hands.program.beside_of(state).is_none() {
            self.heard = now(memory);
        }
        self.push(Entry::State { state: state.0, at: now(memory) });
    }

    fn decided(&mut self, rule: RuleId, memory: &mut [u64]) {
        self.push(Entry::Decision { rule: rule.0, at: now(memory) });
    }
}
