//! State matrices: what a board runs by itself in one trial, without any byte of how it is told to.
//!
//! A compiler for devices writes them, the wire of a board encodes them, an emulated board runs them. A [`Course`] is a
//! matrix with what its events mean to the protocol that it was made from.

mod course;
mod event;
mod matrix;

pub use course::{Course, Heard, Post, Thresholds};
pub use event::{Edge, Event};
pub use matrix::{Condition, ConditionSource, Counter, GlobalTimer, Matrix, Message, Repeat, State, Target};
