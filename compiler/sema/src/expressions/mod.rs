//! Typing of expressions.

mod affine;
mod calls;
mod coerce;
mod lookup;
mod narrowing;
mod operators;
mod parts;
mod rank;

use crate::model::{BlockId, Clock, StimulusId};
use crate::term::{Binder, Term, Texpr};
use crate::types::{Finite, Type};
use crate::values::member_index;
use crate::{Affine, Checker, Interval};
use std::collections::BTreeMap;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Expr, ExprKind, Name};
use trialect_units::{Decimal, Dimension, Unit};

pub(crate) use affine::LinearIn;
pub(crate) use lookup::counted;
pub(crate) use operators::unify;

/// What surrounds the expression that is being typed.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) locals: Vec<Local>,
    /// Paths of optionals that are known to be there.
    pub(crate) facts: Vec<String>,
    /// Members over which loop variables go, as paths of what is known.
    pub(crate) ranges: Vec<(Binder, Vec<String>)>,
    /// Where the declaration or the handler stands.
    pub(crate) clock: Clock,
    /// The block whose names are known without its own.
    pub(crate) block: Option<BlockId>,
    /// The fastest clock of which a value is known here.
    pub(crate) reads: Clock,
    /// Parameters of stimuli that the state tracks.
    pub(crate) tracks: Vec<(StimulusId, usize, Affine)>,
    /// Values with keys that have a short name here: keyed draws of the state, keyed values of the stage.
    pub(crate) keyed: Vec<(String, crate::model::ValueId)>,
}

/// A name of a loop or a handler.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) is: Texpr,
}

impl Scope {
    /// Enters a declaration or a handler of a clock, in which values of clocks up to `reads` are known.
    pub(crate) fn enter(&mut self, clock: Clock, reads: Clock) {
        (self.clock, self.reads) = (clock, reads);
    }
    /// Leaves it.
    pub(crate) fn leave(&mut self) {
        self.enter(Clock::Constant, Clock::Constant);
        self.block = None;
        self.locals.clear();
        self.ranges.clear();
        self.tracks.clear();
        self.keyed.clear();
    }
}

impl Checker<'_> {
    /// Types an expression. `expected` helps to resolve literals and members; the result may still be of another type.
    pub(crate) fn expr(&mut self, expr: &Expr, expected: Option<&Type>) -> Texpr {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number { digits, unit } => self.number(digits, unit.as_ref(), span),
            ExprKind::Bool(value) => Texpr::bool(Term::Bool(*value), span),
            ExprKind::None => Texpr { term: Term::None, ty: Type::None, range: Interval::NOTHING, span },
            ExprKind::Name(name) => self.name(name, span, expected),
            ExprKind::Member(base, member) => self.member(base, member, span),
            ExprKind::Index(base, keys) => self.index(base, keys, span),
            ExprKind::Call(call) => self.call(call, expected),
            ExprKind::Comprehension { function, body, variables } => {
                self.comprehension(function, body, variables, span)
            }
            ExprKind::Set(members) => self.set(members, span, expected),
            ExprKind::Range(_) => {
                let help = format!("declare `int NAME = {}` and write `NAME` here", self.sources.text(span));
                let message = "a type or a set is needed here";
                self.report(Finding::error("misplaced-range", message, span, "this is a range").help(help));
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
    ///
    /// Each member is typed once: sets may be nested, and twice at each level would never end.
    fn set(&mut self, members: &[Expr], span: Span, expected: Option<&Type>) -> Texpr {
        let wanted = match expected.map(Type::required) {
            Some(Type::Set(finite)) => Some(*finite),
            _ => None,
        };
        let mut finite = wanted;
        let mut typed: Vec<Texpr> = Vec::new();
        for member in members {
            let member = match finite {
                Some(finite) => self.expr_as(member, &finite.member_type()),
                None => self.expr(member, None),
            };
            finite = finite.or_else(|| member.ty.finite());
            typed.push(member);
        }
        let broken = typed.iter().any(|member| member.ty == Type::Unknown);
        let Some(finite) = finite.or_else(|| if broken { None } else { self.type_with(&typed, span) }) else {
            return Texpr::broken(span);
        };
        let member_type = finite.member_type();
        let typed: Vec<Texpr> = typed.into_iter().map(|member| self.coerce(member, &member_type)).collect();
        self.no_member_twice(&typed);
        Texpr { term: Term::Set(typed), ty: Type::Set(finite), range: Interval::ALL, span }
    }

    fn no_member_twice(&mut self, members: &[Texpr]) {
        let mut first: BTreeMap<u32, Span> = BTreeMap::new();
        for member in members {
            let Some(k) = member_index(member) else { continue };
            if let Some(first) = first.insert(k, member.span) {
                let text = self.sources.text(member.span).to_string();
                let message = format!("`{text}` stands twice in this set");
                let finding = Finding::error("duplicate-name", message, member.span, "again here");
                self.report(finding.also(first, "first here").help("remove one of them"));
            }
        }
    }

    /// The one `levels` or `int` type that has all these constants.
    pub(crate) fn type_with(&mut self, typed: &[Texpr], span: Span) -> Option<Finite> {
        let constant = |member: &Texpr| {
            let constant = (member.constant()?, member.ty.dimension(&self.model)?);
            // What is written with a unit, a percent sign or a point counts nothing.
            Some((constant, member.ty == Type::Int))
        };
        let constants: Option<Vec<_>> = typed.iter().map(constant).collect();
        let constants = constants.unwrap_or_default();
        let fitting: Vec<Finite> = if constants.is_empty() { Vec::new() } else { self.types_with(&constants) };
        let names: Vec<String> = fitting.iter().map(|finite| finite.name(&self.model)).collect();
        let finding = match (fitting.as_slice(), names.as_slice()) {
            _ if typed.is_empty() => {
                Finding::error("ambiguous-set", "a set is of one type, and nothing says of which", span, "an empty set")
                    .help("say of which type: `NAME : Set[TYPE] = {}`")
            }
            ([one], _) => return Some(*one),
            (_, [first, ..]) => {
                let message = format!("a set is of one type, and this could be of `{}`", names.join("` or `"));
                Finding::error("ambiguous-set", message, span, "this set")
                    .help(format!("say which: `NAME : Set[{first}] = …`"))
            }
            _ => {
                let message = "a set is of one type, and no `levels` or `int` type has all these members";
                Finding::error("no-such-set", message, span, "this set").help(self.types_of_numbers())
            }
        };
        self.report(finding);
        None
    }

    fn types_with(&self, constants: &[((Decimal, Dimension), bool)]) -> Vec<Finite> {
        let in_levels = |levels: &crate::LevelsType| {
            constants.iter().all(|((value, unit), _)| *unit == levels.dimension && levels.values.contains(value))
        };
        let in_int = |int: &crate::IntType| {
            let holds = |value: &Decimal| value.to_i64().is_some_and(|value| (int.low..=int.high).contains(&value));
            constants.iter().all(|((value, _), whole)| *whole && holds(value))
        };
        let model = &self.model;
        let levels = (0..model.levels.len()).filter(|&k| in_levels(&model.levels[k])).map(crate::LevelsId);
        let ints = (0..model.ints.len()).filter(|&k| in_int(&model.ints[k])).map(crate::IntTypeId);
        levels.map(Finite::Levels).chain(ints.map(Finite::Int)).collect()
    }

    fn types_of_numbers(&self) -> String {
        let levels = self.model.levels.iter().map(|levels| format!("`{}` ({})", levels.name, levels.labels.join(", ")));
        let ints = self.model.ints.iter().map(|int| format!("`{}` ({} .. {})", int.name, int.low, int.high));
        let known: Vec<String> = levels.chain(ints).collect();
        match known.as_slice() {
            [] => "declare them: `levels NAME = …`".into(),
            known => format!("known types: {}", known.join("; ")),
        }
    }
}
