//! The editor's view of the language: a server of the Language Server Protocol.
//!
//! It reads nothing itself and waits for nothing but messages: files come through a [`World`]. A text is looked at as a
//! whole after each change; whatever an editor asks is answered from that one look.

mod actions;
mod analysis;
mod completion;
mod diagnostics;
mod documents;
mod format;
mod hints;
mod hover;
mod names;
mod navigation;
mod positions;
mod quantities;
mod rename;
mod requests;
mod server;
mod text;
mod view;
mod words;
mod world;

pub use server::{Trouble, serve, serve_on};
pub use world::World;
