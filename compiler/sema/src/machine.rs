//! States, of the trial and of machines beside it: what they do on entry, what they wait for, where they go.

use crate::Checker;
use crate::expressions::{LinearIn, Local};
use crate::model::*;
use crate::names::{Symbol, duplicate, lacks, named_class, nearest, unknown};
use crate::term::{Function, Term, Texpr};
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

    fn find_tracks(&mut self, body: &'a [Written]) {
        for clause in body {
            match &clause.kind {
                ClauseKind::Track { place, value } => match self.track(place, value, clause.span) {
                    Some(Action::Track { stimulus, parameter, affine, .. }) => {
                        self.scope.tracks.push((stimulus, parameter, affine));
                    }
                    // Its own finding is enough.
                    _ => {
                        if let Some(Symbol::Stimulus(stimulus)) = self.symbol(&place.base.text) {
                            self.broken_tracks.push(stimulus);
                        }
                    }
                },
                ClauseKind::For { variable, over, body } => {
                    self.unrolled(variable, over, |checker| checker.find_tracks(body));
                }
                _ => {}
            }
        }
    }

    fn state_clause(&mut self, clause: &'a Written, entry: &mut Vec<Action>, clauses: &mut Vec<Clause>) {
        match &clause.kind {
            ClauseKind::Handler(handler) => self.state_handler(handler, clause.span, clauses),
            // Typed before.
            ClauseKind::Draw { .. } => {}
            ClauseKind::For { variable, over, body } => {
                self.unrolled(variable, over, |checker| {
                    for inner in body {
                        checker.state_clause(inner, entry, clauses);
                    }
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

    /// A parameter of a stimulus follows one expression at a time.
    fn tracked_once(&mut self, stimulus: StimulusId, parameter: usize, span: Span, entry: &[Action]) {
        let first = entry.iter().find_map(|action| match action {
            Action::Track { stimulus: other, parameter: place, span, .. }
                if (*other, *place) == (stimulus, parameter) =>
            {
                Some(*span)
            }
            _ => None,
        });
        if let Some(first) = first {
            let finding =
                Finding::error("given-twice", "a parameter follows one expression in a state", span, "again here");
            self.report(finding.also(first, "first tracked here").help("keep one of them"));
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
            let guard = match (chosen, guard.clone()) {
                (Some(chosen), Some(guard)) => {
                    let span = guard.span;
                    Some(Texpr::bool(Term::Apply(Function::And, vec![chosen, guard]), span))
                }
                (chosen, guard) => chosen.or(guard),
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

    /// `screen.flip`, `port[side].enter`: with the condition under which it is this device's.
    fn device_events(&mut self, place: &Place) -> Option<Vec<(Option<Texpr>, Waits)>> {
        if self.names_a_state(place) {
            let (state, entered) = self.state_event(place)?;
            return Some(vec![(None, Waits::State(state, entered))]);
        }
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
                    .help(self.event_help(place)),
                );
                return None;
            }
        };
        if matches!(place.base.text.as_str(), "trial" | "session") {
            let slower = if place.base.text == "trial" { "session" } else { "subject" };
            let message = "a state hears events of devices; it has ended when its trial or session ends";
            let finding = Finding::error("misplaced-clause", message, place.span, "not an event inside a trial");
            self.report(finding.help(format!("move the handler into `{slower} {{ … }}`")));
            return None;
        }
        let devices = self.devices_at(&place.base, &place.index, place.span)?;
        let class = self.model.class(devices.first()?.device).clone();
        let event =
            class.channels.iter().position(|channel| channel.name == member.text && channel.kind == ChannelKind::Event);
        if event.is_none() {
            let known = class
                .channels
                .iter()
                .filter(|channel| channel.kind == ChannelKind::Event)
                .map(|channel| channel.name.as_str());
            let word = (member.text.as_str(), member.span);
            let mut finding = lacks("unknown-event", &named_class(&class.name), "event", word, known);
            let counter = class.channels.iter().find(|channel| channel.kind == ChannelKind::Counter);
            let text = self.sources.text(place.span);
            let found = class.channels.iter().find(|channel| channel.name == member.text).map(|channel| channel.kind);
            match (found, &finding.help, counter) {
                (Some(ChannelKind::Flag), ..) => {
                    finding = finding.help(format!("`{text}` is a condition: write `when {text} -> …`"));
                }
                (Some(_), ..) => {
                    finding = finding.help(format!("`{text}` is a reading; wait for a level: `on {text} reaches …`"));
                }
                (None, None, Some(counter)) => {
                    let reading = format!("{}.{}", place.base.text, counter.name);
                    finding = finding.help(format!("it reports no events; wait for a level: `on {reading} reaches …`"));
                }
                _ => {}
            }
            self.report(finding.also(class.span, "its class"));
        }
        let event = event? as u32;
        Some(devices.into_iter().map(|one| (one.when, Waits::Event(one.device, event))).collect())
    }

    /// What could be meant by an event that is not written as one.
    fn event_help(&self, place: &Place) -> String {
        let Some(Symbol::Device(device)) = self.symbol(&place.base.text) else {
            return "write `on DEVICE.EVENT -> STATE`".into();
        };
        let events = self.model.class(device).channels.iter().filter(|channel| channel.kind == ChannelKind::Event);
        let events: Vec<String> = events.map(|event| format!("`{}.{}`", place.base.text, event.name)).collect();
        if events.is_empty() {
            "this device reports no events".into()
        } else {
            format!("write {}", events.join(" or "))
        }
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

    /// A reading of the rig, for examples.
    fn a_counter(&self) -> Option<String> {
        let counters = self.model.devices.iter().enumerate().flat_map(|(k, device)| {
            let channels = self.model.class(DeviceId(k)).channels.iter();
            channels.filter(|c| c.kind == ChannelKind::Counter).map(|c| format!("{}.{}", device.name, c.name))
        });
        counters.into_iter().next()
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
        let affine = found.map(|(_, _, affine)| affine.clone());
        if affine.is_none() && !self.broken_tracks.contains(&stimulus) {
            let name = &self.model.stimuli[stimulus.0].name;
            let message = format!("`{name}.{parameter}` does not change in this state");
            let finding = Finding::error("not-tracked", message, span, "follows nothing here");
            self.report(finding.help(format!("add `track {name}.{parameter} = …` to the state")));
        }
        affine
    }

    pub(crate) fn shown_parameters(&self, stimulus: StimulusId) -> Vec<Parameter> {
        let stimulus = &self.model.stimuli[stimulus.0];
        let class = self.model.class(stimulus.device);
        class.constructors.get(stimulus.constructor).map(|constructor| constructor.shown.clone()).unwrap_or_default()
    }

    /// `track grating.azimuth = …`
    fn track(&mut self, place: &Place, value: &Expr, span: Span) -> Option<Action> {
        let symbol = self.symbol(&place.base.text);
        if symbol == Some(Symbol::Broken) {
            return None;
        }
        let (Some(Symbol::Stimulus(stimulus)), [parameter]) = (symbol, place.members.as_slice()) else {
            let stimuli: Vec<&str> = self.model.stimuli.iter().map(|stimulus| stimulus.name.as_str()).collect();
            let near = nearest(&place.base.text, &stimuli).filter(|_| symbol.is_none());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `track STIMULUS.PARAMETER = …`".to_string(),
            };
            let message = "`track` needs a parameter of a stimulus";
            self.report(Finding::error("unknown-target", message, place.span, "not such a parameter").help(help));
            return None;
        };
        let shown = self.shown_parameters(stimulus);
        let Some(k) = shown.iter().position(|known| known.name == parameter.text) else {
            let known = shown.iter().map(|parameter| parameter.name.as_str());
            let what = "parameter of the stimulus";
            self.report(unknown("unknown-argument", what, &parameter.text, parameter.span, known));
            return None;
        };
        if shown[k].train {
            let message = "a train of times is given when a stimulus is played, and follows nothing";
            let finding = Finding::error("unknown-target", message, parameter.span, "a train");
            self.report(finding.help(format!("write `play {}({}: …)`", place.base.text, parameter.text)));
            return None;
        }
        let typed = self.expr_as(value, &Type::Real(shown[k].dimension));
        if typed.ty == Type::Unknown {
            return None;
        }
        match LinearIn::of(&typed) {
            LinearIn::One(affine) => Some(Action::Track { stimulus, parameter: k, affine, span }),
            _ => {
                let message = "`track` follows a factor times one reading, plus an offset";
                let help = match self.a_counter() {
                    Some(counter) => format!("for example `start + gain * {counter}`"),
                    None => "no device of the rig has a reading".into(),
                };
                self.report(Finding::error("not-affine", message, value.span, "not of this form").help(help));
                None
            }
        }
    }
}
