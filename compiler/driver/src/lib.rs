//! From source text to a compiled program, and what its findings mean.

mod compile;
mod explain;
mod hints;

pub use compile::{Compiled, Library, SourceText, compile};
pub use explain::{codes, explain};
