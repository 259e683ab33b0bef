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

/// A reading that is sampled from the session's start to its end: sample k is what was there k / rate s after the start.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamLine {
    /// Index into [`Wiring::devices`].
    pub device: u32,
    /// Name in the class: `voltage`.
    pub reading: String,
    /// Samples a second.
    pub rate: f64,
}

impl StreamLine {
    /// When a sample is taken, rounded to the nanosecond.
    pub fn time_of(&self, sample: u64) -> Ns {
        (sample as f64 / self.rate * 1e9).round() as Ns
    }

    /// How many samples are taken before a time.
    pub fn before(&self, at: Ns) -> u64 {
        let mut count = (at.max(0) as f64 * 1e-9 * self.rate).ceil() as u64;
        // The product is rounded; the times of the samples decide.
        while count > 0 && self.time_of(count - 1) >= at {
            count -= 1;
        }
        while self.time_of(count) < at {
            count += 1;
        }
        count
    }
}

/// What the counts of a converter mean: `offset + gain * count`, in the coherent unit. -32768 and 32767 are also what is
/// beyond them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Of one count; above 0.
    pub gain: f64,
    /// Of count 0.
    pub offset: f64,
}

/// Samples of one stream that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Samples<'a> {
    /// Index into the streams that were asked for.
    pub stream: u32,
    /// Number of the first one, from 0: what is missing before it is lost.
    pub first: u64,
    /// The converter's counts; at least one.
    pub counts: &'a [i16],
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

/// Most samples that a rig hands over at once.
pub const PIECE: usize = 16 * 1024;

/// A backend: every device that one session uses, behind one clock.
///
/// Implementations MUST:
/// - report inputs in time order, those of one instant in the order of [`Wiring::inputs`];
/// - never report an input earlier than a time already passed to [`Rig::next_input`] or [`Rig::command`];
/// - refuse with [`RigFault::OutOfRange`] rather than clamp: a reward is never altered quietly;
/// - have every output at its safe level after [`Rig::make_safe`], whatever happened before, and twice in a row;
/// - hand over the samples of a stream in their order, none twice, none that is taken at or after the time asked for, in
///   pieces of at most [`PIECE`] samples, and keep none for longer than it must;
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

    /// Samples these readings from the session's start on. Called once, after [`Rig::wire`], if there are any; gives
    /// what the counts of each mean.
    ///
    /// # Errors
    /// [`RigFault::NoStream`] for one that it cannot sample, as a rig that samples none says by itself.
    fn sample(&mut self, streams: &[StreamLine]) -> Result<Vec<Scale>, RigFault> {
        let refused = |stream: &StreamLine| RigFault::NoStream {
            kind: self.kind(),
            device: stream.device,
            reading: stream.reading.clone(),
            rate: stream.rate,
        };
        streams.first().map_or_else(|| Ok(Vec::new()), |stream| Err(refused(stream)))
    }

    /// Hands over what was sampled before `until`, the session's present time, and was not handed over yet. What was
    /// lost is left out; what comes late comes with a later call.
    ///
    /// # Errors
    /// When a device has failed.
    fn samples(&mut self, _until: Ns, _take: &mut dyn FnMut(Samples<'_>)) -> Result<(), RigFault> {
        Ok(())
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
