//! The encoder's clock on the session clock: a straight line by least squares.

use crate::RecordingFault;
use trialect_device::Ns;

/// The state machine records times on this grid: 0.1 ms.
pub(crate) const GRID: Ns = 100_000;

/// Ten times what a quartz may be off, in ppm: two short trials fix the rate no better.
const RATE_OFF_MOST: f64 = 1000.0;

/// An instant that both clocks saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The trial, from 1.
    pub trial: usize,
    /// Microseconds of the encoder.
    pub micros: i64,
    /// The state machine's time on the session clock.
    pub at: Ns,
}

/// How the encoder's clock maps to the session clock, and how well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockFit {
    /// How much longer a second of the encoder is than a second of the session, in millionths: positive if the encoder is slow.
    pub ppm: f64,
    /// The largest distance of a pair from the line, in ns.
    pub residual: Ns,
    /// How many pairs the line was fitted to.
    pub pairs: usize,
    micros_mean: f64,
    at_mean: f64,
    rate: f64,
}

impl ClockFit {
    /// Least squares of session time on encoder time.
    pub(crate) fn through(pairs: &[Pair]) -> Result<ClockFit, RecordingFault> {
        let count = pairs.len() as f64;
        let micros_mean = pairs.iter().map(|pair| pair.micros as f64).sum::<f64>() / count;
        let at_mean = pairs.iter().map(|pair| pair.at as f64).sum::<f64>() / count;
        let (mut over, mut under) = (0.0, 0.0);
        for pair in pairs {
            let off = (pair.micros as f64 - micros_mean) * 1e3;
            over += off * (pair.at as f64 - at_mean);
            under += off * off;
        }
        let rate = over / under;
        let mut fit = ClockFit { ppm: (rate - 1.0) * 1e6, residual: 0, pairs: pairs.len(), micros_mean, at_mean, rate };
        for pair in pairs {
            let off_ns = fit.at(pair.micros).saturating_sub(pair.at).saturating_abs();
            fit.residual = fit.residual.max(off_ns);
        }
        match pairs.iter().max_by_key(|pair| fit.at(pair.micros).saturating_sub(pair.at).saturating_abs()) {
            // An instant on the state machine's grid is at most one step from when it happened. A pair of files that do not
            // belong together, or that have lost a trial, is off by seconds.
            Some(worst) if fit.residual > GRID || !rate.is_finite() => {
                Err(RecordingFault::ClocksDisagree { trial: worst.trial, off_ns: fit.residual })
            }
            _ if fit.ppm.abs() > RATE_OFF_MOST => Err(RecordingFault::ClockRate { ppm: fit.ppm }),
            _ => Ok(fit),
        }
    }

    /// An instant of the encoder's clock on the session clock, to the nearest nanosecond.
    pub(crate) fn at(&self, micros: i64) -> Ns {
        (self.at_mean + self.rate * ((micros as f64 - self.micros_mean) * 1e3)).round() as Ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(trial: usize, micros: i64, at: Ns) -> Pair {
        Pair { trial, micros, at }
    }

    #[test]
    fn a_slow_encoder_has_positive_ppm() {
        // 1 000 050 ns of the session for 1 000 us of the encoder, from 7 ms on.
        let pairs: Vec<Pair> = (0..20).map(|n| pair(1, n * 1_000_000, 7_000_000 + n * 1_000_050_000)).collect();
        let fit = ClockFit::through(&pairs).unwrap();
        assert!((fit.ppm - 50.0).abs() < 1e-6, "{fit:?}");
        assert_eq!((fit.residual, fit.pairs), (0, 20));
        assert_eq!(fit.at(2_500_000), 7_000_000 + 2_500_125_000);
    }

    #[test]
    fn a_lost_trial_is_a_disagreement() {
        let mut pairs: Vec<Pair> = (0..20).map(|n| pair(n as usize + 1, n * 1_000_000, n * 1_000_000_000)).collect();
        for pair in &mut pairs[10..] {
            pair.micros += 3_000_000;
        }
        assert_eq!(ClockFit::through(&pairs).unwrap_err().code(), "recording-clocks-disagree");
    }

    #[test]
    fn a_clock_in_other_units_is_no_clock() {
        let pairs: Vec<Pair> = (0..20).map(|n| pair(1, n * 1_000, n * 1_000_000_000)).collect();
        assert_eq!(ClockFit::through(&pairs).unwrap_err().code(), "recording-clock-rate");
    }

    #[test]
    fn pairs_at_one_instant_have_no_rate() {
        let fault = ClockFit::through(&[pair(1, 5, 0), pair(2, 5, 0)]).unwrap_err();
        assert_eq!(fault.code(), "recording-clocks-disagree");
    }
}
