//! States, of the trial and of machines beside it: what they do on entry, what they wait for, where they go.

use crate::Checker;
use crate::expressions::{LinearIn, Local};
use crate::model::*;
use crate::names::{Symbol, duplicate, nearest, unknown};
use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Clause as Written, ClauseKind, Event, Expr, ExprKind, Target};
use trialect_units::Dimension;

impl<'a> Checker<'a> {
    /// Marks the states that every trial that ends has visited: without them no end can be reached.
    pub(crate) fn mark_always_visited(&mut self) {
        let edges: Vec<(Vec<usize>, bool)> = self.pending.states.iter().map(|body| self.ways_out(body)).collect();
        for without in 0..edges.len() {
            let mut seen = vec![false; edges.len()];
            seen[without] = true;
            let mut open = if without == 0 { Vec::new() } else { vec![0] };
            let mut ends = false;
            while let Some(state) = open.pop() {
                if !std::mem::replace(&mut seen[state], true) {
                    ends |= edges[state].1;
                    open.extend(edges[state].0.iter().copied().filter(|&next| !seen[next]));
                }
            }
            self.model.states[without].always_visited = !ends;
        }
    }

    /// States that a body can go to, and whether it can end the trial.
    fn ways_out(&self, body: &[Written]) -> (Vec<usize>, bool) {
        let (mut targets, mut ends) = (Vec::new(), false);
        let mut open: Vec<&Written> = body.iter().chain(self.pending.everywhere.iter().copied()).collect();
        while let Some(clause) = open.pop() {
            match &clause.kind {
                ClauseKind::Handler(handler) => match &handler.target {
                    Some(Target::State { name, .. }) => {
                        targets.extend(self.names.states.get(&name.text).map(|(id, _)| id.0))
                    }
                    Some(Target::End(_)) => ends = true,
                    None => {}
                },
                ClauseKind::For { body, .. } => open.extend(body),
                _ => {}
            }
        }
        (targets, ends)
    }

    /// Types all states.
    pub(crate) fn settle_machine(&mut self) {
        for k in 0..self.model.states.len() {
            self.settle_state(StateId(k));
        }
    }

    fn settle_state(&mut self, id: StateId) {
        let body = self.pending.states[id.0];
        let machine = self.model.states[id.0].machine;
        self.enter_machine(machine);
        self.in_state = true;
        let (mut entry, mut clauses) = (Vec::new(), Vec::new());
        self.draws_of_state(id, body, &mut entry);
        // What is tracked may be waited for above the clause that tracks it.
        self.broken_tracks.clear();
        self.muted = true;
        self.find_tracks(body);
        self.muted = false;
        let everywhere = if machine.is_none() { self.pending.everywhere.clone() } else { Vec::new() };
        for clause in everywhere.into_iter().chain(body) {
            self.state_clause(clause, &mut entry, &mut clauses);
        }
        self.scope.leave();
        (self.machine, self.in_state) = (None, false);
        let state = &mut self.model.states[id.0];
        (state.entry, state.clauses) = (entry, clauses);
    }

    /// What a state draws when it is entered, before anything else; the names are known in the state.
    fn draws_of_state(&mut self, id: StateId, body: &'a [Written], entry: &mut Vec<Action>) {
        for clause in body {
            let ClauseKind::Draw { head, call, within } = &clause.kind else { continue };
            let found =
                self.model.values.iter().position(|value| value.state == Some(id) && value.span == head.name.span);
            let Some(value) = found.map(ValueId) else { continue };
            let name = head.name.text.clone();
            let local = self.scope.locals.iter().find(|local| local.name == name).map(|local| local.is.span);
            let declared = self.names.symbols.get(&name).map(|(_, first)| *first).or(local);
            if let Some(first) = declared {
                self.report(duplicate(&name, head.name.span, first));
            }
            self.draw(value, head, call, within.as_ref());
            if head.keys.is_empty() {
                let is = self.value(value, Vec::new(), false, head.name.span);
                self.scope.locals.push(Local { name, is });
            } else {
                self.scope.keyed.push((name, value));
            }
            entry.push(Action::Draw(value));
        }
    }

    fn state_clause(&mut self, clause: &'a Written, entry: &mut Vec<Action>, clauses: &mut Vec<Clause>) {
        match &clause.kind {
            ClauseKind::Handler(handler) => self.state_handler(handler, clause.span, clauses),
            // Typed before.
            ClauseKind::Draw { .. } => {}
            ClauseKind::For { variable, over, body } => {
                self.unrolled(variable, over, |checker, member| match member {
                    None => body.iter().for_each(|inner| checker.state_clause(inner, entry, clauses)),
                    Some(condition) => checker.clauses_of_member(&condition, body, entry, clauses),
                });
            }
            ClauseKind::Track { place, value } => {
                let action = self.track(place, value, clause.span);
                if let Some(Action::Track { stimulus, parameter, affine, .. }) = &action {
                    self.tracked_once(*stimulus, *parameter, clause.span, entry);
                    let tracks = &mut self.scope.tracks;
                    tracks.retain(|(other, place, _)| (*other, *place) != (*stimulus, *parameter));
                    tracks.push((*stimulus, *parameter, affine.clone()));
                }
                entry.extend(action);
            }
            _ => entry.extend(self.action(clause)),
        }
    }

    /// What stands in `for` over a set that changes, for one member: what is done on entry if the member is in the set
    /// then, and clauses whose first condition is that it is in the set when what they wait for comes.
    fn clauses_of_member(
        &mut self,
        condition: &Texpr,
        body: &'a [Written],
        entry: &mut Vec<Action>,
        clauses: &mut Vec<Clause>,
    ) {
        let (mut then, first) = (Vec::new(), clauses.len());
        for inner in body {
            if let ClauseKind::Track { .. } = &inner.kind {
                let message = "`track` stands in no loop over a set that changes";
                let finding = Finding::error("misplaced-clause", message, inner.span, "stands here");
                self.report(finding.help("move it out of the loop, or loop over the whole type"));
                continue;
            }
            self.state_clause(inner, &mut then, clauses);
        }
        if !then.is_empty() {
            entry.push(Action::If { condition: condition.clone(), then, otherwise: Vec::new() });
        }
        for clause in &mut clauses[first..] {
            clause.guard = Some(both(condition.clone(), clause.guard.take()));
        }
    }

    /// A clause, or one for each device that it may wait for.
    fn state_handler(&mut self, handler: &'a ast::Handler, span: Span, clauses: &mut Vec<Clause>) {
        let goes = self.goes(handler.target.as_ref());
        let waits = match &handler.event {
            Event::Place(place) => self.device_events(place),
            Event::Reaches(value, level) => self.reaches(value, level).map(|waits| vec![(None, waits)]),
            Event::After(time) => Some(vec![(None, Waits::After(self.duration(time)))]),
            Event::Always => Some(vec![(None, Waits::Condition)]),
        };
        // Where a clause goes is known even when what it waits for is not.
        let waits = waits.unwrap_or_else(|| vec![(None, Waits::After(Texpr::broken(span)))]);
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let written = handler.actions.as_deref().unwrap_or_default();
        let actions = match &guard {
            Some(guard) => self.knowing(&guard.clone(), true, |checker| checker.actions(written)),
            None => self.actions(written),
        };
        let Some(goes) = goes else { return };
        clauses.extend(waits.into_iter().map(|(chosen, waits)| {
            let guard = match chosen {
                Some(chosen) => Some(both(chosen, guard.clone())),
                None => guard.clone(),
            };
            Clause { waits, guard, actions: actions.clone(), goes, span }
        }));
    }

    /// Where a clause goes; to the nearest state or outcome when its name is misspelt, so that only that is reported.
    fn goes(&mut self, target: Option<&Target>) -> Option<Goes> {
        let goes = match target {
            None => return Some(Goes::Stays),
            Some(Target::State { name, by_hand }) => {
                if *by_hand {
                    self.not_yet("`by hand`", name.span);
                }
                let known: Vec<String> = self.own_states().keys().cloned().collect();
                let words: Vec<&str> = known.iter().map(String::as_str).collect();
                let state = |name: &str, checker: &Self| checker.own_states().get(name).map(|(id, _)| Goes::To(*id));
                if let Some(goes) = state(&name.text, self) {
                    return Some(goes);
                }
                let mut finding = unknown("unknown-state", "state", &name.text, name.span, words.iter().copied());
                if let Some(outcome) = self.outcome_named(&name.text).filter(|_| self.machine.is_none()) {
                    self.report(finding.help(format!("to end the trial write `-> end {}`", name.text)));
                    return Some(Goes::Ends(outcome));
                }
                if self.names.states_full {
                    return None;
                }
                if finding.help.is_none() {
                    let home = match self.machine {
                        Some(beside) => format!("beside {}", self.model.besides[beside.0].name),
                        None => "trial".into(),
                    };
                    finding = finding.help(format!("add `state {} {{ … }}` to `{home} {{ … }}`", name.text));
                }
                self.report(finding);
                nearest(&name.text, &words).and_then(|near| state(near, self))
            }
            Some(Target::End(name)) if self.machine.is_some() => {
                self.ends_beside(name);
                return Some(Goes::Stays);
            }
            Some(Target::End(name)) => {
                if let Some(outcome) = self.outcome_named(&name.text) {
                    return Some(Goes::Ends(outcome));
                }
                let outcomes = self.model.outcomes.map(|id| self.model.enums[id.0].members.clone());
                let known: Vec<String> = outcomes.unwrap_or_default().into_iter().map(|m| m.name).collect();
                let words: Vec<&str> = known.iter().map(String::as_str).collect();
                // Without `outcomes` there is one finding already.
                if !known.is_empty() {
                    let mut finding =
                        unknown("unknown-outcome", "outcome", &name.text, name.span, words.iter().copied());
                    if self.names.states.contains_key(&name.text) {
                        finding = finding.help(format!("to go to the state write `-> {}`", name.text));
                    }
                    self.report(finding);
                }
                nearest(&name.text, &words).and_then(|near| self.outcome_named(near)).map(Goes::Ends)
            }
        };
        self.ways_unknown |= goes.is_none();
        goes
    }

    fn outcome_named(&self, name: &str) -> Option<u32> {
        let outcomes = &self.model.enums[self.model.outcomes?.0].members;
        outcomes.iter().position(|member| member.name == name).map(|k| k as u32)
    }

    /// A time that is there and not negative.
    pub(crate) fn duration(&mut self, time: &Expr) -> Texpr {
        let typed = self.expr_as(time, &Type::Real(Dimension::TIME));
        if typed.ty != Type::Unknown && typed.range.low < 0.0 {
            let lies = self.lies(&typed);
            self.report(Finding::error("negative-time", "a timer cannot run backwards", typed.span, lies).help(
                match typed.constant() {
                    Some(_) => "write a time above 0 s".to_string(),
                    None => format!("write `max({}, 0 s)`", self.sources.text(typed.span)),
                },
            ));
        }
        typed
    }

    /// `on VALUE reaches LEVEL`
    fn reaches(&mut self, value: &Expr, level: &Expr) -> Option<Waits> {
        let (affine, both) = self.reached(value)?;
        let dimension = affine.whole.ty.dimension(&self.model)?;
        let level = self.expr_as(level, &Type::Real(dimension));
        if affine.slope.ty != Type::Unknown && affine.slope.range.holds(0.0) {
            let lies = self.lies(&affine.slope);
            self.report(
                Finding::error(
                    "division-by-zero",
                    "what does not follow the reading never reaches a level",
                    affine.slope.span,
                    lies,
                )
                .help("give the factor of the reading a range that leaves out 0"),
            );
        }
        Some(Waits::Reaches { affine, level, both })
    }

    fn reached(&mut self, value: &Expr) -> Option<(Affine, bool)> {
        if let ExprKind::Member(base, parameter) = &value.kind
            && let ExprKind::Name(word) = &base.kind
            && let Some(Symbol::Stimulus(stimulus)) = self.symbol(word)
        {
            return self.tracked(stimulus, &parameter.text, value.span).map(|affine| (affine, false));
        }
        let (inner, both) = match &value.kind {
            ExprKind::Call(call) if call.name.text == "abs" => match call.arguments.as_slice() {
                [ast::Argument { name: None, value: ast::Value::Expr(inner) }] => (inner, true),
                _ => (value, false),
            },
            _ => (value, false),
        };
        let typed = self.expr(inner, None);
        if typed.ty == Type::Unknown {
            return None;
        }
        let (message, label) = match LinearIn::of(&typed) {
            LinearIn::One(affine) if !(both && affine.offset.is_some()) => return Some((affine, both)),
            LinearIn::One(_) => ("`abs(…) reaches` needs a factor times one reading", "has an offset"),
            LinearIn::Free => {
                ("`reaches` needs a reading of a device, which changes while the state lasts", "no reading")
            }
            LinearIn::Other => ("`reaches` needs a factor times one reading, plus an offset", "not of this form"),
        };
        let help = match (&LinearIn::of(&typed), self.a_counter()) {
            (LinearIn::Free, _) if typed.ty == Type::Bool => "test a condition with `when … -> STATE`".to_string(),
            // What is set is at its new value at once, and goes through none between.
            (LinearIn::Free, _) if typed.ty.dimension(&self.model).is_some() => {
                let text = self.sources.text(value.span);
                format!("compare a value: `when {text} >= LEVEL -> STATE`, or `<=` where it falls")
            }
            (_, Some(counter)) => format!("wait for a level of a reading: `on {counter} reaches …`"),
            (_, None) => "no device of the rig has a reading".to_string(),
        };
        self.report(Finding::error("not-affine", message, value.span, label).help(help));
        None
    }
}

/// A condition and, if there is one, another after it.
fn both(first: Texpr, then: Option<Texpr>) -> Texpr {
    let Some(then) = then else { return first };
    let span = then.span;
    Texpr::bool(Term::Apply(Function::And, vec![first, then]), span)
}
