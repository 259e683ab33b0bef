//! Expressions in one trial, with everything that is left to chance decided.

use super::trial::Trial;
use super::value::{Continuous, Memory, Number, Stop, Val, because};
use trialect_sema::{
    Binder, Clock, Family, Finite, Fold, Function, StatFunction, Statistic, Term, Texpr, Tick, Type, ValueId, ValueKind,
};

/// Expressions within expressions, through definitions.
const DEPTH_MAX: u32 = 200;

impl Trial<'_> {
    pub(super) fn value(&mut self, typed: &Texpr) -> Result<Val, Stop> {
        if self.depth > DEPTH_MAX {
            return because("definitions are too deep");
        }
        self.depth += 1;
        let found = self.term(typed);
        self.depth -= 1;
        found
    }

    fn term(&mut self, typed: &Texpr) -> Result<Val, Stop> {
        Ok(match &typed.term {
            Term::Number(value) => number(value.to_f64()),
            Term::Bool(value) => Val::Truth(*value),
            Term::None => Val::Nothing,
            Term::Member(_, k) | Term::Level(_, k) | Term::IntMember(_, k) => Val::Member(*k),
            Term::Set(members) => {
                let mut bits = 0;
                for member in members {
                    bits |= bit(self.member(member)?)?;
                }
                Val::Set(bits)
            }
            Term::Everything(finite) => Val::Set(everything(finite.size(self.model))?),
            Term::Value { value, keys, last } => return self.declared(*value, keys, *last),
            Term::Local(binder) => self.local(*binder)?,
            Term::Outcome { last: false } => self.outcome.map_or(Val::Nothing, Val::Member),
            Term::Outcome { last: true } => self.world.outcome.map_or(Val::Nothing, Val::Member),
            Term::LastExists => Val::Truth(self.world.outcome.is_some()),
            Term::Tick(Tick::TrialFirst) => Val::Truth(self.world.outcome.is_none()),
            Term::Tick(Tick::StageTrials(_) | Tick::StageSessions(_)) if self.expected.is_some() => {
                number(f64::INFINITY)
            }
            Term::Stage(_) => Val::Member(self.stage.map_or(0, |(_, stage)| stage as u32)),
            Term::StageValue(id, k) => {
                let stage = self.stage.filter(|(own, _)| own == id).map_or(0, |(_, stage)| stage);
                match self.model.curricula[id.0].stages[stage].values[*k as usize].as_ref() {
                    Some(value) => return self.value(value),
                    None => return because("a stage lacks a value"),
                }
            }
            Term::ToReal(inner) => {
                let value = self.value(inner)?;
                self.quantity(value, &inner.ty)?
            }
            Term::Some(inner) | Term::Narrowed(inner) => return self.value(inner),
            Term::Exists(inner) => Val::Truth(self.value(inner)? != Val::Nothing),
            Term::Is(a, b) => Val::Truth(self.value(a)? == self.value(b)?),
            Term::In(a, set) => match (self.value(a)?, self.value(set)?) {
                (Val::Nothing, _) => Val::Truth(false),
                (Val::Member(k), Val::Set(bits)) => Val::Truth(bits & bit(k)? != 0),
                _ => return self.cannot(typed),
            },
            Term::Default(first, second) => match self.value(first)? {
                Val::Nothing => return self.value(second),
                found => found,
            },
            Term::If(condition, then, otherwise) => {
                let taken = if self.holds(condition)? { then } else { otherwise };
                return self.value(taken);
            }
            Term::Apply(function, list) => return self.applied(typed, *function, list),
            Term::Over { function, variables, body } => return self.over(*function, variables, body),
            _ => return self.cannot(typed),
        })
    }

    fn cannot<T>(&self, typed: &Texpr) -> Result<T, Stop> {
        because(format!("it depends on `{}`", self.sources.text(typed.span)))
    }

    pub(super) fn holds(&mut self, typed: &Texpr) -> Result<bool, Stop> {
        match self.value(typed)? {
            Val::Truth(value) => Ok(value),
            _ => self.cannot(typed),
        }
    }

    pub(super) fn member(&mut self, typed: &Texpr) -> Result<u32, Stop> {
        match self.value(typed)? {
            Val::Member(k) => Ok(k),
            Val::Truth(value) => Ok(u32::from(value)),
            _ => self.cannot(typed),
        }
    }

    pub(super) fn real(&mut self, typed: &Texpr) -> Result<f64, Stop> {
        let value = self.value(typed)?;
        match self.quantity(value, &typed.ty)? {
            Val::Number(value) => Ok(value.get()),
            _ => self.cannot(typed),
        }
    }

    /// A level or a member of an `int` type as a number.
    fn quantity(&self, value: Val, ty: &Type) -> Result<Val, Stop> {
        Ok(match (value, ty.required()) {
            (Val::Member(k), Type::Levels(id)) => number(self.model.levels[id.0].values[k as usize].to_f64()),
            (Val::Member(k), Type::IntType(id)) => number((self.model.ints[id.0].low + i64::from(k)) as f64),
            (other, _) => other,
        })
    }

    fn local(&self, binder: Binder) -> Result<Val, Stop> {
        let found = self.locals.iter().rev().find(|(own, _)| *own == binder);
        found.map_or_else(|| because("a name of a handler"), |(_, value)| Ok(value.clone()))
    }

    fn applied(&mut self, typed: &Texpr, function: Function, list: &[Texpr]) -> Result<Val, Stop> {
        match (function, list) {
            (Function::Not, [a]) => return Ok(Val::Truth(!self.holds(a)?)),
            (Function::And, list) => {
                for inner in list {
                    if !self.holds(inner)? {
                        return Ok(Val::Truth(false));
                    }
                }
                return Ok(Val::Truth(true));
            }
            (Function::Or, list) => {
                for inner in list {
                    if self.holds(inner)? {
                        return Ok(Val::Truth(true));
                    }
                }
                return Ok(Val::Truth(false));
            }
            (Function::Less | Function::LessEqual, [a, b]) => {
                return self.less(typed, (a, b), function == Function::Less);
            }
            (Function::Size, [set]) => {
                if let Val::Set(bits) = self.value(set)? {
                    return Ok(number(f64::from(bits.count_ones())));
                }
                return self.cannot(typed);
            }
            (Function::Union | Function::Without, [a, b]) => {
                return match (self.value(a)?, self.value(b)?) {
                    (Val::Set(a), Val::Set(b)) if function == Function::Union => Ok(Val::Set(a | b)),
                    (Val::Set(a), Val::Set(b)) => Ok(Val::Set(a & !b)),
                    _ => self.cannot(typed),
                };
            }
            _ => {}
        }
        let mut reals = Vec::new();
        for inner in list {
            reals.push(self.real(inner)?);
        }
        Ok(number(match (function, reals.as_slice()) {
            (Function::Negate, [a]) => -a,
            (Function::Abs, [a]) => a.abs(),
            (Function::Add, [a, b]) => a + b,
            (Function::Subtract, [a, b]) => a - b,
            (Function::Multiply, [a, b]) => a * b,
            (Function::Divide, [a, b]) => a / b,
            (Function::Mod, [a, b]) => a.rem_euclid(*b),
            (Function::Min, [a, b]) => a.min(*b),
            (Function::Max, [a, b]) => a.max(*b),
            (Function::Sqrt, [a]) => a.sqrt(),
            (Function::Exp, [a]) => a.exp(),
            (Function::Log, [a]) => a.ln(),
            (Function::Floor, [a]) => a.floor(),
            (Function::Ceil, [a]) => a.ceil(),
            _ => return self.cannot(typed),
        }))
    }

    /// A comparison; with a draw of a real on one side it is left to chance, and narrows the draw.
    fn less(&mut self, typed: &Texpr, (a, b): (&Texpr, &Texpr), strict: bool) -> Result<Val, Stop> {
        let (x, y) = (self.value(a)?, self.value(b)?);
        let (x, y) = (self.quantity(x, &a.ty)?, self.quantity(y, &b.ty)?);
        let (draw, bound, below) = match (x, y) {
            (Val::Number(x), Val::Number(y)) => {
                let (x, y) = (x.get(), y.get());
                return Ok(Val::Truth(if strict { x < y } else { x <= y }));
            }
            (Val::Drawn(draw), Val::Number(bound)) => (draw, bound.get(), true),
            (Val::Number(bound), Val::Drawn(draw)) => (draw, bound.get(), false),
            _ => return self.cannot(typed),
        };
        let Some(known) = self.drawn.get(&draw).cloned() else { return self.cannot(typed) };
        let share = known.below(bound);
        let is_below = self.chance.one_of(&[1.0 - share, share]) == 1;
        if let Some(known) = self.drawn.get_mut(&draw) {
            if is_below {
                known.high = known.high.min(bound);
            } else {
                known.low = known.low.max(bound);
            }
        }
        Ok(Val::Truth(is_below == below))
    }

    fn over(
        &mut self,
        function: Fold,
        variables: &[(Binder, Finite, Option<Texpr>)],
        body: &Texpr,
    ) -> Result<Val, Stop> {
        let mut found = Vec::new();
        self.each(variables, &mut |trial| {
            let value = trial.value(body)?;
            found.push(trial.quantity(value, &body.ty)?);
            Ok(())
        })?;
        let truths = || found.iter().map(|value| *value == Val::Truth(true));
        let reals: Vec<f64> = found
            .iter()
            .filter_map(|value| if let Val::Number(real) = value { Some(real.get()) } else { None })
            .collect();
        Ok(match function {
            Fold::All => Val::Truth(truths().all(|truth| truth)),
            Fold::Any => Val::Truth(truths().any(|truth| truth)),
            Fold::Count => number(truths().filter(|truth| *truth).count() as f64),
            _ if reals.len() != found.len() => return self.cannot(body),
            Fold::Sum => number(reals.iter().sum()),
            Fold::Min => number(reals.iter().copied().fold(f64::INFINITY, f64::min)),
            Fold::Max => number(reals.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        })
    }

    fn each(
        &mut self,
        variables: &[(Binder, Finite, Option<Texpr>)],
        inner: &mut dyn FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some(((binder, finite, set), rest)) = variables.split_first() else { return inner(self) };
        let members = match set {
            None => everything(finite.size(self.model))?,
            Some(set) => match self.value(set)? {
                Val::Set(bits) => bits,
                _ => return self.cannot(set),
            },
        };
        for k in (0..finite.size(self.model)).filter(|k| members >> k & 1 == 1) {
            let member = if *finite == Finite::Bool { Val::Truth(k == 1) } else { Val::Member(k) };
            self.locals.push((*binder, member));
            let done = self.each(rest, inner);
            self.locals.pop();
            done?;
        }
        Ok(())
    }

    fn declared(&mut self, id: ValueId, keys: &[Texpr], last: bool) -> Result<Val, Stop> {
        let model = self.model;
        let declared = &model.values[id.0];
        if last {
            if !keys.is_empty() {
                return because(format!("it depends on `last.{}`, which has keys", declared.name));
            }
            return match self.world.last.get(&id) {
                Some(value) => Ok(value.clone()),
                None if self.world.outcome.is_none() => {
                    if self.memory.contains(&Memory::Last(id)) {
                        Ok(Val::Nothing)
                    } else {
                        Err(Stop::Remember(Memory::Last(id)))
                    }
                }
                None => Err(Stop::Remember(Memory::Last(id))),
            };
        }
        let mut members = Vec::new();
        for key in keys {
            members.push(self.member(key)?);
        }
        if declared.clock == Clock::Block {
            return because(format!("it depends on the block value `{}`", declared.name));
        }
        match &declared.kind {
            ValueKind::Definition(body) => self.with_keys(&declared.keys, &members, |trial| trial.value(body)),
            ValueKind::Table(rows) => match members.first().and_then(|&k| rows.get(k as usize)) {
                Some(row) => self.with_keys(&declared.keys, &members, |trial| trial.value(row)),
                None => because(format!("it depends on `{}`", declared.name)),
            },
            ValueKind::Variable(variable) | ValueKind::Parameter(variable) => {
                if let Some(set) = self.set.get(&id) {
                    return Ok(set.clone());
                }
                let fixed = matches!(declared.kind, ValueKind::Parameter(_)) || !self.changed.contains(&id);
                match &variable.initial {
                    Some(initial) if fixed || declared.clock == Clock::Trial => self.value(initial),
                    _ => because(format!("it depends on `{}`, which rules change", declared.name)),
                }
            }
            ValueKind::Draw(family) => self.draw(id, family, &members),
            ValueKind::Statistic(statistic) => self.statistic(id, statistic, members),
            _ => because(format!("it depends on `{}`", declared.name)),
        }
    }

    fn with_keys(
        &mut self,
        keys: &[(Binder, Finite)],
        members: &[u32],
        inner: impl FnOnce(&mut Self) -> Result<Val, Stop>,
    ) -> Result<Val, Stop> {
        let depth = self.locals.len();
        for ((binder, finite), &k) in keys.iter().zip(members) {
            let member = if *finite == Finite::Bool { Val::Truth(k == 1) } else { Val::Member(k) };
            self.locals.push((*binder, member));
        }
        let found = inner(self);
        self.locals.truncate(depth);
        found
    }

    fn draw(&mut self, id: ValueId, family: &Family, keys: &[u32]) -> Result<Val, Stop> {
        let at = (id, keys.to_vec());
        if let Some(made) = self.draws.get(&at) {
            return Ok(made.clone());
        }
        let declared = &self.model.values[id.0];
        if declared.clock != Clock::Trial {
            return because(format!("it depends on `{}`, which is drawn once for many trials", declared.name));
        }
        let depth = self.locals.len();
        self.locals.extend(declared.keys.iter().zip(keys).map(|((binder, _), &k)| (*binder, Val::Member(k))));
        let made = self.made(id, family);
        self.locals.truncate(depth);
        let made = made?;
        self.draws.insert(at, made.clone());
        Ok(made)
    }

    fn made(&mut self, id: ValueId, family: &Family) -> Result<Val, Stop> {
        match family {
            Family::Pick(set, weights) => {
                let Val::Set(bits) = self.value(set)? else { return self.cannot(set) };
                let mut shares = Vec::new();
                for k in 0..64 {
                    let weight = match weights.as_ref().map(|weights| weights.get(k)) {
                        None => 1.0,
                        Some(Some(weight)) => self.real(weight)?,
                        Some(None) => 0.0,
                    };
                    shares.push(if bits >> k & 1 == 1 { weight } else { 0.0 });
                }
                if shares.iter().sum::<f64>() <= 0.0 {
                    shares = (0..64).map(|k| f64::from(u8::from(bits >> k & 1 == 1))).collect();
                }
                let k = self.chance.one_of(&shares) as u32;
                Ok(if set.ty == Type::Set(Finite::Bool) { Val::Truth(k == 1) } else { Val::Member(k) })
            }
            Family::Whole(low, high) => {
                let (low, high) = (self.real(low)?, self.real(high)?);
                let size = (high - low + 1.0).clamp(1.0, 1000.0) as usize;
                Ok(number(low + self.chance.one_of(&vec![1.0; size]) as f64))
            }
            Family::Chance(p) => {
                let p = self.real(p)?.clamp(0.0, 1.0);
                Ok(Val::Truth(self.chance.one_of(&[1.0 - p, p]) == 1))
            }
            Family::Deal(_) => because(format!("`{}` is dealt from a deck", self.model.values[id.0].name)),
            _ => {
                let mut parameters = Vec::new();
                for parameter in family.parameters() {
                    parameters.push(self.real(parameter)?);
                }
                let Some(known) = Continuous::of(family, &parameters) else {
                    return because(format!("it depends on the train `{}`", self.model.values[id.0].name));
                };
                self.drawn.insert(id, known);
                Ok(Val::Drawn(id))
            }
        }
    }

    /// What a statistic says before the trial; in a criterion what it comes to in the long run.
    fn statistic(&mut self, id: ValueId, statistic: &Statistic, keys: Vec<u32>) -> Result<Val, Stop> {
        let name = &self.model.values[id.0].name;
        if let Some(expected) = self.expected {
            if statistic.function != StatFunction::Mean {
                return because(format!("the criterion reads `{name}`"));
            }
            self.judged = true;
            return match (expected.get(&(id, keys)), &statistic.otherwise) {
                (Some((weight, sum)), _) if *weight > 0.0 => Ok(number(sum / weight)),
                (_, Some(otherwise)) => self.value(otherwise),
                _ => Ok(Val::Nothing),
            };
        }
        if statistic.window.is_none() {
            return because(format!("`{name}` sums up all trials, so that no trial is like another"));
        }
        if !self.memory.contains(&Memory::Window(id)) {
            return Err(Stop::Remember(Memory::Window(id)));
        }
        let rows: Vec<f64> = self.world.windows.get(&(id, keys)).into_iter().flatten().map(|row| row.get()).collect();
        let counts = matches!(statistic.function, StatFunction::Count | StatFunction::Sum);
        if rows.len() < statistic.at_least as usize || (rows.is_empty() && !counts) {
            return statistic.otherwise.as_ref().map_or(Ok(Val::Nothing), |otherwise| self.value(otherwise));
        }
        let sum: f64 = rows.iter().sum();
        Ok(number(match statistic.function {
            StatFunction::Mean => sum / rows.len() as f64,
            StatFunction::Count | StatFunction::Sum => sum,
            StatFunction::Min => rows.iter().copied().fold(f64::INFINITY, f64::min),
            StatFunction::Max => rows.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            StatFunction::Median => return because(format!("it depends on the median `{name}`")),
        }))
    }

    /// The row that a trial is for a statistic: its keys and the sample, or none when it does not count.
    pub(super) fn row(&mut self, statistic: &Statistic) -> Result<Option<(Vec<u32>, f64)>, Stop> {
        if let Some(filter) = &statistic.filter
            && !self.holds(filter)?
        {
            return Ok(None);
        }
        let mut keys = Vec::new();
        for key in &statistic.key {
            keys.push(self.member(key)?);
        }
        let sample = match self.value(&statistic.sample)? {
            Val::Truth(value) => f64::from(u8::from(value)),
            Val::Nothing => return Ok(None),
            _ => self.real(&statistic.sample)?,
        };
        Ok(Some((keys, sample)))
    }
}

fn number(value: f64) -> Val {
    Val::Number(Number::of(value))
}

fn bit(k: u32) -> Result<u64, Stop> {
    1_u64.checked_shl(k).map_or_else(|| because("a type has more than 64 members"), Ok)
}

fn everything(size: u32) -> Result<u64, Stop> {
    match size {
        0..=63 => Ok((1 << size) - 1),
        64 => Ok(u64::MAX),
        _ => because("a type has more than 64 members"),
    }
}
