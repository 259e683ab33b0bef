//! Declared values and how each gets its value.

use crate::Interval;
use crate::model::{BlockId, Clock, DeckId, StateId, ValueId};
use crate::term::{Binder, Texpr};
use crate::types::{Finite, Type};
use trialect_base::Span;
use trialect_units::Decimal;

/// A declared value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// `contrast`
    pub name: String,
    /// `trial.contrast`, `std.sides.sign`
    pub path: String,
    /// Its clock.
    pub clock: Clock,
    /// Which block, for a value of one.
    pub block: Option<BlockId>,
    /// The state on whose entry it is drawn, for a draw of one.
    pub state: Option<StateId>,
    /// Where its name stands.
    pub span: Span,
    /// Where all of its clause stands.
    pub clause: Span,
    /// Description.
    pub description: Option<String>,
    /// Its keys and the variables that stand for them in its body.
    pub keys: Vec<(Binder, Finite)>,
    /// Its type.
    pub ty: Type,
    /// Its range.
    pub range: Interval,
    /// How it gets its value.
    pub kind: ValueKind,
    /// Depends on what happens in the trial: read as it is now, recorded as it is at the trial's end.
    pub live: bool,
    /// What is declared of a covariate besides.
    pub covariate: Option<Box<CovariateFacts>>,
}

impl Value {
    /// A value whose clause waits until all names are known; `spans` are those of its name and of its clause.
    pub(crate) fn pending(name: String, path: String, clock: Clock, (span, clause): (Span, Span)) -> Value {
        Value {
            name,
            path,
            clock,
            block: None,
            state: None,
            span,
            clause,
            description: None,
            keys: Vec::new(),
            ty: Type::Unknown,
            range: Interval::ALL,
            kind: ValueKind::Pending,
            live: false,
            covariate: None,
        }
    }
}

/// When a covariate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // as in the language: `asked before`, `asked after`, `asked on change`
pub enum Asked {
    Before,
    After,
    OnChange,
}

/// What is declared of a covariate besides its type.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateFacts {
    /// When it is asked for; none for one that is computed or measured.
    pub asked: Option<Asked>,
    /// The device that measures it, and which of its class's readings it is.
    pub measured: Option<(crate::model::DeviceId, usize)>,
    /// Whether it may be missing.
    pub optional: bool,
    /// `within`, coherent unit.
    pub within: Option<(Decimal, Decimal)>,
    /// `standard within`, coherent unit.
    pub standard: Option<(Decimal, Decimal)>,
    /// `standard "…"`
    pub usual: Option<String>,
    /// `convention "…"`
    pub convention: Option<String>,
    /// `term "…"`
    pub term: Option<String>,
}

impl Value {
    /// Whether it is computed where it is read; otherwise it is made when its clock ticks, and stays.
    pub fn inlined(&self) -> bool {
        self.clock < Clock::Block || self.live
    }
}

/// How a value gets its value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// Not known yet.
    Pending,
    /// `= expression`
    Definition(Texpr),
    /// `= {key: value, …}`, one row for each member of the key.
    Table(Vec<Texpr>),
    /// `var`
    Variable(Variable),
    /// `param`
    Parameter(Variable),
    /// `draw`
    Draw(Family),
    /// `stat`
    Statistic(Box<Statistic>),
    /// A part of `NAME = psychometric(TABLE)`
    Fit(Box<Fit>),
    /// `covariate … asked …`
    Covariate(Variable),
}

/// A number of a fitted curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum FitPart {
    Bias,
    Threshold,
    LapseLow,
    LapseHigh,
    LogLikelihood,
}

impl FitPart {
    /// All of them, in the order in which they are declared.
    pub const ALL: [FitPart; 5] =
        [FitPart::Bias, FitPart::Threshold, FitPart::LapseLow, FitPart::LapseHigh, FitPart::LogLikelihood];

    /// As in the language.
    pub fn word(self) -> &'static str {
        match self {
            FitPart::Bias => "bias",
            FitPart::Threshold => "threshold",
            FitPart::LapseLow => "lapse_low",
            FitPart::LapseHigh => "lapse_high",
            FitPart::LogLikelihood => "log_likelihood",
        }
    }
}

/// A part of a curve that is fitted to a statistic when a session begins and when it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// A mean of truth values.
    pub table: ValueId,
    /// Its keys before those that make the level.
    pub keys: Vec<Texpr>,
    /// The level of each of the remaining keys, coherent unit.
    pub levels: Vec<Decimal>,
    /// Which number.
    pub part: FitPart,
    /// The first part of the same curve; the others follow it.
    pub first: ValueId,
}

/// A value that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Start value; none for what is asked.
    pub initial: Option<Texpr>,
    /// `within`, coherent unit.
    pub within: Option<(Decimal, Decimal)>,
    /// `by`, coherent unit.
    pub by: Option<Decimal>,
}

/// A distribution with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// A set, and one weight for each member of its type.
    Pick(Texpr, Option<Vec<Texpr>>),
    /// Least and greatest whole number.
    Whole(Texpr, Texpr),
    /// The next of a deck.
    Deal(DeckId),
    /// A probability.
    Chance(Texpr),
    /// Least, most.
    Uniform(Texpr, Texpr),
    /// Mean, standard deviation, least, most.
    Normal(Texpr, Texpr, Texpr, Texpr),
    /// Mean, least, most.
    Exponential(Texpr, Texpr, Texpr),
    /// Rate, start, end, and most events.
    Poisson(Texpr, Texpr, Texpr, u32),
}

impl Family {
    /// All its parameters, in order.
    pub fn parameters(&self) -> Vec<&Texpr> {
        match self {
            Family::Pick(set, weights) => std::iter::once(set).chain(weights.iter().flatten()).collect(),
            Family::Deal(_) => Vec::new(),
            Family::Chance(a) => vec![a],
            Family::Uniform(a, b) | Family::Whole(a, b) => vec![a, b],
            Family::Exponential(a, b, c) | Family::Poisson(a, b, c, _) => vec![a, b, c],
            Family::Normal(a, b, c, d) => vec![a, b, c, d],
        }
    }
}

/// What is dealt without replacement: each member as often as the deck has it, then the deck is full again.
#[derive(Debug, Clone, PartialEq)]
pub struct Deck {
    /// `rows`
    pub name: String,
    /// `trial.deck rows`
    pub path: String,
    /// Whose members it has.
    pub finite: Finite,
    /// How often each member is in a full deck.
    pub counts: Vec<u32>,
    /// Where its name stands.
    pub span: Span,
}

/// Functions of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum StatFunction {
    Mean,
    Count,
    Sum,
    Median,
    Min,
    Max,
}

/// A statistic.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// What is computed.
    pub function: StatFunction,
    /// Of what, at the trial's end.
    pub sample: Texpr,
    /// Values of the trial that key it.
    pub key: Vec<Texpr>,
    /// `where`
    pub filter: Option<Texpr>,
    /// `over last N trials`, or sessions.
    pub window: Option<u32>,
    /// It takes in one row a session, when the session ends.
    pub of_sessions: bool,
    /// `at least`
    pub at_least: u32,
    /// `else`
    pub otherwise: Option<Texpr>,
}
