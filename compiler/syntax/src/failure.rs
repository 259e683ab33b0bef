//! A clause that the grammar refused: where it stopped, what stands there, what could have stood there.

use crate::findings;
use crate::grammar::{Rule, is_clause_word};
use crate::head::Head;
use crate::layout::Layout;
use crate::reader::Context;
use crate::scan::{Token, TokenKind};
use crate::words;
use trialect_base::{Finding, SourceId, Span};

/// One refused clause.
pub(crate) struct Failure<'f> {
    layout: &'f Layout,
    source: SourceId,
    /// What the clause should have been.
    pub(crate) context: Context,
    tokens: Vec<Token>,
    /// Which token stopped the grammar; the number of tokens when the clause is too short.
    pub(crate) index: usize,
    expected: &'f [Rule],
}

impl<'f> Failure<'f> {
    /// `at` is the byte of the source at which the grammar stopped.
    pub(crate) fn new(
        layout: &'f Layout,
        head: &Head,
        source: SourceId,
        context: Context,
        at: u32,
        expected: &'f [Rule],
    ) -> Failure<'f> {
        let tokens: Vec<Token> = head.tokens.iter().filter_map(|&index| layout.tokens.get(index).copied()).collect();
        let index = tokens.iter().position(|token| token.end > at).unwrap_or(tokens.len());
        Failure { layout, source, context, tokens, index, expected }
    }

    /// How many tokens the clause has.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The characters of a token of the clause; empty outside.
    pub(crate) fn text(&self, index: usize) -> &'f str {
        let Some(token) = self.tokens.get(index) else { return "" };
        self.layout.code.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// The kind of a token of the clause.
    pub(crate) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// What stands where the grammar stopped.
    pub(crate) fn found(&self) -> &'f str {
        self.text(self.index)
    }

    /// True when a word stands there.
    pub(crate) fn found_word(&self) -> bool {
        self.kind(self.index) == Some(TokenKind::Word)
    }

    /// The token before it.
    pub(crate) fn before(&self) -> &'f str {
        self.index.checked_sub(1).map_or("", |index| self.text(index))
    }

    /// The kind of the token before it.
    pub(crate) fn kind_before(&self) -> Option<TokenKind> {
        self.index.checked_sub(1).and_then(|index| self.kind(index))
    }

    /// True when no blank stands between this token and the one before.
    pub(crate) fn touches_before(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|index| self.tokens.get(index));
        self.tokens.get(index).zip(before).is_some_and(|(token, before)| token.start == before.end)
    }

    /// True when this could have stood there.
    pub(crate) fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// True when one of these could have stood there.
    pub(crate) fn wants_any(&self, rules: &[Rule]) -> bool {
        rules.iter().any(|rule| self.wants(*rule))
    }

    /// What could have stood there, without what comes from reading a clause word as a name.
    fn expected(&self) -> Vec<Rule> {
        let names = [
            Rule::assign,
            Rule::add,
            Rule::equals,
            Rule::colon,
            Rule::typing,
            Rule::keys,
            Rule::member,
            Rule::index,
            Rule::open_square,
            Rule::dot,
        ];
        let is_clause = self.index == 1 && is_clause_word(self.text(0)) && self.context == Context::Clauses;
        let mut expected = self.expected.to_vec();
        if is_clause && expected.iter().any(|rule| !names.contains(rule)) {
            expected.retain(|rule| !names.contains(rule));
        }
        expected
    }

    /// The keywords that could have stood there.
    pub(crate) fn keywords(&self) -> Vec<String> {
        let heads = [
            (Rule::guard, "when"),
            (Rule::refinement, "within"),
            (Rule::truncation, "within"),
            (Rule::filter, "where"),
            (Rule::window, "over"),
            (Rule::at_least, "at"),
            (Rule::otherwise, "else"),
            (Rule::duration, "for"),
            (Rule::asked, "asked"),
            (Rule::source, "from"),
            (Rule::usual, "standard"),
            (Rule::convention, "convention"),
            (Rule::term, "term"),
        ];
        let parts = heads.iter().filter(|(rule, _)| self.wants(*rule)).map(|(_, word)| (*word).to_owned());
        let groups: [(Rule, &[&str]); 4] = [
            (Rule::window_word, &["trials", "sessions"]),
            (Rule::run_word, &["trials", "sessions"]),
            (
                Rule::step,
                &["animal", "given", "run", "expect", "stat", "draw", "act", "change", "pause", "stop", "confirm"],
            ),
            (Rule::device_member, &["counter", "event", "total", "setting", "flag", "reading", "stimulus", "verb"]),
        ];
        let members = groups.iter().filter(|(rule, _)| self.wants(*rule)).flat_map(|(_, words)| words.iter());
        let words = self.expected.iter().filter_map(|rule| words::keyword(*rule));
        words.chain(parts).chain(members.map(|word| (*word).to_owned())).collect()
    }

    /// The place of tokens `first` to `last` of the clause.
    pub(crate) fn span(&self, first: usize, last: usize) -> Span {
        let start = self.tokens.get(first).map_or(0, |token| token.start);
        let end = self.tokens.get(last).or(self.tokens.last()).map_or(start, |token| token.end.max(start));
        Span { source: self.source, start, end }
    }

    /// The place where the grammar stopped; behind the last token when the clause is too short.
    pub(crate) fn place(&self) -> Span {
        match self.tokens.get(self.index) {
            Some(token) => Span { source: self.source, start: token.start, end: token.end },
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                Span { source: self.source, start: end, end }
            }
        }
    }

    /// The characters from one token to another, as they are written.
    pub(crate) fn written(&self, first: usize, last: usize) -> &'f str {
        let span = self.span(first, last);
        self.layout.code.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The finding without a remedy: what was expected, and what is there.
    pub(crate) fn plain(&self) -> Finding {
        let expected = words::expected(&self.expected());
        let before = self.before();
        let message = match self.kind_before() {
            None => format!("expected {expected}"),
            Some(TokenKind::Text) => format!("expected {expected} after the string"),
            Some(TokenKind::Close(_)) => format!("expected {expected} after the `{before}`"),
            Some(_) => format!("expected {expected} after `{before}`"),
        };
        let label = match self.kind(self.index) {
            None => "the clause ends here".to_owned(),
            Some(TokenKind::Text) => "found a string".to_owned(),
            Some(_) => format!("found `{}`", self.found()),
        };
        findings::syntax(message, self.place(), label)
    }
}
