//! Texts and what is read from them: trees, findings, and nothing that ever panics.

mod clauses;
mod examples;
mod expressions;
mod findings;
mod garbage;
mod printer;
