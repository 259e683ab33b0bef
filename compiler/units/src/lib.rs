//! Dimensions, exact scales, units and quantities.
//!
//! Quantities are exact decimals in coherent units: s, mm, g, deg, A, degC, cd, mol, dB. A volume
//! is a cube of lengths, so its coherent unit is mm³, which is 1 uL.

mod decimal;
mod dimension;
mod unit;

pub use decimal::Decimal;
pub use dimension::{BASES, Dimension};
pub use unit::{UNIT_WORDS, Unit, UnknownUnit};
