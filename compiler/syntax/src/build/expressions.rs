//! Values: the layers of the grammar from the loosest operator to the tightest.

use super::{Builder, Node, Parts};
use crate::ast::{BinaryOp, Expr, ExprKind, Name};
use crate::grammar::Rule;
use trialect_base::Span;

impl Builder<'_, '_> {
    /// Any value.
    pub(crate) fn expression(&mut self, node: Node<'_>) -> Option<Expr> {
        self.layer(node)
    }

    /// `[a, b]` and whatever else holds a list of values.
    pub(super) fn expressions(&mut self, node: Node<'_>) -> Option<Vec<Expr>> {
        Parts::of(node).take_all(Rule::expression).into_iter().map(|value| self.expression(value)).collect()
    }

    /// A node of one of the layers. Layers without an operator are stepped through, so that recursion follows brackets.
    pub(super) fn layer(&mut self, node: Node<'_>) -> Option<Expr> {
        let mut node = node;
        loop {
            let mut children = node.clone().into_inner();
            let is_layer = is_layer(node.as_rule());
            match (children.next(), children.next()) {
                (Some(only), None) if is_layer => node = only,
                _ if is_layer => return self.operation(node),
                _ => return self.primary(node),
            }
        }
    }

    fn operation(&mut self, node: Node<'_>) -> Option<Expr> {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::conditional => self.conditional(node, span),
            Rule::disjunction => self.chain(node, |_| Some(BinaryOp::Or)),
            Rule::conjunction => self.chain(node, |_| Some(BinaryOp::And)),
            Rule::sum | Rule::product => self.chain(node, binary),
            Rule::negation => self.prefixed(node, Rule::NOT, ExprKind::Not),
            Rule::signed => self.prefixed(node, Rule::minus, ExprKind::Negate),
            Rule::existence => {
                let value = self.layer(Parts::of(node).next()?)?;
                Some(Expr { kind: ExprKind::Exists(Box::new(value)), span })
            }
            Rule::comparison => self.comparison(node, span),
            Rule::fallback => self.fallback(node),
            Rule::postfixed => self.postfixed(node),
            _ => None,
        }
    }

    /// `if c then a else b`
    fn conditional(&mut self, node: Node<'_>, span: Span) -> Option<Expr> {
        let mut parts = Parts::of(node);
        let mut value = || parts.take(Rule::expression);
        let (condition, then, otherwise) = (value()?, value()?, value()?);
        let mut built = |node| self.expression(node).map(Box::new);
        Some(Expr { kind: ExprKind::If(built(condition)?, built(then)?, built(otherwise)?), span })
    }

    /// `a + b - c`, from the left.
    fn chain(&mut self, node: Node<'_>, operator: fn(&str) -> Option<BinaryOp>) -> Option<Expr> {
        let mut children = node.into_inner();
        let mut left = self.layer(children.next()?)?;
        while let Some(sign) = children.next() {
            let right = self.layer(children.next()?)?;
            let span = left.span.to(right.span);
            let kind = ExprKind::Binary(operator(sign.as_str())?, Box::new(left), Box::new(right));
            left = Expr { kind, span };
        }
        Some(left)
    }

    /// `not not x`, `- -x`: the innermost first.
    fn prefixed(&mut self, node: Node<'_>, prefix: Rule, wrap: fn(Box<Expr>) -> ExprKind) -> Option<Expr> {
        let mut prefixes = Vec::new();
        let mut value = None;
        for child in node.into_inner() {
            if child.as_rule() == prefix {
                prefixes.push(self.span(&child));
            } else {
                value = self.layer(child);
            }
        }
        let value = value?;
        Some(prefixes.into_iter().rev().fold(value, |value, prefix| {
            let span = prefix.to(value.span);
            Expr { kind: wrap(Box::new(value)), span }
        }))
    }

    /// `a < b`, `a is not b`, `a in b`
    fn comparison(&mut self, node: Node<'_>, span: Span) -> Option<Expr> {
        let mut children = node.into_inner();
        let left = Box::new(self.layer(children.next()?)?);
        let tail = children.next()?;
        let rule = tail.as_rule();
        let mut parts = Parts::of(tail);
        let kind = match rule {
            Rule::relation => {
                let operator = relation(parts.take(Rule::comparator)?.as_str())?;
                ExprKind::Binary(operator, left, Box::new(self.layer(parts.take(Rule::fallback)?)?))
            }
            Rule::identity => {
                let negated = parts.has(Rule::NOT);
                ExprKind::Is { value: left, other: Box::new(self.layer(parts.take(Rule::fallback)?)?), negated }
            }
            Rule::membership => ExprKind::In(left, Box::new(self.choices(parts.take(Rule::choices)?)?)),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// `a default b default c`, from the right: the last one is the surest.
    fn fallback(&mut self, node: Node<'_>) -> Option<Expr> {
        let values = Parts::of(node).take_all(Rule::sum);
        let mut built = values.into_iter().map(|value| self.layer(value)).collect::<Option<Vec<_>>>()?;
        let last = built.pop()?;
        Some(built.into_iter().rev().fold(last, |otherwise, value| {
            let span = value.span.to(otherwise.span);
            Expr { kind: ExprKind::Default(Box::new(value), Box::new(otherwise)), span }
        }))
    }

    /// `accuracy[s, c].entry`
    fn postfixed(&mut self, node: Node<'_>) -> Option<Expr> {
        let mut children = node.into_inner();
        let mut value = self.primary(children.next()?)?;
        for child in children {
            let span = value.span.to(self.span(&child));
            let kind = match child.as_rule() {
                Rule::member => ExprKind::Member(Box::new(value), self.member(child)?),
                _ => ExprKind::Index(Box::new(value), self.expressions(child)?),
            };
            value = Expr { kind, span };
        }
        Some(value)
    }

    /// A value without operators around it.
    pub(super) fn primary(&mut self, node: Node<'_>) -> Option<Expr> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::number => self.number(node)?,
            Rule::TRUE => ExprKind::Bool(true),
            Rule::FALSE => ExprKind::Bool(false),
            Rule::NONE => ExprKind::None,
            Rule::name => ExprKind::Name(node.as_str().to_owned()),
            Rule::set => ExprKind::Set(self.expressions(node)?),
            Rule::call => self.call_or_comprehension(node)?,
            Rule::round => self.expression(Parts::of(node).take(Rule::expression)?)?.kind,
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// `200 ms`, `50%`, `7`
    fn number(&mut self, node: Node<'_>) -> Option<ExprKind> {
        let mut parts = Parts::of(node);
        let digits = parts.take(Rule::digits)?.as_str().to_owned();
        let unit: Option<Name> = parts.next().map(|unit| self.name(&unit));
        Some(ExprKind::Number { digits, unit })
    }
}

/// True for the rules that hold one operator and more values, or just one value.
fn is_layer(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expression
            | Rule::conditional
            | Rule::disjunction
            | Rule::conjunction
            | Rule::negation
            | Rule::comparison
            | Rule::fallback
            | Rule::sum
            | Rule::product
            | Rule::signed
            | Rule::existence
            | Rule::postfixed
    )
}

fn binary(sign: &str) -> Option<BinaryOp> {
    match sign.trim_end() {
        "+" => Some(BinaryOp::Add),
        "-" => Some(BinaryOp::Subtract),
        "*" => Some(BinaryOp::Multiply),
        "/" => Some(BinaryOp::Divide),
        "mod" => Some(BinaryOp::Mod),
        _ => None,
    }
}

fn relation(sign: &str) -> Option<BinaryOp> {
    match sign.trim_end() {
        "<" => Some(BinaryOp::Less),
        "<=" => Some(BinaryOp::LessEqual),
        ">" => Some(BinaryOp::Greater),
        ">=" => Some(BinaryOp::GreaterEqual),
        _ => None,
    }
}
