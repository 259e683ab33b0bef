//! How long a fit takes at a session's end.

use std::hint::black_box;
use trialect_psychometrics::{Bounds, Level, fit};

fn main() {
    divan::main();
}

/// Levels with trials and shares that a curve with lapses and some scatter gives.
fn levels(number: usize, trials: u64) -> Vec<Level> {
    let half = (number - 1) as f64 / 2.0;
    let level = |index: usize| {
        let x = (index as f64 - half) / half;
        let expected = 0.06 + 0.84 * (libm::erf((x - 0.03) / 0.25) + 1.0) / 2.0;
        let each = trials / number as u64;
        // Alternating deviations of one binomial standard deviation.
        let sign = if index.is_multiple_of(2) { 1.0 } else { -1.0 };
        let share = expected + sign * (expected * (1.0 - expected) / each as f64).sqrt();
        let right = (share.clamp(0.0, 1.0) * each as f64).round();
        Level { x: 100.0 * x, trials: each, share: right / each as f64 }
    };
    (0..number).map(level).collect()
}

/// A session: 1,000 trials, with as many levels as the argument says; the basic task has 9.
#[divan::bench(args = [2, 4, 9, 11, 64])]
fn session(bencher: divan::Bencher, number: usize) {
    let levels = levels(number, 1000);
    let bounds = Bounds::up_to(100.0);
    bencher.bench_local(|| fit(black_box(&levels), black_box(&bounds)));
}
