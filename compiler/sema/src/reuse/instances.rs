//! Instances of policies among the other names: `stairs[left].level`.

use super::Expanded;
use crate::Checker;
use crate::collect::clock_of;
use crate::model::{Clock, ValueId};
use crate::names::{Symbol, lacks};
use crate::term::Texpr;
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{ClauseKind, Expr, ExprKind, Name, Range};

impl<'a> Checker<'a> {
    /// Parameters of instances, and their updates, which come before all handlers.
    pub(crate) fn collect_instances(&mut self, expanded: &'a Expanded) {
        for constant in &expanded.constants {
            let ClauseKind::Define { head, .. } = &constant.clause.kind else { continue };
            let id = ValueId(self.model.values.len());
            self.declare_value(&format!("{}.", constant.clock.text), Clock::Constant, head, &constant.clause);
            self.pending.constants.extend(constant.within.as_ref().map(|within| (id, within)));
        }
        expanded.missing.iter().for_each(|name| self.declare_broken(name));
        for update in &expanded.updates {
            self.pending.handlers.push((clock_of(&update.clock), &update.handler, update.span));
        }
    }

    /// Parameters of instances are inside their ranges.
    pub(crate) fn settle_constants(&mut self) {
        for (id, within) in self.pending.constants.clone() {
            let (ty, range) = (self.model.values[id.0].ty.clone(), self.model.values[id.0].range);
            if ty == Type::Unknown {
                continue;
            }
            self.scope.enter(Clock::Constant, Clock::Constant);
            let ends = within_of(self, within, &ty);
            self.scope.leave();
            let Some((low, high)) = ends else { continue };
            if range.low < low || range.high > high {
                let name = &self.model.values[id.0].name;
                let written =
                    format!("{} .. {}", self.sources.text(within.low.span), self.sources.text(within.high.span));
                let message = format!("`{name}` is within {written}");
                let place = self.value_written(id);
                let finding = Finding::error("out-of-range", message, place, "outside");
                self.report(
                    finding.also(within.low.span.to(within.high.span), "declared here").help("give a value inside"),
                );
            }
        }
    }

    /// Where the value of a parameter is written: in the `adapt`, or in the policy.
    fn value_written(&self, id: ValueId) -> Span {
        match &self.pending.values[id.0].kind {
            ClauseKind::Define { body: trialect_syntax::ast::Body::Expr(expr), .. } => expr.span,
            _ => self.model.values[id.0].span,
        }
    }

    /// `stairs`, `stairs[left]`: the name of an instance, and its keys.
    pub(crate) fn instance_place<'e>(&self, base: &'e Expr) -> Option<(String, &'e [Expr])> {
        let (word, keys) = match &base.kind {
            ExprKind::Name(word) => (word, [].as_slice()),
            ExprKind::Index(inner, keys) => match &inner.kind {
                ExprKind::Name(word) => (word, keys.as_slice()),
                _ => return None,
            },
            _ => return None,
        };
        let is_local = self.scope.locals.iter().any(|local| local.name == *word);
        let has_parts = matches!(self.symbol(word), Some(Symbol::Instance | Symbol::Fit(_)));
        (!is_local && has_parts).then(|| (word.clone(), keys))
    }

    /// A value of an instance, with further keys of its own; none when the expression is no such place.
    pub(crate) fn instance_value(&mut self, base: &Expr, member: &Name, further: &[Expr], span: Span) -> Option<Texpr> {
        let (instance, keys) = self.instance_place(base)?;
        let Some(Symbol::Value(id)) = self.symbol(&format!("{instance}.{}", member.text)) else {
            let prefix = format!("{instance}.");
            let known: Vec<String> =
                self.names.symbols.keys().filter_map(|key| Some(key.strip_prefix(&prefix)?.to_string())).collect();
            // A policy that is not there has a finding of its own.
            if !known.is_empty() {
                let known = known.iter().map(String::as_str);
                let owner = format!("`{instance}`");
                self.report(lacks("no-such-part", &owner, "value", (&member.text, member.span), known));
            }
            return Some(Texpr::broken(span));
        };
        Some(self.keyed_value(id, keys.iter().chain(further), span))
    }

    /// A value with keys that are written.
    pub(crate) fn keyed_value<'e>(&mut self, id: ValueId, keys: impl Iterator<Item = &'e Expr>, span: Span) -> Texpr {
        let types: Vec<Type> = self.model.values[id.0].keys.iter().map(|(_, finite)| finite.member_type()).collect();
        let all: Vec<&Expr> = keys.collect();
        let typed = all.into_iter().enumerate().map(|(k, key)| match types.get(k) {
            Some(ty) => self.expr_as(key, ty),
            None => self.expr(key, None),
        });
        let keys = typed.collect();
        self.value(id, keys, false, span)
    }
}

fn within_of(checker: &mut Checker<'_>, within: &Range, ty: &Type) -> Option<(f64, f64)> {
    // A whole number may have a range of reals.
    let ty = if *ty == Type::Int { &Type::NUMBER } else { ty };
    let low = checker.constant(&within.low, ty)?.to_f64();
    Some((low, checker.constant(&within.high, ty)?.to_f64()))
}
