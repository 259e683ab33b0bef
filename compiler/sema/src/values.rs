//! Values: their keys, types, ranges and bodies, inferred until nothing changes and then reported once.

use crate::expressions::{Local, unify};
use crate::model::*;
use crate::order::Node;
use crate::term::{Binder, Term, Texpr, Tick};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Body, ClauseKind, Head, Key, Table};
use trialect_units::Decimal;

/// Passes over all values after which types are taken as they are: only circles need more than three.
const PASSES_MAX: usize = 16;

impl<'a> Checker<'a> {
    /// Types of everything, by repetition until nothing changes: a circle of definitions takes more than one pass.
    pub(crate) fn infer(&mut self, order: &[Node]) {
        self.muted = true;
        for _ in 0..PASSES_MAX {
            let before = self.signature();
            self.settle_all(order);
            if self.signature() == before {
                break;
            }
        }
        self.muted = false;
    }

    fn signature(&self) -> Vec<(Type, Interval, bool)> {
        let values = self.model.values.iter().map(|value| (value.ty.clone(), value.range, value.live));
        let stages =
            self.model.curricula.iter().flat_map(|c| c.values.iter().map(|(_, ty, range)| (ty.clone(), *range, false)));
        values.chain(stages).collect()
    }

    fn settle_all(&mut self, order: &[Node]) {
        for node in order {
            match node {
                Node::Value(id) => self.settle_value(*id),
                Node::Curriculum(id) => self.settle_curriculum(*id),
            }
        }
    }

    /// Everything once more, with its findings.
    pub(crate) fn finish(&mut self, order: &[Node]) {
        self.settle_all(order);
        for k in 0..self.model.stimuli.len() {
            self.settle_stimulus(StimulusId(k));
        }
        self.settle_inputs();
        self.settle_constants();
        self.settle_machine();
        self.settle_blocks();
        self.settle_held();
        self.settle_rules();
    }

    fn settle_value(&mut self, id: ValueId) {
        // A draw of a state is typed in its state.
        if self.model.values[id.0].state.is_some() {
            return;
        }
        let clause = self.pending.values[id.0];
        let clock = self.model.values[id.0].clock;
        self.scope.enter(clock, clock);
        self.scope.block = self.model.values[id.0].block;
        match &clause.kind {
            ClauseKind::Define { head, body } => match crate::fits::call_of(clause) {
                Some(call) if matches!(clock, Clock::Subject | Clock::Session) => self.fit(id, head, call),
                _ => self.definition(id, head, body),
            },
            ClauseKind::Var { head, initial, within, by } => {
                self.variable_value(id, head, Some(initial), within.as_ref(), by.as_ref(), ValueKind::Variable);
            }
            ClauseKind::Param { head, value: None, .. } => self.report(
                Finding::error("no-start", "a parameter has a value from the start", head.name.span, "no value")
                    .help(format!("write `param {} = VALUE within LOW .. HIGH`", head.name.text)),
            ),
            ClauseKind::Param { head, value, within, by } => {
                self.variable_value(id, head, value.as_ref(), within.as_ref(), by.as_ref(), ValueKind::Parameter);
            }
            ClauseKind::Draw { head, call, within } => self.draw(id, head, call, within.as_ref()),
            ClauseKind::Stat(stat) => self.statistic(id, stat),
            ClauseKind::Covariate(covariate) => self.covariate(id, covariate),
            _ => {}
        }
        self.scope.leave();
    }

    /// Keys over finite types; the variables are in scope until `leave_keys`.
    pub(crate) fn enter_keys(&mut self, keys: &[Key]) -> Option<Vec<(Binder, Finite)>> {
        let mut typed = Vec::new();
        for key in keys {
            let over = self.expr(&key.over, None);
            let Term::Everything(finite) = over.term else {
                if over.ty != Type::Unknown {
                    let found = over.ty.describe(&self.model);
                    let help = match over.ty.required() {
                        Type::Set(finite) => format!("write `[{}]`", finite.name(&self.model)),
                        ty => ty.finite().map_or("write `[TYPE]` or `[x in TYPE]`".into(), |finite| {
                            format!("write `[{}]`", finite.name(&self.model))
                        }),
                    };
                    self.report(
                        Finding::error("type-mismatch", "a key is a type", over.span, format!("this is {found}"))
                            .help(help),
                    );
                }
                self.leave_keys(typed.len());
                return None;
            };
            let binder = self.model.binder();
            let (name, span) =
                key.variable.as_ref().map_or((String::new(), key.over.span), |v| (v.text.clone(), v.span));
            let is = Texpr { term: Term::Local(binder), ty: finite.member_type(), range: Interval::ALL, span };
            self.scope.locals.push(Local { name, is });
            typed.push((binder, finite));
        }
        Some(typed)
    }

    pub(crate) fn leave_keys(&mut self, count: usize) {
        let left = self.scope.locals.len() - count.min(self.scope.locals.len());
        self.scope.locals.truncate(left);
    }

    pub(crate) fn definition(&mut self, id: ValueId, head: &Head, body: &Body) {
        let annotated = head.ty.as_ref().map(|ty| self.resolve_type(ty));
        if self.is_text_of_rules(id, head, annotated.as_ref()) {
            return;
        }
        let Some(keys) = self.enter_keys(&head.keys) else { return };
        let (ty, range, kind) = match body {
            Body::Expr(expr) => {
                let typed = match &annotated {
                    Some(ty) => self.expr_as(expr, ty),
                    None => self.expr(expr, None),
                };
                if typed.ty == Type::None {
                    self.report(
                        Finding::error("none-alone", "`none` says nothing about the type", typed.span, "none")
                            .help(format!("write `{} : TYPE? = …`", head.name.text)),
                    );
                }
                let ty = annotated.unwrap_or_else(|| typed.ty.clone());
                (ty, typed.range, ValueKind::Definition(typed))
            }
            Body::Table(table) => self.table(&keys, table, annotated),
        };
        self.leave_keys(keys.len());
        let live = match &kind {
            ValueKind::Definition(body) => self.is_live(body),
            ValueKind::Table(rows) => rows.iter().any(|row| self.is_live(row)),
            _ => false,
        };
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range, value.kind, value.live) = (keys, ty, range, kind, live);
    }

    /// Whether an expression depends on what happens in the trial.
    pub(crate) fn is_live(&self, typed: &Texpr) -> bool {
        let mut live = false;
        typed.visit(&mut |inner| {
            live |= match &inner.term {
                Term::Tick(Tick::SessionElapsed) => true,
                Term::Value { value, last: false, .. } if self.model.values[value.0].live => true,
                _ => self.happens(inner),
            }
        });
        live
    }

    /// Whether a term by itself is known only when the trial goes on.
    fn happens(&self, typed: &Texpr) -> bool {
        match &typed.term {
            Term::Reading(..) | Term::Total(..) | Term::Stamp(..) | Term::Outcome { last: false } => true,
            Term::Value { value, last: false, .. } => {
                let value = &self.model.values[value.0];
                let is_set = value.clock == Clock::Trial && matches!(value.kind, ValueKind::Variable(_));
                is_set || (value.live && value.clock == Clock::Trial)
            }
            _ => false,
        }
    }

    /// What is made when a trial begins cannot depend on how the trial goes.
    pub(crate) fn known_at_start(&mut self, typed: &Texpr, what: &str) {
        let mut later: Option<(Span, bool)> = None;
        typed.visit(&mut |inner| {
            if later.is_none() && self.happens(inner) {
                later = Some((inner.span, matches!(inner.term, Term::Value { .. } | Term::Outcome { .. })));
            }
        });
        let Some((span, has_last)) = later else { return };
        let text = self.sources.text(span).to_string();
        let help = match has_last {
            true => format!("read the trial before, `last.{text}`, or a statistic"),
            false => "give it a name in `trial { … }` and read that of the trial before, `last.NAME`".into(),
        };
        self.report(
            Finding::error(
                "not-yet-known",
                format!("{what} is settled when a trial begins, and `{text}` is known only during the trial"),
                span,
                "known later",
            )
            .help(help),
        );
    }

    /// `{left: -1, right: 1}`
    fn table(
        &mut self,
        keys: &[(Binder, Finite)],
        table: &Table,
        annotated: Option<Type>,
    ) -> (Type, Interval, ValueKind) {
        let nothing = (Type::Unknown, Interval::ALL, ValueKind::Pending);
        let [(_, finite)] = keys else {
            let message = format!("a table has one key, and this name has {}", keys.len());
            self.report(
                Finding::error("wrong-keys", message, table.span, "this table").help("write `NAME[TYPE] = {…}`"),
            );
            return nothing;
        };
        let Some(rows) = self.table_rows(*finite, table, annotated.as_ref()) else { return nothing };
        let ty = annotated.or_else(|| self.common_type(&rows));
        let Some(ty) = ty else { return nothing };
        let rows: Vec<Texpr> = rows.into_iter().map(|row| self.coerce(row, &ty)).collect();
        let range = rows.iter().map(|row| row.range).reduce(Interval::union).unwrap_or(Interval::ALL);
        (ty, range, ValueKind::Table(rows))
    }

    /// The one type of all rows, or a finding.
    pub(crate) fn common_type(&mut self, rows: &[Texpr]) -> Option<Type> {
        let mut common = Type::Unknown;
        for row in rows {
            match unify(&common, &row.ty) {
                Some(ty) => common = ty,
                None => {
                    let found = row.ty.describe(&self.model);
                    let wanted = common.describe(&self.model);
                    let message = "all rows of a table give the same kind of value";
                    let finding = Finding::error("type-mismatch", message, row.span, format!("this is {found}"));
                    let help = format!("make it {wanted}, as in the row before");
                    self.report(finding.also(rows[0].span, format!("this is {wanted}")).help(help));
                    return None;
                }
            }
        }
        Some(common)
    }

    /// One value for each member of the key; `else` fills the gaps.
    pub(crate) fn table_rows(&mut self, finite: Finite, table: &Table, expected: Option<&Type>) -> Option<Vec<Texpr>> {
        let member_type = finite.member_type();
        let size = finite.size(&self.model) as usize;
        let mut rows: Vec<Option<(Texpr, Span)>> = vec![None; size];
        let mut rest = None;
        for (key, value) in &table.rows {
            let value = self.expr(value, expected);
            let Some(key) = key else {
                rest = Some(value);
                continue;
            };
            let key = self.expr_as(key, &member_type);
            let Some(k) = member_index(&key) else { continue };
            if let Some((_, first)) = &rows[k as usize] {
                let message =
                    format!("a table has one row for each member, and `{}` has two", finite.label(&self.model, k));
                let finding = Finding::error("duplicate-name", message, key.span, "again here");
                self.report(finding.also(*first, "first here").help("remove one of them"));
            }
            rows[k as usize] = Some((value, key.span));
        }
        let missing: Vec<String> =
            (0..size).filter(|&k| rows[k].is_none()).map(|k| finite.label(&self.model, k as u32)).collect();
        if !missing.is_empty() && rest.is_none() {
            self.report(
                Finding::error(
                    "missing-row",
                    "a table has a row for each member of its key",
                    table.span,
                    format!("no row for {}", missing.join(", ")),
                )
                .help(format!("add `{}: …` or `else: …`", missing[0])),
            );
            return None;
        }
        rows.into_iter().map(|row| row.map(|(value, _)| value).or_else(|| rest.clone())).collect()
    }

    pub(crate) fn variable_value(
        &mut self,
        id: ValueId,
        head: &Head,
        initial: Option<&ast::Expr>,
        within: Option<&ast::Range>,
        by: Option<&ast::Expr>,
        kind: fn(Variable) -> ValueKind,
    ) {
        let annotated = head.ty.as_ref().map(|ty| self.resolve_type(ty));
        if self.is_text_of_rules(id, head, annotated.as_ref()) {
            return;
        }
        let Some(keys) = self.enter_keys(&head.keys) else { return };
        let initial = initial.map(|expr| match &annotated {
            Some(ty) => self.expr_as(expr, ty),
            None => self.expr(expr, None),
        });
        self.leave_keys(keys.len());
        let mut ty = annotated.or_else(|| initial.as_ref().map(|typed| typed.ty.clone())).unwrap_or(Type::Unknown);
        if ty == Type::None {
            self.report(
                Finding::error("none-alone", "`none` says nothing about the type", head.name.span, "none")
                    .help(format!("write `var {} : TYPE? := none`", head.name.text)),
            );
            ty = Type::Unknown;
        }
        if !self.may_have_range(&ty, within, by) {
            ty = Type::Unknown;
        }
        let bounds = within.filter(|_| ty != Type::Unknown).and_then(|range| self.bounds(range, &ty));
        // `var level := 1 within 0.5 .. 2` is real: the range says so.
        if ty == Type::Int && bounds.is_some_and(|(low, high, whole)| !whole && low <= high) {
            ty = Type::NUMBER;
        }
        let initial = initial.map(|typed| self.coerce(typed, &ty));
        if let Some(initial) = initial.as_ref().filter(|_| self.model.values[id.0].clock == Clock::Trial) {
            self.known_at_start(initial, "a start value");
        }
        let step = by.map(|step| step.span);
        let by = by.filter(|_| ty != Type::Unknown).and_then(|step| self.constant(step, ty.required()));
        let range =
            bounds.map_or_else(|| natural_range(&ty), |(low, high, _)| Interval::new(low.to_f64(), high.to_f64()));
        let variable = Variable { initial, within: bounds.map(|(low, high, _)| (low, high)), by };
        if ty != Type::Unknown && (within.is_none() || bounds.is_some()) {
            let name = &head.name;
            let places = (within.map_or(name.span, |range| range.high.span), step.unwrap_or(name.span));
            self.check_variable(name, &variable, &ty, places);
        }
        let value = &mut self.model.values[id.0];
        (value.keys, value.ty, value.range, value.kind) = (keys, ty, range, kind(variable));
    }

    /// Only numbers have ranges and steps.
    pub(crate) fn may_have_range(&mut self, ty: &Type, within: Option<&ast::Range>, by: Option<&ast::Expr>) -> bool {
        let is_number = matches!(ty.required(), Type::Real(_) | Type::Int | Type::Unknown);
        let place = within.map(|range| range.low.span.to(range.high.span)).or(by.map(|step| step.span));
        let Some(place) = place.filter(|_| !is_number) else { return true };
        let found = ty.describe(&self.model);
        let message = "only numbers have a range";
        let finding = Finding::error("type-mismatch", message, place, format!("the range of {found}"));
        self.report(finding.help("remove `within`: a type with members has no others"));
        false
    }

    /// Constant bounds of a `within`, and whether both are whole numbers.
    pub(crate) fn bounds(&mut self, range: &ast::Range, ty: &Type) -> Option<(Decimal, Decimal, bool)> {
        let target = if *ty.required() == Type::Int { Type::NUMBER } else { ty.required().clone() };
        let (low, high) = (self.constant(&range.low, &target)?, self.constant(&range.high, &target)?);
        if high < low {
            let span = range.low.span.to(range.high.span);
            self.report(
                Finding::error("empty-range", "this range is empty", span, "the least is above the greatest")
                    .help("exchange its ends"),
            );
            return None;
        }
        Some((low, high, low.to_i64().is_some() && high.to_i64().is_some()))
    }

    /// A constant of a type, or a finding.
    pub(crate) fn constant(&mut self, expr: &ast::Expr, ty: &Type) -> Option<Decimal> {
        let typed = self.expr_as(expr, ty);
        let value = self.constant_of(&typed);
        if value.is_none() && typed.ty != Type::Unknown {
            self.report(
                Finding::error("not-constant", "a constant is needed here", expr.span, "not a constant")
                    .help("write the number with its unit"),
            );
        }
        value
    }

    /// The exact value of an expression of constants.
    pub(crate) fn constant_of(&self, typed: &Texpr) -> Option<Decimal> {
        self.model.constant_of(typed)
    }
}

/// The range of a type by itself.
fn natural_range(ty: &Type) -> Interval {
    if *ty.required() == Type::Bool { Interval::UNIT } else { Interval::ALL }
}

/// Which member of a finite type a constant is.
pub(crate) fn member_index(typed: &Texpr) -> Option<u32> {
    match &typed.term {
        Term::Member(_, k) | Term::Level(_, k) | Term::IntMember(_, k) => Some(*k),
        Term::Bool(value) => Some(u32::from(*value)),
        Term::Narrowed(inner) | Term::Some(inner) => member_index(inner),
        _ => None,
    }
}
