//! The trait that every backend implements, and what passes through it.

use crate::RigFault;

/// Nanoseconds on the session clock, which starts at 0 when the session starts.
pub type Ns = i64;

/// A device of the protocol, to be bound to one of the rig.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceSpec {
    /// Name in the protocol.
    pub name: String,
    /// Class in the standard library: `Encoder`, `Display`, `Speaker`, `Valve`.
    pub class: String,
}

/// An input line that the program listens to.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLine {
    /// Index into [`Wiring::devices`].
    pub device: u32,
    /// Name in the class: `travel`, `flip`, `onset`, `done`.
    pub channel: String,
}

/// A stimulus that commands refer to by index.
#[derive(Debug, Clone, PartialEq)]
pub struct StimulusSpec {
    /// Name in the protocol.
    pub name: String,
    /// Index into [`Wiring::devices`].
    pub device: u32,
    /// Constructor in the class: `gabor`, `tone`, `noise`.
    pub constructor: String,
    /// Fixed parameters: name, value in the coherent unit (s, mm, g, deg, uL, 1/deg, Hz).
    pub fixed: Vec<(String, f64)>,
}

/// What a program needs of a rig; indices in [`Input`] and [`Command`] refer to these lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wiring {
    /// In the protocol's order.
    pub devices: Vec<DeviceSpec>,
    /// In the protocol's order, which is also the order of inputs at the same instant.
    pub inputs: Vec<InputLine>,
    /// In the protocol's order.
    pub stimuli: Vec<StimulusSpec>,
}

/// Something a device reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Index into [`Wiring::inputs`].
    pub line: u32,
    /// When, on the session clock.
    pub at: Ns,
    /// For a counter its free-running count; for an event 1.
    pub value: i64,
}

/// A command to a device, valid during the call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Command<'a> {
    /// Index into [`Wiring::devices`].
    pub device: u32,
    /// The verb in the class: `show`, `hide`, `play`, `deliver`, `open`, `zero`, `track`.
    pub verb: &'a str,
    /// Index into [`Wiring::stimuli`], for verbs that present one.
    pub stimulus: Option<u32>,
    /// Arguments: name, value in the coherent unit.
    pub arguments: &'a [(&'a str, f64)],
}

/// A backend: every device that one session uses, behind one clock.
///
/// Implementations MUST:
/// - report inputs in time order, those of one instant in the order of [`Wiring::inputs`];
/// - never report an input earlier than a time already passed to [`Rig::next_input`] or [`Rig::command`];
/// - refuse with [`RigFault::OutOfRange`] rather than clamp: a reward is never altered quietly;
/// - have every output at its safe level after [`Rig::make_safe`], whatever happened before, and twice in a row;
/// - be deterministic where `kind` is `simulated` or `recorded`: the same calls give the same answers.
pub trait Rig {
    /// `simulated`, `recorded`, `emulated` or `real`; stamped into all data.
    fn kind(&self) -> &'static str;

    /// Binds the protocol's devices. Called once, first.
    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault>;

    /// Constants of a device, name and value in the coherent unit: an encoder's `count_size` (mm of travel a count).
    fn settings(&self, device: u32) -> Vec<(String, f64)>;

    /// What a device measures at the session's present time `at`, in the coherent unit; none when it has no value. The
    /// reading is one of its class: `temperature`.
    fn measure(&mut self, _at: Ns, _device: u32, _reading: &str) -> Result<Option<f64>, RigFault> {
        Ok(None)
    }

    /// The earliest input not yet reported, if it comes at or before `until`. Waits for it where time is real.
    /// After `None`, the session's time is `until`.
    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault>;

    /// When the trial's first state may be entered: `earliest` or later. `trial` counts from 1.
    /// Inputs up to that time are still reported by `next_input`. `None`: there are no more trials.
    fn trial_start(&mut self, trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault>;

    /// Carries out a command at the session's present time `at`.
    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault>;

    /// Ends what an earlier command with this verb started: a held output, a latched one at the end of its clock.
    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault>;

    /// A tracked parameter of a stimulus has this value from `at` on.
    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64);

    /// All outputs to their safe levels, now.
    fn make_safe(&mut self, at: Ns);
}
