//! The simulated rig: one clock, one queue of happenings, four devices and a mouse.

use crate::display::Display;
use crate::encoder::Encoder;
use crate::mouse::{Mouse, MouseParameters, MouseState};
use crate::parameters::{ParameterFault, RigParameters};
use crate::refusal::Refusal;
use crate::speaker::{Sound, Speaker};
use crate::valve::Valve;
use std::collections::VecDeque;
use trialect_device::{Command, DeviceSpec, Input, Ns, Rig, RigFault, Wiring};

/// Name of this rig in faults.
const RIG: &str = "simulated rig";

/// A device of this rig; there is one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Encoder,
    Display,
    Speaker,
    Valve,
}

impl Part {
    const ALL: [Self; 4] = [Self::Encoder, Self::Display, Self::Speaker, Self::Valve];

    fn class(self) -> &'static str {
        match self {
            Self::Encoder => "Encoder",
            Self::Display => "Display",
            Self::Speaker => "Speaker",
            Self::Valve => "Valve",
        }
    }

    /// The only thing that it reports.
    fn channel(self) -> &'static str {
        match self {
            Self::Encoder => "travel",
            Self::Display => "flip",
            Self::Speaker => "onset",
            Self::Valve => "done",
        }
    }

    /// What it can present.
    fn constructors(self) -> &'static [&'static str] {
        match self {
            Self::Display => &["gabor"],
            Self::Speaker => &["tone", "noise"],
            Self::Encoder | Self::Valve => &[],
        }
    }
}

/// A stimulus of the protocol, bound to a device.
#[derive(Debug, Clone, Copy)]
struct Bound {
    device: u32,
    /// For a speaker.
    sound: Option<Sound>,
}

/// A simulated rig with a simulated mouse at its wheel.
///
/// The rig has one device of each class: `Encoder` (reports `travel`; knows `zero`, which leaves the free-running
/// count alone), `Display` (`flip`; `show`, `hide`, `track` of a `gabor`), `Speaker` (`onset`; `play`, `halt` of a
/// `tone` or `noise`) and `Valve` (`done`; `deliver` with `amount` in uL, and `open`, held until released).
#[derive(Debug)]
pub struct SimRig {
    devices: Vec<(DeviceSpec, Part)>,
    stimuli: Vec<Bound>,
    /// The input line of each part that is listened to, in the order of [`Part::ALL`].
    lines: [Option<u32>; 4],
    /// What has happened and is not reported yet.
    ready: VecDeque<Input>,
    now: Ns,
    encoder: Encoder,
    display: Display,
    speaker: Speaker,
    valve: Valve,
    mouse: Mouse,
}

impl SimRig {
    /// A rig for one session of one mouse; `seed` is the animal's ([`crate::animal_seed`]), `session` counts its
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
            devices: Vec::new(),
            stimuli: Vec::new(),
            lines: [None; 4],
            ready: VecDeque::new(),
            now: 0,
            encoder: Encoder::new(&rig.encoder),
            display: Display::new(&rig.display),
            speaker: Speaker::new(&rig.speaker, seed, session),
            valve: Valve::new(rig.valve.calibration.clone()),
            mouse: Mouse::new(mouse, state, seed, session),
        })
    }

    /// Water that the mouse has received in this session, in uL; also what came from a delivery that was cut short.
    pub fn water_ul(&self) -> f64 {
        self.mouse.water_ul()
    }

    /// When something happens next, at or before `until`.
    fn next_happening(&mut self, until: Ns) -> Option<Ns> {
        let devices = [self.display.next(), self.speaker.next(), self.valve.next(), self.mouse.wakes()];
        let next = devices.iter().flatten().copied().min().filter(|&at| at <= until);
        self.encoder.next_change(self.mouse.path(), next.unwrap_or(until)).or(next)
    }

    /// Everything that happens at one time; what is listened to is reported in the order of the lines.
    fn happen(&mut self, at: Ns) {
        if let Some(frame) = self.display.finish(at) {
            self.mouse.sees(at, self.display.visible());
            if frame.freeze {
                self.mouse.sees_freeze(at);
            }
            if frame.flip {
                self.report(Part::Display, at, 1);
            }
        }
        while let Some(sound) = self.speaker.finish(at) {
            self.mouse.hears(at, sound);
            self.report(Part::Speaker, at, 1);
        }
        if let Some(volume_ul) = self.valve.finish(at) {
            self.mouse.drinks(volume_ul);
            self.report(Part::Valve, at, 1);
        }
        if self.mouse.wakes() == Some(at) {
            self.mouse.wake(at);
        }
        if let Some(count) = self.encoder.read(self.mouse.path(), at) {
            self.report(Part::Encoder, at, count);
        }
        self.now = self.now.max(at);
    }

    /// Puts an input behind those that come before it, at an instant after or together with all of them.
    fn report(&mut self, part: Part, at: Ns, value: i64) {
        let Some(line) = self.lines[part as usize] else { return };
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

    fn device(&self, device: u32) -> Result<&(DeviceSpec, Part), RigFault> {
        let missing = || RigFault::Gone {
            rig: RIG.to_string(),
            what: format!("device number {device} was never wired; call `wire` first, with every device"),
        };
        self.devices.get(device as usize).ok_or_else(missing)
    }

    /// The stimulus, if it belongs to the device.
    fn stimulus(&self, device: u32, stimulus: Option<u32>) -> Option<(u32, Bound)> {
        let index = stimulus?;
        let bound = *self.stimuli.get(index as usize)?;
        (bound.device == device).then_some((index, bound))
    }

    /// The stimulus as a sound; refused when one is meant but is none of this speaker's.
    fn sound(&self, device: u32, stimulus: Option<u32>) -> Result<Option<(u32, Sound)>, Refusal> {
        let sound = self.stimulus(device, stimulus).and_then(|(index, bound)| Some((index, bound.sound?)));
        if sound.is_none() && stimulus.is_some() { Err(Refusal::Verb) } else { Ok(sound) }
    }

    /// The index of a picture of this display.
    fn picture(&self, device: u32, stimulus: Option<u32>) -> Result<u32, Refusal> {
        self.stimulus(device, stimulus).map(|(index, _)| index).ok_or(Refusal::Verb)
    }

    fn carry_out(&mut self, at: Ns, part: Part, command: Command<'_>) -> Result<(), Refusal> {
        match part {
            Part::Encoder if command.verb == "zero" => Ok(()),
            Part::Encoder => Err(Refusal::Verb),
            Part::Display => {
                let picture = self.picture(command.device, command.stimulus)?;
                self.display.command(at, command.verb, picture, command.arguments)
            }
            Part::Speaker => {
                let sound = self.sound(command.device, command.stimulus)?;
                self.speaker.command(at, command.verb, sound)
            }
            Part::Valve => {
                self.valve.command(at, command.verb, command.arguments)?;
                self.mouse.tastes(at);
                Ok(())
            }
        }
    }

    fn let_go(&mut self, at: Ns, device: u32, part: Part, verb: &str, stimulus: Option<u32>) -> Result<(), Refusal> {
        match (part, verb) {
            (Part::Encoder, "zero") | (Part::Speaker, "halt") => Ok(()),
            (Part::Display, _) => {
                let picture = self.picture(device, stimulus)?;
                self.display.release(at, verb, picture)
            }
            (Part::Speaker, "play") => {
                let sound = self.sound(device, stimulus)?;
                self.speaker.silence(sound.map(|(stimulus, _)| stimulus));
                Ok(())
            }
            (Part::Valve, _) => {
                let volume_ul = self.valve.release(at, verb)?;
                self.mouse.drinks(volume_ul);
                Ok(())
            }
            (Part::Encoder | Part::Speaker, _) => Err(Refusal::Verb),
        }
    }

    /// Adds the names to a refusal.
    fn fault(&self, device: u32, verb: &str, refusal: Refusal) -> RigFault {
        let (name, class) =
            self.devices.get(device as usize).map_or(("", ""), |(spec, part)| (spec.name.as_str(), part.class()));
        let (device, verb) = (name.to_string(), verb.to_string());
        match refusal {
            Refusal::Verb => RigFault::NoVerb { device, class: class.to_string(), verb },
            Refusal::Argument { parameter, value, least, most } => {
                RigFault::OutOfRange { device, verb, parameter: parameter.to_string(), value, least, most }
            }
        }
    }
}

/// The fault when this rig cannot play a device's part.
fn no_device(device: &str, class: String) -> RigFault {
    let has = Part::ALL.map(|part| format!("one {} ({})", part.class(), part.channel())).join(", ");
    RigFault::NoDevice { rig: RIG.to_string(), device: device.to_string(), class, has }
}

impl Rig for SimRig {
    fn kind(&self) -> &'static str {
        "simulated"
    }

    fn wire(&mut self, wiring: &Wiring) -> Result<(), RigFault> {
        for spec in &wiring.devices {
            let part = Part::ALL.into_iter().find(|part| part.class() == spec.class);
            match part.filter(|part| self.devices.iter().all(|(_, taken)| taken != part)) {
                Some(part) => self.devices.push((spec.clone(), part)),
                None => return Err(no_device(&spec.name, spec.class.clone())),
            }
        }
        for (line, input) in (0..).zip(&wiring.inputs) {
            let (spec, part) = self.device(input.device)?;
            if part.channel() != input.channel {
                return Err(no_device(&spec.name, format!("{} with `{}`", spec.class, input.channel)));
            }
            let part = *part;
            self.lines[part as usize].get_or_insert(line);
        }
        for stimulus in &wiring.stimuli {
            let (_, part) = self.device(stimulus.device)?;
            if !part.constructors().contains(&stimulus.constructor.as_str()) {
                return Err(self.fault(stimulus.device, &stimulus.constructor, Refusal::Verb));
            }
            let sound = match stimulus.constructor.as_str() {
                "tone" => Some(Sound::Tone),
                "noise" => Some(Sound::Noise),
                _ => None,
            };
            self.stimuli.push(Bound { device: stimulus.device, sound });
            self.display.wire(&stimulus.fixed);
        }
        Ok(())
    }

    fn settings(&self, device: u32) -> Vec<(String, f64)> {
        match self.devices.get(device as usize) {
            Some((_, Part::Encoder)) => vec![("count_size".to_string(), self.encoder.count_size_mm())],
            _ => Vec::new(),
        }
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
        let part = self.device(command.device)?.1;
        self.catch_up(at);
        self.carry_out(self.now, part, command).map_err(|refusal| self.fault(command.device, command.verb, refusal))
    }

    fn release(&mut self, at: Ns, device: u32, verb: &str, stimulus: Option<u32>) -> Result<(), RigFault> {
        let part = self.device(device)?.1;
        self.catch_up(at);
        self.let_go(self.now, device, part, verb, stimulus).map_err(|refusal| self.fault(device, verb, refusal))
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        self.catch_up(at);
        self.display.follow(self.now, stimulus, parameter, value);
    }

    fn make_safe(&mut self, at: Ns) {
        self.catch_up(at);
        self.display.make_safe();
        self.speaker.silence(None);
        let volume_ul = self.valve.make_safe(self.now);
        self.mouse.drinks(volume_ul);
        self.mouse.sees(self.now, None);
    }
}
