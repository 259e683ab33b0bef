//! The curriculum of contrasts, worked out a second time from the outcomes of the trials.

use crate::days::{CONTRASTS, Day, Trial, days};
use std::collections::VecDeque;

/// Stages in their order, with the number of contrasts in their pools. The last takes one out of the middle.
pub(crate) const STAGES: [(&str, &[usize]); 6] = [
    ("easy", &[0, 1]),
    ("quarter", &[0, 1, 2]),
    ("eighth", &[0, 1, 2, 3]),
    ("sixteenth", &[0, 1, 2, 3, 4]),
    ("blank", &[0, 1, 2, 3, 4, 5]),
    ("final", &[0, 2, 3, 4, 5]),
];
/// Trials of a kind that accuracy looks back on.
const WINDOW: usize = 50;

/// What the curriculum knows, in words of its own.
#[derive(Default)]
pub(crate) struct Curriculum {
    pub(crate) stage: usize,
    pub(crate) trials: usize,
    /// For each contrast and side whether the latest trials of that kind were correct.
    windows: [[VecDeque<bool>; 2]; 6],
}

impl Curriculum {
    /// Of the last 50 trials of a kind the part that was correct; nothing before there were 50.
    pub(crate) fn accuracy(&self, contrast: usize, side: usize) -> f64 {
        let window = &self.windows[contrast][side];
        if window.len() < WINDOW {
            return 0.0;
        }
        window.iter().filter(|correct| **correct).count() as f64 / WINDOW as f64
    }

    /// Takes in a trial, without moving on.
    pub(crate) fn count(&mut self, trial: &Trial) {
        let contrast = CONTRASTS.iter().position(|(value, _)| *value == trial.contrast).unwrap();
        let window = &mut self.windows[contrast][usize::from(trial.side == "right")];
        window.push_back(trial.correct());
        if window.len() > WINDOW {
            window.pop_front();
        }
        self.trials += 1;
    }

    /// Whether the stage is over, with the level of accuracy and the number of trials that it demands.
    pub(crate) fn is_over(&self, level: f64, trials: usize) -> bool {
        match STAGES[self.stage].0 {
            "easy" | "quarter" => {
                STAGES[self.stage].1.iter().all(|&c| (0..2).all(|side| self.accuracy(c, side) > level))
            }
            "final" => false,
            _ => self.trials >= trials,
        }
    }

    /// The next stage.
    pub(crate) fn move_on(&mut self) {
        self.stage += 1;
        self.trials = 0;
    }
}

fn check_row(day: &Day, row: usize, curriculum: &Curriculum) {
    let trial = &day.trials[row];
    let place = format!("session {}, trial {}", day.ordinal, row + 1);
    let (stage, pool) = STAGES[curriculum.stage];
    assert_eq!(trial.stage, stage, "{place}");
    assert_eq!(trial.trials_in_stage, curriculum.trials as f64, "{place}");
    let labels: Vec<&str> = pool.iter().map(|&contrast| CONTRASTS[contrast].1).collect();
    assert_eq!(trial.pool, format!("{{{}}}", labels.join(", ")), "{place}");
    assert!(pool.iter().any(|&contrast| CONTRASTS[contrast].0 == trial.fresh_contrast), "{place}: not in the pool");
    for (contrast, (_, label)) in CONTRASTS.iter().enumerate() {
        for (side, name) in ["left", "right"].iter().enumerate() {
            let column = format!("accuracy[{name}, {label}]");
            assert_eq!(day.table.real(&column, row), curriculum.accuracy(contrast, side), "{place}: {column}");
        }
    }
}

#[test]
fn stages_change_exactly_where_accuracy_or_trials_say_so() {
    let mut curriculum = Curriculum::default();
    for day in days() {
        for (row, trial) in day.trials.iter().enumerate() {
            check_row(day, row, &curriculum);
            curriculum.count(trial);
            if curriculum.is_over(0.8, 200) {
                curriculum.move_on();
            }
        }
    }
    assert_eq!(STAGES[curriculum.stage].0, "final", "the chain tries every stage");
}

#[test]
fn every_contrast_and_side_of_a_pool_is_drawn_equally_often() {
    for (stage, pool) in STAGES {
        let drawn: Vec<&Trial> =
            days().iter().flat_map(|day| &day.trials).filter(|trial| trial.stage == stage).collect();
        for &contrast in pool {
            for side in ["left", "right"] {
                let is_kind =
                    |trial: &&&Trial| trial.fresh_contrast == CONTRASTS[contrast].0 && trial.fresh_side == side;
                let found = drawn.iter().filter(is_kind).count() as f64;
                let chance = 0.5 / pool.len() as f64;
                let expected = drawn.len() as f64 * chance;
                // Five standard deviations: one in a million such chains would fail.
                let slack = 5.0 * (expected * (1.0 - chance)).sqrt();
                assert!((found - expected).abs() < slack, "{stage}, {side}: {found} of {expected} expected");
            }
        }
    }
}
