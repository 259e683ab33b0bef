//! What was found of one rule, counted.

use crate::chance::{Counts, Evenness};
use crate::report::{Case, Places};

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
    /// Where the refuted ones are.
    pub(crate) places: Places,
    pub(crate) counts: Counts,
    pub(crate) evenness: Evenness,
    /// By how the trial before ended: whether the value is that of the trial before.
    pub(crate) repeats: Vec<Counts>,
    /// Values with a density: the sum of its logarithms, and their number.
    pub(crate) density: (f64, u64),
}

/// Where in the data a decision stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Here {
    pub(crate) session: u32,
    pub(crate) trial: u32,
    pub(crate) file: usize,
    pub(crate) row: u64,
    /// Trials of the chain before this one.
    pub(crate) nth: u64,
}

impl Here {
    /// The trial before.
    pub(crate) fn before(self) -> Here {
        let (trial, row, nth) = (self.trial - 1, self.row.saturating_sub(1), self.nth.saturating_sub(1));
        Here { trial, row, nth, ..self }
    }
}

impl Tally {
    pub(crate) fn seen(&self) -> bool {
        self.equal + self.consistent + self.refuted + self.undecidable > 0
    }

    /// The logarithm of the probability of all decisions; none when there are some of which it is not known. `drawn`:
    /// the values are draws, so that the equal ones have a probability too.
    pub(crate) fn likelihood(&mut self, drawn: bool) -> Option<f64> {
        let (counted, likelihood) = self.counts.likelihood();
        let random = if drawn { self.equal } else { self.consistent };
        let complete = self.undecidable == 0 && counted + self.density.1 == random;
        (complete && random + self.equal > 0).then_some(likelihood + self.density.0)
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
        self.places.add(here.nth);
        if self.cases.len() < CASES {
            let (expected, found) = (expected(), found());
            let Here { session, trial, file, row, .. } = here;
            self.cases.push(Case { session, trial, file, row, expected, found });
        }
    }
}
