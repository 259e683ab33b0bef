//! The grammar and the syntax tree.
