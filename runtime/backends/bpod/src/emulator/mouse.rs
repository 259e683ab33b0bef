//! An animal at the ports of an emulated board, so that whole sessions can be run without hardware.

use crate::wire::{Channel, Hardware};

/// A port as the animal meets it.
#[derive(Debug, Clone, Copy)]
struct Hole {
    beam: u8,
    lamp: Option<u8>,
    valve: Option<u8>,
}

/// A mouse that pokes: mostly into ports that are lit, else into any. It stays while a valve gives, leaves soon after a lamp
/// has come on elsewhere, and does nothing between trials.
#[derive(Debug, Clone)]
pub struct Mouse {
    random: u64,
    holes: Vec<Hole>,
    inside: Option<usize>,
    /// When it moves next, in microseconds of the board; none before the first trial.
    moves: Option<u64>,
    was_lit: bool,
}

/// Of ten pokes while a port is lit so many go into one that is.
const INTO_LIT: u64 = 9;
/// Shortest and longest times in ms: from poke to poke when a port is lit, when none is, within a port, from a new light to
/// leaving, and on after the last drop.
const TO_LIT: (u64, u64) = (120, 400);
const WANDERS: (u64, u64) = (200, 700);
const STAYS: (u64, u64) = (250, 600);
const STARTLES: (u64, u64) = (40, 150);
const DRINKS: (u64, u64) = (100, 400);

impl Mouse {
    /// The same seed is the same mouse.
    #[must_use]
    pub fn new(seed: u64, hardware: &Hardware) -> Mouse {
        let beams = (1..).map_while(|number| Some((number, hardware.input(Channel::Port, number)?)));
        let hole = |(number, beam)| Hole {
            beam,
            lamp: hardware.output(Channel::Port, number),
            valve: hardware.output(Channel::Valve, number),
        };
        Mouse { random: seed, holes: beams.map(hole).collect(), inside: None, moves: None, was_lit: false }
    }

    /// Splitmix64 (Steele, Lea & Flood 2014).
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn within(&mut self, (least, most): (u64, u64)) -> u64 {
        1000 * (least + self.next() % (most - least + 1))
    }

    /// When it moves next.
    pub(super) fn due(&self) -> Option<u64> {
        self.moves
    }

    /// A moment of a trial, with the values of all outputs: what becomes of which beam, if it moves.
    pub(super) fn live(&mut self, now: u64, outputs: &[u16]) -> Option<(u8, bool)> {
        let shines = |channel: Option<u8>| channel.is_some_and(|channel| outputs[usize::from(channel)] != 0);
        let lit: Vec<usize> = (0..self.holes.len()).filter(|hole| shines(self.holes[*hole].lamp)).collect();
        let mut moves = match self.moves {
            Some(moves) => moves,
            None => now + self.within(WANDERS),
        };
        if let Some(inside) = self.inside {
            if shines(self.holes[inside].valve) {
                moves = moves.max(now + self.within(DRINKS));
            } else if !lit.is_empty() && !self.was_lit && !lit.contains(&inside) {
                moves = moves.min(now + self.within(STARTLES));
            }
        }
        self.was_lit = !lit.is_empty();
        self.moves = Some(moves);
        if now < moves {
            return None;
        }
        if let Some(inside) = self.inside.take() {
            let pause = self.within(if lit.is_empty() { WANDERS } else { TO_LIT });
            self.moves = Some(now + pause);
            return Some((self.holes[inside].beam, false));
        }
        let into_lit = !lit.is_empty() && self.next() % 10 < INTO_LIT;
        let among = if into_lit { lit } else { (0..self.holes.len()).collect() };
        let chosen = *among.get((self.next() % among.len().max(1) as u64) as usize)?;
        self.inside = Some(chosen);
        self.moves = Some(now + self.within(STAYS));
        Some((self.holes[chosen].beam, true))
    }
}
