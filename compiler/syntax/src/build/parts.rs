//! The children of a node, taken in order; keywords and signs are stepped over.

use crate::grammar::Rule;
use pest::iterators::{Pair, Pairs};
use std::iter::Peekable;

/// A node of the parser's tree.
pub(crate) type Node<'h> = Pair<'h, Rule>;

/// The children of a node that are still to be taken.
pub(crate) struct Parts<'h> {
    rest: Peekable<Pairs<'h, Rule>>,
}

impl<'h> Parts<'h> {
    pub(crate) fn of(node: Node<'h>) -> Parts<'h> {
        Parts { rest: node.into_inner().peekable() }
    }

    /// The next child, if it has this rule; keywords and signs before it are gone then and otherwise.
    pub(crate) fn take(&mut self, rule: Rule) -> Option<Node<'h>> {
        while let Some(next) = self.rest.peek() {
            if next.as_rule() == rule {
                return self.rest.next();
            }
            if !is_keyword_or_sign(next.as_rule()) {
                return None;
            }
            self.rest.next();
        }
        None
    }

    /// True, and the child is taken, if the next one has this rule.
    pub(crate) fn has(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }

    /// The next children of this rule, with the signs between them left out.
    pub(crate) fn take_all(&mut self, rule: Rule) -> Vec<Node<'h>> {
        std::iter::from_fn(|| self.take(rule)).collect()
    }

    /// The next child that is neither keyword nor sign.
    pub(crate) fn next(&mut self) -> Option<Node<'h>> {
        self.rest.find(|node| !is_keyword_or_sign(node.as_rule()))
    }

    /// All that are neither keyword nor sign.
    pub(crate) fn all(self) -> Vec<Node<'h>> {
        self.rest.filter(|node| !is_keyword_or_sign(node.as_rule())).collect()
    }
}

/// Keywords and signs stand together in the grammar, in two sections of their own.
pub(crate) fn is_keyword_or_sign(rule: Rule) -> bool {
    (Rule::arrow..=Rule::WITHOUT).contains(&rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_signs_are_told_from_nodes() {
        for rule in
            [Rule::arrow, Rule::comma, Rule::optional, Rule::close_square, Rule::ADAPT, Rule::NOW, Rule::WITHOUT]
        {
            assert!(is_keyword_or_sign(rule), "{rule:?}");
        }
        for rule in [Rule::file, Rule::clause, Rule::name, Rule::number, Rule::unit, Rule::minus, Rule::comparator] {
            assert!(!is_keyword_or_sign(rule), "{rule:?}");
        }
        for rule in Rule::all_rules() {
            let is_upper = format!("{rule:?}").chars().all(|c| c.is_ascii_uppercase());
            let is_built_in = matches!(rule, Rule::EOI | Rule::WHITESPACE);
            assert!(!is_upper || is_built_in || is_keyword_or_sign(*rule), "{rule:?} is a keyword out of place");
        }
    }
}
