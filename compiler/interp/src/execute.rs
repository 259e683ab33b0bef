//! Statements.

use crate::{Run, evaluate::evaluate};
use trialect_ir::{Code, Expr, Slot, Stmt, header};

impl Run<'_> {
    pub(crate) fn value(&self, expr: &Expr) -> u64 {
        evaluate(expr, self.memory)
    }

    pub(crate) fn set(&mut self, slot: Slot, value: i64) {
        self.memory[slot.index()] = value as u64;
    }

    pub(crate) fn get(&self, slot: Slot) -> i64 {
        self.memory[slot.index()] as i64
    }

    pub(crate) fn code(&mut self, code: &Code) {
        for stmt in code {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set { slot, value } => self.memory[slot.index()] = self.value(value),
            Stmt::SetAt { base, len, index, value } => {
                let index = self.value(index);
                let value = self.value(value);
                if index < u64::from(*len) {
                    self.memory[base.index() + index as usize] = value;
                }
            }
            Stmt::If { condition, then, otherwise } => {
                let chosen = if self.value(condition) != 0 { then } else { otherwise };
                self.code(chosen);
            }
            Stmt::Draw { draw, parameters, slot } => {
                self.arguments(parameters);
                let value = self.host.draw(*draw, self.memory);
                self.memory[slot.index()] = value;
            }
            Stmt::Defined(column) => self.host.defined(*column, self.memory),
            Stmt::Output { site, arguments } => {
                self.arguments(arguments);
                self.host.output(*site, self.memory);
            }
            Stmt::Release(site) => self.host.release(*site, self.memory),
            Stmt::Push { statistic, key, sample } => {
                let (key, sample) = (self.value(key), self.value(sample));
                self.program.statistics[statistic.0 as usize].push(self.memory, key as i64, sample);
            }
            Stmt::Fit { fit, first } => {
                let first = self.value(first);
                self.program.fits[fit.0 as usize].make(&self.program.statistics, self.memory, first as i64);
            }
            Stmt::Decide(rule) => self.host.decided(*rule, self.memory),
        }
    }

    /// Arguments stand in the scratch words; each is written before the next is evaluated.
    fn arguments(&mut self, arguments: &[Expr]) {
        for (k, argument) in arguments.iter().enumerate() {
            self.memory[header::SCRATCH.index() + k] = self.value(argument);
        }
    }
}
