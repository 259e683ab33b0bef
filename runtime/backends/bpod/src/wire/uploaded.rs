//! The bytes of an upload back to a state matrix.

use super::command::Upload;
use super::command_bytes::read_load;
use super::reader::Reader;
use super::upload::{BACK, NO_EVENT};
use super::{
    Condition, ConditionSource, Counter, Event, EventCodes, Flaw, GlobalTimer, Hardware, Matrix, Model, Repeat, State,
    Target, WireFault,
};

/// The matrix in an upload. States are named by their numbers: `s0`, `s1`, …
///
/// # Errors
/// When the body does not have the layout of the board's firmware, or names what the board does not have.
pub fn decode(upload: &Upload, model: Model, codes: &EventCodes) -> Result<Matrix, WireFault> {
    let mut body = Body { reader: Reader::new(&upload.body), model, codes, back: upload.back, states: 0 };
    let matrix = body.matrix()?;
    match body.reader.left() {
        0 => Ok(matrix),
        left => Err(body.reader.fault(Flaw::LeftOver(left))),
    }
}

struct Body<'b> {
    reader: Reader<'b>,
    model: Model,
    codes: &'b EventCodes,
    back: bool,
    states: u8,
}

impl Body<'_> {
    fn hardware(&self) -> &Hardware {
        self.codes.hardware()
    }

    fn matrix(&mut self) -> Result<Matrix, WireFault> {
        let (timers, counters, conditions) =
            (self.hardware().timers, self.hardware().counters, self.hardware().conditions);
        self.states = self.reader.u8("the number of states")?;
        if self.states == 0 || (self.back && self.states == 255) {
            let flaw = Flaw::OutOfRange { what: "the number of states", found: self.states.into(), limit: 254 };
            return Err(WireFault { flaw, offset: 0 });
        }
        let timers = self.reader.at_most(timers, "the number of global timers")?;
        let counters = self.reader.at_most(counters, "the number of global counters")?;
        let conditions = self.reader.at_most(conditions, "the number of conditions")?;
        let mut states = self.state_list()?;
        self.transitions(&mut states, 0)?;
        for state in &mut states {
            for _ in 0..self.field()? {
                let channel = self.field()?;
                let known = u16::try_from(self.hardware().outputs.len()).unwrap_or(u16::MAX);
                if channel >= known {
                    return Err(self.beyond("an output channel", channel.into(), u32::from(known) - 1));
                }
                state.outputs.push((channel as u8, self.field()?));
            }
        }
        (1..5).try_for_each(|list| self.transitions(&mut states, list))?;
        let mut timers = self.timers(timers)?;
        let mut counters = self.counters(counters)?;
        let conditions = self.conditions(conditions)?;
        self.resets(&mut states)?;
        if self.model.is_two_plus() {
            self.sparse(|state, mask| states[usize::from(state)].enable = mask, 255, "a threshold mask")?;
            self.sparse(|state, mask| states[usize::from(state)].disable = mask, 255, "a threshold mask")?;
        }
        for state in &mut states {
            state.trigger = self.mask()?;
        }
        for state in &mut states {
            state.cancel = self.mask()?;
        }
        for timer in &mut timers {
            timer.trigger = self.mask()?;
        }
        self.durations(&mut states, &mut timers, &mut counters)?;
        let messages = self.messages()?;
        Ok(Matrix { states, timers, counters, conditions, messages })
    }

    fn beyond(&self, what: &'static str, found: u32, limit: u32) -> WireFault {
        self.reader.fault(Flaw::OutOfRange { what, found, limit })
    }

    /// A number that is twice as wide on a 2+.
    fn field(&mut self) -> Result<u16, WireFault> {
        if self.model.is_two_plus() {
            self.reader.u16("an output field")
        } else {
            Ok(self.reader.u8("an output field")?.into())
        }
    }

    fn target(&mut self) -> Result<Target, WireFault> {
        let target = self.reader.u8("the target of a transition")?;
        match target {
            BACK if self.back => Ok(Target::Back),
            _ if target < self.states => Ok(Target::State(target)),
            _ if target == self.states => Ok(Target::Exit),
            _ => Err(self.beyond("the target of a transition", target.into(), self.states.into())),
        }
    }

    fn state_list(&mut self) -> Result<Vec<State>, WireFault> {
        let mut states = Vec::new();
        for index in 0..self.states {
            let target = Some(self.target()?).filter(|target| *target != Target::State(index));
            states.push(State { name: format!("s{index}"), timed_out: target, ..State::default() });
        }
        Ok(states)
    }

    /// One of the five lists of transitions.
    fn transitions(&mut self, states: &mut [State], list: usize) -> Result<(), WireFault> {
        for state in states {
            for _ in 0..self.reader.u8("the number of transitions")? {
                let number = self.reader.u8("an event")?;
                let event = match list {
                    0 if number < self.codes.input_codes() => self.codes.event(number),
                    0 => None,
                    1 => Some(Event::TimerStart(number)),
                    2 => Some(Event::TimerEnd(number)),
                    3 => Some(Event::CounterEnd(number)),
                    _ => Some(Event::Condition(number)),
                };
                let known = event.filter(|event| self.codes.code(*event).is_some());
                let limit = u32::from(self.codes.input_codes()) - 1;
                let event = known.ok_or_else(|| self.beyond("an event", number.into(), limit))?;
                state.transitions.push((event, self.target()?));
            }
        }
        Ok(())
    }

    fn timers(&mut self, count: u8) -> Result<Vec<GlobalTimer>, WireFault> {
        let mut timers: Vec<GlobalTimer> = (0..count).map(|_| GlobalTimer::default()).collect();
        let outputs = self.hardware().outputs.len();
        for timer in &mut timers {
            let channel = self.reader.u8("the channel of a global timer")?;
            if usize::from(channel) >= outputs && channel < 254 {
                return Err(self.beyond("the channel of a global timer", channel.into(), outputs as u32));
            }
            timer.channel = Some(channel).filter(|channel| *channel < 254);
        }
        for timer in &mut timers {
            timer.on = self.field()?;
        }
        for timer in &mut timers {
            timer.off = self.field()?;
        }
        for timer in &mut timers {
            timer.repeat = match self.reader.u8("how often a global timer runs")? {
                0 => Repeat::Once,
                1 => Repeat::Endless,
                times => Repeat::Times(times),
            };
        }
        for timer in &mut timers {
            timer.events = self.reader.u8("whether a global timer makes events")? != 0;
        }
        Ok(timers)
    }

    fn counters(&mut self, count: u8) -> Result<Vec<Counter>, WireFault> {
        let mut counters = Vec::new();
        for _ in 0..count {
            let code = self.reader.u8("the event of a counter")?;
            let event = self.codes.event(code);
            if event.is_none() && code != NO_EVENT {
                return Err(self.beyond("the event of a counter", code.into(), NO_EVENT.into()));
            }
            counters.push(Counter { event, threshold: 0 });
        }
        Ok(counters)
    }

    fn conditions(&mut self, count: u8) -> Result<Vec<Condition>, WireFault> {
        let inputs = self.hardware().inputs.len();
        let last = inputs + usize::from(self.hardware().timers);
        let mut conditions = Vec::new();
        for _ in 0..count {
            let channel = self.reader.u8("the channel of a condition")?;
            let source = match usize::from(channel) {
                index if index < inputs => ConditionSource::Input(channel),
                index if index < last => ConditionSource::Timer((index - inputs) as u8),
                index => return Err(self.beyond("the channel of a condition", index as u32, last as u32 - 1)),
            };
            conditions.push(Condition { source, value: false });
        }
        for condition in &mut conditions {
            condition.value = self.reader.u8("the value of a condition")? != 0;
        }
        Ok(conditions)
    }

    /// A number of pairs of a state and a byte.
    fn sparse(&mut self, mut set: impl FnMut(u8, u8), limit: u8, what: &'static str) -> Result<(), WireFault> {
        for _ in 0..self.reader.u8("a number of states")? {
            let state = self.reader.at_most(self.states - 1, "the index of a state")?;
            set(state, self.reader.at_most(limit, what)?);
        }
        Ok(())
    }

    fn resets(&mut self, states: &mut [State]) -> Result<(), WireFault> {
        let limit = self.hardware().counters;
        let what = "the counter that is reset";
        if self.model.is_23() {
            return self.sparse(
                |state, counter| states[usize::from(state)].reset = counter.checked_sub(1),
                limit,
                what,
            );
        }
        for state in states {
            state.reset = self.reader.at_most(limit, what)?.checked_sub(1);
        }
        Ok(())
    }

    /// A set of global timers.
    fn mask(&mut self) -> Result<u32, WireFault> {
        let what = "a set of global timers";
        match self.hardware().mask_bytes() {
            1 => Ok(self.reader.u8(what)?.into()),
            2 => Ok(self.reader.u16(what)?.into()),
            _ => self.reader.u32(what),
        }
    }

    fn durations(
        &mut self,
        states: &mut [State],
        timers: &mut [GlobalTimer],
        counters: &mut [Counter],
    ) -> Result<(), WireFault> {
        for state in states {
            state.timer = self.reader.u32("the timer of a state")?;
        }
        for timer in &mut *timers {
            timer.duration = self.reader.u32("the duration of a global timer")?;
        }
        for timer in &mut *timers {
            timer.onset_delay = self.reader.u32("the delay of a global timer")?;
        }
        for timer in &mut *timers {
            timer.interval = self.reader.u32("the interval of a global timer")?;
        }
        for counter in counters {
            counter.threshold = self.reader.u32("the threshold of a counter")?;
        }
        Ok(())
    }

    fn messages(&mut self) -> Result<Vec<(u8, Vec<super::Message>)>, WireFault> {
        let mut messages = Vec::new();
        let limit = self.hardware().max_message_bytes;
        while self.model.is_23() {
            match self.reader.u8("the end of the matrix")? {
                0 => break,
                1 => {}
                found => return Err(self.reader.fault(Flaw::Unexpected { what: "0 or 1", found })),
            }
            match self.reader.u8("messages")? {
                b'L' => messages.push(read_load(&mut self.reader, limit)?),
                found => return Err(self.reader.fault(Flaw::Unexpected { what: "messages", found })),
            }
        }
        Ok(messages)
    }
}
