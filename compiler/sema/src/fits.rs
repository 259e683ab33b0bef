//! `NAME = psychometric(TABLE)`: a curve that is fitted to a table of choices when a session begins and when it ends.
//!
//! The table is a statistic, the mean of a truth value for each signed level: its shares and the numbers of its rows are
//! all that a fit needs. The curve's numbers are values of their own, `NAME.bias` and so on, all there or none.

use crate::model::{Clock, Fit, FitPart, StatFunction, ValueId, ValueKind};
use crate::names::Symbol;
use crate::term::Texpr;
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Argument, Body, Call, Clause, ClauseKind, Expr, ExprKind, Head, Value};
use trialect_units::{Decimal, Dimension};

/// Different levels that a fit takes.
const LEVELS_MAX: usize = 64;

/// The call, of a definition that is nothing else.
pub(crate) fn call_of(clause: &Clause) -> Option<&Call> {
    match &clause.kind {
        ClauseKind::Define { body: Body::Expr(Expr { kind: ExprKind::Call(call), .. }), .. } => {
            (call.name.text == "psychometric").then_some(call)
        }
        _ => None,
    }
}

/// What a fit is made of.
struct Table {
    value: ValueId,
    keys: Vec<Texpr>,
    levels: Vec<Decimal>,
    dimension: Dimension,
}

impl<'a> Checker<'a> {
    /// Declares the parts of a curve, and its name.
    pub(crate) fn enter_fit(&mut self, clock: Clock, head: &Head, clause: &'a Clause) {
        let first = ValueId(self.model.values.len());
        for part in FitPart::ALL {
            let name = format!("{}.{}", head.name.text, part.word());
            let path = format!("{}.{name}", clock.word());
            self.enter_value(&head.name, name, path, (clock, None), clause);
        }
        self.declare(&head.name.text, head.name.span, Symbol::Fit(first));
    }

    /// One part of a curve; only the first tells what is wrong with it.
    pub(crate) fn fit(&mut self, id: ValueId, head: &Head, call: &Call) {
        let of_first = format!(".{}", FitPart::Bias.word());
        let name = self.model.values[id.0].name.clone();
        let Some(part) = FitPart::ALL.into_iter().find(|part| name.ends_with(&format!(".{}", part.word()))) else {
            return;
        };
        let muted = self.muted;
        self.muted = muted || !name.ends_with(&of_first);
        if let Some(ty) = &head.ty {
            let message = "a curve has no type of its own";
            let finding = Finding::error("type-mismatch", message, ty.span, "this type");
            self.report(finding.help("remove it"));
        }
        let keys = self.enter_keys(&head.keys);
        let table = if keys.is_some() { self.fit_table(call) } else { None };
        self.leave_keys(keys.as_ref().map_or(0, Vec::len));
        self.muted = muted;
        let (Some(keys), Some(table)) = (keys, table) else { return };
        let numbers = || table.levels.iter().map(|level| level.to_f64());
        let ends = numbers().map(Interval::point).reduce(Interval::union).unwrap_or(Interval::ALL);
        let widest = numbers().fold(0.0, |widest: f64, level| widest.max(level.abs()));
        let (dimension, range) = match part {
            FitPart::Bias => (table.dimension, ends),
            FitPart::Threshold => (table.dimension, Interval::new(0.0, widest)),
            FitPart::LapseLow | FitPart::LapseHigh => (Dimension::NONE, Interval::UNIT),
            FitPart::LogLikelihood => (Dimension::NONE, Interval::new(f64::NEG_INFINITY, 0.0)),
        };
        let place = FitPart::ALL.iter().position(|other| *other == part).unwrap_or(0);
        let first = ValueId(id.0 - place);
        let fit = Fit { table: table.value, keys: table.keys, levels: table.levels, part, first };
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range) = (keys, Type::Real(dimension).optional(), range);
        value.kind = ValueKind::Fit(Box::new(fit));
    }

    /// `table`, `table[p]`: a statistic with the keys that are given, and the level of each of the others.
    fn fit_table(&mut self, call: &Call) -> Option<Table> {
        let [Argument { name: None, value: Value::Expr(expr) }] = call.arguments.as_slice() else {
            let message = "`psychometric` takes one table";
            let label = format!("{} given", call.arguments.len());
            let finding = Finding::error("wrong-arguments", message, call.span, label);
            self.report(finding.help("write `psychometric(TABLE)`"));
            return None;
        };
        let (word, given) = match &expr.kind {
            ExprKind::Name(word) => (word, [].as_slice()),
            ExprKind::Index(base, keys) => match &base.kind {
                ExprKind::Name(word) => (word, keys.as_slice()),
                _ => return self.no_curve(expr.span, "not the name of a statistic"),
            },
            _ => return self.no_curve(expr.span, "not the name of a statistic"),
        };
        let value = match self.symbol(word) {
            Some(Symbol::Value(id)) => id,
            Some(Symbol::Broken) => return None,
            Some(_) => return self.no_curve(expr.span, "not a statistic"),
            None => {
                let finding = self.unknown_name(word, expr.span);
                self.report(finding);
                return None;
            }
        };
        let declared = &self.model.values[value.0];
        let (clock, ty) = (declared.clock, declared.ty.clone());
        let (is_pending, finite) = (declared.kind == ValueKind::Pending, declared.keys.clone());
        let is_share = matches!(&declared.kind, ValueKind::Statistic(statistic)
            if statistic.function == StatFunction::Mean && statistic.sample.ty == Type::Bool);
        if is_pending || ty == Type::Unknown {
            return None;
        }
        if clock > self.scope.reads {
            self.too_fast(&format!("`{word}`"), None, clock, expr.span);
            return None;
        }
        if !is_share {
            return self.no_curve(expr.span, "not the mean of a truth value");
        }
        let of_levels = finite.iter().map(|(_, finite)| *finite).skip(given.len()).collect::<Vec<_>>();
        let Some((levels, dimension)) = self.signed_levels(&of_levels) else {
            return self.no_curve(expr.span, "its keys make no signed levels");
        };
        let mut different = levels.clone();
        different.sort();
        different.dedup();
        if different.len() > LEVELS_MAX {
            return self.no_curve(expr.span, "more than 64 different levels");
        }
        let types: Vec<Type> = finite.iter().map(|(_, finite)| finite.member_type()).collect();
        let keys: Vec<Texpr> = given.iter().zip(&types).map(|(key, ty)| self.expr_as(key, ty)).collect();
        let is_whole = keys.iter().all(|key| key.ty != Type::Unknown);
        is_whole.then_some(Table { value, keys, levels, dimension })
    }

    /// The levels of `[LEVELS]`, or of `[ENUM, LEVELS]` with an enumeration of two: the first member is the low side.
    fn signed_levels(&self, keys: &[Finite]) -> Option<(Vec<Decimal>, Dimension)> {
        let (is_pair, id) = match keys {
            [Finite::Levels(id)] => (false, id),
            [Finite::Enum(sides), Finite::Levels(id)] if self.model.enums[sides.0].members.len() == 2 => (true, id),
            _ => return None,
        };
        let levels = &self.model.levels[id.0];
        let high = levels.values.iter().copied();
        let all = match is_pair {
            true => levels.values.iter().map(|level| level.negated()).chain(high).collect(),
            false => high.collect(),
        };
        Some((all, levels.dimension))
    }

    fn no_curve(&mut self, span: Span, label: &str) -> Option<Table> {
        let message = "a curve is fitted to the mean of a truth value for each signed level";
        let finding = Finding::error("not-a-curve", message, span, label);
        self.report(finding.help(
            "fit it to a statistic like `stat table[side, contrast] = mean(choice is right) where exists choice`",
        ));
        None
    }

    /// `psychometric` where no curve can stand.
    pub(crate) fn misplaced_fit(&mut self, call: &Call) {
        let text = self.sources.text(call.span).to_string();
        let message = "a curve is fitted when a session begins and when it ends, and has a name";
        let finding = Finding::error("misplaced-fit", message, call.span, "not here");
        self.report(finding.help(format!("write `NAME = {text}` in `subject {{ … }}` or `session {{ … }}`")));
    }

    /// The first part of a curve that is named as a whole, as `exists` does; none for everything else.
    pub(crate) fn fit_itself(&mut self, operand: &Expr, span: Span) -> Option<Texpr> {
        let (word, keys) = self.instance_place(operand)?;
        let Some(Symbol::Fit(first)) = self.symbol(&word) else { return None };
        Some(self.keyed_value(first, keys.iter(), span))
    }

    /// The parts of the curve of which a value is one; none for other values.
    pub(crate) fn parts_of_fit(&self, id: ValueId) -> Vec<ValueId> {
        match &self.model.values[id.0].kind {
            ValueKind::Fit(fit) => (0..FitPart::ALL.len()).map(|k| ValueId(fit.first.0 + k)).collect(),
            _ => Vec::new(),
        }
    }
}
