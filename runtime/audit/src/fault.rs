//! Why an audit cannot be made.

use thiserror::Error;

/// Something in a map that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Line of the map, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// What keeps an audit from its verdict.
#[derive(Debug, Error)]
pub enum AuditFault {
    /// The map is refused; everything that is wrong with it.
    #[error("{}", told(path, refusals))]
    Map {
        /// What people call the map.
        path: String,
        /// In the order of lines.
        refusals: Vec<Refusal>,
    },
    /// A table cannot be read.
    #[error("{path}: {why}")]
    Table {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// Nothing says what the columns of a table are.
    #[error(
        "{path}: nothing says what its columns are, and it is in no format whose names are known; give `--map`, or force a \
         format with `--format`. Its columns: {}",
        columns.join(", ")
    )]
    Format {
        /// The file.
        path: String,
        /// The first of its columns.
        columns: Vec<String>,
    },
    /// A cell is not a value of the name that it is bound to.
    #[error(
        "{path}, row {row}: `{cell}` in `{column}` is no value of {wanted}; translate it with `values`, `scale` or `unit`, or list it in `missing`"
    )]
    Cell {
        /// The file.
        path: String,
        /// Row of the table, from 1.
        row: u64,
        /// The table's column.
        column: String,
        /// What stands there.
        cell: String,
        /// The protocol's name, and what it should be.
        wanted: String,
    },
}

impl AuditFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            AuditFault::Map { .. } => "audit-map",
            AuditFault::Table { .. } => "audit-table",
            AuditFault::Format { .. } => "audit-format",
            AuditFault::Cell { .. } => "audit-cell",
        }
    }
}

fn told(path: &str, refusals: &[Refusal]) -> String {
    let each =
        refusals.iter().map(|refusal| format!("  {path}:{}: {}; {}", refusal.line, refusal.what, refusal.remedy));
    format!("the map is refused:\n{}", each.collect::<Vec<_>>().join("\n"))
}
