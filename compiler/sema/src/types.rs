//! Types of expressions.

use crate::model::{EnumId, IntTypeId, LevelsId, Model};
use crate::term::Term;
use trialect_units::Dimension;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Not known yet, or in error; agrees with everything.
    Unknown,
    /// `true`, `false`
    Bool,
    /// A whole number.
    Int,
    /// A real quantity; a plain number has no dimension.
    Real(Dimension),
    /// A point on the session clock.
    Instant,
    /// A member of an enumeration, the outcomes or the stages of a curriculum.
    Enum(EnumId),
    /// A member of a `levels` type.
    Levels(LevelsId),
    /// A member of an `int` type.
    IntType(IntTypeId),
    /// A set of members of a finite type.
    Set(Finite),
    /// Perhaps none.
    Option(Box<Type>),
    /// `none` itself.
    None,
    /// Words (covariates only).
    Text,
    /// The times of a train of events (draws only).
    Times,
}

/// A type with finitely many members, numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finite {
    /// `false`, `true`
    Bool,
    /// An enumeration.
    Enum(EnumId),
    /// Levels.
    Levels(LevelsId),
    /// An `int` type.
    Int(IntTypeId),
}

impl Finite {
    /// The type of a member.
    pub fn member_type(self) -> Type {
        match self {
            Finite::Bool => Type::Bool,
            Finite::Enum(id) => Type::Enum(id),
            Finite::Levels(id) => Type::Levels(id),
            Finite::Int(id) => Type::IntType(id),
        }
    }
    /// The k-th member as a constant.
    pub fn member(self, k: u32) -> Term {
        match self {
            Finite::Bool => Term::Bool(k != 0),
            Finite::Enum(id) => Term::Member(id, k),
            Finite::Levels(id) => Term::Level(id, k),
            Finite::Int(id) => Term::IntMember(id, k),
        }
    }
    /// Its name in the text.
    pub fn name(self, model: &Model) -> String {
        match self {
            Finite::Bool => "Bool".into(),
            Finite::Enum(id) => model.enums[id.0].name.clone(),
            Finite::Levels(id) => model.levels[id.0].name.clone(),
            Finite::Int(id) => model.ints[id.0].name.clone(),
        }
    }
    /// Number of members.
    pub fn size(self, model: &Model) -> u32 {
        match self {
            Finite::Bool => 2,
            Finite::Enum(id) => model.enums[id.0].members.len() as u32,
            Finite::Levels(id) => model.levels[id.0].values.len() as u32,
            Finite::Int(id) => model.ints[id.0].size(),
        }
    }
    /// The k-th member as the text has it.
    pub fn label(self, model: &Model, k: u32) -> String {
        let k = k as usize;
        match self {
            Finite::Bool => (k != 0).to_string(),
            Finite::Enum(id) => model.enums[id.0].members.get(k).map(|member| member.name.clone()).unwrap_or_default(),
            Finite::Levels(id) => model.levels[id.0].labels.get(k).cloned().unwrap_or_default(),
            Finite::Int(id) => (model.ints[id.0].low + k as i64).to_string(),
        }
    }
}

impl Type {
    /// A plain real.
    pub const NUMBER: Type = Type::Real(Dimension::NONE);

    /// The finite type whose members are of this type.
    pub fn finite(&self) -> Option<Finite> {
        match self {
            Type::Bool => Some(Finite::Bool),
            Type::Enum(id) => Some(Finite::Enum(*id)),
            Type::Levels(id) => Some(Finite::Levels(*id)),
            Type::IntType(id) => Some(Finite::Int(*id)),
            _ => None,
        }
    }
    /// The type without `?`.
    pub fn required(&self) -> &Type {
        match self {
            Type::Option(inner) => inner,
            other => other,
        }
    }
    /// True for `T?` and `none`.
    pub fn is_optional(&self) -> bool {
        matches!(self, Type::Option(_) | Type::None)
    }
    /// `T?`; an optional stays as it is.
    #[must_use]
    pub fn optional(self) -> Type {
        match self {
            Type::Option(_) | Type::None | Type::Unknown => self,
            other => Type::Option(Box::new(other)),
        }
    }
    /// As a number: its dimension, when it can stand in arithmetic.
    pub fn dimension(&self, model: &Model) -> Option<Dimension> {
        match self.required() {
            Type::Int | Type::IntType(_) => Some(Dimension::NONE),
            Type::Real(dimension) => Some(*dimension),
            Type::Levels(id) => Some(model.levels[id.0].dimension),
            _ => None,
        }
    }
    /// In words, for messages.
    pub fn describe(&self, model: &Model) -> String {
        match self {
            Type::Unknown => "something unknown".into(),
            Type::Bool => "a truth value".into(),
            Type::Int => "a whole number".into(),
            Type::Real(dimension) => model.describe_dimension(*dimension),
            Type::Instant => "a time on the session clock".into(),
            Type::Enum(id) => named(&model.enums[id.0].name),
            Type::Levels(id) => named(&model.levels[id.0].name),
            Type::IntType(id) => named(&model.ints[id.0].name),
            Type::Set(finite) => format!("a set of `{}`", finite.name(model)),
            Type::Option(inner) => format!("{}, perhaps none", inner.describe(model)),
            Type::None => "none".into(),
            Type::Text => "words".into(),
            Type::Times => "a train of times".into(),
        }
    }
}

/// A word with its article: "a `Side`", "an `outcome`".
pub(crate) fn named(word: &str) -> String {
    let vowel = word.starts_with(|c: char| "aeiouAEIOU".contains(c));
    format!("{} `{word}`", if vowel { "an" } else { "a" })
}
