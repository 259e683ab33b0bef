//! Plays the raw files of a session that rig program v5 recorded, as a [`trialect_device::Rig`].
//!
//! [`Recording`] reads and checks four files and puts everything on one clock; [`RecordedRig`]
//! plays it. What the rig recorded after the start of a trial's closed loop is never used for
//! playing, except as inputs: the wheel, the photodiode's edges and the sounds' onsets.
//! [`Recording::recorded_outcome`] and [`Recording::recorded_closed_loop`] exist for a comparison
//! with what a protocol makes of the same inputs, and for nothing else.
//!
//! Knows nothing about sessions, journals, programs and the text of protocols.

mod clocks;
mod comparison;
mod encoder_file;
mod fault;
mod given;
mod parts;
mod python_json;
mod raw_files;
mod recording;
mod rig;
mod settings;
mod task_data;
mod wheel;

pub use clocks::ClockFit;
pub use fault::RecordingFault;
pub use given::GivenValue;
pub use raw_files::RawFiles;
pub use recording::Recording;
pub use rig::{LateStart, RecordedRig};
pub use settings::Subject;
