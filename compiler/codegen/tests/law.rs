//! Every operation in compiled code gives the bits that the law gives, on edge values.

mod small;

use small::{FREE, Recorder, at_session_start, set};
use trialect_codegen::Jit;
use trialect_ir::{Binary, Class, Expr, Machine, Phase, Slot, Stmt, Unary, law};

const UNARY: [Unary; 19] = [
    Unary::NegInt,
    Unary::NegReal,
    Unary::Not,
    Unary::AbsInt,
    Unary::AbsReal,
    Unary::ToReal,
    Unary::Floor,
    Unary::Ceil,
    Unary::Round,
    Unary::Seconds,
    Unary::Nanoseconds,
    Unary::Count,
    Unary::Sqrt,
    Unary::Exp,
    Unary::Log,
    Unary::Sin,
    Unary::Cos,
    Unary::Erf,
    Unary::Probit,
];

const BINARY: [Binary; 24] = [
    Binary::AddInt,
    Binary::SubInt,
    Binary::MulInt,
    Binary::ModInt,
    Binary::MinInt,
    Binary::MaxInt,
    Binary::LtInt,
    Binary::LeInt,
    Binary::EqInt,
    Binary::And,
    Binary::Or,
    Binary::BitAnd,
    Binary::BitOr,
    Binary::BitWithout,
    Binary::HasBit,
    Binary::Bit,
    Binary::AddReal,
    Binary::SubReal,
    Binary::MulReal,
    Binary::DivReal,
    Binary::MinReal,
    Binary::MaxReal,
    Binary::LtReal,
    Binary::LeReal,
];

/// Words that are edges as integers, as reals or as both.
fn edges() -> Vec<u64> {
    let integers = [0, 1, 2, 3, 7, 63, 64, 65, -1, -2, -63, i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1, 1 << 53];
    let reals = [
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        1.5,
        2.5,
        -2.5,
        0.1,
        // The greatest below a half; the last halves; the last reals below, at and beyond the last whole number.
        0.499_999_999_999_999_94,
        -0.499_999_999_999_999_94,
        2_251_799_813_685_248.5,
        -4_503_599_627_370_495.5,
        9_007_199_254_740_993.0,
        9_223_372_036_854_774_784.0,
        9_223_372_036_854_775_808.0,
        -9_223_372_036_854_775_808.0,
        9_223_372_036_854_777_856.0,
        -9_223_372_036_854_777_856.0,
        0.3,
        0.975,
        1e-300,
        1e300,
        -1e300,
        9.3e18,
        -9.3e18,
        4.6e9,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        -f64::from_bits(3),
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    // NaNs with a sign, with a payload, signalling.
    let nans = [0xFFF8_0000_0000_0000, 0x7FF8_0000_0000_0123, 0x7FF0_0000_0000_0001, 0xFFF4_0000_0000_0001];
    integers.map(|n| n as u64).into_iter().chain(reals.map(f64::to_bits)).chain(nans).collect()
}

fn constant(class: Class, word: u64) -> Expr {
    match class {
        Class::Int => Expr::Int(word as i64),
        Class::Real => Expr::Real(f64::from_bits(word)),
    }
}

fn machine(words: u32, code: Vec<Stmt>) -> Jit {
    Jit::compile(&at_session_start(words, code)).expect("the program is valid")
}

#[test]
fn unary_operations_on_words_of_memory() {
    let x = Slot(FREE);
    let out = |k: usize| Slot(FREE + 1 + k as u32);
    let code = UNARY.iter().enumerate();
    let code = code.map(|(k, &op)| set(out(k), Expr::unary(op, Expr::Load(x, op.classes().0))));
    let mut machine = machine(1 + UNARY.len() as u32, code.collect());
    for word in edges() {
        machine.memory_mut()[x.index()] = word;
        machine.run(Phase::SessionStart, &mut Recorder::default());
        for (k, &op) in UNARY.iter().enumerate() {
            let (got, lawful) = (machine.memory()[out(k).index()], law::unary(op, word));
            assert_eq!(got, lawful, "{op:?} of {word:#x}: {got:#x}, by the law {lawful:#x}");
        }
    }
}

#[test]
fn binary_operations_on_words_of_memory() {
    let (x, y) = (Slot(FREE), Slot(FREE + 1));
    let out = |k: usize| Slot(FREE + 2 + k as u32);
    let code = BINARY.iter().enumerate().map(|(k, &op)| {
        let class = op.classes().0;
        set(out(k), Expr::binary(op, Expr::Load(x, class), Expr::Load(y, class)))
    });
    let mut machine = machine(2 + BINARY.len() as u32, code.collect());
    for left in edges() {
        for right in edges() {
            machine.memory_mut()[x.index()] = left;
            machine.memory_mut()[y.index()] = right;
            machine.run(Phase::SessionStart, &mut Recorder::default());
            for (k, &op) in BINARY.iter().enumerate() {
                let (got, lawful) = (machine.memory()[out(k).index()], law::binary(op, left, right));
                assert_eq!(got, lawful, "{op:?} of {left:#x}, {right:#x}: {got:#x}, by the law {lawful:#x}");
            }
        }
    }
}

#[test]
fn operations_on_constants_and_on_one_word_twice() {
    // Constants are folded by the code generator, and so are operations whose operands are the same.
    let x = Slot(FREE);
    for left in edges() {
        let mut expressions: Vec<(Expr, u64)> = Vec::new();
        for op in UNARY {
            expressions.push((Expr::unary(op, constant(op.classes().0, left)), law::unary(op, left)));
        }
        for op in BINARY {
            let class = op.classes().0;
            let same = Expr::binary(op, Expr::Load(x, class), Expr::Load(x, class));
            expressions.push((same, law::binary(op, left, left)));
            for right in edges() {
                let (a, b) = (constant(class, left), constant(class, right));
                let lawful = law::binary(op, left, right);
                expressions.push((Expr::binary(op, a.clone(), b.clone()), lawful));
                expressions.push((Expr::binary(op, Expr::Load(x, class), b), lawful));
            }
        }
        let out = |k: usize| Slot(FREE + 1 + k as u32);
        let code = expressions.iter().enumerate().map(|(k, (expr, _))| set(out(k), expr.clone())).collect();
        let mut machine = machine(1 + expressions.len() as u32, code);
        machine.memory_mut()[x.index()] = left;
        machine.run(Phase::SessionStart, &mut Recorder::default());
        for (k, (expr, lawful)) in expressions.iter().enumerate() {
            let got = machine.memory()[out(k).index()];
            assert_eq!(got, *lawful, "{expr:?} with x = {left:#x}: {got:#x}, by the law {lawful:#x}");
        }
    }
}

#[test]
fn nested_operations_and_choices() {
    // The sign of a computed NaN, choices by a NaN's bits, and saturation inside an expression.
    let (x, y, z) = (Slot(FREE), Slot(FREE + 1), Slot(FREE + 2));
    let load = |slot| Expr::Load(slot, Class::Real);
    let negated = Expr::unary(Unary::NegReal, Expr::binary(Binary::SubReal, load(x), load(y)));
    let least = Expr::binary(Binary::MinReal, Expr::binary(Binary::MulReal, load(x), load(y)), load(y));
    let chosen = Expr::select(Expr::binary(Binary::LtReal, load(x), load(y)), negated.clone(), load(x));
    let counted = Expr::unary(Unary::Count, Expr::unary(Unary::Round, load(x)));
    let code = vec![
        set(z, negated),
        set(z.offset(1), least),
        set(z.offset(2), chosen),
        set(z.offset(3), counted),
        set(z.offset(4), Expr::select(Expr::Load(x, Class::Int), Expr::Int(5), Expr::Int(6))),
    ];
    let mut machine = machine(7, code);
    for left in edges() {
        for right in edges() {
            machine.memory_mut()[x.index()] = left;
            machine.memory_mut()[y.index()] = right;
            machine.run(Phase::SessionStart, &mut Recorder::default());
            let negated = law::unary(Unary::NegReal, law::binary(Binary::SubReal, left, right));
            let least = law::binary(Binary::MinReal, law::binary(Binary::MulReal, left, right), right);
            let chosen = if law::binary(Binary::LtReal, left, right) != 0 { negated } else { left };
            let counted = law::unary(Unary::Count, law::unary(Unary::Round, left));
            let expected = [negated, least, chosen, counted, if left != 0 { 5 } else { 6 }];
            assert_eq!(machine.memory()[z.index()..z.index() + 5], expected, "on {left:#x}, {right:#x}");
        }
    }
}
