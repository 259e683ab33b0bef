//! The wire against recorded bytes and against arbitrary ones; the board cycle by cycle; the link.
// Only `#[test]` functions count as tests for the lint, and a test's helpers fail by panicking too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod board;
mod bytes;
mod desk;
mod driven;
mod fitting;
mod link;
mod machines;
mod recorded;
mod trace;
