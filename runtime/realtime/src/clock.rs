//! The session's clock and how it is waited for.

use std::time::{Duration, Instant};
use trialect_device::{Descriptor, Ns};

/// Most pieces of hardware that can be waited for at once.
pub const MOST: usize = 16;

/// A clock that goes on by itself and can be waited for.
pub trait Clock {
    /// Nanoseconds since the session began.
    fn now(&self) -> Ns;

    /// The session begins now: its clock is at 0.
    fn begin(&mut self);

    /// Waits until bytes may have arrived or the time has come, whichever is first; may return earlier. `glances`: some
    /// hardware cannot be waited for and must be looked at often.
    fn wait(&mut self, until: Ns, descriptors: &[Descriptor<'_>], glances: bool);
}

/// How the loop waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Waiting {
    /// The system wakes it: costs no processor, and as many microseconds as the system takes.
    #[default]
    Blocking,
    /// It looks again and again: costs a processor.
    Spinning,
}

/// How long hardware without a descriptor is left alone.
const GLANCE: Duration = Duration::from_millis(1);

/// The computer's monotonic clock.
#[derive(Debug)]
pub struct Monotonic {
    start: Instant,
    waiting: Waiting,
}

impl Monotonic {
    /// A clock that starts now.
    // The session's clock: the one place that asks the computer for the time.
    #[allow(clippy::disallowed_methods)]
    #[must_use]
    pub fn new(waiting: Waiting) -> Monotonic {
        Monotonic { start: Instant::now(), waiting }
    }
}

impl Clock for Monotonic {
    fn now(&self) -> Ns {
        Ns::try_from(self.start.elapsed().as_nanos()).unwrap_or(Ns::MAX)
    }

    #[allow(clippy::disallowed_methods)] // see `new`
    fn begin(&mut self) {
        self.start = Instant::now();
    }

    fn wait(&mut self, until: Ns, descriptors: &[Descriptor<'_>], glances: bool) {
        let left = u64::try_from(until.saturating_sub(self.now())).unwrap_or(0);
        match self.waiting {
            _ if left == 0 => {}
            Waiting::Spinning => std::hint::spin_loop(),
            Waiting::Blocking => {
                let left = Duration::from_nanos(left);
                block(if glances { left.min(GLANCE) } else { left }, descriptors);
            }
        }
    }
}

/// Waits for bytes, at most so long.
#[cfg(unix)]
fn block(wait: Duration, descriptors: &[Descriptor<'_>]) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let Some(first) = descriptors.first() else { return pause(wait) };
    let filler = || PollFd::from_borrowed_fd(*first, PollFlags::IN);
    let mut list: [PollFd<'_>; MOST] = std::array::from_fn(|k| {
        descriptors.get(k).map_or_else(filler, |fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
    });
    let Ok(timeout) = Timespec::try_from(wait) else { return };
    // A signal wakes it early, which is allowed.
    let _ = poll(&mut list[..descriptors.len().min(MOST)], Some(&timeout));
}

#[cfg(not(unix))]
fn block(wait: Duration, _: &[Descriptor<'_>]) {
    pause(wait.min(GLANCE));
}

// The loop on real time is the session's own waiting.
#[allow(clippy::disallowed_methods)]
fn pause(wait: Duration) {
    std::thread::sleep(wait);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_the_time_and_not_a_moment_less() {
        for waiting in [Waiting::Blocking, Waiting::Spinning] {
            let mut clock = Monotonic::new(waiting);
            clock.begin();
            let until = 3_000_000;
            while clock.now() < until {
                clock.wait(until, &[], false);
            }
            assert!(clock.now() >= until);
            clock.wait(0, &[], true);
        }
    }
}
