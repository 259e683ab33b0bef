//! Sources, spans and findings: the ground that every phase of the compiler stands on.
//!
//! A finding belongs to the check that raises it; this crate knows only its shape.

mod finding;
mod source;

pub use finding::{Finding, Findings, Fix, Label, Severity};
pub use source::{Place, Source, SourceId, Sources, Span};
