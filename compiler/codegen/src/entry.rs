//! The border to compiled code, and the only unsafe code: who owns the executable pages, how
//! routines are called, and how they call the host.
#![allow(unsafe_code)] // this is the file; each block says why it holds

use crate::CompileFault;
use crate::assembly::{Assembly, Callee, refused};
use crate::beside::{Beside, Heard};
use crate::routine::{Routine, inputs, states};
use cranelift_jit::JITModule;
use std::any::Any;
use std::mem::{ManuallyDrop, transmute};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use trialect_ir::{Clock, ColumnId, DrawId, Fit, Host, InputId, Phase, RuleId, SiteId, StateId, Statistic, header};

/// Position of the word that holds the state.
const STATE: usize = header::STATE.0 as usize;

/// Executable pages, given back when dropped.
pub(crate) struct Pages(ManuallyDrop<JITModule>);

impl Pages {
    pub(crate) fn new(module: JITModule) -> Pages {
        Pages(ManuallyDrop::new(module))
    }
    /// The module that writes the pages.
    pub(crate) fn module(&mut self) -> &mut JITModule {
        &mut self.0
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: taken here only, and `self.0` is not used again.
        let module = unsafe { ManuallyDrop::take(&mut self.0) };
        // SAFETY: pointers into the pages are held by `Executable` only, which owns these `Pages` and
        // calls none after it is dropped; none is being called, because a call borrows it.
        unsafe { module.free_memory() }
    }
}

/// Tables of the program that thunks read.
pub(crate) struct Tables {
    statistics: Box<[Statistic]>,
    fits: Box<[Fit]>,
}

/// What thunks need; lives on the stack of a call into compiled code.
///
/// Memory is a raw pointer, because compiled code and the host write it in turns.
pub(crate) struct Context<'a> {
    memory: *mut u64,
    words: usize,
    host: &'a mut dyn Host,
    tables: &'a Tables,
    /// What machines beside the trial's have to hear; none without them.
    heard: Option<&'a mut Heard>,
    panic: Option<Box<dyn Any + Send>>,
}

impl Context<'_> {
    /// Calls the host with the memory. A panic is kept until compiled code has returned, for it must
    /// not unwind through compiled code; after it the host is not called again.
    #[inline]
    fn with<R: Default>(&mut self, call: impl FnOnce(&mut dyn Host, &Tables, &mut [u64]) -> R) -> R {
        // SAFETY: `memory` and `words` are those of the slice that `Executable::enter` borrows for the
        // whole call. Compiled code waits for this thunk to return, so nobody else uses the slice now.
        let memory = unsafe { std::slice::from_raw_parts_mut(self.memory, self.words) };
        let called = catch_unwind(AssertUnwindSafe(|| call(self.host, self.tables, memory)));
        called.unwrap_or_else(|panic| {
            self.panicked(panic);
            R::default()
        })
    }

    /// Out of the way of calls that return.
    #[cold]
    #[inline(never)]
    fn panicked(&mut self, panic: Box<dyn Any + Send>) {
        self.panic = Some(panic);
        // Of no size: nothing is allocated, nothing leaks.
        self.host = Box::leak(Box::new(Deaf));
    }
}

/// Takes the place of a host that has panicked.
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

pub(crate) extern "C" fn draw(context: &mut Context<'_>, draw: u64) -> u64 {
    context.with(|host, _, memory| host.draw(DrawId(draw as u32), memory))
}

pub(crate) extern "C" fn defined(context: &mut Context<'_>, column: u64) {
    context.with(|host, _, memory| host.defined(ColumnId(column as u32), memory));
}

pub(crate) extern "C" fn output(context: &mut Context<'_>, site: u64) {
    context.with(|host, _, memory| host.output(SiteId(site as u32), memory));
}

pub(crate) extern "C" fn release(context: &mut Context<'_>, site: u64) {
    context.with(|host, _, memory| host.release(SiteId(site as u32), memory));
}

pub(crate) extern "C" fn left(context: &mut Context<'_>, state: u64) {
    if let Some(heard) = &mut context.heard {
        heard.moved(StateId(state as u32), false);
    }
    context.with(|host, _, memory| host.left(StateId(state as u32), memory));
}

pub(crate) extern "C" fn entered(context: &mut Context<'_>, state: u64) {
    if let Some(heard) = &mut context.heard {
        heard.moved(StateId(state as u32), true);
    }
    context.with(|host, _, memory| host.entered(StateId(state as u32), memory));
}

pub(crate) extern "C" fn decided(context: &mut Context<'_>, rule: u64) {
    if let Some(heard) = &mut context.heard {
        heard.fired = true;
    }
    context.with(|host, _, memory| host.decided(RuleId(rule as u32), memory));
}

pub(crate) extern "C" fn push(context: &mut Context<'_>, statistic: u64, key: u64, sample: u64) {
    context.with(|_, tables, memory| tables.statistics[statistic as usize].push(memory, key as i64, sample));
}

pub(crate) extern "C" fn fit(context: &mut Context<'_>, fit: u64, first: u64) {
    context.with(|_, tables, memory| tables.fits[fit as usize].make(&tables.statistics, memory, first as i64));
}

/// Signatures of routines, as [`Routine::parameters`] and [`Routine::returns`] have them.
pub(crate) type Plain = unsafe extern "C" fn(*mut u64, &mut Context<'_>);
pub(crate) type Timed = unsafe extern "C" fn(*mut u64, &mut Context<'_>, at: i64);
pub(crate) type Event = unsafe extern "C" fn(*mut u64, value: i64, at: i64) -> Option<Plain>;

/// Linked code with the memory it works on.
pub(crate) struct Executable {
    /// The routine of each input (rows) in each state and between trials (columns): one flat table.
    events: Box<[Event]>,
    columns: usize,
    timers: Timed,
    begin: Timed,
    interrupt: Timed,
    /// How machines beside the trial's take part; none without them.
    beside: Option<Box<Beside>>,
    phases: [Plain; Phase::ALL.len()],
    /// Of fixed length: the length that the program's slots were verified against.
    memory: Box<[u64]>,
    tables: Tables,
    /// Dropped with the pointers above.
    _pages: Pages,
}

impl Executable {
    /// Makes an assembly executable.
    pub(crate) fn link(assembly: Assembly<'_>) -> Result<Executable, CompileFault> {
        let Assembly { program, mut pages, callees, .. } = assembly;
        pages.module().finalize_definitions().map_err(|error| refused("the program", &error))?;
        let module = pages.module();
        let address = |routine| module.get_finalized_function(callees[&Callee::Routine(routine)]);
        // SAFETY: the addresses are those of routines that `Assembly` has compiled in the platform's C
        // convention with as many 64-bit parameters and results as `Routine::parameters` and
        // `Routine::returns` say, which are those of the three types; a reference is passed as a
        // pointer, no function as 0. They live as long as `pages`.
        let plain = |routine| unsafe { transmute::<*const u8, Plain>(address(routine)) };
        // SAFETY: as above.
        let timed = |routine| unsafe { transmute::<*const u8, Timed>(address(routine)) };
        // SAFETY: as above.
        let event = |routine| unsafe { transmute::<*const u8, Event>(address(routine)) };
        let columns = || states(program).map(|(id, _)| Some(id)).chain([None]);
        // With machines beside the trial's the table is empty: an event is offered to one machine after the other.
        let alone = inputs(program).filter(|_| program.besides.is_empty());
        let cells = alone.flat_map(|input| columns().map(move |state| (state, input)));
        let beside = (!program.besides.is_empty()).then(|| Box::new(Beside::of(program, &plain, &timed, &event)));
        Ok(Executable {
            events: cells.map(|(state, input)| event(Routine::of_event(program, state, input))).collect(),
            columns: columns().count(),
            timers: timed(Routine::Timers(None)),
            begin: timed(Routine::Begin),
            interrupt: timed(Routine::Quit(None)),
            beside,
            phases: std::array::from_fn(|phase| plain(Routine::Phase(phase))),
            memory: program.initial.clone().into(),
            tables: Tables { statistics: program.statistics.clone().into(), fits: program.fits.clone().into() },
            _pages: pages,
        })
    }

    pub(crate) fn memory(&self) -> &[u64] {
        &self.memory
    }
    pub(crate) fn memory_mut(&mut self) -> &mut [u64] {
        &mut self.memory
    }

    pub(crate) fn run(&mut self, phase: Phase, host: &mut dyn Host) {
        self.plain(self.phases[phase as usize], host);
    }

    pub(crate) fn begin(&mut self, at: i64, host: &mut dyn Host) {
        self.besides_begin(at, host);
        self.timed(self.begin, at, host);
        self.finish(at, host);
    }

    pub(crate) fn timers(&mut self, at: i64, host: &mut dyn Host) {
        self.besides_timers(at, host);
        self.timed(self.timers, at, host);
        self.finish(at, host);
    }

    pub(crate) fn interrupt(&mut self, at: i64, host: &mut dyn Host) {
        self.timed(self.interrupt, at, host);
        self.besides_quit(Clock::Trial, at, host);
    }

    /// How machines beside the trial's take part.
    pub(crate) fn beside(&mut self) -> Option<&mut Beside> {
        self.beside.as_deref_mut()
    }

    /// What an event changes before any clause is looked at.
    pub(crate) fn update(&mut self, routine: Event, value: i64, at: i64) {
        // SAFETY: `routine` is one of this executable, and the memory is its own.
        unsafe { routine(self.memory.as_mut_ptr(), value, at) };
    }

    /// One jump by input and state. An input that the program does not have is outside the table.
    #[inline]
    pub(crate) fn event(&mut self, input: InputId, value: i64, at: i64, host: &mut dyn Host) {
        let memory = self.memory.as_mut_ptr();
        // SAFETY: the memory of a verified program has a header.
        let state = unsafe { memory.add(STATE).read() } as usize;
        let cell = (input.0 as usize * self.columns).wrapping_add(state);
        let Some(event) = self.events.get(cell) else { return self.besides_event(input, value, at, host) };
        // SAFETY: the memory is this executable's own, and the routine works on nothing else.
        let next = unsafe { event(memory, value, at) };
        if let Some(routine) = next {
            self.plain(routine, host);
        }
    }

    /// Out of the way of samples that ask for nothing.
    #[cold]
    #[inline(never)]
    pub(crate) fn plain(&mut self, routine: Plain, host: &mut dyn Host) {
        // SAFETY: `routine` is one of this executable, and `enter` passes its own memory and a context for it.
        self.enter(host, |memory, context| unsafe { routine(memory, context) });
    }

    pub(crate) fn timed(&mut self, routine: Timed, at: i64, host: &mut dyn Host) {
        // SAFETY: `routine` is one of this executable, and `enter` passes its own memory and a context for it.
        self.enter(host, |memory, context| unsafe { routine(memory, context, at) });
    }

    fn enter(&mut self, host: &mut dyn Host, call: impl FnOnce(*mut u64, &mut Context<'_>)) {
        let words = self.memory.len();
        let memory = self.memory.as_mut_ptr();
        let heard = self.beside.as_mut().map(|beside| &mut beside.heard);
        let mut context = Context { memory, words, host, tables: &self.tables, heard, panic: None };
        call(memory, &mut context);
        if let Some(panic) = context.panic {
            resume_unwind(panic);
        }
    }
}
