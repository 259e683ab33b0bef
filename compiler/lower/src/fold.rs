//! Constant folding, by the same law that machines follow.

use trialect_ir::{Binary, Class, Expr, Slot, Unary, law};

fn bits(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Int(value) => Some(*value as u64),
        Expr::Real(value) => Some(value.to_bits()),
        _ => None,
    }
}

fn constant(bits: u64, class: Class) -> Expr {
    match class {
        Class::Int => Expr::Int(bits as i64),
        Class::Real => Expr::Real(f64::from_bits(bits)),
    }
}

/// `op operand`
pub(crate) fn unary(op: Unary, operand: Expr) -> Expr {
    match bits(&operand) {
        Some(value) => constant(law::unary(op, value), op.classes().1),
        None => Expr::unary(op, operand),
    }
}

/// `left op right`
pub(crate) fn binary(op: Binary, left: Expr, right: Expr) -> Expr {
    if let (Some(a), Some(b)) = (bits(&left), bits(&right)) {
        return constant(law::binary(op, a, b), op.classes().1);
    }
    match (op, &left, &right) {
        (Binary::And, Expr::Int(0), _) | (Binary::And, _, Expr::Int(0)) => Expr::Int(0),
        (Binary::Or, Expr::Int(a), _) if *a != 0 => Expr::Int(1),
        (Binary::Or, _, Expr::Int(b)) if *b != 0 => Expr::Int(1),
        (Binary::And, Expr::Int(_), _) | (Binary::Or, Expr::Int(0), _) if is_truth(&right) => right,
        (Binary::And, _, Expr::Int(_)) | (Binary::Or, _, Expr::Int(0)) if is_truth(&left) => left,
        _ => Expr::binary(op, left, right),
    }
}

/// Whether an expression can only be 0 or 1.
fn is_truth(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(op, _, _) => matches!(
            op,
            Binary::And
                | Binary::Or
                | Binary::LtInt
                | Binary::LeInt
                | Binary::EqInt
                | Binary::LtReal
                | Binary::LeReal
                | Binary::HasBit
        ),
        Expr::Unary(op, _) => *op == Unary::Not,
        _ => false,
    }
}

/// `if condition then then else otherwise`
pub(crate) fn select(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    match bits(&condition) {
        Some(0) => otherwise,
        Some(_) => then,
        None if then == otherwise => then,
        None => Expr::select(condition, then, otherwise),
    }
}

/// The `index`-th of `len` words from `base`.
pub(crate) fn load_at(base: Slot, len: u32, index: Expr, class: Class) -> Expr {
    match index {
        Expr::Int(k) => Expr::Load(base.offset((k as u64).min(u64::from(len) - 1) as u32), class),
        _ => Expr::LoadAt { base, len, index: Box::new(index), class },
    }
}

/// `not operand`
pub(crate) fn not(operand: Expr) -> Expr {
    unary(Unary::Not, operand)
}

/// `left and right`
pub(crate) fn and(left: Expr, right: Expr) -> Expr {
    binary(Binary::And, left, right)
}

/// `left or right`
pub(crate) fn or(left: Expr, right: Expr) -> Expr {
    binary(Binary::Or, left, right)
}

/// Both flags; none is always there.
pub(crate) fn both(left: Option<Expr>, right: Option<Expr>) -> Option<Expr> {
    match (left, right) {
        (None, other) | (other, None) => other,
        (Some(a), Some(b)) => Some(and(a, b)),
    }
}
