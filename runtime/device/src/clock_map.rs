//! A device's clock, mapped to the session clock.

use crate::Ns;

/// How much faster or slower two crystals may run, parts of one: 200 ppm, twice what cheap ones are sold with.
const DRIFT: f64 = 200e-6;

/// Maps the times of a device to the session clock, from when its messages arrive.
///
/// A message cannot arrive before it was sent, so that arrival minus device time is the offset of the clocks plus a delay
/// of 0 or more. The offset is the least that was seen, and creeps up by [`DRIFT`] since then, so that a device whose
/// clock falls behind is followed: a minimum filter, as NTP's clock filter picks the sample of the least delay (RFC 5905,
/// section 10). What is left, arrival minus mapped time, is the residual: the delay of each message above the least.
#[derive(Debug, Clone, Default)]
pub struct ClockMap {
    offset: Option<(f64, Ns)>,
    count: u64,
    sum: f64,
    greatest: f64,
}

impl ClockMap {
    /// A message that the device stamped `device` was read at `arrived`.
    pub fn observe(&mut self, device: Ns, arrived: Ns) {
        let bound = (arrived - device) as f64;
        let offset = match self.offset {
            Some(_) => bound.min(self.offset_at(device)),
            None => bound,
        };
        self.offset = Some((offset, device));
        let residual = bound - offset;
        self.count += 1;
        self.sum += residual;
        self.greatest = self.greatest.max(residual);
    }

    fn offset_at(&self, device: Ns) -> f64 {
        self.offset.map_or(0.0, |(offset, since)| offset + DRIFT * (device - since).max(0) as f64)
    }

    /// A time of the device on the session clock; before anything was observed the time itself.
    #[must_use]
    pub fn map(&self, device: Ns) -> Ns {
        let offset = self.offset.map_or(0.0, |(offset, _)| offset);
        device.saturating_add(offset.round() as Ns)
    }

    /// Messages that were observed.
    #[must_use]
    pub fn observed(&self) -> u64 {
        self.count
    }

    /// Mean residual, ns.
    #[must_use]
    pub fn mean_residual(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }

    /// Greatest residual, ns.
    #[must_use]
    pub fn greatest_residual(&self) -> f64 {
        self.greatest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device whose clock began 5 s earlier and drifts; messages that take 1 ms and every third 3 ms.
    fn worst(ppm: f64) -> f64 {
        let mut map = ClockMap::default();
        let mut worst: f64 = 0.0;
        for k in 1..20_000_i64 {
            let sent = k * 10_000_000;
            let device = (sent as f64 * (1.0 + ppm * 1e-6)) as Ns + 5_000_000_000;
            let delay = if k % 3 == 0 { 3_000_000 } else { 1_000_000 };
            map.observe(device, sent + delay);
            worst = worst.max((map.map(device) - sent) as f64);
            assert!(map.map(device) <= sent + delay, "a message arrived before it was sent");
        }
        assert_eq!(map.observed(), 19_999);
        assert!(map.greatest_residual() >= 1_900_000.0 && map.mean_residual() < map.greatest_residual());
        worst
    }

    /// The time is late by no more than the least delay and what the drift filter gives in three messages.
    #[test]
    fn times_are_late_by_the_least_delay() {
        for ppm in [-150.0, -20.0, 0.0, 20.0, 150.0] {
            let worst = worst(ppm);
            assert!((1_000_000.0..=1_010_000.0).contains(&worst), "{ppm} ppm: {worst} ns");
        }
    }

    #[test]
    fn nothing_observed_is_no_offset() {
        assert_eq!(ClockMap::default().map(17), 17);
        assert_eq!(ClockMap::default().mean_residual(), 0.0);
    }
}
