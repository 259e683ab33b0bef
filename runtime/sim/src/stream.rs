//! Random numbers: counter-based streams, one for each purpose.
//!
//! The n-th word of a stream is a pure function of (seed, session, purpose, n), where the seed is that of one
//! animal ([`animal_seed`]). A purpose of its own for each kind of draw keeps them apart: a change in how reaction
//! times are drawn moves no choice.

use core::f64::consts::TAU;

/// Keeps the keys of further devices apart from the words of the first one's stream; any constant will do.
const DEVICES: u64 = 0x6465_7669_6365_7300;

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Which side.
    Choice = 1,
    /// When, and whether at all.
    Reaction = 2,
    /// Movements without a reason.
    Fidget = 3,
    /// How engaged and how biased the mouse is in this session.
    Session = 4,
    /// When a sound is heard.
    Sound = 5,
    /// Noise of the scale.
    Weighing = 6,
    /// When and where the forager goes.
    Visit = 7,
    /// How long it stays, presses and rests.
    Stay = 8,
    /// How it licks.
    Lick = 9,
    /// How hungry or thirsty the forager is in this session.
    Drive = 10,
    /// The cell at the pipette, and how it is held.
    Cell = 11,
    /// Temperature of the bath.
    Bath = 12,
    /// Flow through the bath.
    Flow = 13,
    /// Noise of what a patch amplifier samples.
    CellTrace = 14,
    /// Noise of sampled temperatures.
    BathTrace = 15,
    /// Noise of sampled flows.
    FlowTrace = 16,
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    key: u64,
    drawn: u64,
}

impl Stream {
    /// The stream of a purpose in one session (or on one day) of a seed.
    pub(crate) fn new(seed: u64, session: u32, purpose: Purpose) -> Self {
        Self { key: word(word(seed, u64::from(session)), purpose as u64), drawn: 0 }
    }

    /// The stream of one of several devices of a class, counted from 0; that of the first is [`Stream::new`]'s.
    pub(crate) fn of_device(seed: u64, session: u32, purpose: Purpose, number: u32) -> Self {
        let one = Self::new(seed, session, purpose);
        if number == 0 { one } else { Self { key: word(one.key ^ DEVICES, u64::from(number)), drawn: 0 } }
    }

    /// Uniform in the open interval (0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        let bits = word(self.key, self.drawn);
        self.drawn += 1;
        ((bits >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Exponential with this mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.unit())
    }

    /// Standard normal, by the transform of Box and Muller (1958); takes two words.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(TAU * self.unit())
    }

    /// Of mean 0 and deviation 1, from one word and without a logarithm: the sum of four uniform numbers of 16 bit. It is
    /// bell-shaped and ends at 3.46, as noise of a converter may.
    pub(crate) fn bell(&mut self) -> f64 {
        let bits = word(self.key, self.drawn);
        self.drawn += 1;
        let sum = [0, 16, 32, 48].map(|shift| bits >> shift & 0xffff).iter().sum::<u64>();
        // Mean 2 (2^16 - 1); a number's variance is (2^32 - 1) / 12.
        (sum as f64 - 131_070.0) / libm::sqrt(4_294_967_295.0 / 3.0)
    }

    /// Lognormal with this median and this standard deviation of the logarithm.
    pub(crate) fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }
}

/// The seed of one animal and its rig: two subjects that are simulated with one seed are two animals.
///
/// The name's bytes are taken in one after the other, its length first.
pub fn animal_seed(seed: u64, subject: &str) -> u64 {
    subject.bytes().fold(word(seed, subject.len() as u64), |key, byte| word(key, u64::from(byte)))
}

/// The seed of an individual of a mouse's parameters.
pub(crate) fn individual_seed(seed: u64, individual: u32) -> u64 {
    word(seed, u64::from(individual))
}

/// The n-th word of a key: SplitMix64 (Steele, Lea and Flood 2014), whose state is a counter.
fn word(key: u64, n: u64) -> u64 {
    let mut z = key.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of SplitMix64 seeded with 1234567, as published with its reference implementation.
    #[test]
    fn words_are_those_of_splitmix64() {
        let published = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (n, expected) in published.into_iter().enumerate() {
            assert_eq!(word(1_234_567, n as u64), expected);
        }
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut stream = Stream::new(7, 1, Purpose::Choice);
        let n = 40_000;
        let mean_and_deviation = |draw: &mut dyn FnMut() -> f64| {
            let values: Vec<f64> = (0..n).map(|_| draw()).collect();
            let mean = values.iter().sum::<f64>() / f64::from(n);
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n);
            (mean, variance.sqrt())
        };
        let near = |(mean, deviation): (f64, f64), expected: (f64, f64)| {
            assert!((mean - expected.0).abs() < 0.02, "mean {mean}, not {}", expected.0);
            assert!((deviation - expected.1).abs() < 0.02, "deviation {deviation}, not {}", expected.1);
        };
        near(mean_and_deviation(&mut || stream.unit()), (0.5, (1.0_f64 / 12.0).sqrt()));
        near(mean_and_deviation(&mut || stream.normal()), (0.0, 1.0));
        near(mean_and_deviation(&mut || stream.bell()), (0.0, 1.0));
        near(mean_and_deviation(&mut || stream.exponential(0.7)), (0.7, 0.7));
    }

    #[test]
    fn subjects_have_seeds_of_their_own() {
        let names = ["mouse1", "mouse2", "mouse12", "1mouse", "mouse", "", "m", "\u{1}", "a\u{0}", "a"];
        let mut seeds: Vec<u64> = (0..50).flat_map(|seed| names.map(|name| animal_seed(seed, name))).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 50 * names.len());
        assert_eq!(animal_seed(7, "mouse1"), animal_seed(7, "mouse1"));
    }

    #[test]
    fn devices_of_a_class_have_streams_of_their_own_and_the_first_has_the_class_s() {
        let first = |number| Stream::of_device(1, 1, Purpose::Sound, number).unit();
        assert_eq!(first(0), Stream::new(1, 1, Purpose::Sound).unit());
        let mut all: Vec<u64> = (0..50).map(|number| first(number).to_bits()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 50);
    }

    #[test]
    fn purposes_sessions_and_seeds_have_streams_of_their_own() {
        let first = |seed, session, purpose| Stream::new(seed, session, purpose).unit();
        let one = first(1, 1, Purpose::Choice);
        assert_eq!(one, first(1, 1, Purpose::Choice));
        for other in [first(2, 1, Purpose::Choice), first(1, 2, Purpose::Choice), first(1, 1, Purpose::Fidget)] {
            assert_ne!(one, other);
        }
    }
}
