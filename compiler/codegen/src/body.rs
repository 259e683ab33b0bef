//! The body of one routine while it is written: memory, calls and control.

use crate::assembly::{Callee, WORD};
use crate::routine::Routine;
use crate::thunk::Thunk;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{Block, FuncRef, Inst, InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::{FuncInstBuilder, FunctionBuilder};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Module};
use std::collections::BTreeMap;
use trialect_ir::{Class, Program, Slot};

/// Words are aligned, and every slot of a verified program is inside memory.
const WORD_ACCESS: MemFlagsData = MemFlagsData::trusted();

/// A routine while it is written. What is written goes to the current block.
pub(crate) struct Body<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// Address of the program's memory.
    pub(crate) memory: Value,
    /// What the routine takes besides, as [`Routine::parameters`] says.
    pub(crate) parameters: Vec<Value>,
    builder: FunctionBuilder<'a>,
    module: &'a mut JITModule,
    callees: &'a BTreeMap<Callee, FuncId>,
    imported: BTreeMap<Callee, FuncRef>,
}

impl<'a> Body<'a> {
    pub(crate) fn new(
        program: &'a Program,
        mut builder: FunctionBuilder<'a>,
        module: &'a mut JITModule,
        callees: &'a BTreeMap<Callee, FuncId>,
    ) -> Body<'a> {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let parameters = builder.block_params(entry).to_vec();
        Body {
            program,
            memory: parameters[0],
            parameters: parameters[1..].to_vec(),
            builder,
            module,
            callees,
            imported: BTreeMap::new(),
        }
    }

    /// Writes a routine, whole.
    pub(crate) fn lower(mut self, routine: Routine) {
        match routine {
            Routine::Phase(phase) => self.phase(phase),
            Routine::Begin => self.begin(),
            Routine::Event(state, input) => self.event(state, input),
            Routine::Ignore(input) => self.ignore(input),
            Routine::Start(beside) => self.start(beside),
            Routine::Timers(own) => self.timers(own),
            Routine::Quit(own) => self.quit(own),
            Routine::Hear(state, other, entered) => self.hear(state, other, entered),
            Routine::Again(state) => self.again(state),
            Routine::Settle(state) => self.settle(state),
            Routine::Fire(state, clause) => self.fire(state, clause),
            Routine::React(state, input) => self.react(state, input),
            Routine::Rest(own) => self.rest(own),
        }
        self.builder.seal_all_blocks();
        self.builder.finalize(self.module.target_config());
    }

    /// Address of the context of the call, for thunks. Routines of events have none: they call nothing.
    pub(crate) fn context(&self) -> Value {
        self.parameters[0]
    }

    /// The next instruction.
    pub(crate) fn ins(&mut self) -> FuncInstBuilder<'_, 'a> {
        self.builder.ins()
    }

    /// An integer constant.
    pub(crate) fn int(&mut self, value: i64) -> Value {
        self.ins().iconst(I64, value)
    }

    /// The type of a value: [`I64`] or [`F64`].
    pub(crate) fn type_of(&self, value: Value) -> Type {
        self.builder.func.dfg.value_type(value)
    }

    /// The word in a slot.
    pub(crate) fn load(&mut self, slot: Slot, class: Class) -> Value {
        let memory = self.memory;
        self.load_from(memory, slot, class)
    }

    /// The word in a slot, counted from an address.
    pub(crate) fn load_from(&mut self, address: Value, slot: Slot, class: Class) -> Value {
        let of = if class == Class::Int { I64 } else { F64 };
        self.ins().load(of, WORD_ACCESS, address, offset(slot))
    }

    /// Writes a slot.
    pub(crate) fn store(&mut self, slot: Slot, value: Value) {
        let memory = self.memory;
        self.store_to(memory, slot, value);
    }

    /// Writes a slot, counted from an address.
    pub(crate) fn store_to(&mut self, address: Value, slot: Slot, value: Value) {
        self.ins().store(WORD_ACCESS, value, address, offset(slot));
    }

    /// Address of memory moved by a number of words.
    pub(crate) fn moved(&mut self, words: Value) -> Value {
        let (memory, width) = (self.memory, self.int(WORD.ilog2().into()));
        let bytes = self.ins().ishl(words, width);
        self.ins().iadd(memory, bytes)
    }

    /// `left op right`, a truth value.
    pub(crate) fn compare(&mut self, op: IntCC, left: Value, right: Value) -> Value {
        self.ins().icmp(op, left, right)
    }

    /// Calls a routine with the same memory and context.
    pub(crate) fn routine(&mut self, routine: Routine) {
        let arguments = [self.memory, self.context()];
        self.call(Callee::Routine(routine), &arguments);
    }

    /// Calls a method of the host on something that has a number.
    pub(crate) fn host(&mut self, thunk: Thunk, id: u32) -> Inst {
        let arguments = [self.context(), self.int(id.into())];
        self.call(Callee::Thunk(thunk), &arguments)
    }

    /// The result of a call of a thunk that has one.
    pub(crate) fn result_of(&mut self, call: Inst) -> Value {
        self.builder.inst_results(call)[0]
    }

    /// Calls.
    pub(crate) fn call(&mut self, callee: Callee, arguments: &[Value]) -> Inst {
        let function = self.import(callee);
        self.ins().call(function, arguments)
    }

    fn import(&mut self, callee: Callee) -> FuncRef {
        if let Some(&function) = self.imported.get(&callee) {
            return function;
        }
        let function = self.module.declare_func_in_func(self.callees[&callee], self.builder.func);
        // Pages are given one by one and may lie far apart.
        self.builder.func.dfg.ext_funcs[function].colocated = false;
        self.imported.insert(callee, function);
        function
    }

    /// A new block.
    pub(crate) fn block(&mut self) -> Block {
        self.builder.create_block()
    }

    /// A new block that is rarely reached.
    pub(crate) fn rare_block(&mut self) -> Block {
        let block = self.block();
        self.builder.set_cold_block(block);
        block
    }

    /// Goes on in a block.
    pub(crate) fn switch_to(&mut self, block: Block) {
        self.builder.switch_to_block(block);
    }

    /// A value, or another one in the rare case that a condition holds.
    pub(crate) fn unless(&mut self, rare: Value, usual: Value, other: impl FnOnce(&mut Self) -> Value) -> Value {
        let (replace, after) = (self.rare_block(), self.block());
        let of = self.type_of(usual);
        let value = self.builder.append_block_param(after, of);
        self.ins().brif(rare, replace, &[], after, &[usual.into()]);
        self.switch_to(replace);
        let other = other(self);
        self.ins().jump(after, &[other.into()]);
        self.switch_to(after);
        value
    }

    /// Ends the block: to `then` when the value is not 0, else to `otherwise`.
    pub(crate) fn branch(&mut self, value: Value, then: Block, otherwise: Block) {
        self.ins().brif(value, then, &[], otherwise, &[]);
    }

    /// Ends the block.
    pub(crate) fn jump(&mut self, to: Block) {
        self.ins().jump(to, &[]);
    }

    /// Ends the block and the routine.
    pub(crate) fn done(&mut self) {
        if self.returns() {
            let nothing = self.int(0);
            self.ins().return_(&[nothing]);
        } else {
            self.ins().return_(&[]);
        }
    }

    /// Ends the block and the routine with another one: calls it, or gives its address to the caller to call.
    pub(crate) fn done_by(&mut self, routine: Routine) {
        if self.returns() {
            let function = self.import(Callee::Routine(routine));
            let address = self.ins().func_addr(I64, function);
            self.ins().return_(&[address]);
        } else {
            self.routine(routine);
            self.done();
        }
    }

    fn returns(&self) -> bool {
        !self.builder.func.signature.returns.is_empty()
    }

    /// Ends the block: to the `index`-th of the blocks, to `otherwise` when there is none.
    pub(crate) fn table(&mut self, index: Value, blocks: &[Block], otherwise: Block) {
        let pool = &mut self.builder.func.dfg.value_lists;
        let mut target = |block| cranelift_codegen::ir::BlockCall::new(block, [], pool);
        let otherwise = target(otherwise);
        let blocks: Vec<_> = blocks.iter().map(|&block| target(block)).collect();
        let table = self.builder.create_jump_table(cranelift_codegen::ir::JumpTableData::new(otherwise, &blocks));
        self.ins().br_table(index, table);
    }
}

fn offset(slot: Slot) -> i32 {
    slot.0 as i32 * WORD
}
