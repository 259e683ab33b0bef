//! Typed expressions.

use crate::Interval;
use crate::model::{BlockId, CurriculumId, DeviceId, EnumId, IntTypeId, LevelsId, StateId, ValueId};
use crate::types::{Finite, Type};
use trialect_base::Span;
use trialect_units::Decimal;

/// A resolved and typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Texpr {
    /// What it computes.
    pub term: Term,
    /// Its type.
    pub ty: Type,
    /// Where its values lie, for numbers: coherent units.
    pub range: Interval,
    /// Where it stands.
    pub span: Span,
}

/// A loop variable or a local name of a handler; unique in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Binder(pub u32);

/// A time stamp of a state in this trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// The latest entry.
    Entry,
    /// The latest exit.
    Exit,
    /// How often it was entered.
    Visits,
    /// How long it lasted, all visits.
    Time,
}

/// What the clocks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tick {
    /// `trial.index`, from 1.
    TrialIndex,
    /// `trial.first`
    TrialFirst,
    /// `session.index`, from 1.
    SessionIndex,
    /// `session.elapsed`
    SessionElapsed,
    /// `CURRICULUM.trials`: trials in the present stage.
    StageTrials(CurriculumId),
    /// `CURRICULUM.sessions`: sessions in the present stage.
    StageSessions(CurriculumId),
    /// `BLOCK.index`: ordinal of the block in its session, from 1.
    BlockIndex(BlockId),
    /// `BLOCK.trials`: trials of the block that have ended.
    BlockTrials(BlockId),
    /// `BLOCK.first`: whether it is the session's first.
    BlockFirst(BlockId),
}

/// Functions and operators on values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum Function {
    Negate,
    Not,
    And,
    Or,
    Less,
    LessEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Mod,
    Abs,
    Min,
    Max,
    Floor,
    Ceil,
    Round,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Erf,
    Probit,
    Union,
    Without,
    Size,
    Rank,
}

impl Function {
    /// Its name in the canonical form.
    pub fn name(self) -> &'static str {
        match self {
            Function::Negate => "negate",
            Function::Not => "not",
            Function::And => "and",
            Function::Or => "or",
            Function::Less => "<",
            Function::LessEqual => "<=",
            Function::Add => "+",
            Function::Subtract => "-",
            Function::Multiply => "*",
            Function::Divide => "/",
            Function::Mod => "mod",
            Function::Abs => "abs",
            Function::Min => "min",
            Function::Max => "max",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::Round => "round",
            Function::Sqrt => "sqrt",
            Function::Exp => "exp",
            Function::Log => "log",
            Function::Sin => "sin",
            Function::Cos => "cos",
            Function::Erf => "erf",
            Function::Probit => "probit",
            Function::Union => "union",
            Function::Without => "without",
            Function::Size => "size",
            Function::Rank => "rank",
        }
    }
}

/// What an expression computes.
#[allow(missing_docs)] // the fields are named as in the line above each
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// In error; never lowered.
    Broken,
    /// A constant in the coherent unit.
    Number(Decimal),
    /// A truth value.
    Bool(bool),
    /// `none`
    None,
    /// A member of an enumeration.
    Member(EnumId, u32),
    /// A level.
    Level(LevelsId, u32),
    /// A member of an `int` type.
    IntMember(IntTypeId, u32),
    /// A set by its members.
    Set(Vec<Texpr>),
    /// All members of a finite type.
    Everything(Finite),
    /// A declared value; `last` reads it one trial earlier.
    Value { value: ValueId, keys: Vec<Texpr>, last: bool },
    /// A loop variable or local name.
    Local(Binder),
    /// The outcome of the trial, or of the one before.
    Outcome { last: bool },
    /// Whether there is an earlier trial in this session.
    LastExists,
    /// A stamp of a state.
    Stamp(StateId, Stamp),
    /// A clock.
    Tick(Tick),
    /// The present stage of a curriculum.
    Stage(CurriculumId),
    /// A value of the present stage: index into the curriculum's values.
    StageValue(CurriculumId, u32),
    /// A counter of a device, as a quantity: index into its class's channels.
    Reading(DeviceId, u32),
    /// What a device has given in this trial: index into its class's totals.
    Total(DeviceId, u32),
    /// A function of values.
    Apply(Function, Vec<Texpr>),
    /// A whole number or level as a real.
    ToReal(Box<Texpr>),
    /// A value as an optional that is there.
    Some(Box<Texpr>),
    /// An optional that is known to be there.
    Narrowed(Box<Texpr>),
    /// Whether an optional is there.
    Exists(Box<Texpr>),
    /// Equality; optionals are equal to a value when they are there and have it.
    Is(Box<Texpr>, Box<Texpr>),
    /// Membership in a set.
    In(Box<Texpr>, Box<Texpr>),
    /// The first, or the second when the first is none.
    Default(Box<Texpr>, Box<Texpr>),
    /// `if c then a else b`
    If(Box<Texpr>, Box<Texpr>, Box<Texpr>),
    /// `all any sum min max count` of a body over finite variables, each perhaps restricted to a set.
    Over { function: Fold, variables: Vec<(Binder, Finite, Option<Texpr>)>, body: Box<Texpr> },
}

/// What a comprehension does with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum Fold {
    All,
    Any,
    Sum,
    Min,
    Max,
    Count,
}

impl Texpr {
    /// An expression in error: it agrees with everything and is never lowered.
    pub fn broken(span: Span) -> Texpr {
        Texpr { term: Term::Broken, ty: Type::Unknown, range: Interval::ALL, span }
    }
    /// A truth value.
    pub fn bool(term: Term, span: Span) -> Texpr {
        Texpr { term, ty: Type::Bool, range: Interval::UNIT, span }
    }
    /// Visits this expression and all inside it.
    pub fn visit(&self, f: &mut dyn FnMut(&Texpr)) {
        f(self);
        for child in self.children() {
            child.visit(f);
        }
    }
    /// The expressions inside this one.
    pub fn children(&self) -> Vec<&Texpr> {
        match &self.term {
            Term::Set(list) | Term::Apply(_, list) | Term::Value { keys: list, .. } => list.iter().collect(),
            Term::ToReal(a) | Term::Some(a) | Term::Narrowed(a) | Term::Exists(a) => vec![a],
            Term::Is(a, b) | Term::In(a, b) | Term::Default(a, b) => vec![a, b],
            Term::If(a, b, c) => vec![a, b, c],
            Term::Over { variables, body, .. } => {
                variables.iter().filter_map(|(_, _, set)| set.as_ref()).chain([body.as_ref()]).collect()
            }
            _ => Vec::new(),
        }
    }
    /// The constant, for a number.
    pub fn constant(&self) -> Option<Decimal> {
        match &self.term {
            Term::Number(value) => Some(*value),
            Term::ToReal(inner) | Term::Some(inner) => inner.constant(),
            Term::Apply(Function::Negate, list) => list.first()?.constant().map(Decimal::negated),
            _ => None,
        }
    }

    /// True for a constant, and for a choice among constants.
    pub fn is_choice_of_constants(&self) -> bool {
        match &self.term {
            Term::If(_, then, otherwise) => then.is_choice_of_constants() && otherwise.is_choice_of_constants(),
            _ => self.constant().is_some(),
        }
    }
}
