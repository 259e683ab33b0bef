//! Typing of expressions.

mod affine;
mod calls;
mod coerce;
mod lookup;
mod narrowing;
mod operators;

use crate::model::{Clock, StimulusId};
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use crate::{Affine, Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Expr, ExprKind, Name};
use trialect_units::{Decimal, Unit};

pub(crate) use affine::LinearIn;
pub(crate) use operators::unify;

/// What surrounds the expression that is being typed.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) locals: Vec<Local>,
    /// Paths of optionals that are known to be there.
    pub(crate) facts: Vec<String>,
    pub(crate) clock: Clock,
    /// Parameters of stimuli that the state tracks.
    pub(crate) tracks: Vec<(StimulusId, usize, Affine)>,
}

/// A name of a loop or a handler.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) is: Texpr,
}

impl Checker<'_> {
    /// Types an expression. `expected` helps to resolve literals and members; the result may still be of another type.
    pub(crate) fn expr(&mut self, expr: &Expr, expected: Option<&Type>) -> Texpr {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number { digits, unit } => self.number(digits, unit.as_ref(), span),
            ExprKind::Bool(value) => Texpr::bool(Term::Bool(*value), span),
            ExprKind::None => Texpr { term: Term::None, ty: Type::None, range: Interval::ALL, span },
            ExprKind::Name(name) => self.name(name, span, expected),
            ExprKind::Member(base, member) => self.member(base, member, span),
            ExprKind::Index(base, keys) => self.index(base, keys, span),
            ExprKind::Call(call) => self.call(call, expected),
            ExprKind::Comprehension { function, body, variables } => {
                self.comprehension(function, body, variables, span)
            }
            ExprKind::Set(members) => self.set(members, span, expected),
            ExprKind::Range(_) => {
                self.report(Finding::error("misplaced-range", "a range is not a value", span, "a range stands here"));
                Texpr::broken(span)
            }
            ExprKind::Negate(operand) => self.negate(operand, expected, span),
            ExprKind::Not(operand) => self.not(operand, span),
            ExprKind::Exists(operand) => self.exists(operand, span),
            ExprKind::Is { value, other, negated } => self.is(value, other, *negated, span),
            ExprKind::In(value, set) => self.in_set(value, set, span),
            ExprKind::Default(value, other) => self.default(value, other, expected, span),
            ExprKind::If(condition, then, otherwise) => self.if_else(condition, then, otherwise, expected, span),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
        }
    }

    /// Types an expression that must be of a type.
    pub(crate) fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Texpr {
        let typed = self.expr(expr, Some(ty));
        self.coerce(typed, ty)
    }

    /// Types a condition: a truth value that is there.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Texpr {
        self.expr_as(expr, &Type::Bool)
    }

    fn number(&mut self, digits: &str, unit: Option<&Name>, span: Span) -> Texpr {
        let unit = match unit {
            None => Unit::one(),
            Some(name) => match Unit::parse(&name.text) {
                Ok(unit) => unit,
                Err(unknown) => {
                    let words = trialect_units::UNIT_WORDS.iter().copied();
                    self.report(crate::names::unknown("unknown-unit", "unit", &unknown.word, name.span, words));
                    return Texpr::broken(span);
                }
            },
        };
        let Some(value) = Decimal::parse(digits).and_then(|value| value.times(unit.scale)) else {
            self.report(
                Finding::error("number-too-long", "a number has at most 30 digits", span, "too many digits here")
                    .help("write it in a larger or smaller unit"),
            );
            return Texpr::broken(span);
        };
        let whole = unit.symbol == "1" && !digits.contains('.') && value.to_i64().is_some();
        let ty = if whole { Type::Int } else { Type::Real(unit.dimension) };
        Texpr { term: Term::Number(value), ty, range: Interval::point(value.to_f64()), span }
    }

    /// `{a, b}`: members of one finite type, taken from what is expected or from the members themselves.
    fn set(&mut self, members: &[Expr], span: Span, expected: Option<&Type>) -> Texpr {
        let finite = match expected.map(Type::required) {
            Some(Type::Set(finite)) => Some(*finite),
            _ => self.set_type(members, span),
        };
        let Some(finite) = finite else { return Texpr::broken(span) };
        let member_type = finite.member_type();
        let members = members.iter().map(|member| self.expr_as(member, &member_type)).collect();
        Texpr { term: Term::Set(members), ty: Type::Set(finite), range: Interval::ALL, span }
    }

    /// The one finite type that has all these members.
    fn set_type(&mut self, members: &[Expr], span: Span) -> Option<Finite> {
        let typed: Vec<Texpr> = members.iter().map(|member| self.expr(member, None)).collect();
        if typed.iter().any(|member| member.ty == Type::Unknown) {
            return None;
        }
        if let Some(finite) = typed.first().and_then(|first| first.ty.finite()) {
            return Some(finite);
        }
        let fits = |levels: &crate::LevelsType| {
            typed.iter().all(|member| {
                let same = member.ty.dimension(&self.model) == Some(levels.dimension);
                same && member.constant().is_some_and(|value| levels.values.contains(&value))
            })
        };
        let candidates: Vec<usize> = (0..self.model.levels.len()).filter(|&k| fits(&self.model.levels[k])).collect();
        match candidates.as_slice() {
            [one] if !typed.is_empty() => Some(Finite::Levels(crate::LevelsId(*one))),
            [] => {
                let known: Vec<String> =
                    self.model.levels.iter().map(|l| format!("`{}` ({})", l.name, l.labels.join(", "))).collect();
                let help = if known.is_empty() {
                    "declare them: `levels NAME = …`".into()
                } else {
                    format!("known levels: {}", known.join("; "))
                };
                self.report(
                    Finding::error("no-such-levels", "no `levels` type has all these members", span, "this set")
                        .help(help),
                );
                None
            }
            several => {
                let names: Vec<&str> = several.iter().map(|&k| self.model.levels[k].name.as_str()).collect();
                let help = format!("say which: `NAME : Set[{}] = …`", names.first().copied().unwrap_or("T"));
                self.report(
                    Finding::error(
                        "ambiguous-levels",
                        format!("this set could be of {}", names.join(" or ")),
                        span,
                        "this set",
                    )
                    .help(help),
                );
                None
            }
        }
    }
}
