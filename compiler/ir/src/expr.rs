//! Pure scalar expressions. Every operation is total; [`crate::law`] defines each.

use crate::{Class, Slot};

/// An expression without effect, a tree over words of memory.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Integer constant; Booleans are 0 and 1.
    Int(i64),
    /// Real constant.
    Real(f64),
    /// The word in a slot.
    Load(Slot, Class),
    /// The word `index` places after `base`; an index outside `0..len` reads the last place.
    LoadAt {
        /// First place.
        base: Slot,
        /// Number of places, at least 1.
        len: u32,
        /// Integer expression.
        index: Box<Expr>,
        /// Class of the word.
        class: Class,
    },
    /// One operand.
    Unary(Unary, Box<Expr>),
    /// Two operands of the class the operation takes.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `condition != 0 ? then : otherwise`; both are of one class and both may be evaluated.
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// Operations on one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is defined by the function of `law` that bears its name
pub enum Unary {
    NegInt,
    NegReal,
    Not,
    AbsInt,
    AbsReal,
    ToReal,
    Floor,
    Ceil,
    Round,
    Seconds,
    Nanoseconds,
    Count,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Erf,
    Probit,
}

/// Operations on two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is defined by the function of `law` that bears its name
pub enum Binary {
    AddInt,
    SubInt,
    MulInt,
    ModInt,
    MinInt,
    MaxInt,
    LtInt,
    LeInt,
    EqInt,
    And,
    Or,
    BitAnd,
    BitOr,
    BitWithout,
    HasBit,
    Bit,
    AddReal,
    SubReal,
    MulReal,
    DivReal,
    MinReal,
    MaxReal,
    LtReal,
    LeReal,
}

impl Unary {
    /// Class of the operand and of the result.
    pub fn classes(self) -> (Class, Class) {
        use Class::{Int, Real};
        use Unary::*;
        match self {
            NegInt | Not | AbsInt | Count => (Int, Int),
            ToReal | Seconds => (Int, Real),
            Floor | Ceil | Round | Nanoseconds => (Real, Int),
            NegReal | AbsReal | Sqrt | Exp | Log | Sin | Cos | Erf | Probit => (Real, Real),
        }
    }
}

impl Binary {
    /// Class of both operands and of the result.
    pub fn classes(self) -> (Class, Class) {
        use Binary::*;
        use Class::{Int, Real};
        match self {
            AddInt | SubInt | MulInt | ModInt | MinInt | MaxInt | LtInt | LeInt | EqInt | And | Or | BitAnd | BitOr
            | BitWithout | HasBit | Bit => (Int, Int),
            AddReal | SubReal | MulReal | DivReal | MinReal | MaxReal => (Real, Real),
            LtReal | LeReal => (Real, Int),
        }
    }
}

impl Expr {
    /// Class of the expression's value.
    pub fn class(&self) -> Class {
        match self {
            Expr::Int(_) => Class::Int,
            Expr::Real(_) => Class::Real,
            Expr::Load(_, class) | Expr::LoadAt { class, .. } => *class,
            Expr::Unary(op, _) => op.classes().1,
            Expr::Binary(op, _, _) => op.classes().1,
            Expr::Select(_, then, _) => then.class(),
        }
    }
    /// `op operand`
    pub fn unary(op: Unary, operand: Expr) -> Expr {
        Expr::Unary(op, Box::new(operand))
    }
    /// `left op right`
    pub fn binary(op: Binary, left: Expr, right: Expr) -> Expr {
        Expr::Binary(op, Box::new(left), Box::new(right))
    }
    /// `if condition then then else otherwise`
    pub fn select(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
        Expr::Select(Box::new(condition), Box::new(then), Box::new(otherwise))
    }
    /// A Boolean constant.
    pub fn bool(value: bool) -> Expr {
        Expr::Int(i64::from(value))
    }
}
