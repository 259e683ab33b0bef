//! Statistics over the trials that have ended.

use crate::model::*;
use crate::names::unknown;
use crate::term::{Binder, Texpr};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{Expr, StatClause, Value as Argument};

impl Checker<'_> {
    pub(crate) fn statistic(&mut self, id: ValueId, stat: &StatClause) {
        let Some(function) = self.stat_function(stat) else { return };
        // Samples, keys and filters are values of the trial that has just ended.
        let clock = std::mem::replace(&mut self.scope.clock, Clock::Trial);
        let parts = self.stat_parts(stat, function);
        self.scope.clock = clock;
        let Some((keys, key, sample, filter)) = parts else { return };
        let window = self.window(stat);
        let at_least = stat.at_least.as_ref().and_then(|expr| self.constant_int(expr)).unwrap_or(0);
        if let (Some(window), Some(expr)) = (window, &stat.at_least)
            && at_least > i64::from(window)
        {
            self.report(
                Finding::error(
                    "window-never-fills",
                    format!("the last {window} are never {at_least}"),
                    expr.span,
                    "more than the window",
                )
                .help(format!("write `at least {window}`")),
            );
        }
        let order = matches!(function, StatFunction::Median);
        if order && window.is_none() && self.model.values[id.0].clock == Clock::Subject {
            self.report(
                Finding::error(
                    "needs-window",
                    "a median over all sessions needs unlimited memory",
                    stat.call.span,
                    "without a window",
                )
                .help("add `over last N trials`"),
            );
        }
        let (value_type, range) = self.stat_type(function, &sample);
        let otherwise = stat.otherwise.as_ref().map(|expr| self.expr_as(expr, &value_type));
        let always = matches!(function, StatFunction::Count | StatFunction::Sum) && at_least == 0;
        let (ty, range) = match &otherwise {
            Some(otherwise) => (value_type, range.union(otherwise.range)),
            None if always => (value_type, range),
            None => (value_type.optional(), range),
        };
        let statistic =
            Statistic { function, sample, key, filter, window, at_least: at_least.max(0) as u32, otherwise };
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range, value.kind) = (keys, ty, range, ValueKind::Statistic(Box::new(statistic)));
    }

    fn stat_function(&mut self, stat: &StatClause) -> Option<StatFunction> {
        Some(match stat.call.name.text.as_str() {
            "mean" => StatFunction::Mean,
            "count" => StatFunction::Count,
            "sum" => StatFunction::Sum,
            "median" => StatFunction::Median,
            "min" => StatFunction::Min,
            "max" => StatFunction::Max,
            name => {
                let known = ["mean", "count", "sum", "median", "min", "max"];
                self.report(unknown("unknown-function", "statistic", name, stat.call.name.span, known.into_iter()));
                return None;
            }
        })
    }

    #[allow(clippy::type_complexity)] // the four parts of a statistic, used once
    fn stat_parts(
        &mut self,
        stat: &StatClause,
        function: StatFunction,
    ) -> Option<(Vec<(Binder, Finite)>, Vec<Texpr>, Texpr, Option<Texpr>)> {
        let (mut keys, mut key) = (Vec::new(), Vec::new());
        for one in &stat.head.keys {
            let typed = self.expr(&one.over, None);
            let Some(finite) = typed.ty.finite() else {
                if typed.ty != Type::Unknown {
                    let found = typed.ty.describe(&self.model);
                    self.report(
                        Finding::error(
                            "type-mismatch",
                            "a statistic is keyed by a value with few members",
                            typed.span,
                            format!("this is {found}"),
                        )
                        .help("key it by an enumeration, levels or an `int` type"),
                    );
                }
                return None;
            };
            keys.push((self.model.binder(), finite));
            key.push(typed);
        }
        let filter = stat.filter.as_ref().map(|expr| self.condition(expr));
        let [argument] = stat.call.arguments.as_slice() else {
            self.report(Finding::error(
                "wrong-arguments",
                "a statistic is of one value",
                stat.call.span,
                format!("{} given", stat.call.arguments.len()),
            ));
            return None;
        };
        let Argument::Expr(expr) = &argument.value else {
            self.report(Finding::error(
                "wrong-arguments",
                "a statistic is of one value",
                stat.call.span,
                "not a value",
            ));
            return None;
        };
        let sample = match &filter {
            Some(filter) => self.knowing(&filter.clone(), true, |checker| checker.sample(expr, function)),
            None => self.sample(expr, function),
        };
        Some((keys, key, sample, filter))
    }

    fn sample(&mut self, expr: &Expr, function: StatFunction) -> Texpr {
        if function == StatFunction::Count {
            return self.condition(expr);
        }
        let typed = self.expr(expr, None);
        match typed.ty.required() {
            Type::Bool if function == StatFunction::Mean => self.coerce(typed, &Type::Bool),
            Type::Unknown => typed,
            ty => match ty.dimension(&self.model) {
                Some(dimension) => self.coerce(typed, &Type::Real(dimension)),
                None => self.coerce(typed, &Type::NUMBER),
            },
        }
    }

    fn stat_type(&self, function: StatFunction, sample: &Texpr) -> (Type, Interval) {
        match (function, &sample.ty) {
            (StatFunction::Count, _) => (Type::Int, Interval::POSITIVE),
            (StatFunction::Mean, Type::Bool) => (Type::NUMBER, Interval::UNIT),
            (StatFunction::Sum, ty) => {
                let low = if sample.range.low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
                let high = if sample.range.high <= 0.0 { 0.0 } else { f64::INFINITY };
                (ty.clone(), Interval::new(low, high))
            }
            (_, ty) => (ty.clone(), sample.range),
        }
    }

    fn window(&mut self, stat: &StatClause) -> Option<u32> {
        let (length, word) = stat.window.as_ref()?;
        if word.text != "trials" {
            self.not_yet("windows of sessions", word.span);
            return None;
        }
        let length_value = self.constant_int(length)?;
        match u32::try_from(length_value) {
            Ok(n) if (1..=100_000).contains(&n) => Some(n),
            _ => {
                self.report(Finding::error(
                    "empty-range",
                    "a window has 1 to 100000 trials",
                    length.span,
                    format!("{length_value}"),
                ));
                None
            }
        }
    }
}
