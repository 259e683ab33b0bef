//! Straight-line code with branches and no loops: every piece ends.

use crate::{ColumnId, DrawId, Expr, FitId, RuleId, SiteId, Slot, StatId};

/// Statements in order.
pub type Code = Vec<Stmt>;

/// One effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Stmt {
    /// Write a word.
    Set {
        /// Where.
        slot: Slot,
        /// What.
        value: Expr,
    },
    /// Write the word `index` places after `base`; an index outside `0..len` writes nothing.
    SetAt {
        /// First place.
        base: Slot,
        /// Number of places.
        len: u32,
        /// Integer expression.
        index: Expr,
        /// What.
        value: Expr,
    },
    /// Branch on an integer expression, true when not 0.
    If {
        /// The condition.
        condition: Expr,
        /// When true.
        then: Code,
        /// When false.
        otherwise: Code,
    },
    /// Ask the host for a draw: parameters go to scratch words 0.. in order, the host's answer to `slot`.
    Draw {
        /// Which draw.
        draw: DrawId,
        /// Its parameters, as [`crate::Distribution`] lists them.
        parameters: Vec<Expr>,
        /// Where the value goes.
        slot: Slot,
    },
    /// Tell the host that a column's definition has just been computed; the host may put a given value in its place.
    Defined(ColumnId),
    /// Send a command; arguments go to scratch words 0.. in order, each with its own class.
    Output {
        /// Which output of the program.
        site: SiteId,
        /// One for each of the site's parameters.
        arguments: Vec<Expr>,
    },
    /// End what an earlier `Output` of this site holds.
    Release(SiteId),
    /// Give a statistic one row: `key` in `0..keys`, `sample` as the statistic's class.
    Push {
        /// Which statistic.
        statistic: StatId,
        /// Row-major index of the key.
        key: Expr,
        /// The sample.
        sample: Expr,
    },
    /// Fit a curve to the run of a statistic's keys that begins with `first`.
    Fit {
        /// Which curve.
        fit: FitId,
        /// Row-major index of the first key.
        first: Expr,
    },
    /// Tell the host that a rule fired.
    Decide(RuleId),
}
