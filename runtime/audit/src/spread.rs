//! What an expression can be while some of what it reads is not known: intervals and sets, never too narrow.

use trialect_ir::{Binary, Class, Unary, law};

/// The values that a word can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// This one.
    Exactly(u64),
    /// The whole numbers 0 .. 63 whose bits are set.
    Among(u64),
    /// Whole numbers, inclusive.
    Whole(i64, i64),
    /// Reals, inclusive.
    Between(f64, f64),
    /// Nothing is known.
    Anything,
}

use Spread::{Among, Anything, Between, Exactly, Whole};

/// Either truth.
const EITHER: Spread = Among(0b11);

impl Spread {
    /// The least and greatest real.
    pub(crate) fn reals(self) -> Option<(f64, f64)> {
        match self {
            Exactly(word) => Some((f64::from_bits(word), f64::from_bits(word))),
            Between(low, high) => Some((low, high)),
            _ => None,
        }
    }

    /// The least and greatest whole number.
    pub(crate) fn ints(self) -> Option<(i64, i64)> {
        match self {
            Exactly(word) => Some((word as i64, word as i64)),
            Among(0) => None,
            Among(set) => Some((i64::from(set.trailing_zeros()), 63 - i64::from(set.leading_zeros()))),
            Whole(low, high) => Some((low, high)),
            _ => None,
        }
    }

    /// The members, of a word that is an index or a truth.
    pub(crate) fn members(self) -> Option<u64> {
        match self {
            Exactly(word) if word < 64 => Some(1 << word),
            Among(set) => Some(set),
            Whole(low, high) if low >= 0 && high < 64 => Some((low..=high).fold(0, |set, k| set | 1 << k)),
            _ => None,
        }
    }

    /// One or the other.
    pub(crate) fn or(self, other: Spread, class: Class) -> Spread {
        if self == other {
            return self;
        }
        match class {
            Class::Real => match (self.reals(), other.reals()) {
                (Some((a, b)), Some((c, d))) => Between(a.min(c), b.max(d)),
                _ => Anything,
            },
            Class::Int => match (self.members(), other.members(), self.ints(), other.ints()) {
                (Some(a), Some(b), ..) => Among(a | b),
                (_, _, Some((a, b)), Some((c, d))) => Whole(a.min(c), b.max(d)),
                _ => Anything,
            },
        }
    }
}

fn whole(low: i128, high: i128) -> Spread {
    match (i64::try_from(low), i64::try_from(high)) {
        (Ok(low), Ok(high)) if low == high => Exactly(low as u64),
        (Ok(low), Ok(high)) => Whole(low, high),
        _ => Anything,
    }
}

fn between(low: f64, high: f64) -> Spread {
    if low.is_nan() || high.is_nan() { Anything } else { Between(low, high) }
}

fn truth(always: bool, never: bool) -> Spread {
    match (always, never) {
        (true, _) => Exactly(1),
        (_, true) => Exactly(0),
        _ => EITHER,
    }
}

/// The result of an operation on one operand.
pub(crate) fn unary(op: Unary, operand: Spread) -> Spread {
    if let Exactly(word) = operand {
        return Exactly(law::unary(op, word));
    }
    let rises = |low: u64, high: u64| (law::unary(op, low), law::unary(op, high));
    match op {
        Unary::Not => operand.members().map_or(EITHER, |set| truth(set & !1 == 0, set & 1 == 0)),
        Unary::NegInt => operand.ints().map_or(Anything, |(a, b)| whole(-i128::from(b), -i128::from(a))),
        Unary::NegReal => operand.reals().map_or(Anything, |(a, b)| between(-b, -a)),
        Unary::AbsReal => operand.reals().map_or(Anything, |(a, b)| {
            let low = if a <= 0.0 && b >= 0.0 { 0.0 } else { a.abs().min(b.abs()) };
            between(low, a.abs().max(b.abs()))
        }),
        // These never fall as their operand grows.
        Unary::ToReal | Unary::Seconds => operand.ints().map_or(Anything, |(a, b)| {
            let (low, high) = rises(a as u64, b as u64);
            between(f64::from_bits(low), f64::from_bits(high))
        }),
        Unary::Floor | Unary::Ceil | Unary::Round | Unary::Nanoseconds => operand.reals().map_or(Anything, |(a, b)| {
            let (low, high) = rises(a.to_bits(), b.to_bits());
            whole(i128::from(low as i64), i128::from(high as i64))
        }),
        Unary::Sqrt | Unary::Exp | Unary::Log | Unary::Erf | Unary::Probit => {
            operand.reals().map_or(Anything, |(a, b)| {
                let (low, high) = rises(a.to_bits(), b.to_bits());
                between(f64::from_bits(low), f64::from_bits(high))
            })
        }
        Unary::Sin | Unary::Cos => Between(-1.0, 1.0),
        Unary::AbsInt | Unary::Count => Anything,
    }
}

/// The result of an operation on two operands.
pub(crate) fn binary(op: Binary, left: Spread, right: Spread) -> Spread {
    if let (Exactly(a), Exactly(b)) = (left, right) {
        return Exactly(law::binary(op, a, b));
    }
    match op {
        Binary::And => match (left, right) {
            (Exactly(0), _) | (_, Exactly(0)) => Exactly(0),
            _ => EITHER,
        },
        Binary::Or => match (left, right) {
            (Exactly(word), _) | (_, Exactly(word)) if word != 0 => Exactly(1),
            _ => EITHER,
        },
        Binary::HasBit => match (left, right.members()) {
            (Exactly(set), Some(bits)) => truth(bits & !set == 0, bits & set == 0),
            _ => EITHER,
        },
        Binary::EqInt => match (left.members(), right.members(), left.ints(), right.ints()) {
            (Some(a), Some(b), ..) if a & b == 0 => Exactly(0),
            (_, _, Some((a, b)), Some((c, d))) if b < c || d < a => Exactly(0),
            _ => EITHER,
        },
        Binary::LtInt | Binary::LeInt => match (left.ints(), right.ints()) {
            (Some((a, b)), Some((c, d))) if op == Binary::LtInt => truth(b < c, a >= d),
            (Some((a, b)), Some((c, d))) => truth(b <= c, a > d),
            _ => EITHER,
        },
        Binary::LtReal | Binary::LeReal => match (left.reals(), right.reals()) {
            (Some((a, b)), Some((c, d))) if op == Binary::LtReal => truth(b < c, a >= d),
            (Some((a, b)), Some((c, d))) => truth(b <= c, a > d),
            _ => EITHER,
        },
        Binary::AddInt | Binary::SubInt | Binary::MulInt | Binary::MinInt | Binary::MaxInt => of_ints(op, left, right),
        Binary::AddReal | Binary::SubReal | Binary::MulReal | Binary::DivReal | Binary::MinReal | Binary::MaxReal => {
            of_reals(op, left, right)
        }
        Binary::ModInt | Binary::BitAnd | Binary::BitOr | Binary::BitWithout | Binary::Bit => Anything,
    }
}

fn of_ints(op: Binary, left: Spread, right: Spread) -> Spread {
    let (Some((a, b)), Some((c, d))) = (left.ints(), right.ints()) else { return Anything };
    let wide = i128::from;
    match op {
        Binary::AddInt => whole(wide(a) + wide(c), wide(b) + wide(d)),
        Binary::SubInt => whole(wide(a) - wide(d), wide(b) - wide(c)),
        Binary::MinInt => whole(wide(a.min(c)), wide(b.min(d))),
        Binary::MaxInt => whole(wide(a.max(c)), wide(b.max(d))),
        _ => {
            let corners = [wide(a) * wide(c), wide(a) * wide(d), wide(b) * wide(c), wide(b) * wide(d)];
            let least = corners.iter().copied().fold(i128::MAX, i128::min);
            whole(least, corners.iter().copied().fold(i128::MIN, i128::max))
        }
    }
}

fn of_reals(op: Binary, left: Spread, right: Spread) -> Spread {
    let (Some((a, b)), Some((c, d))) = (left.reals(), right.reals()) else { return Anything };
    match op {
        Binary::AddReal => between(a + c, b + d),
        Binary::SubReal => between(a - d, b - c),
        Binary::MinReal => between(a.min(c), b.min(d)),
        Binary::MaxReal => between(a.max(c), b.max(d)),
        Binary::DivReal if c <= 0.0 && d >= 0.0 => Anything,
        _ => {
            let of = |x: f64, y: f64| if op == Binary::DivReal { x / y } else { x * y };
            let corners = [of(a, c), of(a, d), of(b, c), of(b, d)];
            if corners.iter().any(|corner| corner.is_nan()) {
                return Anything;
            }
            let least = corners.iter().copied().fold(f64::INFINITY, f64::min);
            between(least, corners.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(x: f64) -> Spread {
        Exactly(x.to_bits())
    }

    #[test]
    fn thresholds_are_decided_where_they_can_be() {
        let lean = Between(0.2, 0.4);
        assert_eq!(binary(Binary::LeReal, bits(0.5), lean), Exactly(0));
        assert_eq!(binary(Binary::LeReal, bits(0.2), lean), Exactly(1));
        assert_eq!(binary(Binary::LeReal, bits(0.3), lean), EITHER);
        assert_eq!(unary(Unary::Floor, Between(20.0, 20.9)), Exactly(20));
        assert_eq!(unary(Unary::Floor, Between(20.0, 21.5)), Whole(20, 21));
    }

    #[test]
    fn sets_and_truths() {
        assert_eq!(unary(Unary::Not, Among(0b10)), Exactly(0));
        assert_eq!(unary(Unary::Not, EITHER), EITHER);
        assert_eq!(binary(Binary::And, EITHER, Exactly(0)), Exactly(0));
        assert_eq!(binary(Binary::EqInt, Among(0b110), Exactly(3)), Exactly(0));
        assert_eq!(binary(Binary::HasBit, Exactly(0b111), Among(0b110)), Exactly(1));
        assert_eq!(binary(Binary::MulReal, Between(-2.0, 3.0), Between(1.0, 4.0)), Between(-8.0, 12.0));
        assert_eq!(binary(Binary::DivReal, bits(1.0), Between(-1.0, 1.0)), Anything);
    }
}
