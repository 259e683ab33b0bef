//! Statistics: exact windows and order statistics in memory that is laid out when compiling.
//!
//! Each key has a block of words: value, present (0 or 1), rows taken, sorted-or-ring samples. A
//! windowed statistic keeps the last N samples as a ring; an order statistic without a window
//! keeps its samples sorted; the others keep a running sum only. Sums are taken oldest to newest.

use crate::{Class, Slot};
use serde::{Deserialize, Serialize};

/// Index into [`crate::Program::statistics`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatId(pub u32);

/// What is computed over the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Arithmetic mean; none without rows.
    Mean,
    /// Number of rows whose sample is true; an integer.
    Count,
    /// Sum; 0 without rows.
    Sum,
    /// Middle sample, or the mean of the two middle ones; none without rows.
    Median,
    /// Least sample; none without rows.
    Min,
    /// Greatest sample; none without rows.
    Max,
}

/// A declared statistic and where it lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// Path of the definition.
    pub path: String,
    /// What is computed.
    pub function: Function,
    /// Number of keys.
    pub keys: u32,
    /// `over last N`.
    pub window: Option<u32>,
    /// `at least n`: below it there is no value.
    pub at_least: u32,
    /// Samples that a block can hold; 0 when only a sum is kept.
    pub capacity: u32,
    /// First block.
    pub base: Slot,
}

const VALUE: usize = 0;
const PRESENT: usize = 1;
const ROWS: usize = 2;
/// Words of a block before its samples.
pub const PREFIX: u32 = 4;
const SUM: usize = 3;

impl Statistic {
    /// Words of a block.
    pub fn stride(&self) -> u32 {
        PREFIX + self.capacity
    }
    /// Words of all blocks.
    pub fn words(&self) -> u32 {
        self.stride() * self.keys
    }
    /// Slot of a key's value.
    pub fn value(&self, key: u32) -> Slot {
        self.base.offset(key * self.stride())
    }
    /// Slot of the flag that says whether a key has a value.
    pub fn present(&self, key: u32) -> Slot {
        self.value(key).offset(PRESENT as u32)
    }
    /// Class of the value.
    pub fn class(&self) -> Class {
        if self.function == Function::Count { Class::Int } else { Class::Real }
    }
    /// The block's words before any row.
    pub fn initial(&self) -> Vec<u64> {
        let mut block = vec![0; self.stride() as usize];
        self.evaluate(&mut block);
        block.repeat(self.keys as usize)
    }

    /// Takes in one row. `sample` is a real by its bits, or 0/1 for [`Function::Count`]. A key outside its range is ignored.
    pub fn push(&self, memory: &mut [u64], key: i64, sample: u64) {
        let Some(key) = u32::try_from(key).ok().filter(|&key| key < self.keys) else { return };
        let start = self.value(key).index();
        let block = &mut memory[start..start + self.stride() as usize];
        let sample = if self.function == Function::Count { (sample as i64 as f64).to_bits() } else { sample };
        self.take(block, f64::from_bits(sample));
        self.evaluate(block);
    }

    /// How many samples a key's mean is of, and the mean, 0 to 1 for truth values; no samples where it has no value.
    pub fn share(&self, memory: &[u64], key: u32) -> (u64, f64) {
        let block = &memory[self.value(key).index()..][..self.stride() as usize];
        if block[PRESENT] == 0 {
            return (0, 0.0);
        }
        let held = self.window.map_or(block[ROWS], |window| block[ROWS].min(window.into()));
        (held, f64::from_bits(block[VALUE]))
    }

    /// The samples of a key's block that count, oldest first (ascending where no window keeps their order); none when
    /// only a sum is kept. `block` has [`Statistic::stride`] words.
    pub fn samples(&self, block: &[u64]) -> Option<Vec<f64>> {
        if self.capacity == 0 || block.len() != self.stride() as usize {
            return None;
        }
        let rows = usize::try_from(block[ROWS]).unwrap_or(usize::MAX);
        let held = rows.min(self.capacity as usize);
        let of_window = |k| self.in_ring(block, held, k);
        let sorted = |k| f64::from_bits(block[PREFIX as usize + k]);
        Some((0..held).map(|k| if self.window.is_some() { of_window(k) } else { sorted(k) }).collect())
    }

    /// Rows that a key's block has taken in.
    pub fn rows(&self, block: &[u64]) -> u64 {
        block.get(ROWS).copied().unwrap_or(0)
    }

    /// A block that has taken in these samples, oldest first, and nothing else.
    pub fn block_of(&self, samples: &[f64]) -> Vec<u64> {
        let mut block = vec![0; self.stride() as usize];
        samples.iter().for_each(|sample| self.take(&mut block, *sample));
        self.evaluate(&mut block);
        block
    }

    /// The block of a statistic without samples, evaluated by this one's rules (`at least`).
    pub fn block_like(&self, sums: &[u64]) -> Vec<u64> {
        let mut block = vec![0; self.stride() as usize];
        for (to, from) in block.iter_mut().zip(sums) {
            *to = *from;
        }
        self.evaluate(&mut block);
        block
    }

    fn take(&self, block: &mut [u64], sample: f64) {
        let rows = block[ROWS] as usize;
        let capacity = self.capacity as usize;
        let samples = PREFIX as usize;
        if self.window.is_some() {
            block[samples + rows % capacity] = sample.to_bits();
        } else if capacity > 0 {
            // Sorted, ascending; a full block (more rows than `limit trials`) cannot happen and would drop the row.
            if rows >= capacity {
                return;
            }
            let held = &block[samples..samples + rows];
            let at = held.partition_point(|word| f64::from_bits(*word) <= sample);
            block.copy_within(samples + at..samples + rows, samples + at + 1);
            block[samples + at] = sample.to_bits();
        } else {
            let so_far = f64::from_bits(block[SUM]);
            let next = match self.function {
                Function::Min if rows > 0 => so_far.min(sample),
                Function::Max if rows > 0 => so_far.max(sample),
                Function::Min | Function::Max => sample,
                _ => so_far + sample,
            };
            block[SUM] = next.to_bits();
        }
        block[ROWS] = rows as u64 + 1;
    }

    fn evaluate(&self, block: &mut [u64]) {
        let rows = block[ROWS] as usize;
        let held = self.window.map_or(rows, |window| rows.min(window as usize));
        let value = match self.function {
            Function::Count => Some(self.sum(block, held)),
            Function::Sum => Some(self.sum(block, held)),
            _ if held == 0 => None,
            Function::Mean => Some(self.sum(block, held) / held as f64),
            Function::Min | Function::Max => Some(self.extreme(block, held)),
            Function::Median => Some(self.median(block, held)),
        };
        block[PRESENT] = u64::from(value.is_some() && held >= self.at_least as usize);
        let value = value.unwrap_or(0.0);
        block[VALUE] = if self.function == Function::Count { value as i64 as u64 } else { value.to_bits() };
    }

    /// The k-th oldest of the samples held in a ring.
    fn in_ring(&self, block: &[u64], held: usize, k: usize) -> f64 {
        let rows = block[ROWS] as usize;
        f64::from_bits(block[PREFIX as usize + (rows - held + k) % self.capacity as usize])
    }

    /// The samples held in a ring, oldest first, in two parts.
    fn ring<'b>(&self, block: &'b [u64], held: usize) -> (&'b [u64], &'b [u64]) {
        let ring = &block[PREFIX as usize..][..self.capacity as usize];
        let first = (block[ROWS] as usize - held) % self.capacity as usize;
        let before_the_end = held.min(ring.len() - first);
        (&ring[first..first + before_the_end], &ring[..held - before_the_end])
    }

    fn sum(&self, block: &[u64], held: usize) -> f64 {
        if self.window.is_none() {
            return f64::from_bits(block[SUM]);
        }
        let (older, newer) = self.ring(block, held);
        older.iter().chain(newer).fold(0.0, |sum, word| sum + f64::from_bits(*word))
    }

    fn extreme(&self, block: &[u64], held: usize) -> f64 {
        if self.window.is_none() {
            return f64::from_bits(block[SUM]);
        }
        let samples = (1..held).map(|k| self.in_ring(block, held, k));
        let first = self.in_ring(block, held, 0);
        if self.function == Function::Min { samples.fold(first, f64::min) } else { samples.fold(first, f64::max) }
    }

    fn median(&self, block: &[u64], held: usize) -> f64 {
        let samples = &block[PREFIX as usize..][..held];
        let (low, high) = ((held - 1) / 2, held / 2);
        if self.window.is_none() {
            let at = |k: usize| f64::from_bits(samples[k]);
            return if low == high { at(low) } else { (at(low) + at(high)) / 2.0 };
        }
        // The middle ones of a ring by counting, which needs no memory of its own.
        let (mut lower, mut upper) = (None, None);
        for word in samples {
            let candidate = f64::from_bits(*word);
            let count = |(below, same): (usize, usize), other: &u64| {
                let other = f64::from_bits(*other);
                (below + usize::from(other < candidate), same + usize::from(other == candidate))
            };
            let (below, same) = samples.iter().fold((0, 0), count);
            let at = |k: usize| (below..below + same).contains(&k).then_some(candidate);
            lower = lower.or(at(low));
            upper = upper.or(at(high));
            if lower.is_some() && upper.is_some() {
                break;
            }
        }
        let (lower, upper) = (lower.unwrap_or(0.0), upper.unwrap_or(0.0));
        if low == high { lower } else { (lower + upper) / 2.0 }
    }
}
