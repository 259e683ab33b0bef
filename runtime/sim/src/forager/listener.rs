//! What a forager makes of clicks: it stays where it is while it hears them, and then goes where there were more.
//!
//! A click comes from a speaker with a key in its name and speaks for the ports of that key. It hears every click: its
//! choices are wrong only because it also goes elsewhere now and then, as among dark ports.

use super::places::key;
use trialect_device::Ns;

/// How long after a click it waits for the next one where it is.
const PATIENCE: Ns = 200_000_000;
/// After a longer silence clicks are those of another train.
const SILENCE: Ns = 1_000_000_000;
/// How long after the last click it goes by what it heard.
const MEMORY: Ns = 5_000_000_000;
/// Difference of clicks that makes a side e times as attractive as the other.
const SOFTNESS: f64 = 1.0;

/// A speaker, and the clicks heard from it.
#[derive(Debug)]
struct Ear {
    device: u32,
    key: String,
    clicks: f64,
}

/// The clicks of the present train.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    ears: Vec<Ear>,
    last: Option<Ns>,
}

impl Listener {
    /// There is a device that may sound.
    pub(crate) fn meets(&mut self, device: u32, name: &str) {
        self.ears.push(Ear { device, key: key(name), clicks: 0.0 });
    }

    /// A click; gives until when it stays for the next one.
    pub(crate) fn hears(&mut self, at: Ns, device: u32) -> Ns {
        if self.last.is_none_or(|last| at > last + SILENCE) {
            self.forgets();
        }
        self.last = Some(at);
        self.ears.iter_mut().filter(|ear| ear.device == device).for_each(|ear| ear.clicks += 1.0);
        at + PATIENCE
    }

    /// It has been to one of the sides.
    pub(crate) fn forgets(&mut self) {
        self.last = None;
        self.ears.iter_mut().for_each(|ear| ear.clicks = 0.0);
    }

    /// Whether clicks can speak for the places of a key.
    pub(crate) fn knows(&self, key: &str) -> bool {
        !key.is_empty() && self.ears.iter().any(|ear| ear.key == key)
    }

    /// How far what it heard speaks for the places of a key, from 0 to 1; none when it heard nothing.
    pub(crate) fn share(&self, key: &str, at: Ns) -> Option<f64> {
        let is_fresh = self.last.is_some_and(|last| at <= last + MEMORY);
        if !is_fresh || !self.knows(key) {
            return None;
        }
        let most = self.ears.iter().map(|ear| ear.clicks).fold(0.0, f64::max);
        let weight = |ear: &Ear| libm::exp((ear.clicks - most) / SOFTNESS);
        let all: f64 = self.ears.iter().filter(|ear| !ear.key.is_empty()).map(weight).sum();
        Some(self.ears.iter().filter(|ear| ear.key == key).map(weight).sum::<f64>() / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_with_more_clicks_speaks_louder_until_it_is_forgotten() {
        let mut listener = Listener::default();
        listener.meets(3, "horn[left]");
        listener.meets(4, "horn[right]");
        assert_eq!(listener.share("[left]", 0), None);
        for n in 1..=3 {
            assert_eq!(listener.hears(n * 1000, 3), n * 1000 + PATIENCE);
        }
        listener.hears(4000, 4);
        let share = listener.share("[left]", 5000).expect("it has heard some");
        // Three to one: 1/(1 + exp(-2)).
        assert!((share - 0.880_797_077_977_882).abs() < 1e-12, "{share}");
        assert_eq!(listener.share("[top]", 5000), None);
        assert_eq!(listener.share("[left]", 4000 + MEMORY + 1), None);
        listener.hears(4000 + SILENCE + 1, 4);
        assert!(listener.share("[left]", 4000 + SILENCE + 2).expect("fresh") < 0.5, "another train");
    }
}
