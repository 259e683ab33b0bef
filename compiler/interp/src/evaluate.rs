//! Expressions.

use trialect_ir::{Expr, law};

/// The value of an expression, as bits.
pub(crate) fn evaluate(expr: &Expr, memory: &[u64]) -> u64 {
    match expr {
        Expr::Int(value) => *value as u64,
        Expr::Real(value) => value.to_bits(),
        Expr::Load(slot, _) => memory[slot.index()],
        Expr::LoadAt { base, len, index, .. } => {
            let index = evaluate(index, memory).min(u64::from(*len) - 1);
            memory[base.index() + index as usize]
        }
        Expr::Unary(op, operand) => law::unary(*op, evaluate(operand, memory)),
        Expr::Binary(op, left, right) => law::binary(*op, evaluate(left, memory), evaluate(right, memory)),
        Expr::Select(condition, then, otherwise) => {
            let chosen = if evaluate(condition, memory) != 0 { then } else { otherwise };
            evaluate(chosen, memory)
        }
    }
}
