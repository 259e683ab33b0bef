//! One program on both machines, side by side: every call is made on both and must do the same.

use crate::generator::Generator;
use crate::scribe::Scribe;
use std::ops::{AddAssign, Range};
use std::sync::Arc;
use trialect_codegen::Jit;
use trialect_interp::Interpreter;
use trialect_ir::{Host, InputId, Machine, NO_OUTCOME, Phase, Program, Slot, header};

/// Memory is compared as a whole once in this many calls; a difference stays until the word is written again.
const LOOKS: u64 = 64;

/// A call of a machine.
#[derive(Debug, Clone, Copy)]
pub enum Call {
    Run(Phase),
    Begin { at: i64 },
    Event { input: InputId, value: i64, at: i64 },
    Timers { at: i64 },
    Interrupt { at: i64 },
    Start { at: i64 },
    Stop { at: i64 },
    Settle { at: i64 },
}

impl Call {
    fn make(self, machine: &mut dyn Machine, host: &mut dyn Host) {
        match self {
            Call::Run(phase) => machine.run(phase, host),
            Call::Begin { at } => machine.begin(at, host),
            Call::Event { input, value, at } => machine.event(input, value, at, host),
            Call::Timers { at } => machine.timers(at, host),
            Call::Interrupt { at } => machine.interrupt(at, host),
            Call::Start { at } => machine.start(at, host),
            Call::Stop { at } => machine.stop(at, host),
            Call::Settle { at } => machine.settle(at, host),
        }
    }
}

/// What calls did, so that one can see whether they were worth making.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Events of inputs.
    pub events: u64,
    /// Times at which timers could fire.
    pub timers: u64,
    /// Events and times that changed the state.
    pub moved: u64,
    /// Events and times that fired a rule.
    pub fired: u64,
    /// Events and times that ended a trial.
    pub ended: u64,
    /// Other calls: phases, beginnings, interruptions.
    pub others: u64,
    /// Trials begun.
    pub trials: u64,
    /// Calls of the host.
    pub told: u64,
    /// The outcomes that trials had, a bit each.
    pub outcomes: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.events += other.events;
        self.timers += other.timers;
        self.moved += other.moved;
        self.fired += other.fired;
        self.ended += other.ended;
        self.others += other.others;
        self.trials += other.trials;
        self.told += other.told;
        self.outcomes |= other.outcomes;
    }
}

/// How the hosts of the twins behave.
#[derive(Debug, Clone)]
pub struct Manners {
    /// One answer in this many is unreasonable.
    pub hostility: u64,
    /// Words that the hosts now and then change while they are called.
    pub meddles: Range<u32>,
}

/// A program on both machines, with hosts that answer alike.
pub struct Twins<'a> {
    name: &'a str,
    interpreter: (Interpreter, Scribe<'a>),
    jit: (Jit, Scribe<'a>),
    tally: Tally,
    calls: u64,
}

impl<'a> Twins<'a> {
    /// Both machines with the program's initial memory. `name` stands in messages.
    pub fn new(name: &'a str, program: &'a Arc<Program>, key: u64, manners: &Manners) -> Twins<'a> {
        let key = Generator::new(key).word();
        let scribe = || Scribe::new(program, key, manners.hostility, manners.meddles.clone());
        let jit = Jit::compile(program).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let interpreter = Interpreter::new(Arc::clone(program));
        Twins { name, interpreter: (interpreter, scribe()), jit: (jit, scribe()), tally: Tally::default(), calls: 0 }
    }

    /// What the calls so far did. Memory is equal, bit by bit.
    pub fn tally(&self) -> Tally {
        assert!(self.interpreter.0.memory() == self.jit.0.memory(), "{}: memory differs at the end", self.name);
        Tally { told: self.jit.1.calls, ..self.tally }
    }

    /// The memory of both.
    pub fn memory(&self) -> &[u64] {
        self.interpreter.0.memory()
    }

    /// The integer in a slot.
    pub fn int(&self, slot: Slot) -> i64 {
        self.memory()[slot.index()] as i64
    }

    /// Writes a word between calls.
    pub fn set(&mut self, slot: Slot, word: u64) {
        self.interpreter.0.memory_mut()[slot.index()] = word;
        self.jit.0.memory_mut()[slot.index()] = word;
    }

    /// Writes all words between calls.
    pub fn load(&mut self, memory: &[u64]) {
        self.interpreter.0.memory_mut().copy_from_slice(memory);
        self.jit.0.memory_mut().copy_from_slice(memory);
    }

    /// Makes a call on both. Afterwards both have told their hosts the same; memory is compared now and then.
    pub fn call(&mut self, call: Call) {
        let (entered, decided) = (self.jit.1.entered, self.jit.1.decided);
        let before = self.int(header::OUTCOME);
        for (machine, scribe) in
            [(&mut self.interpreter.0 as &mut dyn Machine, &mut self.interpreter.1), (&mut self.jit.0, &mut self.jit.1)]
        {
            scribe.record.clear();
            call.make(machine, scribe);
        }
        self.calls += 1;
        let looks = self.calls.is_multiple_of(LOOKS) && self.interpreter.0.memory() != self.jit.0.memory();
        if self.interpreter.1.record != self.jit.1.record || looks {
            self.differ(call);
        }
        let after = self.int(header::OUTCOME);
        let ended = before == NO_OUTCOME && after != NO_OUTCOME;
        let moved = ended || self.jit.1.entered > entered;
        let fired = self.jit.1.decided > decided;
        let tally = &mut self.tally;
        match call {
            Call::Event { .. } => tally.events += 1,
            Call::Timers { .. } => tally.timers += 1,
            Call::Begin { .. } => tally.trials += 1,
            Call::Run(_) | Call::Interrupt { .. } => {}
            Call::Start { .. } | Call::Stop { .. } | Call::Settle { .. } => {}
        }
        if matches!(call, Call::Event { .. } | Call::Timers { .. }) {
            tally.moved += u64::from(moved);
            tally.fired += u64::from(fired);
            tally.ended += u64::from(ended);
            tally.outcomes |= u64::from(ended) << (after & 63);
        } else {
            tally.others += 1;
        }
    }

    fn differ(&self, call: Call) -> ! {
        let (interpreted, compiled) = (self.interpreter.0.memory(), self.jit.0.memory());
        let words = interpreted.iter().zip(compiled).enumerate().filter(|(_, (a, b))| a != b);
        let words: Vec<String> = words.take(8).map(|(k, (a, b))| format!("word {k}: {a:#x} and {b:#x}")).collect();
        let (written, other) = (&self.interpreter.1.record, &self.jit.1.record);
        let place = written.iter().zip(other).position(|(a, b)| a != b).unwrap_or(written.len().min(other.len()));
        panic!(
            "{}: interpreter and compiled code differ after {call:?}, event {}, trial {}\nmemory: {}\nhosts (kind and id, arguments, digest), from word {place}:\n{:x?}\n{:x?}",
            self.name,
            self.tally.events,
            self.tally.trials,
            words.join(", "),
            &written[place.saturating_sub(3)..],
            &other[place.saturating_sub(3)..]
        );
    }
}
