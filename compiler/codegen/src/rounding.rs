//! Reals to whole numbers, as the law rounds, without a call.
//!
//! The oldest processors convert towards zero only; the rest of a conversion is exact, and says
//! whether the whole number is to be moved by one.

use crate::body::Body;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::immediates::Ieee64;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{InstBuilder, Value};

/// 2^63: beyond it, and below its negative, whole numbers saturate.
const EDGE: f64 = 9_223_372_036_854_775_808.0;

/// A real towards zero.
struct Converted {
    /// The real, within what whole numbers can be, so that moving by one cannot overflow; a NaN stays one.
    real: Value,
    /// Its whole part; 0 for a NaN.
    whole: Value,
    /// The whole part as a real, exact.
    back: Value,
}

impl Body<'_> {
    fn convert(&mut self, real: Value) -> Converted {
        let (most, least) = (self.float(EDGE), self.float(-EDGE));
        let real = self.if_less(most, real, most, real);
        let real = self.if_less(real, least, least, real);
        let whole = self.ins().fcvt_to_sint_sat(I64, real);
        let back = self.ins().fcvt_from_sint(F64, whole);
        Converted { real, whole, back }
    }

    /// The greatest whole number that is not above.
    pub(crate) fn floor(&mut self, real: Value) -> Value {
        let Converted { real, whole, back } = self.convert(real);
        let above = self.reals(FloatCC::LessThan, real, back);
        self.ins().isub(whole, above)
    }

    /// The least whole number that is not below.
    pub(crate) fn ceil(&mut self, real: Value) -> Value {
        let Converted { real, whole, back } = self.convert(real);
        let below = self.reals(FloatCC::LessThan, back, real);
        self.ins().iadd(whole, below)
    }

    /// The nearest whole number, half away from zero: twice the rest, towards zero, is the move.
    pub(crate) fn round(&mut self, real: Value) -> Value {
        let Converted { real, whole, back } = self.convert(real);
        let rest = self.ins().fsub(real, back);
        let twice = self.ins().fadd(rest, rest);
        let by = self.ins().fcvt_to_sint_sat(I64, twice);
        self.ins().iadd(whole, by)
    }

    /// Seconds to whole nanoseconds, never negative.
    pub(crate) fn nanoseconds(&mut self, seconds: Value) -> Value {
        let second = self.float(1e9);
        let exact = self.ins().fmul(seconds, second);
        let nearest = self.round(exact);
        let none = self.int(0);
        self.ins().smax(nearest, none)
    }

    /// A real constant.
    pub(crate) fn float(&mut self, value: f64) -> Value {
        self.ins().f64const(Ieee64::with_float(value))
    }
}
