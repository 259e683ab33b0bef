//! From source text to a compiled program, and what its findings mean.

mod compile;
pub mod diff;
pub mod doc;
mod explain;
mod hints;
mod names;
mod nearby;
mod needs;
mod offered;
mod scenarios;
mod strategies;
mod study;

pub use compile::{Analysed, Compiled, Library, SourceText, analyse, compile, compile_beside};
pub use explain::{codes, explain};
pub use names::{name_for_use, names_used};
pub use nearby::{Near, files_for_name, nearby};
pub use needs::{Demand, Needs, needs};
pub use scenarios::{Act, Asked, Asks, Expectation, Player, Run, Scenario, animals};
pub use strategies::{Strategies, strategies};
pub use study::{
    CompiledStudy, Confirm, Fed, Filled, Handed, Study, StudyScenario, StudyStage, Way, compile_study,
    compile_study_beside, is_study, name_of_protocol, stage_protocols,
};
pub use trialect_sema::proofs;
pub use trialect_syntax::format;
