//! Remedies that only the library knows: a name that a module declares which nobody uses.

use crate::compile::Library;
use crate::trees::Trees;
use trialect_base::{Finding, SourceId, Sources, Span};
use trialect_syntax::ast::{Clause, ClauseKind, File};

/// Adds `use MODULE` to findings about names that a module has; `loaded` are the modules in use, `first` is the clause
/// before which it can stand.
pub(crate) fn with_uses(
    finding: Finding,
    sources: &Sources,
    (library, trees): (&Library, &Trees),
    loaded: &[&str],
    first: Option<&Clause>,
) -> Finding {
    let label = finding.labels.first().filter(|_| matches!(finding.code, "unknown-name" | "unknown-type"));
    let Some(name) = label.map(|label| sources.text(label.span)) else { return finding };
    let declaring = library.names().into_iter().filter(|module| !loaded.contains(module)).find(|module| {
        let text = library.text(module).unwrap_or_default();
        declares(&trees.parse(&text, SourceId::default()).0, name)
    });
    match declaring {
        Some(module) => {
            let help = format!("`{name}` is declared in {module}: write `use {module}` below the first line");
            match first.map(|clause| Span { end: clause.span.start, ..clause.span }) {
                Some(before) => finding.replace(before, format!("use {module}\n"), |_| help),
                None => finding.help(help),
            }
        }
        None => finding,
    }
}

fn declares(file: &File, wanted: &str) -> bool {
    file.clauses.iter().any(|clause| match &clause.kind {
        ClauseKind::Enum { name, members } => name.text == wanted || members.iter().any(|member| member.text == wanted),
        ClauseKind::Levels { name, .. } | ClauseKind::IntType { name, .. } => name.text == wanted,
        ClauseKind::Define { head, .. } => head.name.text == wanted,
        _ => false,
    })
}
