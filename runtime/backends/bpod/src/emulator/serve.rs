//! An emulated board behind pseudo-terminals. Unix only.

use super::{Board, Effect, PseudoTerminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How time passes for a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As it does for everybody.
    #[default]
    Real,
    /// While a trial runs and no host says anything, straight to what happens next.
    Virtual,
}

/// What passed a port, or a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tracing<'b> {
    /// A host wrote.
    Heard {
        /// USB port.
        port: usize,
        /// What.
        bytes: &'b [u8],
    },
    /// The board wrote.
    Said {
        /// USB port.
        port: usize,
        /// What.
        bytes: &'b [u8],
    },
    /// Something happened at its connectors.
    Seen(&'b Effect),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// It was told to stop.
    Stopped,
    /// The cable was pulled out, as planned; the ports are closed when the pseudo-terminals are dropped.
    Unplugged,
}

/// Longest wait between two looks at whether to stop.
const LOOK: Duration = Duration::from_millis(20);

struct Clock {
    start: Instant,
    /// What was jumped over.
    ahead: Duration,
}

impl Clock {
    // The emulated board's own crystal; no session sees it.
    #[allow(clippy::disallowed_methods)]
    fn new() -> Clock {
        Clock { start: Instant::now(), ahead: Duration::ZERO }
    }

    fn us(&self) -> u64 {
        u64::try_from((self.start.elapsed() + self.ahead).as_micros()).unwrap_or(u64::MAX)
    }
}

/// Serves hosts at the ports until it is told to stop or the cable is pulled out. `trace` gets the board's time in
/// microseconds and what happened.
///
/// # Errors
/// When the system refuses a pseudo-terminal.
pub fn serve(
    board: &mut Board,
    ports: &[PseudoTerminal],
    pace: Pace,
    stop: &AtomicBool,
    trace: &mut dyn FnMut(u64, &Tracing<'_>),
) -> io::Result<Served> {
    let mut clock = Clock::new();
    let mut unsent: Vec<VecDeque<u8>> = vec![VecDeque::new(); ports.len()];
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        let mut is_heard = false;
        board.advance(clock.us());
        for (port, terminal) in ports.iter().enumerate() {
            let count = terminal.read(&mut buffer)?;
            if count > 0 {
                is_heard = true;
                trace(board.now(), &Tracing::Heard { port, bytes: &buffer[..count] });
                board.receive(port, &buffer[..count]);
            }
        }
        if pace == Pace::Virtual
            && !is_heard
            && board.cycle().is_some()
            && let Some(due) = board.due()
        {
            clock.ahead += Duration::from_micros(due.saturating_sub(clock.us()));
        }
        board.advance(clock.us());
        for (at, effect) in board.take_effects() {
            trace(at, &Tracing::Seen(&effect));
        }
        for (port, terminal) in ports.iter().enumerate() {
            say(board, port, terminal, &mut unsent[port], trace)?;
        }
        if board.is_unplugged() {
            return Ok(Served::Unplugged);
        }
        wait(board, ports, pace, &clock, &unsent)?;
    }
    Ok(Served::Stopped)
}

fn say(
    board: &mut Board,
    port: usize,
    terminal: &PseudoTerminal,
    unsent: &mut VecDeque<u8>,
    trace: &mut dyn FnMut(u64, &Tracing<'_>),
) -> io::Result<()> {
    let said = board.take_said(port);
    if !said.is_empty() {
        trace(board.now(), &Tracing::Said { port, bytes: &said });
    }
    // Nobody listens: signs of life are not kept for later.
    if !board.is_alone() || unsent.is_empty() {
        unsent.extend(said);
    }
    while !unsent.is_empty() {
        let written = terminal.write(unsent.make_contiguous())?;
        if written == 0 {
            break;
        }
        unsent.drain(..written);
    }
    Ok(())
}

/// Until a host says something or the board has something to do.
fn wait(board: &Board, ports: &[PseudoTerminal], pace: Pace, clock: &Clock, unsent: &[VecDeque<u8>]) -> io::Result<()> {
    let until = board.due().map_or(LOOK, |due| Duration::from_micros(due.saturating_sub(clock.us())).min(LOOK));
    let until = if pace == Pace::Virtual && board.cycle().is_some() { Duration::ZERO } else { until };
    let flags = |waits: &VecDeque<u8>| if waits.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
    let mut list: Vec<PollFd<'_>> =
        ports.iter().zip(unsent).map(|(port, waits)| PollFd::from_borrowed_fd(port.fd(), flags(waits))).collect();
    let timeout = Timespec::try_from(until).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 1_000_000 });
    match poll(&mut list, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
