//! A board without hardware: takes what any host sends, runs the matrix cycle by cycle, and says what a board says.
//!
//! [`Board`] has no time of its own: who owns it gives it bytes, moves its time on and takes what it said, so a test can
//! run hours in a moment. A [`Mouse`] can sit at its ports. On Unix [`serve`] puts it behind pseudo-terminals, in real time or as fast as it goes.
//!
//! The order of events within a cycle and the firmware's flaws are those of firmware 23.10. Not emulated: analog inputs of a 2+ (its settings are
//! acknowledged, its thresholds never fire) and what modules do with the bytes they get.

mod board;
mod chores;
mod execution;
mod fault;
mod lines;
mod mouse;
mod program;
#[cfg(unix)]
mod pseudo_terminal;
#[cfg(unix)]
mod serve;
mod timers;

pub use board::{Board, Effect};
pub use fault::{Fault, FaultKind, Stimulus, StimulusKind};
pub use mouse::Mouse;
#[cfg(unix)]
pub use pseudo_terminal::PseudoTerminal;
#[cfg(unix)]
pub use serve::{Pace, Served, Tracing, serve};
