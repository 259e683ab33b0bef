//! Kinds of values: quantities, enumerations, levels, named ranges of whole numbers.

use trialect_base::Span;
use trialect_units::{Decimal, Dimension, Unit};

/// A kind of quantity and the unit in which it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityKind {
    /// `Mass`
    pub name: String,
    /// `std.quantities.Mass`
    pub path: String,
    /// Unit of columns.
    pub unit: Unit,
}

/// A name in an enumeration.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// An enumeration; also the outcomes and each curriculum's stages.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumType {
    /// `Side`
    pub name: String,
    /// Path.
    pub path: String,
    /// In order.
    pub members: Vec<Member>,
}

/// Levels: quantities stored as an index.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelsType {
    /// `Contrast`
    pub name: String,
    /// Path.
    pub path: String,
    /// Coherent unit, in order.
    pub values: Vec<Decimal>,
    /// As in the text.
    pub labels: Vec<String>,
    /// What they measure.
    pub dimension: Dimension,
}

/// A named range of whole numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct IntType {
    /// `Hole`
    pub name: String,
    /// Path.
    pub path: String,
    /// Least.
    pub low: i64,
    /// Greatest.
    pub high: i64,
}

impl IntType {
    /// Number of members.
    pub fn size(&self) -> u32 {
        u32::try_from(self.high - self.low + 1).unwrap_or(0)
    }
}
