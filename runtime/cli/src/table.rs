//! The table of sessions: day, stage, trials, performance, what the subject's rules have set, water, why it ended.
//! What was amended is shown as amended, with a mark and a line below.

use crate::failure::Failure;
use crate::{amend, record, totals};
use std::path::{Path, PathBuf};
use trialect_export::Amendment;
use trialect_ir::record::Header;
use trialect_ir::{Asked, Clock, Column, Domain, Role};
use trialect_journal::Entry;

/// Contrast from which a trial counts as easy, as the field does.
const EASY: f64 = 0.5;

/// One line a session.
pub(crate) fn of_sessions(folders: &[PathBuf]) -> Result<String, Failure> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let (mut notes, mut titles) = (Vec::new(), None);
    for folder in folders {
        let amendments = amend::of(folder)?;
        let line = line(folder, &amendments)?;
        if let Some((_, day)) = line.first() {
            let day = day.trim_end_matches('*');
            notes.extend(amendments.iter().map(|one| format!("* {day}: {}", amend::told(one))));
        }
        // Sessions of another protocol have other columns.
        let names: Vec<String> = line.iter().map(|(title, _)| title.clone()).collect();
        if titles.as_ref() != Some(&names) {
            lines.push(names.clone());
            titles = Some(names);
        }
        lines.push(line.into_iter().map(|(_, cell)| cell).collect());
    }
    let table = aligned(&lines);
    Ok(if notes.is_empty() { table } else { format!("{table}\n{}", notes.join("\n")) })
}

fn line(folder: &Path, amendments: &[Amendment]) -> Result<Vec<(String, String)>, Failure> {
    let session = record::read(folder)?;
    let (header, entries) = (&session.header, &session.entries);
    let (mut start, mut end, mut reason) = (&[][..], &[][..], "not sealed");
    let (mut at_start, mut at_end) = (&[][..], &[][..]);
    let mut rows = Vec::new();
    for entry in entries {
        match entry {
            Entry::SessionStart { words, present, .. } => (start, at_start) = (words, present),
            Entry::Row { outcome, words, .. } => rows.push((*outcome, words)),
            Entry::SessionEnd { words, present, reason: why, .. } => {
                (end, at_end, reason) = (words, present, why);
            }
            _ => {}
        }
    }
    let mark = if amend::marked(amendments, "subject").is_some() { "*" } else { "" };
    let mut cells = vec![("day".to_string(), format!("{}{mark}", header.session))];
    for (k, column) in
        columns(header, |column| column.role == Role::Stage && matches!(column.domain, Domain::Named { .. }))
    {
        cells.push((column.name.clone(), shown(column, end.get(k))));
    }
    cells.push(("trials".into(), rows.len().to_string()));
    if let Some(easy) = easy(header, &rows) {
        cells.push(("easy correct".into(), easy));
    }
    for (k, column) in columns(header, |column| column.clock == Clock::Subject && column.role == Role::Variable) {
        cells.push((titled(column), shown(column, start.get(k))));
    }
    // Numbers of the day; the others are in the record.
    let of_the_day = |column: &Column| {
        let is_number = matches!(column.domain, Domain::Real { .. } | Domain::Int { .. });
        column.role == Role::Covariate && column.clock == Clock::Session && is_number
    };
    for (k, column) in columns(header, of_the_day) {
        let row = if asked_after(column) { end } else { start };
        let present = if asked_after(column) { at_end } else { at_start };
        let there = present.get(k / 64).is_some_and(|bits| bits >> (k % 64) & 1 == 1);
        let amended = amend::marked(amendments, &column.name);
        cells.push((titled(column), amended.unwrap_or_else(|| shown(column, row.get(k).filter(|_| there)))));
    }
    for (k, sum) in totals::given(&header.columns, &totals::of_record(header), entries) {
        let column = &header.columns[k];
        let unit = column.domain.unit();
        let sum = unit.map_or(sum, |unit| unit.express(sum));
        cells.push((titled(column), format!("{sum:.1}")));
    }
    cells.push(("ended".into(), reason.to_string()));
    Ok(cells)
}

fn columns<'h>(header: &'h Header, wanted: impl Fn(&Column) -> bool + 'h) -> impl Iterator<Item = (usize, &'h Column)> {
    header.columns.iter().enumerate().filter(move |(_, column)| wanted(column))
}

fn asked_after(column: &Column) -> bool {
    column.covariate.as_ref().is_some_and(|covariate| covariate.asked == Some(Asked::After))
}

fn titled(column: &Column) -> String {
    match column.domain.unit() {
        Some(unit) => format!("{} ({})", column.name, unit.symbol),
        None => column.name.clone(),
    }
}

fn shown(column: &Column, word: Option<&u64>) -> String {
    word.map_or_else(|| "-".into(), |word| column.domain.show(*word))
}

/// Share of the first outcome among trials of at least half contrast; none without a contrast or such trials.
fn easy(header: &Header, rows: &[(Option<u32>, &Vec<u64>)]) -> Option<String> {
    let (k, column) = columns(header, |column| column.name == "contrast").next()?;
    let easy = rows.iter().filter(|(_, words)| {
        words.get(k).and_then(|word| column.domain.number(*word)).is_some_and(|contrast| contrast >= EASY)
    });
    let outcomes: Vec<bool> = easy.map(|(outcome, _)| *outcome == Some(0)).collect();
    if outcomes.is_empty() {
        return Some("-".into());
    }
    let right = outcomes.iter().filter(|right| **right).count();
    Some(format!("{:.1}%", 100.0 * right as f64 / outcomes.len() as f64))
}

/// Rows of cells as columns, each as wide as its widest cell.
pub(crate) fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |k: usize| lines.iter().filter_map(|line| line.get(k)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let row = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    lines.iter().map(row).collect::<Vec<_>>().join("\n")
}
