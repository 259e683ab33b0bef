//! Whole sessions of a simulated mouse in the basic task: simulation, session, machine and record together.

#[path = "../tests/differential/sessions.rs"]
mod sessions;

use divan::Bencher;
use divan::counter::ItemsCount;
use sessions::{Kind, Simulated, basic, machine};
use std::path::Path;
use std::sync::Arc;
use trialect_ir::{Machine, Program};
use trialect_journal::{Entry, Writer};
use trialect_session::{JournalRecorder, Recorder, SessionFault};

#[allow(clippy::print_stdout)] // sizes belong to the times
fn main() {
    let program = basic();
    for (name, mouse) in [("a mouse on its first day", novice()), ("a trained mouse", trained(&program))] {
        let (mut entries, folder) = (Vec::<Entry>::new(), folder());
        let trials = mouse.run(&program, machine(Kind::Jit, &program).as_mut(), &mut entries).trials;
        journalled(&mouse, &program, machine(Kind::Jit, &program).as_mut(), folder.path());
        let bytes = std::fs::metadata(folder.path().join(trialect_journal::FILE)).expect("a journal").len();
        let inputs = entries.iter().filter(|entry| matches!(entry, Entry::Input { .. })).count();
        println!(
            "{name}: {trials} trials, {:.1} inputs and {:.1} entries a trial, {:.0} bytes of journal a trial",
            each(inputs, trials),
            each(entries.len(), trials),
            each(bytes as usize, trials)
        );
    }
    divan::main();
}

fn each(sum: usize, trials: u32) -> f64 {
    sum as f64 / f64::from(trials)
}

/// On its first day.
fn novice() -> Simulated {
    Simulated::first(7)
}

/// Knows the task well; the wheel has the gain of later sessions.
fn trained(program: &Arc<Program>) -> Simulated {
    let before = Simulated { experience: 6_000, ..Simulated::first(7) };
    let ending = before.run(program, machine(Kind::Jit, program).as_mut(), &mut Forgetting);
    before.after(ending)
}

/// Keeps nothing.
struct Forgetting;

impl Recorder for Forgetting {
    fn push(&mut self, _entry: Entry) -> Result<(), SessionFault> {
        Ok(())
    }
    fn commit(&mut self, _sync: bool) -> Result<(), SessionFault> {
        Ok(())
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A session whose record goes to a journal in a folder. Its header counts as part of it and is of usual size.
fn journalled(mouse: &Simulated, program: &Program, machine: &mut dyn Machine, folder: &Path) -> u32 {
    let path = folder.join(trialect_journal::FILE);
    let header = serde_json::to_vec(&(&program.columns, &program.name)).expect("a header");
    let writer = Writer::create(&path, &header).expect("a new journal");
    mouse.run(program, machine, &mut JournalRecorder(writer)).trials
}

const KINDS: [Kind; 2] = [Kind::Jit, Kind::Interpreter];

#[divan::bench(args = KINDS, sample_count = 20, sample_size = 1)]
fn without_record(bencher: Bencher<'_, '_>, kind: Kind) {
    let program = basic();
    let (mouse, trials) = counted(&program);
    let bencher = bencher.counter(ItemsCount::new(trials)).with_inputs(|| machine(kind, &program));
    bencher.bench_refs(|machine| mouse.run(&program, machine.as_mut(), &mut Forgetting));
}

#[divan::bench(args = KINDS, sample_count = 20, sample_size = 1)]
fn with_journal(bencher: Bencher<'_, '_>, kind: Kind) {
    let program = basic();
    let (mouse, trials) = counted(&program);
    let bencher = bencher.counter(ItemsCount::new(trials)).with_inputs(|| (machine(kind, &program), folder()));
    bencher.bench_refs(|(machine, folder)| journalled(&mouse, &program, machine.as_mut(), folder.path()));
}

/// A trained mouse, and how many trials its session has.
fn counted(program: &Arc<Program>) -> (Simulated, u32) {
    let mouse = trained(program);
    let trials = mouse.run(program, machine(Kind::Jit, program).as_mut(), &mut Forgetting).trials;
    (mouse, trials)
}
