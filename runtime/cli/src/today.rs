//! What a subject's earlier sessions of a date have been given: it counts in limits of the day.

use crate::failure::Failure;
use crate::{record, totals};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use trialect_ir::{Date, Program};
use trialect_session::on_today;

/// The totals of earlier sessions of this date, by the names of their columns, in coherent units; those that a limit of
/// the day asks for, also when another protocol gave them. Of devices whose time is limited, for how many seconds they
/// were on.
pub(crate) fn given(program: &Program, done: &[PathBuf], date: Date) -> Result<BTreeMap<String, f64>, Failure> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    // The names of devices whose time of the day is limited.
    let timed = program.on_time.iter().filter(|limit| limit.of_day).flat_map(|limit| &limit.devices);
    let timed: BTreeSet<&str> = timed.map(|device| program.devices[*device as usize].name.as_str()).collect();
    for folder in done.iter().filter(|_| !program.days.is_empty() || !timed.is_empty()) {
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
        for (device, seconds) in totals::on(&session.header, &session.entries) {
            if timed.contains(device.as_str()) {
                *sums.entry(on_today(&device)).or_default() += seconds;
            }
        }
    }
    Ok(sums)
}
