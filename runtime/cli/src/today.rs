//! What a subject's earlier sessions of a date have been given: it counts in limits of the day.

use crate::failure::Failure;
use crate::record;
use std::collections::BTreeMap;
use std::path::PathBuf;
use trialect_ir::{Date, Program, Role};
use trialect_journal::Entry;

/// The totals of earlier sessions of this date, by the names of their columns, in coherent units; those that a limit of
/// the day asks for, also when another protocol gave them.
pub(crate) fn given(program: &Program, done: &[PathBuf], date: Date) -> Result<BTreeMap<String, f64>, Failure> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for folder in done.iter().filter(|_| !program.days.is_empty()) {
        let session = record::read(folder)?;
        if session.header.date != Some(date) {
            continue;
        }
        let asked = |name: &str| program.days.iter().any(|(known, _)| known == name);
        let totals = session.header.columns.iter().enumerate();
        for (k, column) in totals.filter(|(_, column)| column.role == Role::Total && asked(&column.name)) {
            for entry in &session.entries {
                // An interrupted trial counts: what it was given, it was given.
                if let Entry::Row { words, .. } = entry {
                    *sums.entry(column.name.clone()).or_default() +=
                        words.get(k).map_or(0.0, |word| f64::from_bits(*word));
                }
            }
        }
    }
    Ok(sums)
}
