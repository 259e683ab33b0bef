//! `wheel.parquet`: the samples of counters.

use crate::loaded::seconds;
use crate::table::{Cells, Series};
use std::borrow::Cow;
use trialect_ir::record::Header;
use trialect_journal::Entry;

/// Name of the file.
pub(crate) const FILE: &str = "wheel.parquet";

/// The table's columns.
pub(crate) fn columns<'a>(header: &'a Header, entries: &[Entry]) -> Vec<Series<'a>> {
    let (mut time, mut device, mut count, mut position, mut trials) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut trial = None;
    for entry in entries {
        match entry {
            Entry::TrialStart { trial: number, .. } => trial = i32::try_from(*number).ok(),
            Entry::Input { line, at, value } => {
                let Some(input) = header.inputs.get(*line as usize).filter(|input| input.counter) else { continue };
                time.push(Some(seconds(*at)));
                device.push(Some(Cow::Borrowed(input.device.as_str())));
                count.push(Some(*value));
                position.push(input.count_size.map(|size| *value as f64 * size));
                trials.push(trial);
            }
            _ => {}
        }
    }
    vec![
        Series::new("time", "Session-clock time", Cells::Double(time)).in_unit("s", "s"),
        Series::new("device", "Name of the device", Cells::Text(device)),
        Series::new("count", "Its free-running count", Cells::Int64(count)),
        Series::new("position", "Count times the size of a count", Cells::Double(position)).in_unit("mm", "mm"),
        Series::new("trial", "The trial that had begun last; none before the first", Cells::Int32(trials)),
    ]
}
