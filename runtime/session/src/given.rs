//! Values that come from outside instead of from a draw or a rule.

use crate::SessionFault;
use trialect_ir::{Column, ColumnId, Domain, Program};

/// A value from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A number in the coherent unit.
    Real(f64),
    /// A member of an enumeration.
    Name(String),
    /// A word as it was recorded.
    Word(u64),
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Given::Real(value) => write!(f, "{value}"),
            Given::Name(name) => f.write_str(name),
            Given::Word(word) => write!(f, "word {word:#x}"),
        }
    }
}

impl Given {
    /// The column of a name, and the word that stands for the value.
    pub(crate) fn resolve(&self, program: &Program, name: &str) -> Result<(ColumnId, u64), SessionFault> {
        let position = program.columns.iter().position(|column| column.name == name);
        let Some(k) = position else { return Err(SessionFault::GivenName { name: name.into() }) };
        let column = &program.columns[k];
        let word = self.word(&column.domain).ok_or_else(|| SessionFault::GivenType {
            name: name.into(),
            value: self.to_string(),
            expected: expected(column),
        })?;
        Ok((ColumnId(k as u32), word))
    }

    fn word(&self, domain: &Domain) -> Option<u64> {
        match (self, domain) {
            (Given::Word(word), _) => Some(*word),
            (Given::Name(name), Domain::Named { members }) => {
                members.iter().position(|member| member == name).map(|k| k as u64)
            }
            (Given::Real(value), Domain::Real { .. }) => value.is_finite().then(|| value.to_bits()),
            (Given::Real(value), Domain::Levels { values, .. }) => {
                values.iter().position(|level| close(*level, *value)).map(|k| k as u64)
            }
            (Given::Real(value), Domain::Steps { low, step, denominator, .. }) => {
                let steps = (value * *denominator as f64 - *low as f64) / *step as f64;
                (close(steps, steps.round()) && steps >= 0.0).then(|| steps.round() as i64 as u64)
            }
            (Given::Real(value), Domain::Int { .. }) => {
                close(*value, value.round()).then(|| value.round() as i64 as u64)
            }
            (Given::Real(value), Domain::Bool) => (*value == 0.0 || *value == 1.0).then(|| u64::from(*value == 1.0)),
            _ => None,
        }
    }
}

/// Equal but for the rounding of decimals in another program's files.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

fn expected(column: &Column) -> String {
    match &column.domain {
        Domain::Named { members } => format!("one of {}", members.join(", ")),
        Domain::Levels { labels, .. } => format!("one of {}", labels.join(", ")),
        Domain::Real { .. } => "a number".into(),
        Domain::Steps { .. } => "a number on its steps".into(),
        Domain::Int { .. } => "a whole number".into(),
        Domain::Bool => "0 or 1".into(),
        Domain::Set { .. } | Domain::Instant | Domain::Text { .. } | Domain::Times { .. } => {
            "nothing that can be given".into()
        }
    }
}
