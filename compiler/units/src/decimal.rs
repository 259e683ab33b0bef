//! Exact decimal numbers: every constant of the language, in every unit.

use std::cmp::Ordering;
use std::fmt;

/// `mantissa * 10^exponent`, always without trailing zeros in the mantissa, so that equality is equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// 0
    pub const ZERO: Decimal = Decimal { mantissa: 0, exponent: 0 };
    /// 1
    pub const ONE: Decimal = Decimal { mantissa: 1, exponent: 0 };

    /// `mantissa * 10^exponent`
    pub const fn new(mantissa: i128, exponent: i32) -> Decimal {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        if mantissa == 0 {
            return Decimal { mantissa: 0, exponent: 0 };
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        Decimal { mantissa, exponent }
    }

    /// Reads digits with at most one point: `12.5`. None for anything else and for more than 30 digits.
    pub fn parse(digits: &str) -> Option<Decimal> {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.chars().chain(fraction.chars());
        if whole.is_empty() || all().count() > 30 || !all().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let mantissa = all().fold(0_i128, |sum, c| sum * 10 + i128::from(c as u8 - b'0'));
        Some(Decimal::new(mantissa, -i32::try_from(fraction.len()).ok()?))
    }

    /// Product; none when it does not fit.
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Decimal::new(mantissa, self.exponent.checked_add(other.exponent)?))
    }

    /// The number with its sign changed.
    pub fn negated(self) -> Decimal {
        Decimal { mantissa: -self.mantissa, exponent: self.exponent }
    }

    /// Mantissas of both numbers at one exponent, the smaller of the two.
    fn aligned(self, other: Decimal) -> Option<(i128, i128, i32)> {
        let exponent = self.exponent.min(other.exponent);
        Some((self.at(exponent)?, other.at(exponent)?, exponent))
    }

    /// The mantissa at a given, smaller exponent.
    fn at(self, exponent: i32) -> Option<i128> {
        let shift = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        self.mantissa.checked_mul(10_i128.checked_pow(shift)?)
    }

    /// Sum; none when it does not fit.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let (a, b, exponent) = self.aligned(other)?;
        Some(Decimal::new(a.checked_add(b)?, exponent))
    }

    /// How often `step` goes into the number, if it does so exactly.
    pub fn steps(self, step: Decimal) -> Option<i64> {
        let (a, b, _) = self.aligned(step)?;
        if b == 0 || a % b != 0 {
            return None;
        }
        i64::try_from(a / b).ok()
    }

    /// `(numerator, denominator)` of this number over a power of ten, at least that of `others`.
    pub fn over_common(numbers: &[Decimal]) -> Option<(Vec<i64>, i64)> {
        let exponent = numbers.iter().map(|n| n.exponent).min().unwrap_or(0).min(0);
        let numerators = numbers.iter().map(|n| i64::try_from(n.at(exponent)?).ok()).collect::<Option<_>>()?;
        Some((numerators, 10_i64.checked_pow(u32::try_from(-exponent).ok()?)?))
    }

    /// The number as a ratio of integers in lowest powers of ten.
    pub fn ratio(self) -> Option<(u64, u64)> {
        let ten = |power: i32| 10_u64.checked_pow(u32::try_from(power).ok()?);
        let mantissa = u64::try_from(self.mantissa).ok()?;
        if self.exponent >= 0 {
            Some((mantissa.checked_mul(ten(self.exponent)?)?, 1))
        } else {
            Some((mantissa, ten(-self.exponent)?))
        }
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        format!("{}e{}", self.mantissa, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The number when it is an integer.
    pub fn to_i64(self) -> Option<i64> {
        if self.exponent < 0 {
            return None;
        }
        i64::try_from(self.at(0)?).ok()
    }

    /// 1 divided by the number, when that is a decimal.
    pub fn inverse(self) -> Option<Decimal> {
        let size = self.mantissa.abs();
        (0..38).find_map(|power| {
            let top = 10_i128.checked_pow(power)?;
            (size != 0 && top % size == 0)
                .then(|| Decimal::new(self.mantissa.signum() * (top / size), -(self.exponent + power as i32)))
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl fmt::Display for Decimal {
    /// Plain digits: `12.5`, `-300`, `0.0001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if self.exponent >= 0 {
            return write!(f, "{sign}{digits}{}", "0".repeat(self.exponent as usize));
        }
        let places = self.exponent.unsigned_abs() as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_one_form() {
        let number = |text| Decimal::parse(text).expect("digits");
        assert_eq!(number("0.200"), Decimal::new(2, -1));
        assert_eq!(number("200").times(Decimal::new(1, -3)), Some(number("0.2")));
        assert_eq!(number("12.5").to_string(), "12.5");
        assert_eq!(Decimal::new(-5, -4).to_string(), "-0.0005");
        assert_eq!(Decimal::new(3, 2).to_string(), "300");
        assert!(number("2.9") < number("3"));
        assert_eq!(number("0.1").to_f64(), 0.1);
        assert_eq!(number("3").steps(number("0.1")), Some(30));
        assert_eq!(number("3").steps(number("0.7")), None);
        assert_eq!(Decimal::new(8, 0).inverse(), Some(number("0.125")));
        assert_eq!(Decimal::new(3, 0).inverse(), None);
        assert_eq!(Decimal::parse("1.2.3"), None);
        assert_eq!(Decimal::over_common(&[number("1.5"), number("0.1")]), Some((vec![15, 1], 10)));
    }
}
