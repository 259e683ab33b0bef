//! What is known to be there: `exists` narrows, also through a Boolean definition and for all that a loop goes over.

use crate::Checker;
use crate::model::{ValueId, ValueKind};
use crate::term::{Binder, Fold, Function, Term, Texpr};
use crate::types::{Finite, Type};
use std::collections::BTreeSet;

impl Checker<'_> {
    /// An optional that is known to be there loses its `?`.
    pub(super) fn narrow(&self, typed: Texpr) -> Texpr {
        let Type::Option(inner) = &typed.ty else { return typed };
        match fact(&typed.term) {
            Some(fact) if self.is_known(&fact) => Texpr {
                ty: inner.as_ref().clone(),
                range: typed.range,
                span: typed.span,
                term: Term::Narrowed(Box::new(typed)),
            },
            _ => typed,
        }
    }

    /// Whether something is known to be there; with loop variables in it, for all that they may be.
    fn is_known(&self, fact: &str) -> bool {
        if self.scope.facts.iter().any(|known| known == fact) {
            return true;
        }
        let variable = self.scope.ranges.iter().find(|(binder, _)| fact.contains(&local(*binder)));
        variable.is_some_and(|(binder, members)| {
            // Each turn takes one variable away.
            let each = |member: &String| self.is_known(&fact.replace(&local(*binder), member));
            !members.is_empty() && members.iter().all(each)
        })
    }

    /// The members over which a loop variable goes: all of a type, or those of a set that is written out.
    pub(super) fn members_of(&self, finite: Finite, set: Option<&Texpr>) -> Vec<String> {
        let terms: Vec<Term> = match set.map(|set| &set.term) {
            None => (0..finite.size(&self.model)).map(|k| finite.member(k)).collect(),
            Some(Term::Set(members)) => members.iter().map(|member| member.term.clone()).collect(),
            Some(_) => Vec::new(),
        };
        let facts: Option<Vec<String>> = terms.iter().map(fact).collect();
        facts.filter(|facts| facts.len() <= MEMBERS_MAX).unwrap_or_default()
    }

    /// What is known when a condition holds for all that loop variables go over.
    fn for_all(&self, variables: &[(Binder, Finite, Option<Texpr>)], (body, holds): (&Texpr, bool), known: &mut Known) {
        let mut inner = Known { facts: Vec::new(), seen: std::mem::take(&mut known.seen) };
        self.facts(body, holds, &mut inner);
        known.seen = inner.seen;
        for (binder, finite, set) in variables {
            let members = self.members_of(*finite, set.as_ref());
            let of = |fact: String| match fact.contains(&local(*binder)) {
                true => members.iter().map(|member| fact.replace(&local(*binder), member)).collect(),
                false => vec![fact],
            };
            inner.facts = inner.facts.into_iter().flat_map(of).take(FACTS_MAX).collect();
        }
        known.facts.extend(inner.facts);
    }

    /// What a definition with keys says of these keys.
    fn of_keys(&self, (value, keys): (ValueId, &[Texpr]), (body, holds): (&Texpr, bool), known: &mut Known) {
        let mut inner = Known { facts: Vec::new(), seen: std::mem::take(&mut known.seen) };
        self.facts(body, holds, &mut inner);
        known.seen = inner.seen;
        for ((binder, _), key) in self.model.values[value.0].keys.iter().zip(keys) {
            let key = fact(&key.term);
            let of = |known: String| match (known.contains(&local(*binder)), &key) {
                (false, _) => Some(known),
                (true, Some(key)) => Some(known.replace(&local(*binder), key)),
                (true, None) => None,
            };
            inner.facts = inner.facts.into_iter().filter_map(of).collect();
        }
        known.facts.extend(inner.facts);
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
            (Term::Value { value, keys, last: false }, _) if known.seen.insert((*value, holds, key_facts(keys))) => {
                if let ValueKind::Definition(body) = &self.model.values[value.0].kind {
                    self.of_keys((*value, keys), (body, holds), known);
                }
            }
            (Term::Over { function: Fold::All, variables, body }, true)
            | (Term::Over { function: Fold::Any, variables, body }, false) => {
                self.for_all(variables, (body, holds), known);
            }
            _ => {}
        }
    }
}

/// What is known to exist, and the definitions that said so.
#[derive(Default)]
struct Known {
    facts: Vec<String>,
    seen: BTreeSet<(ValueId, bool, Vec<Option<String>>)>,
}

/// A loop over more members tells nothing about them.
const MEMBERS_MAX: usize = 64;
/// The most facts that one condition tells.
const FACTS_MAX: usize = 1024;

fn key_facts(keys: &[Texpr]) -> Vec<Option<String>> {
    keys.iter().map(|key| fact(&key.term)).collect()
}

/// A loop variable in a path.
fn local(binder: Binder) -> String {
    format!("local <{}>", binder.0)
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
        Term::Local(binder) => local(*binder),
        Term::Stamp(state, stamp) => format!("stamp {} {stamp:?}", state.0),
        Term::Narrowed(inner) | Term::Some(inner) => fact(&inner.term)?,
        _ => return None,
    })
}
