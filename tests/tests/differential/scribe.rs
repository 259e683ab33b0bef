//! A host that writes down each call and answers from its own random numbers.

use crate::generator::Generator;
use std::ops::Range;
use trialect_ir::{ColumnId, DrawId, Host, Program, RuleId, SiteId, Slot, StateId, header};

/// Calls of a [`Host`], as they are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Draw,
    Defined,
    Output,
    Release,
    Left,
    Entered,
    Decided,
}

/// Writes down each call with its arguments and a digest of a part of memory.
///
/// Two scribes with the same key that see the same calls write the same and answer the same.
pub struct Scribe<'a> {
    program: &'a Program,
    generator: Generator,
    /// One call in this many is answered by something unreasonable.
    hostility: u64,
    /// Words that it now and then changes while it is called.
    meddles: Range<u32>,
    /// What was written since it was last cleared.
    pub record: Vec<u64>,
    /// How often a state was entered.
    pub entered: u64,
    /// How often a rule fired.
    pub decided: u64,
    /// All calls.
    pub calls: u64,
}

impl<'a> Scribe<'a> {
    pub fn new(program: &'a Program, key: u64, hostility: u64, meddles: Range<u32>) -> Scribe<'a> {
        let generator = Generator::new(key);
        Scribe { program, generator, hostility, meddles, record: Vec::new(), entered: 0, decided: 0, calls: 0 }
    }

    fn write(&mut self, kind: Kind, id: u32, arguments: usize, memory: &mut [u64]) {
        self.calls += 1;
        self.record.push((kind as u64) << 32 | u64::from(id));
        self.record.extend(&memory[header::SCRATCH.index()..][..arguments]);
        self.record.push(digest(window(memory, self.calls)));
        if !self.meddles.is_empty() && self.generator.once_in(7) {
            let word = self.generator.hostile();
            memory[self.generator.between(self.meddles.start.into(), i64::from(self.meddles.end) - 1) as usize] = word;
        }
    }
}

/// A part of memory that wanders with the calls: all of it in turn, little at a time.
fn window(memory: &[u64], calls: u64) -> &[u64] {
    const LENGTH: usize = 64;
    let start = (calls as usize).wrapping_mul(LENGTH) % memory.len();
    &memory[start..memory.len().min(start + LENGTH)]
}

/// A digest of memory in which the place of every word counts. Eight sums go side by side, for speed.
fn digest(memory: &[u64]) -> u64 {
    const LANES: usize = 8;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut sums = [0_u64; LANES];
    let rows = memory.chunks_exact(LANES);
    for (lane, word) in rows.remainder().iter().enumerate() {
        sums[lane] = mix(sums[lane], *word);
    }
    for row in rows {
        for (sum, word) in sums.iter_mut().zip(row) {
            // The upper bits of a product depend on all bits, the lower ones do not.
            *sum = mix(*sum, *word).rotate_left(29);
        }
    }
    sums.into_iter().fold(0, |digest, sum| mix(digest, sum).rotate_left(29))
}

impl Host for Scribe<'_> {
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64 {
        let distribution = self.program.draws[draw.0 as usize].distribution;
        let count = distribution.parameters();
        self.write(Kind::Draw, draw.0, count, memory);
        if self.generator.once_in(self.hostility) {
            return self.generator.hostile();
        }
        distribution.sample(self.generator.word(), &memory[header::SCRATCH.index()..][..count])
    }

    fn defined(&mut self, column: ColumnId, memory: &mut [u64]) {
        self.write(Kind::Defined, column.0, 0, memory);
        let Some(column) = self.program.columns.get(column.0 as usize) else { return };
        if self.generator.once_in(self.hostility) {
            memory[column.value.index()] = self.generator.hostile();
            if let Some(Slot(flag)) = column.present {
                memory[flag as usize] = self.generator.below(2);
            }
        }
    }

    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        self.write(Kind::Output, site.0, self.program.sites[site.0 as usize].parameters.len(), memory);
    }

    fn release(&mut self, site: SiteId, memory: &mut [u64]) {
        self.write(Kind::Release, site.0, 0, memory);
    }

    fn left(&mut self, state: StateId, memory: &mut [u64]) {
        self.write(Kind::Left, state.0, 0, memory);
    }

    fn entered(&mut self, state: StateId, memory: &mut [u64]) {
        self.entered += 1;
        self.write(Kind::Entered, state.0, 0, memory);
    }

    fn decided(&mut self, rule: RuleId, memory: &mut [u64]) {
        self.decided += 1;
        self.write(Kind::Decided, rule.0, 0, memory);
    }
}
