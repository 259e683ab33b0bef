//! Where numbers lie at a place of the text: tighter than the range of an expression, which holds everywhere.

use crate::Interval;
use crate::cases::{Cases, bare};
use crate::model::*;
use crate::term::{Fold, Function, Term, Texpr, Tick};
use crate::types::Type;

/// Definitions within definitions that are looked into.
const DEPTH_MAX: u32 = 16;

impl Cases<'_> {
    /// Where the values of an expression lie here.
    pub(crate) fn bounds(&self, typed: &Texpr) -> Interval {
        self.bounds_at(typed, DEPTH_MAX)
    }

    fn bounds_at(&self, typed: &Texpr, depth: u32) -> Interval {
        let typed = bare(typed);
        let known = match typed.ty.required() {
            Type::Levels(id) => self.levels_range(*id),
            Type::IntType(id) => Interval::new(self.model.ints[id.0].low as f64, self.model.ints[id.0].high as f64),
            _ => typed.range,
        };
        let Some(depth) = depth.checked_sub(1) else { return known };
        let of = |inner: &Texpr| self.bounds_at(inner, depth);
        let here = match &typed.term {
            Term::Number(value) => Interval::point(value.to_f64()),
            Term::Level(id, k) => {
                let value = self.model.levels[id.0].values.get(*k as usize);
                value.map_or(Interval::ALL, |value| Interval::point(value.to_f64()))
            }
            Term::IntMember(id, k) => Interval::point((self.model.ints[id.0].low + i64::from(*k)) as f64),
            Term::Tick(tick) => self.tick(*tick),
            Term::StageValue(id, k) => self.stage_value(*id, *k).map_or(Interval::ALL, of),
            Term::Value { value, keys, last: false } => match &self.model.values[value.0].kind {
                ValueKind::Definition(body) if keys.is_empty() => of(body),
                ValueKind::Statistic(statistic) => self.statistic(*value, statistic, depth),
                _ => self.model.values[value.0].range,
            },
            Term::Apply(function, list) => self.applied(*function, list, depth),
            Term::If(_, then, otherwise) => of(then).union(of(otherwise)),
            Term::Default(first, second) => of(first).union(of(second)),
            Term::Over { function: Fold::Min | Fold::Max, body, .. } => of(body),
            Term::Over { function: Fold::Count, variables, .. } => {
                let size = variables.iter().map(|(_, finite, _)| f64::from(finite.size(self.model))).product();
                Interval::new(0.0, size)
            }
            _ => Interval::ALL,
        };
        meet(known, here)
    }

    fn levels_range(&self, id: LevelsId) -> Interval {
        let values = self.model.levels[id.0].values.iter().map(|value| Interval::point(value.to_f64()));
        values.reduce(Interval::union).unwrap_or(Interval::ALL)
    }

    fn applied(&self, function: Function, list: &[Texpr], depth: u32) -> Interval {
        let of = |inner: &Texpr| self.bounds_at(inner, depth);
        match (function, list) {
            (Function::Negate, [a]) => of(a).negated(),
            (Function::Abs, [a]) => of(a).abs(),
            (Function::Add, [a, b]) => of(a).plus(of(b)),
            (Function::Subtract, [a, b]) => of(a).plus(of(b).negated()),
            (Function::Multiply, [a, b]) => of(a).times(of(b)),
            (Function::Divide, [a, b]) => of(a).over(of(b)),
            (Function::Min, [a, b]) => of(a).min(of(b)),
            (Function::Max, [a, b]) => of(a).max(of(b)),
            (Function::Size, [set]) => match &set.ty {
                Type::Set(finite) => Interval::new(0.0, f64::from(finite.size(self.model))),
                _ => Interval::POSITIVE,
            },
            _ => Interval::ALL,
        }
    }

    /// Trials that a session has at most.
    fn most_trials(&self) -> f64 {
        self.model.most_trials.map_or(f64::INFINITY, |(most, _)| f64::from(most))
    }

    fn tick(&self, tick: Tick) -> Interval {
        let own = |id: CurriculumId| self.place.stage.filter(|(own, _)| *own == id).and(self.place.moment);
        let from = |low: f64| match self.place.fresh {
            true => Interval::point(low),
            false => Interval::new(low, f64::INFINITY),
        };
        match tick {
            Tick::TrialIndex => Interval::new(1.0, self.most_trials()),
            Tick::SessionIndex => Interval::new(1.0, f64::INFINITY),
            // The trial, or the session, that has just ended is among them.
            Tick::StageTrials(id) => match own(id) {
                Some(Moment::TrialEnd) => from(1.0),
                _ => Interval::POSITIVE,
            },
            Tick::StageSessions(id) => match own(id) {
                Some(Moment::TrialEnd) => from(0.0),
                Some(Moment::SessionEnd) => from(1.0),
                None => Interval::POSITIVE,
            },
            Tick::BlockIndex(_) => Interval::new(1.0, self.most_trials()),
            Tick::BlockTrials(_) => Interval::new(0.0, self.most_trials()),
            Tick::SessionElapsed => Interval::POSITIVE,
            Tick::TrialFirst | Tick::BlockFirst(_) => Interval::UNIT,
        }
    }

    /// Rows that a statistic can have: its window, the trials of its session.
    pub(crate) fn most_rows(&self, id: ValueId, statistic: &Statistic) -> f64 {
        let window = statistic.window.map_or(f64::INFINITY, f64::from);
        let of_session = self.model.values[id.0].clock == Clock::Session && !statistic.of_sessions;
        window.min(if of_session { self.most_trials() } else { f64::INFINITY })
    }

    fn statistic(&self, id: ValueId, statistic: &Statistic, depth: u32) -> Interval {
        let of = |inner: &Texpr| self.bounds_at(inner, depth);
        let most = self.most_rows(id, statistic);
        let range = match statistic.function {
            StatFunction::Count => Interval::new(0.0, most),
            StatFunction::Sum => {
                let sample = of(&statistic.sample);
                let sum = sample.union(Interval::point(0.0)).times(Interval::new(0.0, most));
                meet(sum, self.given_in_session(id, statistic))
            }
            StatFunction::Mean if statistic.sample.ty == Type::Bool => Interval::UNIT,
            _ => of(&statistic.sample),
        };
        statistic.otherwise.as_ref().map_or(range, |otherwise| range.union(of(otherwise)))
    }

    /// What a device gives in a session is at most its limit.
    fn given_in_session(&self, id: ValueId, statistic: &Statistic) -> Interval {
        let Term::Total(device, total) = bare(&statistic.sample).term else { return Interval::ALL };
        let of_session = self.model.values[id.0].clock == Clock::Session;
        let limits = self.model.limits.iter().filter(|limit| {
            of_session && limit.each != Each::Trial && limit.total == Some(total) && limit.devices.contains(&device)
        });
        let most = limits.map(|limit| limit.amount.range.high).fold(f64::INFINITY, f64::min);
        Interval::new(0.0, most)
    }

    /// What the present stage says of one of its values.
    pub(crate) fn stage_value(&self, id: CurriculumId, k: u32) -> Option<&Texpr> {
        let (_, stage) = self.place.stage.filter(|(own, _)| *own == id)?;
        self.model.curricula[id.0].stages.get(stage)?.values.get(k as usize)?.as_ref()
    }

    /// Whether an expression can have more than one value; what is fixed in the text is a choice of its author.
    pub(crate) fn varies(&self, typed: &Texpr) -> bool {
        self.varies_at(typed, DEPTH_MAX)
    }

    fn varies_at(&self, typed: &Texpr, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        match &typed.term {
            Term::Value { value, keys, last } => {
                let declared = &self.model.values[value.0];
                let body = match &declared.kind {
                    ValueKind::Definition(body) if !last => body,
                    ValueKind::Table(rows) if !last && !rows.iter().any(|row| self.varies_at(row, depth)) => {
                        return keys.iter().any(|key| self.varies_at(key, depth));
                    }
                    _ => return true,
                };
                self.varies_at(body, depth) || keys.iter().any(|key| self.varies_at(key, depth))
            }
            Term::StageValue(id, k) => self.stage_value(*id, *k).is_none_or(|value| self.varies_at(value, depth)),
            Term::Number(_) | Term::Bool(_) | Term::None | Term::Member(..) | Term::Level(..) => false,
            Term::IntMember(..) | Term::Everything(_) => false,
            Term::Set(_) | Term::Apply(..) | Term::ToReal(_) | Term::Some(_) | Term::Narrowed(_) => {
                typed.children().into_iter().any(|inner| self.varies_at(inner, depth))
            }
            Term::Is(..) | Term::In(..) | Term::Default(..) | Term::If(..) | Term::Exists(_) => {
                typed.children().into_iter().any(|inner| self.varies_at(inner, depth))
            }
            _ => true,
        }
    }
}

/// What lies in both; the first when they have nothing in common.
fn meet(a: Interval, b: Interval) -> Interval {
    let (low, high) = (a.low.max(b.low), a.high.min(b.high));
    if low <= high { Interval::new(low, high) } else { a }
}
