//! Where a clause goes on over a line end, and which braces hold a set and which a block.
//!
//! All of it is decided by the tokens on either side, so a person can see it too.

use crate::grammar::{is_clause_word, is_reserved};
use crate::scan::{Bracket, Token, TokenKind};

/// The tokens of a text and their words.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'t> {
    pub(crate) text: &'t str,
    pub(crate) list: &'t [Token],
}

impl<'t> Tokens<'t> {
    /// The characters of a token.
    pub(crate) fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    fn word(&self, at: usize) -> Option<&'t str> {
        let token = self.list.get(at).filter(|token| token.is(TokenKind::Word))?;
        Some(self.text_of(*token))
    }

    fn mark(&self, at: usize) -> Option<&'t str> {
        let token = self.list.get(at).filter(|token| token.is(TokenKind::Mark))?;
        Some(self.text_of(*token))
    }

    fn kind(&self, at: usize) -> TokenKind {
        self.list.get(at).map_or(TokenKind::LineEnd, |token| token.kind)
    }

    /// True when a clause that has begun goes on with this token, though it is the first of its line.
    pub(crate) fn continues(&self, at: usize) -> bool {
        match self.kind(at) {
            TokenKind::Text | TokenKind::Open(Bracket::Brace) => true,
            TokenKind::Mark => self.mark(at) == Some("->"),
            TokenKind::Word => matches!(self.word(at), Some("and" | "or" | "then" | "else")),
            _ => false,
        }
    }

    /// True when this token asks for more, so that the line after it belongs to the same clause.
    pub(crate) fn wants_more(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Mark => !matches!(self.text_of(token), "." | "?" | "%" | "^"),
            TokenKind::Word => {
                matches!(self.text_of(token), "and" | "or" | "not" | "is" | "in" | "default" | "mod" | "then" | "else")
            }
            _ => false,
        }
    }

    /// True when the line that begins here is evidently a new clause: `state x {`, `deliver reward …`, `x := …`.
    pub(crate) fn begins_clause(&self, at: usize) -> bool {
        let Some(word) = self.word(at) else { return false };
        if matches!(word, "on" | "after" | "when") {
            return true;
        }
        if is_reserved(word) {
            return false;
        }
        match self.kind(at + 1) {
            TokenKind::Mark => matches!(self.mark(at + 1), Some("=" | ":=" | "+=" | "~")),
            TokenKind::Word => self.word(at + 1).is_some_and(|next| !is_reserved(next) && !JOINS_WORDS.contains(&next)),
            TokenKind::Text | TokenKind::Number | TokenKind::Open(Bracket::Brace) => is_clause_word(word),
            _ => false,
        }
    }

    /// As [`Tokens::begins_clause`], inside brackets, where also a sign that no value has gives a clause away.
    pub(crate) fn begins_clause_in_brackets(&self, at: usize) -> bool {
        self.begins_clause(at) || self.line_has_clause_sign(at)
    }

    /// True when a bracket that is open is closed further on in the line, which is looked at for a while.
    pub(crate) fn closes_on_line(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for token in self.list.iter().skip(at).take(TOKENS_AHEAD_MAX) {
            match token.kind {
                TokenKind::LineEnd => return false,
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) if depth == 0 => return true,
                TokenKind::Close(_) => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn line_has_clause_sign(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for token in self.list.iter().skip(at) {
            match token.kind {
                TokenKind::LineEnd | TokenKind::Semicolon => return false,
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) if depth == 0 => return false,
                TokenKind::Close(_) => depth -= 1,
                TokenKind::Mark if depth == 0 => {
                    if matches!(self.text_of(*token), "=" | ":=" | "+=" | "~" | "->") {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }
}

/// How far to look for the end of a bracket: further than any line that a person wrote.
const TOKENS_AHEAD_MAX: usize = 100;

/// Words that may stand between two words of one clause without being reserved.
const JOINS_WORDS: &[&str] =
    &["to", "by", "at", "each", "asked", "from", "standard", "trials", "sessions", "least", "now"];

/// What stands before a `{` in the same clause.
pub(crate) struct BeforeBrace<'t> {
    /// The first word of the clause.
    pub(crate) first: Option<&'t str>,
    /// The token before, with its characters.
    pub(crate) last: Option<(TokenKind, &'t str)>,
    /// True when the token before `last` closes a block: `} else {`.
    pub(crate) after_block: bool,
}

impl BeforeBrace<'_> {
    /// True when the brace opens a set, a table or the members of an `enum`; else it opens a block of clauses.
    pub(crate) fn opens_set(&self) -> bool {
        let Some((kind, text)) = self.last else { return false };
        match kind {
            TokenKind::Mark => !matches!(text, "->" | "." | "?" | "%" | "^"),
            TokenKind::Open(_) => true,
            TokenKind::Word if text == "else" => !self.after_block,
            TokenKind::Word => {
                self.first == Some("enum")
                    || matches!(text, "in" | "is" | "not" | "and" | "or" | "default" | "mod" | "then" | "exists")
            }
            _ => false,
        }
    }
}
