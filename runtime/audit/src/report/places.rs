//! Where along the data something is, in few words however long they are.

use serde::Serialize;

/// Classes at most.
const CLASSES: usize = 200;

/// Numbers by trial of the chain, in classes of equal width, which grow with the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Places {
    /// Trials of a class.
    pub width: u64,
    /// Numbers, a class after the other; those after the last are 0.
    pub counts: Vec<u64>,
}

impl Default for Places {
    fn default() -> Places {
        Places { width: 1, counts: Vec::new() }
    }
}

impl Places {
    /// Counts one at a trial, from 0.
    pub(crate) fn add(&mut self, trial: u64) {
        while trial / self.width >= CLASSES as u64 {
            self.counts = self.counts.chunks(2).map(|pair| pair.iter().sum()).collect();
            self.width *= 2;
        }
        let class = (trial / self.width) as usize;
        if class >= self.counts.len() {
            self.counts.resize(class + 1, 0);
        }
        self.counts[class] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_grow_and_nothing_is_lost() {
        let mut places = Places::default();
        (0..1000).step_by(3).for_each(|trial| places.add(trial));
        assert_eq!((places.width, places.counts.len()), (8, 125));
        assert_eq!(places.counts.iter().sum::<u64>(), 334);
        // 0, 3 and 6; 9, 12 and 15; 18 and 21.
        assert_eq!(places.counts[..3], [3, 3, 2]);
    }
}
