#![allow(dead_code, clippy::all)]
#[path = "../benches/event.rs"]
mod event;
#[test]
#[ignore]
fn tune() {
    event::tune();
}
#[test]
#[ignore]
fn dump() {
    event::dump();
}
