//! What a subject's earlier sessions of a date have been given: it counts in limits of the day.

use crate::failure::Failure;
use crate::{record, totals};
use std::collections::BTreeMap;
use std::path::PathBuf;
use trialect_ir::{Date, Program};

/// The totals of earlier sessions of this date, by the names of their columns, in coherent units; those that a limit of
/// the day asks for, also when another protocol gave them.
pub(crate) fn given(program: &Program, done: &[PathBuf], date: Date) -> Result<BTreeMap<String, f64>, Failure> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for folder in done.iter().filter(|_| !program.days.is_empty()) {
        let session = record::read(folder)?;
        if session.header.date != Some(date) {
            continue;
        }
        let columns = &session.header.columns;
        for (k, amount) in totals::given(columns, &totals::of_record(&session.header), &session.entries) {
            let name = &columns[k].name;
            if program.days.iter().any(|(known, _)| known == name) {
                *sums.entry(name.clone()).or_default() += amount;
            }
        }
    }
    Ok(sums)
}
