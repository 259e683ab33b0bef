//! A value where another type is wanted: what fits by itself, and what to write when it does not.

use crate::Checker;
use crate::Interval;
use crate::model::IntTypeId;
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use trialect_base::{Finding, Span};
use trialect_units::Dimension;

/// What to do about a value of another type.
pub(super) struct Remedy {
    /// In words, with the text in them.
    words: String,
    /// What to write instead of the value, where that is all.
    text: Option<String>,
}

impl Remedy {
    fn say(words: impl Into<String>) -> Option<Remedy> {
        Some(Remedy { words: words.into(), text: None })
    }
    fn write(words: &str, text: String) -> Option<Remedy> {
        Some(Remedy { words: format!("{words} `{text}`"), text: Some(text) })
    }
}

impl Remedy {
    /// The finding with the remedy for the value at a place.
    pub(super) fn on(self, finding: Finding, place: Span) -> Finding {
        match self.text {
            Some(text) => finding.replace(place, text, |_| self.words),
            None => finding.help(self.words),
        }
    }
    /// This one, or another.
    pub(super) fn or(self, other: &Remedy) -> Remedy {
        Remedy { words: format!("{}, or {}", self.words, other.words), text: None }
    }
}

/// The text of an expression as an operand.
fn operand(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.%[]".contains(c);
    if text.chars().all(is_word) || text.ends_with(')') && !text.contains(' ') {
        text.into()
    } else {
        format!("({text})")
    }
}

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
        let (code, remedy) = match dimensions {
            (Some(expected), Some(given)) if expected != given => {
                ("unit-mismatch", self.unit_remedy(&typed, expected, given))
            }
            _ => ("type-mismatch", self.type_remedy(&typed, target)),
        };
        let finding = Finding::error(code, format!("{wanted} is needed here"), typed.span, format!("this is {found}"));
        self.report(match remedy {
            Some(remedy) => remedy.on(finding, typed.span),
            None => finding,
        });
        Texpr::broken(typed.span)
    }

    /// The remedy is arithmetic on dimensions: a forgotten unit, an inverse, a missing factor.
    pub(super) fn unit_remedy(&self, typed: &Texpr, expected: Dimension, given: Dimension) -> Option<Remedy> {
        let text = self.sources.text(typed.span);
        let unit = |dimension| self.model.unit(dimension).map(|unit| unit.symbol);
        if typed.constant().is_some() {
            return match (unit(expected), given.is_none()) {
                (Some(unit), true) => Remedy::write("write its unit:", format!("{text} {unit}")),
                (Some(unit), false) => Remedy::say(format!("write an amount in {unit}")),
                (None, _) => Remedy::say("write a number without unit"),
            };
        }
        if given == Dimension::NONE.over(expected) {
            return Remedy::write("this is the inverse: write", format!("1 / ({text})"));
        }
        if expected.is_none() {
            let unit = unit(given)?;
            return Remedy::write(&format!("divide by an amount in {unit}:"), format!("{} / 1 {unit}", operand(text)));
        }
        let missing = expected.over(given);
        let factor = unit(missing).unwrap_or_else(|| missing.coherent_symbol());
        Remedy::say(format!("multiply `{text}` by an amount in {factor}, or write another value"))
    }

    fn type_remedy(&self, typed: &Texpr, target: &Type) -> Option<Remedy> {
        let text = self.sources.text(typed.span);
        match (target.required(), &typed.ty) {
            (_, Type::Times) => Remedy::write("count its events:", format!("count({text})")),
            (Type::Int, Type::Real(d)) if d.is_none() => Remedy::write("round it:", format!("floor({text})")),
            (Type::Bool, Type::Enum(id)) => {
                let member = self.model.enums[id.0].members.first().map(|member| member.name.as_str())?;
                Remedy::write("compare it:", format!("{text} is {member}"))
            }
            (Type::Bool, ty) if ty.dimension(&self.model).is_some() => Remedy::say(format!("compare it: `{text} > …`")),
            (Type::Enum(id), Type::Set(Finite::Enum(other))) if id == other => {
                Remedy::say("draw one of them: `draw NAME ~ pick(…)`")
            }
            (Type::Enum(id), _) => {
                let members = self.model.enums[id.0].members.iter().map(|member| member.name.as_str());
                Remedy::say(format!("write one of: {}", members.collect::<Vec<_>>().join(", ")))
            }
            (Type::Levels(id), _) => {
                Remedy::say(format!("write one of: {}", self.model.levels[id.0].labels.join(", ")))
            }
            (Type::IntType(id), Type::Int) => {
                let int = &self.model.ints[id.0];
                Remedy::write("write", format!("clamp({text}, {} .. {})", int.low, int.high))
            }
            (Type::IntType(id), _) => {
                let int = &self.model.ints[id.0];
                Remedy::say(format!("write one of: {} .. {}", int.low, int.high))
            }
            (Type::Set(finite), ty) if ty.finite() == Some(*finite) => Remedy::write("write", format!("{{{text}}}")),
            (Type::Real(d), Type::Bool) if d.is_none() => Remedy::say(format!("write `if {text} then 1 else 0`")),
            (Type::Real(_) | Type::Int, Type::Instant) => {
                Remedy::say(format!("subtract another: `{text} - STATE.entry`"))
            }
            _ => None,
        }
    }
}
