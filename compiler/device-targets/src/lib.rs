//! From the program to what a device runs by itself: each trial becomes a state matrix when it begins.
//!
//! [`Target::lower`] runs the reference machine from the memory with which a trial begins over everything that can happen, and
//! makes a state of the matrix of each place that it finds: the states of all machines, the words that decide what
//! happens next, the timers under way, what is on. What the machine would do is so by construction what the board does.
//! Where the places are too many, or depend on what a board does not know, it refuses, with the place in the protocol.
//!
//! [`OnDevice`] is a machine that does this at each trial's beginning and leaves the course where a rig finds it; what
//! the board says of the trial then drives the machine inside it as any inputs do. So the record of a trial is made by
//! the same machine and the same session whatever runs the trial.

mod board;
mod clocks;
mod config;
mod emit;
mod explore;
mod host;
mod machine;
mod refusal;
mod relevance;

pub use board::{Bindings, Board, Opening, Wire};
pub use machine::OnDevice;
pub use refusal::{Place, Refusal, told};

use relevance::Relevant;
use std::sync::Arc;
use trialect_ir::{Program, header};
use trialect_matrix::Course;

/// What makes the courses of a program's trials for a board.
#[derive(Debug)]
pub struct Target {
    program: Arc<Program>,
    board: Board,
    bindings: Bindings,
    relevant: Result<Relevant, Vec<Refusal>>,
}

impl Target {
    /// A board whose channels play the parts of the program's devices.
    #[must_use]
    pub fn new(program: Arc<Program>, board: Board, bindings: Bindings) -> Target {
        let mut refusals = elsewhere(&program, &bindings);
        let relevant = Relevant::of(&program, &bindings);
        if let Err(others) = &relevant {
            refusals.extend(others.iter().cloned());
        }
        let relevant = if refusals.is_empty() { relevant } else { Err(refusals) };
        Target { program, board, bindings, relevant }
    }

    /// The course of the trial that begins with this memory: after its draws are made, before its first state is entered.
    ///
    /// # Errors
    /// What the board cannot do, each with its place.
    pub fn lower(&self, memory: &[u64]) -> Result<Course, Vec<Refusal>> {
        let relevant = self.relevant.as_ref().map_err(Clone::clone)?;
        let now = memory.get(header::NOW.index()).map_or(0, |word| *word as i64);
        let explorer = explore::Explorer::new(&self.program, &self.board, &self.bindings, relevant, now);
        emit::emit(&self.program, &self.board, &self.bindings, &explorer.explore(memory)?)
    }
}

/// Inputs that the program listens to and that do not come to the board.
fn elsewhere(program: &Program, bindings: &Bindings) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (line, input) in program.inputs.iter().enumerate() {
        let comes = match bindings.wire(input.device) {
            Wire::Pulse { .. } => input.channel == "done",
            Wire::Encoder { .. } => matches!(input.update, trialect_ir::Update::Count { .. }),
            _ => !bindings.events(program, line).is_empty(),
        };
        if !comes {
            let device = program.devices.get(input.device as usize).map_or("", |device| device.name.as_str());
            refusals.push(Refusal {
                place: Place::Device(input.device),
                code: "device-input-elsewhere",
                message: format!("`{device}.{}` does not come to the board", input.channel),
                help: "connect it to an input or a module of the board, or run it host driven",
            });
        }
    }
    refusals
}
