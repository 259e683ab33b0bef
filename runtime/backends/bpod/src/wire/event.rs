//! Events and their codes, which depend on the board and on how many each serial channel was given.

use super::{Channel, Flaw, Hardware, WireFault};
use trialect_matrix::{Edge, Event};

/// The codes of all events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCodes {
    hardware: Hardware,
    /// Of each serial channel: its first code and how many it has.
    serial: Vec<(u8, u8)>,
    timer_start: u8,
    timer_end: u8,
    counter: u8,
    condition: u8,
    state_timer: u8,
}

impl EventCodes {
    /// From what the board has and the events that each serial channel was allotted (command `%`).
    ///
    /// # Errors
    /// When the number of serial channels is another, or their events are more than the board has.
    pub fn new(hardware: &Hardware, allotted: &[u8]) -> Result<EventCodes, WireFault> {
        let serial_inputs = hardware.serial_inputs();
        let fault = |what, found: usize, limit: usize| {
            let flaw = Flaw::OutOfRange { what, found: found as u32, limit: limit as u32 };
            WireFault { flaw, offset: 0 }
        };
        if allotted.len() != serial_inputs {
            return Err(fault("the number of serial channels", allotted.len(), serial_inputs));
        }
        let sum: usize = allotted.iter().map(|&count| usize::from(count)).sum();
        if sum > usize::from(hardware.max_serial_events) {
            return Err(fault("the sum of serial events", sum, usize::from(hardware.max_serial_events)));
        }
        let codes = hardware.event_codes();
        if codes > 254 || hardware.inputs[serial_inputs..].iter().any(|channel| channel.is_serial()) {
            return Err(WireFault { flaw: Flaw::TooManyEvents(codes), offset: 0 });
        }
        Ok(EventCodes::laid_out(hardware, allotted))
    }

    /// Of a known board, before anything was allotted: no serial channel has events.
    pub(crate) fn unallotted(hardware: &Hardware) -> EventCodes {
        EventCodes::laid_out(hardware, &vec![0; hardware.serial_inputs()])
    }

    /// The numbers were checked.
    fn laid_out(hardware: &Hardware, allotted: &[u8]) -> EventCodes {
        let serial_inputs = hardware.serial_inputs();
        let mut first = 0;
        let mut serial = Vec::with_capacity(serial_inputs);
        for &count in allotted {
            serial.push((first, count));
            first += count;
        }
        let digital = (hardware.inputs.len() - serial_inputs) as u8;
        let timer_start = hardware.max_serial_events + 2 * digital;
        let timer_end = timer_start + hardware.timers;
        let counter = timer_end + hardware.timers;
        let condition = counter + hardware.counters;
        let state_timer = condition + hardware.conditions;
        let hardware = hardware.clone();
        EventCodes { hardware, serial, timer_start, timer_end, counter, condition, state_timer }
    }

    /// The board.
    #[must_use]
    pub fn hardware(&self) -> &Hardware {
        &self.hardware
    }

    /// First code of the digital inputs.
    fn digital(&self) -> u8 {
        self.hardware.max_serial_events
    }

    /// How many events a serial channel was allotted.
    pub(crate) fn code_count(&self, channel: u8) -> Option<u8> {
        self.serial.get(usize::from(channel)).map(|(_, count)| *count)
    }

    /// Codes below it are those of inputs.
    pub(crate) fn input_codes(&self) -> u8 {
        self.timer_start
    }

    /// The code of an event; none when the board has no such event.
    #[must_use]
    pub fn code(&self, event: Event) -> Option<u8> {
        let below = |number: u8, count: u8, first: u8| (number < count).then(|| first + number);
        match event {
            Event::Serial { channel, number } => {
                let (first, count) = *self.serial.get(usize::from(channel))?;
                below(number, count, first)
            }
            Event::Digital { channel, edge } => {
                let index = usize::from(channel).checked_sub(self.serial.len())?;
                let known = usize::from(channel) < self.hardware.inputs.len();
                known.then(|| self.digital() + 2 * index as u8 + u8::from(edge == Edge::Off))
            }
            Event::TimerStart(number) => below(number, self.hardware.timers, self.timer_start),
            Event::TimerEnd(number) => below(number, self.hardware.timers, self.timer_end),
            Event::CounterEnd(number) => below(number, self.hardware.counters, self.counter),
            Event::Condition(number) => below(number, self.hardware.conditions, self.condition),
            Event::StateTimer => Some(self.state_timer),
        }
    }

    /// The event of a code; none for codes that were given to nobody.
    #[must_use]
    pub fn event(&self, code: u8) -> Option<Event> {
        if code < self.digital() {
            let inside = |&(first, count): &(u8, u8)| code >= first && code - first < count;
            let channel = self.serial.iter().position(inside)?;
            return Some(Event::Serial { channel: channel as u8, number: code - self.serial[channel].0 });
        }
        Some(match code {
            _ if code < self.timer_start => {
                let slot = code - self.digital();
                let edge = if slot.is_multiple_of(2) { Edge::On } else { Edge::Off };
                Event::Digital { channel: self.serial.len() as u8 + slot / 2, edge }
            }
            _ if code < self.timer_end => Event::TimerStart(code - self.timer_start),
            _ if code < self.counter => Event::TimerEnd(code - self.timer_end),
            _ if code < self.condition => Event::CounterEnd(code - self.counter),
            _ if code < self.state_timer => Event::Condition(code - self.condition),
            _ if code == self.state_timer => Event::StateTimer,
            _ => return None,
        })
    }

    /// The usual name of an event: `Port1In`, `BNC2Low`, `GlobalTimer1_End`, `Tup`; names count from 1.
    #[must_use]
    pub fn name(&self, event: Event) -> Option<String> {
        self.code(event)?;
        Some(match event {
            Event::Serial { channel, number } => {
                let name = self.hardware.input_name(channel)?;
                match self.hardware.inputs.get(usize::from(channel))? {
                    Channel::SoftCode => format!("{name}{}", number + 1),
                    Channel::AppSoftCode => format!("{name}{number}"),
                    _ => format!("{name}_{}", number + 1),
                }
            }
            Event::Digital { channel, edge } => {
                let port = self.hardware.inputs.get(usize::from(channel)) == Some(&Channel::Port);
                let word = match (port, edge) {
                    (true, Edge::On) => "In",
                    (true, Edge::Off) => "Out",
                    (false, Edge::On) => "High",
                    (false, Edge::Off) => "Low",
                };
                format!("{}{word}", self.hardware.input_name(channel)?)
            }
            Event::TimerStart(number) => format!("GlobalTimer{}_Start", number + 1),
            Event::TimerEnd(number) => format!("GlobalTimer{}_End", number + 1),
            Event::CounterEnd(number) => format!("GlobalCounter{}_End", number + 1),
            Event::Condition(number) => format!("Condition{}", number + 1),
            Event::StateTimer => "Tup".into(),
        })
    }
}

/// How many events each serial channel gets: an equal share, or what a module wants; the rest goes to the soft codes.
/// All events are given away, because the digital inputs' codes begin behind the largest number there can be.
///
/// `wanted` has an entry for each module channel: none when no module is there or it does not say.
///
/// # Errors
/// When the modules want more than the board has.
pub fn allot(hardware: &Hardware, wanted: &[Option<u8>]) -> Result<Vec<u8>, WireFault> {
    let serial = hardware.serial_inputs();
    let modules = hardware.inputs.iter().filter(|channel| **channel == Channel::Module).count();
    let all = usize::from(hardware.max_serial_events);
    let share = all / serial.max(1);
    let soft = serial - modules.min(serial);
    let mut counts: Vec<usize> =
        (0..modules).map(|module| wanted.get(module).copied().flatten().map_or(share, usize::from)).collect();
    // Channels without a module give way; each soft code channel keeps one code.
    for module in (0..modules).rev() {
        let over = (counts.iter().sum::<usize>() + soft).saturating_sub(all);
        if wanted.get(module).copied().flatten().is_none() {
            counts[module] = counts[module].saturating_sub(over);
        }
    }
    let sum: usize = counts.iter().sum();
    if sum + soft > all {
        let flaw = Flaw::OutOfRange {
            what: "the number of events that the modules want",
            found: sum as u32,
            limit: (all - soft.min(all)) as u32,
        };
        return Err(WireFault { flaw, offset: 0 });
    }
    let rest = all - sum;
    let mut list: Vec<u8> = counts.iter().map(|&count| count as u8).collect();
    list.extend((0..soft).map(|k| (rest / soft + usize::from(k < rest % soft)) as u8));
    Ok(list)
}
