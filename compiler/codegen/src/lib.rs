//! The machine that runs compiled code.
