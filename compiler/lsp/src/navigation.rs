//! Definitions, references, and the outline of a text.

use crate::names::{Declaration, Kind};
use crate::view::View;
use lsp_types::{DocumentSymbol, Location, SymbolKind};
use trialect_base::Span;
use trialect_syntax::ast::{Clause, ClauseKind, Name};

/// Where the name at a place is declared; for a `use`, the text that is used.
pub(crate) fn definition(view: &View<'_>, offset: u32) -> Vec<Location> {
    if let Some(name) = used_here(view, offset) {
        let module = view.analysis.sources.iter().find(|(_, source)| source.name == name.text);
        if let Some((id, _)) = module {
            return view.location(Span { source: id, start: 0, end: 0 }).into_iter().collect();
        }
    }
    let index = view.analysis.index();
    let found = index.at(view.analysis.own, offset);
    found.iter().filter_map(|one| view.location(index.declarations[one.of].place)).collect()
}

fn used_here<'a>(view: &'a View<'_>, offset: u32) -> Option<&'a Name> {
    let uses = crate::diagnostics::uses(&view.analysis.file()?.clauses);
    uses.into_iter().find(|name| name.span.start <= offset && offset <= name.span.end)
}

/// All places of the name at a place.
pub(crate) fn references(view: &View<'_>, offset: u32, with_declaration: bool) -> Vec<Location> {
    let index = view.analysis.index();
    let mut list = Vec::new();
    for found in index.at(view.analysis.own, offset) {
        let declared = index.declarations[found.of].place;
        let places = index.places(found.of).filter(|place| with_declaration || *place != declared);
        list.extend(places.filter_map(|place| view.location(place)));
    }
    list
}

/// The outline: what is declared, in its blocks.
pub(crate) fn symbols(view: &View<'_>) -> Vec<DocumentSymbol> {
    view.analysis.file().map(|file| list(view, &file.clauses)).unwrap_or_default()
}

fn list(view: &View<'_>, clauses: &[Clause]) -> Vec<DocumentSymbol> {
    clauses.iter().flat_map(|clause| symbol(view, clause)).collect()
}

fn symbol(view: &View<'_>, clause: &Clause) -> Vec<DocumentSymbol> {
    let room = |name: &str, place: Span, kind: SymbolKind, body: &[Clause]| {
        vec![one(view, clause, (name, place), kind, list(view, body))]
    };
    match &clause.kind {
        ClauseKind::ClockBlock { clock, body } => room(&clock.text, clock.span, SymbolKind::NAMESPACE, body),
        ClauseKind::Block { name, body } => room(&name.text, name.span, SymbolKind::NAMESPACE, body),
        ClauseKind::Curriculum { name, body } => room(&name.text, name.span, SymbolKind::CLASS, body),
        ClauseKind::Stage { name, body, .. } => room(&name.text, name.span, SymbolKind::CLASS, body),
        ClauseKind::State { name, body } => room(&name.text, name.span, SymbolKind::EVENT, body),
        ClauseKind::Beside { head, body } => room(&head.name.text, head.name.span, SymbolKind::CLASS, body),
        ClauseKind::Policy { name, body } => room(&name.text, name.span, SymbolKind::CLASS, body),
        ClauseKind::Part { name, body } => room(&name.text, name.span, SymbolKind::MODULE, body),
        ClauseKind::Rig(body) => room("rig", first(clause.span, 3), SymbolKind::OBJECT, body),
        ClauseKind::Scenario { title, .. } => room(title, first(clause.span, 8), SymbolKind::FUNCTION, &[]),
        ClauseKind::DeviceClass { name, .. } => room(&name.text, name.span, SymbolKind::CLASS, &[]),
        ClauseKind::For { body, .. } => list(view, body),
        ClauseKind::Handler(_) | ClauseKind::If { .. } | ClauseKind::Set { .. } => Vec::new(),
        _ => leaves(view, clause),
    }
}

/// What a clause without a block declares.
fn leaves(view: &View<'_>, clause: &Clause) -> Vec<DocumentSymbol> {
    let index = view.analysis.index();
    let inside = |declaration: &&Declaration| declaration.clause == clause.span && declaration.kind != Kind::Local;
    let declared = index.declared_by(clause.span).into_iter().filter(inside);
    declared
        .map(|one_of| one(view, clause, (&one_of.name, one_of.place), symbol_kind(one_of.kind), Vec::new()))
        .collect()
}

fn symbol_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Value("param" | "definition" | "input") => SymbolKind::CONSTANT,
        Kind::Value("covariate") => SymbolKind::FIELD,
        Kind::Type(_) | Kind::Class => SymbolKind::ENUM,
        Kind::Member | Kind::Outcome => SymbolKind::ENUM_MEMBER,
        Kind::Device | Kind::Stimulus | Kind::Instance => SymbolKind::OBJECT,
        Kind::Rule => SymbolKind::FUNCTION,
        _ => SymbolKind::VARIABLE,
    }
}

/// The first word of a clause.
fn first(span: Span, length: u32) -> Span {
    Span { end: span.start + length, ..span }
}

#[allow(deprecated)] // the field `deprecated` of the protocol has to be filled
fn one(
    view: &View<'_>,
    clause: &Clause,
    (name, place): (&str, Span),
    kind: SymbolKind,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let name = if name.trim().is_empty() { "(no name)" } else { name };
    DocumentSymbol {
        name: name.into(),
        detail: clause.description.clone(),
        kind,
        tags: None,
        deprecated: None,
        range: view.range(clause.span),
        selection_range: view.range(place),
        children: (!children.is_empty()).then_some(children),
    }
}
