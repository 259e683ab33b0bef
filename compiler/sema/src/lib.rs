//! Names, types with units, and one file for each check: from syntax trees to a checked model.
//!
//! [`check`] takes a protocol's tree with the trees of the modules it uses and gives a [`Model`]
//! in which every name is resolved and every expression typed, together with its findings. When
//! nothing forbids to run it, the model can be lowered.

mod beside;
mod blocks;
mod cases;
mod checks;
mod classes;
mod collect;
mod covariates;
mod curricula;
mod decks;
mod deeds;
mod devices;
mod draws;
mod events;
mod expressions;
mod fits;
mod interval;
mod loops;
mod machine;
mod misplaced;
mod model;
mod names;
mod order;
pub mod proofs;
mod reuse;
mod rules;
mod stage_values;
mod statements;
mod statistics;
mod stimuli;
mod streams;
mod term;
mod tracks;
mod trains;
mod types;
mod values;
mod walk;

pub use interval::Interval;
pub use model::*;
pub use names::unknown;
pub use term::{Binder, Fold, Function, Stamp, Term, Texpr, Tick};
pub use types::{Finite, Type};

use trialect_base::{Finding, Findings, SourceId, Sources};
use trialect_syntax::ast::File;

/// A file with the name under which others use it.
#[derive(Debug, Clone, Copy)]
pub struct Module<'a> {
    /// `std.sides`; empty for the protocol itself.
    pub name: &'a str,
    /// Its tree.
    pub file: &'a File,
}

impl Module<'_> {
    /// Whether its clauses are put where it is used; otherwise its names are there for all.
    pub fn is_part(&self) -> bool {
        self.file.header.as_ref().is_some_and(|header| header.kind.text == "part")
    }
}

/// Checks a protocol. `modules` are the prelude and all that is used, in the order of use.
///
/// The model is complete only when the findings are runnable.
pub fn check(protocol: &File, modules: &[Module<'_>], sources: &Sources) -> (Model, Findings) {
    let expanded = reuse::expand(protocol, modules);
    let mut checker = Checker::new(sources);
    checker.splices.clone_from(&expanded.splices);
    expanded.findings.iter().for_each(|finding| checker.report(finding.clone()));
    for module in modules {
        let place = module.file.header.as_ref().map(|header| header.kind.span);
        let place = place.or_else(|| module.file.clauses.first().map(|clause| clause.span));
        checker.libraries.extend(place.map(|place| place.source));
    }
    for module in modules.iter().filter(|module| !module.is_part()) {
        let left_out = checker.left_out(&expanded.file, module);
        checker.collect_module(module.name, module.file, &left_out);
    }
    checker.model.of_libraries = checker.model.paths_so_far();
    checker.collect_instances(&expanded);
    checker.collect_protocol(&expanded.file);
    let order = checker.typing_order();
    checker.infer(&order);
    checker.finish(&order);
    checker.run_checks();
    (checker.model, readable(reuse::with_places(checker.findings, &checker.splices)))
}

/// Findings that are kept, of all that are found.
const KEPT_MAX: usize = 1000;
/// Findings handed to the author: the first are worth reading, the thousandth is not.
pub(crate) const SHOWN_MAX: usize = 100;

/// The findings in order of their places, cut to a readable number.
fn readable(findings: Findings) -> Findings {
    let left_out = findings.len().saturating_sub(SHOWN_MAX);
    let mut shown = Findings::default();
    let mut list = findings.sorted();
    list.truncate(SHOWN_MAX);
    let last = list.last().and_then(|finding| finding.labels.first()).map(|label| label.span);
    list.into_iter().for_each(|finding| shown.push(finding));
    if let Some(span) = last.filter(|_| left_out > 0) {
        let message = format!("{left_out} more findings are not shown");
        shown.push(Finding::error("more-findings", message, span, "the last place that is shown"));
    }
    shown
}

/// The state of a check.
pub(crate) struct Checker<'a> {
    pub(crate) sources: &'a Sources,
    /// The sources of the modules.
    pub(crate) libraries: Vec<SourceId>,
    pub(crate) model: Model,
    pub(crate) names: names::Names,
    pub(crate) pending: collect::Pending<'a>,
    pub(crate) findings: Findings,
    /// Clauses of other places that stand in the protocol.
    pub(crate) splices: Vec<reuse::Splice>,
    /// While types are being inferred nothing is reported.
    pub(crate) muted: bool,
    /// A way out of a state or a stage could not be read: what can be reached is not known.
    pub(crate) ways_unknown: bool,
    /// The machine whose states are typed; none for the trial's.
    pub(crate) machine: Option<BesideId>,
    /// A state is typed, which can tell devices what to do.
    pub(crate) in_state: bool,
    /// Stimuli with a `track` in the present state that was refused.
    pub(crate) broken_tracks: Vec<StimulusId>,
    /// For each value, those that its text reads at the same tick.
    pub(crate) reads_now: Vec<Vec<usize>>,
    /// In how many copies the present loop bodies stand.
    pub(crate) copies: u64,
    /// How many copies of loop bodies were made.
    pub(crate) unrolled: u64,
    pub(crate) scope: expressions::Scope,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources) -> Checker<'a> {
        Checker {
            sources,
            libraries: Vec::new(),
            model: Model::default(),
            names: names::Names::default(),
            pending: collect::Pending::default(),
            findings: Findings::default(),
            splices: Vec::new(),
            muted: false,
            ways_unknown: false,
            machine: None,
            in_state: false,
            broken_tracks: Vec::new(),
            reads_now: Vec::new(),
            copies: 1,
            unrolled: 0,
            scope: expressions::Scope::default(),
        }
    }

    pub(crate) fn report(&mut self, finding: Finding) {
        if !self.muted && self.findings.len() < KEPT_MAX {
            self.findings.push(finding);
        }
    }
}
