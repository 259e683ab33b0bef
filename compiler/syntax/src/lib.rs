//! The grammar and the syntax tree.
//!
//! [`parse`] reads a text into a tree together with everything that is wrong with it. It always returns: a clause that
//! cannot be read is one finding, and the clauses around it stay in the tree.

#[cfg(test)]
mod agreement;
pub mod ast;
mod build;
mod depth;
mod failure;
mod findings;
mod fmt;
mod grammar;
mod head;
mod join;
mod layout;
mod mistakes;
mod numbers;
mod parse;
mod reader;
mod report;
mod scan;
mod words;

pub use fmt::{clause_pieces, format};
pub use grammar::GRAMMAR;
pub use parse::{BYTES_MAX, Parsed, parse, parse_expression};
pub use scan::Comment;
