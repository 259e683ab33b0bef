//! The verifier: what a machine may rely on. A program that passes cannot make a machine loop, trap or reach outside its memory.

use crate::{Class, Clock, Code, Expr, Program, Slot, StateId, Statistic, Stmt, Then, Trigger, Update, header};

/// Something a machine could not rely on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where: a phase, a state.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// All flaws of a program; a lowering that makes one has a bug.
pub fn verify(program: &Program) -> Vec<Flaw> {
    let mut check = Check { program, place: String::new(), flaws: Vec::new() };
    check.tables();
    for (phase, code) in crate::Phase::ALL.iter().zip(&program.phases) {
        check.place = format!("{phase:?}");
        check.code(code);
    }
    check.machines();
    for (k, state) in (0..).zip(&program.states) {
        check.place = format!("state {}", state.name);
        check.state(StateId(k), state);
    }
    check.conditions();
    check.flaws
}

struct Check<'a> {
    program: &'a Program,
    place: String,
    flaws: Vec<Flaw>,
}

impl Check<'_> {
    fn flaw(&mut self, what: String) {
        self.flaws.push(Flaw { place: self.place.clone(), what });
    }

    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.flaw(what());
        }
    }

    fn slots(&mut self, base: Slot, len: u32) {
        let fits = len >= 1 && base.index() + len as usize <= self.program.initial.len();
        self.require(fits, || format!("slots {}..{} lie outside memory", base.0, base.0 + len));
    }

    fn tables(&mut self) {
        self.place = "tables".into();
        let words = self.program.initial.len();
        self.require(words >= header::FIRST_FREE.index(), || "memory has no header".into());
        self.require(self.program.timers.end as usize <= words, || "timers lie outside memory".into());
        self.require(self.program.subject.end as usize <= words, || "the subject's words lie outside memory".into());
        self.require(!self.program.states.is_empty(), || "no state".into());
        self.require(self.program.alarms.is_sorted(), || "alarms are not in order".into());
        self.require(self.program.wakes.is_sorted(), || "wakes are not in order".into());
        for input in &self.program.inputs {
            match input.update {
                Update::Nothing => {}
                Update::Count { raw, zero, count } => {
                    [raw, zero, count].into_iter().for_each(|slot| self.slots(slot, 1));
                }
                Update::Flag { slot, .. } => self.slots(slot, 1),
            }
        }
        for limit in &self.program.on_time {
            self.slots(limit.met, 1);
            let known = (limit.rule.0 as usize) < self.program.rules.len();
            self.require(known, || "unknown rule of a limit".into());
        }
        for statistic in &self.program.statistics {
            self.statistic(statistic);
        }
        for draw in &self.program.draws {
            let fits = draw.distribution.parameters() <= header::SCRATCH_LEN as usize;
            self.require(fits, || format!("draw {} has too many parameters", draw.path));
            if let crate::Distribution::Train { most, block } = draw.distribution {
                self.slots(block, most.saturating_add(2));
            }
        }
    }

    fn statistic(&mut self, statistic: &Statistic) {
        self.slots(statistic.base, statistic.words());
        let window = statistic.window.unwrap_or(statistic.capacity);
        self.require(window == statistic.capacity && statistic.window != Some(0), || {
            format!("statistic {}: window and capacity differ", statistic.path)
        });
    }

    fn state(&mut self, id: StateId, state: &crate::State) {
        let machine = self.program.beside_of(id);
        let slots = state.slots;
        for slot in [slots.entry, slots.exit, slots.visits, slots.time] {
            self.slots(slot, 1);
        }
        self.code(&state.entry);
        self.code(&state.leave);
        for clause in &state.clauses {
            self.trigger(id, &clause.trigger);
            if let Some(guard) = &clause.guard {
                self.expect(guard, Class::Int);
            }
            self.require(clause.guard.is_some() || clause.trigger != Trigger::Condition, || {
                "a condition without guard".into()
            });
            let known = clause.rule.is_none_or(|rule| (rule.0 as usize) < self.program.rules.len());
            self.require(known, || "unknown rule".into());
            self.code(&clause.actions);
            match clause.then {
                Then::Stay => {}
                Then::Enter(to) => {
                    self.require((to.0 as usize) < self.program.states.len(), || "unknown target".into());
                    let own = machine == self.program.beside_of(to);
                    self.require(own, || "a target of another machine".into());
                }
                Then::End(outcome) => {
                    self.require((outcome as usize) < self.program.outcomes.len(), || "unknown outcome".into());
                    self.require(machine.is_none(), || "a machine beside ends the trial".into());
                }
            }
        }
    }

    fn trigger(&mut self, id: StateId, trigger: &Trigger) {
        match *trigger {
            Trigger::Input(input) => {
                self.require((input.0 as usize) < self.program.inputs.len(), || "unknown input".into());
            }
            Trigger::Reaches { input, count, low, high } => {
                self.require((input.0 as usize) < self.program.inputs.len(), || "unknown input".into());
                for slot in [count, low, high] {
                    self.slots(slot, 1);
                }
            }
            Trigger::Timer(slot) => {
                let own = self.program.beside_of(id).map_or(&self.program.timers, |beside| &beside.timers);
                let known = own.contains(&slot.0);
                self.require(known, || format!("slot {} is no timer", slot.0));
            }
            Trigger::State { state, .. } => {
                self.require((state.0 as usize) < self.program.states.len(), || "unknown state".into());
                let other = self.program.beside_of(state) != self.program.beside_of(id);
                self.require(other, || "a machine hears its own states".into());
            }
            Trigger::Condition => {}
        }
    }

    fn code(&mut self, code: &Code) {
        for stmt in code {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set { slot, value } => {
                self.slots(*slot, 1);
                self.expr(value);
            }
            Stmt::SetAt { base, len, index, value } => {
                self.slots(*base, *len);
                self.expect(index, Class::Int);
                self.expr(value);
            }
            Stmt::If { condition, then, otherwise } => {
                self.expect(condition, Class::Int);
                self.code(then);
                self.code(otherwise);
            }
            Stmt::Draw { draw, parameters, slot } => {
                self.slots(*slot, 1);
                let expected = self.program.draws.get(draw.0 as usize).map(|draw| draw.distribution.parameters());
                self.require(expected == Some(parameters.len()), || "wrong number of parameters of a draw".into());
                parameters.iter().for_each(|parameter| self.expr(parameter));
            }
            Stmt::Output { site, arguments } => self.output(site.0, arguments),
            Stmt::Release(site) => {
                self.require((site.0 as usize) < self.program.sites.len(), || "unknown output".into());
            }
            Stmt::Defined(column) => {
                self.require((column.0 as usize) < self.program.columns.len(), || "unknown column".into());
            }
            Stmt::Push { statistic, key, sample } => {
                self.require((statistic.0 as usize) < self.program.statistics.len(), || "unknown statistic".into());
                self.expect(key, Class::Int);
                self.expr(sample);
            }
            Stmt::Fit { fit, first } => {
                match self.program.fits.get(fit.0 as usize) {
                    Some(fit) => {
                        let known = (fit.statistic.0 as usize) < self.program.statistics.len();
                        self.require(known, || "unknown statistic of a fit".into());
                        fit.values.iter().chain(&fit.present).for_each(|slot| self.slots(*slot, 1));
                    }
                    None => self.flaw("unknown fit".into()),
                }
                self.expect(first, Class::Int);
            }
            Stmt::Decide(rule) => {
                self.require((rule.0 as usize) < self.program.rules.len(), || "unknown rule".into());
            }
        }
    }

    fn output(&mut self, site: u32, arguments: &[Expr]) {
        let Some(site) = self.program.sites.get(site as usize) else { return self.flaw("unknown output".into()) };
        self.require(site.parameters.len() == arguments.len(), || {
            format!("wrong number of arguments of {}", site.verb)
        });
        self.require(arguments.len() <= header::SCRATCH_LEN as usize, || "too many arguments".into());
        for ((_, class), argument) in site.parameters.iter().zip(arguments) {
            self.expect(argument, *class);
        }
    }

    fn expect(&mut self, expr: &Expr, class: Class) {
        self.require(expr.class() == class, || format!("expected {class:?}: {expr:?}"));
        self.expr(expr);
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Int(_) | Expr::Real(_) => {}
            Expr::Load(slot, _) => self.slots(*slot, 1),
            Expr::LoadAt { base, len, index, .. } => {
                self.slots(*base, *len);
                self.expect(index, Class::Int);
            }
            Expr::Unary(op, operand) => self.expect(operand, op.classes().0),
            Expr::Binary(op, left, right) => {
                self.expect(left, op.classes().0);
                self.expect(right, op.classes().0);
            }
            Expr::Select(condition, then, otherwise) => {
                self.expect(condition, Class::Int);
                self.expr(then);
                self.expect(otherwise, then.class());
            }
        }
    }

    /// Conditions are followed at once, so a circle of them would never end.
    fn conditions(&mut self) {
        self.place = "states".into();
        if let Some(state) = crate::endless(self.program) {
            self.flaw(format!("conditions lead from {} back to it", state.name));
        }
    }

    /// Each machine's states and timers are its own.
    fn machines(&mut self) {
        self.place = "machines".into();
        let program = self.program;
        let mut next = program.trial_states() as u32;
        for beside in &program.besides {
            self.slots(beside.at, 1);
            let follow = beside.states.start == next && beside.states.end > next;
            self.require(follow, || format!("the states of {} do not follow those before", beside.name));
            next = beside.states.end;
            let fits = beside.timers.end as usize <= program.initial.len();
            self.require(fits, || format!("timers of {} lie outside memory", beside.name));
            let known = matches!(beside.clock, Clock::Trial | Clock::Session);
            self.require(known, || format!("{} has no clock", beside.name));
        }
        self.require(next as usize == program.states.len(), || "states of no machine".into());
        let ordered = program.besides.is_sorted_by_key(|beside| beside.clock == Clock::Trial);
        self.require(ordered, || "machines of the session come first".into());
    }
}
