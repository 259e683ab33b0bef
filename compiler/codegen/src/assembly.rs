//! From a program to the compiled bytes of all its routines, not yet linked.

use crate::body::Body;
use crate::entry::Pages;
use crate::routine::Routine;
use crate::thunk::{Symbol, Thunk, symbols};
use crate::{CompileFault, isa};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Signature, types::I64};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module, ModuleError, default_libcall_names};
use std::collections::BTreeMap;
use trialect_ir::{Program, verify};

/// What compiled code can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Callee {
    /// Compiled code.
    Routine(Routine),
    /// The law or the host.
    Thunk(Thunk),
}

/// All routines of a program that has passed the verifier.
pub(crate) struct Assembly<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// Where the code is.
    pub(crate) pages: Pages,
    /// What has a name in `pages`.
    pub(crate) callees: BTreeMap<Callee, FuncId>,
    /// The code of all routines in order, addresses not filled in.
    pub(crate) code: Vec<u8>,
}

/// Bytes of a word.
pub(crate) const WORD: i32 = 8;
/// A word's offset from the start of memory must fit an instruction.
const MOST_WORDS: usize = (i32::MAX / WORD) as usize;

impl<'a> Assembly<'a> {
    /// Compiles all routines of a program.
    pub(crate) fn of(program: &'a Program) -> Result<Assembly<'a>, CompileFault> {
        let flaws = verify(program);
        if !flaws.is_empty() {
            return Err(CompileFault::Flawed(flaws));
        }
        let words = program.initial.len();
        if words > MOST_WORDS {
            return Err(CompileFault::TooLarge { words, most: MOST_WORDS });
        }
        let symbols = symbols();
        let mut builder = JITBuilder::with_isa(isa::baseline()?, default_libcall_names());
        builder.symbols(symbols.iter().map(|symbol| (symbol.name, symbol.address)));
        let pages = Pages::new(JITModule::new(builder));
        let mut assembly = Assembly { program, pages, callees: BTreeMap::new(), code: Vec::new() };
        let routines = Routine::all(program);
        assembly.declare(&symbols, &routines)?;
        let mut scratch = FunctionBuilderContext::new();
        for routine in routines {
            assembly.define(routine, &mut scratch)?;
        }
        Ok(assembly)
    }

    fn declare(&mut self, symbols: &[Symbol], routines: &[Routine]) -> Result<(), CompileFault> {
        let program = self.program;
        let module = self.pages.module();
        for symbol in symbols {
            let signature = words(module, symbol.parameters, symbol.returns);
            let id = module.declare_function(symbol.name, Linkage::Import, &signature);
            self.callees.insert(Callee::Thunk(symbol.thunk), id.map_err(|error| refused(symbol.name, &error))?);
        }
        for &routine in routines {
            let signature = words(module, routine.parameters(), routine.returns());
            let id = module.declare_anonymous_function(&signature);
            let id = id.map_err(|error| refused(routine.name(program), &error))?;
            self.callees.insert(Callee::Routine(routine), id);
        }
        Ok(())
    }

    fn define(&mut self, routine: Routine, scratch: &mut FunctionBuilderContext) -> Result<(), CompileFault> {
        let module = self.pages.module();
        let mut context = Context::new();
        context.func.signature = words(module, routine.parameters(), routine.returns());
        let builder = FunctionBuilder::new(&mut context.func, scratch);
        Body::new(self.program, builder, module, &self.callees).lower(routine);
        let name = || routine.name(self.program);
        let id = self.callees[&Callee::Routine(routine)];
        module.define_function(id, &mut context).map_err(|error| refused(name(), &error))?;
        let Some(compiled) = context.compiled_code() else { return Ok(()) };
        if !compiled.buffer.traps().is_empty() {
            return Err(CompileFault::CanTrap { routine: name() });
        }
        self.code.extend_from_slice(compiled.code_buffer());
        Ok(())
    }
}

/// A signature of 64-bit words.
fn words(module: &JITModule, parameters: usize, returns: bool) -> Signature {
    let mut signature = module.make_signature();
    signature.params.resize(parameters, AbiParam::new(I64));
    signature.returns.resize(usize::from(returns), AbiParam::new(I64));
    signature
}

pub(crate) fn refused(routine: impl Into<String>, error: &ModuleError) -> CompileFault {
    let reason = match error {
        // Its own text is "Compilation error", without the reason.
        ModuleError::Compilation(error) => format!("{error:?}"),
        error => error.to_string(),
    };
    CompileFault::Refused { routine: routine.into(), reason }
}
