//! How deep a text is nested, measured before anything recursive sees it.

use crate::scan::{Bracket, Token, TokenKind};

/// Brackets within brackets, with each `if` of a value and each `else if` counted as one. It bounds the recursion of
/// the parser, which takes about 7 kB of stack a level: less than half of what the smallest default stack, 1 MB, has.
pub(crate) const NESTING_MAX: usize = 64;
/// Operators within operators: a bound on the depth of the tree, in which a long sum is deep too.
pub(crate) const CHAIN_MAX: usize = 500;

/// The depth of one pair of brackets, of its pieces between commas or line ends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Depth {
    operators: usize,
    ifs: usize,
    inner: usize,
    deepest: usize,
}

impl Depth {
    /// Takes in a token that is no bracket; an `if` that begins a clause nests nothing, its block does.
    pub(crate) fn token(&mut self, token: Token, text: &str, begins_clause: bool) {
        let is_operator = match token.kind {
            TokenKind::Mark => !matches!(text, ":" | "?" | "%" | "->" | "~" | "=" | ":=" | ","),
            TokenKind::Word => matches!(text, "and" | "or" | "not" | "is" | "in" | "default" | "mod" | "exists" | "if"),
            _ => false,
        };
        self.operators += usize::from(is_operator);
        self.ifs += usize::from(token.is(TokenKind::Word) && text == "if" && !begins_clause);
        if token.is(TokenKind::Mark) && text == "," {
            self.piece_ends();
        }
    }

    /// Takes in a closed pair of brackets.
    pub(crate) fn brackets(&mut self, bracket: Bracket, inside: Depth) {
        self.operators += usize::from(bracket != Bracket::Brace);
        self.inner = self.inner.max(inside.total() + 1);
    }

    /// A comma or the end of a clause: what follows is beside what came before, not inside it.
    pub(crate) fn piece_ends(&mut self) {
        self.deepest = self.total();
        self.operators = 0;
        self.ifs = 0;
        self.inner = 0;
    }

    /// Each `if` of the present piece is a level.
    pub(crate) fn ifs(&self) -> usize {
        self.ifs
    }

    /// An upper bound of the depth of the present piece's tree so far.
    pub(crate) fn piece(&self) -> usize {
        self.operators + self.inner
    }

    /// An upper bound of the depth of all pieces so far.
    fn total(&self) -> usize {
        self.deepest.max(self.piece())
    }
}
