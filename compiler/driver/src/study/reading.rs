//! What a study reads of its stages: names of their protocols become names of the rules' program.
//!
//! `STAGE.NAME` is one word there. In a statistic it is the value of a trial, or of the session that ends; elsewhere it is
//! the value with which the subject's last session in the stage ended.

use std::collections::{BTreeMap, BTreeSet};
use trialect_base::{Finding, Findings, Sources, Span};
use trialect_ir::{Clock, Offered, OfferedValue};
use trialect_syntax::ast::{Argument, Call, Expr, ExprKind, Name, Range, Table, Value};

/// What a study can read of each of its stages without its protocol.
pub(super) const COUNTS: [(&str, &str); 2] =
    [("sessions", "Sessions in the stage"), ("days", "Different dates of the sessions in the stage")];

/// The word for the stage of the session.
pub(super) const STAGE: &str = "stage";
/// The word for the stage of the session that follows, in what a scenario expects.
pub(super) const AFTER: &str = "stage after";
/// What is asked of a stage in what a scenario expects: whether it waits for a person.
const WAITS: &str = "waits";

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a statistic, or in a definition of the session: values of a trial, and of the session that ends.
    Row,
    /// Elsewhere: values with which the last session in the stage ended.
    Last,
}

/// A value of a stage that a study reads, and where.
#[derive(Debug, Clone)]
pub(super) struct Used {
    pub(super) value: OfferedValue,
    pub(super) row: bool,
    pub(super) last: bool,
}

/// Stages that an expression reads in rows, and whether it reads a trial's values.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) stages: BTreeSet<String>,
    pub(super) of_trials: bool,
    /// It reads the stage of the session.
    pub(super) every: bool,
}

/// What is read so far.
pub(super) struct Reading<'a> {
    pub(super) sources: Sources,
    pub(super) findings: Findings,
    /// Names of the stages.
    pub(super) stages: Vec<Name>,
    /// The protocol of each stage that has one.
    pub(super) protocols: BTreeMap<String, String>,
    /// What the protocols offer.
    pub(super) offers: &'a BTreeMap<String, Offered>,
    /// By stage and name.
    pub(super) used: BTreeMap<(String, String), Used>,
    /// What definitions and statistics of the study's sessions are about.
    pub(super) of_session: BTreeMap<String, BTreeSet<String>>,
    /// The stage of the session is read.
    pub(super) reads_stage: bool,
    /// What a scenario expects is read.
    judging: bool,
}

/// The word of a value in a row.
pub(super) fn row_word(stage: &str, name: &str) -> String {
    format!("{stage}.{name}")
}

/// The word that says whether a stage waits for a person.
pub(super) fn waits_word(stage: &str) -> String {
    format!("{stage} {WAITS}")
}

/// The word of a value as the last session in the stage left it.
pub(super) fn last_word(stage: &str, name: &str) -> String {
    format!("{stage}.{name} at the end")
}

impl<'a> Reading<'a> {
    pub(super) fn new(sources: Sources, findings: Findings, offers: &'a BTreeMap<String, Offered>) -> Reading<'a> {
        Reading {
            sources,
            findings,
            stages: Vec::new(),
            protocols: BTreeMap::new(),
            offers,
            used: BTreeMap::new(),
            of_session: BTreeMap::new(),
            reads_stage: false,
            judging: false,
        }
    }

    /// What a scenario expects, as the rules' program has it.
    pub(super) fn judged(&mut self, condition: &Expr) -> Expr {
        self.judging = true;
        let (condition, _) = self.renamed(condition, Place::Last);
        self.judging = false;
        condition
    }

    pub(super) fn not_yet(&mut self, what: &str, span: Span) {
        let message = format!("this version does not have {what}");
        self.findings.push(Finding::error("not-yet", message, span, "not supported"));
    }

    /// An expression in which what it reads of stages is one word, and what it is about.
    pub(super) fn renamed(&mut self, expr: &Expr, place: Place) -> (Expr, About) {
        let (mut expr, mut about) = (expr.clone(), About::default());
        self.rename(&mut expr, place, &mut about);
        (expr, about)
    }

    /// Stage and name of `STAGE.NAME`, with dots and keys as a column has them.
    fn path(&self, expr: &Expr) -> Option<(String, String)> {
        match &expr.kind {
            ExprKind::Name(word) => {
                self.stages.iter().any(|name| name.text == *word).then(|| (word.clone(), String::new()))
            }
            ExprKind::Member(base, member) => {
                let (stage, path) = self.path(base)?;
                let path = if path.is_empty() { member.text.clone() } else { format!("{path}.{}", member.text) };
                Some((stage, path))
            }
            ExprKind::Index(base, keys) => {
                let (stage, path) = self.path(base)?;
                let keys: Vec<&str> = keys.iter().map(|key| self.sources.text(key.span).trim()).collect();
                Some((stage, format!("{path}[{}]", keys.join(", "))))
            }
            _ => None,
        }
    }

    pub(super) fn rename(&mut self, expr: &mut Expr, place: Place, about: &mut About) {
        if let Some((stage, name)) = self.path(expr).filter(|(_, name)| !name.is_empty()) {
            expr.kind = self.word(&stage, &name, expr.span, place, about);
            return;
        }
        let mut each = |one: &mut Expr| self.rename(one, place, about);
        match &mut expr.kind {
            ExprKind::Name(word) if *word == STAGE => {
                self.reads_stage = true;
                about.every = true;
                if self.judging {
                    *word = AFTER.into();
                }
            }
            ExprKind::Name(word) => {
                about.stages.extend(self.of_session.get(word).into_iter().flatten().cloned());
            }
            ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => {}
            ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Exists(a) => each(a),
            ExprKind::Index(a, list) => {
                each(a);
                list.iter_mut().for_each(each);
            }
            ExprKind::Call(call) => self.rename_call(call, place, about),
            ExprKind::Comprehension { body, variables, .. } => {
                variables.iter_mut().for_each(|(_, over)| each(over));
                each(body);
            }
            ExprKind::Set(list) => list.iter_mut().for_each(each),
            ExprKind::Range(range) => self.rename_range(range, place, about),
            ExprKind::Is { value: a, other: b, .. }
            | ExprKind::In(a, b)
            | ExprKind::Default(a, b)
            | ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|one| each(one)),
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|one| each(one)),
        }
    }

    fn rename_range(&mut self, range: &mut Range, place: Place, about: &mut About) {
        self.rename(&mut range.low, place, about);
        self.rename(&mut range.high, place, about);
    }

    fn rename_call(&mut self, call: &mut Call, place: Place, about: &mut About) {
        for Argument { value, .. } in &mut call.arguments {
            match value {
                Value::Expr(expr) => self.rename(expr, place, about),
                Value::Range(range) => self.rename_range(range, place, about),
                Value::Table(Table { rows, .. }) => {
                    rows.iter_mut().for_each(|(_, value)| self.rename(value, place, about));
                }
            }
        }
    }

    /// The word that stands for `STAGE.NAME`.
    fn word(&mut self, stage: &str, name: &str, span: Span, place: Place, about: &mut About) -> ExprKind {
        if COUNTS.iter().any(|(known, _)| *known == name) {
            return ExprKind::Name(row_word(stage, name));
        }
        if self.judging && name == WAITS {
            return ExprKind::Name(waits_word(stage));
        }
        let offered = self.protocols.get(stage).and_then(|protocol| self.offers.get(protocol));
        let Some(value) = offered.and_then(|offered| offered.value(name)).cloned() else {
            self.unknown(stage, name, span);
            return ExprKind::Bool(true);
        };
        let of_trial = value.clock > Clock::Session;
        if of_trial && place == Place::Last {
            let message = format!("`{stage}.{name}` has a value in each trial");
            let finding = Finding::error("faster-clock", message, span, "a value of the trial");
            let help = format!("sum it up: `stat NAME = mean({stage}.{name}) over last 3 sessions`");
            self.findings.push(finding.help(help));
            return ExprKind::Bool(true);
        }
        let used = self.used.entry((stage.to_string(), name.to_string()));
        let used = used.or_insert(Used { value, row: false, last: false });
        match place {
            Place::Row => {
                used.row = true;
                about.of_trials |= of_trial;
                about.stages.insert(stage.to_string());
                ExprKind::Name(row_word(stage, name))
            }
            Place::Last => {
                used.last = true;
                ExprKind::Name(last_word(stage, name))
            }
        }
    }

    fn unknown(&mut self, stage: &str, name: &str, span: Span) {
        let Some(protocol) = self.protocols.get(stage) else {
            let message = format!("`{stage}` is `retired` and has no values");
            return self.findings.push(Finding::error("unknown-name", message, span, "no such name"));
        };
        let Some(offered) = self.offers.get(protocol) else {
            let message = format!("there is no protocol `{protocol}` whose `{name}` could be read");
            return self.findings.push(Finding::error("unknown-name", message, span, "no such protocol"));
        };
        let names = offered.values.iter().map(|value| value.name.as_str());
        let known: Vec<&str> = names.chain(COUNTS.iter().map(|(word, _)| *word)).collect();
        let finding = trialect_sema::unknown("unknown-name", "value", name, span, known.into_iter());
        let message = format!("`{protocol}` has no value `{name}` that a study can read");
        self.findings.push(Finding { message, ..finding });
    }
}
