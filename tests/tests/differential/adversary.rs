//! A rig whose animal does what it likes: nothing, everything at once, the same thing as fast as it can, the last thing
//! in time.

use crate::generator::Generator;
use trialect_device::{Command, Input, Ns, Rig, RigFault, Wiring};
use trialect_ir::{Channel, Program};

/// Inputs of a trial after which only a state that waits for one gets any.
const ENOUGH: u32 = 60;
/// A state that is left by no timer within this time waits for the animal, ns.
const FAR: Ns = 20 * 3_600_000_000_000;
/// Inputs of a trial, and times at which there could have been one, after which the rig fails: nothing ends the trial.
const ENDLESS: u32 = 5_000;

/// What an animal does in a trial.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Nothing, unless a state would wait for ever.
    Never,
    /// One thing, again and again, without any time between.
    Always(u32),
    /// Two things in turn, a nanosecond apart.
    InTurn(u32, u32),
    /// Anything at any time.
    Anyhow,
    /// Anything, at the instant of the next timer.
    Late,
    /// Anything, at the instant at which it is waited for.
    Early,
    /// Now and then something.
    Seldom,
    /// All things in one instant, then nothing until the next timer.
    AtOnce,
}

pub struct Adversary<'p> {
    program: &'p Program,
    generator: Generator,
    manner: Manner,
    counts: Vec<i64>,
    now: Ns,
    /// Inputs since the trial began.
    done: u32,
    /// Times at which it was asked for one.
    asked: u32,
}

impl<'p> Adversary<'p> {
    pub fn new(program: &'p Program, key: u64) -> Adversary<'p> {
        let counts = vec![0; program.inputs.len()];
        Adversary { program, generator: Generator::new(key), manner: Manner::Never, counts, now: 0, done: 0, asked: 0 }
    }

    fn line(&mut self) -> u32 {
        self.generator.below(self.counts.len() as u64) as u32
    }

    fn input(&mut self, line: u32, at: Ns) -> Input {
        self.now = at;
        self.done += 1;
        let count = &mut self.counts[line as usize];
        if self.program.inputs[line as usize].kind == Channel::Event {
            return Input { line, at, value: 1 };
        }
        *count += match self.generator.below(4) {
            0 => self.generator.between(-1000, 1000),
            1 => 1,
            2 => -1,
            _ => self.generator.between(-40, 40),
        };
        Input { line, at, value: *count }
    }
}

impl Rig for Adversary<'_> {
    fn kind(&self) -> &'static str {
        "simulated"
    }

    fn wire(&mut self, _wiring: &Wiring) -> Result<(), RigFault> {
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.program.devices[device as usize].settings.iter().map(|(name, _)| (name.clone(), 0.19)).collect()
    }

    fn measure(&mut self, _at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        let measured = self.program.measured.iter().find(|one| one.device == device && one.reading == reading);
        let declared = measured.and_then(|one| self.program.columns[one.column as usize].covariate.as_ref());
        let range = declared.and_then(|covariate| covariate.within.or(covariate.standard));
        Ok(range.map(|range| self.generator.one_of(&range)))
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        self.asked += 1;
        if self.asked > ENDLESS {
            return Err(RigFault::Gone { rig: "adversary".into(), what: "nothing ends the trial".into() });
        }
        if self.counts.is_empty() || until < self.now {
            return Ok(None);
        }
        let left = until - self.now;
        if left >= FAR {
            let line = match self.manner {
                Manner::Always(line) if self.done < ENOUGH => line,
                _ => self.line(),
            };
            let at = self.now + self.generator.between(0, 3_000_000_000);
            return Ok(Some(self.input(line, at)));
        }
        // Where machines beside the trial go round, no time until the next timer is far.
        if self.done >= ENOUGH && self.asked < 10 * ENOUGH {
            self.now = until;
            return Ok(None);
        }
        let lines = self.counts.len() as u32;
        let manner = if self.asked < 10 * ENOUGH { self.manner } else { Manner::Anyhow };
        let (line, at) = match manner {
            Manner::Never => (0, Ns::MAX),
            Manner::Always(line) => (line, self.now),
            Manner::InTurn(a, b) => (if self.done.is_multiple_of(2) { a } else { b }, self.now + 1),
            Manner::Anyhow => (self.line(), self.now + self.generator.between(0, left.min(1_000_000_000) + 1)),
            Manner::Seldom if self.generator.once_in(2) => (0, Ns::MAX),
            Manner::Seldom => (self.line(), self.now + self.generator.between(0, left)),
            Manner::Late => (self.line(), until),
            Manner::Early => (self.line(), self.now),
            Manner::AtOnce if self.done % lines + 1 < lines => (self.done % lines, self.now),
            Manner::AtOnce => (self.done % lines, until),
        };
        if at > until {
            self.now = until;
            return Ok(None);
        }
        Ok(Some(self.input(line, at)))
    }

    fn trial_start(&mut self, _trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        (self.done, self.asked) = (0, 0);
        self.now = self.now.max(earliest);
        if !self.counts.is_empty() {
            self.manner = match self.generator.below(10) {
                0 => Manner::Never,
                1 => Manner::Always(self.line()),
                2 => Manner::InTurn(self.line(), self.line()),
                3 => Manner::Late,
                4 => Manner::Early,
                5 => Manner::AtOnce,
                6 | 7 => Manner::Seldom,
                _ => Manner::Anyhow,
            };
        }
        let late = if self.generator.once_in(3) { self.generator.between(0, 5_000_000_000) } else { 0 };
        Ok(Some(earliest + late))
    }

    fn command(&mut self, _at: Ns, _command: Command<'_>) -> Result<(), RigFault> {
        Ok(())
    }

    fn release(&mut self, _: Ns, _: u32, _: &str, _: Option<u32>) -> Result<(), RigFault> {
        Ok(())
    }

    fn follow(&mut self, _: Ns, _: u32, _: &str, _: f64) {}

    fn make_safe(&mut self, _: Ns) {}

    fn sample(&mut self, streams: &[trialect_device::StreamLine]) -> Result<Vec<trialect_device::Scale>, RigFault> {
        Ok(vec![trialect_device::Scale { gain: 1.0, offset: 0.0 }; streams.len()])
    }
}
