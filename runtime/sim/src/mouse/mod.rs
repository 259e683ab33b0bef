//! The mouse: what it perceives, how it decides, learns, moves, tires and drinks.

mod behaviour;
mod learning;
mod manner;
mod movement;
mod observer;
mod parameters;
mod reaction;
mod satiety;
mod state;
mod weight;

pub(crate) use behaviour::Mouse;
pub use manner::Manner;
#[cfg(test)]
pub(crate) use movement::Motion;
pub(crate) use movement::Path;
pub use observer::Observer;
pub use parameters::{
    FidgetParameters, LearningParameters, MOUSE_TOML, MouseParameters, MovementParameters, ObserverParameters,
    ReactionParameters, SatietyParameters, WeightParameters,
};
pub use state::{MouseState, SessionSummary};
