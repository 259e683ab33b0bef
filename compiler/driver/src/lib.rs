//! From source text to a compiled program, and what its findings mean.

mod compile;
pub mod doc;
mod explain;
mod hints;
mod names;
mod scenarios;

pub use compile::{Compiled, Library, SourceText, compile, compile_beside};
pub use explain::{codes, explain};
pub use names::{name_for_use, names_used};
pub use scenarios::{Act, Asked, Asks, Expectation, Player, Run, Scenario, animals};
