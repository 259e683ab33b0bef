//! A matrix that was loaded, with what each state does on each code.

use crate::wire::{EventCodes, Matrix, Target};

/// A loaded matrix.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) matrix: Matrix,
    pub(super) codes: EventCodes,
    /// For each state and code where it goes; the state itself is nowhere.
    next: Vec<[Option<Target>; 256]>,
}

impl Program {
    pub(super) fn new(matrix: Matrix, codes: EventCodes) -> Program {
        let mut next = vec![[None; 256]; matrix.states.len()];
        for (index, (row, state)) in next.iter_mut().zip(&matrix.states).enumerate() {
            let elsewhere = |target: Target| Some(target).filter(|target| *target != Target::State(index as u8));
            for (event, target) in &state.transitions {
                if let Some(code) = codes.code(*event) {
                    row[usize::from(code)] = elsewhere(*target);
                }
            }
            if let (Some(code), Some(target)) = (codes.code(crate::wire::Event::StateTimer), state.timed_out) {
                row[usize::from(code)] = elsewhere(target);
            }
        }
        Program { matrix, codes, next }
    }

    /// Where a state goes on a code.
    pub(super) fn next(&self, state: u8, code: u8) -> Option<Target> {
        self.next.get(usize::from(state)).and_then(|row| row[usize::from(code)])
    }
}
