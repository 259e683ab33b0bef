//! The fit on data whose best curve is known, and on data that have none.
#![allow(clippy::expect_used)]

use trialect_psychometrics::{Bounds, Fit, Interval, LEVELS_MAX, Level, fit};

const CONTRASTS: [f64; 9] = [-100.0, -25.0, -12.5, -6.25, 0.0, 6.25, 12.5, 25.0, 100.0];

/// The model as it is written in books.
fn expected(x: f64, [bias, threshold, low, high]: [f64; 4]) -> f64 {
    low + (1.0 - low - high) * (libm::erf((x - bias) / threshold) + 1.0) / 2.0
}

fn levels(triples: &[(f64, u64, f64)]) -> Vec<Level> {
    triples.iter().map(|(x, trials, share)| Level { x: *x, trials: *trials, share: *share }).collect()
}

fn exact(parameters: [f64; 4], trials: u64) -> Vec<Level> {
    CONTRASTS.map(|x| Level { x, trials, share: expected(x, parameters) }).to_vec()
}

fn percent(levels: &[Level]) -> Fit {
    fit(levels, &Bounds::up_to(100.0)).expect("a fit")
}

fn parameters(fit: &Fit) -> [f64; 4] {
    [fit.bias, fit.threshold, fit.lapse_low, fit.lapse_high]
}

fn assert_near(found: &Fit, expected: [f64; 4], tolerance: f64) {
    for (found_one, expected_one) in parameters(found).iter().zip(expected) {
        let scale = 1.0_f64.max(expected_one.abs());
        assert!((found_one - expected_one).abs() < tolerance * scale, "{found:?}, expected {expected:?}");
    }
}

#[test]
fn exact_shares_give_their_parameters() {
    for bias in [-20.0, -3.0, 0.0, 0.7, 12.5, 20.0] {
        for threshold in [11.0, 20.0, 35.0, 80.0] {
            for (low, high) in [(0.0, 0.0), (0.02, 0.3), (0.1, 0.05), (0.9, 0.8)] {
                let truth = [bias, threshold, low, high];
                assert_near(&percent(&exact(truth, 100)), truth, 1e-5);
            }
        }
    }
}

/// Where the middle part of a curve holds a single level, many curves go through all points; one of them is found.
#[test]
fn exact_shares_are_predicted() {
    for bias in [-80.0, -30.0, 0.0, 2.0, 12.5, 60.0] {
        for threshold in [0.5, 2.0, 4.0, 11.0] {
            for (low, high) in [(0.0, 0.0), (0.02, 0.3), (0.9, 0.8)] {
                let truth = [bias, threshold, low, high];
                let found = percent(&exact(truth, 100));
                for x in CONTRASTS {
                    assert!((found.share(x) - expected(x, truth)).abs() < 1e-5, "{found:?}, expected {truth:?}");
                }
            }
        }
    }
}

#[test]
fn symmetric_data_have_no_bias() {
    let shares = [0.05, 0.12, 0.2, 0.35, 0.5, 0.65, 0.8, 0.88, 0.95];
    let list: Vec<Level> = CONTRASTS.iter().zip(shares).map(|(x, share)| Level { x: *x, trials: 40, share }).collect();
    let found = percent(&list);
    assert!(found.bias.abs() < 1e-6, "{found:?}");
    assert!((found.lapse_low - found.lapse_high).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_mirror_swaps_the_ends() {
    let list = levels(&[(-40.0, 30, 0.1), (-10.0, 25, 0.4), (0.0, 12, 0.5), (20.0, 33, 0.8), (70.0, 20, 0.85)]);
    let mirrored: Vec<Level> =
        list.iter().map(|level| Level { x: -level.x, trials: level.trials, share: 1.0 - level.share }).collect();
    let (there, back) = (percent(&list), percent(&mirrored));
    assert_near(&back, [-there.bias, there.threshold, there.lapse_high, there.lapse_low], 1e-6);
}

#[test]
fn the_unit_and_the_order_of_levels_do_not_matter() {
    let list = levels(&[(-50.0, 30, 0.1), (-10.0, 25, 0.32), (0.0, 12, 0.5), (20.0, 33, 0.8), (100.0, 20, 0.95)]);
    let here = percent(&list);
    for factor in [0.01, 1e-200, 1e200, 1.0 / 1024.0] {
        let mut scaled = list.clone();
        scaled.iter_mut().for_each(|level| level.x *= factor);
        scaled.reverse();
        let there = fit(&scaled, &Bounds::up_to(100.0 * factor)).expect("a fit");
        let back = Fit { bias: there.bias / factor, threshold: there.threshold / factor, ..there };
        assert_near(&back, parameters(&here), 1e-6);
    }
}

#[test]
fn equal_levels_are_pooled() {
    let whole = levels(&[(-10.0, 40, 0.1), (0.0, 30, 0.4), (10.0, 50, 0.9)]);
    let parts = levels(&[(0.0, 10, 0.2), (10.0, 50, 0.9), (-10.0, 20, 0.0), (-0.0, 20, 0.5), (-10.0, 20, 0.2)]);
    assert_near(&percent(&parts), parameters(&percent(&whole)), 1e-9);
}

#[test]
fn perfect_performance_is_a_steep_curve_without_lapses() {
    let list = levels(&[(-100.0, 80, 0.0), (-50.0, 70, 0.0), (50.0, 90, 1.0), (100.0, 60, 1.0)]);
    let found = percent(&list);
    assert!(found.bias.abs() < 1.0 && found.threshold < 19.0, "{found:?}");
    assert!(found.lapse_low < 1e-9 && found.lapse_high < 1e-9, "{found:?}");
    assert!((-1e-9..=0.0).contains(&found.log_likelihood), "{found:?}");
}

#[test]
fn choices_that_are_all_alike_are_certain() {
    for (share, ends) in [(0.0, [0.0, 1.0]), (1.0, [1.0, 0.0])] {
        let list: Vec<Level> = CONTRASTS.map(|x| Level { x, trials: 30, share }).to_vec();
        let found = percent(&list);
        assert!(found.log_likelihood > -1e-9, "{found:?}");
        for x in CONTRASTS {
            assert!((found.share(x) - share).abs() < 1e-9, "{found:?}");
        }
        assert!((found.lapse_low - ends[0]).abs() < 1e-9 && (found.lapse_high - ends[1]).abs() < 1e-9, "{found:?}");
    }
}

#[test]
fn a_level_without_trials_is_absent() {
    let list = levels(&[(-10.0, 40, 0.1), (0.0, 30, 0.4), (10.0, 50, 0.9)]);
    let mut more = list.clone();
    more.push(Level { x: 5.0, trials: 0, share: f64::NAN });
    more.push(Level { x: -1000.0, trials: 0, share: 0.5 });
    assert_eq!(percent(&more), percent(&list));
}

#[test]
fn huge_counts_change_nothing_but_the_likelihood() {
    let truth = [3.0, 14.0, 0.04, 0.11];
    let found = percent(&exact(truth, u64::MAX));
    assert_near(&found, truth, 1e-5);
    assert!(found.log_likelihood.is_finite() && found.log_likelihood < -1e18, "{found:?}");
    let one_sided = levels(&[(-1.0, u64::MAX, 0.5), (0.0, 1, 0.0), (1.0, 1, 1.0)]);
    assert!(percent(&one_sided).log_likelihood.is_finite());
}

#[test]
fn what_has_no_fit_gives_none() {
    let good = (1.0, 10, 0.5);
    let bounds = Bounds::up_to(100.0);
    assert_eq!(fit(&[], &bounds), None);
    assert_eq!(fit(&levels(&[good]), &bounds), None);
    assert_eq!(fit(&levels(&[good, good]), &bounds), None);
    assert_eq!(fit(&levels(&[good, (2.0, 0, 0.5)]), &bounds), None);
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(fit(&levels(&[good, (2.0, 5, 0.5), (x, 5, 0.5)]), &bounds), None, "{x}");
    }
    for share in [f64::NAN, f64::INFINITY, -0.01, 1.01] {
        assert_eq!(fit(&levels(&[good, (2.0, 5, share)]), &bounds), None, "{share}");
    }
    let full: Vec<Level> = (0..LEVELS_MAX).map(|x| Level { x: x as f64, trials: 3, share: 0.5 }).collect();
    assert!(fit(&full, &bounds).is_some());
    let over: Vec<Level> = (0..=LEVELS_MAX).map(|x| Level { x: x as f64, trials: 3, share: 0.5 }).collect();
    assert_eq!(fit(&over, &bounds), None);
    for threshold in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(fit(&full, &Bounds::up_to(threshold)), None, "{threshold}");
    }
    let above = Interval::new(1.5, 2.0).expect("an interval");
    assert_eq!(fit(&full, &Bounds { lapse_low: above, ..bounds }), None);
    assert_eq!(Interval::new(2.0, 1.0), None);
    assert_eq!(Interval::new(f64::NAN, 1.0), None);
}

#[test]
fn narrower_bounds_are_kept() {
    let interval = |low, high| Interval::new(low, high).expect("an interval");
    let bounds = Bounds {
        bias: Some(interval(-5.0, 5.0)),
        threshold: interval(10.0, 50.0),
        lapse_low: interval(0.0, 0.2),
        lapse_high: interval(0.05, 0.2),
    };
    let found = fit(&exact([30.0, 3.0, 0.4, 0.0], 100), &bounds).expect("a fit");
    assert_eq!([found.bias, found.lapse_low], [5.0, 0.2], "{found:?}");
    assert!((10.0..=50.0).contains(&found.threshold), "{found:?}");
    assert!((0.05..=0.2).contains(&found.lapse_high), "{found:?}");
    let inside = [2.0, 20.0, 0.1, 0.12];
    assert_near(&fit(&exact(inside, 100), &bounds).expect("a fit"), inside, 1e-5);
}

#[test]
fn extreme_levels_give_finite_curves() {
    let shares = [0.1, 0.9, 0.4, 1.0, 0.0];
    for xs in [
        [-f64::MAX, 0.0, f64::MAX, 1.0, 2.0],
        [0.0, f64::MIN_POSITIVE, 1.0, 2.0, 3.0],
        [0.0, 1e-320, 2e-320, 3e-308, 9e-308],
        [1e16, 1e16 + 2.0, 1e16 + 4.0, 1e16 + 6.0, 1e17],
        [0.0, 1e-300, 1e-200, 1e-100, 1e300],
    ] {
        let list: Vec<Level> = xs.iter().zip(shares).map(|(x, share)| Level { x: *x, trials: 9, share }).collect();
        for threshold in [1e-300, 1.0, 1e300] {
            let found = fit(&list, &Bounds::up_to(threshold)).expect("a fit");
            let all = parameters(&found);
            assert!(all.iter().all(|part| part.is_finite()) && found.log_likelihood.is_finite(), "{found:?}");
            assert!(found.threshold > 0.0 && found.threshold <= threshold, "{found:?}");
            assert!(found.bias >= list.iter().map(|level| level.x).fold(f64::MAX, f64::min), "{found:?}");
            assert!((0.0..=1.0).contains(&found.share(0.5)), "{found:?}");
        }
    }
}
