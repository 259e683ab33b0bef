//! Random entries from a small generator, for the tests of the journal.
#![allow(dead_code)] // each test file uses a part

use trialect_journal::Entry;

/// A xorshift generator (Marsaglia 2003).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    pub fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound
    }
    pub fn flip(&mut self) -> bool {
        self.below(2) == 1
    }
    /// Of any magnitude: small and huge values are as likely as each other.
    fn wild(&mut self) -> u64 {
        let shift = self.below(64);
        match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            2 => (-(self.below(100) as i64)) as u64,
            3 => 0.1f64.to_bits(),
            _ => self.word() >> shift,
        }
    }
    fn words(&mut self, most: u64) -> Vec<u64> {
        (0..self.below(most + 1)).map(|_| self.wild()).collect()
    }
    fn text(&mut self) -> String {
        (0..self.below(12)).map(|_| ['a', 'ä', '猫', '\n', '"'][self.below(5) as usize]).collect()
    }
    fn index(&mut self) -> u32 {
        if self.below(10) == 0 { self.word() as u32 } else { self.below(200) as u32 }
    }

    /// Any entry but the session's end.
    pub fn entry(&mut self) -> Entry {
        let at = self.wild() as i64;
        match self.below(12) {
            0 => Entry::SessionStart { at, words: self.words(40), present: self.words(3) },
            1 => Entry::TrialStart { trial: self.index(), at },
            2 if self.flip() => Entry::Times { draw: self.index(), times: vec![self.wild(), self.wild()] },
            2 => Entry::Draw { draw: self.index(), word: self.wild(), given: self.flip(), outside: self.flip() },
            3 => Entry::Given { column: self.index(), word: self.wild(), outside: self.flip() },
            4 => Entry::State { state: self.index(), at },
            5 => Entry::Decision { rule: self.index(), at },
            6 => Entry::Output { output: self.index(), at, arguments: self.words(4) },
            7 => Entry::Release { output: self.index(), at },
            8 => {
                let outcome = if self.flip() { Some(self.index()) } else { None };
                Entry::Row { trial: self.index(), at, outcome, words: self.words(40), present: self.words(3) }
            }
            9 => {
                let changes = (0..self.below(5)).map(|_| (self.index(), self.wild())).collect();
                Entry::Subject { changes }
            }
            10 => Entry::Fault { at, what: self.text() },
            _ => Entry::Input { line: self.index(), at, value: self.wild() as i64 },
        }
    }

    /// The session's end.
    pub fn end(&mut self) -> Entry {
        Entry::SessionEnd {
            at: self.wild() as i64,
            reason: self.text(),
            subject: self.words(50),
            words: self.words(40),
            present: self.words(3),
        }
    }
}
