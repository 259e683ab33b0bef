//! The reference machine: the law of how a program runs.
