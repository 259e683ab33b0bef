//! Dimensions, exact scales, units and quantities.
