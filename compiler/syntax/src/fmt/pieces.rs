//! What is put on lines: tokens with their units, comments, and how the author has parted them.

use crate::grammar::words_of;
use crate::layout::Layout;
use crate::scan::{Bracket, Comment, Token, TokenKind};
use std::borrow::Cow;
use std::sync::LazyLock;

static UNIT_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| words_of("unit_word"));

/// What a piece stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// A block, or the file.
    Block,
    /// Brackets, or the braces of a set or a table.
    Brackets,
    /// The members of an `enum`.
    Members,
    /// The parameters in a device class, which are typed as names are.
    Slots,
}

/// A token, or a number with its unit.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    /// With one blank between a number and its unit.
    pub(super) text: Cow<'t, str>,
    pub(super) kind: TokenKind,
    /// Of a bracket that opens: the piece that closes it; of one that closes: the piece that opens it.
    pub(super) partner: Option<usize>,
    /// True for the braces of a block.
    pub(super) is_block: bool,
    /// True for the first piece of a clause.
    pub(super) starts_clause: bool,
    /// What it stands in; of a bracket, what stands in it.
    pub(super) inside: Inside,
    /// True when the author wrote nothing between it and the piece before.
    pub(super) is_tight: bool,
}

impl Piece<'_> {
    /// True for a bracket that opens.
    pub(super) fn opens(&self) -> bool {
        matches!(self.kind, TokenKind::Open(_))
    }

    /// True for a bracket that closes.
    pub(super) fn closes(&self) -> bool {
        matches!(self.kind, TokenKind::Close(_))
    }

    /// True for a word with these letters.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }
}

/// A comment.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// From `#` on.
    pub(super) text: String,
    /// Characters before it in its line of the source.
    pub(super) column: usize,
}

/// A piece or a comment, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Piece(usize),
    Note(usize),
}

/// A text in the order in which it is written.
#[derive(Debug, Default)]
pub(super) struct Pieces<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) notes: Vec<Note>,
    /// Everything, with the number of line ends before it in the source.
    pub(super) items: Vec<(Item, usize)>,
}

/// Takes a text apart. The layout is that of the text, and has no finding.
pub(super) fn take_apart<'t>(text: &'t str, layout: &Layout, comments: &[Comment]) -> Pieces<'t> {
    let mut taker = Taker { text, layout, taken: Pieces::default(), end: 0, frames: Vec::new(), word: "" };
    let mut comments = comments.iter().peekable();
    let mut at = 0;
    let mut starts = true;
    while let Some(token) = layout.tokens.get(at) {
        while let Some(comment) = comments.next_if(|comment| comment.span.start < token.start) {
            taker.note(comment);
        }
        if matches!(token.kind, TokenKind::LineEnd | TokenKind::Semicolon) {
            starts = true;
            at += 1;
            continue;
        }
        let last = taker.last_of_piece(at, starts);
        taker.piece(at, last, starts && !matches!(token.kind, TokenKind::Close(_)));
        starts = taker.taken.pieces.last().is_some_and(|piece| piece.opens() && piece.is_block);
        at = last + 1;
    }
    comments.for_each(|comment| taker.note(comment));
    taker.taken
}

struct Frame<'t> {
    open: usize,
    inside: Inside,
    /// First word of the clause that the bracket stands in.
    word: &'t str,
}

struct Taker<'t, 'l> {
    text: &'t str,
    layout: &'l Layout,
    taken: Pieces<'t>,
    /// One past the last byte taken.
    end: usize,
    frames: Vec<Frame<'t>>,
    /// First word of the present clause.
    word: &'t str,
}

impl<'t> Taker<'t, '_> {
    fn between(&self, start: u32) -> &'t str {
        self.text.get(self.end..start as usize).unwrap_or("")
    }

    fn text_of(&self, token: &Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    fn note(&mut self, comment: &Comment) {
        let start = comment.span.start;
        let line_ends = self.between(start).matches('\n').count();
        let before = self.text.get(..start as usize).unwrap_or("");
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        self.taken.items.push((Item::Note(self.taken.notes.len()), line_ends));
        self.taken.notes.push(Note { text: format!("#{}", comment.text), column });
        self.end = comment.span.end as usize;
    }

    /// The last token of the piece that begins with the one at `at`: of a number with a unit, the last of the unit.
    fn last_of_piece(&self, at: usize, starts: bool) -> usize {
        let Some(token) = self.layout.tokens.get(at) else { return at };
        if token.is(TokenKind::Number) {
            return self.last_of_unit(at, at + 1);
        }
        let names_unit = self.word == "quantity" && !starts && self.taken.pieces.last().is_some_and(|p| p.text == "in");
        if names_unit { self.last_of_unit(at, at) } else { at }
    }

    /// The last token of a unit that begins at `first`, or `none` when there is no unit.
    fn last_of_unit(&self, none: usize, first: usize) -> usize {
        let token = |at: usize| self.layout.tokens.get(at);
        let text = |at: usize| token(at).map_or("", |token| self.text_of(token));
        let gap = |at: usize| match (at.checked_sub(1).and_then(token), token(at)) {
            (Some(before), Some(here)) => self.text.get(before.end as usize..here.start as usize).unwrap_or("\n"),
            _ => "\n",
        };
        let is_term = |at: usize| text(at) == "%" || UNIT_WORDS.contains(&text(at));
        let with_power = |at: usize| {
            let has_power = text(at + 1) == "^" && gap(at + 1).is_empty() && gap(at + 2).is_empty();
            if has_power { at + 2 } else { at }
        };
        if gap(first).contains(['\n', '#']) || !is_term(first) {
            return none;
        }
        let mut last = with_power(first);
        while matches!(text(last + 1), "/" | "*")
            && gap(last + 1).is_empty()
            && gap(last + 2).is_empty()
            && is_term(last + 2)
        {
            last = with_power(last + 2);
        }
        last
    }

    fn piece(&mut self, first: usize, last: usize, starts_clause: bool) {
        let (Some(token), Some(end)) = (self.layout.tokens.get(first), self.layout.tokens.get(last)) else { return };
        let index = self.taken.pieces.len();
        if starts_clause {
            self.word = self.text_of(token);
        }
        let group = self.layout.groups.get(first).copied().flatten();
        let mut partner = None;
        let mut is_block = group.is_some_and(|group| group.is_block);
        let mut inside = self.frames.last().map_or(Inside::Block, |frame| frame.inside);
        if let TokenKind::Open(bracket) = token.kind {
            inside = self.inside(bracket, is_block);
            self.frames.push(Frame { open: index, inside, word: self.word });
        } else if matches!(token.kind, TokenKind::Close(_))
            && let Some(frame) = self.frames.pop()
        {
            (partner, inside, self.word) = (Some(frame.open), frame.inside, frame.word);
            is_block = inside == Inside::Block;
            if let Some(open) = self.taken.pieces.get_mut(frame.open) {
                open.partner = Some(index);
            }
        }
        let between = self.between(token.start);
        self.taken.items.push((Item::Piece(index), between.matches('\n').count()));
        let is_tight = between.is_empty();
        let text = self.one_blank(token.start, end.end);
        self.taken.pieces.push(Piece { text, kind: token.kind, partner, is_block, starts_clause, inside, is_tight });
        self.end = end.end as usize;
    }

    /// The characters from one byte to another, with one blank for many, and none before `%`.
    fn one_blank(&self, start: u32, end: u32) -> Cow<'t, str> {
        let text = self.text.get(start as usize..end as usize).unwrap_or("");
        match text.split_once([' ', '\t']) {
            Some((number, unit)) if !text.starts_with('"') => {
                let unit = unit.trim_start();
                let blank = if unit.starts_with('%') { "" } else { " " };
                Cow::Owned(format!("{number}{blank}{unit}"))
            }
            _ => Cow::Borrowed(text),
        }
    }

    fn inside(&self, bracket: Bracket, is_block: bool) -> Inside {
        let in_class = self.frames.last().is_some_and(|frame| frame.word == "device");
        match bracket {
            Bracket::Brace if is_block => Inside::Block,
            Bracket::Brace if self.word == "enum" => Inside::Members,
            Bracket::Round if in_class && matches!(self.word, "verb" | "stimulus") => Inside::Slots,
            _ => Inside::Brackets,
        }
    }
}
