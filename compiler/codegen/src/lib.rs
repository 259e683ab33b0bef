//! The machine that runs compiled code.
//!
//! A [`Program`] becomes machine code once, before a session starts: one routine for each phase,
//! one for each input in each state, one for timers, one for each clause that goes somewhere, and a few for what is rare.
//! Every scalar operation gives the bits that [`trialect_ir::law`] gives: what the processor does
//! exactly is done by the processor, everything else calls the law. The target is the oldest
//! processor of its family, so that one program is the same bytes on every computer of that family.
//!
//! Compiled code cannot trap, loop or reach outside the memory of its program: the program has
//! passed [`trialect_ir::verify`], Cranelift's own verifier reads each routine, and a routine that
//! lists a trap is refused.

mod assembly;
mod beside;
mod body;
mod dispatch;
mod entry;
mod expr;
mod fault;
mod isa;
mod rounding;
mod routine;
mod statement;
mod thunk;
mod transition;

pub use fault::CompileFault;

use assembly::Assembly;
use entry::Executable;
use std::fmt;
use trialect_ir::{Host, InputId, Machine, Phase, Program};

/// A program as machine code, with its memory.
///
/// A host that panics is not called again; what is being executed runs to its end, and then the
/// panic goes on in the caller.
pub struct Jit {
    executable: Executable,
    code: Vec<u8>,
}

impl Jit {
    /// Compiles a program. The machine has the program's initial memory.
    ///
    /// # Errors
    ///
    /// [`CompileFault`] when the program breaks the contract of machines, when no code can be made
    /// for this computer, or when the system gives no executable memory.
    pub fn compile(program: &Program) -> Result<Jit, CompileFault> {
        let mut assembly = Assembly::of(program)?;
        let code = std::mem::take(&mut assembly.code);
        Ok(Jit { executable: Executable::link(assembly)?, code })
    }

    /// The code of all routines, before addresses are filled in: the same for the same program.
    pub fn code(&self) -> &[u8] {
        &self.code
    }

    /// Bytes of machine code.
    pub fn code_size(&self) -> usize {
        self.code.len()
    }
}

impl fmt::Debug for Jit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jit").field("code_size", &self.code_size()).finish_non_exhaustive()
    }
}

impl Machine for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }
    fn memory(&self) -> &[u64] {
        self.executable.memory()
    }
    fn memory_mut(&mut self) -> &mut [u64] {
        self.executable.memory_mut()
    }
    fn run(&mut self, phase: Phase, host: &mut dyn Host) {
        self.executable.run(phase, host);
    }
    fn start(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.start(at, host);
    }
    fn stop(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.stop(at, host);
    }
    fn settle(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.settle(at, host);
    }
    fn begin(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.begin(at, host);
    }
    /// An input that the program does not have is ignored.
    #[inline]
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        self.executable.event(input, value, at, host);
    }
    fn timers(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.timers(at, host);
    }
    fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        self.executable.interrupt(at, host);
    }
}
