//! What is known to be there: `exists` narrows, also through a Boolean definition.

use crate::Checker;
use crate::model::ValueKind;
use crate::term::{Function, Term, Texpr};
use crate::types::Type;

impl Checker<'_> {
    /// An optional that is known to be there loses its `?`.
    pub(super) fn narrow(&self, typed: Texpr) -> Texpr {
        let Type::Option(inner) = &typed.ty else { return typed };
        match fact(&typed.term) {
            Some(fact) if self.scope.facts.contains(&fact) => Texpr {
                ty: inner.as_ref().clone(),
                range: typed.range,
                span: typed.span,
                term: Term::Narrowed(Box::new(typed)),
            },
            _ => typed,
        }
    }

    /// Runs `inner` knowing that `condition` is true (or false).
    pub(crate) fn knowing<R>(&mut self, condition: &Texpr, holds: bool, inner: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.scope.facts.len();
        let mut facts = Vec::new();
        self.facts(condition, holds, &mut facts, 0);
        self.scope.facts.extend(facts);
        let result = inner(self);
        self.scope.facts.truncate(before);
        result
    }

    /// Collects what exists when `condition` has the truth value `holds`.
    fn facts(&self, condition: &Texpr, holds: bool, facts: &mut Vec<String>, depth: u32) {
        // Definitions may lead on to definitions; a circle of them is reported elsewhere and must end here.
        if depth > 64 {
            return;
        }
        match (&condition.term, holds) {
            (Term::LastExists, true) => facts.push("last".into()),
            (Term::Exists(inner), true) => facts.extend(fact(&inner.term)),
            (Term::Is(a, b), true) => {
                facts.extend(fact(&a.term));
                facts.extend(fact(&b.term));
            }
            (Term::Apply(Function::Not, list), _) => {
                list.iter().for_each(|inner| self.facts(inner, !holds, facts, depth + 1));
            }
            (Term::Apply(Function::And, list), true) | (Term::Apply(Function::Or, list), false) => {
                list.iter().for_each(|inner| self.facts(inner, holds, facts, depth + 1));
            }
            (Term::Value { value, keys, last: false }, _) if keys.is_empty() => {
                if let ValueKind::Definition(body) = &self.model.values[value.0].kind {
                    self.facts(body, holds, facts, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// The path by which an optional is known; none for what is not a plain reference.
fn fact(term: &Term) -> Option<String> {
    Some(match term {
        Term::Value { value, keys, last } => {
            let keys: Option<Vec<String>> = keys.iter().map(|key| fact(&key.term)).collect();
            format!("value {} {:?} {last}", value.0, keys?)
        }
        Term::Member(id, k) => format!("member {} {k}", id.0),
        Term::Level(id, k) => format!("level {} {k}", id.0),
        Term::IntMember(id, k) => format!("int {} {k}", id.0),
        Term::Local(binder) => format!("local {}", binder.0),
        Term::Stamp(state, stamp) => format!("stamp {} {stamp:?}", state.0),
        Term::Narrowed(inner) | Term::Some(inner) => fact(&inner.term)?,
        _ => return None,
    })
}
