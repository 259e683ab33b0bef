//! Columns: in neighbouring clauses of one kind the signs stand under each other.

use super::lines::Lines;
use super::pieces::{Inside, Piece};
use crate::grammar::is_clause_word;
use crate::scan::TokenKind;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands in a column, in the order from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// `:` of a type or a device, `on` of a stimulus, `in` of a quantity.
    Typing,
    /// `=`, `:=`, `~`, `+=`.
    Assign,
    /// `within`, `over`; `when` of a `stop` or an `advise`.
    Further,
    /// A description before a block.
    Description,
    /// `{` of a block that begins on the line.
    Open,
    /// The n-th of so many clauses in a block on one line.
    Clause { of: usize, nth: usize },
    /// `->`
    Arrow,
}

impl Sign {
    /// How far a column may be pushed to the right by one of its lines, characters.
    fn reach(self) -> usize {
        match self {
            Sign::Typing | Sign::Assign => 10,
            Sign::Further | Sign::Clause { .. } => 16,
            Sign::Description | Sign::Open | Sign::Arrow => 24,
        }
    }
}

/// Clauses of a block on one line that stand in columns.
const CLAUSES_MAX: usize = 8;

/// The line of a clause, or of an `else`, with its signs.
struct Row {
    start: usize,
    kind: String,
    /// Line on which it begins, line on which it ends.
    first: usize,
    last: usize,
    /// It holds a block of several lines that begins after its brace's line.
    is_tall: bool,
    signs: Vec<(Sign, usize)>,
}

/// Sets the padding of all signs.
pub(super) fn align(lines: &mut Lines<'_>) {
    let mut blocks: Vec<Range<usize>> = std::iter::once(0..lines.pieces.len()).collect();
    while let Some(block) = blocks.pop() {
        let rows = rows(lines, block.start, block.end, &mut blocks);
        let follow = |a: &Row, b: &Row| {
            let is_spaced = lines.lines.get(b.first).is_some_and(|line| line.is_spaced);
            a.kind == b.kind && b.first == a.last + 1 && !a.is_tall && !is_spaced
        };
        let runs: Vec<&[Row]> = rows.chunk_by(follow).filter(|run| run.len() > 1).collect();
        for run in runs {
            align_run(lines, run);
        }
    }
}

fn align_run(lines: &mut Lines<'_>, run: &[Row]) {
    let signs: BTreeSet<Sign> = run.iter().flat_map(|row| row.signs.iter().map(|(sign, _)| *sign)).collect();
    for sign in signs {
        let places: Vec<Option<(usize, usize)>> = run
            .iter()
            .map(|row| {
                let at = row.signs.iter().find(|(found, _)| *found == sign)?.1;
                let first = lines.pieces.get(row.start).map_or(0, |piece| piece.text.chars().count());
                Some((at, first + (row.start + 1..at).map(|piece| lines.width(piece)).sum::<usize>()))
            })
            .collect();
        for group in places.split(|place| place.is_none()) {
            let (at, widths): (Vec<usize>, Vec<usize>) = group.iter().copied().flatten().unzip();
            for (at, padding) in at.iter().zip(paddings(&widths, sign.reach())) {
                if let Some(place) = lines.padding.get_mut(*at) {
                    *place = padding;
                }
            }
        }
    }
}

/// For lines of these widths, how much each is widened to meet the column of its neighbours. The narrowest sets how far
/// the column may lie; those that are wider stay out of it, and have columns of their own among themselves.
pub(super) fn paddings(widths: &[usize], reach: usize) -> Vec<usize> {
    let mut paddings = vec![0; widths.len()];
    let mut open: Vec<_> = std::iter::once(0..widths.len()).collect();
    while let Some(range) = open.pop() {
        let here = widths.get(range.clone()).unwrap_or(&[]);
        let Some(least) = here.iter().min() else { continue };
        let column = here.iter().copied().filter(|width| *width <= least + reach).max().unwrap_or(*least);
        let mut outside = None;
        for (at, width) in range.clone().zip(here) {
            if *width > column {
                outside = outside.or(Some(at));
                continue;
            }
            if let Some(padding) = paddings.get_mut(at) {
                *padding = column - width;
            }
            open.extend(outside.take().map(|first| first..at));
        }
        open.extend(outside.map(|first| first..range.end));
    }
    paddings
}

/// The rows of a block's clauses; the blocks in them are added to `blocks`.
fn rows(lines: &Lines<'_>, from: usize, to: usize, blocks: &mut Vec<Range<usize>>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = from;
    while start < to {
        let end = clause_end(lines, start, to);
        let mut row = row(lines, start, end);
        let mut at = start;
        while at < end {
            let Some(piece) = lines.pieces.get(at) else { break };
            let close = piece.partner.filter(|_| piece.opens());
            if piece.is_word("else") && at > start && lines.begins_line(at) && closes_block(lines, at - 1) {
                row.last = lines.line(at - 1);
                rows.push(row);
                row = self::row(lines, at, end);
                row.kind = "if".into();
            }
            if let Some(close) = close.filter(|_| piece.is_block) {
                blocks.push(at + 1..close);
                let hangs = lines.hangs.get(at).copied().unwrap_or(false);
                row.is_tall |= !hangs && lines.line(at) != lines.line(close);
            }
            at = close.unwrap_or(at) + 1;
        }
        row.last = lines.line(end - 1);
        let is_row = lines.begins_line(start) || start == from;
        rows.extend(Some(row).filter(|_| is_row));
        start = end;
    }
    rows
}

fn closes_block(lines: &Lines<'_>, at: usize) -> bool {
    lines.pieces.get(at).is_some_and(|piece| piece.closes() && piece.is_block)
}

/// One past the last piece of the clause that begins at `start`, which ends before `to`.
fn clause_end(lines: &Lines<'_>, start: usize, to: usize) -> usize {
    let mut at = start;
    while at < to {
        let Some(piece) = lines.pieces.get(at) else { break };
        if at > start && piece.starts_clause {
            return at;
        }
        at = piece.partner.filter(|_| piece.opens()).unwrap_or(at) + 1;
    }
    to
}

fn row(lines: &Lines<'_>, start: usize, end: usize) -> Row {
    let line = lines.line(start);
    let mut row = Row { start, kind: String::new(), first: line, last: line, is_tall: false, signs: Vec::new() };
    let word = lines.pieces.get(start).map_or("", |piece| &*piece.text);
    let mut at = start;
    while at < end && lines.line(at) == line {
        let Some(piece) = lines.pieces.get(at) else { break };
        let close = piece.partner.filter(|_| piece.opens());
        if let Some(close) = close {
            if piece.is_block {
                open_block(lines, at, close, &mut row);
            }
            if lines.line(close) != line {
                break;
            }
        }
        let is_last = lines.lines.get(line).is_some_and(|line| line.pieces.end == at + 1);
        if let Some(sign) = sign_of(piece, word).filter(|_| at > start && !is_last) {
            push(&mut row, sign, at);
        }
        at = close.unwrap_or(at) + 1;
    }
    row.kind = kind(word, &row, lines);
    row
}

fn push(row: &mut Row, sign: Sign, at: usize) {
    if row.signs.last().is_none_or(|(last, _)| *last < sign) {
        row.signs.push((sign, at));
    }
}

/// The signs of a block: its brace when something stands after it on the line, and the further clauses there.
fn open_block(lines: &Lines<'_>, open: usize, close: usize, row: &mut Row) {
    let is_plain_else = row.start + 1 == open && lines.pieces.get(row.start).is_some_and(|piece| piece.is_word("else"));
    if is_plain_else || !lines.hangs.get(open).copied().unwrap_or(false) {
        return;
    }
    push(row, Sign::Open, open);
    let mut starts = Vec::new();
    let mut at = clause_end(lines, open + 1, close);
    while at < close && starts.len() < CLAUSES_MAX && lines.line(at) == row.first {
        starts.push(at);
        at = clause_end(lines, at, close);
    }
    for (nth, at) in starts.iter().enumerate() {
        push(row, Sign::Clause { of: starts.len(), nth }, *at);
    }
}

fn sign_of(piece: &Piece<'_>, word: &str) -> Option<Sign> {
    match (piece.kind, &*piece.text) {
        (TokenKind::Mark, ":") if piece.inside == Inside::Block => Some(Sign::Typing),
        (TokenKind::Mark, "=" | ":=" | "~" | "+=") => Some(Sign::Assign),
        (TokenKind::Mark, "->") => Some(Sign::Arrow),
        (TokenKind::Word, "on") if word == "stimulus" => Some(Sign::Typing),
        (TokenKind::Word, "in") if word == "quantity" => Some(Sign::Typing),
        (TokenKind::Word, "within" | "over") => Some(Sign::Further),
        (TokenKind::Word, "when") if matches!(word, "stop" | "advise") => Some(Sign::Further),
        (TokenKind::Text, _) => Some(Sign::Description),
        _ => None,
    }
}

/// What rows must share to have columns together: the word of the clause, or the sign of a definition.
fn kind(word: &str, row: &Row, lines: &Lines<'_>) -> String {
    if is_clause_word(word) || matches!(word, "on" | "after" | "when" | "if" | "for" | "given" | "act" | "expect") {
        return word.to_owned();
    }
    let assigns = row.signs.iter().find(|(sign, _)| *sign == Sign::Assign);
    let typed = row.signs.iter().find(|(sign, _)| *sign == Sign::Typing);
    assigns.or(typed).and_then(|(_, at)| lines.pieces.get(*at)).map_or(word, |piece| &piece.text).to_owned()
}
