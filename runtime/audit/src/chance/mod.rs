//! Tests of what is random: whether values come as often as their distribution says.

mod counts;
mod kolmogorov;
mod several;

pub use counts::{Counts, Level};
pub use kolmogorov::{Evenness, kolmogorov};
pub use several::holm;

use serde::Serialize;

/// The result of one test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Name of the test.
    pub test: &'static str,
    /// Values that were tested.
    pub values: u64,
    /// The test's statistic: observed number, chi-squared or greatest distance.
    pub statistic: f64,
    /// Probability of a statistic as extreme as this one when the distribution is the one of the rule, 0 .. 1.
    pub p: f64,
    /// In words: how often what was seen and expected.
    pub detail: String,
}
