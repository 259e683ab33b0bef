//! Expressions. Every operation gives the bits that the law gives.

use crate::assembly::Callee;
use crate::body::Body;
use crate::thunk::Thunk;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::Ieee64;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use trialect_ir::{Binary, Expr, Unary};

/// The NaN of [`trialect_ir::law::computed`].
const LAWFUL_NAN: u64 = 0x7FF8_0000_0000_0000;

/// What is asked of a real that is a NaN. Which NaN a processor computes differs between families.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nan {
    /// The law's bits: the value is stored, or only moved on the way to where it is stored.
    Lawful,
    /// Any NaN: the value is computed with, compared or converted.
    Any,
}

impl Nan {
    /// What is asked of the operands of an operation: the same when it only moves them or changes their sign.
    fn of_operands(self, moves: bool) -> Nan {
        if moves { self } else { Nan::Any }
    }
}

impl Body<'_> {
    /// An expression's value, of the type of its class.
    pub(crate) fn value(&mut self, expr: &Expr) -> Value {
        self.evaluate(expr, Nan::Lawful)
    }

    fn evaluate(&mut self, expr: &Expr, nan: Nan) -> Value {
        match expr {
            Expr::Int(value) => self.int(*value),
            Expr::Real(value) => self.ins().f64const(Ieee64::with_bits(value.to_bits())),
            Expr::Load(slot, class) => self.load(*slot, *class),
            Expr::LoadAt { base, len, index, class } => {
                let address = self.place(*len, index);
                self.load_from(address, *base, *class)
            }
            Expr::Unary(op, operand) => {
                let moves = matches!(op, Unary::NegReal | Unary::AbsReal);
                let operand = self.evaluate(operand, nan.of_operands(moves));
                let result = self.unary(*op, operand);
                if *op == Unary::Sqrt { self.computed(result, nan) } else { result }
            }
            Expr::Binary(op, left, right) => {
                let moves = matches!(op, Binary::MinReal | Binary::MaxReal);
                let (left, right) =
                    (self.evaluate(left, nan.of_operands(moves)), self.evaluate(right, nan.of_operands(moves)));
                let result = self.binary(*op, left, right);
                let rounds = matches!(op, Binary::AddReal | Binary::SubReal | Binary::MulReal | Binary::DivReal);
                if rounds { self.computed(result, nan) } else { result }
            }
            Expr::Select(condition, then, otherwise) => {
                let condition = self.value(condition);
                let (then, otherwise) = (self.evaluate(then, nan), self.evaluate(otherwise, nan));
                self.choose(condition, then, otherwise)
            }
        }
    }

    /// The processor's result of an operation of [`trialect_ir::law::computed`], with the lawful NaN where that is needed.
    fn computed(&mut self, result: Value, nan: Nan) -> Value {
        if nan == Nan::Any {
            return result;
        }
        let is_nan = self.ins().fcmp(FloatCC::Unordered, result, result);
        self.unless(is_nan, result, |body| body.ins().f64const(Ieee64::with_bits(LAWFUL_NAN)))
    }

    /// An expression's value as a word.
    pub(crate) fn word(&mut self, expr: &Expr) -> Value {
        let value = self.value(expr);
        self.bits(value)
    }

    /// Memory's address, moved so that `base` is the place with an index, or the last place.
    fn place(&mut self, len: u32, index: &Expr) -> Value {
        let index = self.value(index);
        let last = self.int(i64::from(len) - 1);
        let within = self.ins().umin(index, last);
        self.moved(within)
    }

    fn unary(&mut self, op: Unary, x: Value) -> Value {
        match op {
            Unary::NegInt => self.ins().ineg(x),
            Unary::NegReal => self.ins().fneg(x),
            Unary::Not => self.is(IntCC::Equal, x, 0),
            Unary::AbsInt => self.ins().iabs(x),
            Unary::AbsReal => self.ins().fabs(x),
            Unary::ToReal => self.ins().fcvt_from_sint(F64, x),
            Unary::Seconds => self.seconds(x),
            Unary::Count => self.ins().popcnt(x),
            Unary::Sqrt => self.ins().sqrt(x),
            Unary::Floor => self.floor(x),
            Unary::Ceil => self.ceil(x),
            Unary::Round => self.round(x),
            Unary::Nanoseconds => self.nanoseconds(x),
            Unary::Exp => self.law(Thunk::Exp, x),
            Unary::Log => self.law(Thunk::Log, x),
            Unary::Sin => self.law(Thunk::Sin, x),
            Unary::Cos => self.law(Thunk::Cos, x),
            Unary::Erf => self.law(Thunk::Erf, x),
            Unary::Probit => self.law(Thunk::Probit, x),
        }
    }

    fn binary(&mut self, op: Binary, x: Value, y: Value) -> Value {
        match op {
            Binary::AddInt => self.ins().iadd(x, y),
            Binary::SubInt => self.ins().isub(x, y),
            Binary::MulInt => self.ins().imul(x, y),
            Binary::ModInt => self.modulo(x, y),
            Binary::MinInt => self.ins().smin(x, y),
            Binary::MaxInt => self.ins().smax(x, y),
            Binary::LtInt => self.integers(IntCC::SignedLessThan, x, y),
            Binary::LeInt => self.integers(IntCC::SignedLessThanOrEqual, x, y),
            Binary::EqInt => self.integers(IntCC::Equal, x, y),
            Binary::And => self.both(x, y),
            Binary::Or => self.either(x, y),
            Binary::BitAnd => self.ins().band(x, y),
            Binary::BitOr => self.ins().bor(x, y),
            Binary::BitWithout => self.ins().band_not(x, y),
            Binary::HasBit => self.has_bit(x, y),
            Binary::Bit => self.ins().ishl(x, y), // Cranelift takes the amount modulo 64
            Binary::AddReal => self.ins().fadd(x, y),
            Binary::SubReal => self.ins().fsub(x, y),
            Binary::MulReal => self.ins().fmul(x, y),
            Binary::DivReal => self.ins().fdiv(x, y),
            Binary::MinReal => self.if_less(x, y, x, y),
            Binary::MaxReal => self.if_less(y, x, x, y),
            Binary::LtReal => self.reals(FloatCC::LessThan, x, y),
            Binary::LeReal => self.reals(FloatCC::LessThanOrEqual, x, y),
        }
    }

    /// Calls the law for a transcendental function.
    fn law(&mut self, thunk: Thunk, operand: Value) -> Value {
        let operand = self.bits(operand);
        let call = self.call(Callee::Thunk(thunk), &[operand]);
        let result = self.result_of(call);
        self.real(result)
    }

    /// Division traps where the law does not, so it stays with the law.
    fn modulo(&mut self, x: Value, y: Value) -> Value {
        let call = self.call(Callee::Thunk(Thunk::Modulo), &[x, y]);
        self.result_of(call)
    }

    /// Both conversion and division are rounded once, as in the law.
    fn seconds(&mut self, x: Value) -> Value {
        let x = self.ins().fcvt_from_sint(F64, x);
        let second = self.float(1e9);
        self.ins().fdiv(x, second)
    }

    /// The literal shape that becomes one instruction (`minsd`, `maxsd`); any other choice between
    /// reals would become a branch.
    pub(crate) fn if_less(&mut self, a: Value, b: Value, then: Value, otherwise: Value) -> Value {
        let less = self.ins().fcmp(FloatCC::LessThan, a, b);
        self.ins().select(less, then, otherwise)
    }

    /// Chooses by bits, which needs no branch for reals either.
    fn choose(&mut self, condition: Value, then: Value, otherwise: Value) -> Value {
        if self.type_of(then) == I64 {
            return self.ins().select(condition, then, otherwise);
        }
        let (then, otherwise) = (self.bits(then), self.bits(otherwise));
        let chosen = self.ins().select(condition, then, otherwise);
        self.real(chosen)
    }

    fn integers(&mut self, op: IntCC, x: Value, y: Value) -> Value {
        let truth = self.compare(op, x, y);
        self.ins().uextend(I64, truth)
    }

    pub(crate) fn reals(&mut self, op: FloatCC, x: Value, y: Value) -> Value {
        let truth = self.ins().fcmp(op, x, y);
        self.ins().uextend(I64, truth)
    }

    /// `x op constant` as 0 or 1.
    fn is(&mut self, op: IntCC, x: Value, constant: i64) -> Value {
        let constant = self.int(constant);
        self.integers(op, x, constant)
    }

    fn both(&mut self, x: Value, y: Value) -> Value {
        let (x, y) = (self.is(IntCC::NotEqual, x, 0), self.is(IntCC::NotEqual, y, 0));
        self.ins().band(x, y)
    }

    fn either(&mut self, x: Value, y: Value) -> Value {
        let any = self.ins().bor(x, y);
        self.is(IntCC::NotEqual, any, 0)
    }

    fn has_bit(&mut self, set: Value, bit: Value) -> Value {
        let moved = self.ins().ushr(set, bit); // Cranelift takes the amount modulo 64
        let one = self.int(1);
        self.ins().band(moved, one)
    }

    /// A value as a word.
    pub(crate) fn bits(&mut self, value: Value) -> Value {
        if self.type_of(value) == I64 { value } else { self.ins().bitcast(I64, MemFlagsData::new(), value) }
    }

    fn real(&mut self, word: Value) -> Value {
        self.ins().bitcast(F64, MemFlagsData::new(), word)
    }
}

/// Whether an expression calls the law when it is evaluated.
pub(crate) fn expr_calls(expr: &Expr) -> bool {
    use Unary::*;
    match expr {
        Expr::Int(_) | Expr::Real(_) | Expr::Load(..) => false,
        Expr::LoadAt { index, .. } => expr_calls(index),
        Expr::Unary(op, operand) => matches!(op, Exp | Log | Sin | Cos | Erf | Probit) || expr_calls(operand),
        Expr::Binary(op, left, right) => *op == Binary::ModInt || expr_calls(left) || expr_calls(right),
        Expr::Select(condition, then, otherwise) => expr_calls(condition) || expr_calls(then) || expr_calls(otherwise),
    }
}
