//! Ranges of values, by interval arithmetic.

/// A closed interval of reals, in coherent units; unbounded ends are infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Least.
    pub low: f64,
    /// Greatest.
    pub high: f64,
}

impl Interval {
    /// Everything.
    pub const ALL: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    /// Not negative.
    pub const POSITIVE: Interval = Interval { low: 0.0, high: f64::INFINITY };
    /// No number at all: the range of `none`.
    pub const NOTHING: Interval = Interval { low: f64::INFINITY, high: f64::NEG_INFINITY };
    /// 0 to 1.
    pub const UNIT: Interval = Interval { low: 0.0, high: 1.0 };

    /// From least to greatest.
    pub fn new(low: f64, high: f64) -> Interval {
        if low.is_nan() || high.is_nan() { Interval::ALL } else { Interval { low, high } }
    }
    /// One value.
    pub fn point(value: f64) -> Interval {
        Interval::new(value, value)
    }
    /// The least interval that holds all of these.
    fn hull(values: [f64; 4]) -> Interval {
        if values.iter().any(|value| value.is_nan()) {
            return Interval::ALL;
        }
        Interval::new(
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }
    /// Holds both.
    #[must_use]
    pub fn union(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.max(other.high))
    }
    /// True when every value of `other` lies in this one.
    pub fn contains(self, other: Interval) -> bool {
        self.low <= other.low && other.high <= self.high
    }
    /// True when the value lies in it.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
    /// Sum.
    #[must_use]
    pub fn plus(self, other: Interval) -> Interval {
        Interval::new(self.low + other.low, self.high + other.high)
    }
    /// Negation.
    #[must_use]
    pub fn negated(self) -> Interval {
        Interval::new(-self.high, -self.low)
    }
    /// Product.
    #[must_use]
    pub fn times(self, other: Interval) -> Interval {
        // 0 times infinity is 0 here: an end that is never reached times nothing.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        Interval::hull([
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ])
    }
    /// Quotient; everything when the divisor may be 0.
    #[must_use]
    pub fn over(self, other: Interval) -> Interval {
        if other.holds(0.0) {
            return Interval::ALL;
        }
        self.times(Interval::new(1.0 / other.high, 1.0 / other.low))
    }
    /// Size.
    #[must_use]
    pub fn abs(self) -> Interval {
        let least = if self.holds(0.0) { 0.0 } else { self.low.abs().min(self.high.abs()) };
        Interval::new(least, self.low.abs().max(self.high.abs()))
    }
    /// The smaller of two values.
    #[must_use]
    pub fn min(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.min(other.high))
    }
    /// The greater of two values.
    #[must_use]
    pub fn max(self, other: Interval) -> Interval {
        Interval::new(self.low.max(other.low), self.high.max(other.high))
    }
    /// A function that never falls.
    #[must_use]
    pub fn rising(self, f: impl Fn(f64) -> f64) -> Interval {
        Interval::new(f(self.low), f(self.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_hold_what_their_operations_give() {
        let (a, b) = (Interval::new(-2.0, 3.0), Interval::new(4.0, 8.0));
        assert_eq!(a.times(b), Interval::new(-16.0, 24.0));
        assert_eq!(a.over(b), Interval::new(-0.5, 0.75));
        assert_eq!(b.over(a), Interval::ALL);
        assert_eq!(a.abs(), Interval::new(0.0, 3.0));
        assert_eq!(Interval::POSITIVE.times(Interval::point(0.0)), Interval::point(0.0));
        assert_eq!(Interval::ALL.plus(Interval::ALL.negated()), Interval::ALL);
    }
}
