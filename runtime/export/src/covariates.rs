//! Covariates in the tables: what is declared of them, and which of them were outside of their standard.

use crate::loaded::word;
use crate::trials::word_of;
use serde::{Deserialize, Serialize};
use trialect_ir::{Clock, Column, Covariate, Domain};
use trialect_journal::Entry;

/// What is declared of a covariate besides its type, ranges in the unit of its column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CovariateFile {
    /// `before`, `after` or `on_change`; none for one that is computed or measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The device and the reading that measure it: `bath.temperature`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whether there must be a value.
    pub required: bool,
    /// Least and greatest: a value outside is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<[f64; 2]>,
    /// Least and greatest: a value outside is recorded as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<[f64; 2]>,
    /// The usual text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
    /// How the value is to be understood or was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convention: Option<String>,
    /// Its name in a vocabulary that others share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
}

impl CovariateFile {
    pub(crate) fn of(column: &Column, covariate: &Covariate) -> CovariateFile {
        CovariateFile {
            asked: covariate.asked.as_ref().map(word_of),
            from: covariate.from.clone(),
            required: !covariate.optional,
            within: covariate.within.map(|range| in_unit(column, range)),
            standard: covariate.standard.map(|range| in_unit(column, range)),
            usual: covariate.usual.clone(),
            convention: covariate.convention.clone(),
            term: covariate.term.clone(),
        }
    }
}

/// The same as the metadata of a table's field, which are texts.
pub(crate) fn about(column: &Column, covariate: &Covariate) -> Vec<(&'static str, String)> {
    let file = CovariateFile::of(column, covariate);
    let range = |range: Option<[f64; 2]>| range.map(|[low, high]| format!("{low} .. {high}"));
    [
        ("asked", file.asked),
        ("from", file.from),
        ("within", range(file.within)),
        ("standard", range(file.standard).or(file.usual)),
        ("convention", file.convention),
        ("term", file.term),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

/// Names of covariates with a value outside of their standard: of a trial in any row, of slower clocks at the end.
pub(crate) fn outside_standard(columns: &[Column], entries: &[Entry]) -> Vec<String> {
    let mut outside = vec![false; columns.len()];
    for entry in entries {
        let (words, present, is_row) = match entry {
            Entry::Row { words, present, .. } => (words, present, true),
            Entry::SessionEnd { words, present, .. } => (words, present, false),
            _ => continue,
        };
        for (k, column) in columns.iter().enumerate() {
            let Some(covariate) = column.covariate.as_ref().filter(|_| (column.clock == Clock::Trial) == is_row) else {
                continue;
            };
            outside[k] |= word(words, present, k).is_some_and(|word| is_outside(column, covariate, word));
        }
    }
    columns.iter().zip(outside).filter(|(_, outside)| *outside).map(|(column, _)| column.name.clone()).collect()
}

/// Whether a word is outside of the standard: of its range, or another text than the usual one.
fn is_outside(column: &Column, covariate: &Covariate, word: u64) -> bool {
    if let (Domain::Text { .. }, Some(usual)) = (&column.domain, &covariate.usual) {
        return column.domain.show(word) != *usual;
    }
    let number = match &column.domain {
        Domain::Real { .. } => f64::from_bits(word),
        Domain::Int { .. } => word as i64 as f64,
        _ => return false,
    };
    covariate.standard.is_some_and(|[low, high]| number < low || number > high)
}

fn in_unit(column: &Column, range: [f64; 2]) -> [f64; 2] {
    range.map(|value| column.domain.unit().map_or(value, |unit| unit.express(value)))
}
