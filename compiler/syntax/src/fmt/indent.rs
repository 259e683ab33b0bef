//! Where each line begins.

use super::lines::Lines;
use super::pieces::{Inside, Piece};
use crate::scan::TokenKind;

/// Columns that a block's lines stand to the right of the clause that the block belongs to.
const STEP: usize = 2;

/// The clause that is being written.
#[derive(Debug, Clone, Copy, Default)]
struct Clause {
    /// Column of its first piece.
    column: usize,
    /// Column of its value: of what follows the latest sign or word that has a value after it.
    value: Option<usize>,
    /// The next piece begins the value.
    is_due: bool,
}

/// An open bracket.
struct Frame {
    /// The clause in which it stands.
    clause: Clause,
    /// Column of what it holds, once that is known.
    content: Option<usize>,
    is_block: bool,
    /// Indentation of the line on which it opens.
    line: usize,
}

/// The indentation of each line, and the column after its last piece.
pub(super) fn columns(lines: &Lines<'_>) -> Vec<(usize, usize)> {
    let mut walk = Walk { lines, frames: Vec::new(), clause: Clause::default() };
    lines.lines.iter().map(|line| walk.line(line.pieces.start, line.pieces.end)).collect()
}

struct Walk<'a, 't> {
    lines: &'a Lines<'t>,
    frames: Vec<Frame>,
    clause: Clause,
}

/// True for what begins a further part of a clause, not of its value.
fn goes_on_below(piece: &Piece<'_>) -> bool {
    piece.kind == TokenKind::Text || matches!(&*piece.text, "->" | "on")
}

impl Walk<'_, '_> {
    fn line(&mut self, start: usize, end: usize) -> (usize, usize) {
        let indent = self.indent(start, start == end);
        let mut column = indent;
        for at in start..end {
            if at > start {
                let (sign, blanks) = self.lines.gap(at);
                column += sign.len() + blanks;
            }
            self.piece(at, column, indent);
            column += self.lines.pieces.get(at).map_or(0, |piece| piece.text.chars().count());
        }
        (indent, column)
    }

    /// Where a line begins whose first piece is at `at`, or of a comment alone, which stands before that piece.
    fn indent(&self, at: usize, is_comment: bool) -> usize {
        let frame = self.frames.last();
        let inner = frame.map_or(0, |frame| {
            let step = if frame.is_block { frame.clause.column } else { frame.line } + STEP;
            frame.content.unwrap_or(step)
        });
        let Some(piece) = self.lines.pieces.get(at) else { return inner };
        if piece.closes() && !is_comment {
            return frame.map_or(0, |frame| if frame.is_block { frame.clause.column } else { frame.line });
        }
        let in_block = frame.is_none_or(|frame| frame.is_block);
        if piece.starts_clause || piece.closes() || !in_block {
            return inner;
        }
        let after_block =
            at > 0 && self.lines.pieces.get(at - 1).is_some_and(|before| before.closes() && before.is_block);
        if piece.is_word("else") && after_block {
            return self.clause.column;
        }
        match self.clause.value {
            Some(value) if !goes_on_below(piece) && !self.clause.is_due => value,
            _ => self.clause.column + STEP,
        }
    }

    fn piece(&mut self, at: usize, column: usize, line: usize) {
        let Some(piece) = self.lines.pieces.get(at) else { return };
        if piece.closes()
            && let Some(frame) = self.frames.pop()
        {
            self.clause = frame.clause;
            return;
        }
        if let Some(frame) = self.frames.last_mut() {
            let is_first = at > 0 && self.lines.pieces.get(at - 1).is_some_and(|before| before.opens());
            if is_first && !self.lines.begins_line(at) {
                frame.content = Some(column);
            }
        }
        if piece.starts_clause {
            self.clause = Clause { column, value: None, is_due: false };
        } else if self.clause.is_due {
            self.clause.value = Some(column);
        }
        self.clause.is_due = match piece.kind {
            TokenKind::Mark => piece.inside == Inside::Block && matches!(&*piece.text, "=" | ":=" | "~" | "+="),
            TokenKind::Word => {
                matches!(&*piece.text, "when" | "where" | "always")
                    || matches!(&*piece.text, "expect" | "if") && (piece.starts_clause || self.after_else(at))
            }
            _ => false,
        };
        if piece.opens() {
            let frame = Frame { clause: self.clause, content: None, is_block: piece.is_block, line };
            self.frames.push(frame);
        }
    }

    fn after_else(&self, at: usize) -> bool {
        self.clause.value.is_none_or(|value| value < self.clause.column)
            && at.checked_sub(1).and_then(|before| self.lines.pieces.get(before)).is_some_and(|p| p.is_word("else"))
    }
}
