//! A state matrix to the bytes of an upload, and why it cannot be one.

use super::command::Upload;
use super::command_bytes::load;
use super::{
    Channel, ConditionSource, Event, EventCodes, GlobalTimer, Hardware, Matrix, MatrixFault, Message, Model, Repeat,
    State, Target, Unfit,
};

/// What the firmware takes as a state that is not one: the state before.
pub(super) const BACK: u8 = 255;
/// A counter that counts nothing.
pub(super) const NO_EVENT: u8 = 254;
/// Bytes of a body that firmware refuses.
const TOO_LONG: usize = 50_000;

/// Where among the lists of transitions an event belongs, in the order of the lists, with its number in that list.
fn list_of(codes: &EventCodes, event: Event) -> Option<(usize, u8)> {
    let code = codes.code(event)?;
    Some(match event {
        Event::Serial { .. } | Event::Digital { .. } => (0, code),
        Event::TimerStart(number) => (1, number),
        Event::TimerEnd(number) => (2, number),
        Event::CounterEnd(number) => (3, number),
        Event::Condition(number) => (4, number),
        Event::StateTimer => return None,
    })
}

/// A value that no timer channel has; the two firmwares' own hosts write different ones.
pub(super) fn no_channel(model: Model) -> u8 {
    if model.is_23() { 254 } else { 255 }
}

/// The upload of a matrix, checked against the board. There is no checksum on the wire, and a board does not notice a
/// wrong layout; so nothing is sent that was not checked here.
///
/// # Errors
/// What does not fit the board, and where.
pub fn encode(matrix: &Matrix, model: Model, codes: &EventCodes, run_asap: bool) -> Result<Upload, MatrixFault> {
    let writer = Writer { matrix, model, codes, hardware: codes.hardware() };
    writer.check_counts()?;
    let mut body = Vec::new();
    writer.states(&mut body)?;
    writer.timers(&mut body)?;
    writer.counters(&mut body)?;
    writer.conditions(&mut body)?;
    writer.resets(&mut body)?;
    writer.thresholds(&mut body)?;
    writer.masks(&mut body)?;
    writer.durations(&mut body);
    writer.messages(&mut body)?;
    if body.len() >= TOO_LONG {
        return Err(whole(Unfit::TooLong(body.len())));
    }
    Ok(Upload { run_asap, back: matrix.goes_back(), body })
}

fn whole(unfit: Unfit) -> MatrixFault {
    MatrixFault { place: "the matrix".into(), unfit }
}

fn absent(what: &'static str, index: usize, count: usize) -> Unfit {
    Unfit::Absent { what, index, last: count as i64 - 1 }
}

struct Writer<'m> {
    matrix: &'m Matrix,
    model: Model,
    codes: &'m EventCodes,
    hardware: &'m Hardware,
}

impl Writer<'_> {
    fn check_counts(&self) -> Result<(), MatrixFault> {
        if self.matrix.states.is_empty() {
            return Err(whole(Unfit::Empty));
        }
        let back = self.matrix.goes_back();
        let counts = [
            ("states", self.matrix.states.len(), self.hardware.states(back)),
            ("global timers", self.matrix.timers.len(), usize::from(self.hardware.timers)),
            ("global counters", self.matrix.counters.len(), usize::from(self.hardware.counters)),
            ("conditions", self.matrix.conditions.len(), usize::from(self.hardware.conditions)),
        ];
        match counts.into_iter().find(|(_, found, limit)| found > limit) {
            Some((what, found, limit)) => Err(whole(Unfit::TooMany { what, found, limit })),
            None => Ok(()),
        }
    }

    fn in_state(&self, index: usize, unfit: Unfit) -> MatrixFault {
        let name = self.matrix.states.get(index).map_or("", |state| &state.name);
        MatrixFault { place: format!("state {index} `{name}`"), unfit }
    }

    fn target(&self, state: usize, target: Target) -> Result<u8, MatrixFault> {
        let count = self.matrix.states.len();
        match target {
            Target::State(index) if usize::from(index) < count => Ok(index),
            Target::State(index) => Err(self.in_state(state, absent("state", usize::from(index), count))),
            Target::Back => Ok(BACK),
            Target::Exit => Ok(count as u8),
        }
    }

    /// Transitions by their lists: event within the list, and target.
    fn transitions(&self, index: usize, state: &State) -> Result<[Vec<(u8, u8)>; 5], MatrixFault> {
        let mut lists: [Vec<(u8, u8)>; 5] = Default::default();
        for &(event, target) in &state.transitions {
            if event == Event::StateTimer {
                return Err(self.in_state(index, Unfit::NoSupport("a transition for its timer among the others")));
            }
            let name = || self.codes.name(event).unwrap_or_else(|| format!("{event:?}"));
            let (list, number) =
                list_of(self.codes, event).ok_or_else(|| self.in_state(index, Unfit::NoEvent(name())))?;
            if lists[list].iter().any(|(known, _)| *known == number) {
                return Err(self.in_state(index, Unfit::Twice(name())));
            }
            lists[list].push((number, self.target(index, target)?));
        }
        Ok(lists)
    }

    fn states(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        let matrix = self.matrix;
        let counts = [matrix.states.len(), matrix.timers.len(), matrix.counters.len(), matrix.conditions.len()];
        body.extend(counts.map(|count| count as u8));
        for (index, state) in matrix.states.iter().enumerate() {
            body.push(state.timed_out.map_or(Ok(index as u8), |target| self.target(index, target))?);
        }
        let mut lists = Vec::with_capacity(matrix.states.len());
        for (index, state) in matrix.states.iter().enumerate() {
            lists.push(self.transitions(index, state)?);
        }
        let write = |body: &mut Vec<u8>, list: usize| {
            for lists in &lists {
                body.push(lists[list].len() as u8);
                body.extend(lists[list].iter().flat_map(|(event, target)| [*event, *target]));
            }
        };
        write(body, 0);
        for (index, state) in matrix.states.iter().enumerate() {
            self.outputs(index, state, body)?;
        }
        (1..5).for_each(|list| write(body, list));
        Ok(())
    }

    fn outputs(&self, index: usize, state: &State, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        self.field(body, state.outputs.len() as u16);
        for (place, &(channel, value)) in state.outputs.iter().enumerate() {
            self.output(channel, value).map_err(|unfit| self.in_state(index, unfit))?;
            if state.outputs[..place].iter().any(|(known, _)| *known == channel) {
                return Err(self.in_state(index, Unfit::OutputTwice(channel)));
            }
            self.field(body, u16::from(channel));
            self.field(body, value);
        }
        Ok(())
    }

    /// Whether a channel can have a value.
    fn output(&self, channel: u8, value: u16) -> Result<(), Unfit> {
        let kind = self.hardware.outputs.get(usize::from(channel)).ok_or(Unfit::NoOutput(channel))?;
        let limit = match kind {
            Channel::FlexIo if self.model.is_two_plus() => 4095,
            _ => 255,
        };
        if value > limit { Err(Unfit::Value { channel, value, limit }) } else { Ok(()) }
    }

    /// A number that is twice as wide on a 2+; it was checked to fit.
    fn field(&self, body: &mut Vec<u8>, number: u16) {
        let bytes = number.to_le_bytes();
        body.extend(if self.model.is_two_plus() { &bytes[..] } else { &bytes[..1] });
    }

    fn timers(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        let timers = &self.matrix.timers;
        for (index, timer) in timers.iter().enumerate() {
            let fault = |unfit| MatrixFault { place: format!("global timer {index}"), unfit };
            if let Repeat::Times(times @ 0..2) = timer.repeat {
                return Err(fault(Unfit::Repeat(times)));
            }
            for value in [timer.on, timer.off] {
                let any = if self.model.is_two_plus() { u16::MAX } else { 255 };
                match timer.channel {
                    Some(channel) => self.output(channel, value).map_err(fault)?,
                    None if value > any => {
                        return Err(fault(Unfit::Value { channel: no_channel(self.model), value, limit: any }));
                    }
                    None => {}
                }
            }
        }
        body.extend(timers.iter().map(|timer| timer.channel.unwrap_or(no_channel(self.model))));
        timers.iter().for_each(|timer| self.field(body, timer.on));
        timers.iter().for_each(|timer| self.field(body, timer.off));
        body.extend(timers.iter().map(|timer| match timer.repeat {
            Repeat::Once => 0,
            Repeat::Endless => 1,
            Repeat::Times(times) => times,
        }));
        body.extend(timers.iter().map(|timer| u8::from(timer.events)));
        Ok(())
    }

    fn counters(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        for (index, counter) in self.matrix.counters.iter().enumerate() {
            let Some(event) = counter.event else {
                body.push(NO_EVENT);
                continue;
            };
            let unfit = || Unfit::NoEvent(format!("{event:?}"));
            let place = format!("global counter {index}");
            body.push(self.codes.code(event).ok_or_else(|| MatrixFault { place, unfit: unfit() })?);
        }
        Ok(())
    }

    fn conditions(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        let inputs = self.hardware.inputs.len();
        for (index, condition) in self.matrix.conditions.iter().enumerate() {
            let fault = |unfit| MatrixFault { place: format!("condition {index}"), unfit };
            body.push(match condition.source {
                ConditionSource::Input(channel) if usize::from(channel) < inputs => channel,
                ConditionSource::Input(channel) => return Err(fault(absent("input", channel.into(), inputs))),
                ConditionSource::Timer(timer) if usize::from(timer) < self.matrix.timers.len() => inputs as u8 + timer,
                ConditionSource::Timer(timer) => {
                    return Err(fault(absent("global timer", timer.into(), self.matrix.timers.len())));
                }
            });
        }
        body.extend(self.matrix.conditions.iter().map(|condition| u8::from(condition.value)));
        Ok(())
    }

    fn resets(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        let (states, counters) = (&self.matrix.states, self.matrix.counters.len());
        let mut resets = Vec::new();
        for (index, state) in states.iter().enumerate() {
            let Some(counter) = state.reset else { continue };
            if usize::from(counter) >= counters {
                return Err(self.in_state(index, absent("global counter", counter.into(), counters)));
            }
            resets.push((index as u8, counter + 1));
        }
        if self.model.is_23() {
            body.push(resets.len() as u8);
            body.extend(resets.into_iter().flat_map(|(state, counter)| [state, counter]));
        } else {
            body.extend(states.iter().map(|state| state.reset.map_or(0, |counter| counter + 1)));
        }
        Ok(())
    }

    fn thresholds(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        for of in [|state: &State| state.enable, |state: &State| state.disable] {
            let used: Vec<(u8, u8)> = (0_u8..=255)
                .zip(&self.matrix.states)
                .map(|(index, state)| (index, of(state)))
                .filter(|(_, mask)| *mask != 0)
                .collect();
            if self.model.is_two_plus() {
                body.push(used.len() as u8);
                body.extend(used.iter().flat_map(|(index, mask)| [*index, *mask]));
            } else if let Some((index, _)) = used.first() {
                return Err(self.in_state(usize::from(*index), Unfit::NoSupport("analog thresholds")));
            }
        }
        Ok(())
    }

    /// A set of global timers, if all of them are there.
    fn mask(&self, body: &mut Vec<u8>, mask: u32) -> Result<(), Unfit> {
        let count = self.matrix.timers.len();
        if let Some(highest) = mask.checked_ilog2().filter(|highest| *highest as usize >= count) {
            return Err(absent("global timer", highest as usize, count));
        }
        body.extend(&mask.to_le_bytes()[..self.hardware.mask_bytes()]);
        Ok(())
    }

    fn masks(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        for of in [|state: &State| state.trigger, |state: &State| state.cancel] {
            for (index, state) in self.matrix.states.iter().enumerate() {
                self.mask(body, of(state)).map_err(|unfit| self.in_state(index, unfit))?;
            }
        }
        for (index, timer) in self.matrix.timers.iter().enumerate() {
            let fault = |unfit| MatrixFault { place: format!("global timer {index}"), unfit };
            self.mask(body, timer.trigger).map_err(fault)?;
        }
        Ok(())
    }

    fn durations(&self, body: &mut Vec<u8>) {
        let mut write = |cycles: u32| body.extend(cycles.to_le_bytes());
        self.matrix.states.iter().for_each(|state| write(state.timer));
        let of: [fn(&GlobalTimer) -> u32; 3] =
            [|timer| timer.duration, |timer| timer.onset_delay, |timer| timer.interval];
        for of in of {
            self.matrix.timers.iter().for_each(|timer| write(of(timer)));
        }
        self.matrix.counters.iter().for_each(|counter| write(counter.threshold));
    }

    fn messages(&self, body: &mut Vec<u8>) -> Result<(), MatrixFault> {
        for (channel, messages) in &self.matrix.messages {
            if !self.model.is_23() {
                let place = format!("the messages of module channel {channel}");
                return Err(MatrixFault { place, unfit: Unfit::NoSupport("messages inside a matrix") });
            }
            check_messages(self.hardware, *channel, messages)?;
            body.push(1);
            body.extend(load(*channel, messages));
        }
        if self.model.is_23() {
            body.push(0);
        }
        Ok(())
    }
}

/// Whether messages of a module channel (from 0) fit the board.
///
/// # Errors
/// What does not fit.
pub fn check_messages(hardware: &Hardware, channel: u8, messages: &[Message]) -> Result<(), MatrixFault> {
    let fault = |unfit| MatrixFault { place: format!("the messages of module channel {channel}"), unfit };
    let modules = hardware.inputs.iter().filter(|channel| **channel == Channel::Module).count();
    let limit = hardware.max_message_bytes;
    if usize::from(channel) >= modules {
        return Err(fault(absent("module channel", usize::from(channel), modules)));
    }
    if messages.len() > 255 {
        return Err(fault(Unfit::TooMany { what: "messages", found: messages.len(), limit: 255 }));
    }
    let wrong = |length: usize| length == 0 || length > usize::from(limit);
    match messages.iter().find(|message| message.id == 0 || wrong(message.bytes.len())) {
        Some(message) => Err(fault(Unfit::Message { id: message.id, length: message.bytes.len(), limit })),
        None => Ok(()),
    }
}
