//! Sets that certainly have a member: what a `pick` draws from.
//!
//! A set variable keeps a member for certain when it begins with it and no assignment can leave it out: `pool - {50%}`
//! keeps 100%, and so does `pool + {25%}`. That is found by assuming of every variable that it keeps all that it begins
//! with, and taking away what an assignment does not give, until nothing changes any more.

use crate::Checker;
use crate::model::*;
use crate::term::{Binder, Function, Term, Texpr};
use crate::types::Type;
use crate::values::member_index;
use std::collections::BTreeMap;
use trialect_base::Span;

/// Definitions within definitions, at most: a circle of them is reported elsewhere and must end here.
const DEPTH_MAX: u32 = 64;

/// Members that a set has for certain, the k-th of the type as bit k, and above them whether it has any at all.
type Members = u128;

/// There is a member, whichever it is.
const NOT_EMPTY: Members = 1 << 64;

/// What is known of variables and local names.
#[derive(Default)]
struct Known {
    variables: BTreeMap<ValueId, Members>,
    locals: BTreeMap<Binder, Texpr>,
}

impl Checker<'_> {
    /// Every `pick` from a set has something to pick from.
    pub(crate) fn check_picks(&mut self) {
        let known = self.kept_members();
        let empty: Vec<Span> = self
            .model
            .values
            .iter()
            .filter_map(|value| match &value.kind {
                ValueKind::Draw(Family::Pick(set, _)) => (self.certain(set, &known, 0) == 0).then_some(set),
                _ => None,
            })
            .filter(|set| !matches!(&set.term, Term::Set(members) if members.is_empty()))
            .map(|set| set.span)
            .collect();
        for span in empty {
            let help = "pick from a type, or from a set with a member that is always in it";
            self.invalid("there must be something to pick from", span, "may be empty".into(), help);
        }
    }

    /// The members that each set variable has at all times.
    fn kept_members(&self) -> Known {
        let mut known = Known::default();
        let mut sets: Vec<(ValueId, Texpr)> = Vec::new();
        let states = self.model.states.iter().flat_map(|state| {
            state.entry.iter().chain(state.clauses.iter().flat_map(|clause| &clause.actions)).collect::<Vec<_>>()
        });
        let stages = self.model.curricula.iter().flat_map(|curriculum| &curriculum.stages);
        let ways = stages.flat_map(|stage| &stage.transitions).flat_map(|way| &way.actions);
        for action in self.model.handlers.iter().flat_map(|handler| &handler.actions).chain(ways).chain(states) {
            assignments(action, &mut sets, &mut known.locals);
        }
        for (k, value) in self.model.values.iter().enumerate() {
            if let (ValueKind::Variable(variable), Type::Set(_)) = (&value.kind, &value.ty) {
                let first = variable.initial.as_ref().map_or(0, |initial| self.certain(initial, &known, 0));
                known.variables.insert(ValueId(k), first);
            }
        }
        loop {
            let before = known.variables.clone();
            for (id, to) in &sets {
                let given = self.certain(to, &known, 0);
                if let Some(kept) = known.variables.get_mut(id) {
                    *kept &= given;
                }
            }
            if known.variables == before {
                return known;
            }
        }
    }

    /// Members that a set has for certain.
    fn certain(&self, set: &Texpr, known: &Known, depth: u32) -> Members {
        let Type::Set(finite) = set.ty else { return NOT_EMPTY };
        let members = ((1 << finite.size(&self.model).clamp(1, 64)) - 1) as Members;
        let all = members | NOT_EMPTY;
        // A circle is a finding of its own.
        if depth > DEPTH_MAX {
            return all;
        }
        let inner = |typed: &Texpr| self.certain(typed, known, depth + 1);
        match &set.term {
            Term::Everything(_) | Term::Broken => all,
            Term::Set(members) if members.is_empty() => 0,
            Term::Set(members) => members.iter().filter_map(member_index).fold(NOT_EMPTY, |set, k| set | 1 << k),
            Term::If(_, then, otherwise) => inner(then) & inner(otherwise),
            Term::Apply(Function::Union, list) => list.iter().fold(0, |sum, typed| sum | inner(typed)),
            Term::Apply(Function::Without, list) => match list.as_slice() {
                [from, what] => match inner(from) & members & !possible(what, members) {
                    0 => 0,
                    kept => kept | NOT_EMPTY,
                },
                _ => 0,
            },
            Term::Local(binder) => known.locals.get(binder).map_or(0, inner),
            Term::StageValue(id, k) => {
                let stages = self.model.curricula[id.0].stages.iter();
                let values = stages.filter_map(|stage| stage.values.get(*k as usize).and_then(Option::as_ref));
                values.fold(all, |sum, value| sum & inner(value))
            }
            Term::Value { value, last: false, .. } => match &self.model.values[value.0].kind {
                ValueKind::Definition(body) => inner(body),
                ValueKind::Table(rows) => rows.iter().fold(all, |sum, row| sum & inner(row)),
                ValueKind::Variable(_) => known.variables.get(value).copied().unwrap_or(0),
                ValueKind::Pending => all,
                _ => 0,
            },
            _ => 0,
        }
    }
}

/// Members that a set may have.
fn possible(set: &Texpr, all: Members) -> Members {
    match &set.term {
        Term::Set(members) => {
            let known = members.iter().try_fold(0, |set, member| member_index(member).map(|k| set | 1 << k));
            known.unwrap_or(all)
        }
        _ => all,
    }
}

/// All that an action sets, and the local names it makes.
fn assignments(action: &Action, sets: &mut Vec<(ValueId, Texpr)>, locals: &mut BTreeMap<Binder, Texpr>) {
    match action {
        Action::Set { value, to, .. } => sets.push((*value, to.clone())),
        Action::Let { binder, to } => {
            locals.insert(*binder, to.clone());
        }
        Action::If { then, otherwise, .. } => {
            then.iter().chain(otherwise).for_each(|action| assignments(action, sets, locals));
        }
        _ => {}
    }
}
