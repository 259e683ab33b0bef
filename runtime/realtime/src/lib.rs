//! A rig on real time: several pieces of hardware behind one monotonic clock.
//!
//! [`LiveRig`] puts [`trialect_device::Backend`]s together into the [`trialect_device::Rig`] that a session drives. One
//! thread owns everything: it waits for bytes and for the next deadline in the same place ([`Clock::wait`]), so that an
//! input is on its way to the program as soon as the system hands it over. What has arrived waits in a bounded [`Inbox`]
//! in the order in which it happened.
//!
//! Knows nothing about sessions, programs, files and vendors.

mod clock;
mod inbox;
mod live;

pub use clock::{Clock, Monotonic, Waiting};
pub use inbox::{Inbox, Overflow};
pub use live::{Late, LiveRig, Timing};
