//! Ctrl-C: the first one ends the session after the trial under way, the second one ends the process; of a session on a
//! rig it ends the trial at once, and the devices are made safe.

use crate::failure::Failure;
use crate::output;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a process that a second signal ended, as shells have it for Ctrl-C.
const ENDED_AT_ONCE: i32 = 130;

/// Whether somebody has asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From here on SIGINT (Ctrl-C) and SIGTERM ask to stop instead of ending the process; a second one ends it.
    pub(crate) fn watch() -> Result<Interrupt, Failure> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Actions run in this order: the second signal finds the flag that the first one has set.
            flag::register_conditional_shutdown(signal, ENDED_AT_ONCE, Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .map_err(|error| Failure::trouble("no-signals", format!("Ctrl-C cannot be watched for: {error}")))?;
        }
        Ok(Interrupt(asked))
    }

    /// For a session on a rig: the first Ctrl-C ends it after the trial under way. The second one, the end of its terminal
    /// and that of the computer end it at once, which sets the flag that is returned; the process ends when all devices
    /// are safe.
    #[cfg(unix)]
    pub(crate) fn watch_rig() -> Result<(Interrupt, Arc<AtomicBool>), Failure> {
        use signal_hook::consts::SIGHUP;
        let (asked, at_once) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| Failure::trouble("no-signals", format!("Ctrl-C cannot be watched for: {error}")))?;
        let (first, second) = (Arc::clone(&asked), Arc::clone(&at_once));
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let again = first.swap(true, Ordering::SeqCst);
                if again || signal != SIGINT {
                    second.store(true, Ordering::SeqCst);
                } else {
                    output::complain("ends after this trial; Ctrl-C again ends it at once");
                }
            }
        });
        Ok((Interrupt(asked), at_once))
    }

    /// See above; a second Ctrl-C ends the process.
    #[cfg(not(unix))]
    pub(crate) fn watch_rig() -> Result<(Interrupt, Arc<AtomicBool>), Failure> {
        Ok((Interrupt::watch()?, Arc::new(AtomicBool::new(false))))
    }

    /// What a session looks at after each trial.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Says that the command ended because it was asked to, and what it leaves behind.
    pub(crate) fn tell(&self, done: u32, planned: u32) {
        if self.asked() {
            output::complain(&format!(
                "stopped by hand: {done} of {planned} sessions, all sealed; the last may be short, no other was begun"
            ));
        }
    }
}
