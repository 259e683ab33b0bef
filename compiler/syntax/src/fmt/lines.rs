//! Which pieces share a line. The line ends are the author's, except at braces and in front of a lone `;`.

use super::pieces::{Item, Note, Piece, Pieces};
use super::spacing;
use std::ops::Range;

/// A line to be written.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its pieces; empty when it holds a comment alone, which then stands before the piece at `start`.
    pub(super) pieces: Range<usize>,
    /// Its comment.
    pub(super) note: Option<usize>,
    /// A blank line is before it.
    pub(super) is_spaced: bool,
}

/// A text, cut into lines.
pub(super) struct Lines<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) notes: Vec<Note>,
    pub(super) lines: Vec<Line>,
    /// The line of each piece.
    pub(super) line_of: Vec<usize>,
    /// For each piece that opens a block: its first clause stands on its line.
    pub(super) hangs: Vec<bool>,
    /// For each piece: blanks before it beyond those that every style has.
    pub(super) padding: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Cuts a text into lines.
    pub(super) fn cut(text: Pieces<'t>) -> Lines<'t> {
        let count = text.pieces.len();
        let mut lines = Lines {
            pieces: text.pieces,
            notes: text.notes,
            lines: Vec::new(),
            line_of: Vec::with_capacity(count),
            hangs: vec![false; count],
            padding: vec![0; count],
        };
        let mut before = None;
        for (item, line_ends) in text.items {
            match item {
                Item::Note(note) => lines.note(note, line_ends),
                Item::Piece(piece) => lines.piece(piece, line_ends, before),
            }
            before = Some(item);
        }
        lines
    }

    fn note(&mut self, note: usize, line_ends: usize) {
        let next = self.line_of.len();
        match self.lines.last_mut() {
            Some(line) if line_ends == 0 && line.note.is_none() => line.note = Some(note),
            _ => {
                let is_spaced = line_ends > 1 && self.may_be_spaced();
                self.lines.push(Line { pieces: next..next, note: Some(note), is_spaced });
            }
        }
    }

    fn may_be_spaced(&self) -> bool {
        let opens_block = |line: &Line| {
            !line.pieces.is_empty() && self.pieces.get(line.pieces.end - 1).is_some_and(Self::opens_block)
        };
        self.lines.last().is_some_and(|line| !opens_block(line))
    }

    fn opens_block(piece: &Piece<'_>) -> bool {
        piece.opens() && piece.is_block
    }

    fn piece(&mut self, at: usize, line_ends: usize, before: Option<Item>) {
        let follows_piece = at > 0 && before == Some(Item::Piece(at - 1));
        let Some(piece) = self.pieces.get(at) else { return };
        let (opens_block, closes_block) = (Self::opens_block(piece), piece.closes() && piece.is_block);
        let open = piece.partner.filter(|_| closes_block);
        let is_empty = open.is_some_and(|open| open + 1 == at);
        let hangs = open.is_some_and(|open| self.hangs.get(open).copied().unwrap_or(false));
        let in_opened = at.checked_sub(1).filter(|&before| self.pieces.get(before).is_some_and(Self::opens_block));
        if let Some(open) = in_opened.filter(|_| follows_piece && line_ends == 0 && !closes_block)
            && let Some(hangs) = self.hangs.get_mut(open)
        {
            *hangs = true;
        }
        let joins = follows_piece && (opens_block || is_empty || (closes_block && hangs));
        let parts = !follows_piece || (closes_block && !hangs) || (piece.starts_clause && self.ends_tall_block(at));
        let breaks = at == 0 || !joins && (line_ends > 0 || parts);
        if breaks {
            let is_spaced = line_ends > 1 && !closes_block && self.may_be_spaced();
            self.lines.push(Line { pieces: at..at, note: None, is_spaced });
        }
        if let Some(line) = self.lines.last_mut() {
            line.pieces.end = at + 1;
        }
        self.line_of.push(self.lines.len().saturating_sub(1));
    }

    /// True when the piece before closes a block on a line of its own.
    fn ends_tall_block(&self, at: usize) -> bool {
        let close = at.checked_sub(1).filter(|&at| self.pieces.get(at).is_some_and(|p| p.closes() && p.is_block));
        let open = close.and_then(|close| self.pieces.get(close)?.partner);
        open.is_some_and(|open| self.line_of.get(open) != self.line_of.last())
    }

    /// The line of a piece.
    pub(super) fn line(&self, piece: usize) -> usize {
        self.line_of.get(piece).copied().unwrap_or(usize::MAX)
    }

    /// True for the first piece of a line.
    pub(super) fn begins_line(&self, piece: usize) -> bool {
        self.lines.get(self.line(piece)).is_some_and(|line| line.pieces.start == piece)
    }

    /// What stands between the piece at `at` and the one before it in its line, and how many characters that is.
    pub(super) fn gap(&self, at: usize) -> (&'static str, usize) {
        let begins_in_line = self.pieces.get(at).is_some_and(|piece| piece.starts_clause);
        let after_open = at.checked_sub(1).and_then(|before| self.pieces.get(before)).is_some_and(Self::opens_block);
        let padding = self.padding.get(at).copied().unwrap_or(0);
        if begins_in_line && !after_open {
            (";", 1 + padding)
        } else {
            ("", spacing::blanks(&self.pieces, at) + padding)
        }
    }

    /// Characters of a piece with what stands before it in its line.
    pub(super) fn width(&self, at: usize) -> usize {
        let (sign, blanks) = self.gap(at);
        sign.len() + blanks + self.pieces.get(at).map_or(0, |piece| piece.text.chars().count())
    }
}
