//! Names, types with units, and one file for each check: from syntax trees to a checked model.
//!
//! [`check`] takes a protocol's tree with the trees of the modules it uses and gives a [`Model`]
//! in which every name is resolved and every expression typed, together with its findings. When
//! nothing forbids to run it, the model can be lowered.

mod checks;
mod classes;
mod collect;
mod curricula;
mod draws;
mod expressions;
mod interval;
mod machine;
mod model;
mod names;
mod statements;
mod statistics;
mod term;
mod types;
mod values;

pub use interval::Interval;
pub use model::*;
pub use term::{Binder, Fold, Function, Stamp, Term, Texpr, Tick};
pub use types::{Finite, Type};

use trialect_base::{Finding, Findings, Sources};
use trialect_syntax::ast::File;

/// A file with the name under which others use it.
#[derive(Debug, Clone, Copy)]
pub struct Module<'a> {
    /// `std.sides`; empty for the protocol itself.
    pub name: &'a str,
    /// Its tree.
    pub file: &'a File,
}

/// Checks a protocol. `modules` are the prelude and all that is used, in the order of use.
///
/// The model is complete only when the findings are runnable.
pub fn check(protocol: &File, modules: &[Module<'_>], sources: &Sources) -> (Model, Findings) {
    let mut checker = Checker::new(sources);
    for module in modules {
        checker.collect_module(module.name, module.file);
    }
    checker.collect_protocol(protocol);
    checker.infer();
    checker.finish();
    checker.run_checks();
    (checker.model, checker.findings)
}

/// The state of a check.
pub(crate) struct Checker<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) model: Model,
    pub(crate) names: names::Names,
    pub(crate) pending: collect::Pending<'a>,
    pub(crate) findings: Findings,
    /// While types are being inferred nothing is reported.
    pub(crate) muted: bool,
    pub(crate) scope: expressions::Scope,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources) -> Checker<'a> {
        Checker {
            sources,
            model: Model::default(),
            names: names::Names::default(),
            pending: collect::Pending::default(),
            findings: Findings::default(),
            muted: false,
            scope: expressions::Scope::default(),
        }
    }

    pub(crate) fn report(&mut self, finding: Finding) {
        if !self.muted {
            self.findings.push(finding);
        }
    }
}
