//! Dimensions: exponents over the base dimensions, one form each.

use std::fmt;

/// Base dimensions and the symbols of their coherent units, in the one order used everywhere.
pub const BASES: [(&str, &str); 9] = [
    ("time", "s"),
    ("length", "mm"),
    ("mass", "g"),
    ("angle", "deg"),
    ("current", "A"),
    ("temperature", "degC"),
    ("light", "cd"),
    ("amount", "mol"),
    ("sound level", "dB"),
];

/// Exponents over [`BASES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dimension([i8; BASES.len()]);

impl Dimension {
    /// A plain number.
    pub const NONE: Dimension = Dimension([0; BASES.len()]);
    /// Time.
    pub const TIME: Dimension = Dimension::base(0);
    /// Length.
    pub const LENGTH: Dimension = Dimension::base(1);
    /// Mass.
    pub const MASS: Dimension = Dimension::base(2);
    /// Angle.
    pub const ANGLE: Dimension = Dimension::base(3);
    /// Electrical current.
    pub const CURRENT: Dimension = Dimension::base(4);
    /// Volume, a cube of lengths.
    pub const VOLUME: Dimension = Dimension([0, 3, 0, 0, 0, 0, 0, 0, 0]);

    /// The k-th base dimension.
    pub const fn base(k: usize) -> Dimension {
        let mut powers = [0; BASES.len()];
        powers[k] = 1;
        Dimension(powers)
    }
    /// The dimension of a product.
    #[must_use]
    pub fn times(self, other: Dimension) -> Dimension {
        Dimension(std::array::from_fn(|k| self.0[k].saturating_add(other.0[k])))
    }
    /// The dimension of a quotient.
    #[must_use]
    pub fn over(self, other: Dimension) -> Dimension {
        Dimension(std::array::from_fn(|k| self.0[k].saturating_sub(other.0[k])))
    }
    /// The dimension of a power.
    #[must_use]
    pub fn power(self, n: i8) -> Dimension {
        Dimension(std::array::from_fn(|k| self.0[k].saturating_mul(n)))
    }
    /// The dimension of a square root, if there is one.
    pub fn root(self) -> Option<Dimension> {
        self.0.iter().all(|power| power % 2 == 0).then(|| Dimension(self.0.map(|power| power / 2)))
    }
    /// True for a plain number.
    pub fn is_none(self) -> bool {
        self == Dimension::NONE
    }
    /// Symbol of the coherent unit: `deg/mm`; `1` for a plain number.
    pub fn coherent_symbol(self) -> String {
        if self == Dimension::VOLUME {
            return "uL".into();
        }
        self.join(|(_, symbol)| symbol, "*", "1")
    }
    fn join(self, word: impl Fn((&'static str, &'static str)) -> &'static str, times: &str, one: &str) -> String {
        let part = |sign: i8| {
            let powers = BASES.iter().zip(self.0).filter(|(_, power)| power.signum() == sign);
            let words = powers.map(|(base, power)| match power.abs() {
                1 => word(*base).to_string(),
                n => format!("{}^{n}", word(*base)),
            });
            words.collect::<Vec<_>>()
        };
        let (above, below) = (part(1), part(-1));
        let top = if above.is_empty() { one.to_string() } else { above.join(times) };
        below.iter().fold(top, |text, word| format!("{text}/{word}"))
    }
}

impl fmt::Display for Dimension {
    /// In words: `time`, `angle/length`, `a plain number`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Dimension::NONE => f.write_str("a plain number"),
            Dimension::VOLUME => f.write_str("a volume"),
            other => f.write_str(&other.join(|(name, _)| name, "·", "1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_print_and_divide() {
        let gain = Dimension::ANGLE.over(Dimension::LENGTH);
        assert_eq!(gain.to_string(), "angle/length");
        assert_eq!(gain.coherent_symbol(), "deg/mm");
        assert_eq!(gain.times(Dimension::LENGTH), Dimension::ANGLE);
        assert_eq!(Dimension::TIME.power(-1).coherent_symbol(), "1/s");
        assert_eq!(Dimension::LENGTH.power(2).root(), Some(Dimension::LENGTH));
        assert_eq!(Dimension::VOLUME.root(), None);
    }
}
