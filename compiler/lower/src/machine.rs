//! States, of the trial and of machines beside it, and the tables of devices, inputs and stimuli.

use crate::Lowering;
use crate::expressions::int;
use crate::fold::{and, binary, or, select, unary};
use trialect_ir::{
    Beside, Binary, Channel, Class, Clause, Code, Device, Expr, Input, InputId, NEVER, RuleKind, SiteId, Slot, State,
    StateId, Stimulus, Stmt, Then, Trigger, Unary, Update, header,
};
use trialect_sema::{Action, Affine, ChannelKind, Clock, Goes, Texpr, Waits};

impl Lowering<'_> {
    pub(crate) fn states(&mut self) -> Vec<State> {
        (0..self.model.states.len()).map(|k| self.state(k)).collect()
    }

    /// Machines beside the trial's.
    pub(crate) fn besides(&self) -> Vec<Beside> {
        let beside = |(beside, (at, timers)): (&trialect_sema::Beside, &(Slot, std::ops::Range<u32>))| Beside {
            name: beside.name.clone(),
            description: beside.description.clone(),
            clock: if beside.clock == Clock::Session { trialect_ir::Clock::Session } else { trialect_ir::Clock::Trial },
            at: *at,
            states: beside.states.start as u32..beside.states.end as u32,
            timers: timers.clone(),
        };
        self.model.besides.iter().zip(&self.layout.besides).map(beside).collect()
    }

    fn state(&mut self, k: usize) -> State {
        let model = self.model;
        let declared = &model.states[k];
        let (mut entry, mut leave) = (Code::new(), Code::new());
        self.of_session = model.clock_of(declared) == Clock::Session;
        let timers = declared.machine.map_or(&self.layout.timers, |beside| &self.layout.besides[beside.0].1);
        self.timers_left = timers.clone();
        self.hold_timers.clear();
        self.actions(&declared.entry, &mut entry);
        self.releases(&declared.entry, &mut leave);
        for clause in &declared.clauses {
            self.releases(&clause.actions, &mut leave);
        }
        let mut clauses = self.followers(&declared.entry);
        for written in &declared.clauses {
            let trigger = match &written.waits {
                Waits::Event(device, channel) => {
                    Trigger::Input(self.layout.input(*device, *channel).unwrap_or(InputId(0)))
                }
                Waits::Reaches { affine, level, both } => self.reaches(affine, level, *both, &mut entry),
                Waits::State(state, entered) => Trigger::State { state: StateId(state.0 as u32), entered: *entered },
                Waits::Condition => Trigger::Condition,
                Waits::After(time) => {
                    let slot = self.timers_left.next().map_or(header::NEXT_TRIAL, Slot);
                    let nanoseconds = unary(Unary::Nanoseconds, self.value(time));
                    entry.push(Stmt::Set { slot, value: binary(Binary::AddInt, int(header::NOW), nanoseconds) });
                    Trigger::Timer(slot)
                }
            };
            let mut clause = self.clause(&declared.name, written, trigger);
            if let (Waits::Reaches { affine, .. }, Trigger::Reaches { count, low, high, .. }) =
                (&written.waits, clause.trigger.clone())
            {
                if clause.then == Then::Stay {
                    // A level is reached once: nothing is beyond these.
                    clause.actions.push(Stmt::Set { slot: low, value: Expr::Int(i64::MIN) });
                    clause.actions.push(Stmt::Set { slot: high, value: Expr::Int(i64::MAX) });
                }
                if !declared.zeroes(affine.device, affine.channel, model) {
                    clauses.push(reached_already(&clause, count, low, high));
                }
            }
            clauses.push(clause);
        }
        let unused = self.timers_left.clone().map(Slot);
        entry.extend(unused.map(|slot| Stmt::Set { slot, value: Expr::Int(NEVER) }));
        for (k, (site, slot)) in self.hold_timers.clone().into_iter().enumerate() {
            // Disarmed first: whether the output comes on is seen by what the entry does.
            entry.insert(k, Stmt::Set { slot, value: Expr::Int(NEVER) });
            clauses.push(ends_hold(site, slot));
        }
        self.of_session = false;
        State {
            name: declared.name.clone(),
            description: declared.description.clone(),
            slots: self.layout.state(trialect_sema::StateId(k)),
            entry,
            leave,
            clauses,
        }
    }

    fn clause(&mut self, state: &str, written: &trialect_sema::Clause, trigger: Trigger) -> Clause {
        let mut guard = written.guard.as_ref().map(|guard| self.value(guard));
        if trigger == Trigger::Condition && guard.is_none() {
            guard = Some(Expr::Int(1));
        }
        let mut actions = Code::new();
        self.actions(&written.actions, &mut actions);
        let then = match written.goes {
            Goes::Stays => Then::Stay,
            Goes::To(to) => Then::Enter(StateId(to.0 as u32)),
            Goes::Ends(outcome) => Then::End(outcome),
        };
        let name = match written.goes {
            Goes::Stays => state.to_string(),
            Goes::To(to) => format!("{state} -> {}", self.model.states[to.0].name),
            Goes::Ends(outcome) => {
                let outcomes = self.model.outcomes.map(|id| &self.model.enums[id.0].members);
                format!(
                    "{state} -> end {}",
                    outcomes.and_then(|list| list.get(outcome as usize)).map_or("", |member| &member.name)
                )
            }
        };
        let rule = self.rule(format!("state.{state}"), RuleKind::Clause, name, written.span);
        Clause { rule: Some(rule), trigger, guard, actions, then }
    }

    /// What ends with the state: what is held, what is tracked.
    fn releases(&mut self, actions: &[Action], leave: &mut Code) {
        let mut release = |site| {
            if !leave.contains(&Stmt::Release(site)) {
                leave.push(Stmt::Release(site));
            }
        };
        let mut open: Vec<&Action> = actions.iter().rev().collect();
        while let Some(action) = open.pop() {
            match action {
                Action::Do(deed) if deed.held => release(self.site_of(deed)),
                Action::Track { stimulus, parameter, .. } => release(self.track_site(*stimulus, *parameter)),
                Action::If { then, otherwise, .. } => open.extend(then.iter().chain(otherwise).rev()),
                _ => {}
            }
        }
    }

    /// Clauses that move what is tracked with each reading, before anything else is looked at; they are no rules.
    fn followers(&mut self, actions: &[Action]) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for action in actions {
            let Action::Track { stimulus, parameter, affine, .. } = action else { continue };
            let Some(input) = self.layout.input(affine.device, affine.channel) else { continue };
            let follow = self.follow(*stimulus, *parameter, affine);
            clauses.push(Clause {
                rule: None,
                trigger: Trigger::Input(input),
                guard: None,
                actions: vec![follow],
                then: Then::Stay,
            });
        }
        clauses
    }

    /// A level in counts: the exact level divided by the size of a count, to nearest, half away from zero, at least one.
    fn reaches(&mut self, affine: &Affine, level: &Texpr, both: bool, entry: &mut Code) -> Trigger {
        let counter = self.layout.counters[&(affine.device, affine.channel)];
        let input = self.layout.input(affine.device, affine.channel).unwrap_or(InputId(0));
        let mut travel = self.value(level);
        if let Some(offset) = &affine.offset {
            let offset = self.value(offset);
            travel = binary(Binary::SubReal, travel, offset);
        }
        let slope = self.value(&affine.slope);
        if slope != Expr::Real(1.0) {
            travel = binary(Binary::DivReal, travel, slope);
        }
        let (at, counts, low, high) = (self.slot(), self.slot(), self.slot(), self.slot());
        entry.push(Stmt::Set { slot: at, value: binary(Binary::DivReal, travel, self.count_size(affine.device)) });
        let nearest = unary(Unary::Round, Expr::Load(at, Class::Real));
        entry.push(Stmt::Set { slot: counts, value: nearest });
        let down = binary(Binary::LtReal, Expr::Load(at, Class::Real), Expr::Real(0.0));
        let one = select(down, Expr::Int(-1), Expr::Int(1));
        let nowhere = binary(Binary::EqInt, int(counts), Expr::Int(0));
        entry.push(Stmt::Set { slot: counts, value: select(nowhere, one, int(counts)) });
        if both {
            let size = unary(Unary::AbsInt, int(counts));
            entry.push(Stmt::Set { slot: low, value: unary(Unary::NegInt, size.clone()) });
            entry.push(Stmt::Set { slot: high, value: size });
        } else {
            let here = int(counter.count);
            let below = binary(Binary::LeInt, int(counts), here.clone());
            let above = binary(Binary::LeInt, here, int(counts));
            entry.push(Stmt::Set { slot: low, value: select(below, int(counts), Expr::Int(i64::MIN)) });
            entry.push(Stmt::Set { slot: high, value: select(above, int(counts), Expr::Int(i64::MAX)) });
        }
        Trigger::Reaches { input, count: counter.count, low, high }
    }

    pub(crate) fn devices(&self) -> Vec<Device> {
        let model = self.model;
        let device = |(k, device): (usize, &trialect_sema::Device)| {
            let class = &model.classes[device.class.0];
            let slot = |setting: usize| self.layout.settings[&(trialect_sema::DeviceId(k), setting as u32)];
            Device {
                name: device.name.clone(),
                class: class.name.clone(),
                description: device.description.clone(),
                settings: class
                    .settings
                    .iter()
                    .enumerate()
                    .map(|(s, setting)| (setting.name.clone(), slot(s)))
                    .collect(),
            }
        };
        model.devices.iter().enumerate().map(device).collect()
    }

    pub(crate) fn inputs(&self) -> Vec<Input> {
        let input = |&(device, channel): &(trialect_sema::DeviceId, u32)| {
            let line = &self.model.class(device).channels[channel as usize];
            let update = match (self.layout.counters.get(&(device, channel)), line.turns) {
                (Some(c), _) => Update::Count { raw: c.raw, zero: c.zero, count: c.count },
                (None, Some((flag, on))) => Update::Flag { slot: self.layout.flags[&(device, flag)], on },
                (None, None) => Update::Nothing,
            };
            let kind = if line.kind == ChannelKind::Counter { Channel::Counter } else { Channel::Event };
            Input { device: device.0 as u32, channel: line.name.clone(), kind, update }
        };
        self.layout.inputs.iter().map(input).collect()
    }

    pub(crate) fn stimuli(&mut self) -> Vec<Stimulus> {
        let model = self.model;
        let mut stimulus = |stimulus: &trialect_sema::Stimulus| {
            let constructor = &model.class(stimulus.device).constructors[stimulus.constructor];
            let mut value = |typed: &Texpr| match self.value(typed) {
                Expr::Real(value) => value,
                _ => {
                    self.findings.push(crate::flaw("a constant of a stimulus was not computed", typed.span));
                    0.0
                }
            };
            let fixed = constructor.fixed.iter().zip(&stimulus.fixed).map(|(p, typed)| (p.name.clone(), value(typed)));
            Stimulus {
                name: stimulus.name.clone(),
                device: stimulus.device.0 as u32,
                constructor: constructor.name.clone(),
                fixed: fixed.collect(),
            }
        };
        model.stimuli.iter().map(&mut stimulus).collect()
    }
}

/// The clause of a level that may be reached when the state is entered, as one that needs no event.
fn reached_already(clause: &Clause, count: Slot, low: Slot, high: Slot) -> Clause {
    let below = binary(Binary::LeInt, int(count), int(low));
    let above = binary(Binary::LeInt, int(high), int(count));
    let beyond = or(below, above);
    let guard = clause.guard.clone().map_or(beyond.clone(), |guard| and(beyond, guard));
    Clause { trigger: Trigger::Condition, guard: Some(guard), ..clause.clone() }
}

/// The clause by which an output that is held `for` a time ends; it is no rule.
fn ends_hold(site: SiteId, slot: Slot) -> Clause {
    Clause {
        rule: None,
        trigger: Trigger::Timer(slot),
        guard: None,
        actions: vec![Stmt::Release(site)],
        then: Then::Stay,
    }
}
