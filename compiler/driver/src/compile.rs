//! Source to program: parse, collect what is used, check, lower.

use crate::hints::with_uses;
use crate::scenarios::{self, Scenario, Surroundings};
use crate::trees::Trees;
use std::collections::BTreeMap;
use std::sync::Arc;
use trialect_base::{Finding, Findings, SourceId, Sources, Span};
use trialect_ir::{Offered, Program, digest};
use trialect_sema::{Model, Module};
use trialect_syntax::ast::{Clause, ClauseKind, File, Name};

/// Where modules come from.
#[derive(Debug, Clone)]
pub enum Library {
    /// The standard library inside this program.
    Embedded,
    /// Texts by name: those that a session was made from, or a changed standard library.
    Texts(BTreeMap<String, String>),
}

impl Library {
    /// The library with the texts of a folder beside it, by name; what the library has itself stays as it is.
    #[must_use]
    pub fn beside(self, near: BTreeMap<String, String>) -> Library {
        if near.is_empty() {
            return self;
        }
        let mut texts = near;
        for name in self.names().into_iter().map(str::to_string).collect::<Vec<_>>() {
            texts.extend(self.text(&name).map(|text| (name, text)));
        }
        Library::Texts(texts)
    }

    /// The text of a module.
    pub fn text(&self, name: &str) -> Option<String> {
        match self {
            Library::Embedded => {
                trialect_stdlib::MODULES.iter().find(|module| module.name == name).map(|module| module.text.to_string())
            }
            Library::Texts(texts) => texts.get(name).cloned(),
        }
    }

    /// Names of all modules that a text can use; the prelude is used by all.
    pub fn modules(&self) -> Vec<&str> {
        let mut names = self.names();
        names.retain(|name| !trialect_stdlib::PRELUDE.contains(name));
        names
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Library::Embedded => trialect_stdlib::MODULES.iter().map(|module| module.name).collect(),
            Library::Texts(texts) => texts.keys().map(String::as_str).collect(),
        }
    }
}

/// A text that a program was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// `protocol`, or the module's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// `sha2-256:` of its bytes.
    pub sha256: String,
}

/// What became of a source text.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// All texts, for showing findings.
    pub sources: Sources,
    /// By place.
    pub findings: Vec<Finding>,
    /// The program, when nothing forbids it.
    pub program: Option<Arc<Program>>,
    /// Its scenarios, when nothing forbids them.
    pub scenarios: Vec<Scenario>,
    /// The protocol's text first, then the modules in the order in which they were read.
    pub texts: Vec<SourceText>,
    /// What a study can read of it.
    pub offered: Offered,
}

impl Compiled {
    /// `sha2-256:` of the protocol's text, byte for byte.
    pub fn source_hash(&self) -> &str {
        self.texts.first().map_or("", |text| &text.sha256)
    }
    /// True when there is no error.
    pub fn is_runnable(&self) -> bool {
        self.program.is_some()
    }
}

/// Compiles a protocol. `name` is what people call the text: a path.
pub fn compile(name: &str, text: &str, library: &Library) -> Compiled {
    compile_beside(name, text, library, None)
}

/// Compiles a protocol with the file of scenarios beside it: its name and its text.
pub fn compile_beside(name: &str, text: &str, library: &Library, beside: Option<(&str, &str)>) -> Compiled {
    analyse(name, text, library, beside).compiled
}

/// What was learnt of a source text on the way to its program.
#[derive(Debug, Clone)]
pub struct Analysed {
    /// What became of it.
    pub compiled: Compiled,
    /// The checked model; complete only when the findings allow to run the protocol.
    pub model: Model,
    /// The trees of all texts that were read, each at the index of its source.
    pub files: Vec<Arc<File>>,
}

impl Analysed {
    /// Where a state of the program is declared.
    pub fn place_of_state(&self, state: u32) -> Option<Span> {
        self.model.states.get(state as usize).map(|state| state.span)
    }

    /// Where a device of the program is declared.
    pub fn place_of_device(&self, device: u32) -> Option<Span> {
        self.model.devices.get(device as usize).map(|device| device.span)
    }
}

/// Compiles a protocol like [`compile_beside`], and keeps what its text says.
pub fn analyse(name: &str, text: &str, library: &Library, beside: Option<(&str, &str)>) -> Analysed {
    analyse_with(name, text, library, beside, &Trees::default())
}

/// The same; what is among the trees is not parsed again.
pub fn analyse_with(
    name: &str,
    text: &str,
    library: &Library,
    beside: Option<(&str, &str)>,
    trees: &Trees,
) -> Analysed {
    let mut sources = Sources::default();
    let mut texts = vec![stamp("protocol", text)];
    let mut findings = Findings::default();
    let id = sources.add(name, text);
    let protocol = parsed(text, id, &mut findings, trees);
    let modules = Modules::load(&protocol, (library, trees), &mut sources, &mut texts, &mut findings);
    let not_protocol = protocol.header.as_ref().is_some_and(|header| header.kind.text != "protocol");
    if let Some(header) = protocol.header.as_ref().filter(|_| not_protocol) {
        findings.push(
            Finding::error(
                "not-a-protocol",
                match header.kind.text.as_str() {
                    "scenarios" => "scenarios are not run by themselves".into(),
                    other => format!("a {other} cannot be run by itself"),
                },
                header.kind.span,
                "not `protocol`",
            )
            .help("check the protocol that uses it"),
        );
    }
    let readable = findings.is_runnable();
    let listed: Vec<Module<'_>> = modules.list.iter().map(|(name, file)| Module { name, file }).collect();
    let (model, checked) = trialect_sema::check(&protocol, &listed, &sources);
    // What could not be read is missing from the tree; complaints about its absence would only confuse.
    let loaded: Vec<&str> = modules.list.iter().map(|(name, _)| name.as_str()).collect();
    for finding in checked.iter().filter(|finding| readable || !may_follow(finding.code)) {
        findings.push(with_uses(finding.clone(), &sources, (library, trees), &loaded, protocol.clauses.first()));
    }
    let mut program: Option<Arc<Program>> = None;
    let mut scenarios = Vec::new();
    let mut tree_beside = None;
    if findings.is_runnable() {
        match trialect_lower::lower(&model, &sources) {
            Ok(lowered) => program = Some(Arc::new(lowered)),
            Err(flaws) => flaws.into_iter().for_each(|flaw| findings.push(flaw)),
        }
        tree_beside = beside.map(|(name, text)| parsed(text, sources.add(name, text), &mut findings, trees));
        let beside = &tree_beside;
        if let Some(beside) = beside {
            scenarios::check_beside(&protocol, beside, &sources, &mut findings);
        }
        if let Some(program) = &program {
            let around = Surroundings { protocol: &protocol, modules: &listed, sources: &sources, program };
            scenarios = scenarios::compile(&around, beside.as_deref(), &mut findings);
        }
        program = program.filter(|_| findings.is_runnable());
    }
    let offered = program.as_ref().map(|program| crate::offered::offered(&model, program)).unwrap_or_default();
    let files = std::iter::once(protocol).chain(modules.list.into_iter().map(|(_, file)| file)).chain(tree_beside);
    let files = files.collect();
    let compiled = Compiled { sources, findings: findings.sorted(), program, scenarios, texts, offered };
    Analysed { compiled, model, files }
}

/// Whether a finding may come only from a clause that could not be read, and would be gone with it.
fn may_follow(code: &str) -> bool {
    const FOLLOWING: &[&str] = &[
        "unknown-name",
        "unknown-state",
        "unknown-outcome",
        "unknown-stage",
        "unknown-type",
        "unknown-device",
        "unknown-target",
        "trial-never-ends",
        "outcome-never",
        "not-tracked",
        "missing-argument",
        "may-be-none",
        "none-alone",
        "none-compared",
        "always-holds",
        "deck-never-empty",
        "may-wait-forever",
        "never-holds",
        "never-taken",
        "never-used",
        "stages-swap",
    ];
    const FAMILIES: &[&str] = &["no-", "state-", "stage-"];
    FOLLOWING.contains(&code) || FAMILIES.iter().any(|family| code.starts_with(family))
}

pub(crate) fn stamp(name: &str, text: &str) -> SourceText {
    SourceText { name: name.into(), text: text.into(), sha256: digest(text.as_bytes()) }
}

pub(crate) fn parsed(text: &str, id: SourceId, findings: &mut Findings, trees: &Trees) -> Arc<File> {
    let (file, told) = trees.parse(text, id);
    findings.extend(told);
    file
}

/// The prelude and everything that is used, each once, in the order of use.
pub(crate) struct Modules {
    pub(crate) list: Vec<(String, Arc<File>)>,
}

impl Modules {
    pub(crate) fn load(
        protocol: &File,
        (library, trees): (&Library, &Trees),
        sources: &mut Sources,
        texts: &mut Vec<SourceText>,
        findings: &mut Findings,
    ) -> Modules {
        let mut modules = Modules { list: Vec::new() };
        let mut open: Vec<(String, Option<Name>)> =
            trialect_stdlib::PRELUDE.iter().map(|name| ((*name).to_string(), None)).collect();
        open.extend(uses(&protocol.clauses).into_iter().map(|name| (name.text.clone(), Some(name.clone()))));
        let own: Vec<&str> = parts_of(protocol).collect();
        let mut next = 0;
        while next < open.len() {
            let (name, used) = open[next].clone();
            next += 1;
            if modules.list.iter().any(|(known, _)| *known == name) || own.contains(&name.as_str()) {
                continue;
            }
            let Some(text) = library.text(&name) else {
                // `use LIBRARY.PART`: the library is what is read.
                match (name.rsplit_once('.').filter(|(parent, _)| library.text(parent).is_some()), used) {
                    (Some((parent, _)), used) => open.push((parent.to_string(), used)),
                    (None, Some(used)) => findings.push(unknown_module(&used, library)),
                    (None, None) => {}
                }
                continue;
            };
            let id = sources.add(name.clone(), text.clone());
            texts.push(stamp(&name, &text));
            let file = parsed(&text, id, findings, trees);
            open.extend(uses(&file.clauses).into_iter().map(|name| (name.text.clone(), Some(name.clone()))));
            modules.list.push((name, file));
        }
        modules
    }
}

/// What is used at the top, in the blocks of clocks and in parts.
pub(crate) fn uses(clauses: &[Clause]) -> Vec<&Name> {
    let mut list = Vec::new();
    for clause in clauses {
        match &clause.kind {
            ClauseKind::Use(name, _) => list.push(name),
            ClauseKind::ClockBlock { body, .. } | ClauseKind::Block { body, .. } | ClauseKind::Part { body, .. } => {
                list.extend(uses(body));
            }
            _ => {}
        }
    }
    list
}

/// The parts that a protocol has itself.
fn parts_of(file: &File) -> impl Iterator<Item = &str> {
    file.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Part { name, .. } => Some(name.text.as_str()),
        _ => None,
    })
}

fn unknown_module(name: &Name, library: &Library) -> Finding {
    let known = library.modules();
    let near = known.iter().copied().filter(|known| known.contains(&name.text) || name.text.contains(known)).min();
    let message = format!("there is no module `{}`", name.text);
    let finding = Finding::error("unknown-module", message, name.span, "no such module");
    match near {
        Some(near) => finding.replace(name.span, near, |near| format!("did you mean `{near}`?")),
        None => finding.help(format!("modules: {}", known.join(", "))),
    }
}
