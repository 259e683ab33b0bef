//! Statistics over the trials that have ended.

use crate::model::*;
use crate::names::unknown;
use crate::term::{Binder, Texpr};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{self, Expr, StatClause, Value as Argument};

impl Checker<'_> {
    pub(crate) fn statistic(&mut self, id: ValueId, stat: &StatClause) {
        let Some(function) = self.stat_function(stat) else { return };
        // Samples, keys and filters are values of the trial, or of the session, that has just ended.
        let clock = self.model.values[id.0].clock;
        let of_sessions = stat.window.as_ref().is_some_and(|(_, word)| word.text == "sessions");
        if let (true, false, Some((_, word))) = (of_sessions, clock == Clock::Subject, &stat.window) {
            let message = "a session has ended when it becomes a row: only a subject has statistics over sessions";
            let finding = Finding::error("misplaced-clause", message, word.span, "over sessions");
            self.report(finding.help("move the statistic into `subject { … }`, or write `over last … trials`"));
        }
        self.scope.enter(clock, if of_sessions { Clock::Session } else { Clock::Trial });
        let parts = self.stat_parts(stat, function);
        self.scope.enter(clock, clock);
        let Some((keys, key, sample, filter)) = parts else { return };
        let window = self.window(stat);
        let at_least = self.at_least(stat, window);
        let order = matches!(function, StatFunction::Median);
        if order && stat.window.is_none() && clock == Clock::Subject {
            let help = format!("write `{} over last 1000 trials`", self.sources.text(stat.call.span));
            let message = "a median over all sessions needs unlimited memory";
            let finding = Finding::error("needs-window", message, stat.call.span, "without a window");
            self.report(finding.help(help));
        }
        let (mut value_type, mut range) = self.stat_type(function, &sample);
        if let (StatFunction::Count, Some(window)) = (function, window) {
            range = Interval::new(0.0, f64::from(window));
        }
        if let Some(ty) = &stat.head.ty {
            let annotated = self.resolve_type(ty);
            if value_type == Type::Unknown {
                // The sample may wait for this very type.
                value_type = annotated.clone();
            }
            if value_type != Type::Unknown && annotated != value_type && annotated != Type::Unknown {
                let (found, wanted) = (value_type.describe(&self.model), annotated.describe(&self.model));
                let message = format!("this statistic is {found}, not {wanted}");
                self.report(Finding::error("type-mismatch", message, ty.span, wanted).help("remove the type"));
            }
        }
        let otherwise = stat.otherwise.as_ref().map(|expr| self.expr_as(expr, &value_type));
        let always = matches!(function, StatFunction::Count | StatFunction::Sum) && at_least == 0;
        if let Some(otherwise) = otherwise.as_ref().filter(|_| always) {
            let message = format!("a `{}` is always there, from the first trial on", stat.call.name.text);
            let finding = Finding::warning("default-never-used", message, otherwise.span, "never used");
            self.report(finding.help("remove `else`"));
        }
        let (ty, range) = match &otherwise {
            Some(otherwise) => (value_type, range.union(otherwise.range)),
            None if always => (value_type, range),
            None => (value_type.optional(), range),
        };
        let statistic = Statistic { function, sample, key, filter, window, of_sessions, at_least, otherwise };
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range, value.kind) = (keys, ty, range, ValueKind::Statistic(Box::new(statistic)));
    }

    fn at_least(&mut self, stat: &StatClause, window: Option<u32>) -> u32 {
        let Some((expr, n)) = stat.at_least.as_ref().and_then(|expr| Some((expr, self.constant_int(expr)?))) else {
            return 0;
        };
        if let Some(window) = window.filter(|&window| n > i64::from(window)) {
            let message = format!("a window of {window} trials never holds {n}");
            self.report(
                Finding::error("window-never-fills", message, expr.span, "more than the window")
                    .help(format!("write `at least {window}`, or a window of {n} trials")),
            );
        }
        let Ok(n) = u32::try_from(n) else {
            let finding =
                Finding::error("empty-range", "`at least` needs a number of trials", expr.span, n.to_string());
            self.report(finding.help("write a number from 1 on"));
            return 0;
        };
        n
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
        let filter = stat.filter.as_ref().map(|expr| self.condition(expr));
        let expr = match stat.call.arguments.as_slice() {
            [ast::Argument { name: None, value: Argument::Expr(expr) }] => expr,
            arguments => {
                let name = &stat.call.name.text;
                let message = format!("`{name}` takes one value of the trial");
                let label = format!("{} given", arguments.len());
                let finding = Finding::error("wrong-arguments", message, stat.call.span, label);
                self.report(finding.help(format!("write `{name}(VALUE)`")));
                return None;
            }
        };
        match &filter {
            Some(condition) => {
                let condition = condition.clone();
                let (keys, sample) =
                    self.knowing(&condition, true, |checker| (checker.stat_keys(stat), checker.sample(expr, function)));
                let (keys, key) = keys?;
                Some((keys, key, sample, filter))
            }
            None => {
                let (keys, key) = self.stat_keys(stat)?;
                let sample = self.sample(expr, function);
                Some((keys, key, sample, filter))
            }
        }
    }

    /// Values of the trial that key a statistic, with the types that they run over.
    #[allow(clippy::type_complexity)] // keys and what they are, used once
    fn stat_keys(&mut self, stat: &StatClause) -> Option<(Vec<(Binder, Finite)>, Vec<Texpr>)> {
        let (mut keys, mut key) = (Vec::new(), Vec::new());
        for one in &stat.head.keys {
            let typed = self.expr(&one.over, None);
            let typed = self.whole_key(typed);
            let Some(finite) = typed.ty.finite() else {
                if typed.ty != Type::Unknown {
                    let (found, text) = (typed.ty.describe(&self.model), self.sources.text(typed.span));
                    let help = match &typed.ty {
                        Type::Option(_) => format!("write `where exists {text}`"),
                        Type::Set(_) => {
                            "name the value of the trial, not its type: `stat x[side]`, not `[Side]`".into()
                        }
                        _ => "key it by an enumeration, levels or an `int` type".into(),
                    };
                    let message = "a statistic is keyed by a value of the trial with few members";
                    let finding = Finding::error("type-mismatch", message, typed.span, format!("this is {found}"));
                    self.report(finding.help(help));
                }
                return None;
            };
            keys.push((self.model.binder(), finite));
            key.push(typed);
        }
        Some((keys, key))
    }

    /// A whole number that is always one of exactly one `int` type keys by it.
    fn whole_key(&self, typed: Texpr) -> Texpr {
        let fitting: Vec<IntTypeId> =
            (0..self.model.ints.len()).map(IntTypeId).filter(|id| self.lies_in(&typed, *id)).collect();
        match fitting.as_slice() {
            [only] => Texpr { ty: Type::IntType(*only), ..typed },
            _ => typed,
        }
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
        let length_value = self.constant_int(length)?;
        match u32::try_from(length_value) {
            Ok(n) if (1..=100_000).contains(&n) => Some(n),
            _ => {
                let message = format!("a window has 1 to 100000 {}", word.text);
                let finding = Finding::error("empty-range", message, length.span, format!("this is {length_value}"));
                self.report(finding.help(format!("write `over last 50 {}`", word.text)));
                None
            }
        }
    }
}
