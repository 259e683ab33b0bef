//! Findings as an editor shows them.

use crate::view::View;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
};
use trialect_base::{Finding, Severity, Span};

/// What is wrong with the text itself.
pub(crate) fn diagnostics(view: &View<'_>) -> Vec<Diagnostic> {
    view.analysis.findings.iter().filter_map(|finding| diagnostic(view, finding)).collect()
}

/// A finding at its first place in this text; one that lies in another text is shown where that is used.
pub(crate) fn diagnostic(view: &View<'_>, finding: &Finding) -> Option<Diagnostic> {
    let own = |label: &&trialect_base::Label| view.analysis.is_own(label.span);
    let first = finding.labels.first()?;
    let shown = finding.labels.iter().find(own).map_or_else(|| used_at(view, first.span), |label| Some(label.span))?;
    let mut message = finding.message.clone();
    if !first.text.is_empty() && shown == first.span {
        message.push_str(&format!("\n{}", first.text));
    }
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let related = finding.labels.iter().filter(|label| label.span != shown).filter_map(|label| {
        Some(DiagnosticRelatedInformation { location: view.location(label.span)?, message: label.text.clone() })
    });
    Some(Diagnostic {
        range: view.range(shown),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.into())),
        code_description: page(view, finding.code),
        source: Some("trialect".into()),
        message,
        related_information: Some(related.collect()),
        tags: (finding.code == "default-never-used").then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    })
}

/// The page that explains a finding, as a file of its own.
fn page(view: &View<'_>, code: &str) -> Option<CodeDescription> {
    let text = format!("# {code}\n\n{}\n", trialect_driver::explain(code)?);
    view.page(&format!("findings/{code}.md"), &text).map(|href| CodeDescription { href })
}

/// Where the text that a finding lies in is used; the first line when that is not to be found.
fn used_at(view: &View<'_>, span: Span) -> Option<Span> {
    let file = view.analysis.file()?;
    let name = &view.analysis.source(span.source)?.name;
    let is_used = |used: &&trialect_syntax::ast::Name| used.text == *name || used.text.starts_with(&format!("{name}."));
    let used = uses(&file.clauses);
    let used = used.iter().copied().find(is_used).map(|used| used.span);
    used.or_else(|| file.header.as_ref().map(|header| header.name.span))
}

/// Names in `use` clauses.
pub(crate) fn uses(clauses: &[trialect_syntax::ast::Clause]) -> Vec<&trialect_syntax::ast::Name> {
    use trialect_syntax::ast::ClauseKind::{Block, ClockBlock, Part, Use};
    let mut list = Vec::new();
    for clause in clauses {
        match &clause.kind {
            Use(name, _) => list.push(name),
            ClockBlock { body, .. } | Block { body, .. } | Part { body, .. } => list.extend(uses(body)),
            _ => {}
        }
    }
    list
}
