//! What was found of one rule, counted.

use crate::chance::{Counts, Evenness};
use crate::report::Case;

/// Cases that are shown.
const CASES: usize = 5;

/// Numbers of decisions by what was found, the first cases, and what is random in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) equal: u64,
    pub(crate) consistent: u64,
    pub(crate) refuted: u64,
    pub(crate) undecidable: u64,
    pub(crate) cases: Vec<Case>,
    pub(crate) counts: Counts,
    pub(crate) evenness: Evenness,
    /// By how the trial before ended: whether the value is that of the trial before.
    pub(crate) repeats: Vec<Counts>,
}

/// Where in the data a decision stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Here {
    pub(crate) session: u32,
    pub(crate) trial: u32,
    pub(crate) file: usize,
    pub(crate) row: u64,
}

impl Tally {
    pub(crate) fn seen(&self) -> bool {
        self.equal + self.consistent + self.refuted + self.undecidable > 0
    }

    /// A value with its chances, after a trial that had the value `before` and ended with an outcome.
    pub(crate) fn follow(&mut self, value: u64, chances: &[(u64, f64)], before: u64, outcome: usize) {
        let same: f64 = chances.iter().filter(|(word, _)| *word == before).map(|(_, chance)| chance).sum();
        if same <= 0.0 || same >= 1.0 {
            return;
        }
        if self.repeats.len() <= outcome {
            self.repeats.resize(outcome + 1, Counts::default());
        }
        self.repeats[outcome].take(u64::from(value == before), &[(0, 1.0 - same), (1, same)]);
    }

    /// A decision that the rule does not give.
    pub(crate) fn refute(&mut self, here: Here, expected: impl FnOnce() -> String, found: impl FnOnce() -> String) {
        self.refuted += 1;
        if self.cases.len() < CASES {
            let (expected, found) = (expected(), found());
            let Here { session, trial, file, row } = here;
            self.cases.push(Case { session, trial, file, row, expected, found });
        }
    }
}
