//! The scalar law: one definition of every operation, used by both machines and the session.
//!
//! Reals are IEEE doubles, rounded to nearest; transcendental functions are those of the `libm`
//! crate, so that a value is the same on every machine. Every function is total.

use crate::{Binary, Unary};

/// 2^53, the number of values that [`unit_interval`] can take.
const WIDTH: f64 = 9_007_199_254_740_992.0;

/// One operand, as bits.
pub fn unary(op: Unary, operand: u64) -> u64 {
    let int = operand as i64;
    let real = f64::from_bits(operand);
    match op {
        Unary::NegInt => int.wrapping_neg() as u64,
        Unary::NegReal => (-real).to_bits(),
        Unary::Not => u64::from(int == 0),
        Unary::AbsInt => int.wrapping_abs() as u64,
        Unary::AbsReal => real.abs().to_bits(),
        Unary::ToReal => (int as f64).to_bits(),
        Unary::Floor => (libm::floor(real) as i64) as u64,
        Unary::Ceil => (libm::ceil(real) as i64) as u64,
        Unary::Round => round(real) as u64,
        Unary::Seconds => seconds(int).to_bits(),
        Unary::Nanoseconds => nanoseconds(real) as u64,
        Unary::Count => u64::from(operand.count_ones()),
        Unary::Sqrt => computed(libm::sqrt(real)),
        Unary::Exp => computed(libm::exp(real)),
        Unary::Log => computed(libm::log(real)),
        Unary::Sin => computed(libm::sin(real)),
        Unary::Cos => computed(libm::cos(real)),
        Unary::Erf => computed(libm::erf(real)),
        Unary::Probit => computed(probit(real)),
    }
}

/// Two operands, as bits.
pub fn binary(op: Binary, left: u64, right: u64) -> u64 {
    let (a, b) = (left as i64, right as i64);
    let (x, y) = (f64::from_bits(left), f64::from_bits(right));
    match op {
        Binary::AddInt => a.wrapping_add(b) as u64,
        Binary::SubInt => a.wrapping_sub(b) as u64,
        Binary::MulInt => a.wrapping_mul(b) as u64,
        Binary::ModInt => modulo(a, b) as u64,
        Binary::MinInt => a.min(b) as u64,
        Binary::MaxInt => a.max(b) as u64,
        Binary::LtInt => u64::from(a < b),
        Binary::LeInt => u64::from(a <= b),
        Binary::EqInt => u64::from(a == b),
        Binary::And => u64::from(a != 0 && b != 0),
        Binary::Or => u64::from(a != 0 || b != 0),
        Binary::BitAnd => left & right,
        Binary::BitOr => left | right,
        Binary::BitWithout => left & !right,
        Binary::HasBit => left >> (right & 63) & 1,
        Binary::Bit => left << (right & 63),
        Binary::AddReal => computed(x + y),
        Binary::SubReal => computed(x - y),
        Binary::MulReal => computed(x * y),
        Binary::DivReal => computed(x / y),
        Binary::MinReal => min(x, y).to_bits(),
        Binary::MaxReal => max(x, y).to_bits(),
        Binary::LtReal => u64::from(x < y),
        Binary::LeReal => u64::from(x <= y),
    }
}

/// The bits of a computed real. Every NaN is the one quiet NaN without sign: which NaN an operation
/// gives differs between processors and compilers. Operations that only move a real or change its sign keep its bits.
pub fn computed(x: f64) -> u64 {
    if x.is_nan() { 0x7FF8_0000_0000_0000 } else { x.to_bits() }
}

/// The smaller; on a tie (also of zeros of either sign) the right one.
pub fn min(x: f64, y: f64) -> f64 {
    if x < y { x } else { y }
}

/// The greater; on a tie (also of zeros of either sign) the right one.
pub fn max(x: f64, y: f64) -> f64 {
    if y < x { x } else { y }
}

/// Nearest integer, half away from zero, saturating.
pub fn round(x: f64) -> i64 {
    libm::round(x) as i64
}

/// Remainder with the sign of the divisor's absolute value, in `0..|b|`; 0 when `b` is 0.
pub fn modulo(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_rem_euclid(b) }
}

/// Nanoseconds to seconds, correctly rounded.
pub fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}

/// Seconds to whole nanoseconds, to nearest, never negative.
pub fn nanoseconds(seconds: f64) -> i64 {
    round(seconds * 1e9).max(0)
}

/// The n-th word (from 0) of a stream: SplitMix64 (Steele, Lea and Flood 2014), whose state is a counter.
pub fn stream_word(key: u64, n: u64) -> u64 {
    let mut z = key.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A real in the open interval (0, 1) from the upper 53 bits of a word.
pub fn unit_interval(word: u64) -> f64 {
    ((word >> 11) as f64 + 0.5) / WIDTH
}

/// One of the members of a set, each with the same probability; 0 for an empty set.
pub fn pick(u: f64, set: u64, members: u32) -> u64 {
    let inside = |&k: &u32| set >> (k & 63) & 1 == 1;
    let size = (0..members).filter(inside).count();
    let rank = ((u * size as f64) as usize).min(size.saturating_sub(1));
    (0..members).filter(inside).nth(rank).map_or(0, u64::from)
}

/// One of the members of a set by weight; members with a weight that is not above 0 are never picked.
/// When no weight is above 0: as [`pick`].
pub fn pick_weighted(u: f64, set: u64, members: u32, weights: &[u64]) -> u64 {
    let weight = |k: u32| if set >> (k & 63) & 1 == 1 { max(f64::from_bits(weights[k as usize]), 0.0) } else { 0.0 };
    let total = (0..members).fold(0.0, |sum, k| sum + weight(k));
    if total <= 0.0 {
        return pick(u, set, members);
    }
    let mut sum = 0.0;
    let mut last = 0;
    for k in 0..members {
        if weight(k) > 0.0 {
            sum += weight(k);
            last = k;
            if u * total < sum {
                break;
            }
        }
    }
    u64::from(last)
}

/// A whole number from `least` to `most`, each as likely; `least` when there is none between them.
pub fn whole(u: f64, least: i64, most: i64) -> i64 {
    let count = most.saturating_sub(least).saturating_add(1).max(1);
    let rank = ((u * count as f64) as i64).clamp(0, count - 1);
    least.saturating_add(rank)
}

/// Uniform on an interval.
pub fn uniform(u: f64, least: f64, most: f64) -> f64 {
    min(least + u * (most - least), most)
}

/// Exponential with a mean, truncated to an interval, by inversion.
pub fn exponential(u: f64, mean: f64, least: f64, most: f64) -> f64 {
    let below = -libm::expm1(-least / mean);
    let within = -libm::expm1(-most / mean) - below;
    let x = -mean * libm::log1p(-(below + u * within));
    max(min(x, most), least)
}

/// Normal, truncated to an interval, by inversion.
pub fn normal(u: f64, mean: f64, deviation: f64, least: f64, most: f64) -> f64 {
    let below = phi((least - mean) / deviation);
    let within = phi((most - mean) / deviation) - below;
    let x = mean + deviation * probit(below + u * within);
    max(min(x, most), least)
}

/// Distribution function of the standard normal.
pub fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / core::f64::consts::SQRT_2)
}

/// Inverse of [`phi`]: algorithm AS 241, PPND16 (Wichura 1988), about 1 part in 10^16.
/// At and below 0 the least, at and above 1 the greatest finite value it takes, -38.5 and 38.5.
pub fn probit(p: f64) -> f64 {
    const EDGE: f64 = 38.5;
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = min(p, 1.0 - p);
    if tail <= 0.0 || tail.is_nan() {
        return if q < 0.0 { -EDGE } else { EDGE };
    }
    let r = libm::sqrt(-libm::log(tail));
    let size = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&FAR, r - 5.0) };
    if q < 0.0 { -size } else { size }
}

/// Numerator and denominator, lowest power first.
type Rational = ([f64; 8], [f64; 8]);

fn ratio((numerator, denominator): &Rational, r: f64) -> f64 {
    let horner = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    horner(numerator) / horner(denominator)
}

const CENTRE: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_545,
    ],
);
const MIDDLE: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);
const FAR: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_7e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probit_inverts_phi() {
        for k in 1..2000 {
            let z = f64::from(k) / 250.0 - 4.0;
            assert!((probit(phi(z)) - z).abs() < 1e-11, "at {z}");
        }
        // Tabulated: the 97.5% and the 1e-10 points.
        assert!((probit(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((probit(1e-10) + 6.361_340_902_404_056).abs() < 1e-12);
    }

    #[test]
    fn truncated_draws_have_the_moments_of_their_laws() {
        let n = 200_000;
        let mean =
            |draw: &dyn Fn(f64) -> f64| (0..n).map(|k| draw(unit_interval(stream_word(42, k)))).sum::<f64>() / n as f64;
        // Closed form of the mean of Exponential(0.35) on [0.2, 0.5]: 0.32885 s.
        let (m, a, b) = (0.35_f64, 0.2_f64, 0.5_f64);
        let expected = m + (a * (-a / m).exp() - b * (-b / m).exp()) / ((-a / m).exp() - (-b / m).exp());
        assert!((mean(&|u| exponential(u, m, a, b)) - expected).abs() < 1e-3);
        assert!((mean(&|u| normal(u, 0.5, 0.5, -3.0, 4.0)) - 0.5).abs() < 5e-3);
        assert!((mean(&|u| uniform(u, 0.0, 360.0)) - 180.0).abs() < 1.0);
    }

    #[test]
    fn picks_are_even_and_stay_inside() {
        let mut seen = [0_u32; 6];
        for k in 0..60_000 {
            seen[pick(unit_interval(stream_word(7, k)), 0b10_1011, 6) as usize] += 1;
        }
        assert_eq!((seen[2], seen[4]), (0, 0));
        for k in [0, 1, 3, 5] {
            assert!((f64::from(seen[k]) / 60_000.0 - 0.25).abs() < 0.01);
        }
        let weights = [1.0_f64, 0.0, 2.0].map(f64::to_bits);
        let twos = (0..60_000).filter(|&k| pick_weighted(unit_interval(stream_word(9, k)), 0b111, 3, &weights) == 2);
        assert!((twos.count() as f64 / 60_000.0 - 2.0 / 3.0).abs() < 0.01);
    }

    #[test]
    fn every_operation_is_total_on_edge_values() {
        let edges =
            [0, 1, 63, 64, u64::MAX, i64::MIN as u64, 1.5_f64.to_bits(), f64::INFINITY.to_bits(), f64::NAN.to_bits()];
        for a in edges {
            for b in edges {
                binary(Binary::ModInt, a, b);
                binary(Binary::Bit, a, b);
                binary(Binary::HasBit, a, b);
            }
            unary(Unary::Nanoseconds, a);
            unary(Unary::Probit, a);
            unary(Unary::Floor, a);
        }
        assert_eq!(modulo(i64::MIN, -1), 0);
    }
}
