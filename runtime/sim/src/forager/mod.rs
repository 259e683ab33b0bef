//! The forager: an animal that goes from place to place, pokes, presses and licks, and learns nothing.

mod behaviour;
mod contact;
mod drive;
mod listener;
mod parameters;
mod places;

pub(crate) use behaviour::Forager;
pub use parameters::{
    DriveParameters, ForagerParameters, LickParameters, PokeParameters, PressParameters, RestParameters,
};
