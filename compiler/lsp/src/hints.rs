//! Types and units that the text does not say, shown beside the names.

use crate::quantities;
use crate::view::View;
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range};
use std::collections::BTreeMap;
use trialect_base::Span;
use trialect_sema::Value;
use trialect_syntax::ast::{Body, Clause, ClauseKind, ExprKind, Head};

/// Hints in a range of the text.
pub(crate) fn hints(view: &View<'_>, range: Range) -> Vec<InlayHint> {
    let Some(file) = view.analysis.file() else { return Vec::new() };
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let values: BTreeMap<Span, &Value> = model.values.iter().map(|value| (value.span, value)).collect();
    let mut heads = Vec::new();
    collect(&file.clauses, &mut heads);
    let mut hints = Vec::new();
    for head in heads.into_iter().filter(|head| head.ty.is_none()) {
        let Some(value) = values.get(&head.name.span) else { continue };
        let Some(ty) = quantities::written(&value.ty, model) else { continue };
        let unit = quantities::unit(&value.ty, model).filter(|unit| *unit != ty);
        let position = view.range(end_of(view, head)).end;
        if position < range.start || position > range.end {
            continue;
        }
        let tooltip = quantities::range(value.range, &value.ty, model).map(InlayHintTooltip::String);
        hints.push(InlayHint {
            position,
            label: InlayHintLabel::String(format!(
                ": {ty}{}",
                unit.map(|unit| format!(" ({unit})")).unwrap_or_default()
            )),
            kind: Some(InlayHintKind::TYPE),
            text_edits: None,
            tooltip,
            padding_left: Some(true),
            padding_right: Some(false),
            data: None,
        });
    }
    hints
}

/// Heads of definitions, draws, statistics and variables whose type is not plain to see.
fn collect<'a>(clauses: &'a [Clause], heads: &mut Vec<&'a Head>) {
    for clause in clauses {
        match &clause.kind {
            ClauseKind::Define { head, body: Body::Expr(expr) } => {
                let is_plain = matches!(&expr.kind, ExprKind::Number { unit: Some(_), .. } | ExprKind::Bool(_));
                heads.extend(Some(head).filter(|_| !is_plain));
            }
            ClauseKind::Define { head, .. } | ClauseKind::Draw { head, .. } => heads.push(head),
            ClauseKind::Stat(stat) => heads.push(&stat.head),
            ClauseKind::ClockBlock { body, .. }
            | ClauseKind::Block { body, .. }
            | ClauseKind::Part { body, .. }
            | ClauseKind::Policy { body, .. }
            | ClauseKind::Curriculum { body, .. }
            | ClauseKind::Stage { body, .. }
            | ClauseKind::State { body, .. }
            | ClauseKind::Beside { body, .. }
            | ClauseKind::For { body, .. } => collect(body, heads),
            _ => {}
        }
    }
}

/// The name with its keys.
fn end_of(view: &View<'_>, head: &Head) -> Span {
    let Some(key) = head.keys.last() else { return head.name.span };
    let from = key.over.span.end;
    let rest = view.analysis.text().get(from as usize..).unwrap_or_default();
    let close = rest.find(']').and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0);
    Span { end: from + close, ..head.name.span }
}
