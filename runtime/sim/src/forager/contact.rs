//! How long a forager touches what it came to, and how often it does so before it goes away.

use super::parameters::ForagerParameters;
use crate::classes::Sort;
use crate::stream::Stream;

/// Most contacts in a bout.
const MOST: f64 = 1e4;
/// Least time between two licks, in ms.
const LEAST_GAP_MS: f64 = 5.0;

/// Contacts of a visit; `rewarded` when a reward is waiting there.
pub(crate) fn contacts(forager: &ForagerParameters, sort: Sort, rewarded: bool, stream: &mut Stream) -> u32 {
    match sort {
        Sort::Port => 1,
        Sort::Lever => geometric(forager.press.bout_presses, stream),
        Sort::Spout if rewarded => geometric(forager.lick.reward_licks, stream),
        Sort::Spout => geometric(forager.lick.dry_licks, stream),
    }
}

/// Duration of one contact, in ms, apart from drinking in a port.
pub(crate) fn contact_ms(forager: &ForagerParameters, sort: Sort, stream: &mut Stream) -> f64 {
    match sort {
        Sort::Port => stream.lognormal(forager.poke.stay_median_ms, forager.poke.stay_spread),
        Sort::Lever => stream.lognormal(forager.press.hold_median_ms, forager.press.hold_spread),
        Sort::Spout => forager.lick.contact_ms,
    }
}

/// Time that a port is visited from a reward on, in ms.
pub(crate) fn drinking_ms(forager: &ForagerParameters, stream: &mut Stream) -> f64 {
    stream.lognormal(forager.poke.drink_median_ms, forager.poke.drink_spread)
}

/// Time from the end of a contact to the next of the bout, in ms.
pub(crate) fn gap_ms(forager: &ForagerParameters, sort: Sort, stream: &mut Stream) -> f64 {
    match sort {
        Sort::Port | Sort::Lever => stream.lognormal(forager.press.gap_median_ms, forager.press.gap_spread),
        Sort::Spout => {
            let interval_ms = stream.lognormal(1e3 / forager.lick.rate_hz, forager.lick.interval_spread);
            (interval_ms - forager.lick.contact_ms).max(LEAST_GAP_MS)
        }
    }
}

/// Geometric from 1 on, with this mean of 1 or more.
fn geometric(mean: f64, stream: &mut Stream) -> u32 {
    let unit = stream.unit();
    let more = libm::floor(libm::log(unit) / libm::log(1.0 - 1.0 / mean));
    // A mean of 1 gives -unit/infinity, which is 0.
    (1.0 + more.clamp(0.0, MOST)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MouseParameters;
    use crate::stream::Purpose;

    #[test]
    fn bouts_have_their_mean_and_are_never_empty() {
        let mut stream = Stream::new(1, 1, Purpose::Stay);
        for mean in [1.0, 1.5, 3.0, 12.0] {
            let bouts: Vec<u32> = (0..20_000).map(|_| geometric(mean, &mut stream)).collect();
            let found = bouts.iter().map(|n| f64::from(*n)).sum::<f64>() / 20_000.0;
            assert!((found - mean).abs() < 0.02 * mean * mean.max(1.0).sqrt(), "{found}, not {mean}");
            assert_eq!(bouts.iter().min(), Some(&1));
        }
    }

    #[test]
    fn licks_of_a_bout_have_their_rate() {
        let forager = MouseParameters::standard().expect("embedded").forager;
        let mut stream = Stream::new(2, 1, Purpose::Lick);
        let mut intervals: Vec<f64> = (0..4_001)
            .map(|_| contact_ms(&forager, Sort::Spout, &mut stream) + gap_ms(&forager, Sort::Spout, &mut stream))
            .collect();
        intervals.sort_by(f64::total_cmp);
        assert!((intervals[2_000] - 1e3 / 7.0).abs() < 2.0, "{} ms", intervals[2_000]);
        // Boughter et al. (2007) count 50 to 160 ms as licks of one bout in mice.
        assert!(intervals[100] > 90.0 && intervals[3_900] < 220.0, "{} .. {}", intervals[100], intervals[3_900]);
    }
}
