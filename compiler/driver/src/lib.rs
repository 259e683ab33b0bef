//! From source text to a compiled program, and what its findings mean.

mod compile;
mod explain;
mod hints;
mod scenarios;

pub use compile::{Compiled, Library, SourceText, compile, compile_beside};
pub use explain::{codes, explain};
pub use scenarios::{Act, Expectation, Player, Run, Scenario};
