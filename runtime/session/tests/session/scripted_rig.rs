//! A rig that reports what a test has written down, fails where it says, and keeps what reached it.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use trialect_device::{Command, Input, Ns, Rig, RigFault, Samples, Wiring};

pub(crate) const MS: Ns = 1_000_000;

/// A call that a rig answers and may fail, by what it is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fails {
    Never,
    /// The n-th call from 0 of those that can fail, whatever it is.
    Call(usize),
    /// A command or release that is logged in these words.
    At(&'static str),
}

/// The rig; times in its script and its log are ms on the session clock.
#[derive(Debug)]
pub(crate) struct ScriptedRig {
    wiring: Wiring,
    inputs: VecDeque<Input>,
    script: Vec<(f64, &'static str)>,
    pub(crate) fails: Fails,
    /// How many calls that can fail were made.
    pub(crate) calls: usize,
    /// Commands, releases, what follows, safety, in order.
    pub(crate) log: Vec<String>,
    /// Targets that are on, as a device would know.
    pub(crate) on: BTreeSet<String>,
    /// Set when the session asks for inputs from this time on.
    pub(crate) stops_at: Option<Ns>,
    pub(crate) stop: Rc<AtomicBool>,
    /// What devices measure by `DEVICE.READING`, one after the other, in coherent units; then nothing.
    pub(crate) measures: Vec<(&'static str, VecDeque<Option<f64>>)>,
    /// What was sampled: when it can be collected, ms, the stream, the number of the first sample, how many.
    pub(crate) pieces: VecDeque<(i64, u32, u64, usize)>,
}

impl ScriptedRig {
    /// Inputs by `DEVICE.CHANNEL`, in time order.
    pub(crate) fn new(script: &[(f64, &'static str)]) -> ScriptedRig {
        ScriptedRig {
            wiring: Wiring::default(),
            inputs: VecDeque::new(),
            script: script.to_vec(),
            fails: Fails::Never,
            calls: 0,
            log: Vec::new(),
            on: BTreeSet::new(),
            stops_at: None,
            stop: Rc::default(),
            measures: Vec::new(),
            pieces: VecDeque::new(),
        }
    }

    pub(crate) fn failing(mut self, fails: Fails) -> ScriptedRig {
        self.fails = fails;
        self
    }

    fn call(&mut self, words: &str) -> Result<(), RigFault> {
        let fails = match self.fails {
            Fails::Never => false,
            Fails::Call(n) => n == self.calls,
            Fails::At(at) => at == words,
        };
        self.calls += 1;
        let what = format!("unplugged at call {}", self.calls - 1);
        if fails { Err(RigFault::Gone { rig: "scripted rig".into(), what }) } else { Ok(()) }
    }

    fn target(&self, device: u32, stimulus: Option<u32>) -> String {
        match stimulus {
            Some(stimulus) => self.wiring.stimuli[stimulus as usize].name.clone(),
            None => self.wiring.devices[device as usize].name.clone(),
        }
    }
}

impl Rig for ScriptedRig {
    fn kind(&self) -> &'static str {
        "emulated"
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        self.wiring = wiring.clone();
        for (ms, name) in &self.script {
            let named = |line: &trialect_device::InputLine| {
                format!("{}.{}", wiring.devices[line.device as usize].name, line.channel) == **name
            };
            let line = wiring.inputs.iter().position(named).expect("the protocol listens to this input");
            self.inputs.push_back(Input { line: line as u32, at: (ms * MS as f64).round() as Ns, value: 1 });
        }
        Ok(())
    }

    fn settings(&self, _device: u32) -> Vec<(String, f64)> {
        Vec::new()
    }

    fn measure(&mut self, _at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        self.call("measure")?;
        let name = format!("{}.{reading}", self.wiring.devices[device as usize].name);
        let measures = self.measures.iter_mut().find(|(known, _)| *known == name);
        Ok(measures.and_then(|(_, values)| values.pop_front()).flatten())
    }

    fn samples(&mut self, until: Ns, take: &mut dyn FnMut(Samples<'_>)) -> Result<(), RigFault> {
        self.call(&format!("{} samples", until / MS))?;
        while let Some((_, stream, first, many)) = self.pieces.pop_front_if(|(due, ..)| *due * MS <= until) {
            let counts: Vec<i16> = (0..many as u64).map(|k| first.wrapping_add(k) as i16).collect();
            take(Samples { stream, first, counts: &counts });
        }
        Ok(())
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        self.call("next input")?;
        if self.stops_at.is_some_and(|at| at <= until) {
            self.stop.store(true, Ordering::SeqCst);
        }
        Ok(self.inputs.pop_front_if(|input| input.at <= until))
    }

    fn trial_start(&mut self, _trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        self.call("trial start").map(|()| Some(earliest))
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        let target = self.target(command.device, command.stimulus);
        let words = format!("{} {} {target}", at / MS, command.verb);
        self.log.push(words.clone());
        match command.verb {
            "show" | "play" | "open" | "pulse" | "track" | "led.light" => {
                self.on.insert(format!("{} {target}", command.verb));
            }
            "hide" => {
                self.on.remove(&format!("show {target}"));
            }
            "halt" => {
                self.on.remove(&format!("play {target}"));
            }
            _ => {}
        }
        self.call(&words)
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        let target = self.target(device, stimulus);
        let words = format!("{} end {verb} {target}", at / MS);
        self.log.push(words.clone());
        assert!(self.on.remove(&format!("{verb} {target}")), "{words}, which is not on: {:?}", self.log);
        self.call(&words)
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        let name = &self.wiring.stimuli[stimulus as usize].name;
        self.log.push(format!("{} {name}.{parameter} = {value}", at / MS));
    }

    fn make_safe(&mut self, at: Ns) {
        self.on.clear();
        self.log.push(format!("{} safe", at / MS));
    }
}
