//! Trains of event times: a Poisson process, one interval after the other.

use crate::law;

/// Events from `start` until before `end` at a mean `rate` of 0 or more, as many as `times` has room for.
///
/// The k-th interval, from 0, is exponential and made by inversion of the k-th word: -log1p(-u)/rate, added to the time of
/// the event before (Devroye 1986, Non-Uniform Random Variate Generation, chapter VI.1). Gives the number of events, and
/// whether there would have been more. Total: any words and any parameters give a train.
pub fn train(mut word: impl FnMut(usize) -> u64, rate: f64, start: f64, end: f64, times: &mut [u64]) -> (u64, bool) {
    let mut at = start;
    for k in 0..=times.len() {
        at += -libm::log1p(-law::unit_interval(word(k))) / rate;
        let is_before = at < end;
        match times.get_mut(k).filter(|_| is_before) {
            Some(time) => *time = at.to_bits(),
            None => return (k as u64, is_before),
        }
    }
    (times.len() as u64, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(key: u64) -> impl FnMut(usize) -> u64 {
        move |k| law::stream_word(key, k as u64)
    }

    #[test]
    fn counts_and_places_are_those_of_a_poisson_process() {
        let (mut counts, mut early) = (Vec::new(), 0);
        for key in 0..4000 {
            let mut times = [0; 60];
            let (count, cut) = train(words(key), 20.0, 0.5, 1.5, &mut times);
            assert!(!cut, "60 of a mean of 20");
            let times = times[..count as usize].iter().map(|word| f64::from_bits(*word)).collect::<Vec<_>>();
            assert!(times.is_sorted() && times.iter().all(|time| (0.5..1.5).contains(time)));
            early += times.iter().filter(|time| **time < 1.0).count();
            counts.push(count as f64);
        }
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (n - 1.0);
        // Standard errors: sqrt(20/4000) = 0.07 of the mean, 20 sqrt(2/4000) = 0.45 of the variance.
        assert!((mean - 20.0).abs() < 0.3, "{mean}");
        assert!((variance - 20.0).abs() < 1.9, "{variance}");
        assert!((early as f64 / (mean * n) - 0.5).abs() < 0.01, "{early}");
    }

    #[test]
    fn no_rate_no_room_and_no_time_give_what_they_must() {
        let mut times = [0; 3];
        assert_eq!(train(words(1), 0.0, 0.0, 1.0, &mut times), (0, false));
        assert_eq!(train(words(1), 40.0, 1.0, 1.0, &mut times), (0, false));
        assert_eq!(train(words(1), 40.0, 0.0, 100.0, &mut times), (3, true));
        assert_eq!(train(words(1), f64::NAN, 0.0, 1.0, &mut times), (0, false));
        assert_eq!(train(words(1), 40.0, 0.0, f64::INFINITY, &mut []), (0, true));
    }
}
