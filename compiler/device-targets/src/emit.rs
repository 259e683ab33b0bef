//! From what was explored to a matrix.

use crate::board::{Bindings, Board, Wire};
use crate::clocks::Clock;
use crate::explore::{Explored, Found, Goal};
use crate::refusal::{HOST, Place, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::{Program, Update, VerbKind};
use trialect_matrix::{
    Condition, ConditionSource, Course, Edge, Event, GlobalTimer, Heard, Matrix, Message, State, Target, Thresholds,
};

struct Emitter<'a> {
    program: &'a Program,
    board: &'a Board,
    bindings: &'a Bindings,
    explored: &'a Explored,
    matrix: Matrix,
    /// States that wait for pulses to end, by what they wait for.
    drains: BTreeMap<u32, u8>,
    /// Conditions that a pulse has ended, by its global timer.
    ended: BTreeMap<u8, u8>,
}

/// The matrix of what was explored, with what its events mean.
pub(crate) fn emit(
    program: &Program,
    board: &Board,
    bindings: &Bindings,
    explored: &Explored,
) -> Result<Course, Vec<Refusal>> {
    let mut emitter = Emitter {
        program,
        board,
        bindings,
        explored,
        matrix: Matrix::default(),
        drains: BTreeMap::new(),
        ended: BTreeMap::new(),
    };
    emitter.clocks();
    let messages = emitter.messages();
    for place in &explored.places {
        let state = emitter.state(place, &messages);
        emitter.matrix.states.push(state);
    }
    emitter.wait_for_pulses();
    emitter.within_limits()?;
    let states = emitter.states_of_text();
    Ok(Course {
        cycle: board.cycle,
        heard: emitter.heard(),
        states,
        carried_out: emitter.carried_out(),
        thresholds: explored
            .levels
            .iter()
            .map(|(device, levels)| Thresholds { device: *device, levels: levels.clone() })
            .collect(),
        matrix: emitter.matrix,
    })
}

impl Emitter<'_> {
    fn clocks(&mut self) {
        for clock in &self.explored.clocks.timers {
            self.matrix.timers.push(match *clock {
                Clock::Timer { cycles, .. } => GlobalTimer { duration: cycles, ..GlobalTimer::default() },
                Clock::Pulse { output, cycles } => {
                    GlobalTimer { duration: cycles, channel: Some(output), on: 1, ..GlobalTimer::default() }
                }
            });
        }
        for (channel, edge) in &self.explored.clocks.conditions {
            // Conditions look at the electrical level, which isolators invert.
            let value = (*edge == Edge::On) != self.board.inverted.contains(channel);
            self.matrix.conditions.push(Condition { source: ConditionSource::Input(*channel), value });
        }
    }

    /// All messages that places send, with their numbers.
    fn messages(&mut self) -> BTreeMap<(u8, Vec<u8>), u8> {
        let mut numbers = BTreeMap::new();
        let mut lists: BTreeMap<u8, Vec<Message>> = BTreeMap::new();
        for (channel, bytes) in self.explored.places.iter().flat_map(|place| &place.config.shots.messages) {
            let key = (*channel, bytes.clone());
            numbers.entry(key).or_insert_with(|| {
                let list = lists.entry(*channel).or_default();
                let id = u8::try_from(list.len() + 1).unwrap_or(u8::MAX);
                list.push(Message { id, bytes: bytes.clone() });
                id
            });
        }
        self.matrix.messages = lists.into_iter().collect();
        numbers
    }

    fn state(&mut self, place: &Found, messages: &BTreeMap<(u8, Vec<u8>), u8>) -> State {
        let mut outputs: BTreeMap<u8, u16> = BTreeMap::new();
        for site in &place.config.on {
            let device = self.program.sites[site.0 as usize].device;
            if let Wire::Digital { output: Some((channel, value)), .. } = self.bindings.wire(device) {
                outputs.insert(*channel, *value);
            }
        }
        for (channel, bytes) in &place.config.shots.messages {
            let id = messages.get(&(*channel, bytes.clone())).copied().unwrap_or(0);
            outputs.insert(*channel, u16::from(id));
        }
        let (timer, timed_out) = match place.timed {
            Some((cycles, goal)) => (cycles, Some(self.target(goal))),
            None => (0, None),
        };
        let transitions = place.events.iter().map(|(event, goal)| (*event, self.target(*goal))).collect();
        State {
            name: self.name(place),
            timer,
            timed_out,
            transitions,
            outputs: outputs.into_iter().collect(),
            trigger: place.config.shots.trigger,
            ..State::default()
        }
    }

    fn name(&self, place: &Found) -> String {
        let names =
            place.config.states(self.program).into_iter().filter_map(|state| {
                self.program.states.get(usize::try_from(state).ok()?).map(|state| state.name.as_str())
            });
        names.collect::<Vec<_>>().join(" ")
    }

    fn target(&mut self, goal: Goal) -> Target {
        match goal {
            Goal::Place(index) => Target::State(u8::try_from(index).unwrap_or(u8::MAX)),
            Goal::Over(0) => Target::Exit,
            Goal::Over(pulses) => Target::State(self.drain(pulses)),
        }
    }

    /// The state that waits until pulses have ended: the end of a trial would cut them short.
    fn drain(&mut self, pulses: u32) -> u8 {
        let next = self.explored.places.len() + self.drains.len();
        *self.drains.entry(pulses).or_insert(u8::try_from(next).unwrap_or(u8::MAX))
    }

    fn wait_for_pulses(&mut self) {
        let mut open: Vec<u32> = self.drains.keys().copied().collect();
        while let Some(pulses) = open.pop() {
            let rest = pulses & (pulses - 1);
            if rest != 0 && !self.drains.contains_key(&rest) {
                self.drain(rest);
                open.push(rest);
            }
        }
        let mut order: Vec<(u8, u32)> = self.drains.iter().map(|(pulses, index)| (*index, *pulses)).collect();
        order.sort_unstable();
        for (_, pulses) in order {
            let rest = pulses & (pulses - 1);
            let target = if rest == 0 { Target::Exit } else { Target::State(self.drain(rest)) };
            let condition = self.has_ended(pulses.trailing_zeros() as u8);
            self.matrix.states.push(State {
                name: "pulses end".into(),
                transitions: vec![(Event::Condition(condition), target)],
                ..State::default()
            });
        }
    }

    fn has_ended(&mut self, timer: u8) -> u8 {
        let next = u8::try_from(self.matrix.conditions.len()).unwrap_or(u8::MAX);
        let index = *self.ended.entry(timer).or_insert(next);
        if index == next {
            self.matrix.conditions.push(Condition { source: ConditionSource::Timer(timer), value: false });
        }
        index
    }

    fn within_limits(&self) -> Result<(), Vec<Refusal>> {
        let limits = [
            ("device-states", "states", self.matrix.states.len(), self.board.states),
            ("device-timers", "global timers", self.matrix.timers.len(), self.board.timers),
            ("device-conditions", "conditions", self.matrix.conditions.len(), self.board.conditions),
        ];
        let over = limits.into_iter().filter(|(.., found, limit)| found > limit);
        let refusals: Vec<Refusal> = over
            .map(|(code, what, found, limit)| Refusal {
                place: Place::Protocol,
                code,
                message: format!("the trial takes {found} {what}, and the board has {limit}"),
                help: HOST,
            })
            .collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    fn states_of_text(&self) -> Vec<Vec<u32>> {
        let of = |place: &Found| {
            let states = place.config.states(self.program).into_iter();
            let running = |state: i64| u32::try_from(state).ok().filter(|_| state < self.program.idle());
            states.filter_map(running).collect()
        };
        self.explored.places.iter().map(of).chain(self.drains.iter().map(|_| Vec::new())).collect()
    }

    /// What events tell of inputs of the program.
    fn heard(&self) -> BTreeMap<Event, Heard> {
        let mut heard = BTreeMap::new();
        for (line, input) in (0..).zip(&self.program.inputs) {
            let happened = Heard::Happened { line };
            let events = self.bindings.events(self.program, line as usize);
            for event in events {
                heard.insert(event, happened);
                if let Event::Digital { channel, edge } = event {
                    let conditions = &self.explored.clocks.conditions;
                    let known = conditions.iter().position(|condition| *condition == (channel, edge));
                    heard.extend(known.map(|index| (Event::Condition(index as u8), happened)));
                }
            }
            match (self.bindings.wire(input.device), &input.update) {
                (Wire::Pulse { output, .. }, _) if input.channel == "done" => {
                    let clocks = self.explored.clocks.pulses(*output).into_iter();
                    heard.extend(clocks.map(|clock| (Event::TimerEnd(clock), happened)));
                }
                (Wire::Encoder { channel }, Update::Count { .. }) => {
                    let levels = self.explored.levels.get(&input.device).into_iter().flatten();
                    heard.extend((0..).zip(levels).map(|(number, level)| {
                        (Event::Serial { channel: *channel, number }, Heard::Reached { line, level: *level })
                    }));
                }
                _ => {}
            }
        }
        heard
    }

    fn carried_out(&self) -> BTreeSet<(u32, String)> {
        let by_board = self.program.sites.iter().filter(|site| match self.bindings.wire(site.device) {
            Wire::Digital { output: Some(_), .. } => site.kind == VerbKind::Held,
            Wire::Pulse { .. } => site.kind == VerbKind::Timed,
            Wire::Encoder { .. } => site.verb == "zero",
            Wire::Digital { .. } | Wire::Edges { .. } | Wire::Host => false,
        });
        by_board.map(|site| (site.device, site.verb.clone())).collect()
    }
}
