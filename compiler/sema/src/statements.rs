//! Actions of handlers and entries: assignments, branches, loops, local names.

use crate::expressions::{Local, counted};
use crate::model::*;
use crate::names::{Symbol, duplicate};
use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Body, Clause as Written, ClauseKind, Expr, Place};
use trialect_units::Decimal;

impl<'a> Checker<'a> {
    /// Actions in order; local names live to the end of the list.
    pub(crate) fn actions(&mut self, written: &'a [Written]) -> Vec<Action> {
        let depth = self.scope.locals.len();
        let mut actions = Vec::new();
        for clause in written {
            if let ClauseKind::For { variable, over, body } = &clause.kind {
                self.loop_of_actions(variable, over, body, &mut actions);
            } else {
                actions.extend(self.action(clause));
            }
        }
        self.scope.locals.truncate(depth);
        actions
    }

    /// One action; `for` is taken apart before.
    pub(crate) fn action(&mut self, clause: &'a Written) -> Option<Action> {
        match &clause.kind {
            ClauseKind::Set { place, value, add } => self.set_action(place, value, *add, clause.span),
            ClauseKind::Define { head, body: Body::Expr(expr) } if head.keys.is_empty() => self.local(head, expr),
            ClauseKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition);
                let then = self.knowing(&condition, true, |checker| checker.actions(then));
                let otherwise = self.knowing(&condition, false, |checker| checker.actions(otherwise));
                Some(Action::If { condition, then, otherwise })
            }
            ClauseKind::Do(_) | ClauseKind::Hold(_) if !self.in_state => {
                self.not_yet("outputs outside states", self.head_of(clause.span));
                None
            }
            ClauseKind::Do(verb) => self.deed(verb, false, clause.span),
            ClauseKind::Hold(verb) => self.deed(verb, true, clause.span),
            _ => {
                self.no_action(clause);
                None
            }
        }
    }

    fn no_action(&mut self, clause: &Written) {
        let (message, help) = match &clause.kind {
            ClauseKind::Handler(_) => {
                ("a handler stands in a state itself", "move it out of the block, with `when` instead of `if`")
            }
            ClauseKind::Track { .. } => ("`track` stands in a state itself", "move it out of the block"),
            ClauseKind::Var { .. } | ClauseKind::Draw { .. } => {
                ("values are declared on a clock, not in a handler or a block", "move it into `trial { … }`")
            }
            _ => ("only actions can stand here", "actions are `NAME := VALUE`, `if`, `for` and what devices do"),
        };
        self.report(Finding::error("misplaced-clause", message, self.head_of(clause.span), "stands here").help(help));
    }

    /// `NAME = VALUE` among actions: a name to the end of the block.
    fn local(&mut self, head: &'a ast::Head, expr: &Expr) -> Option<Action> {
        let annotated = head.ty.as_ref().map(|ty| self.resolve_type(ty));
        let to = match &annotated {
            Some(ty) => self.expr_as(expr, ty),
            None => self.expr(expr, None),
        };
        if let Some((_, first)) = self.names.symbols.get(&head.name.text) {
            let help = match self.symbol(&head.name.text) {
                Some(Symbol::Value(id)) if matches!(self.model.values[id.0].kind, ValueKind::Variable(_)) => {
                    format!("to set the variable write `{} := …`", head.name.text)
                }
                _ => format!("choose another name, for example `{}_2`", head.name.text),
            };
            let finding = duplicate(&head.name.text, head.name.span, *first);
            self.report(finding.help(help));
        }
        if to.ty == Type::None {
            let finding = Finding::error("none-alone", "`none` says nothing about the type", to.span, "none");
            self.report(finding.help(format!("write `{} : TYPE? = none`", head.name.text)));
        }
        let binder = self.model.binder();
        let is = Texpr { term: Term::Local(binder), ty: to.ty.clone(), range: to.range, span: head.name.span };
        self.scope.locals.push(Local { name: head.name.text.clone(), is });
        (to.ty != Type::Unknown).then_some(Action::Let { binder, to })
    }

    /// The value that a place names, or a finding.
    fn settable(&mut self, place: &Place) -> Option<ValueId> {
        let of_block = match (self.symbol(&place.base.text), place.members.as_slice()) {
            (Some(Symbol::Block(_)), [member]) => self.symbol(&format!("{}.{}", place.base.text, member.text)),
            _ => None,
        };
        let id = match of_block.or_else(|| self.symbol(&place.base.text)) {
            Some(Symbol::Value(id)) if of_block.is_some() => return Some(id),
            Some(Symbol::Value(id)) => id,
            Some(Symbol::Broken) => return None,
            Some(_) => {
                let message = format!("`{}` cannot be set", place.base.text);
                let finding = Finding::error("not-a-variable", message, place.span, "not a variable");
                self.report(finding.help("only what is declared with `var` can be set"));
                return None;
            }
            None if self.scope.locals.iter().any(|local| local.name == place.base.text) => {
                let message = format!("`{}` has one value to the end of its block", place.base.text);
                let finding = Finding::error("not-a-variable", message, place.span, "cannot be set");
                self.report(finding.help("only what is declared with `var` can be set"));
                return None;
            }
            None => {
                let name = &place.base.text;
                let finding = self.unknown_name(name, place.base.span);
                let near = finding.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
                let declare = (!near).then(|| format!("declare it on its clock: `var {name} := …`"));
                self.report(finding.help_maybe(declare));
                return None;
            }
        };
        if let Some(member) = place.members.first() {
            let text = &place.base.text;
            let finding = Finding::error("no-such-part", format!("`{text}` has no parts"), member.span, "no such part");
            self.report(finding.help(format!("write `{text} := …`")));
            return None;
        }
        Some(id)
    }

    /// The keys of a place that is set, one for each of the declaration's.
    fn set_keys(&mut self, place: &Place, declared: &Value) -> Option<Vec<Texpr>> {
        let keys: Vec<Texpr> = place
            .index
            .iter()
            .zip(&declared.keys)
            .map(|(key, (_, finite))| self.expr_as(key, &finite.member_type()))
            .collect();
        if place.index.len() != declared.keys.len() {
            let example: Vec<String> = declared.keys.iter().map(|(_, finite)| finite.name(&self.model)).collect();
            let help = match example.as_slice() {
                [] => format!("write `{} := …`", declared.name),
                names => format!("write `{}[…]` with one member of each: {}", declared.name, names.join(", ")),
            };
            let message = format!("`{}` has {}", declared.name, counted(declared.keys.len(), "key"));
            let label = format!("{} given here", place.index.len());
            let finding = Finding::error("wrong-keys", message, place.span, label);
            self.report(finding.also(declared.span, "declared here").help(help));
            return None;
        }
        Some(keys)
    }

    /// `place := value`, `place += value`
    fn set_action(&mut self, place: &Place, value: &Expr, add: bool, span: Span) -> Option<Action> {
        let id = self.settable(place)?;
        let declared = self.model.values[id.0].clone();
        let ValueKind::Variable(variable) = &declared.kind else {
            if declared.kind == ValueKind::Pending {
                return None;
            }
            let help = format!("declare it as `var {} := …`", declared.name);
            let finding = Finding::error(
                "not-a-variable",
                format!("`{}` is fixed where it is declared", declared.name),
                place.span,
                "cannot be set",
            )
            .also(declared.span, "declared here")
            .help(help);
            self.report(finding);
            return None;
        };
        if declared.clock > self.scope.clock {
            let finding = Finding::error(
                "faster-clock",
                format!(
                    "`{}` lives on the {}, this handler on the {}",
                    declared.name,
                    declared.clock.word(),
                    self.scope.clock.word()
                ),
                place.span,
                "set from a slower clock",
            )
            .help(format!("declare it in `{} {{ … }}`, or set it in a state", self.scope.clock.word()));
            self.report(finding);
        }
        let keys = self.set_keys(place, &declared)?;
        let written = self.sources.text(value.span).to_string();
        let (to, cut, written) = if add {
            let (to, cut) = self.increment(id, &keys, value, place.span);
            let to = self.coerce(to, &declared.ty);
            (to, cut, format!("{} + {written}", self.sources.text(place.span)))
        } else {
            (self.expr_as(value, &declared.ty), None, written)
        };
        if !(add && *declared.ty.required() == Type::Int) {
            self.check_assignment(&declared, variable.within, &to, &written, (place.span, value.span));
        }
        self.forget(id);
        Some(Action::Set { value: id, keys, to, cut, span })
    }

    /// `n += 1` saturates at the ends of its range when it is a whole number, and when it does is the second part;
    /// a set takes in members.
    fn increment(&mut self, id: ValueId, keys: &[Texpr], value: &Expr, span: Span) -> (Texpr, Option<Texpr>) {
        let declared = self.model.values[id.0].clone();
        let now = self.value(id, keys.to_vec(), false, span);
        if let Type::Set(_) = now.ty {
            let by = self.expr_as(value, &declared.ty);
            let ty = declared.ty.clone();
            let union = Texpr { term: Term::Apply(Function::Union, vec![now, by]), ty, range: Interval::ALL, span };
            return (union, None);
        }
        if let Type::IntType(_) = now.ty {
            let found = now.ty.describe(&self.model);
            let message = "`+=` needs a number that is free to grow";
            let finding = Finding::error("type-mismatch", message, span, format!("this is {found}"));
            self.report(finding.help(format!("declare `{}` as a number within a range", declared.name)));
            return (Texpr::broken(span), None);
        }
        let target = declared.ty.required().clone();
        let now = if now.ty.is_optional() { self.coerce(now, &target) } else { now };
        let Some(now) = self.numeric(now) else { return (Texpr::broken(span), None) };
        let by = self.expr_as(value, &target);
        let range = now.range.plus(by.range);
        let sum = Texpr { term: Term::Apply(Function::Add, vec![now, by]), ty: target.clone(), range, span };
        match &declared.kind {
            ValueKind::Variable(Variable { within: Some((low, high)), .. }) if target == Type::Int => {
                saturated(sum, *low, *high, declared.range)
            }
            _ => (sum, None),
        }
    }
}

/// `sum`, held inside `low .. high`, and whether it had to be.
fn saturated(sum: Texpr, low: Decimal, high: Decimal, inside: Interval) -> (Texpr, Option<Texpr>) {
    let (span, range) = (sum.span, sum.range);
    let number = |value: Decimal| Texpr {
        term: Term::Number(value),
        ty: Type::Int,
        range: Interval::point(value.to_f64()),
        span,
    };
    let less = |a: Texpr, b: Texpr| Texpr::bool(Term::Apply(Function::Less, vec![a, b]), span);
    let outside = vec![less(sum.clone(), number(low)), less(number(high), sum.clone())];
    let cut = Texpr::bool(Term::Apply(Function::Or, outside), span);
    let below = Texpr { term: Term::Apply(Function::Min, vec![sum, number(high)]), ty: Type::Int, range, span };
    let held = Texpr { term: Term::Apply(Function::Max, vec![below, number(low)]), ty: Type::Int, range: inside, span };
    (held, Some(cut))
}
