//! The tests' own random numbers.

/// One stream of SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Generator(u64);

impl Generator {
    /// The stream with a key.
    pub fn new(key: u64) -> Generator {
        Generator(key)
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of `0..n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.word() % n
    }

    /// One of `least..=most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least) as u64 + 1) as i64
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of a list.
    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// A word that well-meaning code would not write: an edge of the integers or of the reals, or any bits.
    pub fn hostile(&mut self) -> u64 {
        let any = self.word();
        let reals = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, f64::MIN_POSITIVE, f64::MAX, 1e300, -1e-300];
        match any % 4 {
            0 => self.one_of(&[i64::MIN, i64::MIN + 1, -1, 0, 64, i64::MAX - 1, i64::MAX]) as u64,
            1 => self.one_of(&reals).to_bits(),
            // A NaN that says where it comes from.
            2 => 0xFFF8_0000_0000_0000 | any >> 16,
            _ => any,
        }
    }
}
