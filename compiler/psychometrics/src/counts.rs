//! What was chosen at each level, checked, sorted and brought to a common scale.

/// The largest number of different levels with trials that a fit takes.
pub const LEVELS_MAX: usize = 64;

/// The choices at one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The signed level, in any unit; finite.
    pub x: f64,
    /// How many trials had it. A level without trials is as good as absent, whatever its other fields hold.
    pub trials: u64,
    /// The share of them in which the high end (the right side) was chosen, 0 to 1.
    pub share: f64,
}

/// One level in the fit's own coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Datum {
    /// The level in half ranges from the middle: -1 to 1.
    pub(crate) at: f64,
    /// Its part of all trials, 0 to 1.
    pub(crate) weight: f64,
    /// The share of rightward choices, 0 to 1.
    pub(crate) share: f64,
}

/// Two to [`LEVELS_MAX`] different levels, ascending, each with trials.
#[derive(Debug)]
pub(crate) struct Counts {
    data: [Datum; LEVELS_MAX],
    len: usize,
    /// The lowest and the highest level in the caller's unit.
    range: [f64; 2],
    middle: f64,
    half_range: f64,
    trials: f64,
}

impl Counts {
    /// Checks and sorts levels, and pools those that are equal. None if a number is not finite, a share is outside 0
    /// to 1, or fewer than two or more than [`LEVELS_MAX`] different levels have trials.
    pub(crate) fn new(levels: &[Level]) -> Option<Counts> {
        let mut counts = Counts {
            data: [Datum { at: 0.0, weight: 0.0, share: 0.0 }; LEVELS_MAX],
            len: 0,
            range: [0.0; 2],
            middle: 0.0,
            half_range: 0.0,
            trials: 0.0,
        };
        for level in levels.iter().filter(|level| level.trials > 0) {
            counts.insert(level)?;
        }
        counts.rescale()?;
        Some(counts)
    }

    /// Puts a level in its place, with trials as its weight for now.
    fn insert(&mut self, level: &Level) -> Option<()> {
        if !level.x.is_finite() || !(0.0..=1.0).contains(&level.share) {
            return None;
        }
        let new = Datum { at: level.x, weight: level.trials as f64, share: level.share };
        if let Some(old) = self.data.iter_mut().take(self.len).find(|old| old.at == new.at) {
            let pooled = old.weight + new.weight;
            old.share = ((old.share * old.weight + new.share * new.weight) / pooled).min(1.0);
            old.weight = pooled;
            return Some(());
        }
        // It takes its place and hands on what it pushes out, up to the new end.
        self.data.get_mut(self.len)?.at = f64::INFINITY;
        self.len += 1;
        let mut carried = new;
        for kept in self.data.iter_mut().take(self.len) {
            if carried.at < kept.at {
                std::mem::swap(kept, &mut carried);
            }
        }
        Some(())
    }

    /// Brings levels to -1 to 1 and weights to a sum of 1.
    fn rescale(&mut self) -> Option<()> {
        let (first, last) = match self.data() {
            [first, .., last] => (first.at, last.at),
            _ => return None,
        };
        self.range = [first, last];
        // Halved before they are subtracted, so that no range overflows; the mirror image of levels has the same bits.
        self.middle = first / 2.0 + last / 2.0;
        self.half_range = last / 2.0 - first / 2.0;
        if self.half_range < f64::MIN_POSITIVE {
            return None;
        }
        self.trials = self.data().iter().map(|datum| datum.weight).sum();
        let (middle, half_range, trials) = (self.middle, self.half_range, self.trials);
        for datum in self.data.iter_mut().take(self.len) {
            datum.at = ((datum.at - middle) / half_range).clamp(-1.0, 1.0);
            datum.weight /= trials;
        }
        Some(())
    }

    /// The levels, ascending.
    pub(crate) fn data(&self) -> &[Datum] {
        self.data.get(..self.len).unwrap_or(&self.data)
    }

    /// Half the distance from the lowest to the highest level, in the caller's unit; positive.
    pub(crate) fn half_range(&self) -> f64 {
        self.half_range
    }

    /// The number of trials at all levels; at least 2.
    pub(crate) fn trials(&self) -> f64 {
        self.trials
    }

    /// The smallest distance of two levels, in half ranges; 0 if it is lost in rounding.
    pub(crate) fn smallest_gap(&self) -> f64 {
        self.data().windows(2).fold(2.0, |least: f64, pair| match pair {
            [left, right] => least.min(right.at - left.at),
            _ => least,
        })
    }

    /// From the caller's unit to half ranges from the middle.
    pub(crate) fn inward(&self, x: f64) -> f64 {
        (x - self.middle) / self.half_range
    }

    /// From half ranges from the middle to the caller's unit.
    pub(crate) fn outward(&self, at: f64) -> f64 {
        self.middle + at * self.half_range
    }

    /// The lowest and the highest level in the caller's unit.
    pub(crate) fn range(&self) -> [f64; 2] {
        self.range
    }
}
