//! The trial's states: what they do on entry, what they wait for, where they go.

use crate::Checker;
use crate::expressions::LinearIn;
use crate::model::*;
use crate::names::{Symbol, unknown};
use crate::term::Texpr;
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Clause as Written, ClauseKind, Event, Expr, ExprKind, Place, Target};
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
        self.scope.clock = Clock::Trial;
        self.scope.tracks = Vec::new();
        let (mut entry, mut clauses) = (Vec::new(), Vec::new());
        for clause in self.pending.everywhere.clone() {
            self.state_clause(clause, &mut entry, &mut clauses);
        }
        // What is tracked may be waited for above the clause that tracks it.
        for clause in body {
            if let ClauseKind::Track { place, value } = &clause.kind
                && let Some(action) = self.track(place, value, clause.span)
            {
                entry.push((clause.span, action));
            }
        }
        for clause in body {
            self.state_clause(clause, &mut entry, &mut clauses);
        }
        entry.sort_by_key(|(span, _)| *span);
        self.scope.tracks = Vec::new();
        self.scope.clock = Clock::Constant;
        let state = &mut self.model.states[id.0];
        state.entry = entry.into_iter().map(|(_, action)| action).collect();
        state.clauses = clauses;
    }

    fn state_clause(&mut self, clause: &'a Written, entry: &mut Vec<(Span, Action)>, clauses: &mut Vec<Clause>) {
        match &clause.kind {
            ClauseKind::Handler(handler) => {
                if let Some(clause) = self.state_handler(handler, clause.span) {
                    clauses.push(clause);
                }
            }
            ClauseKind::For { variable, over, body } => {
                self.unrolled(variable, over, |checker| {
                    for inner in body {
                        checker.state_clause(inner, entry, clauses);
                    }
                });
            }
            ClauseKind::Track { .. } => {}
            _ => entry.extend(self.action(clause).map(|action| (clause.span, action))),
        }
    }

    fn state_handler(&mut self, handler: &'a ast::Handler, span: Span) -> Option<Clause> {
        let waits = match &handler.event {
            Event::Place(place) => self.device_event(place)?,
            Event::Reaches(value, level) => self.reaches(value, level)?,
            Event::After(time) => Waits::After(self.duration(time)),
            Event::Always => Waits::Condition,
        };
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let written = handler.actions.as_deref().unwrap_or_default();
        let actions = match &guard {
            Some(guard) => self.knowing(&guard.clone(), true, |checker| checker.actions(written)),
            None => self.actions(written),
        };
        let goes = match &handler.target {
            None => Goes::Stays,
            Some(Target::State { name, by_hand }) => {
                if *by_hand {
                    self.not_yet("`by hand`", name.span);
                }
                match self.names.states.get(&name.text) {
                    Some((state, _)) => Goes::To(*state),
                    None => {
                        let known = self.names.states.keys().map(String::as_str);
                        let mut finding = unknown("unknown-state", "state", &name.text, name.span, known);
                        if self.outcome_named(&name.text).is_some() {
                            finding = finding.help(format!("to end the trial write `-> end {}`", name.text));
                        }
                        self.report(finding);
                        return None;
                    }
                }
            }
            Some(Target::End(name)) => match self.outcome_named(&name.text) {
                Some(k) => Goes::Ends(k),
                None => {
                    let known = self
                        .model
                        .outcomes
                        .map(|id| self.model.enums[id.0].members.iter().map(|m| m.name.clone()).collect::<Vec<_>>());
                    let known = known.unwrap_or_default();
                    self.report(unknown(
                        "unknown-outcome",
                        "outcome",
                        &name.text,
                        name.span,
                        known.iter().map(String::as_str),
                    ));
                    return None;
                }
            },
        };
        Some(Clause { waits, guard, actions, goes, span })
    }

    fn outcome_named(&self, name: &str) -> Option<u32> {
        let outcomes = &self.model.enums[self.model.outcomes?.0].members;
        outcomes.iter().position(|member| member.name == name).map(|k| k as u32)
    }

    /// `screen.flip`
    fn device_event(&mut self, place: &Place) -> Option<Waits> {
        let member = match place.members.as_slice() {
            [member] => member,
            _ => {
                self.report(
                    Finding::error(
                        "unknown-event",
                        "an event is a device and what it reports",
                        place.span,
                        "not an event",
                    )
                    .help("write `on DEVICE.EVENT -> STATE`"),
                );
                return None;
            }
        };
        if matches!(place.base.text.as_str(), "trial" | "session") {
            self.report(
                Finding::error(
                    "misplaced-clause",
                    "a state ends before its clock does",
                    place.span,
                    "not an event inside a trial",
                )
                .help(format!(
                    "move the handler into `{} {{ … }}`",
                    if place.base.text == "trial" { "session" } else { "subject" }
                )),
            );
            return None;
        }
        let device = self.device_named(place)?;
        let class = self.model.class(device).clone();
        let event =
            class.channels.iter().position(|channel| channel.name == member.text && channel.kind == ChannelKind::Event);
        if event.is_none() {
            let known = class
                .channels
                .iter()
                .filter(|channel| channel.kind == ChannelKind::Event)
                .map(|channel| channel.name.as_str());
            self.report(
                unknown("unknown-event", &format!("event of {}", class.name), &member.text, member.span, known)
                    .also(class.span, "its class"),
            );
        }
        event.map(|k| Waits::Event(device, k as u32))
    }

    /// A time that is there and not negative.
    fn duration(&mut self, time: &Expr) -> Texpr {
        let typed = self.expr_as(time, &Type::Real(Dimension::TIME));
        if typed.ty != Type::Unknown && typed.range.low < 0.0 {
            let lies = self.describe_range(&typed);
            self.report(
                Finding::error("negative-time", "a timer cannot run backwards", typed.span, format!("lies in {lies}"))
                    .help(format!("write `max({}, 0 s)`", self.sources.text(typed.span))),
            );
        }
        typed
    }

    /// `on VALUE reaches LEVEL`
    fn reaches(&mut self, value: &Expr, level: &Expr) -> Option<Waits> {
        let (affine, both) = self.reached(value)?;
        let dimension = affine.whole.ty.dimension(&self.model)?;
        let level = self.expr_as(level, &Type::Real(dimension));
        if affine.slope.ty != Type::Unknown && affine.slope.range.holds(0.0) {
            let lies = self.describe_range(&affine.slope);
            self.report(
                Finding::error(
                    "division-by-zero",
                    "what does not follow the reading never reaches a level",
                    affine.slope.span,
                    format!("the slope lies in {lies}"),
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
        match LinearIn::of(&typed) {
            LinearIn::One(affine) if !(both && affine.offset.is_some()) => Some((affine, both)),
            _ => {
                self.report(
                    Finding::error(
                        "not-affine",
                        "`reaches` needs a factor times one reading, plus an offset",
                        value.span,
                        "not of this form",
                    )
                    .help("wait for the level of a counter, for example `on wheel.travel reaches …`"),
                );
                None
            }
        }
    }

    /// What a parameter of a stimulus follows in this state.
    fn tracked(&mut self, stimulus: StimulusId, parameter: &str, span: Span) -> Option<Affine> {
        let shown = self.shown_parameters(stimulus);
        let position = shown.iter().position(|known| known.name == parameter);
        let Some(k) = position else {
            self.report(unknown(
                "unknown-argument",
                "parameter of the stimulus",
                parameter,
                span,
                shown.iter().map(|p| p.name.as_str()),
            ));
            return None;
        };
        let found = self.scope.tracks.iter().find(|(other, place, _)| *other == stimulus && *place == k);
        if found.is_none() {
            let name = &self.model.stimuli[stimulus.0].name;
            let finding = Finding::error(
                "not-tracked",
                format!("`{name}.{parameter}` does not change in this state"),
                span,
                "follows nothing here",
            )
            .help(format!("add `track {name}.{parameter} = …` to the state"));
            self.report(finding);
        }
        self.scope
            .tracks
            .iter()
            .find(|(other, place, _)| *other == stimulus && *place == k)
            .map(|(_, _, affine)| affine.clone())
    }

    pub(crate) fn shown_parameters(&self, stimulus: StimulusId) -> Vec<Parameter> {
        let stimulus = &self.model.stimuli[stimulus.0];
        let class = self.model.class(stimulus.device);
        class.constructors.get(stimulus.constructor).map(|constructor| constructor.shown.clone()).unwrap_or_default()
    }

    /// `track grating.azimuth = …`
    fn track(&mut self, place: &Place, value: &Expr, span: Span) -> Option<Action> {
        let (Some(Symbol::Stimulus(stimulus)), [parameter]) = (self.symbol(&place.base.text), place.members.as_slice())
        else {
            self.report(
                Finding::error(
                    "unknown-target",
                    "`track` needs a parameter of a stimulus",
                    place.span,
                    "not such a parameter",
                )
                .help("write `track STIMULUS.PARAMETER = …`"),
            );
            return None;
        };
        let shown = self.shown_parameters(stimulus);
        let Some(k) = shown.iter().position(|known| known.name == parameter.text) else {
            self.report(unknown(
                "unknown-argument",
                "parameter of the stimulus",
                &parameter.text,
                parameter.span,
                shown.iter().map(|p| p.name.as_str()),
            ));
            return None;
        };
        let typed = self.expr_as(value, &Type::Real(shown[k].dimension));
        if typed.ty == Type::Unknown {
            return None;
        }
        let LinearIn::One(affine) = LinearIn::of(&typed) else {
            self.report(
                Finding::error(
                    "not-affine",
                    "`track` follows a factor times one reading, plus an offset",
                    value.span,
                    "not of this form",
                )
                .help("for example `start + gain * wheel.travel`"),
            );
            return None;
        };
        self.scope.tracks.push((stimulus, k, affine.clone()));
        Some(Action::Track { stimulus, parameter: k, affine, span })
    }
}
