//! Distributions of draws: chances of values, quantiles, densities.

use trialect_ir::{Distribution, law};

/// Whole numbers up to this many are counted one by one.
const WHOLE: i64 = 64;

/// A distribution with its parameters, and what follows from these. They seldom change from trial to trial.
#[derive(Debug, Clone)]
pub(crate) struct Law {
    distribution: Distribution,
    parameters: Vec<u64>,
    /// The values that are possible, with their chances; empty when they are not few.
    pub(crate) chances: Vec<(u64, f64)>,
    /// The untruncated distribution function at both ends.
    ends: (f64, f64),
    /// What is taken from the logarithm of the untruncated density, up to its constants.
    weight: f64,
}

impl Law {
    pub(crate) fn new(distribution: Distribution) -> Law {
        Law { distribution, parameters: Vec::new(), chances: Vec::new(), ends: (0.0, 1.0), weight: 0.0 }
    }

    /// Takes the parameters.
    pub(crate) fn with(&mut self, parameters: &[u64]) {
        if self.parameters == parameters {
            return;
        }
        self.parameters.clear();
        self.parameters.extend_from_slice(parameters);
        let real = |k: usize| f64::from_bits(parameters[k]);
        match self.distribution {
            Distribution::Whole => {
                let (least, most) = (parameters[0] as i64, parameters[1] as i64);
                let count = whole(parameters);
                self.chances.clear();
                if count <= WHOLE {
                    self.chances.extend((least..=most).map(|k| (k as u64, 1.0 / count as f64)));
                }
                self.weight = (count as f64).ln();
            }
            Distribution::Uniform => self.weight = (real(1) - real(0)).ln(),
            Distribution::Normal | Distribution::Exponential => {
                let (low, high) = if self.distribution == Distribution::Normal { (2, 3) } else { (1, 2) };
                self.ends =
                    (below(self.distribution, parameters, real(low)), below(self.distribution, parameters, real(high)));
                let size = if self.distribution == Distribution::Normal {
                    real(1) * std::f64::consts::TAU.sqrt()
                } else {
                    real(0)
                };
                self.weight = (size * (self.ends.1 - self.ends.0)).ln();
            }
            _ => self.chances = chances(self.distribution, parameters),
        }
    }

    /// The quantile of a value, 0 .. 1, and the logarithm of its density, per coherent unit.
    pub(crate) fn at(&self, word: u64) -> (f64, f64) {
        let (x, real) = (f64::from_bits(word), |k: usize| f64::from_bits(self.parameters[k]));
        match self.distribution {
            Distribution::Whole => {
                let place = (word as i64).saturating_sub(self.parameters[0] as i64) as f64;
                ((place + 0.5) / whole(&self.parameters) as f64, -self.weight)
            }
            Distribution::Uniform => (share((real(0), real(1)), x), -self.weight),
            Distribution::Normal => {
                let z = (x - real(0)) / real(1);
                (share(self.ends, law::phi(z)), -z * z / 2.0 - self.weight)
            }
            Distribution::Exponential => {
                (share(self.ends, below(self.distribution, &self.parameters, x)), -x / real(0) - self.weight)
            }
            _ => (0.5, 0.0),
        }
    }
}

fn whole(parameters: &[u64]) -> i64 {
    (parameters[1] as i64).saturating_sub(parameters[0] as i64).saturating_add(1).max(1)
}

/// The untruncated distribution function.
fn below(distribution: Distribution, parameters: &[u64], x: f64) -> f64 {
    let real = |k: usize| f64::from_bits(parameters[k]);
    match distribution {
        Distribution::Normal => law::phi((x - real(0)) / real(1)),
        Distribution::Exponential => -(-x / real(0)).exp_m1(),
        _ => x,
    }
}

fn share((a, b): (f64, f64), x: f64) -> f64 {
    if b > a { ((x - a) / (b - a)).clamp(0.0, 1.0) } else { 0.5 }
}

/// The values that are possible, with their chances.
pub(crate) fn chances(distribution: Distribution, parameters: &[u64]) -> Vec<(u64, f64)> {
    match distribution {
        Distribution::Pick { members, weighted } => {
            let inside = |k: &u32| parameters[0] >> (k & 63) & 1 == 1;
            let weight = |k: u32| if weighted { f64::from_bits(parameters[1 + k as usize]).max(0.0) } else { 1.0 };
            let total: f64 = (0..members).filter(inside).map(weight).sum();
            let size = (0..members).filter(inside).count() as f64;
            let chance = |k: u32| if total > 0.0 { weight(k) / total } else { 1.0 / size };
            (0..members).filter(inside).map(|k| (u64::from(k), chance(k))).filter(|(_, chance)| *chance > 0.0).collect()
        }
        Distribution::Chance => {
            let p = f64::from_bits(parameters[0]).clamp(0.0, 1.0);
            [(0, 1.0 - p), (1, p)].into_iter().filter(|(_, chance)| *chance > 0.0).collect()
        }
        _ => Vec::new(),
    }
}

/// The value at a quantile of a continuous distribution.
pub(crate) fn quantile(distribution: Distribution, parameters: &[u64], u: f64) -> f64 {
    let real = |k: usize| f64::from_bits(parameters[k]);
    match distribution {
        Distribution::Uniform => law::uniform(u, real(0), real(1)),
        Distribution::Normal => law::normal(u, real(0), real(1), real(2), real(3)),
        Distribution::Exponential => law::exponential(u, real(0), real(1), real(2)),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[f64]) -> Vec<u64> {
        list.iter().map(|x| x.to_bits()).collect()
    }

    fn laws() -> [(Distribution, Vec<u64>, [f64; 2]); 3] {
        [
            (Distribution::Uniform, words(&[2.0, 6.0]), [2.0, 6.0]),
            (Distribution::Normal, words(&[0.4, 0.5, -3.0, 4.0]), [-3.0, 4.0]),
            (Distribution::Exponential, words(&[0.35, 0.2, 0.5]), [0.2, 0.5]),
        ]
    }

    #[test]
    fn quantiles_invert_the_law() {
        for (distribution, parameters, _) in laws() {
            let mut law = Law::new(distribution);
            law.with(&parameters);
            for k in 1..100 {
                let u = f64::from(k) / 100.0;
                let (back, _) = law.at(quantile(distribution, &parameters, u).to_bits());
                assert!((back - u).abs() < 1e-9, "{distribution:?} {u} {back}");
            }
        }
    }

    #[test]
    fn densities_are_the_slopes_of_the_distribution_functions() {
        for (distribution, parameters, [low, high]) in laws() {
            let mut law = Law::new(distribution);
            law.with(&parameters);
            for k in 1..20 {
                let (x, step) = (low + (high - low) * f64::from(k) / 20.0, 1e-5 * (high - low));
                let quantile = |x: f64| law.at(x.to_bits()).0;
                let slope = (quantile(x + step) - quantile(x - step)) / (2.0 * step);
                let density = law.at(x.to_bits()).1.exp();
                assert!((density - slope).abs() <= 1e-5 * slope.max(1e-3), "{distribution:?} {x}: {density} {slope}");
            }
        }
    }
}
