//! The clause of each definition, found in the texts by its path.

use crate::Compiled;
use std::collections::BTreeMap;
use trialect_base::{SourceId, Span};
use trialect_ir::Program;
use trialect_syntax::ast::{Clause, ClauseKind};

/// The clauses of a protocol and of what it uses, by the paths of their definitions; keys are left out of the paths.
pub(super) fn clauses_of(compiled: &Compiled, program: &Program) -> BTreeMap<String, String> {
    let mut finder = Finder { text: "", module: None, found: BTreeMap::new(), lines: BTreeMap::new() };
    for (at, source) in compiled.texts.iter().enumerate() {
        let parsed = trialect_syntax::parse(&source.text, SourceId(0));
        let is_own = at == 0 || !source.name.starts_with("std.");
        finder.text = &source.text;
        finder.module = (!is_own).then_some(source.name.as_str());
        finder.clauses(&parsed.file.clauses, "");
    }
    let Finder { mut found, lines, .. } = finder;
    for (path, text) in &program.texts {
        // The program has its clauses each on one line; the line ends part the clauses inside.
        found.insert(path.clone(), lines.get(&plain(text)).unwrap_or(text).clone());
    }
    found
}

/// A text without comments, with single blanks.
fn plain(text: &str) -> String {
    let code = |line: &str| {
        let mut in_string = false;
        let end = line.find(|c| {
            in_string ^= c == '"';
            c == '#' && !in_string
        });
        line.get(..end.unwrap_or(line.len())).unwrap_or(line).to_owned()
    };
    let words: Vec<String> = text.lines().map(code).collect();
    words.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ")
}

/// The clause of a definition.
pub(super) fn clause<'t>(texts: &'t BTreeMap<String, String>, path: &str) -> Option<&'t str> {
    let text = texts.get(path).or_else(|| texts.get(&without_keys(path)))?;
    Some(text)
}

/// `rig.port` of `rig.port[left]`
fn without_keys(path: &str) -> String {
    let mut depth = 0_usize;
    let outside = path.chars().filter(|c| {
        depth += usize::from(*c == '[');
        let is_outside = depth == 0;
        depth -= usize::from(*c == ']' && depth > 0);
        is_outside
    });
    outside.collect()
}

struct Finder<'t> {
    text: &'t str,
    /// The module of the library that is read; none for what becomes part of the protocol.
    module: Option<&'t str>,
    found: BTreeMap<String, String>,
    /// Handlers and stages with their line ends, by their words.
    lines: BTreeMap<String, String>,
}

impl Finder<'_> {
    fn clauses(&mut self, clauses: &[Clause], machine: &str) {
        for clause in clauses {
            self.clause(clause, machine);
        }
    }

    fn clause(&mut self, clause: &Clause, machine: &str) {
        use ClauseKind as Kind;
        let own = |name: &str| self.module.map_or_else(|| name.to_owned(), |module| format!("{module}.{name}"));
        if matches!(clause.kind, Kind::Handler(_)) {
            let text = self.slice(clause.span).to_owned();
            self.lines.insert(plain(&text), text);
        }
        let path = match &clause.kind {
            Kind::Enum { name, .. }
            | Kind::Levels { name, .. }
            | Kind::IntType { name, .. }
            | Kind::Quantity { name, .. }
            | Kind::DeviceClass { name, .. } => own(&name.text),
            Kind::Device { name, .. } => format!("rig.{}", name.text),
            Kind::Stimulus { head, .. } => format!("stimulus.{}", head.name.text),
            Kind::Deck { head, .. } => format!("trial.deck {}", head.name.text),
            Kind::Outcomes(_) => "trial.outcome".into(),
            Kind::Iti(_) => "trial.iti".into(),
            Kind::Counts(_) => "session.counts when".into(),
            Kind::Stop { name, .. } => format!("session.stop {}", name.text),
            Kind::Advise { name, .. } => format!("session.advise {}", name.text),
            Kind::Limit { .. } => return self.limit(clause.span),
            Kind::Record { .. } => return self.join("session.record", clause.span),
            Kind::State { name, .. } => format!("state.{machine}{}", name.text),
            Kind::Beside { head, body } => return self.clauses(body, &format!("{}.", head.name.text)),
            Kind::Block { name, body } => return self.block(&name.text, body),
            Kind::Curriculum { name, body } => return self.curriculum(&name.text, body),
            Kind::Rig(body) | Kind::ClockBlock { body, .. } => return self.clauses(body, machine),
            _ => return,
        };
        let text = self.slice(clause.span).to_owned();
        self.found.insert(path, text);
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// `session.limit spout each session`, `session.limit laser in time each trial`: whichever of them the program has.
    fn limit(&mut self, span: Span) {
        let text = self.slice(span).to_owned();
        let place = text.split_whitespace().nth(1).unwrap_or("").to_owned();
        let each = text.split_once(" each ").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("");
        for what in ["", " in time"] {
            self.found.insert(format!("session.limit {place}{what} each {each}"), text.clone());
            self.found.insert(without_keys(&format!("session.limit {place}{what} each {each}")), text.clone());
        }
        self.found.insert(format!("session.limit {place}"), text);
    }

    fn join(&mut self, path: &str, span: Span) {
        let text = self.slice(span).to_owned();
        let joined = self.found.entry(path.to_owned()).or_default();
        if !joined.is_empty() {
            joined.push('\n');
        }
        joined.push_str(&text);
    }

    /// What ends a block; its values are definitions of their own.
    fn block(&mut self, name: &str, body: &[Clause]) {
        let ends = body.iter().filter(|clause| matches!(clause.kind, ClauseKind::Ends(_)));
        let texts: Vec<String> = ends.map(|clause| self.slice(clause.span).to_owned()).collect();
        self.found.insert(format!("block.{name}"), texts.join("\n"));
        self.clauses(body, "");
    }

    /// The values of each stage; where its stages lead are definitions of their own.
    fn curriculum(&mut self, name: &str, body: &[Clause]) {
        let mut lines = Vec::new();
        for stage in body {
            let ClauseKind::Stage { name, body, .. } = &stage.kind else { continue };
            let values: Vec<&str> = body
                .iter()
                .filter(|clause| matches!(clause.kind, ClauseKind::Define { .. }))
                .map(|clause| self.slice(clause.span))
                .collect();
            lines.push(format!("stage {} {{ {} }}", name.text, values.join("; ")));
            let text = self.slice(stage.span).to_owned();
            self.lines.insert(plain(&text), text);
        }
        let text = lines.join("\n");
        self.found.insert(format!("subject.{name}"), text.clone());
        self.found.insert(format!("session.{name}"), text);
    }
}
