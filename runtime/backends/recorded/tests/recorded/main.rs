//! The backend on two recorded sessions, on an invented one, and on damaged files.
// Only `#[test]` functions count as tests for the lint, and a test's helpers fail by panicking too.
#![allow(clippy::unwrap_used)]

mod driver;
mod invented;
mod malformed;
mod playing;
mod rig_contract;
mod sessions;
mod stripped;
