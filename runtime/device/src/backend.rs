//! What a piece of hardware must do to take part in a rig on real time: a board, a display, a serial line.

use crate::{Command, Input, Ns, RigFault, Wiring};

/// What tells that bytes may have arrived, where the system has such a thing.
#[cfg(unix)]
pub type Descriptor<'a> = std::os::fd::BorrowedFd<'a>;
/// What tells that bytes may have arrived, where the system has such a thing.
#[cfg(not(unix))]
pub type Descriptor<'a> = &'a std::convert::Infallible;

/// How a backend's clock and what it heard fared in a session; kept beside the record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BackendReport {
    /// What it is, with its firmware: `bpod r2.0-v23`.
    pub name: String,
    /// Name and value: residuals of the clock in us, inputs that were lost, and what else it can tell.
    pub figures: Vec<(String, f64)>,
}

/// The devices of one piece of hardware, on real time. A rig puts several together behind one clock.
///
/// Implementations MUST:
/// - never wait in [`Backend::poll`], and in the other calls only as long as the hardware takes to obey;
/// - report an input at the time at which the hardware noticed it, mapped to the session clock, and never later than now;
/// - refuse with [`RigFault::OutOfRange`] rather than clamp;
/// - open what can harm (a valve, a laser, a shocker) only by a pulse that the hardware ends by itself, and refuse at
///   [`Backend::can`] what it cannot end by itself;
/// - have every output at its safe level after [`Backend::make_safe`] and when dropped, as far as it can be reached.
pub trait Backend {
    /// What it is, for messages.
    fn name(&self) -> String;

    /// `real` or `emulated`.
    fn kind(&self) -> &'static str;

    /// Binds the devices `own` (indices into [`Wiring::devices`]). Called once, first.
    ///
    /// # Errors
    /// When a device cannot play its part.
    fn wire(&mut self, wiring: &Wiring, own: &[u32]) -> Result<(), RigFault>;

    /// Whether a device can carry out a verb. Asked of every verb of the protocol before the session starts.
    ///
    /// # Errors
    /// When it cannot, or could not end by itself what can harm.
    fn can(&self, device: u32, verb: &str) -> Result<(), RigFault>;

    /// The session's clock starts: nothing that was heard before belongs to it. `now` reads the clock.
    ///
    /// # Errors
    /// When the hardware is gone.
    fn start(&mut self, now: &dyn Fn() -> Ns) -> Result<(), RigFault>;

    /// Constants of a device, as in [`crate::Rig::settings`].
    fn settings(&self, _device: u32) -> Vec<(String, f64)> {
        Vec::new()
    }

    /// What a device measures now, as in [`crate::Rig::measure`].
    ///
    /// # Errors
    /// When the hardware is gone.
    fn measure(&mut self, _now: Ns, _device: u32, _reading: &str) -> Result<Option<f64>, RigFault> {
        Ok(None)
    }

    /// Takes in what has arrived. `now` reads the clock.
    ///
    /// # Errors
    /// When the hardware is gone, or says what cannot be.
    fn poll(&mut self, now: &dyn Fn() -> Ns, heard: &mut dyn FnMut(Input)) -> Result<(), RigFault>;

    /// When it wants to be polled although nothing arrives.
    fn due(&self) -> Option<Ns> {
        None
    }

    /// What tells that bytes have arrived; none: it is looked at every millisecond.
    fn descriptor(&self) -> Option<Descriptor<'_>> {
        None
    }

    /// Carries out a command at once. `now` reads the clock, since a command may take time.
    ///
    /// # Errors
    /// When it cannot be carried out; nothing has happened then.
    fn command(&mut self, now: &dyn Fn() -> Ns, command: Command<'_>) -> Result<(), RigFault>;

    /// Ends what an earlier command with this verb started.
    ///
    /// # Errors
    /// When the hardware is gone.
    fn release(&mut self, now: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault>;

    /// A tracked parameter of a stimulus has this value from now on.
    fn follow(&mut self, _now: Ns, _stimulus: u32, _parameter: &str, _value: f64) {}

    /// All outputs to their safe levels, now. May be called twice.
    fn make_safe(&mut self);

    /// How it fared.
    fn report(&self) -> BackendReport;
}
