//! What a protocol offers to a study: its recorded values, with what a study has to know to read them.

use crate::{Clock, Domain};
use serde::{Deserialize, Serialize};

/// Values of a protocol that a study can read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// Most trials of one of its sessions.
    pub trials: u32,
    /// In the order of the columns; `outcome` first.
    pub values: Vec<OfferedValue>,
}

/// A value of a protocol as a study reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedValue {
    /// Name of its column: `response_time`, `accuracy[left, 50%]`.
    pub name: String,
    /// The clock on which it is declared.
    pub clock: Clock,
    /// Name of its type: a kind of quantity, an enumeration, levels; none for truth values and plain numbers.
    pub kind: Option<String>,
    /// How its words are read.
    pub domain: Domain,
    /// It may have no value.
    pub optional: bool,
    /// A variable of the subject: a stage can begin with another value.
    pub is_state: bool,
}

impl Offered {
    /// The value of this name.
    pub fn value(&self, name: &str) -> Option<&OfferedValue> {
        self.values.iter().find(|value| value.name == name)
    }
}

impl Domain {
    /// The number that a word stands for, in the coherent unit; none for what is no number.
    pub fn coherent(&self, word: u64) -> Option<f64> {
        match self {
            Domain::Real { .. } => Some(f64::from_bits(word)),
            Domain::Steps { low, step, denominator, .. } => {
                Some(low.wrapping_add(step.wrapping_mul(word as i64)) as f64 / *denominator as f64)
            }
            Domain::Levels { values, .. } => values.get(word as usize).copied(),
            Domain::Int { .. } => Some(word as i64 as f64),
            _ => None,
        }
    }

    /// The word in this domain for what a word of another domain stands for; none when there is none.
    pub fn translated(&self, from: &Domain, word: u64) -> Option<u64> {
        let place = |list: &[String], of: &[String]| {
            let name = of.get(word as usize)?;
            list.iter().position(|one| one == name).map(|k| k as u64)
        };
        match (self, from) {
            (Domain::Bool, Domain::Bool) | (Domain::Int { .. }, Domain::Int { .. }) => Some(word),
            (Domain::Named { members }, Domain::Named { members: of }) => place(members, of),
            (Domain::Levels { labels, .. }, Domain::Levels { labels: of, .. }) => place(labels, of),
            (Domain::Real { .. }, from) => from.coherent(word).map(f64::to_bits),
            _ => None,
        }
    }
}
