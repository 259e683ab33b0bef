//! Checks of a whole rig: what is used twice, what is too old, and whether it is what a protocol needs.

mod dates;
mod fits;
mod stimuli;
mod twice;

pub use dates::ages;
pub use fits::{Ask, Hears, NeededDevice, NeededStimulus, Needs, fits};
pub(crate) use twice::used_twice;
