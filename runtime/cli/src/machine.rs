//! The machine that runs a program: compiled code, or the reference interpreter.

use crate::failure::Failure;
use clap::ValueEnum;
use std::sync::Arc;
use trialect_interp::Interpreter;
use trialect_ir::{Machine, Program};

/// Which machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Compiled to machine code
    Jit,
    /// The reference machine
    Interpreter,
}

impl Default for Kind {
    fn default() -> Kind {
        if cfg!(feature = "jit") { Kind::Jit } else { Kind::Interpreter }
    }
}

/// A machine with a program's initial memory.
pub(crate) fn machine(kind: Kind, program: &Arc<Program>) -> Result<Box<dyn Machine>, Failure> {
    match kind {
        Kind::Interpreter => Ok(Box::new(Interpreter::new(Arc::clone(program)))),
        Kind::Jit => jit(program),
    }
}

#[cfg(feature = "jit")]
fn jit(program: &Program) -> Result<Box<dyn Machine>, Failure> {
    match trialect_codegen::Jit::compile(program) {
        Ok(jit) => Ok(Box::new(jit)),
        Err(fault) => {
            Err(Failure::trouble("no-code", format!("{fault}; `--machine interpreter` runs the protocol all the same")))
        }
    }
}

#[cfg(not(feature = "jit"))]
fn jit(_program: &Program) -> Result<Box<dyn Machine>, Failure> {
    Err(Failure::trouble("no-jit", "this program was built without compiled code; use `--machine interpreter`"))
}
