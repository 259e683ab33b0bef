//! Documentation of modules, made from their texts: what is declared, with units, ranges, defaults and descriptions.
//!
//! [`document`] reads a text into a [`Page`], which knows nothing of how it is shown; [`Page::markdown`] is one way.

mod devices;
mod entries;
mod index;
mod markdown;
mod members;
mod page;
mod written;

use crate::Library;
use trialect_base::Sources;
use trialect_syntax::ast::ClauseKind;
use written::Written;

pub use index::{documented, index};
pub use page::{Citation, Entry, Page, Row, Section, Table};

/// The page of a module of a library; none when there is no such module, or no header in its text.
///
/// What its text says in a wrong way is left out: the page is no check.
pub fn document(name: &str, library: &Library) -> Option<Page> {
    let text = library.text(name)?;
    let mut sources = Sources::default();
    let id = sources.add(name, text.clone());
    let parsed = trialect_syntax::parse(&text, id);
    let header = parsed.file.header?;
    let written = Written { sources: &sources, comments: &parsed.comments };
    let clauses = &parsed.file.clauses;
    let mut citations = Vec::new();
    let mut uses = Vec::new();
    for clause in clauses {
        match &clause.kind {
            ClauseKind::Cite(reference) => {
                citations.push(Citation { reference: reference.clone(), remark: written.remark(clause.span) });
            }
            ClauseKind::Use(name, ..) => uses.push(name.text.clone()),
            _ => {}
        }
    }
    let example = trialect_stdlib::EXAMPLES.iter().find(|example| example.name == name);
    Some(Page {
        kind: header.kind.text,
        name: header.name.text.clone(),
        version: header.version.text,
        description: header.description,
        is_always_there: trialect_stdlib::PRELUDE.contains(&name),
        is_used: clauses.iter().any(|clause| !entries::is_aside(clause)),
        uses,
        sections: entries::sections(&header.name.text, clauses, &written),
        citations,
        example: example.map(|example| example.text.to_string()),
    })
}
