//! Continuous values: their quantiles must be spread evenly between 0 and 1 (Kolmogorov and Smirnov).

use super::Verdict;

/// Classes into which quantiles are counted. The distance is found to within 1 / `CLASSES`.
const CLASSES: usize = 1 << 14;
/// Values up to which the distribution of the distance is computed exactly.
const EXACT: u64 = 140;

/// Quantiles of a session's values, counted: the memory does not grow with their number.
#[derive(Debug, Clone, Default)]
pub struct Evenness {
    classes: Vec<u32>,
    values: u64,
}

impl Evenness {
    /// Takes in the quantile of a value, 0 .. 1.
    pub fn take(&mut self, quantile: f64) {
        if self.classes.is_empty() {
            self.classes = vec![0; CLASSES];
        }
        let class = ((quantile * CLASSES as f64) as usize).min(CLASSES - 1);
        self.classes[class] = self.classes[class].saturating_add(1);
        self.values += 1;
    }

    /// The empirical distribution function of the quantiles at `steps` + 1 even steps from 0 to 1. Where the values come
    /// from the distribution of the rule it is the diagonal.
    pub fn curve(&self, steps: usize) -> Vec<f64> {
        let (mut below, mut curve) = (0_u64, vec![0.0]);
        for step in 1..=steps {
            let classes = CLASSES * (step - 1) / steps..CLASSES * step / steps;
            below += self.classes.get(classes).unwrap_or_default().iter().map(|count| u64::from(*count)).sum::<u64>();
            curve.push(below as f64 / self.values.max(1) as f64);
        }
        curve
    }

    /// Whether the quantiles are spread evenly; none without values.
    pub fn verdict(&self) -> Option<Verdict> {
        if self.values == 0 {
            return None;
        }
        let n = self.values as f64;
        let (mut below, mut distance) = (0_u64, 0.0_f64);
        for (k, count) in self.classes.iter().enumerate() {
            if *count == 0 {
                continue;
            }
            // The values of a class are taken to lie evenly in it: a distance at its ends, not within.
            distance = distance.max((k as f64 / CLASSES as f64 - below as f64 / n).abs());
            below += u64::from(*count);
            distance = distance.max(((k + 1) as f64 / CLASSES as f64 - below as f64 / n).abs());
        }
        let p = kolmogorov(self.values, distance);
        let detail =
            format!("greatest distance between the distribution of the values and that of the rule {distance:.4}");
        Some(Verdict { test: "Kolmogorov-Smirnov", values: self.values, statistic: distance, p, detail })
    }
}

/// The probability of a distance of at least `d` among `n` values: exact for few values (Marsaglia, Tsang and Wang
/// 2003), for many by the limiting distribution with the correction of Stephens (1970).
pub fn kolmogorov(n: u64, d: f64) -> f64 {
    if d <= 0.0 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let root = (n as f64).sqrt();
    if n <= EXACT {
        return (1.0 - exact(n as usize, d)).clamp(0.0, 1.0);
    }
    let x = d * (root + 0.12 + 0.11 / root);
    let mut sum = 0.0;
    for k in 1..=100 {
        let k = f64::from(k);
        let term = (-2.0 * k * k * x * x).exp();
        sum += if k as i64 % 2 == 1 { term } else { -term };
        if term < 1e-18 {
            break;
        }
    }
    if x < 0.2 { 1.0 } else { (2.0 * sum).clamp(0.0, 1.0) }
}

/// Probability of a distance below `d`: the middle element of the n-th power of a matrix.
fn exact(n: usize, d: f64) -> f64 {
    let k = (n as f64 * d) as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - n as f64 * d;
    let mut matrix = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m {
            matrix[i * m + j] = if (i + 1) as i64 - j as i64 >= 0 { 1.0 } else { 0.0 };
        }
    }
    for i in 0..m {
        matrix[i * m] -= h.powi(i as i32 + 1);
        matrix[(m - 1) * m + i] -= h.powi((m - i) as i32);
    }
    if 2.0 * h - 1.0 > 0.0 {
        matrix[(m - 1) * m] += (2.0 * h - 1.0).powi(m as i32);
    }
    for i in 0..m {
        for j in 0..m {
            let steps = (i + 1) as i64 - j as i64;
            for g in 1..=steps.max(0) {
                matrix[i * m + j] /= g as f64;
            }
        }
    }
    let mut power = vec![0.0; m * m];
    (0..m).for_each(|i| power[i * m + i] = 1.0);
    for step in 1..=n {
        power = product(&power, &matrix, m);
        // n! / n^n, a factor at a time: neither the power nor the factorial grows beyond doubles.
        power.iter_mut().for_each(|x| *x *= step as f64 / n as f64);
    }
    power[(k - 1) * m + k - 1]
}

fn product(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut c = vec![0.0; m * m];
    for i in 0..m {
        for l in 0..m {
            let x = a[i * m + l];
            if x != 0.0 {
                (0..m).for_each(|j| c[i * m + j] += x * b[l * m + j]);
            }
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_tables() {
        // Marsaglia, Tsang and Wang (2003) give 0.6284796154565043 for n = 10, d = 0.274.
        assert!((1.0 - kolmogorov(10, 0.274) - 0.628_479_615_456_504_3).abs() < 1e-12);
        // Points of 5% and 1% of the usual tables.
        for (n, d, p) in [(10, 0.40925, 0.05), (20, 0.29408, 0.05), (10, 0.48893, 0.01), (1, 0.975, 0.05)] {
            assert!((kolmogorov(n, d) - p).abs() < 2e-4, "n {n}: {}", kolmogorov(n, d));
        }
        // Limiting points: 1.3581 for 5%, 1.6276 for 1%.
        for (point, p) in [(1.3581, 0.05), (1.6276, 0.01)] {
            assert!((kolmogorov(100_000_000, point / 1e4) - p).abs() < 1e-4);
        }
        // Where one computation takes over from the other they agree.
        assert!((kolmogorov(140, 0.1) - kolmogorov(141, 0.1)).abs() < 3e-3);
    }

    #[test]
    fn even_quantiles_pass_and_shifted_ones_do_not() {
        let mut even = Evenness::default();
        let mut shifted = Evenness::default();
        for k in 0..1000 {
            let u = (f64::from(k) + 0.5) / 1000.0;
            even.take(u);
            shifted.take(u * u);
        }
        assert!(even.verdict().unwrap().p > 0.999);
        assert!(shifted.verdict().unwrap().p < 1e-6);
        assert!(Evenness::default().verdict().is_none());
        // The distribution function of the square of an even number is the root.
        for (k, share) in shifted.curve(4).into_iter().enumerate() {
            assert!((share - (k as f64 / 4.0).sqrt()).abs() < 1e-3, "{k}: {share}");
        }
    }
}
