//! Random draws: one word of the generator each, by inversion.

use crate::{Clock, ColumnId, Slot, law};

/// Index into [`crate::Program::draws`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawId(pub u32);

/// A declared draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Path of the definition, the name of its random stream; a keyed draw has its key in it.
    pub path: String,
    /// The clock that makes it anew.
    pub clock: Clock,
    /// The family.
    pub distribution: Distribution,
    /// The Int word that counts the ticks of that clock, from 1; 0 while the session begins.
    pub tick: Slot,
    /// Where it is recorded.
    pub column: ColumnId,
}

/// Families of distributions and the order of their parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// One of `members` (at most 64): a set as bits, then, when weighted, one weight (real, not negative) a member. An index.
    Pick {
        /// Size of the type picked from.
        members: u32,
        /// Whether weights follow.
        weighted: bool,
    },
    /// True with a probability: the probability. 0 or 1.
    Chance,
    /// A whole number, each as likely: least, most. Int.
    Whole,
    /// Uniform over an interval: least, most. Real.
    Uniform,
    /// Normal, truncated: mean, standard deviation (above 0), least, most. Real.
    Normal,
    /// Exponential, truncated: mean (above 0), least, most. Real.
    Exponential,
    /// Event times of a Poisson process ([`crate::train()`]): rate (not negative), start, end. The number of events. The host
    /// writes into the words from `block` on: whether the train was cut at `most` events, their number, their times (Real).
    Train {
        /// Most events.
        most: u32,
        /// The first of `most + 2` words.
        block: Slot,
    },
}

/// The values a draw can take, given its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Support {
    /// The members whose bits are set.
    Members(u64),
    /// Whole numbers from one to another.
    Whole(i64, i64),
    /// A closed interval.
    Interval(f64, f64),
}

impl Distribution {
    /// Number of parameter words.
    pub fn parameters(self) -> usize {
        match self {
            Distribution::Pick { members, weighted } => 1 + if weighted { members as usize } else { 0 },
            Distribution::Chance => 1,
            Distribution::Uniform | Distribution::Whole => 2,
            Distribution::Normal => 4,
            Distribution::Exponential | Distribution::Train { .. } => 3,
        }
    }

    /// The value for one word of the generator. Total: any word and any parameters give a value.
    pub fn sample(self, word: u64, parameters: &[u64]) -> u64 {
        let u = law::unit_interval(word);
        let real = |k: usize| f64::from_bits(parameters[k]);
        match self {
            Distribution::Pick { members, weighted: false } => law::pick(u, parameters[0], members),
            Distribution::Pick { members, weighted: true } => {
                law::pick_weighted(u, parameters[0], members, &parameters[1..])
            }
            Distribution::Chance => u64::from(u < real(0)),
            Distribution::Whole => law::whole(u, parameters[0] as i64, parameters[1] as i64) as u64,
            Distribution::Uniform => law::uniform(u, real(0), real(1)).to_bits(),
            Distribution::Normal => law::normal(u, real(0), real(1), real(2), real(3)).to_bits(),
            Distribution::Exponential => law::exponential(u, real(0), real(1), real(2)).to_bits(),
            // A train takes a word for each event; one word by itself makes none.
            Distribution::Train { .. } => 0,
        }
    }

    /// The values that the parameters allow.
    pub fn support(self, parameters: &[u64]) -> Support {
        let real = |k: usize| f64::from_bits(parameters[k]);
        match self {
            Distribution::Pick { weighted: false, .. } => Support::Members(parameters[0]),
            Distribution::Pick { members, weighted: true } => Support::Members(
                (0..members).filter(|&k| real(1 + k as usize) > 0.0).fold(0, |set, k| set | 1 << k) & parameters[0],
            ),
            Distribution::Chance => Support::Members(u64::from(real(0) < 1.0) | u64::from(real(0) > 0.0) << 1),
            Distribution::Whole => Support::Whole(parameters[0] as i64, parameters[1] as i64),
            Distribution::Uniform => Support::Interval(real(0), real(1)),
            Distribution::Normal => Support::Interval(real(2), real(3)),
            Distribution::Exponential => Support::Interval(real(1), real(2)),
            Distribution::Train { most, .. } => Support::Whole(0, i64::from(most)),
        }
    }

    /// Whether `value` is one that the parameters allow.
    pub fn supports(self, value: u64, parameters: &[u64]) -> bool {
        match self.support(parameters) {
            Support::Members(set) => value < 64 && set >> value & 1 == 1,
            Support::Whole(least, most) => (least..=most).contains(&(value as i64)),
            Support::Interval(least, most) => (least..=most).contains(&f64::from_bits(value)),
        }
    }
}
