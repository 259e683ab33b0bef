//! A simulated converter: samples of one reading, counted from the session's start, and those not handed over yet.

use crate::stream::Stream;
use trialect_device::{Ns, PIECE, Scale, StreamLine};

/// Takes samples in their order and hands them over in pieces: number of the first one, counts.
pub(crate) type Take<'a> = dyn FnMut(u64, &[i16]) + 'a;

/// One stream of a device.
#[derive(Debug)]
pub(crate) struct Cadence {
    line: StreamLine,
    scale: Scale,
    noise: Stream,
    /// The next sample to be taken.
    next: u64,
    waiting: Vec<i16>,
}

impl Cadence {
    /// A converter whose last count stands for `offset + full_scale`.
    pub(crate) fn new(line: &StreamLine, offset: f64, full_scale: f64, noise: Stream) -> Self {
        let scale = Scale { gain: full_scale / f64::from(i16::MAX), offset };
        Self { line: line.clone(), scale, noise, next: 0, waiting: Vec::new() }
    }

    pub(crate) fn scale(&self) -> Scale {
        self.scale
    }

    pub(crate) fn reading(&self) -> &str {
        &self.line.reading
    }

    /// Samples a second.
    pub(crate) fn rate(&self) -> f64 {
        self.line.rate
    }

    /// When the next sample is taken.
    pub(crate) fn time(&self) -> Ns {
        self.line.time_of(self.next)
    }

    /// Takes the samples before a time: `value` gives one from its time, s, and noise of deviation 1.
    pub(crate) fn take_until(&mut self, until: Ns, mut value: impl FnMut(f64, f64) -> f64) {
        let (rate, Scale { gain, offset }) = (self.line.rate, self.scale);
        let end = self.line.before(until);
        for k in self.next..end {
            let value = value(k as f64 / rate, self.noise.bell());
            // Beyond its ends a converter gives its ends; the cast does.
            self.waiting.push(((value - offset) / gain).round() as i16);
        }
        self.next = self.next.max(end);
    }

    /// The latest time up to which at most a piece more is taken.
    pub(crate) fn piece_until(&self, until: Ns) -> Ns {
        let room = PIECE.saturating_sub(self.waiting.len()).max(1) as u64;
        until.min(self.line.time_of(self.next + room))
    }

    /// Hands over what waits.
    pub(crate) fn hand_over(&mut self, take: &mut Take<'_>) {
        let mut first = self.next - self.waiting.len() as u64;
        for piece in self.waiting.chunks(PIECE) {
            take(first, piece);
            first += piece.len() as u64;
        }
        self.waiting.clear();
    }
}
