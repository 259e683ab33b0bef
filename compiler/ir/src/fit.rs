//! Psychometric curves that are fitted to a statistic's shares: `NAME = psychometric(TABLE)`.

use crate::{Slot, StatId, Statistic};
use trialect_psychometrics::{Bounds, Level, fit};

/// Index into [`crate::Program::fits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FitId(pub u32);

/// Parts of a fitted curve: bias, threshold, lapse rate at the low end, at the high end, log-likelihood.
pub const FIT_PARTS: usize = 5;

/// A curve over one run of a statistic's keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Path of the definition.
    pub path: String,
    /// The mean of truth values whose shares and rows are fitted.
    pub statistic: StatId,
    /// The signed level of each key of a run, in the coherent unit.
    pub levels: Vec<f64>,
    /// The largest threshold, in the same unit.
    pub widest: f64,
    /// Where the parts go (Real), in the order of [`FIT_PARTS`].
    pub values: [Slot; FIT_PARTS],
    /// Where it goes whether there are any (Int, 0 or 1).
    pub present: [Slot; FIT_PARTS],
}

impl Fit {
    /// Fits the curve to the run of keys that begins with `first` and writes its parts. There is none when the run is not
    /// in the statistic, or fewer than two different levels have a share: a key without a value (`at least`) has none.
    pub fn make(&self, statistics: &[Statistic], memory: &mut [u64], first: i64) {
        let found = self.levels_in(statistics, memory, first).and_then(|levels| {
            let curve = fit(&levels, &Bounds::up_to(self.widest))?;
            Some([curve.bias, curve.threshold, curve.lapse_low, curve.lapse_high, curve.log_likelihood])
        });
        let words = found.map_or([0; FIT_PARTS], |parts| parts.map(f64::to_bits));
        for ((value, present), word) in self.values.iter().zip(&self.present).zip(words) {
            memory[value.index()] = word;
            memory[present.index()] = u64::from(found.is_some());
        }
    }

    fn levels_in(&self, statistics: &[Statistic], memory: &[u64], first: i64) -> Option<Vec<Level>> {
        let statistic = statistics.get(self.statistic.0 as usize)?;
        let first = u32::try_from(first).ok()?;
        let last = first.checked_add(self.levels.len() as u32)?;
        if last > statistic.keys {
            return None;
        }
        let level = |(key, x): (u32, &f64)| {
            let (trials, share) = statistic.share(memory, key);
            Level { x: *x, trials, share }
        };
        Some((first..last).zip(&self.levels).map(level).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Function;

    fn table(at_least: u32) -> Statistic {
        let base = Slot(0);
        Statistic {
            path: "t".into(),
            function: Function::Mean,
            keys: 6,
            window: Some(40),
            at_least,
            capacity: 40,
            base,
        }
    }

    fn fitted(at_least: u32, rights: [u32; 6], first: i64) -> [Option<f64>; FIT_PARTS] {
        let statistic = table(at_least);
        let words = statistic.words();
        let slots = |at: u32| std::array::from_fn(|k| Slot(words + at + k as u32));
        let fit = Fit {
            path: "f".into(),
            statistic: StatId(0),
            levels: vec![-0.5, 0.0, 0.5],
            widest: 1.0,
            values: slots(0),
            present: slots(5),
        };
        let mut memory = statistic.initial();
        memory.resize(words as usize + 10, 7);
        for (key, rights) in rights.into_iter().enumerate() {
            (0..20).for_each(|k| statistic.push(&mut memory, key as i64, f64::from(u8::from(k < rights)).to_bits()));
        }
        fit.make(&[statistic], &mut memory, first);
        let word = |slot: Slot| memory[slot.index()];
        std::array::from_fn(|k| (word(fit.present[k]) == 1).then(|| f64::from_bits(word(fit.values[k]))))
    }

    #[test]
    fn a_curve_is_fitted_to_its_own_run_of_keys() {
        let direct = |rights: [u32; 3]| {
            let level = |(x, rights)| Level { x, trials: 20, share: f64::from(rights) / 20.0 };
            let levels: Vec<Level> = [-0.5, 0.0, 0.5].into_iter().zip(rights).map(level).collect();
            fit(&levels, &Bounds::up_to(1.0)).unwrap()
        };
        let rights = [2, 9, 19, 5, 12, 15];
        for (first, run) in [(0, [2, 9, 19]), (3, [5, 12, 15])] {
            let curve = direct(run);
            let parts = [curve.bias, curve.threshold, curve.lapse_low, curve.lapse_high, curve.log_likelihood];
            assert_eq!(fitted(0, rights, first), parts.map(Some));
        }
    }

    #[test]
    fn too_little_is_no_curve() {
        let rights = [2, 9, 19, 5, 12, 15];
        assert_eq!(fitted(21, rights, 0), [None; FIT_PARTS]);
        for outside in [-1, 4, i64::MAX] {
            assert_eq!(fitted(0, rights, outside), [None; FIT_PARTS]);
        }
    }
}
