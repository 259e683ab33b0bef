//! Existing data, held against a protocol.
//!
//! An audit runs the protocol's own compiled program over tables that other programs wrote: draws that are in the data
//! are taken as given and tested against their distributions, every decision of a rule is computed and compared, and
//! the data's value is then put in its place, so that each trial is judged on its own. States are not played: how
//! trials ended, and when, comes from the data. See `spec/audit.md`.

mod against;
mod bind;
mod chance;
mod data;
mod decode;
mod explain;
mod facts;
mod fault;
mod history;
mod import;
mod judge;
mod law;
mod limits;
mod listed;
mod map;
mod page;
mod report;
mod rows;
mod run;
mod setup;
mod spread;
mod table;
mod tally;

pub use against::{Comparison, Fit, Pair};
pub use chance::{Counts, Evenness, Level, Verdict, holm, kolmogorov};
pub use data::Data;
pub use fault::{AuditFault, Refusal};
pub use import::Format;
pub use map::{Binding, FORMAT, File, Filter, Map, Source, read as read_map};
pub use report::{Case, Finding, Places, Report, RuleReport, TestReport};
pub use run::audit;
pub use table::{Batch, Cells, Table, Texts, open};
