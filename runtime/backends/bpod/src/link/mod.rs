//! The host's side: connects to a board, uploads matrices, runs them and reads what the board says of its trials.
//!
//! [`Link`] owns its port. It makes the board safe when it connects, when a trial fails and when it is dropped: the trial
//! is stopped, which sets all outputs to 0, and the valves are given back. It waits for answers for a bounded time, and
//! every fault says what to do.

mod attached;
mod connect;
mod fault;
mod port;
mod trials;

pub use attached::{Attached, Likely, attached, grouped};
pub use connect::Link;
pub use fault::LinkFault;
pub use port::{Port, Serial};
