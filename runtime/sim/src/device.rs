//! What every simulated device can do: carry out verbs, and let happen what they begin, on the virtual clock.

use crate::cadence::Take;
use crate::display::Picture;
use crate::refusal::{Arguments, Refusal};
use crate::speaker::Sound;
use trialect_device::{Ns, Scale, StimulusSpec, StreamLine};

/// A command as a device gets it; the verb has the part's name before it (`led.light`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) verb: &'a str,
    /// Counted among the stimuli that the device was given with [`Device::bind`].
    pub(crate) stimulus: Option<u32>,
    pub(crate) arguments: Arguments<'a>,
}

/// What comes of a device: reports to the session, and what an animal can perceive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Happening {
    /// The n-th channel of the device's class has this to report.
    Report { channel: usize, value: i64 },
    /// This screen shows something else.
    Picture {
        /// The visible picture of the greatest contrast.
        visible: Option<Picture>,
        /// One that followed something stands still from now on.
        freeze: bool,
    },
    /// A sound begins.
    Sound(Sound),
    /// The first of a drop or of pellets comes.
    Reward,
    /// So much fluid has come, in uL.
    Fluid(f64),
    /// So many pellets have come.
    Pellets(f64),
    /// A lamp goes on or off.
    Light(bool),
    /// Air blows.
    Puff,
    /// The floor stings.
    Shock,
}

/// A simulated device of one class. Times never go back.
///
/// What happens is added to `told`, in its order. A device that only reports what an animal does (a beam, a lever)
/// needs nothing but its verbs.
pub(crate) trait Device: core::fmt::Debug {
    /// Carries out a verb.
    fn command(&mut self, at: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal>;

    /// Ends what a verb began; nothing happens when there is nothing to end.
    fn release(&mut self, at: Ns, verb: &str, stimulus: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal>;

    /// Its outputs to their safe level, now, and nothing on its way.
    fn make_safe(&mut self, at: Ns, told: &mut Vec<Happening>);

    /// When it next does something by itself.
    fn next(&self) -> Option<Ns> {
        None
    }

    /// Does what [`Device::next`] announced for this time.
    fn finish(&mut self, _at: Ns, _told: &mut Vec<Happening>) {}

    /// The session listens to its reports. A device that reports by itself is silent until then.
    fn listen(&mut self) {}

    /// One more stimulus that it may be asked to present.
    fn bind(&mut self, _stimulus: &StimulusSpec) {}

    /// A tracked parameter of a stimulus has a new value.
    fn follow(&mut self, _at: Ns, _stimulus: u32, _parameter: &str, _value: f64) {}

    /// What it measures now, in the coherent unit; none for what it cannot measure.
    fn measure(&mut self, _at: Ns, _reading: &str) -> Option<f64> {
        None
    }

    /// Samples a reading from the session's start on: one more stream, and what its counts mean; none for what it cannot
    /// sample.
    fn sample(&mut self, _line: &StreamLine) -> Option<Scale> {
        None
    }

    /// Hands over what one of its streams sampled before a time, counted in the order of [`Device::sample`].
    fn samples(&mut self, _until: Ns, _stream: usize, _take: &mut Take<'_>) {}

    /// Constants, in the coherent unit.
    fn settings(&self) -> Vec<(String, f64)> {
        Vec::new()
    }
}
