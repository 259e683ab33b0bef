//! Why a program could not be compiled.

use trialect_ir::Flaw;

/// Why a program could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileFault {
    /// The program breaks what machines rely on: a bug in the lowering that made it.
    #[error("the compiled form of the protocol is not valid ({}); this is a bug of the compiler, please report it", list(.0))]
    Flawed(Vec<Flaw>),
    /// Memory does not fit the addresses that an instruction can hold.
    #[error(
        "the protocol needs {words} words of memory, more than the {most} that compiled code can address; shorten its statistics or keys"
    )]
    TooLarge {
        /// Words that the program needs.
        words: usize,
        /// Most words.
        most: usize,
    },
    /// There is no code generator for this computer.
    #[error("no machine code can be made for this computer ({reason}); run the protocol with the interpreter")]
    Unsupported {
        /// What is missing.
        reason: String,
    },
    /// The code generator or the system refused.
    #[error("{routine} could not be compiled: {reason}")]
    Refused {
        /// The routine that was being compiled or loaded.
        routine: String,
        /// What the code generator said.
        reason: String,
    },
    /// The code has an instruction that can trap: a bug in the lowering to machine code.
    #[error("{routine} was compiled to code that can trap; this is a bug of the compiler, please report it")]
    CanTrap {
        /// The routine.
        routine: String,
    },
}

fn list(flaws: &[Flaw]) -> String {
    flaws.iter().map(|flaw| format!("{}: {}", flaw.place, flaw.what)).collect::<Vec<_>>().join("; ")
}
