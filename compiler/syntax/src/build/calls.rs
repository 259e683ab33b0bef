//! Calls, their arguments, and tables.

use super::{Builder, Node, Parts};
use crate::ast::{Argument, Call, Expr, ExprKind, Range, Table, Value};
use crate::findings;
use crate::grammar::Rule;

impl Builder<'_, '_> {
    /// `mean(outcome is correct)` where a call is expected; `for` inside makes no sense there.
    pub(super) fn call(&mut self, node: Node<'_>) -> Option<Call> {
        let span = self.span(&node);
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let arguments = self.argument_list(parts.take_all(Rule::argument))?;
        if let Some(each) = parts.take(Rule::each) {
            let each = self.span(&each);
            self.reader.push(findings::misplaced_for(each));
        }
        Some(Call { name, arguments, span })
    }

    /// `min(a, b)` or `all(f(s) for s in Side)` as a value.
    pub(super) fn call_or_comprehension(&mut self, node: Node<'_>) -> Option<ExprKind> {
        let mut parts = Parts::of(node.clone());
        let function = self.name(&parts.take(Rule::name)?);
        let arguments = parts.take_all(Rule::argument);
        let Some(each) = parts.take(Rule::each) else { return self.call(node).map(ExprKind::Call) };
        let span = self.span(&each);
        let bindings = Parts::of(each).take_all(Rule::binding);
        let variables = bindings.into_iter().map(|binding| self.binding(binding)).collect::<Option<_>>()?;
        let argument = arguments.into_iter().next()?;
        let Argument { name: None, value: Value::Expr(body) } = self.argument(argument)? else {
            self.reader.push(findings::misplaced_for(span));
            return Some(ExprKind::None);
        };
        Some(ExprKind::Comprehension { function, body: Box::new(body), variables })
    }

    /// `ibl.full(reward: basic.reward)` or `retired`
    pub(super) fn protocol(&mut self, node: Node<'_>) -> Option<Call> {
        let span = self.span(&node);
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::dotted_name)?);
        let arguments = parts.take(Rule::arguments).map_or(Some(Vec::new()), |list| self.arguments(list))?;
        Some(Call { name, arguments, span })
    }

    /// `(a, b: c)`
    pub(super) fn arguments(&mut self, node: Node<'_>) -> Option<Vec<Argument>> {
        self.argument_list(Parts::of(node).take_all(Rule::argument))
    }

    fn argument_list(&mut self, nodes: Vec<Node<'_>>) -> Option<Vec<Argument>> {
        nodes.into_iter().map(|argument| self.argument(argument)).collect()
    }

    fn argument(&mut self, node: Node<'_>) -> Option<Argument> {
        let mut parts = Parts::of(node);
        let name = parts.take(Rule::name).map(|name| self.name(&name));
        if let Some(table) = parts.take(Rule::table) {
            return Some(Argument { name, value: Value::Table(self.table(table)?) });
        }
        let low = self.expression(parts.take(Rule::expression)?)?;
        let value = match parts.take(Rule::fallback) {
            Some(high) => Value::Range(Box::new(Range { low, high: self.layer(high)? })),
            None => Value::Expr(low),
        };
        Some(Argument { name, value })
    }

    /// `{left: 1, else: 0}`
    pub(super) fn table(&mut self, node: Node<'_>) -> Option<Table> {
        let span = self.span(&node);
        let rows = Parts::of(node).take_all(Rule::row).into_iter().map(|row| self.row(row)).collect::<Option<_>>()?;
        Some(Table { rows, span })
    }

    fn row(&mut self, node: Node<'_>) -> Option<(Option<Expr>, Expr)> {
        let mut parts = Parts::of(node);
        let key = self.row_key(parts.take(Rule::row_key)?)?;
        Some((key, self.expression(parts.take(Rule::expression)?)?))
    }

    /// `left`, `0%`, `-1`, `true`; none for `else`.
    fn row_key(&mut self, node: Node<'_>) -> Option<Option<Expr>> {
        let span = self.span(&node);
        let mut children = node.into_inner();
        let first = children.next()?;
        match first.as_rule() {
            Rule::ELSE => Some(None),
            Rule::minus => {
                let number = self.primary(children.next()?)?;
                Some(Some(Expr { kind: ExprKind::Negate(Box::new(number)), span }))
            }
            _ => self.primary(first).map(Some),
        }
    }
}
