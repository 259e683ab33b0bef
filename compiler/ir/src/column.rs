//! Columns: everything with a name that a session records, and where in memory it is.

use crate::{Class, Covariate, Slot};
use serde::{Deserialize, Serialize};

/// Index into [`crate::Program::columns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnId(pub u32);

/// The clock on which a declaration stands, fastest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Fixed for ever.
    Constant,
    /// Carried from session to session.
    Subject,
    /// Reset with each session.
    Session,
    /// Made anew with each block.
    Block,
    /// Made anew each trial.
    Trial,
    /// Made anew at each entry of a state.
    State,
}

/// What kind of declaration a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// `name ~ distribution`
    Draw,
    /// `name = expression`
    Definition,
    /// `var`
    Variable,
    /// `param`
    Parameter,
    /// `stat`
    Statistic,
    /// `covariate`
    Covariate,
    /// The stage of a curriculum.
    Stage,
    /// A count of a block.
    Block,
    /// What a device has given in the trial.
    Total,
}

/// Unit of a column and its relation to the coherent unit in which programs compute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// As written in the language, `deg/mm`.
    pub symbol: String,
    /// UCUM code.
    pub ucum: String,
    /// A value in the coherent unit times `numerator`, divided by `denominator`, is the value in this unit.
    pub numerator: u64,
    /// See `numerator`.
    pub denominator: u64,
}

impl Column {
    /// Path of what it shows: that of its definition, with its key.
    pub fn path(&self) -> String {
        // The path of a state's draw ends with its name, and so with the key of its machine.
        if self.definition.ends_with(&self.name) {
            return self.definition.clone();
        }
        let key = self.name.find('[').map_or("", |at| &self.name[at..]);
        format!("{}{key}", self.definition)
    }
}

impl Unit {
    /// A value of the coherent unit, in this unit.
    pub fn express(&self, coherent: f64) -> f64 {
        coherent * self.numerator as f64 / self.denominator as f64
    }
}

/// How a word is to be read as a value of the language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Domain {
    /// 0 or 1.
    Bool,
    /// An integer in a range, inclusive.
    Int {
        /// Least.
        least: i64,
        /// Greatest.
        most: i64,
    },
    /// A real; none of its bounds given means not bounded.
    Real {
        /// Unit; none for a plain number.
        unit: Option<Unit>,
        /// Least, coherent unit.
        least: Option<f64>,
        /// Greatest, coherent unit.
        most: Option<f64>,
    },
    /// A real stored as a number of steps: `(low + word * step) / denominator`, coherent unit.
    Steps {
        /// Unit.
        unit: Option<Unit>,
        /// Numerator of the least value.
        low: i64,
        /// Numerator of a step.
        step: i64,
        /// Common denominator.
        denominator: i64,
        /// Greatest word.
        most: i64,
    },
    /// An index into names: an enumeration, outcomes, stages.
    Named {
        /// The names in their order.
        members: Vec<String>,
    },
    /// An index into quantities.
    Levels {
        /// Unit; none for a plain number.
        unit: Option<Unit>,
        /// Values in the coherent unit.
        values: Vec<f64>,
        /// The values as the text has them.
        labels: Vec<String>,
    },
    /// A set of members, bit k for the k-th.
    Set {
        /// The members as the text has them.
        members: Vec<String>,
    },
    /// Time on the session clock, ns; recorded in seconds.
    Instant,
    /// The number of events of a train, whose times stand beside the row.
    Times {
        /// Most events.
        most: u32,
    },
    /// An index into the texts of the session, which a program does not have and a session's header does.
    Text {
        /// The texts.
        texts: Vec<String>,
    },
}

impl Domain {
    /// Class of the word that stores a value of the domain.
    pub fn class(&self) -> Class {
        match self {
            Domain::Real { .. } => Class::Real,
            _ => Class::Int,
        }
    }
    /// Unit, for domains of quantities.
    pub fn unit(&self) -> Option<&Unit> {
        match self {
            Domain::Real { unit, .. } | Domain::Steps { unit, .. } | Domain::Levels { unit, .. } => unit.as_ref(),
            _ => None,
        }
    }
    /// The numeric value of a word, in the column's unit; none for names and sets.
    pub fn number(&self, word: u64) -> Option<f64> {
        let value = match self {
            Domain::Bool | Domain::Int { .. } | Domain::Times { .. } => word as i64 as f64,
            Domain::Real { .. } => f64::from_bits(word),
            Domain::Steps { low, step, denominator, .. } => {
                low.wrapping_add(step.wrapping_mul(word as i64)) as f64 / *denominator as f64
            }
            Domain::Levels { values, .. } => *values.get(word as usize)?,
            Domain::Instant => return Some(word as i64 as f64 / 1e9),
            Domain::Named { .. } | Domain::Set { .. } | Domain::Text { .. } => return None,
        };
        Some(self.unit().map_or(value, |unit| unit.express(value)))
    }
    /// The value of a word as people read it, without its unit.
    pub fn show(&self, word: u64) -> String {
        match self {
            Domain::Bool => (word != 0).to_string(),
            Domain::Named { members } | Domain::Text { texts: members } => {
                members.get(word as usize).cloned().unwrap_or_else(|| format!("#{}", word as i64))
            }
            Domain::Levels { labels, .. } => {
                labels.get(word as usize).cloned().unwrap_or_else(|| format!("#{}", word as i64))
            }
            Domain::Set { members } => {
                let inside = members.iter().take(64).enumerate().filter(|(bit, _)| word >> bit & 1 == 1);
                format!("{{{}}}", inside.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "))
            }
            Domain::Int { .. } | Domain::Times { .. } => (word as i64).to_string(),
            Domain::Real { .. } | Domain::Steps { .. } | Domain::Instant => {
                self.number(word).map(|number| number.to_string()).unwrap_or_default()
            }
        }
    }
}

/// A recorded name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// As in the text; a keyed one has its key: `accuracy[left, 50%]`.
    pub name: String,
    /// Path of the definition it belongs to.
    pub definition: String,
    /// The description in the text.
    pub description: Option<String>,
    /// The clock on which it is declared.
    pub clock: Clock,
    /// What kind of declaration it shows.
    pub role: Role,
    /// How the word is read.
    pub domain: Domain,
    /// Where the value is.
    pub value: Slot,
    /// For optional values, where the flag is that says whether there is one.
    pub present: Option<Slot>,
    /// For covariates, what is declared of them besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<Covariate>,
}
