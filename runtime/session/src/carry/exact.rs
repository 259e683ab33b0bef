//! Numbers as fractions: values are carried and written without rounding, or refused.

use trialect_ir::Unit;

/// A fraction; the denominator is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    pub(super) numerator: i128,
    pub(super) denominator: i128,
}

/// Digits beyond this are refused, so that no product of two fractions overflows.
const DIGITS: usize = 15;

impl Exact {
    /// A decimal number as it is written: `-2.60`.
    pub(super) fn parse(text: &str) -> Option<Exact> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let written = !whole.is_empty() && (!part.is_empty() || !digits.contains('.'));
        if !written || !plain(whole) || !plain(part) || whole.len() + part.len() > DIGITS {
            return None;
        }
        let numerator: i128 = format!("{whole}{part}").parse().ok()?;
        Some(Exact { numerator: sign * numerator, denominator: 10_i128.checked_pow(part.len() as u32)? })
    }

    /// A value in a unit, in the coherent one.
    pub(super) fn coherent(self, unit: Option<&Unit>) -> Option<Exact> {
        let Some(unit) = unit else { return Some(self) };
        Some(Exact {
            numerator: self.numerator.checked_mul(i128::from(unit.denominator))?,
            denominator: self.denominator.checked_mul(i128::from(unit.numerator))?,
        })
    }

    /// The number as a whole number of steps above `low`, all over `denominator`.
    pub(super) fn steps(self, low: i64, step: i64, denominator: i64) -> Option<i128> {
        // numerator / own denominator = (low + steps * step) / denominator
        let above = self
            .numerator
            .checked_mul(i128::from(denominator))?
            .checked_sub(self.denominator.checked_mul(i128::from(low))?)?;
        let step = self.denominator.checked_mul(i128::from(step))?;
        (step != 0 && above % step == 0).then(|| above / step)
    }

    /// The number itself, when it is whole.
    pub(super) fn whole(self) -> Option<i64> {
        let whole = self.numerator % self.denominator == 0;
        whole.then(|| i64::try_from(self.numerator / self.denominator).ok()).flatten()
    }

    /// The nearest double. Units and decimals give denominators of twos and fives, so that a decimal text is exact.
    pub(super) fn nearest(self) -> f64 {
        let (mut numerator, mut exponent) = (self.numerator, 0);
        while numerator % self.denominator != 0 {
            let Some(next) = numerator.checked_mul(10).filter(|_| exponent < 30) else {
                return self.numerator as f64 / self.denominator as f64;
            };
            (numerator, exponent) = (next, exponent + 1);
        }
        let text = format!("{}e-{exponent}", numerator / self.denominator);
        text.parse().unwrap_or(self.numerator as f64 / self.denominator as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_as_written_or_not_at_all() {
        let of = |text: &str| Exact::parse(text).map(|exact| (exact.numerator, exact.denominator));
        assert_eq!(of("2.60"), Some((260, 100)));
        assert_eq!(of("-0.5"), Some((-5, 10)));
        assert_eq!(of("7"), Some((7, 1)));
        for text in ["", "-", ".5", "5.", "1e3", "+1", "1,5", "nan", "0x10", "1234567890123456"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn steps_are_whole_or_there_are_none() {
        let exact = |text| Exact::parse(text).unwrap();
        // Steps of 0.1 above 1.5, as fifteenths of ten: (15 + k) / 10.
        assert_eq!(exact("2.6").steps(15, 1, 10), Some(11));
        assert_eq!(exact("1.4").steps(15, 1, 10), Some(-1));
        assert_eq!(exact("2.65").steps(15, 1, 10), None);
    }

    #[test]
    fn a_quantity_is_the_double_that_the_compiler_would_write() {
        let microlitre = Unit { symbol: "uL".into(), ucum: "uL".into(), numerator: 1_000_000_000, denominator: 1 };
        assert_eq!(Exact::parse("2.6").unwrap().coherent(Some(&microlitre)).unwrap().nearest(), 2.6e-9);
        let minute = Unit { symbol: "min".into(), ucum: "min".into(), numerator: 1, denominator: 60 };
        assert_eq!(Exact::parse("1.5").unwrap().coherent(Some(&minute)).unwrap().nearest(), 90.0);
        assert_eq!(Exact { numerator: 1, denominator: 3 }.nearest(), 1.0 / 3.0);
    }
}
