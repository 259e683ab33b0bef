//! Clause by clause: what can be read goes into the tree, what cannot is one finding.

use crate::ast::{Clause, Expr, File, Header};
use crate::build::Builder;
use crate::failure::Failure;
use crate::findings;
use crate::grammar::{Grammar, Rule, is_header_word};
use crate::head::{Head, clauses_in};
use crate::layout::Layout;
use crate::mistakes;
use crate::report::Report;
use crate::scan::{Token, TokenKind};
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;
use std::ops::Range;
use trialect_base::Span;

/// What kind of clauses a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// The first clause of a file.
    Header,
    /// Clauses of the language.
    Clauses,
    /// `wheel : Encoder`
    Rig,
    /// `counter travel : Length`
    DeviceClass,
    /// `run 100 trials`
    Scenario,
    /// Not a clause: one expression.
    Expression,
}

impl Context {
    fn rule(self) -> Rule {
        match self {
            Context::Header => Rule::a_header,
            Context::Clauses => Rule::a_clause,
            Context::Rig => Rule::a_device,
            Context::DeviceClass => Rule::a_device_member,
            Context::Scenario => Rule::a_step,
            Context::Expression => Rule::an_expression,
        }
    }

    /// What the blocks of a clause hold that begins with this word.
    pub(crate) fn inside(word: &str) -> Context {
        match word {
            "rig" => Context::Rig,
            "device" => Context::DeviceClass,
            "scenario" => Context::Scenario,
            _ => Context::Clauses,
        }
    }
}

/// Reads the clauses of a text that is laid out.
pub(crate) struct Reader<'l> {
    layout: &'l Layout,
    report: &'l mut Report,
}

impl<'l> Reader<'l> {
    pub(crate) fn new(layout: &'l Layout, report: &'l mut Report) -> Reader<'l> {
        Reader { layout, report }
    }

    /// The whole text as a file.
    pub(crate) fn file(&mut self) -> File {
        let mut file = File { header: None, clauses: Vec::new() };
        let clauses = clauses_in(self.layout, 0..self.layout.tokens.len());
        if clauses.is_empty() {
            let end = self.layout.code.len() as u32;
            self.report.push(findings::no_header(self.report.span(end, end)));
        }
        for (index, range) in clauses.into_iter().enumerate() {
            if self.is_too_deep(&range) {
                continue;
            }
            if index > 0 {
                file.clauses.extend(self.clause(range, Context::Clauses));
            } else if self.is_header(&range) {
                file.header = self.header(range);
            } else {
                self.missing_header(&range);
                file.clauses.extend(self.clause(range, Context::Clauses));
            }
        }
        file
    }

    /// The whole text as one expression.
    pub(crate) fn expression(&mut self) -> Option<Expr> {
        let range = 0..self.layout.tokens.len();
        if self.is_too_deep(&range) {
            return None;
        }
        let head = Head::new(self.layout, range);
        let pair = self.read(&head, Context::Expression)?;
        Builder::new(self, &head).expression(pair)
    }

    /// The clauses of a block, those that can be read.
    pub(crate) fn clauses(&mut self, range: Range<usize>, context: Context) -> Vec<Clause> {
        let clauses = clauses_in(self.layout, range);
        clauses.into_iter().filter_map(|range| self.clause(range, context)).collect()
    }

    /// Adds a finding of the builder.
    pub(crate) fn push(&mut self, finding: trialect_base::Finding) {
        self.report.push(finding);
    }

    /// Bytes of the source.
    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        self.report.span(start, end)
    }

    fn clause(&mut self, range: Range<usize>, context: Context) -> Option<Clause> {
        let head = Head::new(self.layout, range);
        match self.read(&head, context) {
            Some(pair) => Builder::new(self, &head).clause(pair),
            None => {
                self.findings_inside(&head);
                None
            }
        }
    }

    /// Reads the blocks of a clause that could not be read itself, for what is wrong in them.
    fn findings_inside(&mut self, head: &Head) {
        let first = self.word(head.tokens.first().copied().unwrap_or(0));
        let inside = Context::inside(first);
        // In `x = if a { 1 }` the braces were meant for something else.
        let is_value =
            first != "stage" && head.tokens.iter().any(|&index| matches!(self.text(index), "=" | ":=" | "~"));
        if !is_value {
            for block in &head.blocks {
                self.clauses(block.content.clone(), inside);
            }
        }
    }

    fn header(&mut self, range: Range<usize>) -> Option<Header> {
        let head = Head::new(self.layout, range);
        let pair = self.read(&head, Context::Header)?;
        Builder::new(self, &head).header(pair)
    }

    /// Gives a head to the grammar; when it does not fit, that is one finding.
    fn read<'h>(&mut self, head: &'h Head, context: Context) -> Option<Pair<'h, Rule>> {
        if head.contains_any(&self.layout.damage) {
            return None; // its finding has been made
        }
        match Grammar::parse(context.rule(), &head.text) {
            Ok(mut pairs) => pairs.next(),
            Err(_) if self.report.is_full() => {
                self.report.leave_out();
                None
            }
            Err(error) => {
                let finding = self.blame(head, context, &error);
                self.report.push(finding);
                None
            }
        }
    }

    fn blame(&self, head: &Head, context: Context, error: &Error<Rule>) -> trialect_base::Finding {
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let at = head.source_of(at);
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
            return findings::too_deep(self.report.span(at, at)); // the parser's own guard of the stack
        };
        mistakes::explain(&Failure::new(self.layout, head, self.report.source(), context, at, positives))
    }

    // ---- the header

    fn token(&self, index: usize) -> Option<Token> {
        self.layout.tokens.get(index).copied()
    }

    fn text(&self, index: usize) -> &'l str {
        let token = self.token(index);
        token.and_then(|token| self.layout.code.get(token.start as usize..token.end as usize)).unwrap_or("")
    }

    fn word(&self, index: usize) -> &'l str {
        if self.token(index).is_some_and(|token| token.is(TokenKind::Word)) { self.text(index) } else { "" }
    }

    /// A header word; for `part`, which also begins a clause, with a version instead of a block.
    fn is_header(&self, range: &Range<usize>) -> bool {
        let has_block = range.clone().any(|index| self.layout.groups.get(index).is_some_and(Option::is_some));
        is_header_word(self.word(range.start)) && !(self.word(range.start) == "part" && has_block)
    }

    fn missing_header(&mut self, range: &Range<usize>) {
        let (Some(first), Some(last)) = (self.token(range.start), self.token(range.end.saturating_sub(1))) else {
            return;
        };
        let is_misspelt = mistakes::meant_header_word(self.word(range.start)).is_some()
            && range.clone().any(|index| self.token(index).is_some_and(|token| token.is(TokenKind::Number)))
            && first.end < last.start;
        if !is_misspelt {
            self.report.push(findings::no_header(self.report.span(first.start, first.end)));
        }
    }

    fn is_too_deep(&self, range: &Range<usize>) -> bool {
        let (Some(first), Some(last)) = (self.token(range.start), self.token(range.end.saturating_sub(1))) else {
            return false;
        };
        let deep = &self.layout.deep;
        let after = deep.partition_point(|&place| place < first.start);
        deep.get(after).is_some_and(|&place| place < last.end)
    }
}
