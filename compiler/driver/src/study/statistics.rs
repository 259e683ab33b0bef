//! Statistics of a study: over the trials of each session of a stage, and over a stage's last sessions.

use super::reading::{About, Place, Reading};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{BinaryOp, Expr, ExprKind, Name, StatClause, Value};

/// The word that says whether a session is one of the stage.
pub(super) fn here_word(stage: &str) -> String {
    format!("{stage} here")
}

/// The word that says the how-manieth session of the stage it is from the last one, 1 for the last.
pub(super) fn back_word(stage: &str) -> String {
    format!("{stage} back")
}

/// A statistic in the rules' program.
pub(super) struct Written {
    pub(super) stat: StatClause,
    /// The stage that it is about; none for all sessions of the study.
    pub(super) stage: Option<String>,
    /// Last sessions that it looks at; none for one of each session.
    pub(super) sessions: Option<u32>,
}

impl Reading<'_> {
    /// A statistic of a study's `session { … }`: of the trials of each session of a stage.
    pub(super) fn stat_of_session(&mut self, stat: &StatClause, span: Span) -> Option<Written> {
        let (stat, about) = self.stat_parts(stat);
        let stage = self.one_stage(&about, span)?;
        let stat = StatClause { filter: both(here(&stage, span), stat.filter.clone()), ..stat };
        Some(Written { stat, stage: Some(stage), sessions: None })
    }

    /// A statistic of a study's `subject { … }`: over the last sessions of a stage.
    pub(super) fn stat_of_subject(&mut self, stat: &StatClause, span: Span) -> Option<Written> {
        let (stat, about) = self.stat_parts(stat);
        let of_all = about.stages.is_empty() && about.every;
        let stage = if of_all { None } else { Some(self.one_stage(&about, span)?) };
        let window = stat.window.as_ref().filter(|(_, word)| word.text == "sessions");
        let Some(sessions) = window.and_then(|(length, _)| whole(length)) else {
            let message = "a study looks at the last sessions of a stage";
            let place = stat.window.as_ref().map_or(stat.call.span, |(length, word)| length.span.to(word.span));
            let finding = Finding::error("needs-window", message, place, "not over sessions");
            self.findings.push(finding.help("write `over last 3 sessions`, with a number"));
            return None;
        };
        let Some(stage) = stage else { return Some(Written { stat, stage, sessions: Some(sessions) }) };
        let is_here = here(&stage, span);
        let stat = if about.of_trials {
            // All trials of the sessions that count: those that are shown to the rules and are not too far back.
            let back = name(&back_word(&stage), span);
            let near = number(u64::from(sessions), span);
            let near = kind(ExprKind::Binary(BinaryOp::LessEqual, Box::new(back), Box::new(near)), span);
            let near = kind(ExprKind::Binary(BinaryOp::And, Box::new(is_here), Box::new(near)), span);
            let trials = self.offers.get(self.protocols.get(&stage)?)?.trials;
            let rows = number(u64::from(sessions) * u64::from(trials), span);
            let word = Name { text: "trials".into(), span };
            let window = (stat.call.name.text == "median").then_some((rows, word));
            StatClause { filter: both(near, stat.filter.clone()), window, ..stat }
        } else {
            StatClause { filter: both(is_here, stat.filter.clone()), ..stat }
        };
        Some(Written { stat, stage: Some(stage), sessions: Some(sessions) })
    }

    fn stat_parts(&mut self, stat: &StatClause) -> (StatClause, About) {
        let (mut stat, mut about) = (stat.clone(), About::default());
        for key in &mut stat.head.keys {
            self.rename(&mut key.over, Place::Row, &mut about);
        }
        for argument in &mut stat.call.arguments {
            if let Value::Expr(expr) = &mut argument.value {
                self.rename(expr, Place::Row, &mut about);
            }
        }
        if let Some(filter) = &mut stat.filter {
            self.rename(filter, Place::Row, &mut about);
        }
        (stat, about)
    }

    fn one_stage(&mut self, about: &About, span: Span) -> Option<String> {
        let mut stages = about.stages.iter();
        if let (Some(stage), None) = (stages.next(), stages.next()) {
            return Some(stage.clone());
        }
        // What could not be read was told where it stands.
        if self.findings.is_runnable() {
            let message = "a statistic of a study is about the sessions of one stage";
            let label = match about.stages.len() {
                0 => "reads no value of a stage".into(),
                _ => format!("reads {}", about.stages.iter().cloned().collect::<Vec<_>>().join(" and ")),
            };
            let finding = Finding::error("wrong-arguments", message, span, label);
            self.findings.push(finding.help("write a statistic for each stage, and put them together in a definition"));
        }
        None
    }
}

/// A whole number as it is written.
fn whole(expr: &Expr) -> Option<u32> {
    match &expr.kind {
        ExprKind::Number { digits, unit: None } => digits.parse().ok().filter(|n| (1..=1000).contains(n)),
        _ => None,
    }
}

fn kind(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

fn name(word: &str, span: Span) -> Expr {
    kind(ExprKind::Name(word.into()), span)
}

fn number(value: u64, span: Span) -> Expr {
    kind(ExprKind::Number { digits: value.to_string(), unit: None }, span)
}

fn here(stage: &str, span: Span) -> Expr {
    name(&here_word(stage), span)
}

fn both(first: Expr, second: Option<Expr>) -> Option<Expr> {
    Some(match second {
        None => first,
        Some(second) => {
            let span = first.span;
            kind(ExprKind::Binary(BinaryOp::And, Box::new(first), Box::new(second)), span)
        }
    })
}
