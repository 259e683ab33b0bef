//! One event: compiled code, the interpreter, and the same task written by hand in Rust.
//!
//! All three play the same recording: every call that a machine got in trials of the basic task with a
//! simulated mouse, 95 % of them samples of the wheel. Before anything is measured, each step of the
//! recording must leave the same words and tell the host the same on all three.
//!
//! Where code lies moves such times by a third. So there are several copies of the code by hand and of
//! the loops, and several compilations; they take turns, and the table shows the spread.

#[path = "event/hand.rs"]
mod hand;
#[path = "event/recording.rs"]
mod recording;
#[path = "../tests/differential/sessions.rs"]
mod sessions;

use hand::ByHand;
use recording::{Recording, Step, Trial};
use sessions::{Simulated, basic};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use trialect_codegen::Jit;
use trialect_interp::Interpreter;
use trialect_ir::{ColumnId, DrawId, Host, InputId, Machine, Program, RuleId, SiteId, StateId, header};
use trialect_journal::Entry;

/// Trials of the recording.
const TRIALS: usize = 100;
/// How often the copies take turns.
const ROUNDS: usize = 40;
/// Least time of one measurement.
const AT_LEAST: Duration = Duration::from_micros(1_500);

fn main() {
    let program = basic();
    let novice = Simulated::first(7);
    let trained = {
        let before = Simulated { experience: 6_000, ..Simulated::first(7) };
        let ending = before.run(&program, &mut compiled(&program), &mut Vec::<Entry>::new());
        before.after(ending)
    };
    for (name, mouse) in [("a trained mouse", trained), ("a mouse on its first day", novice)] {
        let recording = Recording::of(&program, &mouse, TRIALS);
        let entered = verify(&program, &recording);
        show_mix(name, &recording, entered);
        let mut contestants = contestants(&program, &recording);
        compete(&mut contestants, recording.steps().count());
        show(&contestants);
    }
}

/// Hears nothing and answers nothing.
struct Deaf;

impl Host for Deaf {
    fn draw(&mut self, _: DrawId, _: &mut [u64]) -> u64 {
        0
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, _: SiteId, _: &mut [u64]) {}
    fn release(&mut self, _: SiteId, _: &mut [u64]) {}
    fn left(&mut self, _: StateId, _: &mut [u64]) {}
    fn entered(&mut self, _: StateId, _: &mut [u64]) {}
    fn decided(&mut self, _: RuleId, _: &mut [u64]) {}
}

const ENTERED: u64 = 5;

/// Writes down what it hears, with the arguments of outputs.
struct Scribe<'a>(&'a Program, Vec<u64>);

impl Scribe<'_> {
    fn write(&mut self, kind: u64, id: u32, arguments: &[u64]) {
        self.1.push(kind << 32 | u64::from(id));
        self.1.extend(arguments);
    }
}

impl Host for Scribe<'_> {
    fn draw(&mut self, draw: DrawId, _: &mut [u64]) -> u64 {
        self.write(0, draw.0, &[]);
        0
    }
    fn defined(&mut self, column: ColumnId, _: &mut [u64]) {
        self.write(1, column.0, &[]);
    }
    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        let count = self.0.sites[site.0 as usize].parameters.len();
        self.write(2, site.0, &memory[header::SCRATCH.index()..][..count]);
    }
    fn release(&mut self, site: SiteId, _: &mut [u64]) {
        self.write(3, site.0, &[]);
    }
    fn left(&mut self, state: StateId, _: &mut [u64]) {
        self.write(4, state.0, &[]);
    }
    fn entered(&mut self, state: StateId, _: &mut [u64]) {
        self.write(ENTERED, state.0, &[]);
    }
    fn decided(&mut self, rule: RuleId, _: &mut [u64]) {
        self.write(6, rule.0, &[]);
    }
}

#[inline]
fn step<M: Machine + ?Sized>(machine: &mut M, step: Step, host: &mut dyn Host) {
    match step {
        Step::Event { input, value, at } => machine.event(input, value, at, host),
        Step::Timers { at } => machine.timers(at, host),
        Step::Begin { at } => machine.begin(at, host),
    }
}

/// All three do the same at each step of the recording. How often a state was entered.
fn verify(program: &Arc<Program>, recording: &Recording) -> u64 {
    let interpreter = Player::of_program(Interpreter::new(Arc::clone(program)), recording);
    let jit = Player::of_program(compiled(program), recording);
    let by_hand = Player::by_hand(ByHand::new::<0>(), recording);
    let mut players = [interpreter.boxed(), jit.boxed(), by_hand.boxed()];
    let mut scribes = [0; 3].map(|_| Scribe(program, Vec::new()));
    let mut entered = 0;
    players.iter_mut().for_each(Player::reset);
    for (number, trial) in (1..).zip(&recording.trials) {
        players.iter_mut().for_each(|player| player.prepare(trial));
        for &call in &trial.steps {
            for (player, scribe) in players.iter_mut().zip(&mut scribes) {
                scribe.1.clear();
                step(player.machine.as_mut(), call, scribe);
            }
            entered += scribes[0].1.iter().filter(|&&told| told >> 32 == ENTERED).count() as u64;
            for (player, scribe) in players.iter().zip(&scribes).skip(1) {
                let name = player.machine.name();
                assert_eq!(scribes[0].1, scribe.1, "trial {number}, {call:?}: {name} tells its host something else");
                let differs = |k: &usize| players[0].word(*k) != player.word(*k);
                let pair = (0..recording.pairs.len()).find(differs).map(|k| recording.pairs[k]);
                assert_eq!(pair, None, "trial {number}, {call:?}: {name} has another word");
            }
        }
    }
    entered
}

fn compiled(program: &Program) -> Jit {
    Jit::compile(program).expect("the program is valid")
}

/// A machine that plays the recording.
struct Player<M: ?Sized> {
    /// Where the recording's words are.
    slots: Vec<usize>,
    /// Words that playing changes, as they are before the first trial.
    start: Vec<(usize, u64)>,
    machine: Box<M>,
}

impl<M: Machine + 'static> Player<M> {
    fn of_program(machine: M, recording: &Recording) -> Player<M> {
        let slots = recording.pairs.iter().map(|(slot, _)| slot.index()).collect();
        Player::new(machine, slots, &recording.memory, recording)
    }

    fn by_hand(machine: M, recording: &Recording) -> Player<M> {
        let mut memory = machine.memory().to_vec();
        for &(slot, own) in &recording.pairs {
            memory[own] = recording.memory[slot.index()];
        }
        let slots = recording.pairs.iter().map(|(_, own)| *own).collect();
        Player::new(machine, slots, &memory, recording)
    }

    fn new(machine: M, slots: Vec<usize>, memory: &[u64], recording: &Recording) -> Player<M> {
        let mut player = Player { slots, start: Vec::new(), machine: Box::new(machine) };
        player.machine.memory_mut().copy_from_slice(memory);
        player.play::<0>(recording);
        let words = memory.iter().zip(player.machine.memory()).enumerate();
        player.start =
            words.filter(|(_, (before, after))| before != after).map(|(slot, (word, _))| (slot, *word)).collect();
        player
    }

    fn boxed(self) -> Player<dyn Machine> {
        Player { slots: self.slots, start: self.start, machine: self.machine }
    }
}

impl<M: Machine + ?Sized> Player<M> {
    fn word(&self, k: usize) -> u64 {
        self.machine.memory()[self.slots[k]]
    }

    /// Memory as it is before the first trial.
    fn reset(&mut self) {
        let memory = self.machine.memory_mut();
        for &(slot, word) in &self.start {
            memory[slot] = word;
        }
    }

    #[inline]
    fn prepare(&mut self, trial: &Trial) {
        let memory = self.machine.memory_mut();
        for &(k, word) in &trial.set {
            memory[self.slots[k]] = word;
        }
    }

    /// Plays the recording; one of many copies of the same loop, each in a place of its own.
    #[inline(never)]
    fn play<const COPY: u32>(&mut self, recording: &Recording) {
        black_box(COPY);
        self.reset();
        for trial in &recording.trials {
            self.prepare(trial);
            for &call in &trial.steps {
                step(self.machine.as_mut(), black_box(call), &mut Deaf);
            }
        }
    }
}

/// What takes turns: for each copy, something that plays the recording once.
struct Contestant<'a> {
    name: &'static str,
    copies: Vec<Box<dyn FnMut() + 'a>>,
    /// For each copy its times, ns a call.
    times: Vec<Vec<f64>>,
}

/// The copies of a player and of the loop that drives it.
macro_rules! copies {
    ($recording:expr, $copy:ident => $player:expr) => {
        copies!($recording, $copy => $player; 0 1 2 3 4 5 6 7)
    };
    ($recording:expr, $copy:ident => $player:expr; $($number:literal)*) => {
        vec![$({
            const $copy: u32 = $number;
            let mut player = $player;
            Box::new(move || player.play::<$copy>($recording)) as Box<dyn FnMut()>
        }),*]
    };
}

fn contestants<'a>(program: &'a Arc<Program>, recording: &'a Recording) -> Vec<Contestant<'a>> {
    let contestant = |name, copies: Vec<Box<dyn FnMut() + 'a>>| {
        let times = copies.iter().map(|_| Vec::new()).collect();
        Contestant { name, copies, times }
    };
    let jit = || Player::of_program(compiled(program), recording);
    let interpreter = || Player::of_program(Interpreter::new(Arc::clone(program)), recording);
    vec![
        contestant("by hand", copies!(recording, COPY => Player::by_hand(ByHand::new::<COPY>(), recording))),
        contestant("jit", copies!(recording, COPY => jit())),
        contestant("interpreter", copies!(recording, COPY => interpreter())),
        contestant(
            "by hand, dyn Machine",
            copies!(recording, COPY => Player::by_hand(ByHand::new::<COPY>(), recording).boxed()),
        ),
        contestant("jit, dyn Machine", copies!(recording, COPY => jit().boxed())),
    ]
}

/// Everybody takes turns, so that what disturbs the computer disturbs all alike.
#[allow(clippy::disallowed_methods)] // to measure is to read the clock
fn compete(contestants: &mut [Contestant<'_>], calls: usize) {
    for round in 0..=ROUNDS {
        for contestant in contestants.iter_mut() {
            for (play, times) in contestant.copies.iter_mut().zip(&mut contestant.times) {
                let mut plays = 0;
                let start = Instant::now();
                while start.elapsed() < AT_LEAST {
                    play();
                    plays += 1;
                }
                let nanoseconds = start.elapsed().as_nanos() as f64 / (calls * plays) as f64;
                // The first round warms up.
                if round > 0 {
                    times.push(nanoseconds);
                }
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median, least and greatest.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    (median(values.to_vec()), least, values.iter().copied().fold(0.0, f64::max))
}

#[allow(clippy::print_stdout)] // the table is what a benchmark is for
fn show(contestants: &[Contestant<'_>]) {
    let medians = |contestant: &Contestant<'_>| contestant.times.iter().cloned().map(median).collect::<Vec<f64>>();
    println!("{:22} {:>8} {:>16}    {:>8} {:>16}", "", "ns", "over copies", "ratio", "over copies");
    for contestant in contestants {
        let times = medians(contestant);
        let rival = if contestant.name.ends_with("dyn Machine") { &contestants[3] } else { &contestants[0] };
        let against = medians(rival);
        let ratios: Vec<f64> = times.iter().flat_map(|time| against.iter().map(move |other| time / other)).collect();
        let ((time, fast, slow), (ratio, least, most)) = (spread(&times), spread(&ratios));
        println!("{:22} {time:8.2} {fast:7.2} ..{slow:7.2}    {ratio:8.2} {least:7.2} ..{most:7.2}", contestant.name);
    }
}

#[allow(clippy::print_stdout)] // the table is what a benchmark is for
fn show_mix(name: &str, recording: &Recording, entered: u64) {
    let count = |wanted: &dyn Fn(Step) -> bool| recording.steps().filter(|&step| wanted(step)).count();
    let calls = recording.steps().count();
    let events = count(&|step| matches!(step, Step::Event { .. }));
    let samples = count(&|step| matches!(step, Step::Event { input: InputId(0), .. }));
    println!(
        "\n{name}: {} trials, {calls} calls: {events} events, of which {:.1} % samples of the wheel; {} times for timers; states are entered {entered} times",
        recording.trials.len(),
        100.0 * samples as f64 / events as f64,
        count(&|step| matches!(step, Step::Timers { .. }))
    );
}
