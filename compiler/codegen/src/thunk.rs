//! Thunks: what compiled code calls outside itself.

use crate::entry;
use trialect_ir::{Binary, Unary, law};

/// A function outside compiled code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the methods of `Host` and the operations of the law that have the same names
pub(crate) enum Thunk {
    Draw,
    Defined,
    Output,
    Release,
    Left,
    Entered,
    Decided,
    Push,
    Fit,
    Exp,
    Log,
    Sin,
    Cos,
    Erf,
    Probit,
    Modulo,
}

/// A thunk as the linker sees it: parameters and result are 64-bit words.
pub(crate) struct Symbol {
    /// Which.
    pub(crate) thunk: Thunk,
    /// Name, unique.
    pub(crate) name: &'static str,
    /// Number of parameters.
    pub(crate) parameters: usize,
    /// Whether it has a result.
    pub(crate) returns: bool,
    /// Where it is.
    pub(crate) address: *const u8,
}

macro_rules! law_thunks {
    ($($name:ident: $op:expr,)*) => {
        $(extern "C" fn $name(operand: u64) -> u64 {
            law::unary($op, operand)
        })*
    };
}

law_thunks! {
    exp: Unary::Exp,
    log: Unary::Log,
    sin: Unary::Sin,
    cos: Unary::Cos,
    erf: Unary::Erf,
    probit: Unary::Probit,
}

extern "C" fn modulo(left: u64, right: u64) -> u64 {
    law::binary(Binary::ModInt, left, right)
}

/// All thunks.
pub(crate) fn symbols() -> Vec<Symbol> {
    let symbol = |thunk, name, parameters, returns, address: *const ()| Symbol {
        thunk,
        name,
        parameters,
        returns,
        address: address.cast(),
    };
    let law = |thunk, name, address| symbol(thunk, name, 1, true, address);
    vec![
        symbol(Thunk::Draw, "draw", 2, true, entry::draw as *const ()),
        symbol(Thunk::Defined, "defined", 2, false, entry::defined as *const ()),
        symbol(Thunk::Output, "output", 2, false, entry::output as *const ()),
        symbol(Thunk::Release, "release", 2, false, entry::release as *const ()),
        symbol(Thunk::Left, "left", 2, false, entry::left as *const ()),
        symbol(Thunk::Entered, "entered", 2, false, entry::entered as *const ()),
        symbol(Thunk::Decided, "decided", 2, false, entry::decided as *const ()),
        symbol(Thunk::Push, "push", 4, false, entry::push as *const ()),
        symbol(Thunk::Fit, "fit", 3, false, entry::fit as *const ()),
        law(Thunk::Exp, "exp", exp as *const ()),
        law(Thunk::Log, "log", log as *const ()),
        law(Thunk::Sin, "sin", sin as *const ()),
        law(Thunk::Cos, "cos", cos as *const ()),
        law(Thunk::Erf, "erf", erf as *const ()),
        law(Thunk::Probit, "probit", probit as *const ()),
        symbol(Thunk::Modulo, "modulo", 2, true, modulo as *const ()),
    ]
}
