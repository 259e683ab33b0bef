//! Remedies of findings as changes of the text.

use crate::diagnostics::diagnostic;
use crate::view::View;
use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::HashMap;
use trialect_base::Finding;

/// Remedies of the findings in a range.
pub(crate) fn actions(view: &View<'_>, range: Range) -> Vec<CodeActionOrCommand> {
    view.analysis.findings.iter().filter_map(|finding| action(view, finding, range)).collect()
}

#[allow(clippy::mutable_key_type)] // the protocol's own type; an address does not change
fn action(view: &View<'_>, finding: &Finding, range: Range) -> Option<CodeActionOrCommand> {
    let fix = finding.fix.as_ref().filter(|fix| view.analysis.is_own(fix.span))?;
    let diagnostic = diagnostic(view, finding)?;
    let touches = diagnostic.range.start <= range.end && range.start <= diagnostic.range.end;
    let edit = TextEdit { range: view.range(fix.span), new_text: fix.text.clone() };
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(view.uri(view.analysis.own)?, vec![edit])]);
    touches.then(|| {
        CodeActionOrCommand::CodeAction(CodeAction {
            title: title(view, finding),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        })
    })
}

/// What the change does: `write "max(reward, 1.5 uL)"`.
fn title(view: &View<'_>, finding: &Finding) -> String {
    let Some(fix) = &finding.fix else { return String::new() };
    let (old, new) = (view.analysis.sources.text(fix.span), fix.text.trim_end());
    match (old.is_empty(), new.is_empty()) {
        (true, _) => format!("insert `{new}`"),
        (_, true) => format!("remove `{old}`"),
        _ => format!("replace `{old}` by `{new}`"),
    }
}
