//! Types and names: what a clause declares.

use super::{Builder, Node, Parts};
use crate::ast::{Body, ClauseKind, Expr, Head, Range};
use crate::findings;
use crate::grammar::Rule;

impl Builder<'_, '_> {
    /// `cite`, `use`, `enum`, `levels`, `int`
    pub(super) fn types(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        let mut parts = Parts::of(node);
        Some(match rule {
            Rule::citation => ClauseKind::Cite(self.text(&parts.take(Rule::string)?)),
            Rule::usage => {
                let name = self.name(&parts.take(Rule::dotted_name)?);
                ClauseKind::Use(name, self.names(parts.take_all(Rule::name)))
            }
            Rule::enumeration => {
                let name = self.name(&parts.take(Rule::name)?);
                ClauseKind::Enum { name, members: self.names(parts.take_all(Rule::name)) }
            }
            Rule::levels => {
                let name = self.name(&parts.take(Rule::name)?);
                let values = parts.take_all(Rule::sum);
                ClauseKind::Levels {
                    name,
                    values: values.into_iter().map(|value| self.layer(value)).collect::<Option<_>>()?,
                }
            }
            Rule::whole_numbers => {
                let name = self.name(&parts.take(Rule::name)?);
                ClauseKind::IntType { name, range: self.range(parts.take(Rule::range)?)? }
            }
            _ => return None,
        })
    }

    /// `=`, `var`, `param`, `draw`, `deck`, `outcomes`, `input`
    pub(super) fn declaration(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        let mut parts = Parts::of(node);
        if rule == Rule::outcomes {
            return Some(ClauseKind::Outcomes(self.names(parts.take_all(Rule::name))));
        }
        let head = self.head(parts.take(Rule::head)?)?;
        Some(match rule {
            Rule::definition => ClauseKind::Define { head, body: self.definition_body(parts.next()?)? },
            Rule::variable => self.variable(head, parts)?,
            Rule::parameter => self.parameter(head, parts)?,
            Rule::draw => {
                let call = self.call(parts.take(Rule::call)?)?;
                let within =
                    parts.take(Rule::truncation).map_or(Some(None), |range| self.truncation(range).map(Some))?;
                ClauseKind::Draw { head, call, within }
            }
            Rule::deck => ClauseKind::Deck { head, table: self.table(parts.take(Rule::table)?)? },
            Rule::input => ClauseKind::InputOf(head),
            _ => return None,
        })
    }

    fn definition_body(&mut self, node: Node<'_>) -> Option<Body> {
        match node.as_rule() {
            Rule::table => self.table(node).map(Body::Table),
            _ => self.expression(node).map(Body::Expr),
        }
    }

    fn variable(&mut self, head: Head, mut parts: Parts<'_>) -> Option<ClauseKind> {
        let before = self.refinement(&mut parts)?;
        let initial = self.expression(parts.take(Rule::expression)?)?;
        let (within, by) = self.one_refinement(before, &mut parts)?;
        Some(ClauseKind::Var { head, initial, within, by })
    }

    fn parameter(&mut self, head: Head, mut parts: Parts<'_>) -> Option<ClauseKind> {
        let before = self.refinement(&mut parts)?;
        let value = parts.take(Rule::expression).map_or(Some(None), |value| self.expression(value).map(Some))?;
        let (within, by) = self.one_refinement(before, &mut parts)?;
        Some(ClauseKind::Param { head, value, within, by })
    }

    /// `within LOW .. HIGH by STEP`, if it stands here.
    fn refinement(&mut self, parts: &mut Parts<'_>) -> Option<(Option<Range>, Option<Expr>)> {
        let Some(node) = parts.take(Rule::refinement) else { return Some((None, None)) };
        let mut parts = Parts::of(node);
        let range = self.range(parts.take(Rule::range)?)?;
        let by = parts.take(Rule::sum).map_or(Some(None), |step| self.layer(step).map(Some))?;
        Some((Some(range), by))
    }

    /// The refinement may stand before or after the value, once.
    fn one_refinement(
        &mut self,
        before: (Option<Range>, Option<Expr>),
        parts: &mut Parts<'_>,
    ) -> Option<(Option<Range>, Option<Expr>)> {
        let after = self.refinement(parts)?;
        match (&before.0, &after.0) {
            (Some(first), Some(second)) => {
                let (first, second) = (first.low.span.to(first.high.span), second.low.span.to(second.high.span));
                self.reader.push(findings::given_twice("`within`", first, second));
                Some(before)
            }
            (Some(_), None) => Some(before),
            (None, _) => Some(after),
        }
    }
}
