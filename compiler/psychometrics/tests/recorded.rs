//! Curves that the reference program fitted to recorded sessions.
#![allow(clippy::expect_used)]

mod windows;

use std::path::Path;
use trialect_psychometrics::{Bounds, Level, fit};
use windows::{fields, numbers};

const WINDOWS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/traces/v8.24.7/training_status_windows.csv");

/// The likelihood as it is written in books.
fn log_likelihood(levels: &[Level], [bias, threshold, low, high]: [f64; 4]) -> f64 {
    let part = |level: &Level| {
        let p = low + (1.0 - low - high) * (libm::erf((level.x - bias) / threshold) + 1.0) / 2.0;
        let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        level.trials as f64 * (level.share * p.ln() + (1.0 - level.share) * (1.0 - p).ln())
    };
    levels.iter().map(part).sum()
}

#[test]
#[allow(clippy::print_stderr)]
fn recorded_fits_are_reproduced() {
    if !Path::new(WINDOWS).exists() {
        eprintln!("skipped: {WINDOWS} is absent");
        return;
    }
    let text = std::fs::read_to_string(WINDOWS).expect("windows");
    let mut lines = text.lines();
    let header = fields(lines.next().expect("a header"));
    let column = |name: &str| header.iter().position(|field| field == name).expect("a column");
    let (fitted, data) = (column("psych_all"), column("psych_data"));
    let (mut rows, mut worst) = (0, 0.0_f64);
    for line in lines {
        let row = fields(line);
        let recorded: [f64; 4] = numbers(&row[fitted]).try_into().expect("four parameters");
        let data = numbers(&row[data]);
        let len = data.len() / 3;
        let level =
            |index: usize| Level { x: data[index], trials: data[len + index] as u64, share: data[2 * len + index] };
        let levels: Vec<Level> = (0..len).map(level).collect();
        let found = fit(&levels, &Bounds::up_to(100.0)).expect("a fit");
        let parameters = [found.bias, found.threshold, found.lapse_low, found.lapse_high];
        for (ours, theirs) in parameters.iter().zip(recorded) {
            assert!((ours - theirs).abs() < 1e-3, "{}: {parameters:?}, recorded {recorded:?}", row[0]);
            worst = worst.max((ours - theirs).abs());
        }
        let (ours, theirs) = (log_likelihood(&levels, parameters), log_likelihood(&levels, recorded));
        assert!(ours >= theirs - 1e-10, "{}: {ours} is less likely than {theirs}", row[0]);
        assert!((found.log_likelihood - ours).abs() < 1e-9, "{}: {ours} is told as {}", row[0], found.log_likelihood);
        rows += 1;
    }
    assert_eq!(rows, 11);
    eprintln!("{rows} recorded fits; largest difference of a parameter {worst:e}");
}
