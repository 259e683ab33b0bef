//! A simulated rig and a simulated mouse.
//!
//! [`SimRig`] is a backend: a wheel, a screen, a speaker and a water valve behind
//! [`trialect_device::Rig`], with a mouse at the wheel. The mouse knows no protocol. It sees what the
//! screen shows, hears what the speaker plays, tastes what the valve gives, and can do one thing:
//! turn the wheel. Everything is a function of the parameters, the mouse's state, the animal's seed
//! ([`animal_seed`]) and the session's ordinal, so that the same calls give the same answers.
//!
//! Simulation goes from event to event: a resting wheel costs nothing, however long it rests.
//!
//! What a mouse carries from session to session is [`MouseState`], which can be recomputed from the
//! summaries of its sessions alone.

mod clock;
mod display;
mod encoder;
mod mouse;
mod parameters;
mod refusal;
mod rig;
mod speaker;
mod stream;
mod valve;

pub use mouse::{
    FidgetParameters, LearningParameters, MOUSE_TOML, MouseParameters, MouseState, MovementParameters, Observer,
    ObserverParameters, ReactionParameters, SatietyParameters, SessionSummary, WeightParameters,
};
pub use parameters::{
    DisplayParameters, EncoderParameters, ParameterFault, RIG_TOML, RigParameters, SpeakerParameters, ValveParameters,
};
pub use rig::SimRig;
pub use stream::animal_seed;
pub use valve::{Calibration, CalibrationPoint};
