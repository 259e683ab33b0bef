//! Executable pages are given back. Alone in its binary, for it counts the process's own pages.
#![cfg(target_os = "linux")]

mod small;

use small::{FREE, Recorder, at_session_start, set};
use trialect_codegen::Jit;
use trialect_ir::{Expr, Machine, Phase, Slot};

/// Executable and writable-and-executable mappings that belong to no file.
fn executable_mappings() -> (usize, usize) {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("the kernel shows the mappings");
    let anonymous = || maps.lines().filter(|line| line.split_whitespace().count() == 5);
    (
        anonymous().filter(|line| line.contains(" r-xp ")).count(),
        anonymous().filter(|line| line.contains(" rwxp ")).count(),
    )
}

#[test]
fn pages_are_given_back_and_never_writable_and_executable() {
    let program = at_session_start(1, vec![set(Slot(FREE), Expr::Int(3))]);
    let before = executable_mappings();
    let mut kept = Jit::compile(&program).unwrap();
    let with_one = executable_mappings();
    assert!(with_one.0 > before.0);
    for _ in 0..200 {
        let mut machine = Jit::compile(&program).unwrap();
        machine.run(Phase::SessionStart, &mut Recorder::default());
        assert_eq!(machine.memory()[FREE as usize], 3);
    }
    assert_eq!(executable_mappings(), (with_one.0, 0));
    kept.run(Phase::SessionStart, &mut Recorder::default());
    drop(kept);
    assert_eq!(executable_mappings(), (before.0, 0));
}
