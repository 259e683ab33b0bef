//! A simulated rig at which, besides what its animal does, something happens at given times.

use super::watch::Heard;
use std::cell::RefCell;
use std::rc::Rc;
use trialect_device::{Command, Input, Ns, Rig, RigFault, Wiring};
use trialect_driver::Act;
use trialect_sim::SimRig;

/// The constant of an encoder that says how far a count is, in mm.
const COUNT_SIZE: &str = "count_size";

/// A rig with a script.
pub(crate) struct Scripted<'a> {
    pub(crate) rig: SimRig,
    acts: &'a [Act],
    heard: Rc<RefCell<Heard>>,
    /// When which act happens in this trial.
    due: Vec<(Ns, usize)>,
    /// For each input line, what the rig last reported and what the script adds to it.
    counts: Vec<(i64, i64)>,
    /// For each input line, the travel of a count.
    count_sizes: Vec<f64>,
    /// What devices measure whatever there is: device, reading, value.
    measures: Vec<(u32, String, f64)>,
    now: Ns,
}

impl<'a> Scripted<'a> {
    pub(crate) fn new(rig: SimRig, acts: &'a [Act], heard: Rc<RefCell<Heard>>) -> Scripted<'a> {
        Scripted {
            rig,
            acts,
            heard,
            due: Vec::new(),
            counts: Vec::new(),
            count_sizes: Vec::new(),
            measures: Vec::new(),
            now: 0,
        }
    }

    /// The same rig, whose devices measure what is given.
    pub(crate) fn measuring(mut self, measures: Vec<(u32, String, f64)>) -> Scripted<'a> {
        self.measures = measures;
        self
    }

    /// Takes what has become certain since.
    fn hear(&mut self) {
        let due = core::mem::take(&mut self.heard.borrow_mut().due);
        if !due.is_empty() {
            self.due.extend(due);
            self.due.sort_unstable();
        }
    }

    fn does(&mut self, at: Ns, act: usize) -> Input {
        let Act { input: line, amount, .. } = self.acts[act];
        let place = line as usize;
        let value = match amount {
            None => 1,
            Some(amount) => {
                let counts = &mut self.counts[place];
                counts.1 += (amount / self.count_sizes[place]).round() as i64;
                counts.0 + counts.1
            }
        };
        Input { line, at, value }
    }
}

impl Rig for Scripted<'_> {
    fn kind(&self) -> &'static str {
        self.rig.kind()
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        self.rig.wire(wiring)?;
        self.counts = vec![(0, 0); wiring.inputs.len()];
        let size = |device: u32| {
            let settings = self.rig.settings(device);
            settings.iter().find(|(name, _)| name == COUNT_SIZE).map_or(1.0, |(_, value)| *value)
        };
        self.count_sizes = wiring.inputs.iter().map(|input| size(input.device)).collect();
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.rig.settings(device)
    }

    fn measure(&mut self, at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        let given = self.measures.iter().find(|(known, name, _)| *known == device && name == reading);
        if let Some((.., value)) = given {
            return Ok(Some(*value));
        }
        self.rig.measure(at, device, reading)
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        self.hear();
        let first = self.due.first().copied().filter(|(at, _)| *at <= until);
        let horizon = first.map_or(until, |(at, _)| at.max(self.now));
        if let Some(mut input) = self.rig.next_input(horizon)? {
            let counts = &mut self.counts[input.line as usize];
            counts.0 = input.value;
            input.value += counts.1;
            self.now = self.now.max(input.at);
            return Ok(Some(input));
        }
        self.now = self.now.max(horizon);
        Ok(first.map(|(_, act)| {
            self.due.remove(0);
            self.does(horizon, act)
        }))
    }

    fn trial_start(&mut self, trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        let start = self.rig.trial_start(trial, earliest)?;
        // What the trial before had still to come does not happen.
        self.hear();
        self.due.clear();
        Ok(start)
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        self.now = self.now.max(at);
        self.rig.command(at, command)
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        self.now = self.now.max(at);
        self.rig.release(at, device, verb, stimulus)
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        self.rig.follow(at, stimulus, parameter, value);
    }

    fn make_safe(&mut self, at: Ns) {
        self.rig.make_safe(at);
    }
}
