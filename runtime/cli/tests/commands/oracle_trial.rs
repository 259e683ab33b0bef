//! Draws, repeats, statistics and stops within sessions, worked out a second time.

use crate::days::{Day, Trial, days};

fn each_trial(check: impl Fn(&Day, usize, Option<&Trial>, &Trial)) {
    for day in days() {
        for (row, trial) in day.trials.iter().enumerate() {
            check(day, row, row.checked_sub(1).map(|before| &day.trials[before]), trial);
        }
    }
}

#[test]
fn an_easy_contrast_comes_again_after_an_error_or_no_response() {
    each_trial(|day, row, last, trial| {
        let place = format!("session {}, trial {}", day.ordinal, row + 1);
        let again = last.is_some_and(|last| last.outcome != "correct" && last.contrast >= 0.5);
        assert_eq!(trial.repeated, again, "{place}");
        let contrast = last.filter(|_| again).map_or(trial.fresh_contrast, |last| last.contrast);
        assert_eq!(trial.contrast, contrast, "{place}");
        let leaning = if trial.lean >= 0.5 { "right" } else { "left" };
        assert_eq!(trial.side, if again { leaning } else { &trial.fresh_side }, "{place}");
    });
    let all = || days().iter().flat_map(|day| &day.trials).filter(|trial| trial.repeated);
    assert!(all().any(|trial| trial.side == "left") && all().any(|trial| trial.side == "right"));
    let after_no_go = |day: &Day| day.trials.windows(2).any(|pair| pair[0].outcome == "no_go" && pair[1].repeated);
    assert!(days().iter().any(after_no_go), "the chain tries a repeat after no response");
}

#[test]
fn draws_stay_within_their_bounds() {
    each_trial(|_, _, _, trial| {
        assert!((-3.0..=4.0).contains(&trial.lean), "{trial:?}");
        assert!((0.2..=0.5).contains(&trial.extra), "{trial:?}");
        assert!((0.0..360.0).contains(&trial.phase), "{trial:?}");
        assert!((0.4..=0.7).contains(&trial.quiet) && (trial.quiet - 0.2 - trial.extra).abs() < 1e-12, "{trial:?}");
    });
}

/// The mean of a truncated exponential from `low` to `high` whose mean without bounds is `mean`.
fn truncated_mean(mean: f64, low: f64, high: f64) -> f64 {
    let (a, b) = ((-low / mean).exp(), (-high / mean).exp());
    mean + (low * a - high * b) / (a - b)
}

#[test]
fn draws_follow_their_distributions() {
    let all: Vec<&Trial> = days().iter().flat_map(|day| &day.trials).collect();
    let count = all.len() as f64;
    assert!(count > 5_000.0);
    let mean = |value: &dyn Fn(&Trial) -> f64| all.iter().map(|trial| value(trial)).sum::<f64>() / count;
    // Five standard errors; the spreads are at most those of uniform draws over the ranges.
    let slack = |range: f64| 5.0 * range / 12_f64.sqrt() / count.sqrt();
    assert!((mean(&|trial| trial.extra) - truncated_mean(0.35, 0.2, 0.5)).abs() < slack(0.3));
    assert!((mean(&|trial| trial.phase) - 180.0).abs() < slack(360.0));
}

#[test]
fn a_lean_is_drawn_around_the_share_of_left_choices() {
    let (mut sum, mut count) = (0.0, 0.0);
    for day in days() {
        let leftward = day.table.reals("leftward");
        sum += day.trials.iter().zip(&leftward).map(|(trial, leftward)| trial.lean - leftward).sum::<f64>();
        count += day.trials.len() as f64;
    }
    assert!((sum / count).abs() < 5.0 * 0.5 / f64::sqrt(count), "{}", sum / count);
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        even if even % 2 == 0 => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

/// Medians of the response times of a session and of its last 20 trials.
fn pace(trials: &[Trial]) -> (f64, f64) {
    let times: Vec<f64> = trials.iter().map(|trial| trial.response_time).collect();
    let recent = times.len().checked_sub(20).and_then(|from| median(&times[from..]));
    (median(&times).unwrap_or(60.0), recent.unwrap_or(0.0))
}

#[test]
fn statistics_of_a_session_cover_the_trials_before() {
    each_trial(|day, row, _, _| {
        let before = &day.trials[..row];
        let (pace, recent) = pace(before);
        let answers: Vec<&str> = before.iter().filter_map(|trial| trial.choice.as_deref()).collect();
        let last = &answers[answers.len().saturating_sub(10)..];
        let left = last.iter().filter(|choice| **choice == "left").count() as f64;
        let leftward = if last.is_empty() { 0.5 } else { left / last.len() as f64 };
        let delivered = before.iter().map(|trial| trial.water).sum::<f64>();
        for (name, expected) in [
            ("completed", answers.len() as f64),
            ("pace", pace),
            ("recent", recent),
            ("leftward", leftward),
            ("delivered", delivered),
        ] {
            let found = day.table.real(name, row);
            let place = format!("session {}, trial {}: {name}", day.ordinal, row + 1);
            assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{place} is {found}, not {expected}");
        }
    });
}

/// The first stop rule that holds after some trials.
fn stop(trials: &[Trial]) -> Option<&'static str> {
    let elapsed = trials.last()?.end;
    let completed = trials.iter().filter(|trial| trial.choice.is_some()).count();
    let (pace, recent) = pace(trials);
    let water: f64 = trials.iter().map(|trial| trial.water).sum();
    assert!(water < 1996.0, "near the licence the limit decides, which this chain does not try");
    if elapsed >= 45.0 * 60.0 && completed < 400 {
        Some("not_enough")
    } else if elapsed >= 90.0 * 60.0 && completed > 400 {
        Some("too_long")
    } else if completed > 400 && recent > 5.0 * pace {
        Some("slowing")
    } else {
        None
    }
}

#[test]
fn a_session_ends_with_the_first_trial_after_which_a_stop_rule_holds() {
    let mut reasons = std::collections::BTreeSet::new();
    for day in days() {
        let count = day.trials.len();
        for ended in 1..count {
            assert_eq!(stop(&day.trials[..ended]), None, "session {} went on after trial {ended}", day.ordinal);
        }
        assert_eq!(stop(&day.trials), Some(day.reason.as_str()), "session {}", day.ordinal);
        reasons.insert(day.reason.as_str());
    }
    assert!(reasons.len() >= 2, "the chain tries several stop rules: {reasons:?}");
}

#[test]
fn outcomes_choices_and_pauses_agree() {
    each_trial(|day, row, last, trial| {
        let place = format!("session {}, trial {}", day.ordinal, row + 1);
        let expected = match &trial.choice {
            None => "no_go",
            Some(choice) if *choice == trial.side => "correct",
            Some(_) => "error",
        };
        assert_eq!(trial.outcome, expected, "{place}");
        let feedback = if trial.correct() { 1.0 } else { 2.0 };
        assert!(trial.end - trial.start >= trial.quiet + trial.response_time + feedback - 1e-6, "{place}");
        assert!(last.is_none_or(|last| trial.start - last.end >= 0.5 - 1e-9), "{place} came too soon");
        assert!(trial.choice.is_some() || (trial.response_time - 60.0).abs() < 1e-6, "{place}");
    });
}
