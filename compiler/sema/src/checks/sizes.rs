//! Bounds on what a program may grow to, so that no text can exhaust the machine that compiles or runs it.

use crate::Checker;
use crate::model::{Action, Affine, Clock, Goes, Model, StatFunction, Value, ValueId, ValueKind, Waits};
use crate::term::{Term, Texpr};
use std::collections::BTreeMap;
use trialect_base::{Finding, Span};

/// Combinations of keys that one name may have.
const KEYS_MAX: u64 = 4096;
/// Operations that the expressions of one declaration or clause may become.
const TERMS_MAX: u64 = 100_000;
/// Operations that all of them may become.
const PROGRAM_MAX: u64 = 1_000_000;
/// Words of memory that a session may need.
const WORDS_MAX: u64 = 16_000_000;

impl Checker<'_> {
    /// Keys, memory and code; only of what has no other flaw, for circles have no size.
    pub(crate) fn check_sizes(&mut self) {
        if self.findings.is_runnable() && self.check_keys() && self.check_memory() {
            self.check_terms();
        }
    }

    fn check_keys(&mut self) -> bool {
        let many: Vec<(String, Span, u64)> = self
            .model
            .values
            .iter()
            .map(|value| (value.name.clone(), value.span, keys(value, &self.model)))
            .filter(|(_, _, keys)| *keys > KEYS_MAX)
            .collect();
        for (name, span, keys) in &many {
            let message = format!("a name has at most {KEYS_MAX} combinations of keys");
            let finding = Finding::error("too-many-keys", message, *span, format!("{keys} of them"));
            self.report(finding.help(format!("key `{name}` by fewer or smaller types")));
        }
        many.is_empty()
    }

    fn check_memory(&mut self) -> bool {
        let mut words: u64 = 0;
        let mut largest: (u64, Option<(String, Span)>) = (0, None);
        for value in &self.model.values {
            let needs = words_of(value, &self.model);
            words = words.saturating_add(needs);
            if needs > largest.0 {
                largest = (needs, Some((value.name.clone(), value.span)));
            }
        }
        let Some((name, span)) = largest.1.filter(|_| words > WORDS_MAX) else { return true };
        let message = format!("a session has at most {WORDS_MAX} words of memory, and this protocol needs {words}");
        let finding = Finding::error("too-much-memory", message, span, format!("`{name}` needs {} of them", largest.0));
        self.report(finding.help("shorten its window, give it fewer keys, or lower `limit trials`"));
        false
    }

    fn check_terms(&mut self) {
        let sizes = Sizes::of(&self.model);
        let mut whole: u64 = 0;
        let mut first = None;
        for (span, terms) in sizes.sites() {
            whole = whole.saturating_add(terms);
            if first.is_none() && (terms > TERMS_MAX || whole > PROGRAM_MAX) {
                first = Some((span, terms));
            }
        }
        let Some((span, terms)) = first else { return };
        let (message, label) = if terms > TERMS_MAX {
            let label =
                if terms == u64::MAX { "more than can be counted".into() } else { format!("{terms} operations") };
            (format!("one declaration or clause becomes at most {TERMS_MAX} operations"), label)
        } else {
            (format!("a protocol becomes at most {PROGRAM_MAX} operations"), "too many from here on".into())
        };
        let finding = Finding::error("too-many-terms", message, self.head_of(span), label);
        self.report(finding.help("loop over smaller types, or make a definition that is read often a `var`"));
    }
}

/// Combinations of keys of a value.
fn keys(value: &Value, model: &Model) -> u64 {
    value.keys.iter().fold(1, |product, (_, finite)| product.saturating_mul(u64::from(finite.size(model))))
}

fn words_of(value: &Value, model: &Model) -> u64 {
    let keys = keys(value, model);
    let trials = model.most_trials.map_or(1, |(most, _)| u64::from(most));
    match &value.kind {
        ValueKind::Statistic(statistic) => {
            let samples = match (statistic.window, statistic.function) {
                (Some(window), _) => u64::from(window),
                (None, StatFunction::Median) => trials,
                (None, _) => 0,
            };
            keys.saturating_mul(samples.saturating_add(8))
        }
        // Value, flag, and both of the trial before.
        _ => keys.saturating_mul(4),
    }
}

/// How many operations expressions become when definitions are put where they are read and loops are written out.
struct Sizes<'a> {
    model: &'a Model,
    bodies: BTreeMap<ValueId, u64>,
}

impl<'a> Sizes<'a> {
    fn of(model: &'a Model) -> Sizes<'a> {
        let mut sizes = Sizes { model, bodies: BTreeMap::new() };
        for k in 0..model.values.len() {
            sizes.settle(ValueId(k));
        }
        sizes
    }

    /// The size of a value's body, after those of the values that it reads; the depth of this is bounded.
    fn settle(&mut self, id: ValueId) {
        if self.bodies.contains_key(&id) {
            return;
        }
        self.bodies.insert(id, 1);
        let parts = parts(&self.model.values[id.0].kind);
        for part in &parts {
            let mut reads = Vec::new();
            part.visit(&mut |inner| {
                if let Term::Value { value, last: false, .. } = inner.term {
                    reads.push(value);
                }
            });
            reads.into_iter().for_each(|read| self.settle(read));
        }
        let size = parts.iter().fold(1, |sum: u64, part| sum.saturating_add(self.expr(part)));
        self.bodies.insert(id, size);
    }

    /// Every declaration and clause with its size.
    fn sites(&self) -> Vec<(Span, u64)> {
        let model = self.model;
        let mut sites: Vec<(Span, u64)> = Vec::new();
        for (k, value) in model.values.iter().enumerate() {
            let body = self.bodies.get(&ValueId(k)).copied().unwrap_or(1);
            let copies = if value.clock == Clock::Constant { 1 } else { keys(value, model) };
            sites.push((value.span, body.saturating_mul(copies)));
        }
        for stage in model.curricula.iter().flat_map(|curriculum| &curriculum.stages) {
            let guards = stage.transitions.iter().filter_map(|way| way.guard.as_ref());
            let does = stage.transitions.iter().fold(0, |sum: u64, way| sum.saturating_add(self.actions(&way.actions)));
            let reads = self.list(guards.chain(stage.values.iter().flatten()));
            sites.push((stage.span, reads.saturating_add(does)));
        }
        for state in &model.states {
            sites.push((state.span, self.actions(&state.entry)));
            for clause in &state.clauses {
                let waits = match &clause.waits {
                    Waits::Reaches { affine, level, .. } => self.affine(affine).saturating_add(self.expr(level)),
                    Waits::After(time) => self.expr(time),
                    Waits::Event(..) | Waits::State(..) | Waits::Condition => 1,
                };
                let goes = u64::from(clause.goes != Goes::Stays);
                let does = self.actions(&clause.actions).saturating_add(self.list(&clause.guard));
                sites.push((clause.span, waits.saturating_add(does).saturating_add(goes)));
            }
        }
        for handler in &model.handlers {
            sites.push((handler.span, self.actions(&handler.actions).saturating_add(self.list(&handler.guard))));
        }
        for watch in model.stops.iter().chain(&model.advices) {
            sites.push((watch.span, self.expr(&watch.condition)));
        }
        sites.extend(model.pause.iter().map(|(time, span)| (*span, self.expr(time))));
        sites
    }

    fn list<'t>(&self, list: impl IntoIterator<Item = &'t Texpr>) -> u64 {
        list.into_iter().fold(0, |sum, typed| sum.saturating_add(self.expr(typed)))
    }

    fn affine(&self, affine: &Affine) -> u64 {
        self.expr(&affine.whole).saturating_mul(2)
    }

    fn actions(&self, actions: &[Action]) -> u64 {
        let size = |action: &Action| match action {
            Action::Set { keys, to, .. } => self.list(keys).saturating_mul(2).saturating_add(self.expr(to)),
            Action::Let { to, .. } => self.expr(to),
            Action::If { condition, then, otherwise } => {
                let branches = self.actions(then).saturating_add(self.actions(otherwise));
                self.expr(condition).saturating_add(branches)
            }
            // Counted where it is declared.
            Action::Draw(_) => 1,
            Action::Do(deed) => {
                let copies = 2 + 2 * self.model.limits.len() as u64;
                self.list(deed.arguments.iter().map(|(_, typed)| typed)).saturating_mul(copies)
            }
            Action::Track { affine, .. } => self.affine(affine),
        };
        actions.iter().fold(1, |sum: u64, action| sum.saturating_add(size(action)).saturating_add(1))
    }

    /// An upper bound: value and flag of an optional, with what is needed for both counted twice.
    fn expr(&self, typed: &Texpr) -> u64 {
        let twice = |typed: &Texpr| self.expr(typed).saturating_mul(2);
        let size = match &typed.term {
            Term::Value { value, keys, last } => self.reference(*value, keys, *last),
            Term::StageValue(id, k) => {
                let stages = self.model.curricula[id.0].stages.iter();
                self.list(stages.filter_map(|stage| stage.values.get(*k as usize)?.as_ref())).saturating_add(64)
            }
            Term::If(condition, a, b) => twice(condition).saturating_add(self.list([a.as_ref(), b.as_ref()])),
            Term::Default(a, b) => twice(a).saturating_add(self.expr(b)),
            Term::Over { variables, body, .. } => {
                let sizes = variables.iter().map(|(_, finite, _)| u64::from(finite.size(self.model)));
                let terms = sizes.fold(1, u64::saturating_mul);
                let each = self.list(variables.iter().filter_map(|(_, _, set)| set.as_ref()).chain([body.as_ref()]));
                terms.saturating_mul(each.saturating_add(2))
            }
            _ => self.list(typed.children()),
        };
        size.saturating_add(1)
    }

    fn reference(&self, id: ValueId, keys: &[Texpr], last: bool) -> u64 {
        let value = &self.model.values[id.0];
        let index = self.list(keys).saturating_mul(2);
        let body = self.bodies.get(&id).copied().unwrap_or(1);
        match &value.kind {
            _ if last => index,
            // Computed once, when compiling.
            ValueKind::Definition(_) if value.clock == Clock::Constant && keys.is_empty() => 1,
            ValueKind::Definition(_) if value.inlined() => body.saturating_mul(index.max(1)),
            ValueKind::Table(rows) => body.saturating_add(index.saturating_mul(rows.len() as u64)),
            ValueKind::Statistic(statistic) => index.saturating_add(self.list(&statistic.otherwise)).saturating_add(6),
            _ => index,
        }
    }
}

fn parts(kind: &ValueKind) -> Vec<&Texpr> {
    match kind {
        ValueKind::Definition(body) => vec![body],
        ValueKind::Table(rows) => rows.iter().collect(),
        ValueKind::Draw(family) => family.parameters(),
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => variable.initial.iter().collect(),
        ValueKind::Statistic(statistic) => {
            let parts = statistic.key.iter().chain(&statistic.filter).chain(&statistic.otherwise);
            parts.chain([&statistic.sample]).collect()
        }
        ValueKind::Fit(fit) => fit.keys.iter().collect(),
        ValueKind::Pending | ValueKind::Covariate(_) => Vec::new(),
    }
}
