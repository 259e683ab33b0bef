//! What could stand at a place.

use crate::names::{Declaration, Index, Kind, Space};
use crate::quantities;
use crate::text::{clause_before, is_quiet, word_at};
use crate::view::View;
use crate::words::{FUNCTIONS, KEYWORDS};
use crate::world::World;
use lsp_types::{CompletionItem, CompletionItemKind, Documentation};
use trialect_sema::Clock;
use trialect_syntax::ast::{Clause, ClauseKind};

/// What could stand at a place of the text, whether or not the clause there can be read.
pub(crate) fn completions(view: &View<'_>, offset: u32, world: &dyn World) -> Vec<CompletionItem> {
    let text = view.analysis.text();
    let offset = offset as usize;
    if is_quiet(text, offset) {
        return Vec::new();
    }
    let (start, _) = word_at(text, offset);
    let clause = clause_before(text, start);
    let before = clause.trim_end();
    let index = view.analysis.index();
    let around = around(view, start);
    if clause.starts_with("use ") {
        return modules(view, world).iter().map(|name| item(name, CompletionItemKind::MODULE, None)).collect();
    }
    if before.ends_with('.') {
        return members(view, index, before.trim_end_matches('.'));
    }
    if before.ends_with("-> end") {
        return named(view, index.within(Space::Members, "outcome"));
    }
    if before.ends_with("->") {
        return ways(view, index, &around);
    }
    if clause.ends_with(' ') && before.ends_with(|c: char| c.is_ascii_digit()) && !is_name_before(before) {
        return trialect_units::UNIT_WORDS.iter().map(|unit| item(unit, CompletionItemKind::UNIT, None)).collect();
    }
    if before.ends_with(':') {
        return types(view, index, around.in_rig);
    }
    if before.is_empty() {
        return beginnings(index);
    }
    let verb = before.strip_prefix("hold").unwrap_or(before).trim();
    let verb = if before.ends_with(" to") { before.split_whitespace().next().unwrap_or_default() } else { verb };
    let targets = targets(view, index, verb);
    if !targets.is_empty() {
        return targets;
    }
    values(view, index, &around, before)
}

/// What can be used: modules of the library, and what stands beside the text.
fn modules(view: &View<'_>, world: &dyn World) -> Vec<String> {
    let own = view.analysis.paths.get(view.analysis.own.0 as usize).cloned().flatten();
    let folder = own.as_deref().and_then(std::path::Path::parent);
    let beside = folder.map(|folder| world.files(folder)).unwrap_or_default();
    let beside = beside.into_iter().filter(|path| Some(path) != own.as_ref());
    let names = beside.filter_map(|path| trialect_driver::name_for_use(&world.read(&path)?));
    let mut names: Vec<String> = world.library().modules().into_iter().map(str::to_string).chain(names).collect();
    names.sort();
    names
}

/// `x2` ends with a digit, and is no number.
fn is_name_before(before: &str) -> bool {
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What is around a place.
#[derive(Default)]
struct Around {
    offset: usize,
    clock: Option<Clock>,
    /// The block or the policy, whose names come first.
    inside: Vec<String>,
    curriculum: Option<String>,
    beside: Option<String>,
    in_rig: bool,
    in_study: bool,
    /// In a handler, a statistic, a rule: values of faster clocks are known.
    reads_all: bool,
}

fn around(view: &View<'_>, offset: usize) -> Around {
    let mut around = Around { offset, ..Around::default() };
    let Some(file) = view.analysis.file() else { return around };
    around.in_study = file.header.as_ref().is_some_and(|header| header.kind.text == "study");
    let mut clauses = file.clauses.as_slice();
    while let Some(clause) =
        clauses.iter().find(|one| (one.span.start as usize..one.span.end as usize).contains(&offset))
    {
        let Some(body) = enter(clause, &mut around) else { break };
        clauses = body;
    }
    around
}

fn enter<'c>(clause: &'c Clause, around: &mut Around) -> Option<&'c [Clause]> {
    Some(match &clause.kind {
        ClauseKind::ClockBlock { clock, body } => {
            around.clock = Some(match clock.text.as_str() {
                "subject" => Clock::Subject,
                "session" => Clock::Session,
                _ => Clock::Trial,
            });
            body
        }
        ClauseKind::Block { name, body } => {
            around.clock = Some(Clock::Block);
            around.inside.push(name.text.clone());
            body
        }
        ClauseKind::Policy { name, body } => {
            around.inside.push(name.text.clone());
            around.reads_all = true;
            body
        }
        ClauseKind::Curriculum { name, body } => {
            around.curriculum = Some(name.text.clone());
            around.inside.push(name.text.clone());
            body
        }
        ClauseKind::Beside { head, body } => {
            around.beside = Some(head.name.text.clone());
            body
        }
        ClauseKind::Rig(body) => {
            around.in_rig = true;
            body
        }
        ClauseKind::Stage { body, .. } | ClauseKind::Part { body, .. } => body,
        ClauseKind::State { body, .. } | ClauseKind::Scenario { body, .. } | ClauseKind::For { body, .. } => {
            around.reads_all = true;
            body
        }
        ClauseKind::Handler(handler) => {
            around.reads_all = true;
            handler.actions.as_deref()?
        }
        _ => return None,
    })
}

/// What stands after the dot of `word`.
fn members(view: &View<'_>, index: &Index, before: &str) -> Vec<CompletionItem> {
    let base = before.trim_end_matches(']');
    let base = if base.len() < before.len() { base.rsplit_once('[').map_or(base, |(base, _)| base) } else { base };
    let word = base.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    let ticks = |words: &[&str]| words.iter().map(|word| item(word, CompletionItemKind::PROPERTY, None)).collect();
    match word {
        "trial" => return ticks(&["index", "first", "start", "end"]),
        "session" => return ticks(&["elapsed", "index", "start", "end"]),
        "last" => {
            let of_trial = |one: &&Declaration| matches!(one.kind, Kind::Value(_));
            let mut list = named(view, index.within(Space::Global, "").filter(of_trial));
            list.push(item("outcome", CompletionItemKind::PROPERTY, None));
            return list;
        }
        _ => {}
    }
    if index.find(Space::States, "", word).is_some() {
        return ticks(&["entry", "exit", "visits", "time"]);
    }
    let Some(of) = index.find(Space::Global, "", word) else { return Vec::new() };
    let declaration = &index.declarations[of];
    let (owner, own): (String, &[&str]) = match declaration.kind {
        Kind::Device => (declaration.of.clone(), &[]),
        Kind::Instance => (declaration.of.clone(), &[]),
        Kind::Block => (declaration.name.clone(), &["trials", "index", "first"]),
        Kind::Curriculum => (declaration.name.clone(), &["trials", "sessions"]),
        Kind::Stage => (String::new(), &["sessions", "days", "trials"]),
        Kind::Beside => (declaration.name.clone(), &[]),
        Kind::Stimulus => {
            let device = index.find(Space::Global, "", &declaration.of).map(|k| index.declarations[k].of.clone());
            (format!("{}.{}", device.unwrap_or_default(), declaration.made), &[])
        }
        _ => return Vec::new(),
    };
    let seen = |one: &&Declaration| !matches!(one.kind, Kind::Verb | Kind::Constructor);
    let mut list = named(view, index.within(Space::Within, &owner).filter(seen));
    list.extend::<Vec<_>>(ticks(own));
    list
}

/// Where a `->` can lead.
fn ways(view: &View<'_>, index: &Index, around: &Around) -> Vec<CompletionItem> {
    if let Some(curriculum) = &around.curriculum {
        return named(view, index.within(Space::Members, curriculum));
    }
    if around.in_study {
        return named(view, index.within(Space::Global, "").filter(|one| one.kind == Kind::Stage));
    }
    if let Some(beside) = &around.beside {
        return named(view, index.within(Space::Within, beside).filter(|one| one.kind == Kind::State));
    }
    let mut list = named(view, index.within(Space::States, ""));
    list.push(item("end", CompletionItemKind::KEYWORD, Some("the trial ends with an outcome")));
    list
}

fn types(view: &View<'_>, index: &Index, in_rig: bool) -> Vec<CompletionItem> {
    let fits = |one: &&Declaration| (one.kind == Kind::Class) == in_rig;
    let mut list = named(view, index.within(Space::Types, "").filter(fits));
    if !in_rig {
        list.extend(["Bool", "Int", "Real", "Text", "Set"].map(|name| item(name, CompletionItemKind::CLASS, None)));
    }
    list
}

/// Words that begin a clause, and verbs.
fn beginnings(index: &Index) -> Vec<CompletionItem> {
    let words = KEYWORDS.iter().map(|(word, meaning)| item(word, CompletionItemKind::KEYWORD, Some(meaning)));
    let classes = index.within(Space::Types, "").filter(|one| one.kind == Kind::Class);
    let verbs = classes.flat_map(|class| index.within(Space::Within, &class.name)).filter(|one| one.kind == Kind::Verb);
    let mut verbs: Vec<&Declaration> = verbs.collect();
    verbs.sort_by(|a, b| a.name.cmp(&b.name));
    verbs.dedup_by(|a, b| a.name == b.name);
    let verbs = verbs.into_iter().map(|one| item(&one.name, CompletionItemKind::METHOD, one.description.as_deref()));
    words.chain(verbs).collect()
}

/// Devices that can do a verb, and stimuli on them; none when it is no verb.
fn targets(view: &View<'_>, index: &Index, verb: &str) -> Vec<CompletionItem> {
    let can =
        |class: &str| index.find(Space::Within, class, verb).is_some_and(|k| index.declarations[k].kind == Kind::Verb);
    let class_of = |one: &Declaration| match one.kind {
        Kind::Device => Some(one.of.clone()),
        Kind::Stimulus => index.find(Space::Global, "", &one.of).map(|k| index.declarations[k].of.clone()),
        _ => None,
    };
    named(view, index.within(Space::Global, "").filter(|one| class_of(one).is_some_and(|class| can(&class))))
}

/// Names whose clock is known here, functions, and the words of expressions.
fn values(view: &View<'_>, index: &Index, around: &Around, before: &str) -> Vec<CompletionItem> {
    let first = before.split_whitespace().next().unwrap_or_default();
    let rules = ["stat", "on", "stop", "advise", "ends", "counts", "expect", "when", "act", "adapt", "curriculum"];
    let reads_all = around.reads_all || rules.contains(&first);
    let clock = around.clock.unwrap_or(Clock::Constant);
    let model = view.analysis.model.as_ref();
    let known = |one: &&Declaration| {
        let value = model.and_then(|model| crate::hover::value_of(model, one));
        reads_all
            || value.is_none_or(|value| value.clock <= clock || value.clock == Clock::Block && clock == Clock::Trial)
    };
    let local = |one: &&Declaration| {
        let clause = one.clause.start as usize..one.clause.end as usize;
        one.kind == Kind::Local && view.analysis.is_own(one.clause) && clause.contains(&around.offset)
    };
    let mut list = named(view, index.declarations.iter().filter(local));
    for owner in &around.inside {
        list.extend(named(view, index.within(Space::Within, owner).filter(|one| matches!(one.kind, Kind::Value(_)))));
    }
    let global = index.within(Space::Global, "").filter(|one| !matches!(one.kind, Kind::Policy | Kind::Part));
    list.extend(named(view, global.filter(known)));
    list.extend(named(
        view,
        index.within(Space::Types, "").filter(|one| matches!(one.kind, Kind::Type("enum" | "levels" | "int"))),
    ));
    list.extend(named(
        view,
        index.declarations.iter().filter(|one| matches!(one.kind, Kind::Member | Kind::Outcome | Kind::Stage)),
    ));
    list.extend(FUNCTIONS.iter().map(|(word, meaning)| item(word, CompletionItemKind::FUNCTION, Some(meaning))));
    let words =
        ["and", "or", "not", "is", "in", "exists", "default", "if", "then", "else", "true", "false", "none", "last"];
    list.extend(words.map(|word| item(word, CompletionItemKind::KEYWORD, None)));
    list
}

fn named<'i>(view: &View<'_>, declarations: impl Iterator<Item = &'i Declaration>) -> Vec<CompletionItem> {
    declarations
        .map(|one| {
            let model = view.analysis.model.as_ref();
            let value = model.and_then(|model| Some((model, crate::hover::value_of(model, one)?)));
            let ty = value.and_then(|(model, value)| quantities::written(&value.ty, model));
            CompletionItem {
                detail: Some(ty.unwrap_or_else(|| one.kind.word().into())),
                ..item(&one.name, kind(one.kind), one.description.as_deref())
            }
        })
        .collect()
}

fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Value("definition" | "param" | "input") => CompletionItemKind::CONSTANT,
        Kind::Type(_) | Kind::Class => CompletionItemKind::CLASS,
        Kind::Member | Kind::Outcome | Kind::Stage => CompletionItemKind::ENUM_MEMBER,
        Kind::Device | Kind::Stimulus | Kind::Instance => CompletionItemKind::FIELD,
        Kind::State => CompletionItemKind::EVENT,
        Kind::Verb => CompletionItemKind::METHOD,
        _ => CompletionItemKind::VARIABLE,
    }
}

fn item(label: &str, kind: CompletionItemKind, documentation: Option<&str>) -> CompletionItem {
    CompletionItem {
        label: label.into(),
        kind: Some(kind),
        documentation: documentation.map(|text| Documentation::String(text.into())),
        ..CompletionItem::default()
    }
}
