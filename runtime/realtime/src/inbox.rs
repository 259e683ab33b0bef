//! What has arrived and was not reported yet, in the order in which it happened.

use trialect_device::{Input, Ns};

/// Too much arrived at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

/// A bounded list of inputs, by time, those of one instant by their lines. Takes no memory after it was made.
#[derive(Debug)]
pub struct Inbox {
    /// The latest first, so that the earliest is taken from the end.
    waiting: Vec<Input>,
    most: usize,
}

impl Inbox {
    /// One that holds at most so many.
    #[must_use]
    pub fn new(most: usize) -> Inbox {
        Inbox { waiting: Vec::with_capacity(most), most }
    }

    /// Puts an input in its place, behind those of the same instant and line.
    ///
    /// # Errors
    /// When it is full; nothing has changed then.
    pub fn put(&mut self, input: Input) -> Result<(), Overflow> {
        if self.waiting.len() >= self.most {
            return Err(Overflow);
        }
        let place = self.waiting.partition_point(|other| (other.at, other.line) > (input.at, input.line));
        self.waiting.insert(place, input);
        Ok(())
    }

    /// The earliest, if it happened at or before this time.
    pub fn take(&mut self, until: Ns) -> Option<Input> {
        self.waiting.pop_if(|input| input.at <= until)
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(at: Ns, line: u32, value: i64) -> Input {
        Input { line, at, value }
    }

    #[test]
    fn the_earliest_comes_first_and_equals_keep_their_order() {
        let mut inbox = Inbox::new(6);
        for one in [input(5, 1, 0), input(3, 2, 1), input(3, 0, 2), input(3, 2, 3), input(9, 0, 4)] {
            inbox.put(one).unwrap();
        }
        let order: Vec<i64> = std::iter::from_fn(|| inbox.take(5)).map(|input| input.value).collect();
        assert_eq!(order, [2, 1, 3, 0]);
        assert_eq!(inbox.take(8), None);
        assert_eq!(inbox.take(9), Some(input(9, 0, 4)));
        assert!(inbox.is_empty());
    }

    #[test]
    fn a_full_one_refuses_and_keeps_what_it_has() {
        let mut inbox = Inbox::new(2);
        inbox.put(input(2, 0, 0)).unwrap();
        inbox.put(input(1, 0, 0)).unwrap();
        assert_eq!(inbox.put(input(0, 0, 0)), Err(Overflow));
        assert_eq!(inbox.take(9), Some(input(1, 0, 0)));
        inbox.put(input(0, 0, 7)).unwrap();
        assert_eq!(inbox.take(9), Some(input(0, 0, 7)));
    }
}
