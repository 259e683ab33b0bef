//! Clauses that are written once and stand in several protocols: parts and policies.
//!
//! Both are taken apart on the tree, before any name is looked up: what is left is an ordinary protocol, and is checked,
//! hashed, recorded and run as one.

mod inputs;
mod instances;
mod parts;
mod policies;
mod rename;

use crate::Module;
use trialect_base::{Finding, Findings, Span};
use trialect_syntax::ast::{Clause, File, Handler, Name, Range};

/// Clauses of another place that stand in the protocol now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Splice {
    /// Where they are written.
    pub(crate) text: Span,
    /// The `use` that brought them.
    pub(crate) used: Span,
}

impl Splice {
    fn holds(&self, span: Span) -> bool {
        span.source == self.text.source && self.text.start <= span.start && span.end <= self.text.end
    }
}

/// A parameter of an instance of a policy.
#[derive(Debug)]
pub(crate) struct Constant {
    /// The clock where the instance stands.
    pub(crate) clock: Name,
    /// Its definition.
    pub(crate) clause: Clause,
    pub(crate) within: Option<Range>,
}

/// The update of an instance of a policy.
#[derive(Debug)]
pub(crate) struct Update {
    /// The clock where the instance stands.
    pub(crate) clock: Name,
    pub(crate) handler: Handler,
    pub(crate) span: Span,
}

/// A protocol with its parts in their places, and its policies taken apart.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub(crate) file: File,
    pub(crate) constants: Vec<Constant>,
    pub(crate) updates: Vec<Update>,
    /// Names of instances whose arguments are not given; that is a finding already.
    pub(crate) missing: Vec<Name>,
    pub(crate) splices: Vec<Splice>,
    pub(crate) findings: Vec<Finding>,
}

/// Puts parts where they are used, and policies where they are adapted.
pub(crate) fn expand(protocol: &File, modules: &[Module<'_>]) -> Expanded {
    policies::instantiated(parts::spliced(protocol, modules), modules)
}

/// The innermost splice that a place is in.
pub(crate) fn splice_at(splices: &[Splice], span: Span) -> Option<Splice> {
    splices.iter().copied().rev().find(|splice| splice.holds(span))
}

/// A finding inside a part says as well where the part is used.
pub(crate) fn with_places(findings: Findings, splices: &[Splice]) -> Findings {
    if splices.is_empty() {
        return findings;
    }
    let mut list = Findings::default();
    for finding in findings.iter() {
        let splice = finding.labels.first().and_then(|label| splice_at(splices, label.span));
        // A policy with several instances: which one the message says.
        let once = |splice: &Splice| splices.iter().filter(|other| other.text == splice.text).count() == 1;
        let finding = finding.clone();
        let told = |splice: &Splice| finding.labels.iter().any(|label| label.span == splice.used);
        list.push(match splice.filter(|splice| once(splice) && !told(splice)) {
            Some(splice) => finding.also(splice.used, "used here"),
            None => finding,
        });
    }
    list
}
