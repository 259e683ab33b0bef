//! From tokens to clauses: which line ends count, which bracket closes which.
//!
//! The law is in `join.rs`; here it is applied from left to right with a stack. When braces do not balance, a second
//! pass takes the indentation for a witness, so that the finding names the brace that was really forgotten.

use crate::depth::{CHAIN_MAX, Depth, NESTING_MAX};
use crate::findings;
use crate::join::{BeforeBrace, Tokens};
use crate::report::Report;
use crate::scan::{Bracket, Scan, Token, TokenKind};
use trialect_base::SourceId;

/// What a bracket opens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// True for `{` of a block, false for `(`, `[` and `{` of a set.
    pub(crate) is_block: bool,
    /// Index of the first token after the content.
    pub(crate) end: usize,
    /// True when the token at `end` is the closing bracket.
    pub(crate) is_closed: bool,
}

/// A text of which the clauses are known.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// As long as the text; what is not code is blank, and so are line ends inside a clause.
    pub(crate) code: String,
    /// Tokens; every line end left among them ends a clause.
    pub(crate) tokens: Vec<Token>,
    /// For each token that opens a bracket, what it opens.
    pub(crate) groups: Vec<Option<Group>>,
    /// First bytes of places with a finding that spoils the clause around it, in order.
    pub(crate) damage: Vec<u32>,
    /// First bytes of places that are nested too deep, in order.
    pub(crate) deep: Vec<u32>,
}

/// What a text begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Clauses: a `{` would be that of a block.
    Clause,
    /// A value: a `{` is that of a set.
    Value,
}

/// Lays out a scanned text.
pub(crate) fn lay_out(scan: &Scan, begin: Begin, report: &mut Report) -> Layout {
    let strict = Pass::new(scan, begin, report.source(), false).run();
    let chosen = if strict.has_open_blocks {
        let repaired = Pass::new(scan, begin, report.source(), true).run();
        if repaired.report.count() <= strict.report.count() { repaired } else { strict }
    } else {
        strict
    };
    report.extend(chosen.report);
    let mut layout = chosen.layout;
    layout.damage.extend(&scan.damage);
    layout.damage.sort_unstable();
    layout
}

struct Outcome {
    layout: Layout,
    report: Report,
    has_open_blocks: bool,
}

/// The clause that is being read, in the innermost block.
#[derive(Debug, Clone, Copy, Default)]
struct Clause {
    /// Its first and last token so far, as indices in the output.
    first: Option<usize>,
    last: Option<usize>,
    /// Column of the first token of the line where it begins.
    indent: u32,
    has_on: bool,
}

/// An open bracket.
struct Frame {
    open: usize,
    bracket: Bracket,
    is_block: bool,
    /// The clause in which it stands.
    outer: Clause,
    depth: Depth,
}

struct Pass<'s> {
    input: Tokens<'s>,
    report: Report,
    begin: Begin,
    /// Take the indentation for a witness.
    repairs: bool,
    code: Vec<u8>,
    out: Vec<Token>,
    groups: Vec<Option<Group>>,
    stack: Vec<Frame>,
    clause: Clause,
    /// Depth of the file itself, outside all brackets.
    depth: Depth,
    ifs: usize,
    indent: u32,
    layout: Layout,
    has_open_blocks: bool,
    /// The last `}` that closed a block.
    last_close: Option<Token>,
}

impl<'s> Pass<'s> {
    fn new(scan: &'s Scan, begin: Begin, source: SourceId, repairs: bool) -> Pass<'s> {
        Pass {
            input: Tokens { text: &scan.code, list: &scan.tokens },
            report: Report::new(source),
            begin,
            repairs,
            code: scan.code.as_bytes().to_vec(),
            out: Vec::with_capacity(scan.tokens.len()),
            groups: Vec::with_capacity(scan.tokens.len()),
            stack: Vec::new(),
            clause: Clause::default(),
            depth: Depth::default(),
            ifs: 0,
            indent: scan.tokens.first().map_or(0, |token| token.start),
            layout: Layout::default(),
            has_open_blocks: false,
            last_close: None,
        }
    }

    fn run(mut self) -> Outcome {
        let input = self.input;
        let mut at = 0;
        while let Some(&token) = input.list.get(at) {
            match token.kind {
                TokenKind::LineEnd => {
                    at = self.line_end(at);
                    continue;
                }
                TokenKind::Semicolon if self.in_brackets() && input.closes_on_line(at + 1) => {
                    self.push_in_clause(token, None);
                }
                TokenKind::Semicolon => {
                    self.close_brackets();
                    self.push(token, None);
                    self.end_clause();
                }
                TokenKind::Open(bracket) => self.open(token, bracket),
                TokenKind::Close(bracket) => self.close(token, bracket, at),
                TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Mark => self.plain(token),
            }
            at += 1;
        }
        while let Some(frame) = self.stack.pop() {
            self.has_open_blocks |= frame.is_block;
            self.leave(frame, false);
        }
        self.end_clause();
        let code = String::from_utf8(self.code).unwrap_or_default();
        let layout = Layout { code, tokens: self.out, groups: self.groups, ..self.layout };
        Outcome { layout, report: self.report, has_open_blocks: self.has_open_blocks }
    }

    // ---- tokens

    fn push(&mut self, token: Token, group: Option<Group>) {
        self.out.push(token);
        self.groups.push(group);
    }

    /// Adds a token of a clause.
    fn push_in_clause(&mut self, token: Token, group: Option<Group>) {
        let index = self.out.len();
        if self.clause.first.is_none() {
            self.clause = Clause { first: Some(index), last: None, indent: self.indent, has_on: false };
        }
        self.clause.last = Some(index);
        self.push(token, group);
    }

    fn text_at(&self, index: usize) -> &'s str {
        self.out.get(index).map_or("", |token| self.input.text_of(*token))
    }

    fn plain(&mut self, token: Token) {
        let text = self.input.text_of(token);
        self.clause.has_on |= token.is(TokenKind::Word) && text == "on";
        let begins_clause = self.clause.first.is_none();
        self.push_in_clause(token, None);
        self.ifs -= self.depth().ifs();
        self.depth_mut().token(token, text, begins_clause);
        self.ifs += self.depth().ifs();
        self.check_depth(token);
    }

    fn depth(&self) -> &Depth {
        self.stack.last().map_or(&self.depth, |frame| &frame.depth)
    }

    fn depth_mut(&mut self) -> &mut Depth {
        self.stack.last_mut().map_or(&mut self.depth, |frame| &mut frame.depth)
    }

    fn check_depth(&mut self, token: Token) {
        let too_deep = self.stack.len() + self.ifs > NESTING_MAX || self.depth().piece() > CHAIN_MAX;
        let is_new = self.layout.deep.last().is_none_or(|&at| self.top_start().is_some_and(|start| at < start));
        if too_deep && is_new {
            self.layout.deep.push(token.start);
            self.report.push(findings::too_deep(self.report.span(token.start, token.end)));
        }
    }

    /// First byte of the present clause of the file itself.
    fn top_start(&self) -> Option<u32> {
        let clause = self.stack.first().map_or(self.clause, |frame| frame.outer);
        clause.first.and_then(|index| self.out.get(index)).map(|token| token.start)
    }

    fn end_clause(&mut self) {
        self.ifs -= self.depth().ifs();
        self.depth_mut().piece_ends();
        self.clause = Clause::default();
    }

    // ---- line ends

    /// Handles the line ends from `at` on and returns the index of the token after them.
    fn line_end(&mut self, at: usize) -> usize {
        let input = self.input;
        let blank_lines = input.list.iter().skip(at).take_while(|token| token.is(TokenKind::LineEnd)).count();
        let next = at + blank_lines;
        let line_ends = input.list.get(at..next).unwrap_or(&[]);
        if let (Some(token), Some(line_end)) = (input.list.get(next), line_ends.last()) {
            self.indent = token.start - line_end.end;
            if self.goes_on(next) {
                line_ends.iter().for_each(|token| self.blank(*token));
                return next;
            }
        }
        self.close_brackets();
        if self.repairs && input.list.get(next).is_some_and(|token| !token.is(TokenKind::Close(Bracket::Brace))) {
            self.close_blocks_indented(self.indent);
        }
        if let Some(&token) = line_ends.first() {
            self.push(token, None);
        }
        self.end_clause();
        next
    }

    fn blank(&mut self, token: Token) {
        if let Some(bytes) = self.code.get_mut(token.start as usize..token.end as usize) {
            bytes.fill(b' ');
        }
    }

    /// True when the present clause goes on with the token at `next`, the first of its line.
    fn goes_on(&self, next: usize) -> bool {
        let Some(last) = self.clause.last.and_then(|index| self.out.get(index)) else { return false };
        if self.in_brackets() {
            return !self.input.begins_clause_in_brackets(next);
        }
        let adapts = self.clause.first.is_some_and(|first| self.text_at(first) == "adapt");
        let next_is_on = self.input.list.get(next).is_some_and(|token| self.input.text_of(*token) == "on");
        self.input.continues(next)
            || (self.input.wants_more(*last) && !self.input.begins_clause(next))
            || (adapts && !self.clause.has_on && next_is_on)
    }

    fn in_brackets(&self) -> bool {
        self.stack.last().is_some_and(|frame| !frame.is_block)
    }

    // ---- brackets

    fn open(&mut self, token: Token, bracket: Bracket) {
        let is_value = self.begin == Begin::Value && self.out.is_empty();
        let is_block = bracket == Bracket::Brace && !is_value && !self.before_brace().opens_set();
        if is_block {
            self.close_brackets();
        }
        let open = self.out.len();
        self.push_in_clause(token, Some(Group { is_block, end: open + 1, is_closed: false }));
        let outer = self.clause;
        if is_block {
            self.clause = Clause::default();
        }
        self.stack.push(Frame { open, bracket, is_block, outer, depth: Depth::default() });
        self.check_depth(token);
    }

    fn before_brace(&self) -> BeforeBrace<'s> {
        let last = self.clause.last.and_then(|index| self.out.get(index));
        let before = self.clause.last.and_then(|index| index.checked_sub(1));
        BeforeBrace {
            first: self.clause.first.map(|index| self.text_at(index)),
            last: last.map(|token| (token.kind, self.input.text_of(*token))),
            after_block: before.is_some_and(|index| self.closes_block(index)),
        }
    }

    fn closes_block(&self, index: usize) -> bool {
        self.out.get(index).is_some_and(|token| token.is(TokenKind::Close(Bracket::Brace)))
            && self.groups.get(index).is_some_and(|group| group.is_some_and(|group| group.is_block))
    }

    fn close(&mut self, token: Token, bracket: Bracket, at: usize) {
        let starts_line = at.checked_sub(1).and_then(|before| self.input.list.get(before));
        if self.repairs && bracket == Bracket::Brace && starts_line.is_some_and(|token| token.is(TokenKind::LineEnd)) {
            self.close_brackets();
            self.close_blocks_indented(self.indent + 1);
        }
        if !self.can_close(bracket) {
            return self.stray_close(token);
        }
        while let Some(frame) = self.stack.pop() {
            let matches = frame.bracket == bracket;
            let group = Group { is_block: frame.is_block, end: self.out.len(), is_closed: matches };
            self.leave(frame, matches);
            if matches {
                self.last_close = Some(token).filter(|_| group.is_block).or(self.last_close);
                self.push_in_clause(token, Some(group));
                return self.check_depth(token);
            }
        }
    }

    /// A closing bracket that closes nothing, or the wrong thing.
    fn stray_close(&mut self, token: Token) {
        let span = self.report.span(token.start, token.end);
        let text = self.input.text_of(token);
        self.blank(token);
        if !token.is(TokenKind::Close(Bracket::Brace)) {
            self.layout.damage.push(token.start);
        }
        if let Some(frame) = self.stack.pop_if(|frame| !frame.is_block) {
            let open = self.out.get(frame.open).copied().unwrap_or(token);
            let opened = self.report.span(open.start, open.end);
            self.report.push(findings::closed_by_another(self.input.text_of(open), opened, text, span));
            self.settle(frame, false);
        } else {
            let before = self.last_close.map(|close| self.report.span(close.start, close.end));
            self.report.push(findings::unopened(text, span, before));
        }
    }

    /// True when a bracket of this kind is open, and for `)` and `]` within the present clause.
    fn can_close(&self, bracket: Bracket) -> bool {
        let mut inside = self.stack.iter().rev().take_while(|frame| bracket == Bracket::Brace || !frame.is_block);
        inside.any(|frame| frame.bracket == bracket)
    }

    /// Ends a bracket at the end of the output; a finding when it was not closed there.
    fn leave(&mut self, frame: Frame, is_closed: bool) {
        let Some(&token) = self.out.get(frame.open) else { return };
        if !is_closed {
            let head = frame.outer.first.filter(|_| frame.is_block).and_then(|first| self.out.get(first));
            let head = head.map(|first| self.report.span(first.start, token.end));
            let span = self.report.span(token.start, token.end);
            self.report.push(findings::unclosed(self.input.text_of(token), span, head));
            if !frame.is_block {
                self.layout.damage.push(token.start);
            }
        }
        self.settle(frame, is_closed);
    }

    /// Notes where a bracket ends and goes back to what is around it.
    fn settle(&mut self, frame: Frame, is_closed: bool) {
        self.ifs -= frame.depth.ifs();
        if let Some(group) = self.groups.get_mut(frame.open).and_then(Option::as_mut) {
            *group = Group { is_block: frame.is_block, end: self.out.len(), is_closed };
        }
        if frame.is_block {
            self.clause = frame.outer;
        }
        self.depth_mut().brackets(frame.bracket, frame.depth);
    }

    /// Ends all `(`, `[` and `{` of sets that are open in the present clause.
    fn close_brackets(&mut self) {
        while self.in_brackets() {
            if let Some(frame) = self.stack.pop() {
                self.leave(frame, false);
            }
        }
    }

    /// Ends all blocks of clauses that begin at this column or to the right of it.
    fn close_blocks_indented(&mut self, column: u32) {
        while self.stack.last().is_some_and(|frame| frame.is_block && frame.outer.indent >= column) {
            if let Some(frame) = self.stack.pop() {
                self.leave(frame, false);
            }
        }
    }
}
