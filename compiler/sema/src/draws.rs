//! Draws: distributions, their parameters and what they may be.

use crate::model::*;
use crate::names::unknown;
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Call, Expr, Head, Range, Value as Argument};
use trialect_units::{Decimal, Dimension};

const FAMILIES: &[&str] = &["pick", "deal", "chance", "uniform", "normal", "exponential", "poisson"];

impl Checker<'_> {
    pub(crate) fn draw(&mut self, id: ValueId, head: &Head, call: &Call, within: Option<&Range>) {
        if self.model.values[id.0].clock == Clock::Subject && matches!(call.name.text.as_str(), "deal" | "poisson") {
            let (message, help) = match call.name.text.as_str() {
                "deal" => ("a deck is full again in each session, and a subject draws once", "write `pick(…)`"),
                _ => (
                    "a train is made for a trial or a session, and a subject draws once",
                    "move it into `session { … }`",
                ),
            };
            return self.invalid(message, call.span, "drawn once for a subject".into(), help);
        }
        let Some(keys) = self.enter_keys(&head.keys) else { return };
        let typed = self.family(call, within);
        self.leave_keys(keys.len());
        let Some((ty, range, family)) = typed else { return };
        // What a state draws is drawn when it is entered: it may depend on what has happened.
        if self.model.values[id.0].state.is_none() {
            for parameter in family.parameters() {
                self.known_at_start(parameter, "a draw");
            }
        }
        self.dealt_once(id, &family, call.span);
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range, value.kind) = (keys, ty, range, ValueKind::Draw(family));
    }

    fn family(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        match call.name.text.as_str() {
            "pick" => self.pick(call, within),
            "deal" => self.deal(call, within),
            "chance" => self.chance(call, within),
            "uniform" => self.uniform(call, within),
            "normal" => self.normal(call, within),
            "exponential" => self.exponential(call, within),
            "poisson" => self.poisson(call, within),
            name => {
                let known = FAMILIES.iter().copied();
                self.report(unknown("unknown-distribution", "distribution", name, call.name.span, known));
                None
            }
        }
    }

    pub(crate) fn invalid(&mut self, message: &str, span: Span, label: String, help: &str) {
        self.report(Finding::error("invalid-distribution", message, span, label).help(help));
    }

    pub(crate) fn no_within(&mut self, call: &Call, within: Option<&Range>) {
        if let Some(range) = within {
            let span = range.low.span.to(range.high.span);
            self.invalid(
                &format!("`{}` has no range of its own", call.name.text),
                span,
                "this range".into(),
                "remove `within`",
            );
        }
    }

    /// The unnamed expressions of a call, exactly `n`.
    pub(crate) fn given_parameters<'c>(&mut self, call: &'c Call, n: usize, form: &str) -> Option<Vec<&'c Expr>> {
        let list: Vec<&Expr> = call
            .arguments
            .iter()
            .filter_map(|argument| match (&argument.name, &argument.value) {
                (None, Argument::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect();
        if list.len() != n || call.arguments.iter().any(|a| a.name.is_some() && call.name.text != "pick") {
            let label = format!("{} given", call.arguments.len());
            self.report(
                Finding::error("wrong-arguments", format!("a distribution is written `{form}`"), call.span, label)
                    .help(format!("write `{form}`")),
            );
            return None;
        }
        Some(list)
    }

    fn pick(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        self.no_within(call, within);
        if let [ast::Argument { name: None, value: Argument::Range(range) }] = call.arguments.as_slice() {
            return self.pick_whole(range);
        }
        let list = self.given_parameters(call, 1, "pick(SET, weights: {…})")?;
        let set = self.expr(list[0], None);
        let Type::Set(finite) = set.ty else {
            if set.ty != Type::Unknown {
                let found = set.ty.describe(&self.model);
                self.invalid(
                    "`pick` needs a type or a set",
                    set.span,
                    format!("this is {found}"),
                    "write `pick(TYPE)` or `pick({a, b})`",
                );
            }
            return None;
        };
        if matches!(&set.term, Term::Set(members) if members.is_empty()) {
            self.invalid("there is nothing to pick from", set.span, "an empty set".into(), "name at least one member");
        }
        let weights = self.weights(call, finite)?;
        let ty = finite.member_type();
        let whole = Texpr { term: Term::Broken, ty: ty.clone(), range: Interval::ALL, span: set.span };
        let range = self.range_of_members(&whole);
        Some((ty, range, Family::Pick(set, weights)))
    }

    /// `pick(5 .. 15)`: a whole number, each as likely.
    fn pick_whole(&mut self, range: &Range) -> Option<(Type, Interval, Family)> {
        let (low, high) = (self.expr_as(&range.low, &Type::Int), self.expr_as(&range.high, &Type::Int));
        let span = range.low.span.to(range.high.span);
        if low.ty == Type::Unknown || high.ty == Type::Unknown {
            return None;
        }
        if low.range.high > high.range.low {
            let message = "this range may be empty";
            let label = "the least may be above the greatest".to_string();
            self.invalid(message, span, label, "make sure that the least is never above the greatest");
        }
        Some((Type::Int, low.range.union(high.range), Family::Whole(low, high)))
    }

    fn range_of_members(&self, typed: &Texpr) -> Interval {
        match &typed.ty {
            Type::Levels(id) => {
                let ends = self.model.levels[id.0].values.iter().map(|value| Interval::point(value.to_f64()));
                ends.reduce(Interval::union).unwrap_or(Interval::ALL)
            }
            _ => Interval::ALL,
        }
    }

    /// One weight for each member; none when not given. The outer none is a finding.
    fn weights(&mut self, call: &Call, finite: Finite) -> Option<Option<Vec<Texpr>>> {
        let mut weights = None;
        for argument in &call.arguments {
            let Some(name) = &argument.name else { continue };
            if name.text != "weights" {
                self.report(unknown(
                    "unknown-argument",
                    "argument of `pick`",
                    &name.text,
                    name.span,
                    ["weights"].into_iter(),
                ));
                return None;
            }
            let Argument::Table(table) = &argument.value else {
                self.invalid(
                    "weights are a table",
                    name.span,
                    "these weights".into(),
                    "write `weights: {MEMBER: WEIGHT, else: WEIGHT}`",
                );
                return None;
            };
            weights = Some((self.table_rows(finite, table, None)?, table.span));
        }
        let Some((rows, span)) = weights else { return Some(None) };
        let rows: Vec<Texpr> = rows.into_iter().map(|row| self.coerce(row, &Type::NUMBER)).collect();
        if let Some(negative) = rows.iter().find(|row| row.ty != Type::Unknown && row.range.low < 0.0) {
            let lies = self.lies(negative);
            let help = match negative.constant() {
                Some(_) => "write a weight of 0 or more".to_string(),
                None => format!("write `max({}, 0)`", self.sources.text(negative.span)),
            };
            self.invalid("a weight is never negative", negative.span, lies, &help);
        } else if rows.iter().all(|row| row.range.high <= 0.0) {
            self.invalid("at least one weight must be above 0", span, "all are 0".into(), "give a member a weight");
        }
        Some(Some(rows))
    }

    fn chance(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        self.no_within(call, within);
        let list = self.given_parameters(call, 1, "chance(PROBABILITY)")?;
        let p = self.expr_as(list[0], &Type::NUMBER);
        if p.ty != Type::Unknown && !Interval::UNIT.contains(p.range) {
            let lies = self.lies(&p);
            let text = self.sources.text(p.span).to_string();
            let help = match p.constant() {
                Some(_) => "write a probability between 0% and 100%".to_string(),
                None => format!("write `clamp({text}, 0 .. 1)`"),
            };
            self.invalid("a probability lies in 0% .. 100%", p.span, lies, &help);
        }
        Some((Type::Bool, Interval::UNIT, Family::Chance(p)))
    }

    fn uniform(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        self.no_within(call, within);
        let [ast::Argument { name: None, value: Argument::Range(range) }] = call.arguments.as_slice() else {
            let label = format!("{} given", call.arguments.len());
            self.report(
                Finding::error("wrong-arguments", "`uniform` takes a range", call.span, label)
                    .help("write `uniform(LOW .. HIGH)`"),
            );
            return None;
        };
        let (low, high, ty) = self.ends(range)?;
        let span = range.low.span.to(range.high.span);
        if low.range.low > high.range.high {
            self.invalid("this range is empty", span, "the least is above the greatest".into(), "exchange its ends");
        }
        let whole = low.range.union(high.range);
        Some((ty, whole, Family::Uniform(low, high)))
    }

    /// Both ends of a range as reals of one dimension.
    fn ends(&mut self, range: &Range) -> Option<(Texpr, Texpr, Type)> {
        let (low, high) = (self.expr(&range.low, None), self.expr(&range.high, None));
        let (low, high) = self.both(low, high)?;
        let ty = low.ty.clone();
        Some((low, high, ty))
    }

    /// Both as reals of one dimension, there for certain.
    pub(crate) fn both(&mut self, a: Texpr, b: Texpr) -> Option<(Texpr, Texpr)> {
        let (a, b) = (self.numeric(a), self.numeric(b));
        let (a, b) = (a?, b?);
        let ty = Type::Real(a.ty.dimension(&self.model)?);
        let (a, b) = (self.coerce(a, &ty), self.coerce(b, &ty));
        (a.ty != Type::Unknown && b.ty != Type::Unknown).then_some((a, b))
    }

    /// `within` as reals of the dimension, or everything.
    fn truncation(
        &mut self,
        within: Option<&Range>,
        dimension: Dimension,
        least: Option<Decimal>,
        span: Span,
    ) -> Option<(Texpr, Texpr)> {
        let ty = Type::Real(dimension);
        let Some(range) = within else {
            let text = self.sources.text(span).to_string();
            let help = format!("write `{text} within LOW .. HIGH`");
            self.invalid("every draw is bounded, and this distribution is not", span, "no range".into(), &help);
            return None;
        };
        let (low, high) = (self.expr_as(&range.low, &ty), self.expr_as(&range.high, &ty));
        let ends = range.low.span.to(range.high.span);
        if low.range.low >= high.range.high {
            self.invalid("this range is empty", ends, "the least is not below the greatest".into(), "widen the range");
        }
        if least.is_some_and(|least| low.range.low < least.to_f64()) {
            self.invalid(
                "an exponential draw is never below 0",
                ends,
                "begins below 0".into(),
                "begin the range at 0 or above",
            );
        }
        Some((low, high))
    }

    fn positive(&mut self, typed: &Texpr, what: &str) {
        if typed.ty != Type::Unknown && typed.range.low <= 0.0 {
            let lies = self.lies(typed);
            self.invalid(&format!("{what} is above 0"), typed.span, lies, "give it a value above 0");
        }
    }

    fn normal(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        let list = self.given_parameters(call, 2, "normal(MEAN, SD) within LOW .. HIGH")?;
        let (mean, deviation) = (self.expr(list[0], None), self.expr(list[1], None));
        let (mean, deviation) = self.both(mean, deviation)?;
        self.positive(&deviation, "a standard deviation");
        let dimension = mean.ty.dimension(&self.model)?;
        let (low, high) = self.truncation(within, dimension, None, call.span)?;
        let range = low.range.union(high.range);
        Some((Type::Real(dimension), range, Family::Normal(mean, deviation, low, high)))
    }

    fn exponential(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        let list = self.given_parameters(call, 1, "exponential(MEAN) within LOW .. HIGH")?;
        let mean = self.expr(list[0], None);
        let mean = self.numeric(mean)?;
        let dimension = mean.ty.dimension(&self.model)?;
        let mean = self.coerce(mean, &Type::Real(dimension));
        self.positive(&mean, "the mean of an exponential");
        let (low, high) = self.truncation(within, dimension, Some(Decimal::ZERO), call.span)?;
        let range = low.range.union(high.range);
        Some((Type::Real(dimension), range, Family::Exponential(mean, low, high)))
    }
}
