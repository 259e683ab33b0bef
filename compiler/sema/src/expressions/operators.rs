//! Operators: arithmetic with dimensions, comparisons, logic, `is`, `in`, `default`, `if`.

use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{BinaryOp, Expr, ExprKind};
use trialect_units::Dimension;

/// The one type that holds values of both.
pub(crate) fn unify(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Unknown, other) | (other, Type::Unknown) => Some(other.clone()),
        _ if a == b => Some(a.clone()),
        (Type::None, other) | (other, Type::None) => Some(other.clone().optional()),
        (Type::Option(x), Type::Option(y)) => unify(x, y).map(Type::optional),
        (Type::Option(x), y) | (y, Type::Option(x)) => unify(x, y).map(Type::optional),
        (Type::Int, Type::Real(d)) | (Type::Real(d), Type::Int) if d.is_none() => Some(Type::Real(*d)),
        (Type::Int, Type::IntType(_)) | (Type::IntType(_), Type::Int) => Some(Type::Int),
        _ => None,
    }
}

impl Checker<'_> {
    pub(super) fn negate(&mut self, operand: &Expr, expected: Option<&Type>, span: Span) -> Texpr {
        let typed = self.expr(operand, None);
        let Some(typed) = self.numeric(typed) else { return Texpr::broken(span) };
        // What is below 0 is no member any more: a level becomes its quantity, a member of an `int` type a whole number.
        let typed = match typed.ty.required() {
            Type::Levels(_) if typed.constant().is_none() => self.to_real(typed),
            Type::IntType(_) if typed.constant().is_none() => {
                let ty = if typed.ty.is_optional() { Type::Int.optional() } else { Type::Int };
                Texpr { range: self.numeric_range(&typed), ty, ..typed }
            }
            _ => typed,
        };
        let (ty, range) = (typed.ty.clone(), typed.range.negated());
        let negated = match typed.term {
            Term::Number(value) => Texpr { term: Term::Number(value.negated()), ty, range, span },
            _ => Texpr { term: Term::Apply(Function::Negate, vec![typed]), ty, range, span },
        };
        match expected {
            Some(levels @ Type::Levels(_)) if negated.constant().is_some() => self.coerce(negated, levels),
            _ => negated,
        }
    }

    pub(super) fn not(&mut self, operand: &Expr, span: Span) -> Texpr {
        let typed = self.condition(operand);
        Texpr::bool(Term::Apply(Function::Not, vec![typed]), span)
    }

    pub(super) fn exists(&mut self, operand: &Expr, span: Span) -> Texpr {
        if matches!(&operand.kind, ExprKind::Name(name) if name == "last") {
            return Texpr::bool(Term::LastExists, span);
        }
        let typed = match self.fit_itself(operand, span) {
            Some(typed) => typed,
            None => self.expr(operand, None),
        };
        match typed.ty {
            Type::Unknown => Texpr::broken(span),
            Type::Option(_) | Type::None => Texpr::bool(Term::Exists(Box::new(typed)), span),
            // Known to be there, by an earlier `exists` or by its type.
            _ => {
                if !matches!(typed.term, Term::Narrowed(_)) {
                    self.always_there(&typed, "always true");
                }
                Texpr::bool(Term::Bool(true), span)
            }
        }
    }

    /// `value is other`: names, levels, whole numbers, truth values; never reals.
    pub(super) fn is(&mut self, value: &Expr, other: &Expr, negated: bool, span: Span) -> Texpr {
        let left = self.expr(value, None);
        // A member of what could not be read is no name, and no finding of its own.
        let unknown = |kind: &ExprKind| matches!(kind, ExprKind::Name(name) if self.symbol(name).is_none());
        let follows = left.ty == Type::Unknown && unknown(&other.kind);
        let muted = self.muted;
        self.muted |= follows;
        let right = self.expr(other, Some(left.ty.required()));
        self.muted = muted;
        let is = self.same(left, right, span);
        if negated && is.ty != Type::Unknown { Texpr::bool(Term::Apply(Function::Not, vec![is]), span) } else { is }
    }

    fn same(&mut self, left: Texpr, right: Texpr, span: Span) -> Texpr {
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        if let Some(train) = [&left, &right].into_iter().find(|typed| *typed.ty.required() == Type::Times) {
            return self.mismatch(train.clone(), &Type::Int);
        }
        match (&left.ty, &right.ty) {
            (_, Type::None) => return self.is_none(left, span),
            (Type::None, _) => return self.is_none(right, span),
            _ => {}
        }
        // The side that has members says what a constant on the other side is.
        let flip = left.constant().is_some() && right.constant().is_none();
        let (left, right) = if flip { (right, left) } else { (left, right) };
        let target = left.ty.required().clone();
        let member = matches!(target, Type::IntType(_)) && right.constant().is_some();
        let right = match unify(&target, right.ty.required()) {
            _ if member => self.coerce(right, &target),
            Some(Type::Real(_)) => return self.real_equality(&left, span),
            Some(_) => right,
            // A member says of what type the other side should be.
            None if target.finite().is_none() && member_index(&right).is_some() => {
                self.coerce(left, right.ty.required());
                return Texpr::broken(span);
            }
            None => self.coerce(right, &target),
        };
        if right.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        Texpr::bool(Term::Is(Box::new(left), Box::new(right)), span)
    }

    /// `value is none`
    fn is_none(&mut self, value: Texpr, span: Span) -> Texpr {
        if !value.ty.is_optional() {
            self.always_there(&value, "never true");
            return Texpr::bool(Term::Bool(false), span);
        }
        let exists = Texpr::bool(Term::Exists(Box::new(value)), span);
        Texpr::bool(Term::Apply(Function::Not, vec![exists]), span)
    }

    fn always_there(&mut self, typed: &Texpr, label: &str) {
        let text = self.sources.text(typed.span).to_string();
        self.report(
            Finding::warning("always-there", format!("`{text}` is always there"), typed.span, label)
                .help("remove the test, or declare the name with `?` after its type"),
        );
    }

    fn real_equality(&mut self, left: &Texpr, span: Span) -> Texpr {
        let text = self.sources.text(left.span).to_string();
        self.report(
            Finding::error("reals-compared", "measured quantities are never exactly equal", span, "equality of reals")
                .help(format!("test a range, for example `{text} >= LOW and {text} <= HIGH`, or declare `levels`")),
        );
        Texpr::broken(span)
    }

    /// `value in set`
    pub(super) fn in_set(&mut self, value: &Expr, set: &Expr, span: Span) -> Texpr {
        if let ExprKind::Range(range) = &set.kind {
            let text = |expr: &Expr| self.sources.text(expr.span);
            let (value, low, high) = (text(value), text(&range.low), text(&range.high));
            let help = format!("write `{value} >= {low} and {value} <= {high}`");
            let finding = Finding::error("misplaced-range", "a set is needed after `in`", set.span, "this is a range");
            self.report(finding.help(help));
            return Texpr::broken(span);
        }
        let (left, right) = if matches!(set.kind, ExprKind::Set(_)) {
            let left = self.expr(value, None);
            let wanted = left.ty.finite().or_else(|| left.ty.required().finite()).map(Type::Set);
            let right = self.expr(set, wanted.as_ref());
            (left, right)
        } else {
            let right = self.expr(set, None);
            let member = match &right.ty {
                Type::Set(finite) => Some(finite.member_type()),
                _ => None,
            };
            (self.expr(value, member.as_ref()), right)
        };
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        let Type::Set(finite) = right.ty else {
            let found = right.ty.describe(&self.model);
            let (value, other) = (self.sources.text(left.span), self.sources.text(right.span));
            let help = format!("write `{value} in {{{other}}}`");
            let finding =
                Finding::error("type-mismatch", "a set is needed after `in`", right.span, format!("this is {found}"));
            self.report(finding.help(help));
            return Texpr::broken(span);
        };
        let left =
            if *left.ty.required() == finite.member_type() { left } else { self.coerce(left, &finite.member_type()) };
        Texpr::bool(Term::In(Box::new(left), Box::new(right)), span)
    }

    /// `value default other`
    pub(super) fn default(&mut self, value: &Expr, other: &Expr, expected: Option<&Type>, span: Span) -> Texpr {
        let left = self.expr(value, expected);
        let right = self.expr(other, Some(left.ty.required()));
        if left.ty == Type::None {
            return right;
        }
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        if !left.ty.is_optional() {
            let text = self.sources.text(left.span).to_string();
            self.report(
                Finding::warning("default-never-used", format!("`{text}` is always there"), right.span, "never used")
                    .replace(span, text, |text| format!("write `{text}`")),
            );
            return left;
        }
        let required = left.ty.required().clone();
        let ty = if right.ty.is_optional() { required.optional() } else { required };
        let right = self.coerce(right, &ty);
        let range = left.range.union(right.range);
        Texpr { term: Term::Default(Box::new(left), Box::new(right)), ty, range, span }
    }

    pub(super) fn if_else(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Texpr {
        let condition = self.condition(condition);
        let a = self.knowing(&condition, true, |checker| checker.expr(then, expected));
        let wanted = expected.cloned().or_else(|| (a.ty != Type::Unknown).then(|| a.ty.required().clone()));
        let b = self.knowing(&condition, false, |checker| checker.expr(otherwise, wanted.as_ref()));
        let Some(ty) = self.joint_type(&a, &b) else {
            let (first, second) = (a.ty.describe(&self.model), b.ty.describe(&self.model));
            let message = "both branches must give the same kind of value";
            let help = format!("make the second {first}");
            let finding = Finding::error("type-mismatch", message, b.span, format!("this is {second}"));
            self.report(finding.also(a.span, format!("this is {first}")).help(help));
            return Texpr::broken(span);
        };
        let (a, b) = (self.coerce(a, &ty), self.coerce(b, &ty));
        let range = a.range.union(b.range);
        Texpr { term: Term::If(Box::new(condition), Box::new(a), Box::new(b)), ty, range, span }
    }

    /// As [`unify`]; levels beside reals of their dimension become reals, constants beside levels become levels.
    fn joint_type(&self, a: &Texpr, b: &Texpr) -> Option<Type> {
        if let Some(ty) = unify(&a.ty, &b.ty) {
            return Some(ty);
        }
        for (one, other) in [(a, b), (b, a)] {
            if matches!(one.ty.required(), Type::Levels(_))
                && other.ty.dimension(&self.model) == one.ty.dimension(&self.model)
            {
                if other.is_choice_of_constants() {
                    return Some(one.ty.clone());
                }
                return one.ty.dimension(&self.model).map(Type::Real);
            }
        }
        None
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Texpr {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let a = self.condition(left);
                let b = self.knowing(&a, op == BinaryOp::And, |checker| checker.condition(right));
                let function = if op == BinaryOp::And { Function::And } else { Function::Or };
                Texpr::bool(Term::Apply(function, vec![a, b]), span)
            }
            BinaryOp::Less | BinaryOp::LessEqual => self.compare(op, left, right, span),
            // a > b is b < a: one order of operations for both machines and one canonical form.
            BinaryOp::Greater => self.compare(BinaryOp::Less, right, left, span),
            BinaryOp::GreaterEqual => self.compare(BinaryOp::LessEqual, right, left, span),
            _ => self.arithmetic(op, left, right, span),
        }
    }

    fn compare(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Texpr {
        let (a, b) = (self.expr(left, None), self.expr(right, None));
        let mut there = |typed: Texpr| {
            if typed.ty.is_optional() {
                let target = typed.ty.required().clone();
                return self.may_not_compare(typed, &target);
            }
            typed
        };
        let (a, b) = (there(a), there(b));
        let function = if op == BinaryOp::Less { Function::Less } else { Function::LessEqual };
        if a.ty == Type::Instant && b.ty == Type::Instant {
            return Texpr::bool(Term::Apply(function, vec![a, b]), span);
        }
        match self.alike(a, b) {
            Some((a, b)) => Texpr::bool(Term::Apply(function, vec![a, b]), span),
            None => Texpr::broken(span),
        }
    }

    fn may_not_compare(&mut self, typed: Texpr, target: &Type) -> Texpr {
        if typed.ty == Type::None {
            self.report(
                Finding::error("none-compared", "nothing compares with none", typed.span, "none")
                    .help("test it with `exists` or `is`"),
            );
            return Texpr::broken(typed.span);
        }
        self.coerce(typed, target)
    }

    /// Both as whole numbers, or both as reals of one dimension.
    pub(super) fn alike(&mut self, a: Texpr, b: Texpr) -> Option<(Texpr, Texpr)> {
        let (a, b) = (self.numeric(a)?, self.numeric(b)?);
        let whole = |typed: &Texpr| matches!(typed.ty.required(), Type::Int | Type::IntType(_));
        if whole(&a) && whole(&b) {
            return Some((a, b));
        }
        let (left, right) = (a.ty.dimension(&self.model)?, b.ty.dimension(&self.model)?);
        if left != right {
            self.not_alike(&a, &b);
            return None;
        }
        Some((self.to_real(a), self.to_real(b)))
    }

    /// Two numbers of different dimensions; the remedy is for the one that is a constant, or for the second.
    fn not_alike(&mut self, a: &Texpr, b: &Texpr) {
        let (first, second) = if a.span <= b.span { (a, b) } else { (b, a) };
        let (to_change, model) =
            if first.constant().is_some() && second.constant().is_none() { (first, second) } else { (second, first) };
        let (wanted, given) = (model.ty.dimension(&self.model), to_change.ty.dimension(&self.model));
        let remedy = wanted.zip(given).and_then(|(wanted, given)| {
            let remedy = self.unit_remedy(to_change, wanted, given)?;
            let free = model.constant().is_none() && !given.is_none() && !wanted.is_none();
            match to_change.constant() {
                Some(_) if free => Some(remedy.or(&self.unit_remedy(model, given, wanted)?)),
                _ => Some(remedy),
            }
        });
        let (found, other) = (to_change.ty.describe(&self.model), model.ty.describe(&self.model));
        let message = "only quantities of one kind can be added and compared";
        let finding = Finding::error("unit-mismatch", message, to_change.span, format!("this is {found}"));
        let finding = finding.also(model.span, format!("this is {other}"));
        self.report(match remedy {
            Some(remedy) => remedy.on(finding, to_change.span),
            None => finding,
        });
    }

    /// A number, or a finding.
    pub(crate) fn numeric(&mut self, typed: Texpr) -> Option<Texpr> {
        if typed.ty == Type::Unknown {
            return None;
        }
        if typed.ty.dimension(&self.model).is_some() {
            let range = self.numeric_range(&typed);
            return Some(Texpr { range, ..typed });
        }
        let found = typed.ty.describe(&self.model);
        let text = self.sources.text(typed.span);
        let help = match typed.ty.required() {
            Type::Instant => Some(format!("subtract another: `{text} - STATE.entry`")),
            Type::Bool => Some(format!("write `if {text} then 1 else 0`")),
            Type::Set(_) => Some(format!("write `count({text})`")),
            _ => None,
        };
        let finding =
            Finding::error("type-mismatch", "a number is needed here", typed.span, format!("this is {found}"));
        self.report(finding.help_maybe(help));
        None
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Texpr {
        let a = self.expr(left, None);
        if matches!(a.ty, Type::Set(_)) && matches!(op, BinaryOp::Add | BinaryOp::Subtract) {
            let set = a.ty.clone();
            let b = self.expr_as(right, &set);
            let function = if op == BinaryOp::Add { Function::Union } else { Function::Without };
            return Texpr { term: Term::Apply(function, vec![a, b]), ty: set, range: Interval::ALL, span };
        }
        let b = self.expr(right, None);
        if matches!(a.ty.required(), Type::Instant) || matches!(b.ty.required(), Type::Instant) {
            return self.instants(op, a, b, span);
        }
        match op {
            BinaryOp::Add | BinaryOp::Subtract => self.sum(op, a, b, span),
            BinaryOp::Multiply | BinaryOp::Divide => self.product(op, a, b, span),
            _ => self.modulo(a, b, span),
        }
    }

    /// The difference of two instants is a time.
    fn instants(&mut self, op: BinaryOp, a: Texpr, b: Texpr, span: Span) -> Texpr {
        if a.ty == Type::Unknown || b.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        let both = matches!(a.ty.required(), Type::Instant) && matches!(b.ty.required(), Type::Instant);
        if op != BinaryOp::Subtract || !both {
            self.report(
                Finding::error(
                    "type-mismatch",
                    "times on the session clock can only be subtracted from each other",
                    span,
                    "not a difference of two",
                )
                .help("write `STATE.exit - STATE.entry`"),
            );
            return Texpr::broken(span);
        }
        let ty = Type::Real(Dimension::TIME);
        let ty = if a.ty.is_optional() || b.ty.is_optional() { ty.optional() } else { ty };
        Texpr { term: Term::Apply(Function::Subtract, vec![a, b]), ty, range: Interval::ALL, span }
    }

    fn sum(&mut self, op: BinaryOp, a: Texpr, b: Texpr, span: Span) -> Texpr {
        let Some((a, b)) = self.alike(a, b) else { return Texpr::broken(span) };
        let (function, range) = match op {
            BinaryOp::Add => (Function::Add, a.range.plus(b.range)),
            _ => (Function::Subtract, a.range.plus(b.range.negated())),
        };
        self.apply(function, a, b, None, range, span)
    }

    fn product(&mut self, op: BinaryOp, a: Texpr, b: Texpr, span: Span) -> Texpr {
        let (Some(a), Some(b)) = (self.numeric(a), self.numeric(b)) else { return Texpr::broken(span) };
        let whole = |typed: &Texpr| matches!(typed.ty.required(), Type::Int | Type::IntType(_));
        if op == BinaryOp::Multiply && whole(&a) && whole(&b) {
            let range = a.range.times(b.range);
            return self.apply(Function::Multiply, a, b, Some(Type::Int), range, span);
        }
        let (Some(left), Some(right)) = (a.ty.dimension(&self.model), b.ty.dimension(&self.model)) else {
            return Texpr::broken(span);
        };
        let (a, b) = (self.to_real(a), self.to_real(b));
        if op == BinaryOp::Multiply {
            let range = a.range.times(b.range);
            return self.apply(Function::Multiply, a, b, Some(Type::Real(left.times(right))), range, span);
        }
        if b.range.holds(0.0) {
            self.divides_by_zero(&b);
        }
        let range = a.range.over(b.range);
        self.apply(Function::Divide, a, b, Some(Type::Real(left.over(right))), range, span)
    }

    fn divides_by_zero(&mut self, divisor: &Texpr) {
        let text = self.sources.text(divisor.span).to_string();
        let lies = self.lies(divisor);
        let help = match divisor.constant() {
            Some(_) => "divide by another number".to_string(),
            None => format!("divide by `max({text}, SMALLEST)`, or give it a range that leaves out 0"),
        };
        let message = "a divisor must never be 0";
        self.report(Finding::error("division-by-zero", message, divisor.span, lies).help(help));
    }

    fn modulo(&mut self, a: Texpr, b: Texpr, span: Span) -> Texpr {
        let (a, b) = (self.coerce(a, &Type::Int), self.coerce(b, &Type::Int));
        if b.range.holds(0.0) && b.ty != Type::Unknown {
            self.divides_by_zero(&b);
        }
        let range = Interval::new(0.0, (b.range.abs().high - 1.0).max(0.0));
        self.apply(Function::Mod, a, b, Some(Type::Int), range, span)
    }

    /// A function of two numbers; optional when one of them is.
    fn apply(
        &mut self,
        function: Function,
        a: Texpr,
        b: Texpr,
        ty: Option<Type>,
        range: Interval,
        span: Span,
    ) -> Texpr {
        let ty = ty.unwrap_or_else(|| match (a.ty.required(), b.ty.required()) {
            (Type::IntType(_), _) => Type::Int,
            (other, _) => other.clone(),
        });
        let ty = if a.ty.is_optional() || b.ty.is_optional() { ty.optional() } else { ty };
        Texpr { term: Term::Apply(function, vec![a, b]), ty, range, span }
    }

    /// Where a number lies, as a label: `lies in 1 .. 3 uL`, `may be anything`.
    pub(crate) fn lies(&self, typed: &Texpr) -> String {
        let dimension = typed.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let Interval { low, high } = typed.range;
        match (low.is_finite(), high.is_finite()) {
            (true, true) if low == high => format!("this is {}", self.amount(low, dimension)),
            (true, true) => format!("lies in {}", self.describe_interval(typed.range, dimension)),
            (true, false) => format!("may be anything from {} up", self.amount(low, dimension)),
            (false, true) => format!("may be anything up to {}", self.amount(high, dimension)),
            (false, false) => "may be anything".into(),
        }
    }

    /// A range in the unit in which quantities of a dimension are recorded.
    pub(crate) fn describe_interval(&self, range: Interval, dimension: Dimension) -> String {
        format!("{} .. {}", self.amount(range.low, dimension), self.amount(range.high, dimension))
    }

    /// A number in the unit in which quantities of a dimension are recorded.
    pub(crate) fn amount(&self, value: f64, dimension: Dimension) -> String {
        let unit = self.model.unit(dimension);
        let scale = unit.as_ref().map_or(1.0, |unit| unit.scale.to_f64());
        let symbol = unit.map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
        format!("{}{symbol}", (value / scale * 1e9).round() / 1e9)
    }
}
