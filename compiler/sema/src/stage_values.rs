//! Values with keys of a curriculum's stages: each is a definition that chooses among the stages' by the present one.

use crate::Checker;
use crate::expressions::{counted, unify};
use crate::model::*;
use crate::names::{Symbol, duplicate};
use crate::term::{Binder, Term, Texpr};
use crate::types::{Finite, Type};
use crate::{Interval, curricula};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Body, Clause, ClauseKind, Expr, ExprKind, Head, Name};

impl<'a> Checker<'a> {
    /// The names that some stage gives keys, as values of the subject `CURRICULUM.NAME`.
    pub(crate) fn declare_keyed_values(&mut self, id: CurriculumId, body: &'a [Clause]) {
        for stage in body {
            let ClauseKind::Stage { body: inner, .. } = &stage.kind else { continue };
            for clause in inner {
                let ClauseKind::Define { head, .. } = &clause.kind else { continue };
                if head.keys.is_empty() || self.keyed_value_of(id, &head.name.text).is_some() {
                    continue;
                }
                self.not_a_count(&head.name);
                let curriculum = &self.model.curricula[id.0];
                let name = format!("{}.{}", curriculum.name, head.name.text);
                let path = format!("{}.value {}", curriculum.path, head.name.text);
                let value = ValueId(self.model.values.len());
                self.enter_value(&head.name, name, path, (Clock::Subject, None), stage);
                self.model.curricula[id.0].keyed.push(value);
            }
        }
    }

    /// Names that every stage has.
    pub(crate) fn not_a_count(&mut self, name: &Name) {
        if ["trials", "sessions"].contains(&name.text.as_str()) {
            let message = format!("`{}` counts those in the present stage", name.text);
            let finding = Finding::error("reserved-name", message, name.span, "declared here");
            self.report(finding.help("choose another name"));
        }
    }

    /// The value with keys that a curriculum has under a name.
    pub(crate) fn keyed_value_of(&self, id: CurriculumId, name: &str) -> Option<ValueId> {
        self.keyed_names(id).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// All of them by the names that they have in the stages.
    pub(crate) fn keyed_names(&self, id: CurriculumId) -> Vec<(String, ValueId)> {
        let curriculum = &self.model.curricula[id.0];
        let prefix = curriculum.name.len() + 1;
        let name = |value: &ValueId| (self.model.values[value.0].name[prefix..].to_string(), *value);
        curriculum.keyed.iter().map(name).collect()
    }

    /// `CURRICULUM.NAME` before its keys.
    pub(crate) fn keyed_value_at(&self, base: &Expr) -> Option<ValueId> {
        match &base.kind {
            ExprKind::Member(inner, member) => match &inner.kind {
                ExprKind::Name(word) => match self.symbol(word)? {
                    Symbol::Curriculum(id) => self.keyed_value_of(id, &member.text),
                    _ => None,
                },
                _ => None,
            },
            ExprKind::Name(word) => self.scope.keyed.iter().find(|(name, _)| name == word).map(|(_, value)| *value),
            _ => None,
        }
    }

    /// Types what each stage says of a value, and puts it together.
    pub(crate) fn settle_keyed_value(&mut self, id: CurriculumId, value: ValueId) {
        let stages = curricula::ordered_stages(self.pending.curricula[id.0]);
        let name = self.model.values[value.0].name[self.model.curricula[id.0].name.len() + 1..].to_string();
        let mut keys: Option<Vec<(Binder, Finite)>> = None;
        let mut rows: Vec<Texpr> = Vec::new();
        let mut whole = true;
        for stage in stages {
            let ClauseKind::Stage { name: stage_name, body, .. } = &stage.kind else { continue };
            self.scope.enter(Clock::Subject, Clock::Subject);
            let row = self.row_of_stage(&name, stage_name, body, &mut keys);
            self.scope.leave();
            whole &= row.is_some();
            rows.extend(row);
        }
        let (Some(keys), true) = (keys, whole) else { return };
        let Some(ty) = self.common_type_of_stages(&name, &rows) else { return };
        let range = rows.iter().map(|row| row.range).reduce(Interval::union).unwrap_or(Interval::ALL);
        let stage_type = self.model.curricula[id.0].stage_type;
        let rows: Vec<Texpr> = rows.into_iter().map(|row| self.coerce(row, &ty)).collect();
        let stage =
            |span: Span| Texpr { term: Term::Stage(id), ty: Type::Enum(stage_type), range: Interval::ALL, span };
        let member = |k: u32, span: Span| Texpr { term: Term::Member(stage_type, k), ..stage(span) };
        let Some(body) = chosen(rows, |k, span| (stage(span), member(k, span))) else { return };
        let declared = &mut self.model.values[value.0];
        (declared.keys, declared.ty, declared.range) = (keys, ty, range);
        declared.kind = ValueKind::Definition(body);
    }

    /// What one stage says; none is a finding.
    fn row_of_stage(
        &mut self,
        name: &str,
        stage: &Name,
        body: &'a [Clause],
        known: &mut Option<Vec<(Binder, Finite)>>,
    ) -> Option<Texpr> {
        let mut written = body.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Define { head, body } if head.name.text == name => Some((head, body)),
            _ => None,
        });
        let Some((head, body)) = written.next() else {
            let message = format!("every stage says what `{name}` is, and `{}` does not", stage.text);
            let finding = Finding::error("stage-lacks-value", message, stage.span, "this stage");
            self.report(finding.help(format!("add `{name}[…] = …`")));
            return None;
        };
        if let Some((again, _)) = written.next() {
            self.report(duplicate(name, again.name.span, head.name.span));
        }
        let annotated = head.ty.as_ref().map(|ty| self.resolve_type(ty));
        let depth = self.scope.locals.len();
        let mut keys = self.enter_keys(&head.keys)?;
        if let Some(first) = known {
            if !same_types(first, &keys) {
                self.other_keys(name, head, first);
                self.leave_keys(keys.len());
                return None;
            }
            for (local, (binder, _)) in self.scope.locals[depth..].iter_mut().zip(first.iter()) {
                local.is.term = Term::Local(*binder);
            }
            keys.clone_from(first);
        }
        let row = match body {
            Body::Expr(expr) => Some(match &annotated {
                Some(ty) => self.expr_as(expr, ty),
                None => self.expr(expr, None),
            }),
            Body::Table(table) => self.table_of_stage(&keys, table, annotated.as_ref()),
        };
        self.leave_keys(keys.len());
        known.get_or_insert(keys);
        row
    }

    fn other_keys(&mut self, name: &str, head: &Head, first: &[(Binder, Finite)]) {
        let names: Vec<String> = first.iter().map(|(_, finite)| finite.name(&self.model)).collect();
        let message = format!("`{name}` has the same keys in all stages: {}", counted(first.len(), "key"));
        let finding = Finding::error("wrong-keys", message, head.name.span, "other keys");
        self.report(finding.help(format!("write `{name}[{}]`", names.join(", "))));
    }

    /// `p[Side] = {left: 40%, right: 10%}` in a stage.
    fn table_of_stage(
        &mut self,
        keys: &[(Binder, Finite)],
        table: &trialect_syntax::ast::Table,
        annotated: Option<&Type>,
    ) -> Option<Texpr> {
        let [(binder, finite)] = keys else {
            let message = format!("a table has one key, and this name has {}", keys.len());
            let finding = Finding::error("wrong-keys", message, table.span, "this table");
            self.report(finding.help("write `NAME[TYPE] = {…}`"));
            return None;
        };
        let rows = self.table_rows(*finite, table, annotated)?;
        let ty = annotated.cloned().or_else(|| self.common_type(&rows))?;
        let rows: Vec<Texpr> = rows.into_iter().map(|row| self.coerce(row, &ty)).collect();
        let of = finite.member_type();
        let key = |span: Span| Texpr { term: Term::Local(*binder), ty: of.clone(), range: Interval::ALL, span };
        chosen(rows, |k, span| (key(span), Texpr { term: finite.member(k), ..key(span) }))
    }

    fn common_type_of_stages(&mut self, name: &str, rows: &[Texpr]) -> Option<Type> {
        let mut ty = Type::Unknown;
        for row in rows {
            match unify(&ty, &row.ty) {
                Some(common) => ty = common,
                None => {
                    let (found, wanted) = (row.ty.describe(&self.model), ty.describe(&self.model));
                    let message = format!("`{name}` is of one type in all stages: {wanted}");
                    let finding = Finding::error("type-mismatch", message, row.span, format!("this is {found}"));
                    self.report(finding.help(format!("write {wanted}")));
                    return None;
                }
            }
        }
        if ty == Type::None {
            let span = rows.first().map(|row| row.span).unwrap_or_default();
            let finding = Finding::error("none-alone", "`none` says nothing about the type", span, "none");
            self.report(finding.help(format!("write `{name}[…] : TYPE? = none`")));
            return None;
        }
        (ty != Type::Unknown).then_some(ty)
    }
}

fn same_types(a: &[(Binder, Finite)], b: &[(Binder, Finite)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| a == b)
}

/// One of several expressions of a type: the k-th where both sides of the k-th comparison are equal, else the last.
fn chosen(rows: Vec<Texpr>, sides: impl Fn(u32, Span) -> (Texpr, Texpr)) -> Option<Texpr> {
    let mut rows = (0..).zip(rows).collect::<Vec<(u32, Texpr)>>().into_iter().rev();
    let (_, last) = rows.next()?;
    Some(rows.fold(last, |rest, (k, row)| {
        let (ty, span, range) = (row.ty.clone(), row.span, row.range.union(rest.range));
        let (value, member) = sides(k, span);
        let here = Texpr::bool(Term::Is(Box::new(value), Box::new(member)), span);
        Texpr { term: Term::If(Box::new(here), Box::new(row), Box::new(rest)), ty, range, span }
    }))
}
