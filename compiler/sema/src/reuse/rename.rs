//! The text of a policy under the names of one instance of it.

use std::collections::BTreeMap;
use trialect_syntax::ast::{Argument, Body, Call, Clause, ClauseKind, Expr, ExprKind, Head, Key, Name, Place, Range};
use trialect_syntax::ast::{Table, Value};

/// What a name of a policy is outside of it.
#[derive(Debug, Clone)]
pub(super) enum Becomes {
    /// Another name with these keys before its own.
    Named(String, Vec<Expr>),
    /// An expression with its variables: what reads an input is written out where it is read.
    Written(Vec<String>, Expr),
}

/// Names and what they become; inner names come first.
#[derive(Debug, Clone, Default)]
pub(super) struct Renaming {
    /// `stairs`
    pub(super) instance: String,
    pub(super) names: BTreeMap<String, Becomes>,
}

impl Renaming {
    /// The name of the instance for a name of the policy.
    pub(super) fn qualified(&self, name: &str) -> String {
        format!("{}.{name}", self.instance)
    }

    /// The renaming inside something that binds a variable.
    fn binding(&self, variable: &Name) -> (Renaming, Name) {
        let mut inner = self.clone();
        let text = self.qualified(&variable.text);
        inner.names.insert(variable.text.clone(), Becomes::Named(text.clone(), Vec::new()));
        (inner, Name { text, span: variable.span })
    }

    fn boxed(&self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn list(&self, list: &[Expr]) -> Vec<Expr> {
        list.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&self, expr: &Expr) -> Expr {
        let kind = match &expr.kind {
            ExprKind::Name(name) => return self.name(name, &[], expr),
            ExprKind::Index(base, keys) => match &base.kind {
                ExprKind::Name(name) if self.names.contains_key(name) => return self.name(name, keys, expr),
                _ => ExprKind::Index(self.boxed(base), self.list(keys)),
            },
            ExprKind::Member(base, name) => ExprKind::Member(self.boxed(base), name.clone()),
            ExprKind::Call(call) => ExprKind::Call(self.call(call)),
            ExprKind::Comprehension { function, body, variables } => {
                let mut inner = self.clone();
                let mut bound = Vec::new();
                for (variable, over) in variables {
                    let over = inner.expr(over);
                    let (next, variable) = inner.binding(variable);
                    bound.push((variable, over));
                    inner = next;
                }
                ExprKind::Comprehension { function: function.clone(), body: inner.boxed(body), variables: bound }
            }
            ExprKind::Set(members) => ExprKind::Set(self.list(members)),
            ExprKind::Range(range) => ExprKind::Range(Box::new(self.range(range))),
            ExprKind::Negate(a) => ExprKind::Negate(self.boxed(a)),
            ExprKind::Not(a) => ExprKind::Not(self.boxed(a)),
            ExprKind::Exists(a) => ExprKind::Exists(self.boxed(a)),
            ExprKind::Is { value, other, negated } => {
                ExprKind::Is { value: self.boxed(value), other: self.boxed(other), negated: *negated }
            }
            ExprKind::In(a, b) => ExprKind::In(self.boxed(a), self.boxed(b)),
            ExprKind::Default(a, b) => ExprKind::Default(self.boxed(a), self.boxed(b)),
            ExprKind::If(a, b, c) => ExprKind::If(self.boxed(a), self.boxed(b), self.boxed(c)),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, self.boxed(a), self.boxed(b)),
            ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => return expr.clone(),
        };
        Expr { kind, span: expr.span }
    }

    fn name(&self, name: &str, keys: &[Expr], expr: &Expr) -> Expr {
        let span = expr.span;
        let keys = self.list(keys);
        match self.names.get(name) {
            None => expr.clone(),
            Some(Becomes::Named(name, before)) => {
                let named = Expr { kind: ExprKind::Name(name.clone()), span };
                let all: Vec<Expr> = before.iter().cloned().chain(keys).collect();
                if all.is_empty() { named } else { Expr { kind: ExprKind::Index(Box::new(named), all), span } }
            }
            // Its variables are names of the instance already.
            Some(Becomes::Written(variables, body)) => {
                let mut inner = Renaming { instance: self.instance.clone(), names: BTreeMap::new() };
                for (variable, key) in variables.iter().zip(keys) {
                    inner.names.insert(variable.clone(), Becomes::Written(Vec::new(), key));
                }
                if inner.names.is_empty() { body.clone() } else { inner.expr(body) }
            }
        }
    }

    pub(super) fn range(&self, range: &Range) -> Range {
        Range { low: self.expr(&range.low), high: self.expr(&range.high) }
    }

    pub(super) fn table(&self, table: &Table) -> Table {
        let row = |(key, value): &(Option<Expr>, Expr)| (key.as_ref().map(|key| self.expr(key)), self.expr(value));
        Table { rows: table.rows.iter().map(row).collect(), span: table.span }
    }

    fn call(&self, call: &Call) -> Call {
        let argument = |argument: &Argument| Argument {
            name: argument.name.clone(),
            value: match &argument.value {
                Value::Expr(expr) => Value::Expr(self.expr(expr)),
                Value::Range(range) => Value::Range(Box::new(self.range(range))),
                Value::Table(table) => Value::Table(self.table(table)),
            },
        };
        Call { arguments: call.arguments.iter().map(argument).collect(), ..call.clone() }
    }

    /// The head of a declaration with the instance's keys before its own, and the renaming inside it.
    pub(super) fn head(&self, head: &Head, before: &[Key]) -> (Renaming, Head) {
        let mut inner = self.clone();
        let mut keys = before.to_vec();
        for key in &head.keys {
            let over = inner.expr(&key.over);
            let variable = key.variable.as_ref().map(|variable| {
                let (next, variable) = inner.binding(variable);
                inner = next;
                variable
            });
            keys.push(Key { variable, over });
        }
        let name = Name { text: self.qualified(&head.name.text), span: head.name.span };
        let ty = head.ty.clone().map(|mut ty| {
            if let Some(Becomes::Named(name, _)) = self.names.get(&ty.name.text) {
                ty.name.text.clone_from(name);
            }
            ty
        });
        (inner, Head { name, keys, ty })
    }

    /// Actions of the policy; their local names become names of the instance.
    pub(super) fn actions(&self, written: &[Clause]) -> Vec<Clause> {
        let mut here = self.clone();
        let mut list = Vec::with_capacity(written.len());
        for clause in written {
            let kind = match &clause.kind {
                ClauseKind::Set { place, value, add } => {
                    ClauseKind::Set { place: here.place(place), value: here.expr(value), add: *add }
                }
                ClauseKind::Define { head, body: Body::Expr(expr) } if head.keys.is_empty() => {
                    let body = Body::Expr(here.expr(expr));
                    let (_, renamed) = here.head(head, &[]);
                    (here, _) = here.binding(&head.name);
                    ClauseKind::Define { head: renamed, body }
                }
                ClauseKind::If { condition, then, otherwise } => ClauseKind::If {
                    condition: here.expr(condition),
                    then: here.actions(then),
                    otherwise: here.actions(otherwise),
                },
                ClauseKind::For { variable, over, body } => {
                    let over = here.expr(over);
                    let (inner, variable) = here.binding(variable);
                    ClauseKind::For { variable, over, body: inner.actions(body) }
                }
                other => other.clone(),
            };
            list.push(Clause { kind, ..clause.clone() });
        }
        list
    }

    fn place(&self, place: &Place) -> Place {
        let index = self.list(&place.index);
        match self.names.get(&place.base.text) {
            Some(Becomes::Named(name, before)) => Place {
                base: Name { text: name.clone(), span: place.base.span },
                index: before.iter().cloned().chain(index).collect(),
                ..place.clone()
            },
            _ => Place { index, ..place.clone() },
        }
    }
}
