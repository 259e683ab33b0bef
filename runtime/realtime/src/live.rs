//! The rig on real time.

use crate::clock::{Clock, MOST};
use crate::inbox::Inbox;
use std::sync::atomic::{AtomicBool, Ordering};
use trialect_device::{Backend, BackendReport, Command, Input, Ns, Rig, RigFault, Wiring};

/// Name of this rig in faults.
const RIG: &str = "rig";
/// How often it looks whether it is to stop at once.
const LOOK: Ns = 20_000_000;
/// Most inputs that wait to be reported.
const INBOX: usize = 4096;
/// Most late inputs that are listed one by one; all are counted.
const LISTED: usize = 1000;

/// An input that was heard of when the session's time had passed it already. It was reported as of `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// Index into [`Wiring::inputs`].
    pub line: u32,
    /// When it was reported.
    pub at: Ns,
    /// How much earlier it had happened, ns.
    pub by: Ns,
}

/// How a session on real time fared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timing {
    /// Inputs that were reported.
    pub inputs: u64,
    /// Those that came late.
    pub late: u64,
    /// The first of them, one by one.
    pub first_late: Vec<Late>,
    /// The greatest lateness, ns.
    pub latest_by: Ns,
    /// By how much a deadline of the session was noticed too late at most, ns.
    pub overslept: Ns,
    /// Of each backend.
    pub backends: Vec<BackendReport>,
}

/// Several backends behind one clock.
///
/// Inputs are reported as of the time at which the hardware noticed them. One that is heard of when the session's time
/// has passed it is reported as of that time, never dropped, and counted ([`Timing::late`]).
pub struct LiveRig<'a> {
    clock: Box<dyn Clock + 'a>,
    backends: Vec<Box<dyn Backend + 'a>>,
    /// For each backend the names of its devices in the protocol.
    names: Vec<Vec<String>>,
    /// The backend of each device of the protocol.
    owners: Vec<usize>,
    /// The device of each stimulus.
    stimuli: Vec<u32>,
    inbox: Inbox,
    /// The session's time: nothing earlier is reported any more.
    passed: Ns,
    has_begun: bool,
    is_safe: bool,
    at_once: &'a AtomicBool,
    between: &'a dyn Fn(Ns),
    timing: Timing,
}

impl std::fmt::Debug for LiveRig<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveRig").field("names", &self.names).field("passed", &self.passed).finish_non_exhaustive()
    }
}

impl<'a> LiveRig<'a> {
    /// A rig of these backends, each with the names of the protocol's devices that it plays.
    ///
    /// `at_once` ends the session in mid-trial. `between` is called about fifty times a second while nothing happens,
    /// with the session's time: for a display, and for what people type.
    pub fn new(
        clock: Box<dyn Clock + 'a>,
        backends: Vec<(Box<dyn Backend + 'a>, Vec<String>)>,
        at_once: &'a AtomicBool,
        between: &'a dyn Fn(Ns),
    ) -> LiveRig<'a> {
        let (backends, names) = backends.into_iter().unzip();
        LiveRig {
            clock,
            backends,
            names,
            owners: Vec::new(),
            stimuli: Vec::new(),
            inbox: Inbox::new(INBOX),
            passed: 0,
            has_begun: false,
            is_safe: false,
            at_once,
            between,
            timing: Timing::default(),
        }
    }

    /// Whether a device can carry out a verb: asked of all verbs of a protocol, after it was wired.
    ///
    /// # Errors
    /// When it cannot, or could not end by itself what can harm.
    pub fn can(&self, device: u32, verb: &str) -> Result<(), RigFault> {
        let owner = self.owners.get(device as usize).and_then(|owner| self.backends.get(*owner));
        owner.map_or_else(|| Err(gone(format!("device number {device} was never wired"))), |one| one.can(device, verb))
    }

    /// How it fared so far.
    #[must_use]
    pub fn timing(&self) -> Timing {
        let backends = self.backends.iter().map(|backend| backend.report()).collect();
        Timing { backends, ..self.timing.clone() }
    }

    fn owner(&mut self, device: u32) -> Result<&mut Box<dyn Backend + 'a>, RigFault> {
        let missing = || gone(format!("device number {device} was never wired; call `wire` first, with every device"));
        let owner = *self.owners.get(device as usize).ok_or_else(missing)?;
        self.backends.get_mut(owner).ok_or_else(missing)
    }

    /// The session's clock starts with the first call that has to do with time.
    fn begin(&mut self) -> Result<(), RigFault> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        self.clock.begin();
        let clock = &self.clock;
        self.backends.iter_mut().try_for_each(|backend| backend.start(&|| clock.now()))
    }

    /// Takes in what has arrived, as of when it happened but no earlier than the session's time.
    fn poll(&mut self) -> Result<(), RigFault> {
        let LiveRig { clock, backends, inbox, passed, timing, .. } = self;
        let mut is_full = false;
        for backend in backends {
            backend.poll(&|| clock.now(), &mut |input| {
                let (late, now) = (*passed - input.at, clock.now());
                let input = Input { at: input.at.min(now).max(*passed), ..input };
                timing.inputs += 1;
                if late > 0 {
                    note(timing, Late { line: input.line, at: input.at, by: late });
                }
                is_full |= inbox.put(input).is_err();
            })?;
        }
        if is_full {
            return Err(gone(format!(
                "more than {INBOX} inputs wait to be reported, which no animal makes; look for a loose contact or a \
                 device that sends without end"
            )));
        }
        Ok(())
    }

    /// Waits for bytes or a time.
    fn wait(&mut self, until: Ns) {
        let due = self.backends.iter().filter_map(|backend| backend.due()).min().unwrap_or(Ns::MAX);
        let until = until.min(due).min(self.clock.now().saturating_add(LOOK));
        let LiveRig { clock, backends, .. } = self;
        let mut known = backends.iter().filter_map(|backend| backend.descriptor());
        let Some(first) = known.next() else { return clock.wait(until, &[], true) };
        let mut count = 1;
        let mut list = [first; MOST];
        for (place, descriptor) in list[1..].iter_mut().zip(known) {
            *place = descriptor;
            count += 1;
        }
        clock.wait(until, &list[..count], count < backends.len());
    }
}

fn note(timing: &mut Timing, late: Late) {
    timing.late += 1;
    timing.latest_by = timing.latest_by.max(late.by);
    if timing.first_late.len() < LISTED {
        timing.first_late.push(late);
    }
}

fn gone(what: String) -> RigFault {
    RigFault::Gone { rig: RIG.into(), what }
}

impl Rig for LiveRig<'_> {
    fn kind(&self) -> &'static str {
        if self.backends.iter().all(|backend| backend.kind() == "real") { "real" } else { "emulated" }
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        for device in &wiring.devices {
            let owner = self.names.iter().position(|names| names.contains(&device.name));
            self.owners.push(owner.ok_or_else(|| RigFault::NoDevice {
                rig: RIG.into(),
                device: device.name.clone(),
                class: device.class.clone(),
                has: self.names.concat().join(", "),
            })?);
        }
        self.stimuli = wiring.stimuli.iter().map(|stimulus| stimulus.device).collect();
        for (number, backend) in self.backends.iter_mut().enumerate() {
            let own: Vec<u32> =
                (0..).zip(&self.owners).filter(|(_, owner)| **owner == number).map(|(k, _)| k).collect();
            backend.wire(wiring, &own)?;
        }
        self.timing.first_late.reserve_exact(LISTED);
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        let owner = self.owners.get(device as usize).and_then(|owner| self.backends.get(*owner));
        owner.map_or_else(Vec::new, |backend| backend.settings(device))
    }

    fn measure(&mut self, _: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        self.begin()?;
        let now = self.clock.now();
        self.owner(device)?.measure(now, device, reading)
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        self.begin()?;
        loop {
            if self.at_once.load(Ordering::SeqCst) {
                return Err(gone("ended at once by hand; the trial under way has no outcome".into()));
            }
            self.poll()?;
            if let Some(input) = self.inbox.take(until) {
                self.passed = self.passed.max(input.at);
                return Ok(Some(input));
            }
            let now = self.clock.now();
            if now >= until {
                self.timing.overslept = self.timing.overslept.max(now - until.max(self.passed));
                self.passed = self.passed.max(until);
                return Ok(None);
            }
            (self.between)(now);
            self.wait(until);
        }
    }

    fn trial_start(&mut self, _: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        self.begin()?;
        Ok(Some(earliest.max(self.clock.now())))
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        self.begin()?;
        self.passed = self.passed.max(at);
        let owner = self.owners.get(command.device as usize).copied();
        let LiveRig { clock, backends, .. } = self;
        match owner.and_then(|owner| backends.get_mut(owner)) {
            Some(backend) => backend.command(&|| clock.now(), command),
            None => Err(gone(format!("device number {} was never wired", command.device))),
        }
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        self.passed = self.passed.max(at);
        let now = self.clock.now();
        self.owner(device)?.release(now, device, verb, stimulus)
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        self.passed = self.passed.max(at);
        let now = self.clock.now();
        let Some(&device) = self.stimuli.get(stimulus as usize) else { return };
        if let Ok(backend) = self.owner(device) {
            backend.follow(now, stimulus, parameter, value);
        }
    }

    fn make_safe(&mut self, _: Ns) {
        self.is_safe = true;
        for backend in &mut self.backends {
            backend.make_safe();
        }
    }
}

impl Drop for LiveRig<'_> {
    fn drop(&mut self) {
        if !self.is_safe {
            self.make_safe(self.passed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;
    use trialect_device::{Descriptor, DeviceSpec, InputLine};

    /// Waiting moves it on.
    struct Steps(Rc<Cell<Ns>>);

    impl Clock for Steps {
        fn now(&self) -> Ns {
            self.0.get()
        }
        fn begin(&mut self) {
            self.0.set(0);
        }
        fn wait(&mut self, until: Ns, _: &[Descriptor<'_>], _: bool) {
            self.0.set(until.min(self.0.get() + 1_000_000).max(self.0.get()));
        }
    }

    /// Says what it was told to: when it arrives, and what.
    struct Script {
        says: VecDeque<(Ns, Input)>,
        did: Rc<RefCell<Vec<String>>>,
    }

    impl Backend for Script {
        fn name(&self) -> String {
            "script".into()
        }
        fn kind(&self) -> &'static str {
            "emulated"
        }
        fn wire(&mut self, _: &Wiring, own: &[u32]) -> Result<(), RigFault> {
            self.did.borrow_mut().push(format!("wire {own:?}"));
            Ok(())
        }
        fn can(&self, _: u32, _: &str) -> Result<(), RigFault> {
            Ok(())
        }
        fn start(&mut self, _: &dyn Fn() -> Ns) -> Result<(), RigFault> {
            Ok(())
        }
        fn poll(&mut self, now: &dyn Fn() -> Ns, heard: &mut dyn FnMut(Input)) -> Result<(), RigFault> {
            while let Some((_, input)) = self.says.pop_front_if(|(arrives, _)| *arrives <= now()) {
                heard(input);
            }
            Ok(())
        }
        fn command(&mut self, now: &dyn Fn() -> Ns, command: Command<'_>) -> Result<(), RigFault> {
            self.did.borrow_mut().push(format!("{} {} at {}", command.verb, command.device, now()));
            Ok(())
        }
        fn release(&mut self, now: Ns, device: u32, verb: &str, _: Option<u32>) -> Result<(), RigFault> {
            self.did.borrow_mut().push(format!("release {verb} {device} at {now}"));
            Ok(())
        }
        fn make_safe(&mut self) {
            self.did.borrow_mut().push("safe".into());
        }
        fn report(&self) -> BackendReport {
            BackendReport::default()
        }
    }

    fn wiring() -> Wiring {
        let device = |name: &str| DeviceSpec { name: name.into(), class: "NosePort".into() };
        let line = |device| InputLine { device, channel: "enter".into() };
        Wiring { devices: vec![device("a"), device("b")], inputs: vec![line(0), line(1)], stimuli: Vec::new() }
    }

    struct Bench<'a> {
        rig: LiveRig<'a>,
        now: Rc<Cell<Ns>>,
        did: Rc<RefCell<Vec<String>>>,
    }

    const MS: Ns = 1_000_000;

    fn input(line: u32, at: Ns) -> Input {
        Input { line, at, value: 1 }
    }

    /// `says`: of backend 0 or 1, when it arrives and what.
    fn bench<'a>(says: &[(usize, Ns, Input)], at_once: &'a AtomicBool) -> Bench<'a> {
        let (now, did) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
        let script = |number: usize| {
            let own = says.iter().filter(|(of, ..)| *of == number).map(|(_, arrives, input)| (*arrives, *input));
            Box::new(Script { says: own.collect(), did: Rc::clone(&did) }) as Box<dyn Backend>
        };
        let backends = vec![(script(0), vec!["a".to_string()]), (script(1), vec!["b".to_string()])];
        let mut rig = LiveRig::new(Box::new(Steps(Rc::clone(&now))), backends, at_once, &|_| {});
        rig.wire(&wiring()).unwrap();
        Bench { rig, now, did }
    }

    #[test]
    fn inputs_come_in_the_order_in_which_they_happened_and_none_is_lost() {
        let stays = AtomicBool::new(false);
        // Both arrive together, the later one first; one arrives when its time has passed; one is of a device whose clock
        // runs ahead.
        let says = [
            (0, 5 * MS, input(0, 4 * MS)),
            (1, 5 * MS, input(1, 3 * MS)),
            (0, 20 * MS, input(0, 9 * MS)),
            (1, 22 * MS, input(1, 30 * MS)),
        ];
        let mut bench = bench(&says, &stays);
        assert_eq!(bench.rig.next_input(10 * MS), Ok(Some(input(1, 3 * MS))));
        assert_eq!(bench.rig.next_input(10 * MS), Ok(Some(input(0, 4 * MS))));
        assert_eq!(bench.rig.next_input(10 * MS), Ok(None));
        assert_eq!(bench.now.get(), 10 * MS);
        assert_eq!(bench.rig.next_input(40 * MS), Ok(Some(input(0, 10 * MS))), "as of the session's time");
        assert_eq!(bench.rig.next_input(40 * MS), Ok(Some(input(1, 22 * MS))), "not later than now");
        let timing = bench.rig.timing();
        assert_eq!((timing.inputs, timing.late, timing.latest_by), (4, 1, MS));
        assert_eq!(timing.first_late, [Late { line: 0, at: 10 * MS, by: MS }]);
    }

    #[test]
    fn commands_reach_the_backend_of_the_device_and_all_are_made_safe_once_nobody_is_left() {
        let stays = AtomicBool::new(false);
        let mut bench = bench(&[], &stays);
        assert_eq!(bench.rig.kind(), "emulated");
        assert_eq!(bench.rig.trial_start(1, 7 * MS), Ok(Some(7 * MS)));
        assert_eq!(bench.rig.next_input(7 * MS), Ok(None));
        bench.rig.command(7 * MS, Command { device: 1, verb: "light", stimulus: None, arguments: &[] }).unwrap();
        bench.rig.release(7 * MS, 0, "light", None).unwrap();
        assert!(
            bench.rig.command(7 * MS, Command { device: 2, verb: "light", stimulus: None, arguments: &[] }).is_err()
        );
        let did = Rc::clone(&bench.did);
        drop(bench);
        let expected = ["wire [0]", "wire [1]", "light 1 at 7000000", "release light 0 at 7000000", "safe", "safe"];
        assert_eq!(*did.borrow(), expected);
    }

    #[test]
    fn it_can_be_ended_at_once() {
        let ends = AtomicBool::new(true);
        let mut bench = bench(&[(0, 0, input(0, 0))], &ends);
        assert!(matches!(bench.rig.next_input(MS), Err(RigFault::Gone { .. })));
    }

    #[test]
    fn more_inputs_than_fit_end_the_session() {
        let stays = AtomicBool::new(false);
        let says: Vec<_> = (0..=INBOX as Ns).map(|k| (0, 0, input(0, k))).collect();
        let mut bench = bench(&says, &stays);
        assert!(matches!(bench.rig.next_input(MS), Err(RigFault::Gone { .. })));
    }

    #[test]
    fn a_device_that_no_backend_plays_is_refused() {
        let stays = AtomicBool::new(false);
        let mut rig = LiveRig::new(Box::new(Steps(Rc::default())), Vec::new(), &stays, &|_| {});
        assert!(matches!(rig.wire(&wiring()), Err(RigFault::NoDevice { .. })));
    }
}
