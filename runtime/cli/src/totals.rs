//! What devices were asked to give in a session: in its trials, and by its machines between them.

use std::collections::BTreeMap;
use trialect_ir::record::Header;
use trialect_ir::{Column, Program, Role};
use trialect_journal::Entry;

/// For each output of a program the total that it adds to.
pub(crate) fn of_program(program: &Program) -> Vec<Option<String>> {
    program.sites.iter().map(|site| site.adds.clone()).collect()
}

/// The same of a record.
pub(crate) fn of_record(header: &Header) -> Vec<Option<String>> {
    header.outputs.iter().map(|output| output.adds.clone()).collect()
}

/// Numbers of the columns that are totals.
fn totals(columns: &[Column]) -> impl Iterator<Item = usize> {
    (0..).zip(columns).filter(|(_, column)| column.role == Role::Total).map(|(k, _)| k)
}

/// For each total the number of its column and what was given between trials, which is in no row, in the coherent unit.
pub(crate) fn between(columns: &[Column], adds: &[Option<String>], entries: &[Entry]) -> Vec<(usize, f64)> {
    let mut sums: Vec<(usize, f64)> = totals(columns).map(|k| (k, 0.0)).collect();
    let mut in_trial = false;
    for entry in entries {
        match entry {
            Entry::TrialStart { .. } => in_trial = true,
            Entry::Row { .. } => in_trial = false,
            Entry::Output { output, arguments, .. } if !in_trial => {
                let total = adds.get(*output as usize).and_then(Option::as_ref);
                let sum = sums.iter_mut().find(|(k, _)| total == Some(&columns[*k].name));
                if let (Some((_, sum)), Some(amount)) = (sum, arguments.first()) {
                    *sum += f64::from_bits(*amount);
                }
            }
            _ => {}
        }
    }
    sums
}

/// For each total the number of its column and the amount of the session, in the coherent unit: that of the rows, also
/// of a trial that was interrupted, and what was given between trials.
pub(crate) fn given(columns: &[Column], adds: &[Option<String>], entries: &[Entry]) -> Vec<(usize, f64)> {
    let in_trials = |k: usize| {
        let amounts = entries.iter().filter_map(|entry| match entry {
            Entry::Row { words, .. } => words.get(k).map(|word| f64::from_bits(*word)),
            _ => None,
        });
        amounts.fold(0.0, |sum, amount| sum + amount)
    };
    between(columns, adds, entries).into_iter().map(|(k, between)| (k, in_trials(k) + between)).collect()
}

/// For how long each device of a record had outputs on that its class calls `held`, s; of several at a time the times add
/// up. An output that takes over from another goes on.
pub(crate) fn on(header: &Header, entries: &[Entry]) -> BTreeMap<String, f64> {
    let (mut since, mut sums) = (BTreeMap::new(), BTreeMap::new());
    let target = |output: u32| {
        let output = header.outputs.get(output as usize).filter(|output| output.held)?;
        Some((output.device.as_str(), output.verb.as_str(), output.stimulus.as_deref()))
    };
    let mut end = |device: &str, from: i64, at: i64| *sums.entry(device.to_string()).or_insert(0) += at - from;
    for entry in entries {
        match entry {
            Entry::Output { output, at, .. } => {
                if let Some(target) = target(*output) {
                    since.entry(target).or_insert(*at);
                }
            }
            Entry::Release { output, at } => {
                if let Some((target, from)) = target(*output).and_then(|target| since.remove_entry(&target)) {
                    end(target.0, from, *at);
                }
            }
            Entry::SessionEnd { at, .. } => {
                for ((device, ..), from) in std::mem::take(&mut since) {
                    end(device, from, *at);
                }
            }
            _ => {}
        }
    }
    sums.into_iter().map(|(device, ns)| (device, ns as f64 * 1e-9)).collect()
}
