//! Typed expressions to machine expressions: an optional becomes a value and a flag.

use crate::fold::{and, binary, both, load_at, not, or, select, unary};
use crate::layout::class;
use crate::readings::{later_block, later_trial};
use crate::{Bound, Lowering};
use trialect_ir::{Binary, Class, Expr, Slot, Unary};
use trialect_sema::{
    Binder, Clock, CurriculumId, Finite, Fold, Function, Term, Texpr, Type, ValueId, ValueKind, Variable,
};

/// A lowered expression; no flag means that the value is always there.
pub(crate) struct Lowered {
    pub(crate) value: Expr,
    pub(crate) present: Option<Expr>,
}

impl Lowered {
    pub(crate) fn always(value: Expr) -> Lowered {
        Lowered { value, present: None }
    }
}

/// An Int word of the header or of a state.
pub(crate) fn int(slot: Slot) -> Expr {
    Expr::Load(slot, Class::Int)
}

impl Lowering<'_> {
    /// The value of an expression that is always there.
    pub(crate) fn value(&mut self, typed: &Texpr) -> Expr {
        self.expr(typed).value
    }

    pub(crate) fn expr(&mut self, typed: &Texpr) -> Lowered {
        match &typed.term {
            Term::Broken => {
                self.findings.push(crate::flaw("an expression was not understood, and nobody said so", typed.span));
                Lowered::always(zero(class(&typed.ty)))
            }
            Term::Number(value) => Lowered::always(match typed.ty {
                Type::Int => Expr::Int(value.to_i64().unwrap_or_default()),
                _ => Expr::Real(value.to_f64()),
            }),
            Term::Bool(value) => Lowered::always(Expr::bool(*value)),
            Term::None => Lowered { value: zero(class(&typed.ty)), present: Some(Expr::Int(0)) },
            Term::Member(_, k) | Term::Level(_, k) => Lowered::always(Expr::Int(i64::from(*k))),
            Term::IntMember(id, k) => Lowered::always(Expr::Int(self.model.ints[id.0].low + i64::from(*k))),
            Term::Set(members) => Lowered::always(self.set(members)),
            Term::Everything(finite) => Lowered::always(Expr::Int(everything(finite.size(self.model)))),
            Term::Value { value, keys, last } => self.read(*value, keys, *last),
            Term::Local(binder) => self.local(*binder),
            Term::Outcome { last } => self.outcome(*last),
            Term::LastExists => Lowered::always(later_trial()),
            Term::Stamp(state, stamp) => self.stamp(*state, *stamp),
            Term::Tick(tick) => Lowered::always(self.tick(*tick)),
            Term::Stage(id) => Lowered::always(int(self.layout.curriculum(*id).stage)),
            Term::StageValue(id, k) => self.stage_value(*id, *k as usize, &typed.ty),
            Term::Reading(device, channel) => Lowered::always(self.reading(*device, *channel)),
            Term::Total(device, total) => {
                Lowered::always(Expr::Load(self.layout.totals[&(*device, *total)].0, Class::Real))
            }
            Term::Apply(Function::Rank, list) => Lowered::always(self.rank(list)),
            Term::Apply(function, list) => self.apply(*function, list),
            Term::ToReal(inner) => self.real_of(inner),
            Term::Some(inner) => Lowered { value: self.value(inner), present: Some(Expr::Int(1)) },
            Term::Narrowed(inner) => Lowered::always(self.value(inner)),
            Term::Exists(inner) => Lowered::always(self.expr(inner).present.unwrap_or(Expr::Int(1))),
            Term::Is(a, b) => self.is(a, b),
            Term::In(value, set) => {
                // What is not there is in no set.
                let present = self.expr(value).present.filter(|_| value.ty.is_optional());
                let (index, set) = (self.index(value), self.value(set));
                let inside = binary(Binary::HasBit, set, index);
                Lowered::always(present.map_or(inside.clone(), |present| and(present, inside)))
            }
            Term::Default(value, other) => self.default(value, other),
            Term::If(condition, then, otherwise) => self.if_else(condition, then, otherwise),
            Term::Over { function, variables, body } => Lowered::always(self.over(*function, variables, body)),
        }
    }

    /// The place of a member among the members of its type, from 0.
    pub(crate) fn index(&mut self, typed: &Texpr) -> Expr {
        let value = self.value(typed);
        match typed.ty.required() {
            Type::IntType(id) => binary(Binary::SubInt, value, Expr::Int(self.model.ints[id.0].low)),
            _ => value,
        }
    }

    /// Row-major index of keys.
    pub(crate) fn key_index(&mut self, keys: &[Texpr]) -> Expr {
        keys.iter().fold(Expr::Int(0), |sum, key| {
            let size = key.ty.finite().map_or(1, |finite| finite.size(self.model));
            let index = self.index(key);
            let scaled =
                if sum == Expr::Int(0) { sum } else { binary(Binary::MulInt, sum, Expr::Int(i64::from(size))) };
            if scaled == Expr::Int(0) { index } else { binary(Binary::AddInt, scaled, index) }
        })
    }

    fn set(&mut self, members: &[Texpr]) -> Expr {
        members.iter().fold(Expr::Int(0), |set, member| {
            let index = self.index(member);
            binary(Binary::BitOr, set, binary(Binary::Bit, Expr::Int(1), index))
        })
    }

    /// Members of a set before one: those below its bit.
    fn rank(&mut self, list: &[Texpr]) -> Expr {
        let [member, set] = list else { return Expr::Int(0) };
        let (index, set) = (self.index(member), self.value(set));
        let below = binary(Binary::SubInt, binary(Binary::Bit, Expr::Int(1), index), Expr::Int(1));
        unary(Unary::Count, binary(Binary::BitAnd, set, below))
    }

    fn read(&mut self, id: ValueId, keys: &[Texpr], last: bool) -> Lowered {
        if last {
            let place = self.previous(id);
            let index = self.key_index(keys);
            let there = place.present.map(|slot| load_at(slot, place.count, index.clone(), Class::Int));
            let kept = self.word(id, place.value, index, place.count);
            let earlier = match self.model.values[id.0].block {
                Some(block) => later_block(self.layout.blocks[block.0].index),
                None => later_trial(),
            };
            return Lowered { value: kept, present: both(Some(earlier), there) };
        }
        let value = &self.model.values[id.0];
        match &value.kind {
            ValueKind::Definition(body) if value.clock == Clock::Constant && keys.is_empty() => self.constant(id, body),
            ValueKind::Definition(body) if value.inlined() => {
                let bound: Vec<(Binder, Expr)> =
                    value.keys.iter().zip(keys).map(|((binder, _), key)| (*binder, self.value(key))).collect();
                self.with_bound(bound, |lowering| lowering.expr(body))
            }
            ValueKind::Table(rows) if value.inlined() => {
                let index = self.key_index(keys);
                self.choose(index, rows, &value.ty)
            }
            ValueKind::Statistic(statistic) => self.read_statistic(id, keys, statistic.otherwise.as_ref()),
            _ => {
                let Some(place) = self.layout.values.get(&id).copied() else { return Lowered::always(Expr::Int(0)) };
                let index = self.key_index(keys);
                // A draw of the subject has a flag, but is made before anything could read it.
                let flag = place.present.filter(|_| value.ty.is_optional() || value.clock != Clock::Subject);
                let present = flag.map(|slot| load_at(slot, place.count, index.clone(), Class::Int));
                Lowered { value: self.word(id, place.value, index, place.count), present }
            }
        }
    }

    /// The value of a constant: its body is lowered once, however often and from however deep it is read.
    fn constant(&mut self, id: ValueId, body: &Texpr) -> Lowered {
        if let Some(Bound { value, present }) = self.constants.get(&id) {
            return Lowered { value: value.clone(), present: present.clone() };
        }
        let Lowered { value, present } = self.expr(body);
        self.constants.insert(id, Bound { value: value.clone(), present: present.clone() });
        Lowered { value, present }
    }

    /// The word of a value, with steps turned into the quantity.
    fn word(&self, id: ValueId, base: Slot, index: Expr, count: u32) -> Expr {
        let value = &self.model.values[id.0];
        match self.steps(id) {
            Some((low, step, denominator)) => {
                let word = load_at(base, count, index, Class::Int);
                let steps = binary(Binary::MulInt, word, Expr::Int(step));
                let numerator = binary(Binary::AddInt, steps, Expr::Int(low));
                if class(&value.ty) == Class::Int {
                    return numerator; // whole numbers have whole steps
                }
                binary(Binary::DivReal, unary(Unary::ToReal, numerator), Expr::Real(denominator as f64))
            }
            None => load_at(base, count, index, class(&value.ty)),
        }
    }

    /// `(low, step, denominator)` of a value that is stored as a number of steps.
    pub(crate) fn steps(&self, id: ValueId) -> Option<(i64, i64, i64)> {
        let (ValueKind::Variable(variable) | ValueKind::Parameter(variable)) = &self.model.values[id.0].kind else {
            return None;
        };
        let Variable { within: Some((low, _)), by: Some(by), .. } = variable else { return None };
        let (numerators, denominator) = trialect_units::Decimal::over_common(&[*low, *by])?;
        Some((numerators[0], numerators[1], denominator))
    }

    fn read_statistic(&mut self, id: ValueId, keys: &[Texpr], otherwise: Option<&Texpr>) -> Lowered {
        let index = self.key_index(keys);
        let Some((_, laid)) = self.layout.statistic_of(id) else { return Lowered::always(Expr::Int(0)) };
        let laid = laid.clone();
        let at = |offset: u32, class: Class| {
            let word = binary(Binary::MulInt, index.clone(), Expr::Int(i64::from(laid.stride())));
            load_at(laid.base.offset(offset), laid.words() - offset, word, class)
        };
        let whole = class(&self.model.values[id.0].ty) == Class::Int && laid.class() == Class::Real;
        let value = at(0, laid.class());
        let value = if whole { unary(Unary::Round, value) } else { value };
        let present = at(1, Class::Int);
        match otherwise {
            Some(otherwise) => {
                let otherwise = self.value(otherwise);
                Lowered::always(select(present, value, otherwise))
            }
            None if self.model.values[id.0].ty.is_optional() => Lowered { value, present: Some(present) },
            None => Lowered::always(value),
        }
    }

    fn local(&self, binder: Binder) -> Lowered {
        match self.bound.get(&binder) {
            Some(Bound { value, present }) => Lowered { value: value.clone(), present: present.clone() },
            None => Lowered::always(Expr::Int(0)),
        }
    }

    /// Lowers with binders standing for values that are always there.
    pub(crate) fn with_bound<R>(&mut self, bound: Vec<(Binder, Expr)>, inner: impl FnOnce(&mut Self) -> R) -> R {
        for (binder, value) in &bound {
            self.bound.insert(*binder, Bound { value: value.clone(), present: None });
        }
        let result = inner(self);
        for (binder, _) in &bound {
            self.bound.remove(binder);
        }
        result
    }

    fn stage_value(&mut self, id: CurriculumId, k: usize, ty: &Type) -> Lowered {
        let rows: Vec<Texpr> =
            self.model.curricula[id.0].stages.iter().filter_map(|stage| stage.values[k].clone()).collect();
        let stage = int(self.layout.curriculum(id).stage);
        self.choose(stage, &rows, ty)
    }

    /// One of several expressions of a type by index.
    fn choose(&mut self, index: Expr, rows: &[Texpr], ty: &Type) -> Lowered {
        let (mut values, mut flags) = (Vec::new(), Vec::new());
        for row in rows {
            let Lowered { value, present } = self.expr(row);
            values.push(value);
            flags.push(present.filter(|_| row.ty.is_optional()).unwrap_or(Expr::Int(1)));
        }
        let present = ty.is_optional().then(|| self.chosen(index.clone(), flags, Class::Int));
        Lowered { value: self.chosen(index, values, class(ty)), present }
    }

    /// One of several words by index: a table when all are constant.
    fn chosen(&mut self, index: Expr, rows: Vec<Expr>, class: Class) -> Expr {
        let words: Option<Vec<u64>> = rows
            .iter()
            .map(|row| match row {
                Expr::Int(value) => Some(*value as u64),
                Expr::Real(value) => Some(value.to_bits()),
                _ => None,
            })
            .collect();
        match words {
            Some(words) if !words.is_empty() => {
                if let Expr::Int(k) = index {
                    return rows[(k.max(0) as usize).min(rows.len() - 1)].clone();
                }
                let len = words.len() as u32;
                let table = self.layout.table(words);
                load_at(table, len, index, class)
            }
            _ => rows.into_iter().enumerate().rev().fold(zero(class), |rest, (k, row)| {
                select(binary(Binary::EqInt, index.clone(), Expr::Int(k as i64)), row, rest)
            }),
        }
    }

    fn real_of(&mut self, inner: &Texpr) -> Lowered {
        let lowered = self.expr(inner);
        let value = match inner.ty.required() {
            Type::Levels(id) => {
                let words: Vec<u64> =
                    self.model.levels[id.0].values.iter().map(|value| value.to_f64().to_bits()).collect();
                match lowered.value {
                    Expr::Int(k) => Expr::Real(words.get(k as usize).map_or(0.0, |bits| f64::from_bits(*bits))),
                    index => {
                        let len = words.len() as u32;
                        load_at(self.layout.table(words), len, index, Class::Real)
                    }
                }
            }
            Type::Real(_) => lowered.value,
            _ => unary(Unary::ToReal, lowered.value),
        };
        Lowered { value, present: lowered.present }
    }

    fn is(&mut self, a: &Texpr, b: &Texpr) -> Lowered {
        let (left, right) = (self.expr(a), self.expr(b));
        let equal = binary(Binary::EqInt, left.value, right.value);
        let there = |typed: &Texpr, present: Option<Expr>| present.filter(|_| typed.ty.is_optional());
        match both(there(a, left.present), there(b, right.present)) {
            Some(present) => Lowered::always(and(present, equal)),
            None => Lowered::always(equal),
        }
    }

    fn default(&mut self, value: &Texpr, other: &Texpr) -> Lowered {
        let (first, second) = (self.expr(value), self.expr(other));
        let present = first.present.unwrap_or(Expr::Int(1));
        let there = second.present.map(|second| or(present.clone(), second));
        Lowered { value: select(present, first.value, second.value), present: there }
    }

    fn if_else(&mut self, condition: &Texpr, then: &Texpr, otherwise: &Texpr) -> Lowered {
        let condition = self.value(condition);
        let (a, b) = (self.expr(then), self.expr(otherwise));
        let present = match (a.present, b.present) {
            (None, None) => None,
            (a, b) => Some(select(condition.clone(), a.unwrap_or(Expr::Int(1)), b.unwrap_or(Expr::Int(1)))),
        };
        Lowered { value: select(condition, a.value, b.value), present }
    }

    fn apply(&mut self, function: Function, list: &[Texpr]) -> Lowered {
        let mut present = None;
        let mut values = Vec::new();
        for typed in list {
            let lowered = self.expr(typed);
            present = both(present, lowered.present.filter(|_| typed.ty.is_optional()));
            values.push(lowered.value);
        }
        if let (Function::Size, [train], [count]) = (function, list, values.as_slice())
            && *train.ty.required() == Type::Times
        {
            return Lowered { value: count.clone(), present };
        }
        let instants = list.first().is_some_and(|typed| matches!(typed.ty.required(), Type::Instant));
        let whole = values.iter().all(|value| value.class() == Class::Int);
        let value = match (function, values.as_slice()) {
            (Function::Subtract, [a, b]) if instants => {
                unary(Unary::Seconds, binary(Binary::SubInt, a.clone(), b.clone()))
            }
            (_, [a]) => unary(unary_op(function, whole), a.clone()),
            (_, [a, b]) => binary(binary_op(function, whole), a.clone(), b.clone()),
            _ => Expr::Int(0),
        };
        Lowered { value, present }
    }

    /// A comprehension, one term after the other.
    fn over(&mut self, function: Fold, variables: &[(Binder, Finite, Option<Texpr>)], body: &Texpr) -> Expr {
        let mut terms = Vec::new();
        self.terms(variables, body, Expr::Int(1), &mut terms);
        let class = class(&body.ty);
        let mut terms = terms.into_iter();
        match function {
            Fold::All => terms.fold(Expr::Int(1), |sum, (inside, term)| and(sum, or(not(inside), term))),
            Fold::Any => terms.fold(Expr::Int(0), |sum, (inside, term)| or(sum, and(inside, term))),
            Fold::Count => {
                terms.fold(Expr::Int(0), |sum, (inside, term)| binary(Binary::AddInt, sum, and(inside, term)))
            }
            Fold::Sum => {
                let add = if class == Class::Real { Binary::AddReal } else { Binary::AddInt };
                terms.fold(zero(class), |sum, (inside, term)| binary(add, sum, select(inside, term, zero(class))))
            }
            Fold::Min | Fold::Max => {
                let op = match (function, class) {
                    (Fold::Min, Class::Real) => Binary::MinReal,
                    (Fold::Min, Class::Int) => Binary::MinInt,
                    (_, Class::Real) => Binary::MaxReal,
                    (_, Class::Int) => Binary::MaxInt,
                };
                let first = terms.next().map_or(zero(class), |(_, term)| term);
                terms.fold(first, |sum, (_, term)| binary(op, sum, term))
            }
        }
    }

    /// Each combination of members: whether it lies inside the sets, and the body for it.
    fn terms(
        &mut self,
        variables: &[(Binder, Finite, Option<Texpr>)],
        body: &Texpr,
        inside: Expr,
        terms: &mut Vec<(Expr, Expr)>,
    ) {
        let Some(((binder, finite, set), rest)) = variables.split_first() else {
            let term = self.value(body);
            terms.push((inside, term));
            return;
        };
        let set = set.as_ref().map(|set| self.value(set));
        let low = if let Finite::Int(id) = finite { self.model.ints[id.0].low } else { 0 };
        for k in 0..i64::from(finite.size(self.model)) {
            let inside = match &set {
                Some(set) => and(inside.clone(), binary(Binary::HasBit, set.clone(), Expr::Int(k))),
                None => inside.clone(),
            };
            self.with_bound(vec![(*binder, Expr::Int(low + k))], |lowering| lowering.terms(rest, body, inside, terms));
        }
    }
}

pub(crate) fn everything(size: u32) -> i64 {
    if size >= 64 { -1 } else { (1_i64 << size) - 1 }
}

/// 0 of a class.
pub(crate) fn zero(class: Class) -> Expr {
    match class {
        Class::Int => Expr::Int(0),
        Class::Real => Expr::Real(0.0),
    }
}

fn unary_op(function: Function, whole: bool) -> Unary {
    match function {
        Function::Negate if whole => Unary::NegInt,
        Function::Negate => Unary::NegReal,
        Function::Not => Unary::Not,
        Function::Abs if whole => Unary::AbsInt,
        Function::Abs => Unary::AbsReal,
        Function::Floor => Unary::Floor,
        Function::Ceil => Unary::Ceil,
        Function::Round => Unary::Round,
        Function::Sqrt => Unary::Sqrt,
        Function::Exp => Unary::Exp,
        Function::Log => Unary::Log,
        Function::Sin => Unary::Sin,
        Function::Cos => Unary::Cos,
        Function::Erf => Unary::Erf,
        Function::Size => Unary::Count,
        _ => Unary::Probit,
    }
}

fn binary_op(function: Function, whole: bool) -> Binary {
    match (function, whole) {
        (Function::And, _) => Binary::And,
        (Function::Or, _) => Binary::Or,
        (Function::Less, true) => Binary::LtInt,
        (Function::Less, false) => Binary::LtReal,
        (Function::LessEqual, true) => Binary::LeInt,
        (Function::LessEqual, false) => Binary::LeReal,
        (Function::Add, true) => Binary::AddInt,
        (Function::Add, false) => Binary::AddReal,
        (Function::Subtract, true) => Binary::SubInt,
        (Function::Subtract, false) => Binary::SubReal,
        (Function::Multiply, true) => Binary::MulInt,
        (Function::Multiply, false) => Binary::MulReal,
        (Function::Mod, _) => Binary::ModInt,
        (Function::Min, true) => Binary::MinInt,
        (Function::Min, false) => Binary::MinReal,
        (Function::Max, true) => Binary::MaxInt,
        (Function::Max, false) => Binary::MaxReal,
        (Function::Union, _) => Binary::BitOr,
        (Function::Without, _) => Binary::BitWithout,
        _ => Binary::DivReal,
    }
}
