//! The fit finds the highest hill: a search that shares nothing with it finds none that is higher.
#![allow(clippy::expect_used)]

use trialect_psychometrics::{Bounds, Level, fit};

/// How many data sets are tried, each with how many starts of the other search.
const OBSERVERS: usize = 450;
const STARTS: usize = 40;

/// Knuth's MMIX generator, the upper bits as a number from 0 to 1.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn expected(x: f64, [bias, threshold, low, high]: [f64; 4]) -> f64 {
    low + (1.0 - low - high) * (libm::erf((x - bias) / threshold) + 1.0) / 2.0
}

/// Minus the log-likelihood; 1e7 outside the bounds, as the reference has it.
fn cost(levels: &[Level], point: [f64; 4]) -> f64 {
    let low = levels.iter().map(|level| level.x).fold(f64::MAX, f64::min);
    let high = levels.iter().map(|level| level.x).fold(f64::MIN, f64::max);
    let inside = (low..=high).contains(&point[0])
        && point[1] > 0.0
        && point[1] <= 100.0
        && (0.0..=1.0).contains(&point[2])
        && (0.0..=1.0).contains(&point[3]);
    if !inside {
        return 1e7;
    }
    let part = |level: &Level| {
        let p = expected(level.x, point).clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -(level.trials as f64) * (level.share * p.ln() + (1.0 - level.share) * (1.0 - p).ln())
    };
    levels.iter().map(part).sum()
}

/// Nelder's and Mead's simplex search from one start.
fn simplex(levels: &[Level], start: [f64; 4]) -> f64 {
    let mut points = vec![(cost(levels, start), start)];
    for axis in 0..4 {
        let mut point = start;
        point[axis] = if point[axis] == 0.0 { 0.00025 } else { point[axis] * 1.05 };
        points.push((cost(levels, point), point));
    }
    for _ in 0..400 {
        points.sort_by(|left, right| left.0.total_cmp(&right.0));
        let worst = points[4];
        let mut centre = [0.0; 4];
        for (_, point) in &points[..4] {
            (0..4).for_each(|axis| centre[axis] += point[axis] / 4.0);
        }
        let along = |factor: f64| {
            let mut point = [0.0; 4];
            (0..4).for_each(|axis| point[axis] = centre[axis] + factor * (worst.1[axis] - centre[axis]));
            (cost(levels, point), point)
        };
        let reflected = along(-1.0);
        points[4] = if reflected.0 < points[0].0 {
            let expanded = along(-2.0);
            if expanded.0 < reflected.0 { expanded } else { reflected }
        } else if reflected.0 < points[3].0 {
            reflected
        } else {
            let contracted = along(if reflected.0 < worst.0 { -0.5 } else { 0.5 });
            if contracted.0 < reflected.0.min(worst.0) {
                contracted
            } else {
                let best = points[0].1;
                for (value, point) in &mut points[1..] {
                    (0..4).for_each(|axis| point[axis] = best[axis] + 0.5 * (point[axis] - best[axis]));
                    *value = cost(levels, *point);
                }
                continue;
            }
        };
    }
    points.iter().map(|point| point.0).fold(f64::MAX, f64::min)
}

/// Choices of a random observer at a random subset of levels, few or many.
fn observer(draws: &mut Draws, kind: usize) -> Vec<Level> {
    let sets: [&[f64]; 4] = [
        &[-100.0, -50.0, 50.0, 100.0],
        &[-100.0, -50.0, -25.0, 25.0, 50.0, 100.0],
        &[-100.0, -25.0, -12.5, -6.25, 0.0, 6.25, 12.5, 25.0, 100.0],
        &[-100.0, -50.0, -25.0, -12.5, -6.25, 0.0, 6.25, 12.5, 25.0, 50.0, 100.0],
    ];
    let truth = [80.0 * (draws.next() - 0.5), 2.0 + 60.0 * draws.next(), 0.4 * draws.next(), 0.4 * draws.next()];
    let most = [4.0, 20.0, 100.0][kind % 3];
    let level = |x: &f64| {
        let trials = 1 + (most * draws.next()) as u64;
        // A third of the observers follows no curve at all.
        let p = if kind % 9 < 3 { draws.next() } else { expected(*x, truth) };
        let right = (0..trials).filter(|_| draws.next() < p).count();
        Level { x: *x, trials, share: right as f64 / trials as f64 }
    };
    sets[kind % 4].iter().map(level).collect()
}

#[test]
fn no_other_search_finds_a_higher_hill() {
    let mut draws = Draws(20_210_520);
    for kind in 0..OBSERVERS {
        let levels = observer(&mut draws, kind);
        let found = fit(&levels, &Bounds::up_to(100.0)).expect("a fit");
        let ours = -found.log_likelihood;
        let written = cost(&levels, [found.bias, found.threshold, found.lapse_low, found.lapse_high]);
        assert!((ours - written).abs() < 1e-7, "{ours} is {written}: {levels:?}");
        for _ in 0..STARTS {
            let start = [200.0 * draws.next() - 100.0, 100.0 * draws.next().powi(3) + 0.1, draws.next(), draws.next()];
            let theirs = simplex(&levels, start);
            assert!(ours <= theirs + 1e-6, "{kind}: {ours} against {theirs}: {found:?} for {levels:?}");
        }
    }
}
