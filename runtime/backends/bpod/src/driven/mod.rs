//! A board that the host drives: the board watches its inputs and times its pulses, the program runs on the host.
//!
//! One matrix stays on the board for the whole session ([`Resident`]). It reports every edge with its cycle. Lamps and
//! lines are set at once. What can harm is opened only by a global timer of the board, which shuts it again when the host
//! is dead: a pulse of a length that the matrix does not have yet is put into another matrix, which takes the place of the
//! first within a few cycles. Each matrix begins with a look at all inputs, so that an edge between two of them is not
//! lost.

mod board;
mod parts;
mod place;
mod pulses;
mod resident;

pub use board::Driven;
pub use place::{Binding, Openings, Place};
pub use resident::{Pulse, Resident};
