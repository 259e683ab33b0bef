//! Values, what is remembered from trial to trial, and the outcomes of chance that are tried one after the other.

use std::collections::{BTreeMap, VecDeque};
use trialect_sema::{Family, ValueId};

/// A number by its bits, so that what is remembered can be compared and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(u64);

impl Number {
    pub(super) fn of(value: f64) -> Number {
        Number(value.to_bits())
    }
    pub(super) fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// What an expression is in one trial.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Val {
    Nothing,
    Truth(bool),
    Number(Number),
    Member(u32),
    /// Members as bits.
    Set(u64),
    /// A draw of a real, of which only comparisons are known.
    Drawn(ValueId),
}

/// What the next trial can depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct World {
    /// Values that are read with `last`.
    pub(super) last: BTreeMap<ValueId, Val>,
    /// The outcome of the trial before; none in front of the first one.
    pub(super) outcome: Option<u32>,
    /// The rows of windowed statistics, by keys.
    pub(super) windows: BTreeMap<(ValueId, Vec<u32>), VecDeque<Number>>,
    /// The choice of the trial before, and whether it was rewarded.
    pub(super) choice: Option<(u32, bool)>,
}

/// Why the value of a strategy is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// One more thing has to be remembered.
    Remember(Memory),
    /// It cannot be computed, because of this.
    Because(String),
}

/// What has to be remembered from trial to trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Memory {
    Last(ValueId),
    Window(ValueId),
}

pub(super) fn because<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Because(why.into()))
}

/// One way through everything that is left to chance, and its probability.
#[derive(Debug, Default)]
pub(super) struct Chance {
    taken: Vec<(usize, Vec<f64>)>,
    next: usize,
    pub(super) probability: f64,
}

impl Chance {
    /// Begins a way anew.
    pub(super) fn begin(&mut self) {
        (self.next, self.probability) = (0, 1.0);
    }

    /// Which of several things happens on this way; the weights need no sum.
    pub(super) fn one_of(&mut self, weights: &[f64]) -> usize {
        if self.next == self.taken.len() {
            let sum: f64 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
            let first = shares.iter().position(|share| *share > 0.0).unwrap_or(0);
            self.taken.push((first, shares));
        }
        let (one, shares) = &self.taken[self.next];
        self.next += 1;
        self.probability *= shares.get(*one).copied().unwrap_or(1.0);
        *one
    }

    /// Goes on to the next way; false when there is none.
    pub(super) fn advance(&mut self) -> bool {
        while let Some((one, shares)) = self.taken.pop() {
            if let Some(next) = (one + 1..shares.len()).find(|&k| shares[k] > 0.0) {
                self.taken.push((next, shares));
                return true;
            }
        }
        false
    }
}

/// The parameters of a draw of a real, and where it is known to lie.
#[derive(Debug, Clone)]
pub(super) struct Continuous {
    /// Distribution function, up to a factor and a summand.
    of: Shape,
    pub(super) low: f64,
    pub(super) high: f64,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Uniform,
    Normal { mean: f64, deviation: f64 },
    Exponential { mean: f64 },
}

impl Continuous {
    /// From a family and the values of its parameters, in their order.
    pub(super) fn of(family: &Family, parameters: &[f64]) -> Option<Continuous> {
        match (family, parameters) {
            (Family::Uniform(..), &[low, high]) => Some(Continuous { of: Shape::Uniform, low, high }),
            (Family::Normal(..), &[mean, deviation, low, high]) => {
                Some(Continuous { of: Shape::Normal { mean, deviation }, low, high })
            }
            (Family::Exponential(..), &[mean, low, high]) => {
                Some(Continuous { of: Shape::Exponential { mean }, low, high })
            }
            _ => None,
        }
    }

    /// The probability that it lies below a value.
    pub(super) fn below(&self, value: f64) -> f64 {
        let function = |x: f64| match self.of {
            Shape::Uniform => x,
            Shape::Normal { mean, deviation } => trialect_ir::law::phi((x - mean) / deviation),
            Shape::Exponential { mean } => -(-x / mean).exp_m1(),
        };
        let (low, high) = (function(self.low), function(self.high));
        if value <= self.low {
            0.0
        } else if value >= self.high {
            1.0
        } else {
            ((function(value) - low) / (high - low)).clamp(0.0, 1.0)
        }
    }
}
