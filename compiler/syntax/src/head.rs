//! A clause without the content of its blocks: what the grammar reads at a time.
//!
//! `on x.enter when a { b := c } -> d` becomes `on x.enter when a {;} -> d`; the content is read clause by clause, so
//! that what is wrong inside does not spoil what is outside, and each byte is parsed once. The `;` stays behind so that
//! the empty block cannot be taken for an empty set.

use crate::layout::Layout;
use crate::scan::{Bracket, TokenKind};
use std::ops::Range;

/// Cuts a range of tokens into the ranges of its clauses.
pub(crate) fn clauses_in(layout: &Layout, range: Range<usize>) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut first = range.start;
    let mut at = range.start;
    while at < range.end {
        match (layout.tokens.get(at).map(|token| token.kind), layout.groups.get(at).copied().flatten()) {
            (Some(TokenKind::Open(_)), Some(group)) => at = group.end.max(at + 1),
            (Some(TokenKind::LineEnd | TokenKind::Semicolon), _) => {
                clauses.push(first..at);
                first = at + 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
    clauses.push(first..range.end);
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// A block that was left out of a head.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// First byte of its `{` in the source.
    pub(crate) open: u32,
    /// The tokens between its braces.
    pub(crate) content: Range<usize>,
}

/// Bytes that a head took over from the source without a gap.
#[derive(Debug, Clone, Copy)]
struct Piece {
    in_head: u32,
    in_source: u32,
}

/// A clause's text without its blocks' contents, and the way back to the source.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) text: String,
    /// Indices of the clause's own tokens, braces of blocks included.
    pub(crate) tokens: Vec<usize>,
    pub(crate) blocks: Vec<Block>,
    pieces: Vec<Piece>,
    /// From the end of the token before the clause to the start of the token after it.
    extent: (u32, u32),
}

impl Head {
    /// The head of the clause that the tokens of `range` make up.
    pub(crate) fn new(layout: &Layout, range: Range<usize>) -> Head {
        let after = layout.tokens.get(range.end).map_or(layout.code.len() as u32, |token| token.start);
        let mut head = Head {
            text: String::new(),
            tokens: Vec::new(),
            blocks: Vec::new(),
            pieces: Vec::new(),
            extent: (end_before(layout, range.start), after),
        };
        let mut taken = layout.tokens.get(range.start).map_or(0, |token| token.start);
        let mut at = range.start;
        while let Some(&token) = layout.tokens.get(at).filter(|_| at < range.end) {
            head.tokens.push(at);
            at += 1;
            let group = layout.groups.get(at - 1).copied().flatten().filter(|group| group.is_block);
            let (TokenKind::Open(Bracket::Brace), Some(group)) = (token.kind, group) else { continue };
            head.take(layout, taken, token.end);
            head.text.push(';');
            head.blocks.push(Block { open: token.start, content: at..group.end });
            at = group.end;
            let close = layout.tokens.get(at).filter(|_| group.is_closed);
            taken = close.map_or_else(|| end_before(layout, at), |close| close.start);
            if close.is_none() {
                head.pieces.push(Piece { in_head: head.text.len() as u32, in_source: taken.saturating_sub(1) });
                head.text.push('}');
            }
        }
        head.take(layout, taken, end_before(layout, range.end));
        head
    }

    fn take(&mut self, layout: &Layout, start: u32, end: u32) {
        if let Some(text) = layout.code.get(start as usize..end as usize) {
            self.pieces.push(Piece { in_head: self.text.len() as u32, in_source: start });
            self.text.push_str(text);
        }
    }

    /// Where a byte of the head is in the source.
    pub(crate) fn source_of(&self, in_head: usize) -> u32 {
        let in_head = in_head as u32;
        let after = self.pieces.partition_point(|piece| piece.in_head <= in_head);
        let piece = after.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.map_or(in_head, |piece| piece.in_source + (in_head - piece.in_head))
    }

    /// First byte in the source, and one past the last, of bytes `start..end` of the head; blanks at the end left out.
    pub(crate) fn source_range(&self, start: usize, end: usize) -> (u32, u32) {
        let text = self.text.get(start..end).unwrap_or("").trim_end();
        let first = self.source_of(start);
        let last = if text.is_empty() { first } else { self.source_of(start + text.len() - 1) + 1 };
        (first, last.max(first))
    }

    /// True when one of the places, which are in order, lies in the clause itself, not in one of its blocks.
    pub(crate) fn contains_any(&self, places: &[u32]) -> bool {
        self.pieces.iter().enumerate().any(|(index, piece)| {
            let start = if index == 0 { self.extent.0 } else { piece.in_source };
            let end = match self.pieces.get(index + 1) {
                Some(next) => piece.in_source + (next.in_head - piece.in_head),
                None => self.extent.1,
            };
            let first = places.partition_point(|&place| place < start);
            places.get(first).is_some_and(|&place| place < end)
        })
    }

    /// The tokens of the block whose `{` is at this byte of the head.
    pub(crate) fn block_at(&self, in_head: usize) -> Option<Range<usize>> {
        let open = self.source_of(in_head);
        self.blocks.iter().find(|block| block.open == open).map(|block| block.content.clone())
    }
}

/// One past the last byte of the token before the one at `index`.
fn end_before(layout: &Layout, index: usize) -> u32 {
    index.checked_sub(1).and_then(|before| layout.tokens.get(before)).map_or(0, |token| token.end)
}
