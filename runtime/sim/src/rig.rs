//! The simulated rig: one clock, one queue of happenings, devices of all classes and an animal.

use crate::animals::Animals;
use crate::classes::{Class, Use};
use crate::device::{Device, Happening, Order};
use crate::mouse::{Manner, MouseParameters, MouseState};
use crate::parameters::{ParameterFault, RigParameters};
use crate::refusal::Refusal;
use std::collections::VecDeque;
use trialect_device::{Command, DeviceSpec, Input, Ns, Rig, RigFault, Samples, Scale, StreamLine, Wiring};

/// Name of this rig in faults.
const RIG: &str = "simulated rig";

/// A device of the protocol, with what simulates it.
#[derive(Debug)]
struct Wired {
    spec: DeviceSpec,
    class: &'static Class,
    device: Box<dyn Device>,
    /// The input line of each channel that is listened to.
    lines: Vec<Option<u32>>,
    /// How many stimuli it has been given.
    stimuli: u32,
}

/// A simulated rig with a simulated animal.
///
/// It has as many devices of each class of the standard library as a protocol asks for, but one `Encoder`. Which
/// animal plays follows from the devices: at a wheel the observer, at ports, levers and spouts the forager.
#[derive(Debug)]
pub struct SimRig {
    parameters: RigParameters,
    /// The animal's seed and its session.
    animal: (u64, u32),
    devices: Vec<Wired>,
    /// Device of each stimulus, and its number among that device's.
    stimuli: Vec<(u32, u32)>,
    /// Device of each reading that is sampled, and its number among that device's.
    samples: Vec<(u32, usize)>,
    /// What has happened and is not reported yet.
    ready: VecDeque<Input>,
    now: Ns,
    animals: Animals,
    /// What happens while it is being sorted out; empty between two calls.
    told: Vec<Happening>,
}

impl SimRig {
    /// A rig for one session of one animal; `seed` is the animal's ([`crate::animal_seed`]), `session` counts its
    /// sessions from 1.
    ///
    /// The same parameters, state, seed and session give the same answers to the same calls.
    ///
    /// # Errors
    /// [`ParameterFault`] when a parameter is outside its range.
    pub fn new(
        rig: &RigParameters,
        mouse: &MouseParameters,
        state: &MouseState,
        seed: u64,
        session: u32,
    ) -> Result<Self, ParameterFault> {
        rig.check()?;
        mouse.check()?;
        Ok(Self {
            parameters: rig.clone(),
            animal: (seed, session),
            devices: Vec::new(),
            stimuli: Vec::new(),
            samples: Vec::new(),
            ready: VecDeque::new(),
            now: 0,
            animals: Animals::new(mouse, state, (seed, session)),
            told: Vec::new(),
        })
    }

    /// The same rig with an animal that knows what to do, or does nothing. Before it is wired.
    #[must_use]
    pub fn with_manner(mut self, manner: Manner) -> Self {
        self.animals.manner = manner;
        self
    }

    /// Fluid that the animal has received in this session, in uL, each pellet as what it is worth; also what came from
    /// a delivery that was cut short.
    pub fn water_ul(&self) -> f64 {
        self.animals.received_ul()
    }

    /// Whether it has a device of this class, after it was wired.
    pub fn has(&self, class: &str) -> bool {
        self.devices.iter().any(|wired| wired.class.name == class)
    }

    /// When something happens next, at or before `until`.
    fn next_happening(&mut self, until: Ns) -> Option<Ns> {
        let devices = self.devices.iter().filter_map(|wired| wired.device.next()).min();
        let next = devices.into_iter().chain(self.animals.wakes()).min().filter(|&at| at <= until);
        self.animals.next_count(next.unwrap_or(until)).or(next)
    }

    /// Everything that happens at one time; what is listened to is reported in the order of the lines.
    fn happen(&mut self, at: Ns) {
        for index in 0..self.devices.len() {
            if self.devices[index].device.next() == Some(at) {
                self.devices[index].device.finish(at, &mut self.told);
                self.sort_out(at, index);
            }
        }
        while let Some(deed) = self.animals.acts(at) {
            self.report(deed.device as usize, deed.channel, at, deed.value);
        }
        self.now = self.now.max(at);
    }

    /// Reports what a device told, and lets the animal perceive it.
    fn sort_out(&mut self, at: Ns, index: usize) {
        let mut told = core::mem::take(&mut self.told);
        for happening in told.drain(..) {
            match happening {
                Happening::Report { channel, value } => self.report(index, channel, at, value),
                perceived => self.animals.perceive(at, index as u32, perceived),
            }
        }
        self.told = told;
    }

    /// Puts an input behind those that come before it, at an instant after or together with all of them.
    fn report(&mut self, device: usize, channel: usize, at: Ns, value: i64) {
        let Some(line) = self.devices.get(device).and_then(|wired| *wired.lines.get(channel)?) else { return };
        let place = self.ready.partition_point(|input| (input.at, input.line) <= (at, line));
        self.ready.insert(place, Input { line, at, value });
    }

    /// Lets happen what happens up to a time that the session has reached without asking for inputs.
    /// These are reported late, as of that time: never earlier than a time that was already passed.
    fn catch_up(&mut self, at: Ns) {
        while let Some(next) = self.next_happening(at) {
            self.happen(next);
        }
        for input in &mut self.ready {
            input.at = input.at.max(at);
        }
        self.ready.make_contiguous().sort_by_key(|input| (input.at, input.line));
        self.now = self.now.max(at);
    }

    fn wired(&mut self, device: u32) -> Result<&mut Wired, RigFault> {
        let missing = || RigFault::Gone {
            rig: RIG.to_string(),
            what: format!("device number {device} was never wired; call `wire` first, with every device"),
        };
        self.devices.get_mut(device as usize).ok_or_else(missing)
    }

    /// The number of a stimulus among those of the device; refused when it belongs to another.
    fn own(&self, device: u32, stimulus: Option<u32>) -> Result<Option<u32>, Refusal> {
        let Some(stimulus) = stimulus else { return Ok(None) };
        match self.stimuli.get(stimulus as usize) {
            Some(&(owner, number)) if owner == device => Ok(Some(number)),
            _ => Err(Refusal::Verb),
        }
    }

    fn add(&mut self, spec: &DeviceSpec) -> Result<(), RigFault> {
        let class = Class::of(&spec.class).ok_or_else(|| no_device(&spec.name, &spec.class))?;
        let number = self.devices.iter().filter(|wired| wired.class.name == class.name).count() as u32;
        // An animal has one wheel; another would never turn.
        if class.used == Use::Wheel && number > 0 {
            return Err(no_device(&spec.name, &spec.class));
        }
        let device = class.build(&self.parameters, self.animal, number);
        self.animals.meets(self.devices.len() as u32, &spec.name, class.used, &self.parameters);
        self.devices.push(Wired {
            spec: spec.clone(),
            class,
            device,
            lines: vec![None; class.channels.len()],
            stimuli: 0,
        });
        Ok(())
    }
}

/// Adds the names to a refusal.
fn fault(wired: &Wired, verb: &str, refusal: Refusal) -> RigFault {
    let (device, verb) = (wired.spec.name.clone(), verb.to_string());
    match refusal {
        Refusal::Verb => RigFault::NoVerb { device, class: wired.class.name.to_string(), verb },
        Refusal::Argument { parameter, value, least, most } => {
            RigFault::OutOfRange { device, verb, parameter: parameter.to_string(), value, least, most }
        }
    }
}

/// The fault when this rig cannot play a device's part.
fn no_device(device: &str, class: &str) -> RigFault {
    RigFault::NoDevice { rig: RIG.to_string(), device: device.to_string(), class: class.to_string(), has: Class::all() }
}

impl Rig for SimRig {
    fn kind(&self) -> &'static str {
        "simulated"
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        for spec in &wiring.devices {
            self.add(spec)?;
        }
        for (line, input) in (0..).zip(&wiring.inputs) {
            let wired = self.wired(input.device)?;
            let Some(channel) = wired.class.channels.iter().position(|channel| *channel == input.channel) else {
                return Err(no_device(&wired.spec.name, &format!("{} with `{}`", wired.spec.class, input.channel)));
            };
            wired.lines[channel].get_or_insert(line);
            wired.device.listen();
        }
        for stimulus in &wiring.stimuli {
            let wired = self.wired(stimulus.device)?;
            if !wired.class.constructors.contains(&stimulus.constructor.as_str()) {
                return Err(fault(wired, &stimulus.constructor, Refusal::Verb));
            }
            wired.device.bind(stimulus);
            let number = wired.stimuli;
            wired.stimuli += 1;
            self.stimuli.push((stimulus.device, number));
        }
        self.animals.begin();
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        self.devices.get(device as usize).map_or_else(Vec::new, |wired| wired.device.settings())
    }

    fn measure(&mut self, at: Ns, device: u32, reading: &str) -> Result<Option<f64>, RigFault> {
        self.wired(device)?;
        self.catch_up(at);
        Ok(self.devices[device as usize].device.measure(self.now, reading))
    }

    fn sample(&mut self, streams: &[StreamLine]) -> Result<Vec<Scale>, RigFault> {
        let mut scales = Vec::with_capacity(streams.len());
        for line in streams {
            let wired = self.wired(line.device)?;
            let (device, reading, rate) = (line.device, line.reading.clone(), line.rate);
            let Some(scale) = wired.device.sample(line) else {
                return Err(RigFault::NoStream { kind: "simulated", device, reading, rate });
            };
            let number = self.samples.iter().filter(|(other, _)| *other == device).count();
            self.samples.push((device, number));
            scales.push(scale);
        }
        Ok(scales)
    }

    fn samples(&mut self, until: Ns, take: &mut dyn FnMut(Samples<'_>)) -> Result<(), RigFault> {
        self.catch_up(until);
        for (stream, (device, number)) in (0..).zip(&self.samples) {
            let device = &mut self.devices[*device as usize].device;
            device.samples(until, *number, &mut |first, counts| take(Samples { stream, first, counts }));
        }
        Ok(())
    }

    fn next_input(&mut self, until: Ns) -> Result<Option<Input>, RigFault> {
        loop {
            if let Some(input) = self.ready.pop_front_if(|input| input.at <= until) {
                return Ok(Some(input));
            }
            match self.next_happening(until) {
                Some(at) => self.happen(at),
                None => {
                    self.now = self.now.max(until);
                    return Ok(None);
                }
            }
        }
    }

    fn trial_start(&mut self, _trial: u32, earliest: Ns) -> Result<Option<Ns>, RigFault> {
        Ok(Some(earliest))
    }

    fn command(&mut self, at: Ns, command: Command<'_>) -> Result<(), RigFault> {
        self.wired(command.device)?;
        self.catch_up(at);
        let (now, index) = (self.now, command.device as usize);
        let stimulus = self.own(command.device, command.stimulus);
        let (wired, told) = (&mut self.devices[index], &mut self.told);
        let order = |stimulus| Order { verb: command.verb, stimulus, arguments: command.arguments };
        stimulus
            .and_then(|stimulus| wired.device.command(now, order(stimulus), told))
            .map_err(|refusal| fault(wired, command.verb, refusal))?;
        self.sort_out(now, index);
        Ok(())
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        self.wired(device)?;
        self.catch_up(at);
        let (now, index) = (self.now, device as usize);
        let stimulus = self.own(device, stimulus);
        let (wired, told) = (&mut self.devices[index], &mut self.told);
        stimulus
            .and_then(|stimulus| wired.device.release(now, verb, stimulus, told))
            .map_err(|refusal| fault(wired, verb, refusal))?;
        self.sort_out(now, index);
        Ok(())
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        self.catch_up(at);
        let Some(&(device, number)) = self.stimuli.get(stimulus as usize) else { return };
        self.devices[device as usize].device.follow(self.now, number, parameter, value);
    }

    fn make_safe(&mut self, at: Ns) {
        self.catch_up(at);
        for index in 0..self.devices.len() {
            self.devices[index].device.make_safe(self.now, &mut self.told);
            self.sort_out(self.now, index);
        }
    }
}
