//! Adaptive procedures of the library with an observer whose psychometric function is known: the session's own draws.

use crate::command::{at, sim_of, trialect};
use crate::folders::session;
use crate::table::Table;
use std::fs;
use std::path::Path;

/// A session in which an observer answers rightly with a probability that depends on the level; its trials.
fn observed(folder: &Path, adapt: &str, level: &str, probability: &str, seed: u64) -> Table {
    let text = format!(
        "protocol test.observer 1.0.0
         use std.sides
         use std.adaptive
         session {{
           limit trials 3000
           adapt {adapt}
         }}
         trial {{
           draw side ~ pick(Side)
           level = {level}
           draw right_answer ~ chance({probability})
           outcomes correct, error
           state only {{ after 10 ms when right_answer -> end correct; after 10 ms -> end error }}
         }}
        "
    );
    let protocol = folder.join("observer.trial");
    fs::write(&protocol, text).unwrap();
    let data = folder.join("data");
    trialect(&sim_of(&protocol, &data, 1, seed)).fine();
    at("verify", &session(&data, 1)).fine();
    Table::trials(&session(&data, 1))
}

/// The share of right answers after the first trials, in which the level comes from its start.
fn share(table: &Table) -> f64 {
    let rows = 200..table.rows();
    let right = rows.clone().filter(|&row| table.text("outcome", row).as_deref() == Some("correct")).count();
    right as f64 / rows.len() as f64
}

const ODDS: &str = "1 - 1 / (1 + level)";

/// Levitt (1971): n in a row as likely as not, so that the n-th power of the share is a half.
#[test]
fn staircases_converge_to_the_share_of_their_rule() {
    for (down, expected) in [(1, 0.5), (2, 0.5_f64.sqrt()), (3, 0.5_f64.cbrt())] {
        let folder = tempfile::tempdir().unwrap();
        let adapt = format!(
            "stairs[s in Side] = staircase(correct: outcome is correct, down: {down}, ratio: 0.9, first: 1, least: 0.001,
               most: 1000) on trial.end when side is s"
        );
        let table = observed(folder.path(), &adapt, "stairs[side].level", ODDS, 11);
        assert_eq!(table.rows(), 3000);
        let found = share(&table);
        assert!((found - expected).abs() < 0.025, "{down} down: {found}, expected {expected}");
    }
}

/// The levels of the record are those that the rule gives for the answers of the record, side by side.
#[test]
fn levels_follow_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    let adapt = "stairs[s in Side] = staircase(correct: outcome is correct, ratio: 0.8, first: 1, least: 0.5, most: 2)
                   on trial.end when side is s";
    let table = observed(folder.path(), adapt, "stairs[side].level", ODDS, 5);
    let (mut levels, mut runs) = ([1.0_f64; 2], [0; 2]);
    for row in 0..table.rows() {
        let side = usize::from(table.text("side", row).as_deref() == Some("right"));
        assert!((table.real("level", row) - levels[side]).abs() < 1e-12, "trial {}", row + 1);
        if table.text("outcome", row).as_deref() == Some("correct") {
            runs[side] += 1;
            if runs[side] == 3 {
                runs[side] = 0;
                levels[side] = (levels[side] * 0.8).clamp(0.5, 2.0);
            }
        } else {
            runs[side] = 0;
            levels[side] = (levels[side] / 0.8).clamp(0.5, 2.0);
        }
    }
}

/// Kaernbach (1991): step down times the target is step up times the rest.
#[test]
fn a_weighted_staircase_converges_to_its_target() {
    for target in [60, 75, 90] {
        let folder = tempfile::tempdir().unwrap();
        let adapt = format!(
            "weighted = weighted_up_down(correct: outcome is correct, target: {target}%, step: 0.05, first: 0, least: -50,
               most: 50) on trial.end"
        );
        let odds = "1 / (1 + exp(-level))";
        let found = share(&observed(folder.path(), &adapt, "weighted.level", odds, 3));
        let expected = f64::from(target) / 100.0;
        assert!((found - expected).abs() < 0.025, "{found}, expected {expected}");
    }
}

/// Watson and Pelli (1983): the posterior's mean comes to the threshold of the observer.
#[test]
fn quest_finds_the_threshold() {
    for threshold in [-3.0, -2.0] {
        let folder = tempfile::tempdir().unwrap();
        let adapt = "bayes = quest(correct: outcome is correct, level: level, middle: -2.5, spread: 1) on trial.end";
        let odds = format!("0.5 + 0.49 * (1 - exp(-exp(clamp(3.5 * (level - {threshold:.1}), -50 .. 5))))");
        let table = observed(folder.path(), adapt, "bayes.mean", &odds, 9);
        let first = table.real("level", 0);
        assert!((first + 2.5).abs() < 1e-12, "the prior's mean is {first}");
        let found = table.real("level", 600);
        assert!((found - threshold).abs() < 0.1, "{found}, the threshold is {threshold}");
    }
}
