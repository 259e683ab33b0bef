//! Handlers, conditions and repetitions.

use super::{Builder, Node, Parts};
use crate::ast::{Clause, ClauseKind, Event, Handler, Target};
use crate::grammar::Rule;
use crate::reader::Context;

impl Builder<'_, '_> {
    /// `on`, `after`, `when`, `if`, `for`
    pub(super) fn machine(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        match node.as_rule() {
            Rule::handler => self.handler(node).map(|handler| ClauseKind::Handler(Box::new(handler))),
            Rule::branching => self.branching(node),
            _ => self.repetition(node),
        }
    }

    fn handler(&mut self, node: Node<'_>) -> Option<Handler> {
        let word = node.clone().into_inner().next()?.as_rule();
        let mut parts = Parts::of(node);
        let subject = parts.next()?;
        let (event, guard) = match (word, subject.as_rule()) {
            (Rule::WHEN, _) => (Event::Always, Some(self.expression(subject)?)),
            (Rule::AFTER, _) => (Event::After(self.expression(subject)?), self.guard(&mut parts)?),
            (_, Rule::crossing) => (self.crossing(subject)?, self.guard(&mut parts)?),
            _ => (Event::Place(self.place(subject)?), self.guard(&mut parts)?),
        };
        let actions = parts.take(Rule::body).map(|body| self.body(&body, Context::Clauses));
        let target = parts.take(Rule::target).map_or(Some(None), |target| self.target(target).map(Some))?;
        Some(Handler { event, guard, actions, target })
    }

    pub(super) fn guard(&mut self, parts: &mut Parts<'_>) -> Option<Option<crate::ast::Expr>> {
        self.value_of(parts.take(Rule::guard))
    }

    /// `EXPR reaches EXPR`
    fn crossing(&mut self, node: Node<'_>) -> Option<Event> {
        let mut parts = Parts::of(node);
        let moving = self.expression(parts.take(Rule::expression)?)?;
        Some(Event::Reaches(moving, self.expression(parts.take(Rule::expression)?)?))
    }

    fn target(&mut self, node: Node<'_>) -> Option<Target> {
        let target = Parts::of(node).next()?;
        let rule = target.as_rule();
        let mut parts = Parts::of(target);
        let name = self.name(&parts.take(Rule::name)?);
        Some(match rule {
            Rule::trial_end => Target::End(name),
            _ => Target::State { name, by_hand: parts.has(Rule::by_hand) },
        })
    }

    fn branching(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let condition = self.expression(parts.take(Rule::expression)?)?;
        let then = self.body(&parts.take(Rule::body)?, Context::Clauses);
        let otherwise = match parts.next() {
            Some(next) if next.as_rule() == Rule::branching => {
                let span = self.span(&next);
                vec![Clause { kind: self.branching(next)?, span, description: None }]
            }
            Some(next) => self.body(&next, Context::Clauses),
            None => Vec::new(),
        };
        Some(ClauseKind::If { condition, then, otherwise })
    }

    fn repetition(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let (variable, over) = self.binding(parts.take(Rule::binding)?)?;
        let body = parts.take(Rule::body)?;
        Some(ClauseKind::For { variable, over, body: self.body(&body, Context::Clauses) })
    }
}
