//! What is known to be there: `exists` narrows, also through a Boolean definition.

use crate::Checker;
use crate::model::{ValueId, ValueKind};
use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use std::collections::BTreeSet;

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
        let before = self.scope.facts.clone();
        let mut known = Known::default();
        self.facts(condition, holds, &mut known);
        self.scope.facts.extend(known.facts);
        let result = inner(self);
        // What `inner` has set is no longer known afterwards.
        let after = std::mem::replace(&mut self.scope.facts, before);
        self.scope.facts.retain(|fact| after.contains(fact));
        result
    }

    /// After an assignment nothing is known about the variable.
    pub(crate) fn forget(&mut self, id: ValueId) {
        let path = format!("value {} ", id.0);
        self.scope.facts.retain(|fact| !fact.contains(&path));
    }

    /// A term has a value; when it is one of the trial before, there was such a trial.
    fn there(&self, term: &Term, known: &mut Known) {
        known.facts.extend(fact(term));
        match term {
            Term::Narrowed(inner) | Term::Some(inner) => self.there(&inner.term, known),
            Term::Outcome { last: true } => known.facts.push("last".into()),
            Term::Value { value, last: true, .. } if self.model.values[value.0].block.is_none() => {
                known.facts.push("last".into());
            }
            _ => {}
        }
    }

    /// Collects what exists when `condition` has the truth value `holds`.
    fn facts(&self, condition: &Texpr, holds: bool, known: &mut Known) {
        match (&condition.term, holds) {
            (Term::LastExists, true) => known.facts.push("last".into()),
            (Term::Exists(inner) | Term::In(inner, _), true) => {
                self.there(&inner.term, known);
                // The parts of a curve are all there, or none is.
                if let Term::Value { value, keys, last } = &inner.term {
                    let others = self.parts_of_fit(*value).into_iter();
                    let other = |value| fact(&Term::Value { value, keys: keys.clone(), last: *last });
                    known.facts.extend(others.filter_map(other));
                }
            }
            (Term::Is(a, b), true) => {
                self.there(&a.term, known);
                self.there(&b.term, known);
            }
            (Term::Apply(Function::Not, list), _) => {
                list.iter().for_each(|inner| self.facts(inner, !holds, known));
            }
            (Term::Apply(Function::And, list), true) | (Term::Apply(Function::Or, list), false) => {
                list.iter().for_each(|inner| self.facts(inner, holds, known));
            }
            // Through a definition; once for each, so that neither a circle nor a tree of them takes long.
            (Term::Value { value, keys, last: false }, _) if keys.is_empty() && known.seen.insert((*value, holds)) => {
                if let ValueKind::Definition(body) = &self.model.values[value.0].kind {
                    self.facts(body, holds, known);
                }
            }
            _ => {}
        }
    }
}

/// What is known to exist, and the definitions that said so.
#[derive(Default)]
struct Known {
    facts: Vec<String>,
    seen: BTreeSet<(ValueId, bool)>,
}

/// The path by which an optional is known; none for what is not a plain reference.
fn fact(term: &Term) -> Option<String> {
    Some(match term {
        Term::Value { value, keys, last } => {
            let keys: Option<Vec<String>> = keys.iter().map(|key| fact(&key.term)).collect();
            format!("value {} [{}] {last}", value.0, keys?.join("; "))
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
