//! What a module declares, by kind.

use super::page::{Columns, Entry, Row, Section, Table};
use super::written::Written;
use super::{devices, members};
use trialect_syntax::ast::{Clause, ClauseKind, CovariateClause, Expr, Name, Step};

/// Titles of sections of entries, in the order in which they are shown.
const LARGE: [&str; 3] = ["Device classes", "Parts", "Policies"];
/// Titles of sections of one table, with its columns.
const SMALL: [(&str, Columns); 5] = [
    ("Kinds of quantities", &["quantity", "unit"]),
    ("Types", &["type", "members"]),
    ("Values", &["value", "is"]),
    ("Animals", &["animal"]),
    ("Covariates", &["covariate", "of", "type", "range or usual value", "asked", "as"]),
];

/// A clause that declares nothing.
pub(super) fn is_aside(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Cite(_) | ClauseKind::Use(..) | ClauseKind::ScenarioStep(_))
}

/// Everything that a module declares.
pub(super) fn sections(module: &str, clauses: &[Clause], written: &Written<'_>) -> Vec<Section> {
    let small = SMALL.iter().map(|(title, columns)| {
        let rows = clauses.iter().flat_map(|clause| rows(clause, written)).filter(|(of, _)| of == title);
        let table = Table { columns, rows: rows.map(|(_, row)| row).collect() };
        Section { title, table: Some(table).filter(|table| !table.rows.is_empty()), entries: Vec::new() }
    });
    let large = LARGE.iter().map(|title| {
        let entries = clauses.iter().filter_map(|clause| entry(module, clause, written)).filter(|(of, _)| of == title);
        Section { title, table: None, entries: entries.map(|(_, entry)| entry).collect() }
    });
    small.chain(large).filter(|section| section.table.is_some() || !section.entries.is_empty()).collect()
}

/// A declaration with a page's entry of its own.
fn entry(module: &str, clause: &Clause, written: &Written<'_>) -> Option<(&'static str, Entry)> {
    let (title, name, tables, usage) = match &clause.kind {
        ClauseKind::DeviceClass { name, body } => ("Device classes", name, devices::tables(body, written), None),
        ClauseKind::Part { name, body } => {
            ("Parts", name, members::tables(body, written), Some(format!("use {module}.{}", name.text)))
        }
        ClauseKind::Policy { name, body } => {
            ("Policies", name, members::tables(body, written), Some(adapted(name, body)))
        }
        _ => return None,
    };
    let (name, notes) = (name.text.clone(), written.notes(clause.span));
    Some((title, Entry { name, description: clause.description.clone(), notes, usage, tables }))
}

/// `adapt NAME = staircase(correct: …, first: …) on trial.end`: with everything that has no default.
fn adapted(name: &Name, body: &[Clause]) -> String {
    let needed = body.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::InputOf(head) => Some(&head.name.text),
        ClauseKind::Param { head, value: None, .. } => Some(&head.name.text),
        _ => None,
    });
    let arguments: Vec<String> = needed.map(|name| format!("{name}: …")).collect();
    format!("adapt NAME = {}({}) on trial.end", name.text, arguments.join(", "))
}

/// A declaration that is a row of a table.
fn rows(clause: &Clause, written: &Written<'_>) -> Vec<(&'static str, Row)> {
    let row = |name: String, cells| Row { name, cells, description: clause.description.clone() };
    match &clause.kind {
        ClauseKind::Quantity { name, unit } => {
            vec![("Kinds of quantities", row(name.text.clone(), vec![unit.text.clone()]))]
        }
        ClauseKind::Enum { name, members } => {
            let members: Vec<&str> = members.iter().map(|member| member.text.as_str()).collect();
            vec![("Types", row(name.text.clone(), vec![members.join(", ")]))]
        }
        ClauseKind::Levels { name, values } => {
            let values: Vec<String> = values.iter().map(|value: &Expr| written.expr(value)).collect();
            vec![("Types", row(name.text.clone(), vec![values.join(", ")]))]
        }
        ClauseKind::IntType { name, range } => vec![("Types", row(name.text.clone(), vec![written.range(range)]))],
        ClauseKind::Define { head, body } => {
            vec![("Values", row(written.head(head), vec![members::value(body, written)]))]
        }
        ClauseKind::ScenarioStep(step) => match &**step {
            Step::Animal(name) => {
                let sentences = [clause.description.clone(), Some(written.notes(clause.span))];
                let description: Vec<String> =
                    sentences.into_iter().flatten().filter(|text| !text.is_empty()).collect();
                let description = clause.description.is_some().then(|| description.join(". "));
                vec![("Animals", Row { description, ..row(name.text.clone(), Vec::new()) })]
            }
            _ => Vec::new(),
        },
        ClauseKind::ClockBlock { clock, body } => {
            body.iter().filter_map(|inner| covariate(clock, inner, written)).collect()
        }
        _ => Vec::new(),
    }
}

fn covariate(clock: &Name, clause: &Clause, written: &Written<'_>) -> Option<(&'static str, Row)> {
    let ClauseKind::Covariate(covariate) = &clause.kind else { return None };
    let CovariateClause { head, standard, usual, within, asked, convention, term, .. } = &**covariate;
    let usual_word = if *standard && within.is_some() { "usually " } else { "" };
    let range = within.as_ref().map(|range| format!("{usual_word}{}", written.range(range)));
    let usual = usual.as_ref().map(|usual| format!("usually {usual}"));
    let asked = match asked.as_ref().map(|asked| asked.text.as_str()) {
        Some("change") => "on change".into(),
        Some(asked) => asked.to_string(),
        None => String::new(),
    };
    let cited = [convention.clone(), term.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let kind = written.kind(head.ty.as_ref(), None);
    let cells = vec![clock.text.clone(), kind, range.or(usual).unwrap_or_default(), asked, cited];
    Some(("Covariates", Row { name: written.head(head), cells, description: clause.description.clone() }))
}
