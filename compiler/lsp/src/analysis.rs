//! What is known of an open text: its findings, its names, its checked model.

use crate::names::Index;
use crate::world::World;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_base::{Finding, Source, SourceId, Sources, Span};
use trialect_driver::{
    Analysed, Library, Near, analyse_with, compile, compile_study, name_for_use, nearby, stage_protocols,
};
use trialect_driver::{name_of_protocol, names_used};
use trialect_ir::Offered;
use trialect_sema::Model;
use trialect_syntax::ast::File;
use trialect_syntax::parse;

/// How the file of scenarios beside a protocol ends.
const SCENARIOS: &str = ".scenarios.trial";
/// How a text's file ends.
const TRIAL: &str = ".trial";

/// What is known of a text.
pub(crate) struct Analysis {
    pub(crate) sources: Sources,
    /// The trees, each at the index of its source.
    pub(crate) files: Vec<Arc<File>>,
    /// The text itself among the sources.
    pub(crate) own: SourceId,
    /// Of all sources.
    pub(crate) findings: Vec<Finding>,
    /// The checked model, where the text is part of a program.
    pub(crate) model: Option<Model>,
    /// The file of each source; none for modules of the library.
    pub(crate) paths: Vec<Option<PathBuf>>,
    /// Made when it is asked for.
    index: OnceCell<Index>,
}

impl Analysis {
    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.files, self.model.as_ref()))
    }
    pub(crate) fn text(&self) -> &str {
        self.sources.get(self.own).map_or("", |source| source.text.as_str())
    }
    pub(crate) fn file(&self) -> Option<&File> {
        self.files.get(self.own.0 as usize).map(AsRef::as_ref)
    }
    pub(crate) fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id)
    }
    pub(crate) fn is_own(&self, span: Span) -> bool {
        span.source == self.own
    }
}

/// What protocols offer to studies, by the texts of which that depends.
pub(crate) type Offers = BTreeMap<PathBuf, (String, Offered)>;

/// Looks at a text.
pub(crate) fn analysis(path: &Path, text: &str, world: &dyn World, offers: &mut Offers) -> Analysis {
    world.trees().turn();
    // The first word says what a text is; to read all of it for that would take as long as to check it.
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    match first.and_then(|line| line.split_whitespace().next()).unwrap_or_default() {
        "study" => study(path, text, world, offers),
        "scenarios" => scenarios(path, text, world),
        "library" => library(path, text, world),
        "part" => part(path, text, world),
        _ => protocol(path, text, world, None),
    }
    .unwrap_or_else(|| alone(path, text))
}

/// A text of which only its own words are known.
fn alone(path: &Path, text: &str) -> Analysis {
    let mut sources = Sources::default();
    let own = sources.add(path.display().to_string(), text);
    let parsed = parse(text, own);
    let (files, findings) = (vec![Arc::new(parsed.file)], parsed.findings.sorted());
    Analysis { sources, files, own, findings, model: None, paths: vec![Some(path.into())], index: OnceCell::new() }
}

/// The texts beside a text.
fn near(path: &Path, text: &str, world: &dyn World) -> BTreeMap<String, Near> {
    // The folder of the text, then the one above.
    let folders: Vec<&Path> = path.ancestors().skip(1).take(2).collect();
    let mut read = |path: &Path| Ok::<_, std::convert::Infallible>(world.read(path));
    nearby(text, &folders, world.library(), world.trees(), &mut read).unwrap_or_default()
}

fn texts(near: &BTreeMap<String, Near>) -> BTreeMap<String, String> {
    near.iter().map(|(name, near)| (name.clone(), near.text.clone())).collect()
}

fn protocol(path: &Path, text: &str, world: &dyn World, beside: Option<(&Path, &str)>) -> Option<Analysis> {
    let near = near(path, text, world);
    let library = world.library().clone().beside(texts(&near));
    let named = beside.map(|(path, text)| (path.display().to_string(), text));
    let named = named.as_ref().map(|(name, text)| (name.as_str(), *text));
    let analysed = analyse_with(&path.display().to_string(), text, &library, named, world.trees());
    let mut paths: BTreeMap<String, PathBuf> = near.into_iter().map(|(name, near)| (name, near.path)).collect();
    for path in std::iter::once(path).chain(beside.map(|(path, _)| path)) {
        paths.insert(path.display().to_string(), path.into());
    }
    Some(whole(analysed, SourceId::default(), &paths))
}

/// The analysis of a program, seen from one of its texts.
fn whole(analysed: Analysed, own: SourceId, paths: &BTreeMap<String, PathBuf>) -> Analysis {
    let Analysed { compiled, model, files } = analysed;
    let paths = compiled.sources.iter().map(|(_, source)| paths.get(&source.name).cloned()).collect();
    let (sources, findings) = (compiled.sources, compiled.findings);
    Analysis { sources, files, own, findings, model: Some(model), paths, index: OnceCell::new() }
}

/// The protocol with its file of scenarios: for names that stand in both.
pub(crate) fn with_scenarios(path: &Path, text: &str, world: &dyn World) -> Option<Analysis> {
    let beside = path.to_str()?.strip_suffix(TRIAL)?;
    let beside = PathBuf::from(format!("{beside}{SCENARIOS}"));
    let written = world.read(&beside)?;
    let analysis = protocol(path, text, world, Some((&beside, &written)))?;
    // A protocol with errors is read without its scenarios.
    analysis.paths.contains(&Some(beside)).then_some(analysis)
}

/// A protocol without its scenarios.
pub(crate) fn of_protocol(path: &Path, text: &str, world: &dyn World) -> Analysis {
    protocol(path, text, world, None).unwrap_or_else(|| alone(path, text))
}

/// The same look at a changed text: with scenarios when there were some before.
pub(crate) fn again(before: &Analysis, path: &Path, text: &str, world: &dyn World) -> Analysis {
    let had = before.paths.iter().flatten().any(|path| protocol_of(path).is_some());
    let with = if had { with_scenarios(path, text, world) } else { None };
    with.unwrap_or_else(|| match before.model {
        Some(_) => of_protocol(path, text, world),
        None => analysis(path, text, world, &mut Offers::new()),
    })
}

/// The protocols in whose programs a text stands: itself, that of its scenarios, or those beside it that use it.
pub(crate) fn programs_of(path: &Path, world: &dyn World) -> Vec<PathBuf> {
    if let Some(of) = protocol_of(path) {
        return vec![of];
    }
    let Some(text) = world.read(path) else { return Vec::new() };
    if name_of_protocol(&text).is_some() {
        return vec![path.into()];
    }
    let (Some(name), Some(folder)) = (name_for_use(&text), path.parent()) else { return Vec::new() };
    let uses = |host: &PathBuf| {
        world
            .read(host)
            .is_some_and(|text| name_of_protocol(&text).is_some() && near(host, &text, world).contains_key(&name))
    };
    world.files(folder).into_iter().filter(uses).collect()
}

/// The protocol of a file of scenarios.
fn protocol_of(scenarios: &Path) -> Option<PathBuf> {
    Some(PathBuf::from(format!("{}{TRIAL}", scenarios.to_str()?.strip_suffix(SCENARIOS)?)))
}

fn scenarios(path: &Path, text: &str, world: &dyn World) -> Option<Analysis> {
    let of = protocol_of(path)?;
    let written = world.read(&of)?;
    let mut analysis = protocol(&of, &written, world, Some((path, text)))?;
    let own = analysis.paths.iter().position(|known| known.as_deref() == Some(path))?;
    analysis.own = SourceId(u32::try_from(own).ok()?);
    Some(analysis)
}

/// A library is checked as what an empty protocol uses.
fn library(path: &Path, text: &str, world: &dyn World) -> Option<Analysis> {
    let name = name_for_use(text)?;
    let host = format!("protocol user.of_library 1.0.0\nuse {name}\n");
    seen_from(path, text, &name, Path::new(""), &host, world)
}

/// A part is checked in the first protocol beside it that uses it.
fn part(path: &Path, text: &str, world: &dyn World) -> Option<Analysis> {
    let name = name_for_use(text)?;
    let folder = path.parent()?;
    world.files(folder).into_iter().filter(|other| other != path).find_map(|other| {
        let host = world.read(&other)?;
        let is_host = name_of_protocol(&host).is_some() && names_used(&host).contains(&name);
        is_host.then(|| seen_from(path, text, &name, &other, &host, world))?
    })
}

/// A module of a program, with the findings that lie in it.
fn seen_from(path: &Path, text: &str, name: &str, of: &Path, host: &str, world: &dyn World) -> Option<Analysis> {
    let near = near(if of == Path::new("") { path } else { of }, host, world);
    let mut paths: BTreeMap<String, PathBuf> =
        near.iter().map(|(name, near)| (name.clone(), near.path.clone())).collect();
    paths.insert(of.display().to_string(), of.into());
    paths.insert(name.into(), path.into());
    // The open text is the one that is meant, also in the place of a module of the library.
    let mut near = texts(&near);
    near.insert(name.into(), text.into());
    let mut library = world.library().clone().beside(near);
    if let Library::Texts(texts) = &mut library {
        texts.insert(name.into(), text.into());
    }
    let analysed = analyse_with(&of.display().to_string(), host, &library, None, world.trees());
    let own = analysed.compiled.sources.iter().find(|(_, source)| source.name == name).map(|(id, _)| id)?;
    let mut analysis = whole(analysed, own, &paths);
    analysis.findings.retain(|finding| finding.labels.first().is_some_and(|label| label.span.source == own));
    Some(analysis)
}

fn study(path: &Path, text: &str, world: &dyn World, offers: &mut Offers) -> Option<Analysis> {
    let folders: Vec<&Path> = path.ancestors().skip(1).take(2).collect();
    let mut offered = BTreeMap::new();
    for name in stage_protocols(text) {
        let mut files = folders.iter().flat_map(|folder| trialect_driver::files_for_name(&name, folder));
        let found = files.find_map(|file| {
            let text = world.read(&file)?;
            (name_of_protocol(&text).as_deref() == Some(&name)).then_some((file, text))
        });
        let Some((file, text)) = found else { continue };
        let near = texts(&near(&file, &text, world));
        let depends = near.values().fold(text.clone(), |all, text| all + text);
        if offers.get(&file).is_none_or(|(known, _)| *known != depends) {
            let compiled = compile(&file.display().to_string(), &text, &world.library().clone().beside(near));
            offers.insert(file.clone(), (depends, compiled.offered));
        }
        offered.extend(offers.get(&file).map(|(_, offer)| (name, offer.clone())));
    }
    let compiled = compile_study(&path.display().to_string(), text, &offered);
    let mut analysis = alone(path, text);
    (analysis.sources, analysis.findings) = (compiled.sources, compiled.findings);
    let files = analysis.sources.iter().map(|(id, source)| Arc::new(parse(&source.text, id).file)).collect();
    analysis.files = files;
    analysis.paths.resize(analysis.sources.iter().count(), None);
    Some(analysis)
}
