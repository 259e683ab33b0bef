//! The memory of a program: what lies where, and the words before the first session.

use std::collections::BTreeMap;
use std::ops::Range;
use trialect_ir::{Class, InputId, NEVER, NO_OUTCOME, Slot, StatId, StateSlots, Statistic, header};
use trialect_sema::{
    Action, ChannelKind, Clock, CurriculumId, DeviceId, Each, Model, StatFunction, StateId, StimulusId, Type, Value,
    ValueId, ValueKind, Waits,
};

/// Where a value and, for optionals, its flag are; keyed values have one place for each key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) value: Slot,
    pub(crate) present: Option<Slot>,
    pub(crate) count: u32,
}

/// Where a counting input's words are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counter {
    pub(crate) raw: Slot,
    pub(crate) zero: Slot,
    pub(crate) count: Slot,
}

/// Where a curriculum's words are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StageSlots {
    pub(crate) stage: Slot,
    pub(crate) trials: Slot,
    pub(crate) sessions: Slot,
}

/// Where a block's words are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockSlots {
    /// Ordinal in the session.
    pub(crate) index: Slot,
    /// Trials of it that have ended.
    pub(crate) trials: Slot,
    /// Whether the next trial begins another.
    pub(crate) ended: Slot,
}

/// A parameter of a stimulus that follows a reading: its value, offset and slope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrackSlots {
    pub(crate) value: Slot,
    pub(crate) offset: Slot,
    pub(crate) slope: Slot,
}

pub(crate) struct Layout {
    pub(crate) memory: Vec<u64>,
    pub(crate) values: BTreeMap<ValueId, Place>,
    pub(crate) previous: BTreeMap<ValueId, Place>,
    pub(crate) previous_outcome: Slot,
    pub(crate) statistics: Vec<(ValueId, Statistic)>,
    pub(crate) curricula: Vec<StageSlots>,
    pub(crate) blocks: Vec<BlockSlots>,
    pub(crate) states: Vec<StateSlots>,
    /// For each machine beside the trial's, the word that holds its state, and its timers.
    pub(crate) besides: Vec<(Slot, Range<u32>)>,
    pub(crate) inputs: Vec<(DeviceId, u32)>,
    pub(crate) counters: BTreeMap<(DeviceId, u32), Counter>,
    pub(crate) flags: BTreeMap<(DeviceId, u32), Slot>,
    pub(crate) settings: BTreeMap<(DeviceId, u32), Slot>,
    pub(crate) totals: BTreeMap<(DeviceId, u32), (Slot, Slot)>,
    /// What earlier sessions of the day have given, where a limit of the day asks.
    pub(crate) days: BTreeMap<(DeviceId, u32), Slot>,
    pub(crate) tracks: BTreeMap<(StimulusId, usize), TrackSlots>,
    pub(crate) limits: Vec<Slot>,
    /// For each train the blocks of its keys, one behind the other.
    pub(crate) trains: BTreeMap<ValueId, Slot>,
    /// For each deck, how often each member is left.
    pub(crate) decks: Vec<Slot>,
    pub(crate) pause: Slot,
    /// Whether the session counts.
    pub(crate) counts: Option<Slot>,
    pub(crate) subject: Range<u32>,
    pub(crate) timers: Range<u32>,
    tables: BTreeMap<Vec<u64>, Slot>,
}

impl Layout {
    pub(crate) fn of(model: &Model) -> Layout {
        let mut layout = Layout {
            memory: vec![0; header::FIRST_FREE.index()],
            values: BTreeMap::new(),
            previous: BTreeMap::new(),
            previous_outcome: Slot(0),
            statistics: Vec::new(),
            curricula: Vec::new(),
            blocks: Vec::new(),
            states: Vec::new(),
            besides: Vec::new(),
            inputs: Vec::new(),
            counters: BTreeMap::new(),
            flags: BTreeMap::new(),
            settings: BTreeMap::new(),
            totals: BTreeMap::new(),
            days: BTreeMap::new(),
            tracks: BTreeMap::new(),
            limits: Vec::new(),
            trains: BTreeMap::new(),
            decks: Vec::new(),
            pause: Slot(0),
            counts: None,
            subject: 0..0,
            timers: 0..0,
            tables: BTreeMap::new(),
        };
        let start = layout.memory.len() as u32;
        layout.clock(model, Clock::Subject);
        let first = layout.allocate(3 * model.curricula.len() as u32);
        for curriculum in &model.curricula {
            let rank = model.curricula.iter().filter(|other| other.path < curriculum.path).count() as u32;
            let stage = first.offset(3 * rank);
            layout.curricula.push(StageSlots { stage, trials: stage.offset(1), sessions: stage.offset(2) });
        }
        layout.subject = start..layout.memory.len() as u32;
        layout.asked(model);
        layout.clock(model, Clock::Session);
        layout.clock(model, Clock::Block);
        for _ in &model.blocks {
            let index = layout.allocate(3);
            let slots = BlockSlots { index, trials: index.offset(1), ended: index.offset(2) };
            layout.initial(slots.ended, 1);
            layout.blocks.push(slots);
        }
        layout.clock(model, Clock::Trial);
        layout.machine(model);
        layout
    }

    /// Places of the values that live on a clock.
    fn clock(&mut self, model: &Model, clock: Clock) {
        // By path: the order of declarations has no meaning, and a subject's words must not depend on it.
        let mut values: Vec<(usize, &Value)> =
            model.values.iter().enumerate().filter(|(_, value)| value.clock == clock).collect();
        values.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        for (k, value) in values {
            let id = ValueId(k);
            match &value.kind {
                ValueKind::Statistic(statistic) => self.statistic(model, id, value, statistic),
                // Definitions of slower clocks are computed where they are read.
                ValueKind::Definition(_) | ValueKind::Table(_) if clock < Clock::Block => {}
                ValueKind::Covariate(_) | ValueKind::Fit(_) if clock == Clock::Subject => {}
                kind => {
                    let mut place = self.place(model, value);
                    let of_subject = clock == Clock::Subject && matches!(kind, ValueKind::Draw(_));
                    if value.state.is_some() || of_subject {
                        // There is none before the state's first entry, or the subject's first session.
                        place.present = Some(self.allocate(place.count));
                    }
                    self.values.insert(id, place);
                    if let ValueKind::Draw(trialect_sema::Family::Poisson(.., most)) = kind {
                        let blocks = self.allocate(place.count * (most + 2));
                        self.trains.insert(id, blocks);
                    }
                }
            }
        }
    }

    /// What is asked of a subject is answered for each session, and a curve is fitted for each: they are not among the
    /// words that a session leaves.
    fn asked(&mut self, model: &Model) {
        let is_asked = |value: &Value| {
            value.clock == Clock::Subject && matches!(value.kind, ValueKind::Covariate(_) | ValueKind::Fit(_))
        };
        for (k, value) in model.values.iter().enumerate().filter(|(_, value)| is_asked(value)) {
            let place = self.place(model, value);
            self.values.insert(ValueId(k), place);
        }
    }

    /// Words for a value and its flag, for each key.
    pub(crate) fn place(&mut self, model: &Model, value: &Value) -> Place {
        let count: u32 = value.keys.iter().map(|(_, finite)| finite.size(model)).product::<u32>().max(1);
        let slot = self.allocate(count);
        let present = value.ty.is_optional().then(|| self.allocate(count));
        Place { value: slot, present, count }
    }

    fn statistic(&mut self, model: &Model, id: ValueId, value: &Value, statistic: &trialect_sema::Statistic) {
        let function = match statistic.function {
            StatFunction::Mean => trialect_ir::Function::Mean,
            StatFunction::Count => trialect_ir::Function::Count,
            StatFunction::Sum => trialect_ir::Function::Sum,
            StatFunction::Median => trialect_ir::Function::Median,
            StatFunction::Min => trialect_ir::Function::Min,
            StatFunction::Max => trialect_ir::Function::Max,
        };
        let most_trials = model.most_trials.map_or(1, |(most, _)| most);
        let capacity = match (statistic.window, function) {
            (Some(window), _) => window,
            (None, trialect_ir::Function::Median) => most_trials,
            (None, _) => 0,
        };
        let laid = Statistic {
            path: value.path.clone(),
            function,
            keys: value.keys.iter().map(|(_, finite)| finite.size(model)).product::<u32>().max(1),
            window: statistic.window,
            at_least: statistic.at_least,
            capacity,
            base: Slot(self.memory.len() as u32),
        };
        self.memory.extend(laid.initial());
        self.statistics.push((id, laid));
    }

    /// Words of states, inputs, devices, tracks, limits and timers.
    fn machine(&mut self, model: &Model) {
        for _ in &model.states {
            let entry = self.allocate(4);
            self.states.push(StateSlots {
                entry,
                exit: entry.offset(1),
                visits: entry.offset(2),
                time: entry.offset(3),
            });
        }
        for (k, device) in model.devices.iter().enumerate() {
            let id = DeviceId(k);
            let class = &model.classes[device.class.0];
            for (channel, line) in class.channels.iter().enumerate() {
                let key = (id, channel as u32);
                if line.kind == ChannelKind::Flag {
                    let slot = self.allocate(1);
                    self.flags.insert(key, slot);
                    continue;
                }
                self.inputs.push(key);
                if line.kind == ChannelKind::Counter {
                    let raw = self.allocate(3);
                    self.counters.insert(key, Counter { raw, zero: raw.offset(1), count: raw.offset(2) });
                }
            }
            for setting in 0..class.settings.len() {
                let slot = self.allocate(1);
                self.settings.insert((id, setting as u32), slot);
            }
            for total in 0..class.totals.len() {
                let trial = self.allocate(2);
                self.totals.insert((id, total as u32), (trial, trial.offset(1)));
            }
        }
        let of_days = model.limits.iter().filter(|limit| limit.each == Each::Day);
        for (limit, total) in of_days.filter_map(|limit| Some((limit, limit.total?))) {
            for device in &limit.devices {
                let slot = self.allocate(1);
                self.days.entry((*device, total)).or_insert(slot);
            }
        }
        self.limits = model.limits.iter().map(|_| self.allocate(1)).collect();
        self.decks = model.decks.iter().map(|deck| self.allocate(deck.counts.len() as u32)).collect();
        self.counts = model.counts.is_some().then(|| self.allocate(1));
        self.pause = self.allocate(1);
        self.previous_outcome = self.allocate(1);
        self.timers = self.timers_of(&model.states[..model.trial_states()]);
        for beside in &model.besides {
            let at = self.allocate(1);
            let timers = self.timers_of(&model.states[beside.states.clone()]);
            self.besides.push((at, timers));
        }
    }

    /// As many timers as any of a machine's states needs.
    fn timers_of(&mut self, states: &[trialect_sema::State]) -> Range<u32> {
        let timers = states.iter().map(|state| {
            let after = state.clauses.iter().filter(|clause| matches!(clause.waits, Waits::After(_))).count();
            let actions = state.entry.iter().chain(state.clauses.iter().flat_map(|clause| &clause.actions));
            after + actions.map(timed_holds).sum::<usize>()
        });
        let timers = timers.max().unwrap_or(0) as u32;
        let first = self.allocate(timers);
        first.0..first.0 + timers
    }

    /// `count` fresh words, 0.
    pub(crate) fn allocate(&mut self, count: u32) -> Slot {
        let slot = Slot(self.memory.len() as u32);
        self.memory.resize(self.memory.len() + count as usize, 0);
        slot
    }

    /// A table of constants; equal tables share their words.
    pub(crate) fn table(&mut self, words: Vec<u64>) -> Slot {
        if let Some(slot) = self.tables.get(&words) {
            return *slot;
        }
        let slot = Slot(self.memory.len() as u32);
        self.memory.extend(&words);
        self.tables.insert(words, slot);
        slot
    }

    /// Writes a start value.
    pub(crate) fn initial(&mut self, slot: Slot, word: u64) {
        self.memory[slot.index()] = word;
    }

    /// Index of a device's channel among the inputs.
    pub(crate) fn input(&self, device: DeviceId, channel: u32) -> Option<InputId> {
        self.inputs.iter().position(|key| *key == (device, channel)).map(|k| InputId(k as u32))
    }

    /// The statistic of a value.
    pub(crate) fn statistic_of(&self, id: ValueId) -> Option<(StatId, &Statistic)> {
        self.statistics.iter().position(|(value, _)| *value == id).map(|k| (StatId(k as u32), &self.statistics[k].1))
    }

    /// Words of a parameter that follows a reading.
    pub(crate) fn track(&mut self, stimulus: StimulusId, parameter: usize) -> TrackSlots {
        if let Some(slots) = self.tracks.get(&(stimulus, parameter)) {
            return *slots;
        }
        let value = self.allocate(3);
        let slots = TrackSlots { value, offset: value.offset(1), slope: value.offset(2) };
        self.tracks.insert((stimulus, parameter), slots);
        slots
    }

    /// Stamps of a state.
    pub(crate) fn state(&self, id: StateId) -> StateSlots {
        self.states[id.0]
    }

    /// Words of a curriculum.
    pub(crate) fn curriculum(&self, id: CurriculumId) -> StageSlots {
        self.curricula[id.0]
    }

    /// The memory before the first session.
    pub(crate) fn finish(mut self, idle: i64) -> Vec<u64> {
        self.memory[header::STATE.index()] = idle as u64;
        self.memory[header::OUTCOME.index()] = NO_OUTCOME as u64;
        for (at, _) in &self.besides {
            self.memory[at.index()] = idle as u64;
        }
        for slot in self.timers.clone().chain(self.besides.iter().flat_map(|(_, timers)| timers.clone())) {
            self.memory[slot as usize] = NEVER as u64;
        }
        self.memory
    }
}

/// Class of the word that holds a value of a type.
pub(crate) fn class(ty: &Type) -> Class {
    match ty.required() {
        Type::Real(_) => Class::Real,
        _ => Class::Int,
    }
}

/// How many holds with a time an action has, whichever branch is taken.
fn timed_holds(action: &Action) -> usize {
    match action {
        Action::Do(deed) => usize::from(deed.duration.is_some()),
        Action::If { then, otherwise, .. } => then.iter().chain(otherwise).map(timed_holds).sum(),
        _ => 0,
    }
}
