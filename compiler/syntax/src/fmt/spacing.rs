//! How many blanks stand between two pieces of a line.

use super::pieces::{Inside, Piece};
use crate::grammar::is_reserved;
use crate::scan::{Bracket, TokenKind};

/// Words that have a value after them and may also be names, so that the author's blanks tell which minus it is.
const BEFORE_VALUES: &[&str] = &["iti", "expect", "always", "run", "by", "at", "to", "last", "least", "ends", "given"];

/// Blanks before the piece at `at`, which is not the first of its line.
pub(super) fn blanks(pieces: &[Piece<'_>], at: usize) -> usize {
    let (Some(here), Some(before)) = (pieces.get(at), at.checked_sub(1).and_then(|before| pieces.get(before))) else {
        return 0;
    };
    let is_round_or_square = |bracket: Bracket| bracket != Bracket::Brace;
    let none = match (before.kind, here.kind) {
        (_, TokenKind::Close(_)) if before.opens() => here.inside != Inside::Block,
        (TokenKind::Open(bracket), _) if is_round_or_square(bracket) => true,
        (_, TokenKind::Close(bracket)) if is_round_or_square(bracket) => true,
        (TokenKind::Open(_), _) => before.inside == Inside::Brackets,
        (_, TokenKind::Close(_)) => here.inside == Inside::Brackets,
        (_, TokenKind::Open(Bracket::Square)) => true,
        (_, TokenKind::Open(Bracket::Round)) => calls(before, here),
        (_, TokenKind::Mark) => mark_is_tight(here),
        (TokenKind::Mark, _) => matches!(&*before.text, "." | "^") || is_unary(pieces, at - 1),
        _ => false,
    };
    usize::from(!none)
}

/// True for a sign that stands close to what is before it.
fn mark_is_tight(mark: &Piece<'_>) -> bool {
    match &*mark.text {
        "," | "." | "?" | "%" | "^" => true,
        ":" => mark.inside == Inside::Brackets,
        _ => false,
    }
}

/// True for a round bracket that holds the arguments of what is before it.
fn calls(before: &Piece<'_>, round: &Piece<'_>) -> bool {
    match before.kind {
        TokenKind::Word if round.inside == Inside::Slots => !matches!(&*before.text, "shows"),
        TokenKind::Word => round.is_tight && !is_reserved(&before.text),
        TokenKind::Close(_) => round.is_tight,
        _ => false,
    }
}

/// True for a minus that has no value before it.
fn is_unary(pieces: &[Piece<'_>], at: usize) -> bool {
    let (Some(minus), Some(before)) = (pieces.get(at), at.checked_sub(1).and_then(|before| pieces.get(before))) else {
        return false;
    };
    minus.text == "-"
        && match before.kind {
            TokenKind::Mark => !matches!(&*before.text, "%" | "?"),
            TokenKind::Open(_) => true,
            TokenKind::Word if BEFORE_VALUES.contains(&&*before.text) => {
                !minus.is_tight && pieces.get(at + 1).is_some_and(|operand| operand.is_tight)
            }
            TokenKind::Word => is_reserved(&before.text) && !matches!(&*before.text, "true" | "false" | "none"),
            _ => false,
        }
}
