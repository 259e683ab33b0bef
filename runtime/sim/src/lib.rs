//! A simulated rig and a simulated animal.
//!
//! [`SimRig`] is a backend: devices of every class of the standard library behind
//! [`trialect_device::Rig`], with an animal that knows no protocol. At a wheel it sees what the
//! screen shows, hears what the speaker plays, tastes what the valve gives, and turns the wheel; it
//! learns. Among ports, levers and spouts it forages: it goes where it is lit and where a reward
//! waits, and elsewhere at random; it learns nothing. Everything is a function of the parameters, the mouse's state, the animal's seed
//! ([`animal_seed`]) and the session's ordinal, so that the same calls give the same answers.
//!
//! Simulation goes from event to event: a resting wheel costs nothing, however long it rests.
//!
//! What a mouse carries from session to session is [`MouseState`], which can be recomputed from the
//! summaries of its sessions alone.

mod animals;
mod aversive;
mod bath;
mod cadence;
mod camera;
mod classes;
mod clock;
mod device;
mod display;
mod encoder;
mod feeder;
mod forager;
mod frame_trigger;
mod lamp;
mod laser;
mod mouse;
mod nose_port;
mod olfactometer;
mod parameters;
mod patch;
mod pump;
mod refusal;
mod rig;
mod speaker;
mod stream;
mod sync_line;
mod touch;
mod touch_window;
mod traces;
mod valve;

pub use forager::{
    DriveParameters, ForagerParameters, LickParameters, PokeParameters, PressParameters, RestParameters,
};
pub use mouse::{
    FidgetParameters, LearningParameters, MOUSE_TOML, Manner, MouseParameters, MouseState, MovementParameters,
    Observer, ObserverParameters, ReactionParameters, SatietyParameters, SessionSummary, WeightParameters,
};
pub use parameters::{
    BathParameters, CameraParameters, CellParameters, DisplayParameters, EncoderParameters, FeederParameters,
    ParameterFault, PuffParameters, PumpParameters, RIG_TOML, RigParameters, SpeakerParameters, ValveParameters,
};
pub use rig::SimRig;
pub use stream::animal_seed;
pub use valve::{Calibration, CalibrationPoint};
