//! A study with what a scenario adds to it: what is given in the place of what it computes, and what is expected.

use super::given::Curve;
use super::steps::Expected;
use crate::study::reading::{AFTER, STAGE, waits_word};
use crate::study::{StudyStage, Writer};
use std::collections::BTreeMap;
use trialect_base::Span;
use trialect_ir::{Code, Expr as Computed, FitId, OfferedValue, Program, Stmt};
use trialect_syntax::ast::{BinaryOp, Body, Clause, ClauseKind, Expr, ExprKind, Head, Name, TypeExpr};

/// What a scenario makes of the study.
pub(in crate::study) struct Variant<'a> {
    /// What stands for definitions and statistics of the subject.
    pub(in crate::study) literals: &'a BTreeMap<String, Expr>,
    /// Statistics and definitions of sessions that are filled in.
    pub(in crate::study) filled: &'a BTreeMap<String, OfferedValue>,
    pub(in crate::study) expected: &'a [Expected<'a>],
}

/// The column of the expectation with this number. No name of a study has a blank in it.
pub(super) fn column(number: usize) -> String {
    format!("expect {number}")
}

impl Writer<'_> {
    /// What is expected, as definitions of the session.
    pub(in crate::study) fn expect(&mut self, expected: &[Expected<'_>]) {
        for (k, one) in expected.iter().enumerate() {
            let condition = self.reading.judged(one.condition);
            self.session.push(definition(&column(k), "Bool", condition));
        }
    }

    /// What expectations can read of the stage that follows, whose type has this name.
    pub(in crate::study) fn follow(&mut self, expected: &[Expected<'_>], stage_type: &str) {
        let Some(span) = expected.first().map(|first| first.condition.span) else { return };
        let after = after(&self.stages, span);
        self.session.push(definition(AFTER, stage_type, after));
        for stage in &self.stages {
            let waits = waits(&self.stages, &stage.name, span);
            self.session.push(definition(&waits_word(&stage.name), "Bool", waits));
        }
    }
}

fn definition(name: &str, ty: &str, body: Expr) -> Clause {
    let span = body.span;
    let named = |text: &str| Name { text: text.into(), span };
    let ty = Some(TypeExpr { name: named(ty), of: None, optional: false, span });
    let head = Head { name: named(name), keys: Vec::new(), ty };
    Clause { kind: ClauseKind::Define { head, body: Body::Expr(body) }, span, description: None }
}

fn name(word: &str, span: Span) -> Expr {
    Expr { kind: ExprKind::Name(word.into()), span }
}

fn joined(op: BinaryOp, list: impl IntoIterator<Item = Expr>, span: Span) -> Option<Expr> {
    list.into_iter().reduce(|a, b| Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), span })
}

fn is_in(stage: &StudyStage, span: Span) -> Expr {
    let (value, other) = (Box::new(name(STAGE, span)), Box::new(name(&stage.name, span)));
    Expr { kind: ExprKind::Is { value, other, negated: false }, span }
}

/// The stage of the next session, unless a person confirms another one: that of the first way that needs nobody.
fn after(stages: &[StudyStage], span: Span) -> Expr {
    let choice = |condition: Expr, then: Expr, otherwise: Expr| Expr {
        kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)),
        span,
    };
    stages.iter().rev().fold(name(STAGE, span), |others, stage| {
        let ways = stage.ways.iter().rev().filter(|way| !way.by_hand);
        let mut ways = ways.peekable();
        if ways.peek().is_none() {
            return others;
        }
        let next = ways.fold(name(&stage.name, span), |otherwise, way| {
            choice(name(&way.column, span), name(&way.to, span), otherwise)
        });
        choice(is_in(stage, span), next, others)
    })
}

/// Whether a stage waits for a person: something leads there by hand, and nothing leads away without one.
fn waits(stages: &[StudyStage], to: &str, span: Span) -> Expr {
    let of_stage = |stage: &StudyStage| {
        let met = stage.ways.iter().filter(|way| way.by_hand && way.to == to).map(|way| name(&way.column, span));
        let met = joined(BinaryOp::Or, met, span)?;
        let leaves = stage.ways.iter().filter(|way| !way.by_hand).map(|way| name(&way.column, span));
        let stays =
            joined(BinaryOp::Or, leaves, span).map(|leaves| Expr { kind: ExprKind::Not(Box::new(leaves)), span });
        joined(BinaryOp::And, [is_in(stage, span), met].into_iter().chain(stays), span)
    };
    let any = joined(BinaryOp::Or, stages.iter().filter_map(of_stage), span);
    any.unwrap_or(Expr { kind: ExprKind::Bool(false), span })
}

/// Puts curves in the place of what would be fitted.
pub(super) fn give_curves(program: &mut Program, curves: &[Curve]) {
    let mut sets: BTreeMap<u32, Code> = BTreeMap::new();
    for curve in curves {
        let Some(column) = program.columns.iter().find(|column| column.name == curve.column) else { continue };
        let Some(at) = program.fits.iter().position(|fit| fit.values[0] == column.value) else { continue };
        let fit = &program.fits[at];
        let mut code = Code::new();
        for (k, (value, present)) in fit.values.iter().zip(&fit.present).enumerate() {
            let part = curve.parts.and_then(|parts| parts.get(k).copied()).unwrap_or(0.0);
            code.push(Stmt::Set { slot: *value, value: Computed::Real(part) });
            code.push(Stmt::Set { slot: *present, value: Computed::Int(i64::from(curve.parts.is_some())) });
        }
        sets.insert(at as u32, code);
    }
    for code in &mut program.phases {
        *code = given(std::mem::take(code), &sets);
    }
}

fn given(code: Code, sets: &BTreeMap<u32, Code>) -> Code {
    let one = |stmt: Stmt| match stmt {
        Stmt::Fit { fit: FitId(at), .. } if sets.contains_key(&at) => sets.get(&at).cloned().unwrap_or_default(),
        Stmt::If { condition, then, otherwise } => {
            vec![Stmt::If { condition, then: given(then, sets), otherwise: given(otherwise, sets) }]
        }
        stmt => vec![stmt],
    };
    code.into_iter().flat_map(one).collect()
}
