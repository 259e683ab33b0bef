//! What a study's scenario gives: values of sessions, definitions and statistics, curves, what a stage's protocol is given.

use super::steps::Steps;
use super::{Around, Filled};
use crate::scenarios::steps::{can_be_given, number};
use crate::study::reading::{COUNTS, last_word, row_word};
use std::collections::BTreeMap;
use trialect_base::{Finding, Findings, Span};
use trialect_ir::{Clock, Column, Domain, OfferedValue, Role};
use trialect_syntax::ast::{Argument, Expr, ExprKind, Name, Value};
use trialect_units::{Decimal, Dimension, Unit};

/// Parts of a curve that is given, in the order in which a program has them.
const PARTS: [&str; 4] = ["bias", "threshold", "lapse_low", "lapse_high"];

/// A curve in the place of a fit: the column of its bias, and its parts; none for no curve.
pub(super) struct Curve {
    pub(super) column: String,
    pub(super) parts: Option<[f64; PARTS.len()]>,
}

/// Everything that is given.
#[derive(Default)]
pub(super) struct Givens {
    /// What stands for definitions and statistics of the subject.
    pub(super) literals: BTreeMap<String, Expr>,
    /// Statistics and definitions of the study's sessions.
    pub(super) of_sessions: BTreeMap<String, OfferedValue>,
    pub(super) filled: Vec<Filled>,
    pub(super) curves: Vec<Curve>,
    /// Stage, name, value as it is written.
    pub(super) of_protocols: Vec<(String, String, String)>,
}

type Refusal = Box<Finding>;

pub(super) fn read(around: &Around<'_>, steps: &Steps<'_>, findings: &mut Findings) -> Givens {
    let mut givens = Givens::default();
    for (name, values) in &steps.given {
        let played = steps.run.is_none_or(|(_, played)| played);
        if let Err(finding) = givens.take(around, (name, values), played) {
            findings.push(*finding);
        }
    }
    givens
}

impl Givens {
    fn take(&mut self, around: &Around<'_>, (name, values): (&Name, &[Expr]), played: bool) -> Result<(), Refusal> {
        let study = &around.base.study;
        let of_stage = name.text.split_once('.').filter(|(stage, _)| study.stages.iter().any(|one| one.name == *stage));
        if let Some((stage, word)) = of_stage {
            return self.of_stage(around, (name, values), (stage, word), played);
        }
        let column = |wanted: &str| study.program.columns.iter().find(|column| column.name == wanted);
        if let Some(bias) = column(&part(&name.text, PARTS[0])).filter(|column| column.role == Role::Definition) {
            let parts = self.curve(around, one(values, name)?, name)?;
            self.curves.push(Curve { column: bias.name.clone(), parts });
            return Ok(());
        }
        let own = around.base.own.value(&name.text).filter(|_| !name.text.contains(['[', '.']));
        match (own, column(&name.text)) {
            (Some(_), Some(column)) if column.clock == Clock::Subject && is_computed(column) => {
                let value = one(values, name)?;
                word(value, column, name)?.ok_or_else(|| unfit(name, value.span, "a value"))?;
                self.literals.insert(name.text.clone(), value.clone());
                Ok(())
            }
            (Some(own), Some(column)) if column.clock == Clock::Session && is_computed(column) => {
                let words = values.iter().map(|value| word(value, column, name)).collect::<Result<_, _>>()?;
                self.of_sessions.insert(name.text.clone(), own.clone());
                let stage = around.base.stage_of(&name.text);
                self.filled.push(Filled { stage, columns: vec![name.text.clone()], words });
                Ok(())
            }
            _ => Err(cannot(
                name,
                "give `stage`, a value of a stage's sessions, `STAGE.NAME`, `STAGE.sessions` or \
                 `STAGE.days`, or a definition, a statistic or a curve of the study without keys of its own",
            )),
        }
    }

    /// `given STAGE.NAME = …`
    fn of_stage(
        &mut self,
        around: &Around<'_>,
        (name, values): (&Name, &[Expr]),
        (stage, of_stage): (&str, &str),
        played: bool,
    ) -> Result<(), Refusal> {
        if COUNTS.iter().any(|(count, _)| *count == of_stage) {
            let least = |value: &Expr| {
                number(value, Dimension::NONE).and_then(Decimal::to_i64).filter(|n| (0..=1_000_000).contains(n))
            };
            let word = |value: &Expr| {
                least(value)
                    .map(|n| Some(n as u64))
                    .ok_or_else(|| unfit(name, value.span, "a whole number up to 1000000"))
            };
            let words = values.iter().map(word).collect::<Result<_, _>>()?;
            self.filled.push(Filled { stage: None, columns: vec![row_word(stage, of_stage)], words });
            return Ok(());
        }
        let Some(program) = around.program(stage) else {
            return Err(cannot(name, "its stage has no sessions"));
        };
        let column = program.columns.iter().find(|column| column.name == of_stage);
        if played {
            column.filter(|column| can_be_given(program, column)).ok_or_else(|| {
                cannot(
                    name,
                    "in sessions that are played give what a scenario of the stage's protocol can give; what they \
                     come to is given to sessions without trials",
                )
            })?;
            let text = around.sources.text(one(values, name)?.span).to_string();
            self.of_protocols.push((stage.into(), of_stage.into(), text));
            return Ok(());
        }
        let of_session = column.filter(|column| column.clock <= Clock::Session);
        let Some(column) = of_session.filter(|_| around.offers_value(stage, of_stage)) else {
            return Err(cannot(
                name,
                "a session without trials has what the protocol records once a session; sum up values of \
                 trials in a statistic and give that",
            ));
        };
        let words = values.iter().map(|value| word(value, column, name)).collect::<Result<_, _>>()?;
        let columns = vec![row_word(stage, of_stage), last_word(stage, of_stage)];
        self.filled.push(Filled { stage: Some(stage.into()), columns, words });
        Ok(())
    }

    /// `psychometric(bias: …, threshold: …, lapse_low: …, lapse_high: …)`, or `none`
    fn curve(&self, around: &Around<'_>, value: &Expr, name: &Name) -> Result<Option<[f64; PARTS.len()]>, Refusal> {
        let refused = || {
            let help = "write `psychometric(bias: 2%, threshold: 15%, lapse_low: 5%, lapse_high: 5%)`, or `none`";
            let message = format!("`{}` is a curve", name.text);
            Box::new(Finding::error("scenario-given", message, value.span, "not a curve").help(help))
        };
        let call = match &value.kind {
            ExprKind::None => return Ok(None),
            ExprKind::Call(call) if call.name.text == "psychometric" && call.arguments.len() == PARTS.len() => call,
            _ => return Err(refused()),
        };
        let mut parts = [0.0; PARTS.len()];
        for (k, wanted) in PARTS.iter().enumerate() {
            let named = |one: &&Argument| one.name.as_ref().is_some_and(|name| name.text == *wanted);
            let Some(Argument { value: Value::Expr(value), .. }) = call.arguments.iter().find(named) else {
                return Err(refused());
            };
            let of_part = part(&name.text, wanted);
            let columns = &around.base.study.program.columns;
            let column = columns.iter().find(|column| column.name == of_part).ok_or_else(refused)?;
            parts[k] = word(value, column, name)?.map_or(0.0, f64::from_bits);
        }
        Ok(Some(parts))
    }
}

/// The column of a curve's part: `fit_at.bias[80%]` of `fit_at[80%]`.
fn part(curve: &str, part: &str) -> String {
    let (name, keys) = curve.split_at(curve.find('[').unwrap_or(curve.len()));
    format!("{name}.{part}{keys}")
}

fn is_computed(column: &Column) -> bool {
    matches!(column.role, Role::Definition | Role::Statistic)
}

fn cannot(name: &Name, help: &str) -> Refusal {
    let message = format!("`{}` cannot be given", name.text);
    Box::new(Finding::error("scenario-given", message, name.span, "given here").help(help))
}

fn unfit(name: &Name, span: Span, wanted: &str) -> Refusal {
    let message = format!("`{}` cannot have this value", name.text);
    let finding = Finding::error("scenario-given", message, span, "another kind of value");
    Box::new(finding.help(format!("{wanted} is needed, written out")))
}

/// The only value.
fn one<'v>(values: &'v [Expr], name: &Name) -> Result<&'v Expr, Refusal> {
    match values {
        [value] => Ok(value),
        _ => {
            let message = format!("`{}` has one value for the whole scenario", name.text);
            Err(Box::new(Finding::error("scenario-given", message, name.span, "several").help("write one value")))
        }
    }
}

/// The word of a value that is written out for a column; none for `none`.
fn word(value: &Expr, column: &Column, name: &Name) -> Result<Option<u64>, Refusal> {
    if matches!(value.kind, ExprKind::None) {
        let message = format!("`{}` always has a value", name.text);
        let refused = || Box::new(Finding::error("scenario-given", message, value.span, "none").help("write a value"));
        return column.present.map(|_| None).ok_or_else(refused);
    }
    let found = word_of(value, &column.domain);
    found.map(Some).ok_or_else(|| unfit(name, value.span, &wanted(&column.domain)))
}

fn wanted(domain: &Domain) -> String {
    match domain {
        Domain::Bool => "`true` or `false`".into(),
        Domain::Int { .. } => "a whole number in its range".into(),
        Domain::Named { members } | Domain::Levels { labels: members, .. } => format!("one of {}", members.join(", ")),
        domain => match domain.unit() {
            Some(unit) => format!("a number of {} in its range", unit.symbol),
            None => "a number in its range".into(),
        },
    }
}

fn word_of(value: &Expr, domain: &Domain) -> Option<u64> {
    let real = |unit: Option<&trialect_ir::Unit>| {
        let dimension = match unit {
            Some(unit) => Unit::parse(&unit.symbol).ok()?.dimension,
            None => Dimension::NONE,
        };
        number(value, dimension).map(Decimal::to_f64)
    };
    match domain {
        Domain::Bool => match value.kind {
            ExprKind::Bool(truth) => Some(u64::from(truth)),
            _ => None,
        },
        Domain::Int { least, most } => {
            let whole = number(value, Dimension::NONE).and_then(Decimal::to_i64);
            whole.filter(|whole| (*least..=*most).contains(whole)).map(|whole| whole as u64)
        }
        Domain::Real { unit, least, most } => {
            let real = real(unit.as_ref())?;
            let fits = least.is_none_or(|least| real >= least) && most.is_none_or(|most| real <= most);
            fits.then(|| real.to_bits())
        }
        Domain::Steps { unit, low, step, denominator, most } => {
            let at = |word: i64| (low + word * step) as f64 / *denominator as f64;
            let real = real(unit.as_ref())?;
            let word = ((real * *denominator as f64 - *low as f64) / *step as f64).round() as i64;
            ((0..=*most).contains(&word) && (at(word) - real).abs() <= 1e-9 * real.abs().max(1e-9))
                .then_some(word as u64)
        }
        Domain::Named { members } => match &value.kind {
            ExprKind::Name(name) => members.iter().position(|member| member == name).map(|at| at as u64),
            _ => None,
        },
        Domain::Levels { unit, values, .. } => {
            let real = real(unit.as_ref())?;
            values.iter().position(|level| *level == real).map(|at| at as u64)
        }
        Domain::Set { .. } | Domain::Instant | Domain::Times { .. } | Domain::Text { .. } => None,
    }
}
