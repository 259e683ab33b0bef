//! The wheel's encoder: a free-running count of the wheel's travel, read at 1 kHz.
//!
//! A reading is reported when it differs from the one before. While the wheel rests nothing is read.

use crate::clock::MILLISECOND;
use crate::device::{Device, Happening, Order};
use crate::mouse::Path;
use crate::parameters::EncoderParameters;
use crate::refusal::Refusal;
use trialect_device::Ns;

/// The encoder.
#[derive(Debug)]
pub(crate) struct Encoder {
    count_size_mm: f64,
    count: i64,
    next_reading: Ns,
}

impl Encoder {
    pub(crate) fn new(parameters: &EncoderParameters) -> Self {
        Self { count_size_mm: parameters.count_size_mm(), count: 0, next_reading: 0 }
    }

    /// When the count next changes on this path, at or before `until`.
    ///
    /// The path must hold up to `until`, and times must not go back: readings before are done.
    pub(crate) fn next_change(&mut self, path: &Path, until: Ns) -> Option<Ns> {
        while self.next_reading <= until {
            if self.differs(path, self.next_reading) {
                return Some(self.next_reading);
            }
            if self.next_reading >= path.end() {
                self.next_reading = (until / MILLISECOND + 1) * MILLISECOND;
                return None;
            }
            self.next_reading += MILLISECOND;
        }
        None
    }

    /// Reads the wheel at a time that [`Encoder::next_change`] gave: the new count.
    pub(crate) fn read(&mut self, path: &Path, at: Ns) -> Option<i64> {
        if self.next_reading != at {
            return None;
        }
        let count = self.count_at(path, at);
        let changed = count != self.count;
        self.count = count;
        self.next_reading = at + MILLISECOND;
        changed.then_some(count)
    }

    /// Whether a reading is not the count. Few are, and only near the next count is it worth rounding.
    fn differs(&self, path: &Path, at: Ns) -> bool {
        let counts = self.counts_at(path, at);
        let off = counts - self.count as f64;
        off.abs() >= 0.5 && libm::round(counts) as i64 != self.count
    }

    fn count_at(&self, path: &Path, at: Ns) -> i64 {
        libm::round(self.counts_at(path, at)) as i64
    }

    fn counts_at(&self, path: &Path, at: Ns) -> f64 {
        path.position(at) / self.count_size_mm
    }
}

/// What a session may ask of an encoder: to note that a reading is its zero, and the size of its counts.
#[derive(Debug)]
pub(crate) struct EncoderPort {
    count_size_mm: f64,
}

impl EncoderPort {
    pub(crate) fn new(parameters: &EncoderParameters) -> Self {
        Self { count_size_mm: parameters.count_size_mm() }
    }

    /// The count is free-running: zeroing leaves it alone.
    fn knows(verb: &str) -> Result<(), Refusal> {
        if verb == "zero" { Ok(()) } else { Err(Refusal::Verb) }
    }
}

impl Device for EncoderPort {
    fn command(&mut self, _: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Self::knows(order.verb)
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Self::knows(verb)
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {}

    fn settings(&self) -> Vec<(String, f64)> {
        vec![("count_size".to_string(), self.count_size_mm)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mouse::Motion;

    fn encoder() -> Encoder {
        Encoder::new(&EncoderParameters { counts_per_turn: 1024, wheel_radius_mm: 31.0 })
    }

    /// All readings up to a time.
    fn readings(encoder: &mut Encoder, path: &Path, until: Ns) -> Vec<(Ns, i64)> {
        let mut readings = Vec::new();
        while let Some(at) = encoder.next_change(path, until) {
            readings.extend(encoder.read(path, at).map(|count| (at, count)));
        }
        readings
    }

    #[test]
    fn a_stroke_is_read_count_by_count_and_ends_at_its_length() {
        let rest = Motion { mm: 0.0, mm_per_s: 0.0, mm_per_s2: 0.0 };
        let path = Path::towards(1_234_567, 200_000_000, rest, -4.4);
        let mut encoder = encoder();
        let readings = readings(&mut encoder, &path, 1_000_000_000);
        // 4.4 mm are 23.13 counts of 0.1902 mm.
        let counts: Vec<i64> = readings.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, (1..=23).map(|n| -n).collect::<Vec<_>>());
        assert!(readings.iter().all(|(at, _)| at % 1_000_000 == 0), "readings are a millisecond apart");
        assert_eq!(encoder.next_reading, 1_001_000_000, "a resting wheel is not read");
    }

    #[test]
    fn asking_in_small_steps_gives_the_same_readings() {
        let from = Motion { mm: 0.0, mm_per_s: 30.0, mm_per_s2: 0.0 };
        let path = Path::towards(0, 300_000_000, from, 9.0);
        let at_once = readings(&mut encoder(), &path, 500_000_000);
        let mut encoder = encoder();
        let in_steps: Vec<_> = (0..500).flat_map(|n| readings(&mut encoder, &path, n * 1_000_000 + 137)).collect();
        assert_eq!(at_once, in_steps);
    }
}
