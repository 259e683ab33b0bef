//! Units: a closed list of words, and compounds of them without blanks (`deg/mm`).

use crate::{Decimal, Dimension};
use thiserror::Error;

/// A unit with its exact size in the coherent unit of its dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// As written.
    pub symbol: String,
    /// UCUM code.
    pub ucum: String,
    /// What it measures.
    pub dimension: Dimension,
    /// One of it, in coherent units.
    pub scale: Decimal,
}

/// A word that is no unit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{word}` is not a unit")]
pub struct UnknownUnit {
    /// The word.
    pub word: String,
}

/// word, UCUM code, scale mantissa, scale exponent, powers of (time, length, mass, angle, current, temperature, light, amount, level)
type Row = (&'static str, &'static str, i128, i32, [i8; 9]);

const NUMBER: [i8; 9] = [0; 9];
const TIME: [i8; 9] = [1, 0, 0, 0, 0, 0, 0, 0, 0];
const RATE: [i8; 9] = [-1, 0, 0, 0, 0, 0, 0, 0, 0];
const LENGTH: [i8; 9] = [0, 1, 0, 0, 0, 0, 0, 0, 0];
const VOLUME: [i8; 9] = [0, 3, 0, 0, 0, 0, 0, 0, 0];
const MASS: [i8; 9] = [0, 0, 1, 0, 0, 0, 0, 0, 0];
const ANGLE: [i8; 9] = [0, 0, 0, 1, 0, 0, 0, 0, 0];
const CURRENT: [i8; 9] = [0, 0, 0, 0, 1, 0, 0, 0, 0];
const DEGREES: [i8; 9] = [0, 0, 0, 0, 0, 1, 0, 0, 0];
const LIGHT: [i8; 9] = [0, 0, 0, 0, 0, 0, 1, 0, 0];
const ILLUMINANCE: [i8; 9] = [0, -2, 0, 0, 0, 0, 1, 0, 0];
const AMOUNT: [i8; 9] = [0, 0, 0, 0, 0, 0, 0, 1, 0];
const MOLAR: [i8; 9] = [0, -3, 0, 0, 0, 0, 0, 1, 0];
const LEVEL: [i8; 9] = [0, 0, 0, 0, 0, 0, 0, 0, 1];
// kg m2 s-3 is 1e9 g mm2 s-3; divided by A (volt) or A2 (ohm).
const POWER: [i8; 9] = [-3, 2, 1, 0, 0, 0, 0, 0, 0];
const VOLTAGE: [i8; 9] = [-3, 2, 1, 0, -1, 0, 0, 0, 0];
const RESISTANCE: [i8; 9] = [-3, 2, 1, 0, -2, 0, 0, 0, 0];
// kg m-1 s-2 is 1 g mm-1 s-2.
const PRESSURE: [i8; 9] = [-2, -1, 1, 0, 0, 0, 0, 0, 0];

const TABLE: &[Row] = &[
    ("%", "%", 1, -2, NUMBER),
    ("cycle", "{cycle}", 1, 0, NUMBER),
    ("s", "s", 1, 0, TIME),
    ("ms", "ms", 1, -3, TIME),
    ("us", "us", 1, -6, TIME),
    ("ns", "ns", 1, -9, TIME),
    ("min", "min", 60, 0, TIME),
    ("h", "h", 3600, 0, TIME),
    ("day", "d", 86_400, 0, TIME),
    ("wk", "wk", 604_800, 0, TIME),
    ("Hz", "Hz", 1, 0, RATE),
    ("kHz", "kHz", 1, 3, RATE),
    ("MHz", "MHz", 1, 6, RATE),
    ("m", "m", 1, 3, LENGTH),
    ("cm", "cm", 1, 1, LENGTH),
    ("mm", "mm", 1, 0, LENGTH),
    ("um", "um", 1, -3, LENGTH),
    ("nm", "nm", 1, -6, LENGTH),
    ("L", "L", 1, 6, VOLUME),
    ("mL", "mL", 1, 3, VOLUME),
    ("uL", "uL", 1, 0, VOLUME),
    ("nL", "nL", 1, -3, VOLUME),
    ("kg", "kg", 1, 3, MASS),
    ("g", "g", 1, 0, MASS),
    ("mg", "mg", 1, -3, MASS),
    ("ug", "ug", 1, -6, MASS),
    ("deg", "deg", 1, 0, ANGLE),
    ("A", "A", 1, 0, CURRENT),
    ("mA", "mA", 1, -3, CURRENT),
    ("uA", "uA", 1, -6, CURRENT),
    ("nA", "nA", 1, -9, CURRENT),
    ("pA", "pA", 1, -12, CURRENT),
    ("V", "V", 1, 9, VOLTAGE),
    ("mV", "mV", 1, 6, VOLTAGE),
    ("uV", "uV", 1, 3, VOLTAGE),
    ("Ohm", "Ohm", 1, 9, RESISTANCE),
    ("kOhm", "kOhm", 1, 12, RESISTANCE),
    ("MOhm", "MOhm", 1, 15, RESISTANCE),
    ("GOhm", "GOhm", 1, 18, RESISTANCE),
    ("W", "W", 1, 9, POWER),
    ("mW", "mW", 1, 6, POWER),
    ("uW", "uW", 1, 3, POWER),
    ("Pa", "Pa", 1, 0, PRESSURE),
    ("kPa", "kPa", 1, 3, PRESSURE),
    ("degC", "Cel", 1, 0, DEGREES),
    ("cd", "cd", 1, 0, LIGHT),
    ("lx", "lx", 1, -6, ILLUMINANCE),
    ("mol", "mol", 1, 0, AMOUNT),
    ("M", "mol/L", 1, -6, MOLAR),
    ("mM", "mmol/L", 1, -9, MOLAR),
    ("uM", "umol/L", 1, -12, MOLAR),
    ("dB", "dB", 1, 0, LEVEL),
];

/// Every unit word, for suggestions.
pub const UNIT_WORDS: &[&str] = &{
    let mut words = [""; TABLE.len()];
    let mut k = 0;
    while k < TABLE.len() {
        words[k] = TABLE[k].0;
        k += 1;
    }
    words
};

impl Unit {
    /// The unit of a plain number.
    pub fn one() -> Unit {
        Unit { symbol: "1".into(), ucum: "1".into(), dimension: Dimension::NONE, scale: Decimal::ONE }
    }

    /// Reads a unit: words joined by `*` and `/`, each perhaps with `^n`.
    ///
    /// # Errors
    /// Names the word that is no unit.
    pub fn parse(text: &str) -> Result<Unit, UnknownUnit> {
        let unknown = |word: &str| UnknownUnit { word: word.into() };
        let mut unit = Unit { symbol: text.into(), ..Unit::one() };
        let mut ucum = String::new();
        for (k, part) in text.split_inclusive(['*', '/']).enumerate() {
            let word = part.trim_end_matches(['*', '/']);
            let divides = k > 0 && text[..offset(text, part)].ends_with('/');
            let (base, power) = word.split_once('^').unwrap_or((word, "1"));
            let power: i8 = power.parse().ok().filter(|power| (1..=4).contains(power)).ok_or_else(|| unknown(word))?;
            if base == "1" {
                continue;
            }
            let (dimension, scale, code) = lookup(base).ok_or_else(|| unknown(base))?;
            let sign = if divides { -1 } else { 1 };
            unit.dimension = unit.dimension.times(dimension.power(sign * power));
            let factor = if divides { scale.inverse() } else { Some(scale) };
            for _ in 0..power {
                unit.scale = factor.and_then(|factor| unit.scale.times(factor)).ok_or_else(|| unknown(word))?;
            }
            let joint = if divides {
                "/"
            } else if ucum.is_empty() {
                ""
            } else {
                "."
            };
            ucum = format!("{ucum}{joint}{code}{}", if power == 1 { String::new() } else { power.to_string() });
        }
        unit.ucum = if ucum.is_empty() { "1".into() } else { ucum };
        Ok(unit)
    }

    /// The coherent unit of a dimension.
    pub fn coherent(dimension: Dimension) -> Unit {
        let symbol = dimension.coherent_symbol();
        Unit::parse(&symbol).unwrap_or(Unit { symbol: symbol.clone(), ucum: symbol, dimension, scale: Decimal::ONE })
    }
}

fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

fn lookup(word: &str) -> Option<(Dimension, Decimal, &'static str)> {
    let (_, ucum, mantissa, exponent, powers) = TABLE.iter().find(|row| row.0 == word)?;
    let dimension = powers
        .iter()
        .enumerate()
        .fold(Dimension::NONE, |dimension, (k, &power)| dimension.times(Dimension::base(k).power(power)));
    Some((dimension, Decimal::new(*mantissa, *exponent), ucum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_exact_scales() {
        let unit = |text| Unit::parse(text).expect("unit");
        assert_eq!(unit("ms").scale, Decimal::new(1, -3));
        assert_eq!(unit("uL").dimension, Dimension::VOLUME);
        assert_eq!(unit("mm^3").dimension, Dimension::VOLUME);
        assert_eq!(unit("mL").scale, Decimal::new(1000, 0));
        assert_eq!(unit("deg/mm").ucum, "deg/mm");
        assert_eq!(unit("cycle/deg").dimension, Dimension::ANGLE.power(-1));
        // Ohm's law: 1 pA through 1 MOhm is 1 uV.
        let volt = unit("pA").scale.times(unit("MOhm").scale).expect("fits");
        assert_eq!(volt, unit("uV").scale);
        assert_eq!(unit("pA").dimension.times(unit("MOhm").dimension), unit("uV").dimension);
        assert_eq!(Unit::parse("parsec"), Err(UnknownUnit { word: "parsec".into() }));
        assert!(Unit::parse("deg//mm").is_err());
    }
}
