//! The places of a rig: where they are lit, and where a reward is waiting.
//!
//! What belongs together follows from the names: `cue[left]`, `port[left]`, `spout[left]` have one key. A cue without
//! a key (a house light) stands for no place. A reward comes at the spouts of its key, else at the ports of its key,
//! else at the spouts or ports without a key; of several the first counts.

use crate::classes::Sort;
use trialect_device::Ns;

/// A port, a lever or a spout.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) device: u32,
    pub(crate) sort: Sort,
    pub(crate) key: String,
    /// Lamps that are on.
    lamps: u32,
    /// Since when one is.
    lit_since: Ns,
    /// A reward has come and was not fetched yet.
    pub(crate) waiting: bool,
}

impl Place {
    /// Whether it is lit for somebody who sees with a delay.
    pub(crate) fn is_lit(&self, at: Ns, delay: Ns) -> bool {
        self.lamps > 0 && at >= self.lit_since + delay
    }

    /// When it will be lit, if it is going to be.
    pub(crate) fn will_be_lit(&self, delay: Ns) -> Option<Ns> {
        (self.lamps > 0).then_some(self.lit_since + delay)
    }
}

/// All places, in the protocol's order.
#[derive(Debug, Default)]
pub(crate) struct Places {
    places: Vec<Place>,
    /// Lamps and what gives rewards: device and key.
    cues: Vec<(u32, String)>,
    sources: Vec<(u32, String)>,
}

impl Places {
    pub(crate) fn add(&mut self, device: u32, sort: Sort, name: &str) {
        let key = key(name);
        self.places.push(Place { device, sort, key, lamps: 0, lit_since: 0, waiting: false });
    }

    pub(crate) fn add_cue(&mut self, device: u32, name: &str) {
        self.cues.push((device, key(name)));
    }

    pub(crate) fn add_source(&mut self, device: u32, name: &str) {
        self.sources.push((device, key(name)));
    }

    pub(crate) fn all(&self) -> &[Place] {
        &self.places
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Place> {
        self.places.get_mut(place)
    }

    /// A lamp goes on or off: that of a place, or one that has a key in common with some.
    pub(crate) fn light(&mut self, at: Ns, device: u32, on: bool) {
        let cue = self.cues.iter().find(|(cue, key)| *cue == device && !key.is_empty()).map(|(_, key)| key);
        for place in &mut self.places {
            if place.device != device && cue != Some(&place.key) {
                continue;
            }
            if on && place.lamps == 0 {
                place.lit_since = at;
            }
            place.lamps = if on { place.lamps + 1 } else { place.lamps.saturating_sub(1) };
        }
    }

    /// Where the rewards of a device come.
    pub(crate) fn of_source(&self, device: u32) -> Option<usize> {
        let (_, key) = self.sources.iter().find(|(source, _)| *source == device)?;
        let first = |sort: Sort, key: &str| self.places.iter().position(|place| place.sort == sort && place.key == key);
        [key.as_str(), ""].into_iter().find_map(|key| first(Sort::Spout, key).or_else(|| first(Sort::Port, key)))
    }
}

/// The key in a name: `[left]` in `port[left]`, nothing in `centre`.
pub(super) fn key(name: &str) -> String {
    name.find('[').map_or(String::new(), |start| name[start..].to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_what_belongs_together() {
        let mut places = Places::default();
        for (device, sort, name) in [
            (0, Sort::Port, "port[left]"),
            (1, Sort::Port, "port[right]"),
            (2, Sort::Port, "centre"),
            (3, Sort::Lever, "lever[right]"),
            (4, Sort::Spout, "lick[right]"),
        ] {
            places.add(device, sort, name);
        }
        for (device, name) in [(10, "spout[left]"), (11, "spout[right]"), (12, "feeder"), (13, "spout[top]")] {
            places.add_source(device, name);
        }
        assert_eq!(
            [10, 11, 12, 13, 99].map(|device| places.of_source(device)),
            [Some(0), Some(4), Some(2), Some(2), None]
        );
        places.add_cue(20, "cue[right]");
        places.add_cue(21, "houselight");
        let lit = |places: &Places| places.all().iter().map(|place| place.is_lit(100, 50)).collect::<Vec<_>>();
        places.light(10, 21, true);
        assert_eq!(lit(&places), [false; 5], "a house light lights no place");
        places.light(20, 20, true);
        assert_eq!(lit(&places), [false, true, false, true, true]);
        places.light(60, 1, true);
        places.light(70, 20, false);
        assert_eq!(lit(&places), [false, true, false, false, false], "its own lamp is still on, and it was lit before");
        places.light(80, 2, true);
        assert!(!places.all()[2].is_lit(100, 50), "not seen yet");
        assert_eq!(places.all()[2].will_be_lit(50), Some(130));
    }
}
