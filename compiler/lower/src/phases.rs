//! The code between events: session start, trial start and end, statistics, rules, stops, session end.

use crate::columns::Tables;
use crate::expressions::{int, zero};
use crate::fold::{binary, unary};
use crate::layout::Place;
use crate::{Lowering, canonical};
use trialect_base::Finding;
use trialect_ir::{Binary, Class, Code, Expr, OnTime, Phase, RuleId, RuleKind, Stmt, Unary, header};
use trialect_sema::{
    Binder, BlockId, Clock, Each, Finite, Moment, StatFunction, Texpr, Type, ValueId, ValueKind, Watch,
};

impl Lowering<'_> {
    /// Code of all phases, and the rules that can stop a session.
    pub(crate) fn phases(&mut self, tables: &Tables) -> ([Code; Phase::ALL.len()], Vec<RuleId>) {
        // First, because draws of the session and start values may read them.
        let mut session_start = measured(tables, trialect_ir::Clock::Session);
        let fits = self.fits();
        session_start.extend(fits.clone());
        session_start.extend(self.initial_values(Clock::Subject, tables));
        session_start.extend(self.initial_values(Clock::Session, tables));
        let trial_start = self.trial_start(tables);
        let statistics = self.statistics();
        let mut trial_rules = self.handlers(Moment::TrialEnd);
        trial_rules.extend(self.transitions(Moment::TrialEnd));
        trial_rules.extend(self.block_ends());
        let (stops, stop_rules) = self.stops();
        let mut session_end: Code = (0..self.model.curricula.len())
            .map(|k| {
                let slot = self.layout.curricula[k].sessions;
                Stmt::Set { slot, value: binary(Binary::AddInt, int(slot), Expr::Int(1)) }
            })
            .collect();
        session_end.extend(self.pushes(true));
        session_end.extend(fits);
        session_end.extend(self.handlers(Moment::SessionEnd));
        session_end.extend(self.transitions(Moment::SessionEnd));
        self.count_or_not(&mut session_end);
        self.of_session = true;
        let held = self.model.held.clone();
        self.actions(&held, &mut session_start);
        self.of_session = false;
        let columns = tables.snapshots.clone();
        let now = self.stops_now(&stop_rules);
        let trial_start = self.with_last(trial_start);
        let phases = [
            session_start,
            trial_start,
            tables.endings.clone(),
            statistics,
            trial_rules,
            stops,
            now,
            session_end,
            columns,
        ];
        (phases, stop_rules)
    }

    /// Draws of a subject or a session and start values of a clock's variables, each after what it reads: constant ones go
    /// into the initial memory, the others are returned as code. A subject has constant ones only: it begins before any
    /// session.
    fn initial_values(&mut self, clock: Clock, tables: &Tables) -> Code {
        let mut code = Code::new();
        for id in self.in_order(|value| value.clock == clock) {
            let of_state = self.model.values[id.0].state.is_some();
            if let (Clock::Session, ValueKind::Draw(family), false) =
                (clock, self.model.values[id.0].kind.clone(), of_state)
            {
                self.draw(id, &family, tables, &mut code);
            }
            if let (Clock::Subject, ValueKind::Draw(family)) = (clock, self.model.values[id.0].kind.clone()) {
                self.draw_once(id, &family, tables, &mut code);
            }
            let (ValueKind::Variable(variable) | ValueKind::Parameter(variable)) = &self.model.values[id.0].kind else {
                continue;
            };
            let Some(initial) = variable.initial.as_ref().filter(|_| !is_made(clock, &self.model.values[id.0].kind))
            else {
                continue;
            };
            let mut set = Code::new();
            self.start_values(id, initial, tables, &mut set);
            let computed = |stmt: &Stmt| !matches!(stmt, Stmt::Set { value: Expr::Int(_) | Expr::Real(_), .. });
            if clock == Clock::Subject && set.iter().any(computed) {
                let message = "a subject begins before any session, so its variables start from constants";
                let finding = Finding::error("not-constant", message, initial.span, "not a constant");
                self.findings.push(finding.help("write the number with its unit"));
            }
            for stmt in set {
                match (&stmt, clock) {
                    (Stmt::Set { slot, value: Expr::Int(word) }, Clock::Subject | Clock::Session) => {
                        self.layout.initial(*slot, *word as u64);
                    }
                    (Stmt::Set { slot, value: Expr::Real(word) }, Clock::Subject | Clock::Session) => {
                        self.layout.initial(*slot, word.to_bits());
                    }
                    _ => code.push(stmt),
                }
            }
        }
        code
    }

    /// The start value for every key; a parameter that a person has changed keeps its value.
    fn start_values(&mut self, id: ValueId, initial: &Texpr, tables: &Tables, code: &mut Code) {
        let (Some(place), Some(kept)) = (self.layout.values.get(&id).copied(), tables.kept.get(&id).copied()) else {
            return self.assign_all(id, initial, code);
        };
        for (index, bound) in self.each_key(id, place) {
            let mut set = Code::new();
            self.with_bound(bound, |lowering| lowering.assign_at(id, initial, place, index, &mut set));
            let computed = |stmt: &Stmt| !matches!(stmt, Stmt::Set { value: Expr::Int(_) | Expr::Real(_), .. });
            if self.model.values[id.0].clock == Clock::Trial || set.iter().any(computed) {
                let changed = int(kept.offset(index));
                code.push(Stmt::If { condition: changed, then: Code::new(), otherwise: set });
            } else {
                // A constant is there before anything runs.
                code.extend(set);
            }
        }
    }

    /// The start value for every key.
    pub(crate) fn assign_all(&mut self, id: ValueId, initial: &Texpr, code: &mut Code) {
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        for (index, bound) in self.each_key(id, place) {
            self.with_bound(bound, |lowering| lowering.assign_at(id, initial, place, index, code));
        }
    }

    /// Each place of a keyed value, with what its key's variables are there.
    pub(crate) fn each_key(&self, id: ValueId, place: Place) -> Vec<(u32, Vec<(Binder, Expr)>)> {
        let keys = &self.model.values[id.0].keys;
        let bound = |index: u32| {
            let mut rest = index;
            let each = keys.iter().rev().map(|(binder, finite)| {
                let size = finite.size(self.model).max(1);
                let low = if let Finite::Int(int) = finite { self.model.ints[int.0].low } else { 0 };
                let member = low + i64::from(rest % size);
                rest /= size;
                (*binder, Expr::Int(member))
            });
            each.collect()
        };
        (0..place.count).map(|index| (index, bound(index))).collect()
    }

    /// The start value of one key.
    fn assign_at(&mut self, id: ValueId, initial: &Texpr, place: Place, index: u32, code: &mut Code) {
        let lowered = self.expr(initial);
        let word = self.stored(id, lowered.value);
        code.push(Stmt::Set { slot: place.value.offset(index), value: word });
        if let Some(flag) = place.present {
            let there = lowered.present.filter(|_| initial.ty.is_optional()).unwrap_or(Expr::Int(1));
            code.push(Stmt::Set { slot: flag.offset(index), value: there });
        }
    }

    fn trial_start(&mut self, tables: &Tables) -> Code {
        let mut made = self.block_starts(tables);
        for id in self.draw_order(Clock::Trial, None) {
            self.make(id, tables, &mut made);
        }
        let mut code = Code::new();
        let of_session = |k: usize| self.model.clock_of(&self.model.states[k]) == Clock::Session;
        let slots: Vec<_> = self.layout.states.iter().enumerate().filter(|(k, _)| !of_session(*k)).collect();
        for (_, slots) in slots {
            let stamps = [slots.entry, slots.exit, slots.visits, slots.time];
            code.extend(stamps.map(|slot| Stmt::Set { slot, value: Expr::Int(0) }));
        }
        let drawn = self.model.values.iter().enumerate();
        let drawn = drawn.filter(|(_, value)| value.state.is_some() && value.clock == Clock::Trial);
        let flags = drawn.filter_map(|(k, _)| self.layout.values.get(&ValueId(k))?.present);
        code.extend(flags.map(|slot| Stmt::Set { slot, value: Expr::Int(0) }));
        let totals: Vec<_> = self.layout.totals.values().map(|(trial, _)| *trial).collect();
        code.extend(totals.into_iter().map(|slot| Stmt::Set { slot, value: zero(Class::Real) }));
        code.extend(measured(tables, trialect_ir::Clock::Trial));
        code.extend(made);
        // A variable may start from a draw, never the other way round.
        code.extend(self.initial_values(Clock::Trial, tables));
        code.extend(tables.snapshots.iter().cloned());
        let pause = self.model.pause.as_ref().map_or(zero(Class::Real), |(pause, _)| self.value(pause));
        code.push(Stmt::Set { slot: self.layout.pause, value: pause });
        code
    }

    /// The start of a trial after what the last one, and the last blocks, leave behind. Comes when all else is lowered:
    /// only then is it known what `last` reads, be it in a rule of the session's end.
    fn with_last(&mut self, mut trial_start: Code) -> Code {
        for k in 0..self.model.blocks.len() {
            let begins = int(self.layout.blocks[k].ended);
            let kept = self.keep_last(Some(BlockId(k)));
            for stmt in &mut trial_start {
                if let Stmt::If { condition, then, .. } = stmt
                    && *condition == begins
                {
                    then.splice(0..0, kept.iter().cloned());
                }
            }
        }
        let mut code = self.keep_last(None);
        code.extend(trial_start);
        code
    }

    /// What the values of the last trial, or of the last block, were, before new ones are made.
    fn keep_last(&mut self, block: Option<BlockId>) -> Code {
        let mut code = Code::new();
        if block.is_none() {
            code.push(Stmt::Set { slot: self.layout.previous_outcome, value: int(header::OUTCOME) });
        }
        for (id, kept) in self.layout.previous.clone() {
            if self.model.values[id.0].block != block {
                continue;
            }
            let Some(place) = self.layout.values.get(&id).copied() else { continue };
            let class = self.word_class(id);
            for k in 0..place.count {
                code.push(Stmt::Set { slot: kept.value.offset(k), value: Expr::Load(place.value.offset(k), class) });
                if let (Some(to), Some(from)) = (kept.present, place.present) {
                    code.push(Stmt::Set { slot: to.offset(k), value: int(from.offset(k)) });
                }
            }
        }
        code
    }

    /// Parameters, draws and definitions of a trial or a block in dependency order, text order where there is none.
    pub(crate) fn draw_order(&self, clock: Clock, block: Option<BlockId>) -> Vec<ValueId> {
        self.in_order(|value| {
            let made = is_made(clock, &value.kind) && !value.live && value.state.is_none();
            value.clock == clock && value.block == block && made
        })
    }

    /// The values that are wanted, each after those that it reads.
    pub(crate) fn in_order(&self, wanted: impl Fn(&trialect_sema::Value) -> bool) -> Vec<ValueId> {
        let mut order: Vec<ValueId> = Vec::new();
        let mut seen = vec![false; self.model.values.len()];
        for (k, value) in self.model.values.iter().enumerate() {
            if wanted(value) {
                self.after_its_needs(ValueId(k), &mut seen, &mut order);
            }
        }
        order.retain(|id| wanted(&self.model.values[id.0]));
        order
    }

    fn after_its_needs(&self, id: ValueId, seen: &mut [bool], order: &mut Vec<ValueId>) {
        if std::mem::replace(&mut seen[id.0], true) {
            return;
        }
        for need in canonical::reads_now(&self.model.values[id.0].kind) {
            self.after_its_needs(need, seen, order);
        }
        order.push(id);
    }

    /// A parameter, a draw or a definition of the trial.
    pub(crate) fn make(&mut self, id: ValueId, tables: &Tables, code: &mut Code) {
        let value = self.model.values[id.0].clone();
        match &value.kind {
            ValueKind::Draw(family) => self.draw(id, family, tables, code),
            ValueKind::Parameter(variable) => {
                if let Some(initial) = &variable.initial {
                    self.start_values(id, initial, tables, code);
                }
            }
            ValueKind::Definition(body) => {
                self.assign_all(id, body, code);
                if value.keys.is_empty()
                    && let Some(column) = tables.of_value.get(&id)
                {
                    code.push(Stmt::Defined(*column));
                }
            }
            ValueKind::Table(rows) => {
                let Some(place) = self.layout.values.get(&id).copied() else { return };
                for (row, index) in rows.iter().zip(0..place.count) {
                    self.assign_at(id, row, place, index, code);
                }
            }
            _ => {}
        }
    }

    /// Every statistic takes in the row, then the curricula and blocks count the trial.
    fn statistics(&mut self) -> Code {
        let mut code = self.pushes(false);
        let curricula = self.layout.curricula.iter().map(|slots| slots.trials);
        for slot in curricula.chain(self.layout.blocks.iter().map(|slots| slots.trials)) {
            code.push(Stmt::Set { slot, value: binary(Binary::AddInt, int(slot), Expr::Int(1)) });
        }
        code
    }

    /// Statistics over trials, or those over sessions, take in the row.
    fn pushes(&mut self, of_sessions: bool) -> Code {
        let mut code = Code::new();
        for (k, (id, _)) in self.layout.statistics.clone().into_iter().enumerate() {
            let ValueKind::Statistic(statistic) = self.model.values[id.0].kind.clone() else { continue };
            if statistic.of_sessions != of_sessions {
                continue;
            }
            let key = self.key_index(&statistic.key);
            let sample = self.value(&statistic.sample);
            let sample = match (&statistic.sample.ty, statistic.function) {
                (_, StatFunction::Count) => sample,
                (Type::Real(_), _) => sample,
                _ => unary(Unary::ToReal, sample),
            };
            let push = Stmt::Push { statistic: trialect_ir::StatId(k as u32), key, sample };
            match &statistic.filter {
                Some(filter) => {
                    let condition = self.value(filter);
                    code.push(Stmt::If { condition, then: vec![push], otherwise: Code::new() });
                }
                None => code.push(push),
            }
        }
        code
    }

    fn handlers(&mut self, moment: Moment) -> Code {
        let mut code = Code::new();
        for k in 0..self.model.handlers.len() {
            let handler = self.model.handlers[k].clone();
            if handler.moment != moment {
                continue;
            }
            let mut actions = Code::new();
            self.actions(&handler.actions, &mut actions);
            match &handler.guard {
                Some(guard) => {
                    let definition = canonical::handler_path(self.model, &handler);
                    let rule = self.rule(definition.clone(), RuleKind::Handler, definition, handler.span);
                    let condition = self.value(guard);
                    actions.insert(0, Stmt::Decide(rule));
                    code.push(Stmt::If { condition, then: actions, otherwise: Code::new() });
                }
                None => code.extend(actions),
            }
        }
        code
    }

    /// `advise`, limits that were met, `stop`: all that hold are told, the first stops.
    fn stops(&mut self) -> (Code, Vec<RuleId>) {
        let (mut code, mut rules) = (Code::new(), Vec::new());
        for watch in self.model.advices.clone() {
            let rule = self.watch_rule(&watch, RuleKind::Advice, "advise");
            let condition = self.value(&watch.condition);
            code.push(Stmt::If { condition, then: vec![Stmt::Decide(rule)], otherwise: Code::new() });
        }
        for k in 0..self.model.limits.len() {
            rules.push(self.limit_rule(k));
            let condition = int(self.layout.limits[k]);
            code.push(Stmt::If { condition, then: vec![stop(rules.len())], otherwise: Code::new() });
        }
        for watch in self.model.stops.clone() {
            let rule = self.watch_rule(&watch, RuleKind::Stop, "stop");
            rules.push(rule);
            let condition = self.value(&watch.condition);
            code.push(Stmt::If {
                condition,
                then: vec![Stmt::Decide(rule), stop(rules.len())],
                otherwise: Code::new(),
            });
        }
        (code, rules)
    }

    /// Limits of the time for which devices are held on.
    pub(crate) fn on_time(&mut self) -> Vec<OnTime> {
        let timed = |k: &usize| self.model.limits[*k].total.is_none();
        let timed: Vec<usize> = (0..self.model.limits.len()).filter(timed).collect();
        let mut limit = |k: usize| {
            let rule = self.limit_rule(k);
            let limit = &self.model.limits[k];
            let most = self.model.constant_of(&limit.amount).map_or(0.0, |most| most.to_f64());
            OnTime {
                devices: limit.devices.iter().map(|device| device.0 as u32).collect(),
                most: trialect_ir::law::nanoseconds(most),
                each: if limit.each == Each::Trial { trialect_ir::Clock::Trial } else { trialect_ir::Clock::Session },
                of_day: limit.each == Each::Day,
                rule,
                met: self.layout.limits[k],
            }
        };
        timed.into_iter().map(&mut limit).collect()
    }

    /// Whether the session counts: after all that could change the subject.
    fn count_or_not(&mut self, code: &mut Code) {
        let (Some(counts), Some(slot)) = (self.model.counts.clone(), self.layout.counts) else { return };
        code.push(Stmt::Set { slot, value: self.value(&counts) });
        let rule = self.rule("session.counts when".into(), RuleKind::Counts, "counts when".into(), counts.span);
        code.push(Stmt::If { condition: int(slot), then: Code::new(), otherwise: vec![Stmt::Decide(rule)] });
    }

    /// `stop … now`: as at the end of a trial, with the same rules.
    fn stops_now(&mut self, rules: &[RuleId]) -> Code {
        let mut code = Code::new();
        let limits = self.model.limits.len();
        for (k, watch) in self.model.stops.clone().iter().enumerate().filter(|(_, watch)| watch.now) {
            let condition = self.value(&watch.condition);
            let then = vec![Stmt::Decide(rules[limits + k]), stop(limits + k + 1)];
            code.push(Stmt::If { condition, then, otherwise: Code::new() });
        }
        code
    }

    fn watch_rule(&mut self, watch: &Watch, kind: RuleKind, word: &str) -> RuleId {
        self.rule(format!("session.{word} {}", watch.name), kind, watch.name.clone(), watch.span)
    }
}

/// What devices have measured takes its place: of the trial only when what `last` reads is kept.
fn measured(tables: &Tables, clock: trialect_ir::Clock) -> Code {
    let mut code = Code::new();
    for measured in &tables.measured {
        let column = &tables.columns[measured.column as usize];
        if column.clock != clock {
            continue;
        }
        code.push(Stmt::Set { slot: column.value, value: Expr::Load(measured.value, Class::Real) });
        code.extend(column.present.map(|slot| Stmt::Set { slot, value: int(measured.present) }));
    }
    code
}

/// Whether a value is made in dependency order when its clock ticks; variables come after all of these.
fn is_made(clock: Clock, kind: &ValueKind) -> bool {
    match kind {
        ValueKind::Draw(_) | ValueKind::Definition(_) | ValueKind::Table(_) => true,
        ValueKind::Parameter(_) => clock == Clock::Trial,
        _ => false,
    }
}

/// Stops with the k-th rule (from 1) unless an earlier one has.
fn stop(k: usize) -> Stmt {
    let first = binary(Binary::EqInt, int(header::STOP), Expr::Int(0));
    Stmt::If {
        condition: first,
        then: vec![Stmt::Set { slot: header::STOP, value: Expr::Int(k as i64) }],
        otherwise: Code::new(),
    }
}
