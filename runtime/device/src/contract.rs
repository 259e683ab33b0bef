//! The contract of a [`Rig`] as a test that anyone can run on a backend of his own.

use crate::{Command, Ns, Rig, RigFault, Wiring};

/// Runs the contract on a rig that has been wired. `refused` is a command that the rig must refuse as out of range.
///
/// # Panics
/// With a message that names the clause of the contract that the rig breaks.
pub fn upholds_the_rig_contract(rig: &mut dyn Rig, wiring: &Wiring, refused: Command<'_>) {
    assert!(
        ["simulated", "recorded", "emulated", "real"].contains(&rig.kind()),
        "kind must be one of the four, not {}",
        rig.kind()
    );
    let answer = rig.command(0, refused);
    assert!(matches!(answer, Err(RigFault::OutOfRange { .. })), "must refuse rather than clamp, but said {answer:?}");
    let mut before: (Ns, u32) = (0, 0);
    let mut until: Ns = 0;
    for _ in 0..200 {
        until += 10_000_000;
        while let Ok(Some(input)) = rig.next_input(until) {
            assert!((input.line as usize) < wiring.inputs.len(), "input of a line that was not wired: {input:?}");
            assert!(input.at <= until, "input after the time asked for: {input:?}");
            assert!((input.at, input.line) >= before, "inputs out of order: {input:?} after {before:?}");
            before = (input.at, input.line);
        }
    }
    rig.make_safe(until);
    rig.make_safe(until);
}
