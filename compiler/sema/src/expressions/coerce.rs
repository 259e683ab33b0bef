//! A value where another type is wanted: what fits by itself, and what to write when it does not.

use crate::Checker;
use crate::Interval;
use crate::model::IntTypeId;
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use trialect_base::Finding;
use trialect_units::Dimension;

impl Checker<'_> {
    /// The expression as a value of `target`, or a finding.
    pub(crate) fn coerce(&mut self, typed: Texpr, target: &Type) -> Texpr {
        if typed.ty == Type::Unknown || *target == Type::Unknown || typed.ty == *target {
            return typed;
        }
        let (span, range) = (typed.span, typed.range);
        match (target, &typed.ty) {
            // However it is written, it is none.
            (Type::Option(_), Type::None) => {
                Texpr { term: Term::None, ty: target.clone(), range: Interval::NOTHING, span }
            }
            (Type::Option(inner), Type::Option(_)) => match inner.as_ref() {
                Type::Real(dimension) if typed.ty.dimension(&self.model) == Some(*dimension) => self.to_real(typed),
                inner => self.mismatch(typed, inner),
            },
            (Type::Option(inner), _) => {
                let value = self.coerce(typed, inner);
                Texpr { range, span, ty: target.clone(), term: Term::Some(Box::new(value)) }
            }
            (_, Type::Option(_) | Type::None) => self.may_be_none(typed, target),
            (Type::Real(dimension), ty) if ty.dimension(&self.model) == Some(*dimension) => self.to_real(typed),
            (Type::Int, Type::IntType(_)) => Texpr { range: self.numeric_range(&typed), ty: Type::Int, ..typed },
            (Type::IntType(id), Type::Int) if typed.constant().is_none() && self.lies_in(&typed, *id) => {
                Texpr { ty: target.clone(), ..typed }
            }
            (Type::Levels(_) | Type::IntType(_), Type::Int | Type::Real(_)) => self.member_for(typed, target),
            _ => self.mismatch(typed, target),
        }
    }

    /// Whether a whole number is always one of an `int` type.
    pub(crate) fn lies_in(&self, typed: &Texpr, id: IntTypeId) -> bool {
        let int = &self.model.ints[id.0];
        typed.ty == Type::Int && Interval::new(int.low as f64, int.high as f64).contains(typed.range)
    }

    /// A whole number or level as a real of the same dimension.
    pub(super) fn to_real(&self, typed: Texpr) -> Texpr {
        let Some(dimension) = typed.ty.dimension(&self.model) else { return typed };
        if matches!(typed.ty.required(), Type::Real(_)) {
            return typed;
        }
        let (span, range) = (typed.span, self.numeric_range(&typed));
        let ty = if typed.ty.is_optional() { Type::Real(dimension).optional() } else { Type::Real(dimension) };
        Texpr { ty, range, span, term: Term::ToReal(Box::new(typed)) }
    }

    /// The range of a number, of levels, of an `int` type.
    pub(super) fn numeric_range(&self, typed: &Texpr) -> Interval {
        match typed.ty.required() {
            Type::Levels(id) if !matches!(typed.term, Term::Level(..)) => {
                let values = self.model.levels[id.0].values.iter().map(|value| Interval::point(value.to_f64()));
                values.reduce(Interval::union).unwrap_or(Interval::ALL)
            }
            Type::IntType(id) => Interval::new(self.model.ints[id.0].low as f64, self.model.ints[id.0].high as f64),
            _ => typed.range,
        }
    }

    /// A constant, or a choice among constants, as a member of levels or of an `int` type.
    fn member_for(&mut self, typed: Texpr, target: &Type) -> Texpr {
        let span = typed.span;
        if let Term::If(condition, then, otherwise) = typed.term {
            // Each branch is a constant of its own.
            let (then, otherwise) = (self.coerce(*then, target), self.coerce(*otherwise, target));
            let range = then.range.union(otherwise.range);
            let known = then.ty != Type::Unknown && otherwise.ty != Type::Unknown;
            let ty = if known { target.clone() } else { Type::Unknown };
            return Texpr { term: Term::If(condition, Box::new(then), Box::new(otherwise)), ty, range, span };
        }
        let Some(constant) = typed.constant() else { return self.mismatch(typed, target) };
        let (position, labels) = match target {
            Type::Levels(id) => {
                let levels = &self.model.levels[id.0];
                if typed.ty.dimension(&self.model) != Some(levels.dimension) {
                    return self.mismatch(typed, target);
                }
                (levels.values.iter().position(|value| *value == constant), levels.labels.join(", "))
            }
            Type::IntType(id) => {
                let int = &self.model.ints[id.0];
                let inside = constant.to_i64().filter(|value| (int.low..=int.high).contains(value));
                (inside.map(|value| (value - int.low) as usize), format!("{} .. {}", int.low, int.high))
            }
            _ => return self.mismatch(typed, target),
        };
        match (position, target) {
            (Some(k), Type::Levels(id)) => {
                Texpr { term: Term::Level(*id, k as u32), ty: target.clone(), range: typed.range, span }
            }
            (Some(k), Type::IntType(id)) => {
                Texpr { term: Term::IntMember(*id, k as u32), ty: target.clone(), range: typed.range, span }
            }
            _ => {
                let name = target.describe(&self.model);
                let message = format!("{name} is needed here");
                let finding = Finding::error("not-a-member", message, span, "not one of its members");
                self.report(finding.help(format!("write one of: {labels}")));
                Texpr::broken(span)
            }
        }
    }

    fn may_be_none(&mut self, typed: Texpr, target: &Type) -> Texpr {
        let text = self.sources.text(typed.span).to_string();
        let wanted = target.describe(&self.model);
        let (help, label) = match &typed.ty {
            Type::None => (format!("write {wanted}, or declare the name with `?` after its type"), "none"),
            _ if text.starts_with("last.") => {
                let help =
                    format!("say what to take in the first trial, `{text} default …`, or test `exists last` before");
                (help, "none in the first trial")
            }
            _ => (
                format!("say what to take then, `{text} default …`, or use it only where `exists {text}`"),
                "perhaps none",
            ),
        };
        let message = format!("{wanted} is needed here, and `{text}` may be none");
        self.report(Finding::error("may-be-none", message, typed.span, label).help(help));
        Texpr::broken(typed.span)
    }

    pub(crate) fn mismatch(&mut self, typed: Texpr, target: &Type) -> Texpr {
        let (wanted, found) = (target.describe(&self.model), typed.ty.describe(&self.model));
        let dimensions = (target.dimension(&self.model), typed.ty.dimension(&self.model));
        let finding = match dimensions {
            (Some(expected), Some(given)) if expected != given => {
                let help = self.unit_remedy(&typed, expected, given);
                Finding::error(
                    "unit-mismatch",
                    format!("{wanted} is needed here"),
                    typed.span,
                    format!("this is {found}"),
                )
                .help_maybe(help)
            }
            _ => Finding::error(
                "type-mismatch",
                format!("{wanted} is needed here"),
                typed.span,
                format!("this is {found}"),
            )
            .help_maybe(self.type_remedy(&typed, target)),
        };
        self.report(finding);
        Texpr::broken(typed.span)
    }

    /// The remedy is arithmetic on dimensions: a forgotten unit, an inverse, a missing factor.
    pub(super) fn unit_remedy(&self, typed: &Texpr, expected: Dimension, given: Dimension) -> Option<String> {
        let text = self.sources.text(typed.span);
        let unit = |dimension| self.model.unit(dimension).map(|unit| unit.symbol);
        if typed.constant().is_some() {
            return Some(match (unit(expected), given.is_none()) {
                (Some(unit), true) => format!("write its unit: `{text} {unit}`"),
                (Some(unit), false) => format!("write an amount in {unit}"),
                (None, _) => "write a number without unit".into(),
            });
        }
        if given == Dimension::NONE.over(expected) {
            return Some(format!("this is the inverse: write `1 / ({text})`"));
        }
        if expected.is_none() {
            return Some(format!("divide by an amount in {}: `{text} / 1 {}`", unit(given)?, unit(given)?));
        }
        let missing = expected.over(given);
        let factor = unit(missing).unwrap_or_else(|| missing.coherent_symbol());
        Some(format!("multiply `{text}` by an amount in {factor}, or write another value"))
    }

    fn type_remedy(&self, typed: &Texpr, target: &Type) -> Option<String> {
        let text = self.sources.text(typed.span);
        match (target.required(), &typed.ty) {
            (_, Type::Times) => Some(format!("count its events: `count({text})`")),
            (Type::Int, Type::Real(d)) if d.is_none() => Some(format!("round it: `floor({text})`")),
            (Type::Bool, Type::Enum(id)) => {
                let member = self.model.enums[id.0].members.first().map(|member| member.name.as_str())?;
                Some(format!("compare it: `{text} is {member}`"))
            }
            (Type::Bool, ty) if ty.dimension(&self.model).is_some() => Some(format!("compare it: `{text} > …`")),
            (Type::Enum(id), Type::Set(Finite::Enum(other))) if id == other => {
                Some("draw one of them: `draw NAME ~ pick(…)`".into())
            }
            (Type::Enum(id), _) => {
                let members = self.model.enums[id.0].members.iter().map(|member| member.name.as_str());
                Some(format!("write one of: {}", members.collect::<Vec<_>>().join(", ")))
            }
            (Type::Levels(id), _) => Some(format!("write one of: {}", self.model.levels[id.0].labels.join(", "))),
            (Type::IntType(id), Type::Int) => {
                let int = &self.model.ints[id.0];
                Some(format!("write `clamp({text}, {} .. {})`", int.low, int.high))
            }
            (Type::IntType(id), _) => {
                let int = &self.model.ints[id.0];
                Some(format!("write one of: {} .. {}", int.low, int.high))
            }
            (Type::Set(finite), ty) if ty.finite() == Some(*finite) => Some(format!("write `{{{text}}}`")),
            (Type::Real(d), Type::Bool) if d.is_none() => Some(format!("write `if {text} then 1 else 0`")),
            (Type::Real(_) | Type::Int, Type::Instant) => Some(format!("subtract another: `{text} - STATE.entry`")),
            _ => None,
        }
    }
}
