//! Finite values: how often each came, against how often the rule would have it come.

use super::Verdict;
use serde::Serialize;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, Discrete, DiscreteCDF};
use std::collections::BTreeMap;

/// Values with names that are told apart; all beyond them are one.
const NAMES: usize = 64;
/// Trials up to which the distribution of a number of successes with changing chances is computed exactly.
const EXACT: usize = 2_000;

/// Numbers of values seen and expected. The chances may differ from trial to trial; the memory does not grow.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// By value: its place in the sums.
    places: BTreeMap<u64, usize>,
    seen: Vec<f64>,
    expected: Vec<f64>,
    /// Covariance of the numbers, row by row, [`NAMES`] a row, as far as there are places.
    covariance: Vec<f64>,
    values: u64,
    /// The logarithm of the probability of all values as they came.
    likelihood: f64,
    /// Chances of the second value, while there are few trials and two values.
    chances: Vec<f64>,
    /// What many trials in a row have in common.
    run: Run,
}

/// How often a value came, and how often it should have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// The value as people read it.
    pub value: String,
    /// Times it came.
    pub seen: u64,
    /// The sum of its chances.
    pub expected: f64,
}

/// Trials with the same chances.
#[derive(Debug, Clone, Default)]
struct Run {
    chances: Vec<(u64, f64)>,
    seen: Vec<u64>,
    trials: u64,
}

impl Counts {
    /// Takes in a value and the chances of all values, which add up to 1.
    pub fn take(&mut self, value: u64, chances: &[(u64, f64)]) {
        if self.run.chances != chances {
            self.settle();
            self.run.chances = chances.to_vec();
            self.run.seen = vec![0; chances.len()];
        }
        if let Some(k) = chances.iter().position(|(member, _)| *member == value) {
            self.run.seen[k] += 1;
        }
        self.run.trials += 1;
    }

    /// Adds the present run to the sums.
    fn settle(&mut self) {
        let run = std::mem::take(&mut self.run);
        let n = run.trials as f64;
        let mut places = Vec::with_capacity(run.chances.len());
        for ((member, chance), seen) in run.chances.iter().zip(&run.seen) {
            let next = self.places.len().min(NAMES - 1);
            let place = *self.places.entry(*member).or_insert(next);
            if place >= self.seen.len() {
                self.seen.push(0.0);
                self.expected.push(0.0);
                self.covariance.resize((place + 1) * NAMES, 0.0);
            }
            self.seen[place] += *seen as f64;
            self.expected[place] += n * chance;
            if *seen > 0 {
                self.likelihood += *seen as f64 * chance.ln();
            }
            places.push((place, *chance));
        }
        for (a, p) in &places {
            self.covariance[a * NAMES + a] += n * p;
            places.iter().for_each(|(b, q)| self.covariance[a * NAMES + b] -= n * p * q);
        }
        if self.values as usize + run.trials as usize <= EXACT {
            let second = places.iter().filter(|(place, _)| *place == 1).map(|(_, chance)| chance).sum::<f64>();
            self.chances.extend(std::iter::repeat_n(second, run.trials as usize));
        }
        self.values += run.trials;
    }

    /// The number of values, and the logarithm of the probability of all of them.
    pub fn likelihood(&mut self) -> (u64, f64) {
        self.settle();
        (self.values, self.likelihood)
    }

    /// How often each value came, in the order of the values; at most 64.
    pub fn levels(&mut self, name: &dyn Fn(u64) -> String) -> Vec<Level> {
        self.settle();
        let level = |(member, place): (&u64, &usize)| Level {
            value: name(*member),
            seen: self.seen[*place] as u64,
            expected: self.expected[*place],
        };
        self.places.iter().take(NAMES).map(level).collect()
    }

    /// Whether the values came as often as they should; none when chance had nothing to decide.
    pub fn verdict(&mut self, name: &dyn Fn(u64) -> String) -> Option<Verdict> {
        self.settle();
        let (chi, freedom) = self.distance();
        if freedom == 0 {
            return None;
        }
        let detail = self.detail(name);
        if self.seen.len() == 2 {
            let p = self.of_two();
            let statistic = self.seen[1];
            return Some(Verdict { test: "binomial", values: self.values, statistic, p, detail });
        }
        let p = ChiSquared::new(freedom as f64).map_or(1.0, |law| law.sf(chi));
        Some(Verdict { test: "chi-squared", values: self.values, statistic: chi, p, detail })
    }

    /// The differences weighed by the inverse of their covariance, and the rank of that. With chances that stay the same
    /// this is Pearson's statistic.
    fn distance(&self) -> (f64, usize) {
        let n = self.seen.len();
        let mut rest: Vec<f64> = (0..n).map(|k| self.seen[k] - self.expected[k]).collect();
        let mut matrix: Vec<Vec<f64>> = (0..n).map(|a| self.covariance[a * NAMES..a * NAMES + n].to_vec()).collect();
        let scale = (0..n).map(|k| matrix[k][k]).fold(0.0_f64, f64::max);
        let (mut chi, mut rank) = (0.0, 0);
        for k in 0..n {
            let pivot = matrix[k][k];
            if pivot <= 1e-9 * scale || pivot <= 0.0 {
                continue;
            }
            rank += 1;
            chi += rest[k] * rest[k] / pivot;
            let (above, below) = matrix.split_at_mut(k + 1);
            for (row, cells) in (k + 1..).zip(below) {
                let factor = cells[k] / pivot;
                rest[row] -= factor * rest[k];
                cells[k..].iter_mut().zip(&above[k][k..]).for_each(|(cell, other)| *cell -= factor * other);
            }
        }
        (chi, rank)
    }

    /// Two-sided: the probability of all numbers of the second value that are no likelier than the one seen.
    fn of_two(&self) -> f64 {
        let seen = self.seen[1].round() as u64;
        let mean = self.expected[1];
        let variance = self.covariance[NAMES + 1];
        let first = self.chances.first().copied().unwrap_or(0.0);
        let same = (variance - mean * (1.0 - mean / self.values as f64)).abs() <= 1e-9 * mean.max(1e-9);
        if same {
            return binomial(self.values, mean / self.values as f64, seen);
        }
        if self.chances.len() as u64 == self.values && first >= 0.0 {
            return changing(&self.chances, seen);
        }
        // Many trials: normal, with the half step between whole numbers.
        let z = ((self.seen[1] - mean).abs() - 0.5).max(0.0) / variance.sqrt();
        (2.0 * trialect_ir::law::phi(-z)).min(1.0)
    }

    fn detail(&self, name: &dyn Fn(u64) -> String) -> String {
        let each = self.places.iter().take(8).map(|(member, place)| {
            format!("{} {} (expected {:.1})", name(*member), self.seen[*place] as u64, self.expected[*place])
        });
        each.collect::<Vec<_>>().join(", ")
    }
}

/// Exact, two-sided.
fn binomial(n: u64, p: f64, seen: u64) -> f64 {
    let Ok(law) = Binomial::new(p.clamp(0.0, 1.0), n) else { return 1.0 };
    let here = law.ln_pmf(seen) + 1e-7;
    // The likelihood falls to both sides of the mode: the other tail begins where it is no longer above that of `seen`.
    let mode = ((n + 1) as f64 * p) as u64;
    if seen == mode.min(n) {
        return 1.0;
    }
    let (mut low, mut high) = if seen < mode { (mode, n + 1) } else { (0, mode) };
    while low < high {
        let middle = low + (high - low) / 2;
        let below = law.ln_pmf(middle) <= here;
        match (seen < mode, below) {
            (true, true) | (false, false) => high = middle,
            (true, false) => low = middle + 1,
            (false, true) => low = middle + 1,
        }
    }
    let tails = if seen < mode {
        law.cdf(seen) + if low == 0 { 1.0 } else { law.sf(low - 1) }
    } else {
        law.sf(seen.saturating_sub(1)) + if low == 0 { 0.0 } else { law.cdf(low - 1) }
    };
    tails.min(1.0)
}

/// Exact, two-sided, for chances that change: the distribution of the number, one trial after the other.
fn changing(chances: &[f64], seen: u64) -> f64 {
    let mut law = vec![0.0; chances.len() + 1];
    law[0] = 1.0;
    for (n, p) in chances.iter().enumerate() {
        for k in (0..=n).rev() {
            let here = law[k];
            law[k + 1] += here * p;
            law[k] = here * (1.0 - p);
        }
    }
    let here = law.get(seen as usize).copied().unwrap_or(0.0) * (1.0 + 1e-7);
    law.iter().filter(|x| **x <= here).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binomial_test_is_exact() {
        // By hand: 2 of 10 at one half: 2 * (1 + 10 + 45) / 1024.
        assert!((binomial(10, 0.5, 2) - 112.0 / 1024.0).abs() < 1e-12);
        assert!((binomial(10, 0.5, 8) - 112.0 / 1024.0).abs() < 1e-12);
        // 3 of 4 at 0.2: P(3) = 0.0256, P(4) = 0.0016; below, nothing is as unlikely.
        assert!((binomial(4, 0.2, 3) - 0.0272).abs() < 1e-12);
        // 0 of 4 at 0.6: P(0) = 0.0256; P(4) = 0.1296 is likelier.
        assert!((binomial(4, 0.6, 0) - 0.0256).abs() < 1e-12);
        assert_eq!(binomial(10, 0.5, 5), 1.0);
    }

    #[test]
    fn changing_chances_give_the_convolution() {
        // Two of two with chances 0.5 and 0.2: 0.1; one: 0.5; none: 0.4.
        assert!((changing(&[0.5, 0.2], 2) - 0.1).abs() < 1e-12);
        assert!((changing(&[0.5, 0.2], 0) - 0.5).abs() < 1e-12);
        assert!((changing(&[0.5; 10], 2) - binomial(10, 0.5, 2)).abs() < 1e-12);
    }

    #[test]
    fn equal_chances_give_the_statistic_of_pearson() {
        let mut counts = Counts::default();
        let chances = [(0, 0.25), (1, 0.25), (2, 0.5)];
        for (value, times) in [(0, 20), (1, 30), (2, 50)] {
            (0..times).for_each(|_| counts.take(value, &chances));
        }
        let verdict = counts.verdict(&|value| value.to_string()).unwrap();
        // (5^2 / 25) * 2 = 2 with two degrees of freedom: p = exp(-1).
        assert!((verdict.statistic - 2.0).abs() < 1e-9, "{verdict:?}");
        assert!((verdict.p - (-1.0_f64).exp()).abs() < 1e-9, "{verdict:?}");
    }

    #[test]
    fn what_is_certain_is_no_test() {
        let mut counts = Counts::default();
        (0..5).for_each(|_| counts.take(3, &[(3, 1.0)]));
        assert!(counts.verdict(&|value| value.to_string()).is_none());
    }
}
