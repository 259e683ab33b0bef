//! `use NAME` of a part: its clauses stand where the `use` stood.

use super::{Expanded, Splice};
use crate::Module;
use crate::names::{duplicate, unknown};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause, ClauseKind, File, Name};

/// Parts within parts, at most.
const DEPTH_MAX: usize = 32;

/// A part that is found.
struct Found<'m> {
    /// `ibl.wheel_trial`
    name: String,
    clauses: &'m [Clause],
    text: Span,
}

/// What a `use` names.
enum Used<'m> {
    /// A library: its names are there already.
    Library,
    Part(Found<'m>),
}

/// Puts the clauses of parts where they are used.
pub(super) fn spliced(protocol: &File, modules: &[Module<'_>]) -> Expanded {
    let mut splicer =
        Splicer { protocol, modules, done: Vec::new(), open: Vec::new(), splices: Vec::new(), findings: Vec::new() };
    let clauses = splicer.clauses(&protocol.clauses);
    let file = File { header: protocol.header.clone(), clauses };
    let (splices, findings) = (splicer.splices, splicer.findings);
    Expanded { file, constants: Vec::new(), updates: Vec::new(), missing: Vec::new(), splices, findings }
}

struct Splicer<'m> {
    protocol: &'m File,
    modules: &'m [Module<'m>],
    /// Parts that stand in the protocol already, and where they were used.
    done: Vec<(String, Span)>,
    /// Parts around the present place.
    open: Vec<(String, Span)>,
    splices: Vec<Splice>,
    findings: Vec<Finding>,
}

impl<'m> Splicer<'m> {
    fn clauses(&mut self, written: &[Clause]) -> Vec<Clause> {
        let mut list = Vec::with_capacity(written.len());
        for clause in written {
            match &clause.kind {
                ClauseKind::Use(name, except) => match self.used(name) {
                    Some(Used::Part(part)) => {
                        self.nothing_left_out(except);
                        list.extend(self.part(&part, name));
                    }
                    // Inside a part a library is used wherever the part stands.
                    Some(Used::Library) if !self.open.is_empty() => {}
                    Some(Used::Library) => list.push(clause.clone()),
                    None => {}
                },
                ClauseKind::ClockBlock { clock, body } => {
                    let kind = ClauseKind::ClockBlock { clock: clock.clone(), body: self.clauses(body) };
                    list.push(Clause { kind, ..clause.clone() });
                }
                ClauseKind::Block { name, body } => {
                    let kind = ClauseKind::Block { name: name.clone(), body: self.clauses(body) };
                    list.push(Clause { kind, ..clause.clone() });
                }
                _ => list.push(clause.clone()),
            }
        }
        list
    }

    /// A part is used as it is written.
    fn nothing_left_out(&mut self, except: &[Name]) {
        if let Some(first) = except.first() {
            let message = "only covariates of a library can be left out: a part is used as it is written";
            let finding = Finding::error("misplaced-clause", message, first.span, "left out here");
            self.findings.push(finding.help("remove `except`, and write what you need of the part"));
        }
    }

    /// What a `use` names; none when that is a finding, made here or where modules are read.
    fn used(&mut self, name: &Name) -> Option<Used<'m>> {
        if let Some(module) = self.modules.iter().find(|module| module.name == name.text) {
            return Some(match module.is_part() {
                true => {
                    Used::Part(Found { name: name.text.clone(), clauses: &module.file.clauses, text: whole(module) })
                }
                false => Used::Library,
            });
        }
        let (file, last) = match name.text.rsplit_once('.') {
            None => (self.protocol, name.text.as_str()),
            Some((library, last)) => (self.modules.iter().find(|module| module.name == library)?.file, last),
        };
        let parts = || {
            file.clauses.iter().filter_map(|clause| match &clause.kind {
                ClauseKind::Part { name, body } => Some((name, body, clause.span)),
                _ => None,
            })
        };
        let named: Vec<_> = parts().filter(|(name, ..)| name.text == last).collect();
        match named.as_slice() {
            [(_, clauses, text)] => Some(Used::Part(Found { name: name.text.clone(), clauses, text: *text })),
            [(first, ..), (again, ..), ..] => {
                self.findings.push(duplicate(last, again.span, first.span));
                None
            }
            [] if name.text.contains('.') => {
                let known: Vec<&str> = parts().map(|(name, ..)| name.text.as_str()).collect();
                let finding = unknown("unknown-module", "part", last, name.span, known.iter().copied());
                self.findings.push(finding);
                None
            }
            // Where modules are read this was found.
            [] => None,
        }
    }

    /// The clauses of a part, with those of the parts in it.
    fn part(&mut self, part: &Found<'_>, name: &Name) -> Vec<Clause> {
        if let Some(k) = self.open.iter().position(|(open, _)| *open == part.name) {
            let circle: Vec<&str> = self.open[k..].iter().map(|(open, _)| open.as_str()).collect();
            let message = format!("the part `{}` is a part of itself", part.name);
            let label = format!("within {}", circle.join(", within "));
            let finding = Finding::error("circular-part", message, name.span, label).also(self.open[k].1, "used first");
            self.findings.push(finding.help("remove one of the two `use`"));
            return Vec::new();
        }
        if let Some((_, first)) = self.done.iter().find(|(done, _)| *done == part.name) {
            let message = format!("the part `{}` is used twice, and its names would be declared twice", part.name);
            let finding = Finding::error("part-used-twice", message, name.span, "used again here");
            self.findings.push(finding.also(*first, "first used here").help("remove one of them"));
            return Vec::new();
        }
        if self.open.len() >= DEPTH_MAX {
            let message = format!("at most {DEPTH_MAX} parts stand within each other");
            let finding = Finding::error("too-deep", message, name.span, "too deep here");
            self.findings.push(finding.help("use the part directly in the protocol"));
            return Vec::new();
        }
        self.done.push((part.name.clone(), name.span));
        self.splices.push(Splice { text: part.text, used: name.span });
        self.open.push((part.name.clone(), name.span));
        let clauses = self.clauses(part.clauses);
        self.open.pop();
        clauses
    }
}

/// All of a module's text.
fn whole(module: &Module<'_>) -> Span {
    let header = module.file.header.as_ref().map(|header| header.kind.span);
    let source = header.map(|span| span.source).unwrap_or_default();
    Span { source, start: 0, end: u32::MAX }
}
