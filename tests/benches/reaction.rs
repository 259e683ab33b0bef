//! From an input on a pseudo-terminal to the output byte that a protocol answers with: a whole session (link, clock, inbox,
//! session, compiled code, record) against a loop in Rust that does nothing but read and write, and against the same loop
//! with pyserial where Python has it. All of them wait alike, on the same processor, in turn, and the medians are compared.
//!
//! The bench plays the board: an emulated one until the session's matrix runs, then edges of port 1 by hand.
#![allow(clippy::print_stdout, clippy::disallowed_methods, clippy::expect_used)]

#[cfg(unix)]
#[path = "reaction/unix.rs"]
mod unix;

fn main() {
    #[cfg(unix)]
    unix::measure();
    #[cfg(not(unix))]
    println!("pseudo-terminals are needed; nothing was measured");
}
