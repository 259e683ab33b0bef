//! The standard library's texts, embedded.
