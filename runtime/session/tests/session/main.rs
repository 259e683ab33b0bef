//! Sessions on a rig that does what a test has written down: inputs at given times, faults at given calls.
//!
//! Every session that is played here is also replayed from its record, and its record is held against what reached
//! the rig: see [`played`].
#![allow(clippy::unwrap_used, clippy::expect_used)] // the functions that tests share are outside of tests

mod beside;
mod clocks;
mod curricula;
mod ends;
mod faults;
mod instants;
mod measured;
mod order;
mod outputs;
mod played;
mod requests;
mod scripted_rig;
mod streams;
mod trains;
