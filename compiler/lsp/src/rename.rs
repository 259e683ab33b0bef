//! A name is given another: in all texts in which it stands, or not at all.
//!
//! The changed texts are checked before they are handed out. Every name must mean afterwards what it meant before, and
//! nothing may be found that was not found before.

use crate::analysis::{Analysis, programs_of, with_scenarios};
use crate::names::{Declaration, Kind};
use crate::view::View;
use crate::world::{self, World};
use lsp_types::{Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use trialect_base::{SourceId, Span};
use trialect_driver::{Library, Trees};
use trialect_syntax::ast::{ClauseKind, ExprKind};

/// What is to be renamed at a place, or why it cannot be.
///
/// # Errors
/// Nothing that can be renamed is there.
pub(crate) fn prepare(view: &View<'_>, offset: u32) -> Result<Range, String> {
    let (_, place) = chosen(view, offset)?;
    Ok(view.range(place))
}

/// The declaration meant at a place, and the place.
fn chosen<'v>(view: &'v View<'_>, offset: u32) -> Result<(&'v Declaration, Span), String> {
    let index = view.analysis.index();
    let (found, place) = match index.at(view.analysis.own, offset).as_slice() {
        [] => return Err("there is no name of the text here".into()),
        [one] => (&index.declarations[one.of], one.place),
        [first, ..] => {
            let name = &index.declarations[first.of].name;
            return Err(format!("`{name}` could be one of several here: compare it with a value of one type"));
        }
    };
    if index.places(index.at(view.analysis.own, offset)[0].of).any(|place| index.is_ambiguous(place)) {
        return Err(format!("in some places `{}` could mean something else as well", found.name));
    }
    if view.analysis.paths.get(found.place.source.0 as usize).is_none_or(Option::is_none) {
        let module = view.analysis.source(found.place.source).map_or("", |source| source.name.as_str());
        return Err(format!("`{}` is declared in `{module}` of the standard library", found.name));
    }
    if found.kind == Kind::Part {
        return Err("a part is called by its name in other texts: rename it by hand".into());
    }
    Ok((found, place))
}

/// The change that renames.
///
/// # Errors
/// Says why the name cannot be given.
pub(crate) fn rename(view: &View<'_>, offset: u32, name: &str, world: &dyn World) -> Result<WorkspaceEdit, String> {
    let (declaration, _) = chosen(view, offset)?;
    let (parsed, _) = trialect_syntax::parse_expression(name, SourceId::default());
    if !matches!(parsed.map(|expr| expr.kind), Some(ExprKind::Name(word)) if word == name) {
        return Err(format!("`{name}` is no name: a name has letters, digits and `_`, and is no word of the language"));
    }
    let home = view.analysis.paths[declaration.place.source.0 as usize].clone().unwrap_or_default();
    let programs = programs(view, &home, world);
    let all: Vec<&Analysis> = if programs.is_empty() { vec![view.analysis] } else { programs.iter().collect() };
    let mut places: BTreeMap<PathBuf, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for analysis in &all {
        collect(analysis, declaration, &home, &mut places)?;
    }
    read_by_study(declaration, &home, world)?;
    verified(&all, &places, declaration, name, world)?;
    edits(&places, name, world, view)
}

/// All programs in which a text stands: its own, or those that use it.
fn programs(view: &View<'_>, home: &Path, world: &dyn World) -> Vec<Analysis> {
    let protocols = programs_of(home, world);
    let read = |path: PathBuf| {
        let text = if Some(&path) == own_path(view) { view.analysis.text().to_string() } else { world.read(&path)? };
        with_scenarios(&path, &text, world).or_else(|| Some(crate::analysis::of_protocol(&path, &text, world)))
    };
    protocols.into_iter().filter_map(read).collect()
}

fn own_path<'v>(view: &'v View<'_>) -> Option<&'v PathBuf> {
    view.analysis.paths.get(view.analysis.own.0 as usize)?.as_ref()
}

/// All places of a declaration in a program, by file.
fn collect(
    analysis: &Analysis,
    declaration: &Declaration,
    home: &Path,
    places: &mut BTreeMap<PathBuf, BTreeSet<(u32, u32)>>,
) -> Result<(), String> {
    let index = analysis.index();
    let path = |source: SourceId| analysis.paths.get(source.0 as usize).cloned().flatten();
    let same = |one: &&Declaration| {
        let (a, b) = (one.place, declaration.place);
        (a.start, a.end) == (b.start, b.end) && path(a.source).as_deref() == Some(home)
    };
    let Some(of) = index.declarations.iter().position(|one| same(&one)) else { return Ok(()) };
    for place in index.places(of) {
        let is_module = analysis.files.get(place.source.0 as usize).and_then(|file| file.header.as_ref());
        let is_module = is_module.is_some_and(|header| matches!(header.kind.text.as_str(), "part" | "library"));
        match path(place.source) {
            Some(file) if file == home || !is_module => {
                places.entry(file).or_default().insert((place.start, place.end));
            }
            _ => {
                let module = analysis.source(place.source).map_or("", |source| source.name.as_str());
                let name = &declaration.name;
                return Err(format!("`{name}` also stands in `{module}`, which other texts use"));
            }
        }
    }
    Ok(())
}

/// A study beside the protocol may read the name.
fn read_by_study(declaration: &Declaration, home: &Path, world: &dyn World) -> Result<(), String> {
    let Some(protocol) = world.read(home).as_deref().and_then(trialect_driver::name_of_protocol) else { return Ok(()) };
    let siblings = home.parent().map(|folder| world.files(folder)).unwrap_or_default();
    for (path, text) in siblings.into_iter().filter_map(|path| world.read(&path).map(|text| (path, text))) {
        if !trialect_driver::is_study(&text) || !trialect_driver::stage_protocols(&text).contains(&protocol) {
            continue;
        }
        let file = trialect_syntax::parse(&text, SourceId::default()).file;
        let all = file.clauses.iter().flat_map(|clause| match &clause.kind {
            ClauseKind::ClockBlock { body, .. } => body.as_slice(),
            _ => std::slice::from_ref(clause),
        });
        for clause in all {
            let ClauseKind::Stage { name, protocol: Some(call), .. } = &clause.kind else { continue };
            let reads = call.name.text == protocol
                && (contains_word(&text, &format!("{}.{}", name.text, declaration.name))
                    || call.arguments.iter().flat_map(|one| &one.name).any(|name| name.text == declaration.name));
            if reads {
                let (name, path) = (&declaration.name, path.display());
                return Err(format!("the study {path} reads `{name}`: rename it there as well, by hand"));
            }
        }
    }
    Ok(())
}

fn contains_word(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

/// A world in which some files are changed.
struct Changed<'a> {
    world: &'a dyn World,
    texts: BTreeMap<PathBuf, String>,
}

impl World for Changed<'_> {
    fn read(&self, path: &Path) -> Option<String> {
        self.texts.get(path).cloned().or_else(|| self.world.read(path))
    }
    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        self.world.files(folder)
    }
    fn library(&self) -> &Library {
        self.world.library()
    }
    fn trees(&self) -> &Trees {
        self.world.trees()
    }
    fn page(&self, name: &str, text: &str) -> Option<PathBuf> {
        self.world.page(name, text)
    }
}

/// The changed programs mean what they meant, and nothing new is found in them.
fn verified(
    programs: &[&Analysis],
    places: &BTreeMap<PathBuf, BTreeSet<(u32, u32)>>,
    declaration: &Declaration,
    name: &str,
    world: &dyn World,
) -> Result<(), String> {
    let mut texts = BTreeMap::new();
    for (path, places) in places {
        let known = programs.iter().flat_map(|one| one.paths.iter().zip(one.sources.iter()));
        let text = known.into_iter().find(|(known, _)| known.as_deref() == Some(path)).map(|(_, (_, one))| &one.text);
        let Some(text) = text else { return Err(format!("{} cannot be read", path.display())) };
        texts.insert(path.clone(), replaced(text, places, name));
    }
    let changed = Changed { world, texts };
    for before in programs {
        let path = before.paths.first().cloned().flatten().unwrap_or_default();
        let Some(text) = changed.read(&path) else { continue };
        let after = crate::analysis::again(before, &path, &text, &changed);
        let counts = |analysis: &Analysis| {
            let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
            analysis.findings.iter().for_each(|finding| *counts.entry(finding.code).or_default() += 1);
            counts
        };
        let (old, new) = (counts(before), counts(&after));
        let is_new = |code: &str, count: usize| old.get(code).is_none_or(|known| *known < count);
        if let Some((code, _)) = new.iter().find(|(code, count)| is_new(code, **count)) {
            let finding = after.findings.iter().find(|finding| finding.code == *code);
            let message = finding.map_or("", |finding| finding.message.as_str());
            return Err(format!("with the name `{name}` the text would be wrong: {message}"));
        }
        if meanings(before, places, name) != meanings(&after, &BTreeMap::new(), name) {
            return Err(format!("`{name}` means something else where `{}` stands", declaration.name));
        }
    }
    Ok(())
}

fn replaced(text: &str, places: &BTreeSet<(u32, u32)>, name: &str) -> String {
    let mut new = text.to_string();
    for (start, end) in places.iter().rev() {
        new.replace_range(*start as usize..*end as usize, name);
    }
    new
}

/// Each place with the place of what it means, as they are after the places have another name.
fn meanings(
    analysis: &Analysis,
    places: &BTreeMap<PathBuf, BTreeSet<(u32, u32)>>,
    name: &str,
) -> BTreeSet<(SourceId, i64, SourceId, i64)> {
    let index = analysis.index();
    let none = BTreeSet::new();
    let of_source = |source: SourceId| {
        let path = analysis.paths.get(source.0 as usize).cloned().flatten();
        path.and_then(|path| places.get(&path)).unwrap_or(&none)
    };
    let moved = |span: Span| {
        let before = of_source(span.source).iter().filter(|(start, _)| *start < span.start);
        let grown: i64 = before.map(|(start, end)| name.len() as i64 - i64::from(end - start)).sum();
        i64::from(span.start) + grown
    };
    let pair = |reference: &crate::names::Reference| {
        let declared = index.declarations[reference.of].place;
        (reference.place.source, moved(reference.place), declared.source, moved(declared))
    };
    index.references.iter().map(pair).collect()
}

#[allow(clippy::mutable_key_type)] // the protocol's own type; an address does not change
fn edits(
    places: &BTreeMap<PathBuf, BTreeSet<(u32, u32)>>,
    name: &str,
    world: &dyn World,
    view: &View<'_>,
) -> Result<WorkspaceEdit, String> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (path, places) in places {
        let is_own = Some(path) == own_path(view);
        let text = if is_own { Some(view.analysis.text().to_string()) } else { world.read(path) };
        let uri = if is_own { view.uri(view.analysis.own) } else { world::uri(path) };
        let Some((text, uri)) = text.zip(uri) else { return Err(format!("{} cannot be read", path.display())) };
        let lines = crate::positions::Lines::new(&text);
        let edit =
            |(start, end): &(u32, u32)| TextEdit { range: lines.range(&text, *start, *end), new_text: name.into() };
        changes.insert(uri, places.iter().map(edit).collect());
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}
