//! The formatter: one way to write a text.
//!
//! Line ends, blank lines, comments and the pieces themselves are the author's; how lines are indented, which blanks
//! stand between pieces and what stands in columns follows from them. So what is written depends only on what is kept,
//! and formatting twice is formatting once. The rules are in `spec/howto/format.md`.

mod columns;
mod indent;
mod lines;
mod pieces;
mod spacing;

use crate::findings;
use crate::layout::{Begin, lay_out};
use crate::report::Report;
use crate::scan::TokenKind;
use crate::scan::scan;
use lines::{Line, Lines};
use pieces::{Piece, Pieces, take_apart};
use trialect_base::{Findings, SourceId};

/// How far a description or a comment may be pushed to the right by a neighbouring line, characters.
const REACH: usize = 32;
/// Least blanks before a description or a comment at the end of a line.
const BEFORE_TRAILING: usize = 2;
/// The first column in which descriptions and comments stand, and from there every so many characters.
const FIRST_TRAILING: usize = 32;
const EACH_TRAILING: usize = 8;

/// The text in the one style, with all of its comments and descriptions, meaning what it means.
///
/// # Errors
///
/// The findings of a text that is not well formed. There is no style for what cannot be read.
pub fn format(text: &str, source: SourceId) -> Result<String, Findings> {
    let before = read(text, source)?;
    let order = kept(&before);
    let written = write(before);
    match read(&written, source) {
        Ok(after) if kept(&after) == order => Ok(written),
        _ => {
            // A text that reads otherwise than before must not take the place of what a person wrote.
            let mut report = Report::new(source);
            report.push(findings::reads_otherwise(report.span(0, 0)));
            Err(report.finish())
        }
    }
}

fn read(text: &str, source: SourceId) -> Result<Pieces<'_>, Findings> {
    let parsed = crate::parse(text, source);
    if !parsed.findings.is_empty() {
        return Err(parsed.findings);
    }
    let mut report = Report::new(source);
    let scan = scan(text, &mut report);
    let layout = lay_out(&scan, Begin::Clause, &mut report);
    Ok(take_apart(text, &layout, &scan.comments))
}

/// What formatting keeps: pieces with where clauses begin and what brackets hold, and comments.
fn kept(text: &Pieces<'_>) -> (Vec<(String, bool, bool)>, Vec<String>) {
    let piece = |piece: &Piece<'_>| (piece.text.to_string(), piece.starts_clause, piece.is_block);
    (text.pieces.iter().map(piece).collect(), text.notes.iter().map(|note| note.text.clone()).collect())
}

fn write(text: Pieces<'_>) -> String {
    let mut lines = Lines::cut(text);
    columns::align(&mut lines);
    let places = trailing(&mut lines);
    let mut out = String::new();
    for (line, (indent, comment)) in lines.lines.iter().zip(places) {
        if line.is_spaced {
            out.push('\n');
        }
        let mut written = " ".repeat(indent);
        for at in line.pieces.clone() {
            let Some(piece) = lines.pieces.get(at) else { continue };
            if at > line.pieces.start {
                let (sign, blanks) = lines.gap(at);
                written += sign;
                written += &" ".repeat(blanks);
            }
            written += &piece.text;
        }
        if let Some(note) = line.note.and_then(|note| lines.notes.get(note)) {
            let width = written.chars().count();
            written += &" ".repeat(comment.saturating_sub(width));
            written += &note.text;
        }
        out += written.trim_end();
        out.push('\n');
    }
    out
}

/// Sets the columns of descriptions at the ends of lines; the indentation of each line, and the column of its comment.
fn trailing(lines: &mut Lines<'_>) -> Vec<(usize, usize)> {
    let columns = indent::columns(lines);
    let descriptions: Vec<Option<(usize, usize)>> = lines.lines.iter().map(|line| description(lines, line)).collect();
    let mut ends: Vec<usize> = columns.iter().map(|(_, end)| *end).collect();
    let widths: Vec<Option<usize>> =
        descriptions.iter().zip(&ends).map(|(description, end)| description.map(|(_, width)| end - width)).collect();
    for (line, blanks) in in_runs(lines, &widths) {
        let Some(&Some((piece, _))) = descriptions.get(line) else { continue };
        if let (Some(place), Some(end)) = (lines.padding.get_mut(piece), ends.get_mut(line)) {
            *place = blanks.saturating_sub(1);
            *end += *place;
        }
    }
    let mut comments = ends.clone();
    let widths = comment_widths(lines, &ends);
    for (line, blanks) in in_runs(lines, &widths) {
        if let (Some(comment), Some(&Some(width))) = (comments.get_mut(line), widths.get(line)) {
            *comment = width + blanks;
        }
    }
    columns.iter().zip(comments).map(|((indent, _), comment)| (*indent, comment)).collect()
}

/// The description at the end of a line, and how many characters it takes with the blank before it.
fn description(lines: &Lines<'_>, line: &Line) -> Option<(usize, usize)> {
    let last = line.pieces.end.checked_sub(1).filter(|last| *last > line.pieces.start)?;
    let (text, before) = (lines.pieces.get(last)?, lines.pieces.get(last - 1)?);
    let is_named = matches!(&*before.text, "cite" | "term" | "convention" | "standard" | "scenario");
    (text.kind == TokenKind::Text && !is_named).then(|| (last, lines.width(last)))
}

/// For each line with a comment after its pieces, where these end. A comment alone under such a comment, where the
/// author wrote it in the same column, goes on with it.
fn comment_widths(lines: &Lines<'_>, ends: &[usize]) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = Vec::new();
    let mut above = None;
    for (line, end) in lines.lines.iter().zip(ends) {
        let column = line.note.and_then(|note| lines.notes.get(note)).map(|note| note.column);
        let goes_on = line.pieces.is_empty() && !line.is_spaced && above.is_some() && above == column;
        let width = if goes_on { widths.last().copied().flatten() } else { Some(*end) };
        let width = width.filter(|_| column.is_some() && (goes_on || !line.pieces.is_empty()));
        widths.push(width);
        above = column.filter(|_| width.is_some());
    }
    widths
}

/// For each line that has a width, the blanks after it that take it to the column of its neighbours.
fn in_runs(lines: &Lines<'_>, widths: &[Option<usize>]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut run: Vec<(usize, usize)> = Vec::new();
    for (at, line) in lines.lines.iter().enumerate() {
        let width = widths.get(at).copied().flatten();
        if width.is_none() || line.is_spaced {
            end_run(&mut run, &mut all);
        }
        run.extend(width.map(|width| (at, width)));
    }
    end_run(&mut run, &mut all);
    all
}

fn end_run(run: &mut Vec<(usize, usize)>, all: &mut Vec<(usize, usize)>) {
    let least = FIRST_TRAILING - BEFORE_TRAILING;
    let widths: Vec<usize> = run.iter().map(|(_, width)| (*width).max(least)).collect();
    for ((at, width), (used, padding)) in run.drain(..).zip(widths.iter().zip(columns::paddings(&widths, REACH))) {
        let column = (used + padding + BEFORE_TRAILING).next_multiple_of(EACH_TRAILING);
        all.push((at, column - width));
    }
}

/// The pieces of a clause that have a meaning, each number with its unit, cut where clauses begin that stand in it
/// directly. Descriptions, comments and layout are left out.
pub fn clause_pieces(clause: &str) -> Vec<Vec<String>> {
    let mut report = Report::new(SourceId(0));
    let scan = scan(clause, &mut report);
    let layout = lay_out(&scan, Begin::Clause, &mut report);
    let text = take_apart(clause, &layout, &scan.comments);
    let mut clauses: Vec<Vec<String>> = Vec::new();
    let mut depth = 0_usize;
    for (at, piece) in text.pieces.iter().enumerate() {
        depth -= usize::from(piece.closes() && piece.is_block && depth > 0);
        if clauses.is_empty() || (piece.starts_clause && depth <= 1) {
            clauses.push(Vec::new());
        }
        depth += usize::from(piece.opens() && piece.is_block);
        let before = at.checked_sub(1).and_then(|before| text.pieces.get(before));
        let is_quoted = before.is_some_and(|before| matches!(&*before.text, "convention" | "term" | "standard"));
        if (piece.kind != TokenKind::Text || is_quoted)
            && let Some(clause) = clauses.last_mut()
        {
            let blanks = if clause.is_empty() { 0 } else { spacing::blanks(&text.pieces, at) };
            clause.push(format!("{}{}", " ".repeat(blanks), piece.text));
        }
    }
    clauses
}
