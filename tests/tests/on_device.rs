//! Trials that a board runs by itself: which protocols become matrices, and whole sessions on an emulated board.

#[path = "on_device/apparatus.rs"]
mod apparatus;
#[path = "on_device/bench.rs"]
mod bench;
#[path = "on_device/faults.rs"]
mod faults;
#[path = "on_device/played.rs"]
mod played;

use bench::{compiled, lowered, program_of};
use played::{Heard, on_board, simulated};
use std::fmt::Write;
use std::path::Path;
use trialect_bpod::wire::Model;

/// Sessions of a simulated animal, played to the board once more: the same inputs, draws and trials.
fn same_on_the_board(protocol: &str, model: Model, trials: u32) -> (f64, u64) {
    let program = compiled(protocol);
    let simulated = simulated(&program, trials);
    let (entries, ran) = on_board(&program, model, &Heard::of(&program, &simulated), trials, &[]);
    let entries = entries.expect("a session without a fault");
    played::compare(&program, &simulated, &entries, &ran)
}

#[test]
fn a_session_at_ports_is_the_same_on_the_board() {
    for model in Model::ALL {
        let trials = if model == Model::R2Firmware23 { 500 } else { 50 };
        same_on_the_board("bpod/light2afc.trial", model, trials);
    }
}

#[test]
fn a_session_at_the_wheel_is_the_same_on_the_board() {
    same_on_the_board("ibl/basic.trial", Model::R2Firmware23, 500);
    same_on_the_board("ibl/full.trial", Model::R2Firmware23, 500);
}

#[test]
fn protocols_become_matrices_or_say_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols");
    let mut table = String::new();
    for name in bench::protocols(&root) {
        let program = program_of(&root.join(&name));
        writeln!(table, "{name}: {}", lowered(&program)).expect("a string");
    }
    insta::assert_snapshot!(table);
}
