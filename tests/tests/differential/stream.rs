//! Random sessions of a program: phases in the order of a session, and between them random events.

use crate::generator::Generator;
use crate::twins::{Call, Tally, Twins};
use trialect_ir::{
    Channel, Class, Clock, InputId, NEVER, NO_OUTCOME, Phase, Program, Slot, State, Trigger, Update, header, law,
};

/// A trial that has not ended after so many steps is broken off.
const PATIENCE: u32 = 600;
/// Most trials of a session.
const TRIALS: i64 = 60;
const MILLISECOND: i64 = 1_000_000;

/// Random sessions of one program.
pub struct Stream<'t, 'p> {
    program: &'p Program,
    twins: &'t mut Twins<'p>,
    generator: Generator,
    now: i64,
    /// The free-running count of each input.
    counts: Vec<i64>,
    counters: Vec<InputId>,
}

impl<'t, 'p> Stream<'t, 'p> {
    pub fn new(program: &'p Program, twins: &'t mut Twins<'p>, key: u64) -> Stream<'t, 'p> {
        let inputs = (0..).map(InputId).zip(&program.inputs);
        let counters = inputs.filter(|(_, input)| input.kind == Channel::Counter).map(|(id, _)| id).collect();
        let counts = vec![0; program.inputs.len()];
        Stream { program, twins, generator: Generator::new(key), now: 0, counts, counters }
    }

    /// Sessions until at least so many events have been delivered; without inputs, timers have come so often.
    pub fn run(&mut self, events: u64) {
        let deaf = self.program.inputs.is_empty();
        let done = |tally: Tally| if deaf { tally.timers } else { tally.events };
        while done(self.twins.tally()) < events {
            self.session();
        }
    }

    fn session(&mut self) {
        self.prepare();
        self.twins.call(Call::Run(Phase::SessionStart));
        self.twins.call(Call::Start { at: self.now });
        let mut going_on = true;
        for trial in 1..=self.generator.between(1, TRIALS) {
            self.between_trials();
            going_on = going_on && self.trial(trial);
            if !going_on {
                break;
            }
        }
        self.twins.call(Call::Stop { at: self.now });
        self.twins.set(header::NOW, self.now as u64);
        self.twins.call(Call::Run(Phase::SessionEnd));
        self.twins.call(Call::Run(Phase::Columns));
    }

    /// What devices measure when a clock ticks: mostly a number of the size that the unit asks for.
    fn measured(&mut self, clock: Clock) {
        for measured in
            self.program.measured.iter().filter(|one| self.program.columns[one.column as usize].clock == clock)
        {
            let usual = self.program.columns[measured.column as usize].covariate.as_ref().and_then(|c| c.standard);
            let [low, high] = usual.unwrap_or([0.0, 45.0]);
            let share = self.generator.between(-2, 12) as f64 / 10.0;
            let hostile = self.generator.once_in(50);
            let value = if hostile { self.generator.hostile() } else { (low + share * (high - low)).to_bits() };
            self.twins.set(measured.value, value);
            self.twins.set(measured.present, u64::from(!self.generator.once_in(8)));
        }
    }

    /// Now and then a person changes a parameter.
    fn changes(&mut self) {
        if self.program.parameters.is_empty() || !self.generator.once_in(4) {
            return;
        }
        let k = self.generator.below(self.program.parameters.len() as u64) as usize;
        let parameter = &self.program.parameters[k];
        let column = &self.program.columns[parameter.column as usize];
        let number = self.generator.between(0, 9);
        let word = if column.domain.class() == Class::Real { (number as f64 / 4.0).to_bits() } else { number as u64 };
        self.twins.set(column.value, word);
        self.twins.set(parameter.kept, 1);
    }

    /// Memory as a session finds it: the subject's words of the session before, or of none.
    fn prepare(&mut self) {
        let mut memory = self.program.initial.clone();
        let subject = self.program.subject.start as usize..self.program.subject.end as usize;
        if !self.generator.once_in(4) {
            memory[subject.clone()].copy_from_slice(&self.twins.memory()[subject]);
        }
        self.twins.load(&memory);
        for (_, slot) in self.program.devices.iter().flat_map(|device| &device.settings) {
            let constant = if self.generator.once_in(20) { self.generator.hostile() } else { 0.19_f64.to_bits() };
            self.twins.set(*slot, constant);
        }
        for &k in &self.program.asked {
            let column = &self.program.columns[k as usize];
            let asked = self.generator.between(0, 45);
            let word = if column.domain.class() == Class::Real { (asked as f64).to_bits() } else { asked as u64 };
            self.twins.set(column.value, word);
            if let Some(flag) = column.present {
                self.twins.set(flag, u64::from(!self.generator.once_in(3)));
            }
        }
        self.measured(Clock::Session);
        let session = self.generator.between(1, 40);
        self.twins.set(header::SESSION, session as u64);
        self.now = 0;
        self.counts.fill(0);
    }

    /// Now and then something happens while no trial runs.
    fn between_trials(&mut self) {
        while !self.program.inputs.is_empty() && self.generator.once_in(3) {
            self.event();
        }
        // Timers of the session's machines.
        let due = self.deadline();
        if !self.program.besides.is_empty() && self.generator.once_in(2) && due < self.now.saturating_add(MILLISECOND) {
            self.timers(due.max(self.now));
        }
        let pause = law::nanoseconds(f64::from_bits(self.twins.int(self.program.pause) as u64));
        self.now = self.now.saturating_add(pause.min(10_000 * MILLISECOND));
    }

    /// One trial, as a session drives it; false when the session is to end.
    fn trial(&mut self, trial: i64) -> bool {
        self.changes();
        self.measured(Clock::Trial);
        self.twins.set(header::TRIAL, trial as u64);
        self.twins.set(header::NOW, self.now as u64);
        self.twins.call(Call::Run(Phase::TrialStart));
        self.twins.call(Call::Begin { at: self.now });
        let mut steps = 0;
        while self.twins.int(header::OUTCOME) == NO_OUTCOME {
            steps += 1;
            let looks = !self.program.phase(Phase::Now).is_empty() && self.generator.once_in(8);
            let stops = looks && {
                self.twins.call(Call::Run(Phase::Now));
                self.twins.int(header::STOP) != 0
            };
            if stops || steps > PATIENCE || self.generator.once_in(5_000) {
                self.twins.call(Call::Interrupt { at: self.now });
                self.twins.call(Call::Run(Phase::TrialEnd));
                return false;
            }
            self.step();
        }
        for phase in [Phase::TrialEnd, Phase::Statistics, Phase::TrialRules] {
            self.twins.call(Call::Run(phase));
        }
        self.twins.call(Call::Settle { at: self.now });
        self.twins.call(Call::Run(Phase::Stops));
        self.twins.int(header::STOP) == 0
    }

    fn deadline(&self) -> i64 {
        self.program.deadlines().map(|slot| self.twins.int(slot)).min().unwrap_or(NEVER)
    }

    /// A deadline, or an event a little later.
    fn step(&mut self) {
        let deadline = self.deadline();
        let soon = self.now.saturating_add(100_000 * MILLISECOND);
        // A hostile value may have set a deadline that no session would live to see.
        let waits = (self.now..soon).contains(&deadline);
        match self.generator.below(64) {
            _ if self.program.inputs.is_empty() => self.timers(if waits { deadline } else { soon }),
            // Inputs of an instant come before its timers.
            0..=2 if waits => {
                self.now = deadline;
                self.event();
                self.timers(deadline);
            }
            3..=5 if waits => self.timers(deadline),
            6 if waits => self.timers(deadline - 1),
            7 => self.timers(self.now),
            _ => {
                self.now = self.now.saturating_add(self.pause());
                self.event();
            }
        }
    }

    fn timers(&mut self, at: i64) {
        self.now = at;
        self.twins.call(Call::Timers { at });
    }

    /// Time to the next event: as a rule a sample of 1 kHz.
    fn pause(&mut self) -> i64 {
        match self.generator.below(16) {
            0 => 0,
            1 => self.generator.between(0, 60 * MILLISECOND),
            _ => MILLISECOND,
        }
    }

    fn event(&mut self) {
        let input = self.input();
        let value = self.value(input);
        // Even a clock that is out of its mind must not part the machines.
        let at = if self.generator.once_in(20_000) { self.generator.hostile() as i64 } else { self.now };
        self.twins.call(Call::Event { input, value, at });
    }

    /// Mostly a counter, if there is one.
    fn input(&mut self) -> InputId {
        if !self.counters.is_empty() && !self.generator.once_in(4) {
            return self.generator.one_of(&self.counters);
        }
        InputId(self.generator.below(self.program.inputs.len() as u64) as u32)
    }

    /// What an input reports: a counter as a rule a small step, at times a jump, a level or an edge of the integers.
    fn value(&mut self, input: InputId) -> i64 {
        let count = &mut self.counts[input.0 as usize];
        if self.program.inputs[input.0 as usize].kind == Channel::Event {
            return if self.generator.once_in(100) { self.generator.hostile() as i64 } else { 1 };
        }
        match self.generator.below(256) {
            0 => return self.generator.hostile() as i64,
            1..=10 => {
                if let Some(level) = self.level(input) {
                    return level.wrapping_add(self.generator.between(-1, 1));
                }
            }
            11..=14 => *count = count.wrapping_add(self.generator.between(-300, 300)),
            _ => *count = count.wrapping_add(self.generator.between(-3, 3)),
        }
        self.counts[input.0 as usize]
    }

    /// The free-running count at which a level of the present state is just reached.
    fn level(&mut self, input: InputId) -> Option<i64> {
        let state: &State = self.program.states.get(usize::try_from(self.twins.int(header::STATE)).ok()?)?;
        let levels: Vec<Slot> =
            state.clauses.iter().filter_map(|clause| levels_of(&clause.trigger, input)).flatten().collect();
        let Update::Count { zero, .. } = self.program.inputs[input.0 as usize].update else { return None };
        if levels.is_empty() {
            return None;
        }
        let level = self.generator.one_of(&levels);
        Some(self.twins.int(zero).wrapping_add(self.twins.int(level)))
    }
}

fn levels_of(trigger: &Trigger, input: InputId) -> Option<[Slot; 2]> {
    match *trigger {
        Trigger::Reaches { input: other, low, high, .. } if other == input => Some([low, high]),
        _ => None,
    }
}
