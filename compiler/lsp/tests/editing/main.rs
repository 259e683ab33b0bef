//! The server as an editor meets it: messages in, messages out, over a connection in memory.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::disallowed_methods)]

mod editor;
mod half_typed;
mod names;
mod remedies;
