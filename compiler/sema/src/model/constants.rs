//! Exact values of expressions of constants.

use crate::model::{Clock, Model, ValueId, ValueKind};
use crate::term::{Function, Term, Texpr};
use std::collections::BTreeMap;
use trialect_units::Decimal;

impl Model {
    /// As [`Self::constant_of`]; `known` holds the definitions that were looked into, none for those in a circle.
    pub(super) fn exact(&self, typed: &Texpr, known: &mut BTreeMap<ValueId, Option<Decimal>>) -> Option<Decimal> {
        match &typed.term {
            Term::Number(value) => Some(*value),
            Term::Level(id, k) => self.levels[id.0].values.get(*k as usize).copied(),
            Term::ToReal(inner) | Term::Some(inner) => self.exact(inner, known),
            Term::Value { value, keys, last: false } if keys.is_empty() => {
                if let Some(found) = known.get(value) {
                    return *found;
                }
                known.insert(*value, None);
                let declared = &self.values[value.0];
                let found = match &declared.kind {
                    ValueKind::Definition(body) if declared.clock == Clock::Constant => self.exact(body, known),
                    _ => None,
                };
                known.insert(*value, found);
                found
            }
            Term::Apply(function, list) => {
                let values: Option<Vec<Decimal>> = list.iter().map(|inner| self.exact(inner, known)).collect();
                match (function, values?.as_slice()) {
                    (Function::Negate, [a]) => Some(a.negated()),
                    (Function::Add, [a, b]) => a.plus(*b),
                    (Function::Subtract, [a, b]) => a.plus(b.negated()),
                    (Function::Multiply, [a, b]) => a.times(*b),
                    (Function::Divide, [a, b]) => a.times(b.inverse()?),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
