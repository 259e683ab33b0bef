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
    let (ended, entries, ran) = on_board(&program, model, &Heard::of(&program, &simulated), trials, &[]);
    ended.expect("a session without a fault");
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

/// Others that need only what a board has, with inputs of all kinds.
#[test]
fn sessions_of_other_protocols_are_the_same_on_the_board() {
    let names = [
        "aind/foraging",
        "decisions/bandit",
        "ibl/detection",
        "ibl/habituation",
        "ibl/rig_2019/basic",
        "inhibition/stop_signal",
        "psychophysics/orientation",
        "psychophysics/random_dots",
        "pycontrol/reversal",
    ];
    for name in names {
        same_on_the_board(&format!("{name}.trial"), Model::R2Firmware23, 20);
    }
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

/// A trial that reads a time, another that reads where the wheel is, a lamp too many, and what a matrix cannot do: each
/// with its line.
#[test]
fn what_a_board_cannot_do_is_told_with_its_place() {
    let text = include_str!("on_device/impossible.trial");
    let analysed = trialect_driver::analyse("impossible.trial", text, &trialect_driver::Library::Embedded, None);
    let program = analysed.compiled.program.clone().unwrap_or_else(|| panic!("{:#?}", analysed.compiled.findings));
    let (board, bindings) = (bench::board(Model::R2Firmware23), bench::bindings(&program, Model::R2Firmware23));
    let target = trialect_device_targets::Target::new(std::sync::Arc::clone(&program), board, bindings);
    let refusals = target.lower(&program.initial).expect_err("it cannot run there");
    let mut told = text.to_string() + "---\n";
    for refusal in refusals {
        let span = match refusal.place {
            trialect_device_targets::Place::State(state) => analysed.place_of_state(state),
            trialect_device_targets::Place::Device(device) => analysed.place_of_device(device),
            trialect_device_targets::Place::Protocol => None,
        };
        let finding = refusal.finding(span.expect("a place"));
        let span = finding.labels[0].span;
        let line = text[..span.start as usize].lines().count().max(1);
        let words = analysed.compiled.sources.text(span);
        writeln!(told, "line {line}, `{words}`: {} [{}]", finding.message, finding.code).expect("a string");
    }
    insta::assert_snapshot!(told);
}
