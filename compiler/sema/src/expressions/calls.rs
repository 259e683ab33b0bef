//! Functions and comprehensions.

use super::{Local, counted};
use crate::names::unknown;
use crate::term::{Binder, Fold, Function, Term, Texpr};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Argument, Call, Expr, Name, Value};

const FUNCTIONS: &[&str] = &[
    "abs", "min", "max", "clamp", "floor", "ceil", "round", "sqrt", "exp", "log", "sin", "cos", "erf", "probit",
    "count", "rank",
];

/// Terms of one `all(… for …)`: they become one expression.
const LOOP_MAX: u64 = 1024;

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, expected: Option<&Type>) -> Texpr {
        let span = call.span;
        match call.name.text.as_str() {
            "min" | "max" => self.extreme(call, expected),
            "clamp" => self.clamp(call),
            "rank" => self.rank(call),
            "abs" | "floor" | "ceil" | "round" | "sqrt" | "exp" | "log" | "sin" | "cos" | "erf" | "probit"
            | "count" => {
                let Some([operand]) = self.plain_arguments(call, 1).map(|list| [list[0]]) else {
                    return Texpr::broken(span);
                };
                self.function(&call.name.text, operand, span)
            }
            "psychometric" => {
                self.misplaced_fit(call);
                Texpr::broken(span)
            }
            name => {
                let finding = unknown("unknown-function", "function", name, call.name.span, FUNCTIONS.iter().copied());
                let help = match name {
                    "mean" | "median" => Some(format!("`{name}` is a statistic: `stat NAME = {name}(…)`")),
                    "pick" | "chance" | "uniform" | "normal" | "exponential" => {
                        Some(format!("`{name}` is a distribution: `draw NAME ~ {name}(…)`"))
                    }
                    "all" | "any" | "sum" => Some(format!("`{name}` needs a loop: `{name}(VALUE for x in TYPE)`")),
                    _ => None,
                };
                self.report(finding.help_maybe(help));
                Texpr::broken(span)
            }
        }
    }

    /// Exactly `n` unnamed expressions.
    fn plain_arguments<'c>(&mut self, call: &'c Call, n: usize) -> Option<Vec<&'c Expr>> {
        let plain = |argument: &'c Argument| match (&argument.name, &argument.value) {
            (None, Value::Expr(expr)) => Some(expr),
            _ => None,
        };
        let list: Option<Vec<&Expr>> = call.arguments.iter().map(plain).collect();
        match list {
            Some(list) if list.len() == n => Some(list),
            _ => {
                let name = &call.name.text;
                let plain = list_is_plain(call);
                let values = if n == 1 { "VALUE".to_string() } else { "A, B".into() };
                let label = if plain { format!("{} given", call.arguments.len()) } else { "not plain values".into() };
                let message = match name.as_str() {
                    "min" | "max" => format!("`{name}` takes two values or more"),
                    _ => format!("`{name}` takes {}", counted(n, "value")),
                };
                let finding = Finding::error("wrong-arguments", message, call.span, label);
                self.report(finding.help(format!("write `{name}({values})`")));
                None
            }
        }
    }

    fn function(&mut self, name: &str, operand: &Expr, span: Span) -> Texpr {
        let typed = self.expr(operand, None);
        if name == "count" {
            return self.size(typed, span);
        }
        let Some(typed) = self.numeric(typed) else { return Texpr::broken(span) };
        let whole = matches!(typed.ty.required(), Type::Int | Type::IntType(_));
        if name == "abs" {
            let ty = if whole { Type::Int } else { typed.ty.required().clone() };
            let range = typed.range.abs();
            return self.applied(Function::Abs, typed, ty, range, span);
        }
        let dimension = typed.ty.dimension(&self.model).unwrap_or_default();
        if name == "sqrt" {
            return self.square_root(typed, dimension, span);
        }
        let typed = self.coerce(typed, &Type::NUMBER);
        if typed.ty == Type::Unknown {
            return typed;
        }
        let r = typed.range;
        let rounded = |f: fn(f64) -> f64| r.rising(f);
        let (function, ty, range) = match name {
            "floor" => (Function::Floor, Type::Int, rounded(f64::floor)),
            "ceil" => (Function::Ceil, Type::Int, rounded(f64::ceil)),
            "round" => (Function::Round, Type::Int, rounded(f64::round)),
            "exp" => (Function::Exp, Type::NUMBER, rounded(f64::exp)),
            "log" => (Function::Log, Type::NUMBER, rounded(f64::ln)),
            "sin" => (Function::Sin, Type::NUMBER, Interval::new(-1.0, 1.0)),
            "cos" => (Function::Cos, Type::NUMBER, Interval::new(-1.0, 1.0)),
            "erf" => (Function::Erf, Type::NUMBER, Interval::new(-1.0, 1.0)),
            _ => (Function::Probit, Type::NUMBER, Interval::new(-38.5, 38.5)),
        };
        let positive = match name {
            "log" => r.low > 0.0,
            "probit" => r.low > 0.0 && r.high < 1.0,
            _ => true,
        };
        if !positive {
            let lies = self.lies(&typed);
            let bounds = if name == "log" { "above 0" } else { "between 0 and 1, both excluded" };
            let text = self.sources.text(typed.span).to_string();
            let help = match (typed.constant(), name) {
                (Some(_), _) => format!("give a value {bounds}"),
                (None, "log") => format!("write `max({text}, SMALLEST)`"),
                (None, _) => format!("write `clamp({text}, 0.01 .. 0.99)`"),
            };
            let message = format!("`{name}` needs a value {bounds}");
            self.report(Finding::error("out-of-domain", message, typed.span, lies).help(help));
        }
        self.applied(function, typed, ty, range, span)
    }

    fn applied(&mut self, function: Function, typed: Texpr, ty: Type, range: Interval, span: Span) -> Texpr {
        let ty = if typed.ty.is_optional() { ty.optional() } else { ty };
        Texpr { term: Term::Apply(function, vec![typed]), ty, range, span }
    }

    fn square_root(&mut self, typed: Texpr, dimension: trialect_units::Dimension, span: Span) -> Texpr {
        let Some(root) = dimension.root() else {
            let found = typed.ty.describe(&self.model);
            let message = "`sqrt` needs a quantity whose unit is a square";
            let finding = Finding::error("unit-mismatch", message, typed.span, format!("this is {found}"));
            let symbol = self.model.unit(dimension).map_or("1".into(), |unit| unit.symbol);
            self.report(
                finding.help(format!("divide by a unit first: `{} / 1 {symbol}`", self.sources.text(typed.span))),
            );
            return Texpr::broken(span);
        };
        if typed.range.low < 0.0 {
            let lies = self.lies(&typed);
            self.report(
                Finding::error("out-of-domain", "`sqrt` needs a value that is not negative", typed.span, lies).help(
                    match typed.constant() {
                        Some(_) => "give a value from 0 up".to_string(),
                        None => format!("write `max({}, 0)`", self.sources.text(typed.span)),
                    },
                ),
            );
        }
        let typed = self.to_real(typed);
        let range = typed.range.max(Interval::point(0.0)).rising(f64::sqrt);
        self.applied(Function::Sqrt, typed, Type::Real(root), range, span)
    }

    /// `count(set)`
    fn size(&mut self, typed: Texpr, span: Span) -> Texpr {
        match typed.ty {
            Type::Set(finite) => {
                let range = Interval::new(0.0, f64::from(finite.size(&self.model)));
                self.applied(Function::Size, typed, Type::Int, range, span)
            }
            ref ty if *ty.required() == Type::Times => {
                let range = typed.range;
                self.applied(Function::Size, typed, Type::Int, range, span)
            }
            Type::Unknown => Texpr::broken(span),
            _ => {
                let found = typed.ty.describe(&self.model);
                let message = "`count` needs a set or a train here";
                let finding = Finding::error("type-mismatch", message, typed.span, format!("this is {found}"));
                self.report(finding.help("count trials with a statistic: `stat n = count(…)` in `session { … }`"));
                Texpr::broken(span)
            }
        }
    }

    /// `min(a, b, …)`, `max(a, b, …)`
    fn extreme(&mut self, call: &Call, expected: Option<&Type>) -> Texpr {
        let n = call.arguments.len().max(2);
        let Some(list) = self.plain_arguments(call, n) else { return Texpr::broken(call.span) };
        let function = if call.name.text == "min" { Function::Min } else { Function::Max };
        let expected = expected.filter(|ty| matches!(ty.required(), Type::Real(_) | Type::Int));
        let mut result = self.expr(list[0], expected);
        for other in &list[1..] {
            let other = self.expr(other, expected);
            let Some((a, b)) = self.alike(result, other) else { return Texpr::broken(call.span) };
            let range = if function == Function::Min { a.range.min(b.range) } else { a.range.max(b.range) };
            let ty = if matches!(a.ty.required(), Type::IntType(_)) { Type::Int } else { a.ty.required().clone() };
            let ty = if a.ty.is_optional() || b.ty.is_optional() { ty.optional() } else { ty };
            result = Texpr { term: Term::Apply(function, vec![a, b]), ty, range, span: call.span };
        }
        result
    }

    /// `clamp(x, low .. high)` is `max(min(x, high), low)`.
    fn clamp(&mut self, call: &Call) -> Texpr {
        let span = call.span;
        let [Argument { name: None, value: Value::Expr(value) }, Argument { name: None, value: Value::Range(range) }] =
            call.arguments.as_slice()
        else {
            self.report(
                Finding::error("wrong-arguments", "`clamp` takes a value and a range", span, "not a value and a range")
                    .help("write `clamp(VALUE, LOW .. HIGH)`"),
            );
            return Texpr::broken(span);
        };
        let (value, low, high) = (self.expr(value, None), self.expr(&range.low, None), self.expr(&range.high, None));
        let Some((value, high)) = self.alike(value, high) else { return Texpr::broken(span) };
        let upper = value.range.min(high.range);
        let ty = value.ty.clone();
        let below = Texpr { term: Term::Apply(Function::Min, vec![value, high]), ty: ty.clone(), range: upper, span };
        let Some((below, low)) = self.alike(below, low) else { return Texpr::broken(span) };
        let range = below.range.max(low.range);
        let ty = if matches!(below.ty.required(), Type::Real(_)) { below.ty.clone() } else { ty };
        Texpr { term: Term::Apply(Function::Max, vec![below, low]), ty, range, span }
    }

    /// `all(body for s in Side, c in pool)`
    pub(super) fn comprehension(
        &mut self,
        function: &Name,
        body: &Expr,
        variables: &[(Name, Expr)],
        span: Span,
    ) -> Texpr {
        let depth = self.scope.locals.len();
        let mut typed_variables = Vec::new();
        let mut terms: u64 = 1;
        for (name, over) in variables {
            let Some((binder, finite, set)) = self.variable(name, over) else {
                self.scope.locals.truncate(depth);
                return Texpr::broken(span);
            };
            terms = terms.saturating_mul(u64::from(finite.size(&self.model)));
            typed_variables.push((binder, finite, set));
        }
        let body = self.expr(body, None);
        self.scope.locals.truncate(depth);
        if terms > LOOP_MAX {
            let message = format!("a loop has at most {LOOP_MAX} terms");
            let finding = Finding::error("too-many-terms", message, span, format!("{terms} terms"));
            self.report(finding.help("loop over smaller types"));
            return Texpr::broken(span);
        }
        self.fold(function, typed_variables, body, span, terms)
    }

    /// Declares a loop variable over a type or a set; the caller removes it.
    fn variable(&mut self, name: &Name, over: &Expr) -> Option<(Binder, Finite, Option<Texpr>)> {
        let over = self.expr(over, None);
        let Type::Set(finite) = over.ty else {
            if over.ty != Type::Unknown {
                let found = over.ty.describe(&self.model);
                let message = "a type or a set is needed after `in`";
                let finding = Finding::error("type-mismatch", message, over.span, format!("this is {found}"));
                let help = over.ty.required().finite().map(|finite| format!("write `in {}`", finite.name(&self.model)));
                self.report(finding.help_maybe(help));
            }
            return None;
        };
        let binder = self.model.binder();
        let is = Texpr { term: Term::Local(binder), ty: finite.member_type(), range: Interval::ALL, span: name.span };
        let range = self.numeric_range(&is);
        self.scope.locals.push(Local { name: name.text.clone(), is: Texpr { range, ..is } });
        let set = if matches!(over.term, Term::Everything(_)) { None } else { Some(over) };
        let members = self.members_of(finite, set.as_ref());
        self.scope.ranges.push((binder, members));
        Some((binder, finite, set))
    }

    fn fold(
        &mut self,
        function: &Name,
        variables: Vec<(Binder, Finite, Option<Texpr>)>,
        body: Texpr,
        span: Span,
        terms: u64,
    ) -> Texpr {
        let restricted = variables.iter().any(|(_, _, set)| set.is_some());
        let most = terms as f64;
        let (fold, body, ty, range) = match function.text.as_str() {
            "all" => (Fold::All, self.coerce(body, &Type::Bool), Type::Bool, Interval::UNIT),
            "any" => (Fold::Any, self.coerce(body, &Type::Bool), Type::Bool, Interval::UNIT),
            "count" => (Fold::Count, self.coerce(body, &Type::Bool), Type::Int, Interval::new(0.0, most)),
            name @ ("sum" | "min" | "max") => {
                let Some(body) = self.numeric(body) else { return Texpr::broken(span) };
                let body = if matches!(body.ty, Type::Int) { body } else { self.to_real(body) };
                if body.ty.is_optional() {
                    let target = body.ty.required().clone();
                    self.coerce(body, &target);
                    return Texpr::broken(span);
                }
                let (ty, range) = (body.ty.clone(), body.range);
                match name {
                    "sum" => {
                        let whole = range.times(Interval::point(most));
                        (Fold::Sum, body, ty, if restricted { whole.union(Interval::point(0.0)) } else { whole })
                    }
                    _ if restricted => {
                        self.report(
                            Finding::error(
                                "empty-extreme",
                                format!("`{name}` over a set that may be empty has no value"),
                                span,
                                "over a set",
                            )
                            .help("loop over a whole type, and choose with `if x in SET then … else …`"),
                        );
                        return Texpr::broken(span);
                    }
                    "min" => (Fold::Min, body, ty, range),
                    _ => (Fold::Max, body, ty, range),
                }
            }
            other => {
                self.report(unknown(
                    "unknown-function",
                    "function over a set",
                    other,
                    function.span,
                    ["all", "any", "sum", "min", "max", "count"].into_iter(),
                ));
                return Texpr::broken(span);
            }
        };
        if body.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        Texpr { term: Term::Over { function: fold, variables, body: Box::new(body) }, ty, range, span }
    }
}

fn list_is_plain(call: &Call) -> bool {
    call.arguments.iter().all(|argument| argument.name.is_none() && matches!(argument.value, Value::Expr(_)))
}
