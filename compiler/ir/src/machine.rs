//! What executes a program, and what a running program may ask of the world.

use crate::{ColumnId, DrawId, InputId, Phase, RuleId, SiteId, StateId};

/// What a running program may ask of the world. Nothing else reaches outside.
///
/// Arguments stand in the scratch words of `memory` (see [`crate::header::SCRATCH`]).
pub trait Host {
    /// The value of a draw. The parameters are in the scratch words, as [`crate::Distribution`] lists them.
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64;
    /// A definition was computed; the host may write a given value over it.
    fn defined(&mut self, column: ColumnId, memory: &mut [u64]);
    /// A command; its arguments are in the scratch words.
    fn output(&mut self, site: SiteId, memory: &mut [u64]);
    /// An output that was held ends.
    fn release(&mut self, site: SiteId, memory: &mut [u64]);
    /// A state is being left, before its `leave` code.
    fn left(&mut self, state: StateId, memory: &mut [u64]);
    /// A state is being entered, before its `entry` code.
    fn entered(&mut self, state: StateId, memory: &mut [u64]);
    /// A rule fired, before its actions.
    fn decided(&mut self, rule: RuleId, memory: &mut [u64]);
}

/// One way to execute a program.
///
/// Every call returns after a number of steps that the program bounds; none allocates, locks or panics.
/// What happens in an instant:
///
/// - `event`: NOW is set and the input updated. Then the current state's clauses are taken in text order:
///   one whose trigger matches and whose guard holds fires. Firing tells the host (`decided`, when the clause has a rule), runs the actions
///   and then, with a target, leaves and enters or ends; clauses after it are not looked at.
///   Without a target the next clause is looked at. If no clause went anywhere, conditions are settled.
/// - `timers`: the same with the timer clauses whose deadline is at or before `at`; a timer that has come is
///   disarmed before its guard is looked at.
/// - Leaving a state: exit stamp, time spent, host `left`, `leave` code. Entering: STATE, entry stamp, visits + 1,
///   host `entered`, `entry` code, conditions settled. Ending: leaving, then OUTCOME, STATE idle, timers disarmed.
/// - Machines beside the trial's: what happens is offered to each that runs, in the order of [`crate::Program::besides`],
///   and to the trial's last. When the trial ends, those of the trial are left. Then what states were entered and left is
///   offered, in the order in which it happened, each to all machines in this order; while a clause fires, conditions with
///   a target are tested again, in this order, until none holds.
/// - Settling: the state's `Condition` clauses in text order; the first that holds and has a target goes there.
///   A program's conditions form no cycle ([`crate::verify`]), so settling ends.
pub trait Machine {
    /// `interpreter` or `jit`.
    fn name(&self) -> &'static str;
    /// The memory image.
    fn memory(&self) -> &[u64];
    /// The memory image, to be written between calls only.
    fn memory_mut(&mut self) -> &mut [u64];
    /// Runs the code of a phase.
    fn run(&mut self, phase: Phase, host: &mut dyn Host);
    /// Starts the session's machines, each in its first state: NOW is `at`.
    fn start(&mut self, at: i64, host: &mut dyn Host);
    /// Stops the session's machines: their states are left.
    fn stop(&mut self, at: i64, host: &mut dyn Host);
    /// Tests conditions again, because rules between trials have set something. Only of a program with machines beside.
    fn settle(&mut self, at: i64, host: &mut dyn Host);
    /// Starts a trial: NOW is `at`; its machines beside are started, then the first state is entered.
    fn begin(&mut self, at: i64, host: &mut dyn Host);
    /// Delivers one event of an input.
    fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host);
    /// Lets the timers that are due at `at` fire.
    fn timers(&mut self, at: i64, host: &mut dyn Host);
    /// Breaks a trial off: its current states are left, no outcome, STATE idle, timers disarmed.
    fn interrupt(&mut self, at: i64, host: &mut dyn Host);
}
