//! Statements.

use crate::assembly::Callee;
use crate::body::Body;
use crate::expr::expr_calls;
use crate::thunk::Thunk;
use cranelift_codegen::ir::condcodes::IntCC;
use trialect_ir::{Code, Expr, Slot, Stmt, header};

impl Body<'_> {
    /// A phase's routine.
    pub(crate) fn phase(&mut self, phase: usize) {
        let program = self.program;
        self.code(&program.phases[phase]);
        self.done();
    }

    /// Statements in order.
    pub(crate) fn code(&mut self, code: &Code) {
        for stmt in code {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set { slot, value } => self.set(*slot, value),
            Stmt::SetAt { base, len, index, value } => self.set_at(*base, *len, index, value),
            Stmt::If { condition, then, otherwise } => self.either_way(condition, then, otherwise),
            Stmt::Draw { draw, parameters, slot } => {
                self.arguments(parameters);
                let call = self.host(Thunk::Draw, draw.0);
                let answer = self.result_of(call);
                self.store(*slot, answer);
            }
            Stmt::Defined(column) => {
                self.host(Thunk::Defined, column.0);
            }
            Stmt::Output { site, arguments } => {
                self.arguments(arguments);
                self.host(Thunk::Output, site.0);
            }
            Stmt::Release(site) => {
                self.host(Thunk::Release, site.0);
            }
            Stmt::Push { statistic, key, sample } => self.push(statistic.0, key, sample),
            Stmt::Fit { fit, first } => {
                let first = self.word(first);
                let arguments = [self.context(), self.int(fit.0.into()), first];
                self.call(Callee::Thunk(Thunk::Fit), &arguments);
            }
            Stmt::Decide(rule) => {
                self.host(Thunk::Decided, rule.0);
            }
        }
    }

    fn set(&mut self, slot: Slot, value: &Expr) {
        let value = self.value(value);
        self.store(slot, value);
    }

    fn set_at(&mut self, base: Slot, len: u32, index: &Expr, value: &Expr) {
        let index = self.value(index);
        let value = self.value(value);
        let len = self.int(len.into());
        let inside = self.compare(IntCC::UnsignedLessThan, index, len);
        let (write, after) = (self.block(), self.block());
        self.branch(inside, write, after);
        self.switch_to(write);
        let address = self.moved(index);
        self.store_to(address, base, value);
        self.jump(after);
        self.switch_to(after);
    }

    fn either_way(&mut self, condition: &Expr, then: &Code, otherwise: &Code) {
        let condition = self.value(condition);
        let (yes, no, after) = (self.block(), self.block(), self.block());
        self.branch(condition, yes, no);
        for (block, code) in [(yes, then), (no, otherwise)] {
            self.switch_to(block);
            self.code(code);
            self.jump(after);
        }
        self.switch_to(after);
    }

    fn push(&mut self, statistic: u32, key: &Expr, sample: &Expr) {
        let (key, sample) = (self.word(key), self.word(sample));
        let arguments = [self.context(), self.int(statistic.into()), key, sample];
        self.call(Callee::Thunk(Thunk::Push), &arguments);
    }

    /// Arguments for the host, each written before the next is evaluated.
    fn arguments(&mut self, arguments: &[Expr]) {
        for (k, argument) in (0..).zip(arguments) {
            self.set(header::SCRATCH.offset(k), argument);
        }
    }
}

/// Whether statements call the host or the law.
pub(crate) fn code_calls(code: &Code) -> bool {
    code.iter().any(|stmt| match stmt {
        Stmt::Set { value, .. } => expr_calls(value),
        Stmt::SetAt { index, value, .. } => expr_calls(index) || expr_calls(value),
        Stmt::If { condition, then, otherwise } => expr_calls(condition) || code_calls(then) || code_calls(otherwise),
        Stmt::Draw { .. } | Stmt::Defined(_) | Stmt::Output { .. } | Stmt::Release(_) => true,
        Stmt::Push { .. } | Stmt::Fit { .. } | Stmt::Decide(_) => true,
    })
}
