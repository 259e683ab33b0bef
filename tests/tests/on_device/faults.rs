//! What goes wrong while a board runs its trials.

use crate::bench::compiled;
use crate::played::{Heard, on_board, simulated};
use trialect_bpod::emulator::{Fault, FaultKind};
use trialect_bpod::wire::Model;

/// A false end in mid-trial, a pulled cable, garbage: the session ends with what happened, and keeps the trials before.
#[test]
fn a_fault_ends_the_session_and_keeps_what_was() {
    let program = compiled("bpod/light2afc.trial");
    let heard = Heard::of(&program, &simulated(&program, 5));
    let cases = [
        (FaultKind::FalseEnd, "bpod-false-end"),
        (FaultKind::Unplug, "bpod-lost"),
        (FaultKind::Garbage(16), "bpod-unknown"),
    ];
    for (kind, code) in cases {
        let fault = Fault { kind, trial: 3, cycle: 500 };
        let (ended, entries, ran) = on_board(&program, Model::R2Firmware23, &heard, 5, &[fault]);
        let told = format!("{entries:?} {ended:?}");
        assert!(told.contains(code), "{kind:?} without {code}");
        assert_eq!(ran.len(), 2, "{kind:?}");
    }
}
