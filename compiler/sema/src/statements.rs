//! Actions of handlers and entries, and the rules of the slower clocks.

use crate::expressions::Local;
use crate::model::*;
use crate::names::{Symbol, unknown};
use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Body, Clause as Written, ClauseKind, Event, Expr, Name, Place, VerbClause};
use trialect_units::{Decimal, Dimension};

impl<'a> Checker<'a> {
    /// Actions in order; local names live to the end of the list.
    pub(crate) fn actions(&mut self, written: &'a [Written]) -> Vec<Action> {
        let depth = self.scope.locals.len();
        let mut actions = Vec::new();
        for clause in written {
            if let ClauseKind::For { variable, over, body } = &clause.kind {
                self.unrolled(variable, over, |checker| actions.extend(checker.actions(body)));
            } else {
                actions.extend(self.action(clause));
            }
        }
        self.scope.locals.truncate(depth);
        actions
    }

    /// Runs `each` once for every member of a finite type, with the variable standing for the member.
    pub(crate) fn unrolled(&mut self, variable: &Name, over: &Expr, mut each: impl FnMut(&mut Self)) {
        let over = self.expr(over, None);
        let Type::Set(finite) = over.ty else {
            if over.ty != Type::Unknown {
                let found = over.ty.describe(&self.model);
                self.report(
                    Finding::error("type-mismatch", "`for` runs over a type", over.span, format!("this is {found}"))
                        .help("write `for x in TYPE { … }`"),
                );
            }
            return;
        };
        if !matches!(over.term, Term::Everything(_)) {
            return self.not_yet("`for` over a set", over.span);
        }
        for k in 0..finite.size(&self.model) {
            let term = match finite {
                crate::Finite::Bool => Term::Bool(k != 0),
                crate::Finite::Enum(id) => Term::Member(id, k),
                crate::Finite::Levels(id) => Term::Level(id, k),
                crate::Finite::Int(id) => Term::IntMember(id, k),
            };
            let is = Texpr { term, ty: finite.member_type(), range: Interval::ALL, span: variable.span };
            self.scope.locals.push(Local { name: variable.text.clone(), is });
            each(self);
            self.scope.locals.pop();
        }
    }

    /// One action; `for` is taken apart before.
    pub(crate) fn action(&mut self, clause: &'a Written) -> Option<Action> {
        match &clause.kind {
            ClauseKind::Set { place, value, add } => self.set_action(place, value, *add, clause.span),
            ClauseKind::Define { head, body: Body::Expr(expr) } => {
                let to = self.expr(expr, None);
                let binder = self.model.binder();
                let is = Texpr { term: Term::Local(binder), ty: to.ty.clone(), range: to.range, span: head.name.span };
                self.scope.locals.push(Local { name: head.name.text.clone(), is });
                (to.ty != Type::Unknown).then_some(Action::Let { binder, to })
            }
            ClauseKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition);
                let then = self.knowing(&condition, true, |checker| checker.actions(then));
                let otherwise = self.knowing(&condition, false, |checker| checker.actions(otherwise));
                Some(Action::If { condition, then, otherwise })
            }
            ClauseKind::Do(verb) => self.deed(verb, false, clause.span).map(Action::Do),
            ClauseKind::Hold(verb) => self.deed(verb, true, clause.span).map(Action::Do),
            _ => {
                self.report(
                    Finding::error("misplaced-clause", "this clause is no action", clause.span, "stands here")
                        .help("actions are `NAME := VALUE`, `if`, `for` and what devices do"),
                );
                None
            }
        }
    }

    /// `place := value`, `place += value`
    fn set_action(&mut self, place: &Place, value: &Expr, add: bool, span: Span) -> Option<Action> {
        let Some(Symbol::Value(id)) = self.symbol(&place.base.text) else {
            let finding = match self.symbol(&place.base.text) {
                Some(_) => Finding::error(
                    "not-a-variable",
                    format!("`{}` cannot be set", place.base.text),
                    place.span,
                    "not a variable",
                ),
                None => self.unknown_name(&place.base.text, place.base.span),
            };
            self.report(finding);
            return None;
        };
        let declared = self.model.values[id.0].clone();
        let ValueKind::Variable(variable) = &declared.kind else {
            let help = format!("declare it as `var {} := …`", declared.name);
            let finding = Finding::error(
                "not-a-variable",
                format!("`{}` is fixed where it is declared", declared.name),
                place.span,
                "cannot be set",
            )
            .also(declared.span, "declared here")
            .help(help);
            self.report(finding);
            return None;
        };
        if declared.clock > self.scope.clock {
            let finding = Finding::error(
                "faster-clock",
                format!(
                    "`{}` lives on the {}, this handler on the {}",
                    declared.name,
                    declared.clock.word(),
                    self.scope.clock.word()
                ),
                place.span,
                "set from a slower clock",
            )
            .help("set it from a handler on its own clock or a faster one");
            self.report(finding);
        }
        let keys: Vec<Texpr> = place
            .index
            .iter()
            .zip(&declared.keys)
            .map(|(key, (_, finite))| self.expr_as(key, &finite.member_type()))
            .collect();
        if place.index.len() != declared.keys.len() {
            self.report(Finding::error(
                "wrong-keys",
                format!("`{}` has {} keys", declared.name, declared.keys.len()),
                place.span,
                "other keys here",
            ));
            return None;
        }
        let to = if add { self.increment(id, &keys, value, place.span) } else { self.expr_as(value, &declared.ty) };
        self.check_assignment(&declared, variable.within, &to, add && declared.ty == Type::Int);
        Some(Action::Set { value: id, keys, to, span })
    }

    /// `n += 1` saturates at the ends of its range when it is a whole number.
    fn increment(&mut self, id: ValueId, keys: &[Texpr], value: &Expr, span: Span) -> Texpr {
        let declared = self.model.values[id.0].clone();
        let by = self.expr_as(value, &declared.ty);
        let now = Texpr {
            term: Term::Value { value: id, keys: keys.to_vec(), last: false },
            ty: declared.ty.clone(),
            range: declared.range,
            span,
        };
        let range = now.range.plus(by.range);
        let sum = Texpr { term: Term::Apply(Function::Add, vec![now, by]), ty: declared.ty.clone(), range, span };
        let ValueKind::Variable(Variable { within: Some((low, high)), .. }) = declared.kind else { return sum };
        if declared.ty != Type::Int {
            return sum;
        }
        let number = |value: Decimal| Texpr {
            term: Term::Number(value),
            ty: Type::Int,
            range: Interval::point(value.to_f64()),
            span,
        };
        let below = Texpr { term: Term::Apply(Function::Min, vec![sum, number(high)]), ty: Type::Int, range, span };
        Texpr { term: Term::Apply(Function::Max, vec![below, number(low)]), ty: Type::Int, range: declared.range, span }
    }

    /// A verb with its target.
    fn deed(&mut self, verb: &'a VerbClause, held: bool, span: Span) -> Option<Deed> {
        if let Some(duration) = &verb.duration {
            self.not_yet("`hold … for`", duration.span);
        }
        let (device, stimulus) = match self.symbol(&verb.target.base.text) {
            Some(Symbol::Stimulus(stimulus)) => (self.model.stimuli[stimulus.0].device, Some(stimulus)),
            Some(Symbol::Device(device)) => (device, None),
            _ => {
                let devices = self.model.devices.iter().map(|device| device.name.clone());
                let known: Vec<String> =
                    devices.chain(self.model.stimuli.iter().map(|stimulus| stimulus.name.clone())).collect();
                self.report(unknown(
                    "unknown-device",
                    "device or stimulus",
                    &verb.target.base.text,
                    verb.target.base.span,
                    known.iter().map(String::as_str),
                ));
                return None;
            }
        };
        if let Some(part) = verb.target.members.first() {
            self.not_yet("parts of devices", part.span);
            return None;
        }
        let class = self.model.class(device).clone();
        let Some(k) = class.verbs.iter().position(|known| known.name == verb.verb.text) else {
            let known = class.verbs.iter().map(|known| known.name.as_str());
            self.report(
                unknown("unknown-verb", &format!("action of {}", class.name), &verb.verb.text, verb.verb.span, known)
                    .also(class.span, "its class"),
            );
            return None;
        };
        let definition = &class.verbs[k];
        self.check_lasting(definition, held, span);
        self.check_presented(definition, stimulus, &verb.target);
        let parameters = match stimulus {
            Some(stimulus) => self.shown_parameters(stimulus),
            None => definition.parameters.clone(),
        };
        let mut arguments = Vec::new();
        let mut rest = parameters.as_slice();
        if let Some(amount) = &verb.amount {
            let Some((first, others)) = rest.split_first() else {
                self.report(
                    Finding::error(
                        "wrong-arguments",
                        format!("`{}` takes no amount", definition.name),
                        amount.span,
                        "an amount",
                    )
                    .also(definition.span, "declared here"),
                );
                return None;
            };
            arguments.push((first.name.clone(), self.expr_as(amount, &Type::Real(first.dimension))));
            rest = others;
        }
        // A picture may be shown again with some of its parameters; a verb needs all of its own.
        arguments.extend(self.named_arguments(&verb.arguments, rest, span, stimulus.is_none())?);
        self.check_amount(definition, &arguments);
        Some(Deed { device, verb: k, stimulus, arguments, held, span })
    }

    fn check_lasting(&mut self, verb: &VerbDef, held: bool, span: Span) {
        if verb.lasting == Lasting::Held && !held {
            self.report(
                Finding::error(
                    "may-not-latch",
                    format!("`{}` must not stay on by itself", verb.name),
                    span,
                    "nothing ends it",
                )
                .also(verb.span, "its class says `held`")
                .help(format!("write `hold {}`: it ends with the state", self.sources.text(span))),
            );
        }
        if held && matches!(verb.lasting, Lasting::Instant | Lasting::Timed) {
            self.report(
                Finding::error("cannot-hold", format!("`{}` ends by itself", verb.name), span, "held here")
                    .also(verb.span, format!("its class says `{}`", verb.lasting.word()))
                    .help("remove `hold`"),
            );
        }
    }

    fn check_presented(&mut self, verb: &VerbDef, stimulus: Option<StimulusId>, target: &Place) {
        let finding = match (verb.stimulus, stimulus) {
            (true, None) => {
                Finding::error("unknown-target", format!("`{}` needs a stimulus", verb.name), target.span, "a device")
            }
            (false, Some(_)) => {
                Finding::error("unknown-target", format!("`{}` needs a device", verb.name), target.span, "a stimulus")
            }
            _ => return,
        };
        self.report(finding.also(verb.span, "declared here"));
    }

    fn check_amount(&mut self, verb: &VerbDef, arguments: &[(String, Texpr)]) {
        let Some((name, amount)) = arguments.first().filter(|_| verb.adds.is_some()) else { return };
        if amount.ty != Type::Unknown && amount.range.low < 0.0 {
            let lies = self.describe_range(amount);
            self.report(
                Finding::error(
                    "negative-amount",
                    format!("the {name} may be negative"),
                    amount.span,
                    format!("lies in {lies}"),
                )
                .help("give it a range that begins at 0 or above"),
            );
        }
    }

    /// Handlers of slower clocks, `limit`, `stop`, `advise`, `iti`, `record`.
    pub(crate) fn settle_rules(&mut self) {
        for (clock, handler, span) in self.pending.handlers.clone() {
            self.scope.clock = clock;
            if let Some(handler) = self.slow_handler(clock, handler, span) {
                self.model.handlers.push(handler);
            }
        }
        for (clock, clause) in self.pending.rules.clone() {
            self.scope.clock = clock;
            self.rule(clause);
        }
        self.scope.clock = Clock::Constant;
    }

    fn slow_handler(&mut self, clock: Clock, handler: &'a ast::Handler, span: Span) -> Option<Handler> {
        let Event::Place(place) = &handler.event else {
            self.report(
                Finding::error("unknown-event", "a slower clock hears the ends of faster ones", span, "another event")
                    .help("write `on trial.end { … }` or `on session.end { … }`"),
            );
            return None;
        };
        let moment = self.moment(place)?;
        if handler.target.is_some() {
            self.report(
                Finding::error("misplaced-clause", "only states and stages go somewhere", span, "a target")
                    .help("put transitions into a `curriculum`"),
            );
        }
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let written = handler.actions.as_deref().unwrap_or_default();
        let actions = match &guard {
            Some(guard) => self.knowing(&guard.clone(), true, |checker| checker.actions(written)),
            None => self.actions(written),
        };
        Some(Handler { moment, clock, guard, actions, span })
    }

    fn rule(&mut self, clause: &'a Written) {
        match &clause.kind {
            ClauseKind::Iti(time) => {
                let typed = self.expr_as(time, &Type::Real(Dimension::TIME));
                if typed.ty != Type::Unknown && typed.range.low < 0.0 {
                    self.report(Finding::error(
                        "negative-time",
                        "a pause cannot be negative",
                        typed.span,
                        "may be below 0 s",
                    ));
                }
                self.model.pause = Some(typed);
            }
            ClauseKind::Limit { place, amount, each } => self.limit(place, amount, each.as_ref(), clause.span),
            ClauseKind::Stop { name, now, condition } => {
                if *now {
                    self.not_yet("`stop … now`", name.span);
                }
                let watch = self.watch(name, condition, clause);
                self.model.stops.push(watch);
            }
            ClauseKind::Advise { name, condition } => {
                let watch = self.watch(name, condition, clause);
                self.model.advices.push(watch);
            }
            ClauseKind::Record { place, rate } => self.record(place, rate.as_ref()),
            _ => {}
        }
    }

    fn watch(&mut self, name: &Name, condition: &Expr, clause: &Written) -> Watch {
        let earlier = self.model.stops.iter().chain(&self.model.advices).find(|watch| watch.name == name.text);
        if let Some(first) = earlier {
            let finding = crate::names::duplicate(&name.text, name.span, first.span);
            self.report(finding);
        }
        let condition = self.condition(condition);
        Watch { name: name.text.clone(), condition, span: clause.span, description: clause.description.clone() }
    }

    fn limit(&mut self, place: &Place, amount: &Expr, each: Option<&Name>, span: Span) {
        if place.base.text == "trials" {
            let most = self
                .constant_int(amount)
                .and_then(|most| u32::try_from(most).ok())
                .filter(|most| (1..=100_000).contains(most));
            match most {
                Some(most) => self.model.most_trials = Some((most, span)),
                None => self.report(Finding::error(
                    "empty-range",
                    "a session has 1 to 100000 trials",
                    amount.span,
                    "not such a number",
                )),
            }
            return;
        }
        let Some(device) = self.device_named(place) else { return };
        let class = self.model.class(device).clone();
        let Some(total) = class.totals.first() else {
            let finding = Finding::error(
                "unknown-target",
                format!("{} gives nothing that could be limited", class.name),
                place.span,
                "limited here",
            )
            .also(class.span, "its class");
            self.report(finding);
            return;
        };
        let each = match each.map(|each| each.text.as_str()) {
            Some("session") => Clock::Session,
            Some("trial") => Clock::Trial,
            _ => return self.not_yet("limits other than `each session` and `each trial`", span),
        };
        let amount = self.expr_as(amount, &Type::Real(total.dimension));
        if amount.ty != Type::Unknown && self.constant_of(&amount).is_none() {
            self.report(
                Finding::error("not-constant", "a limit is a constant", amount.span, "not a constant")
                    .help("write the number with its unit"),
            );
        }
        self.model.limits.push(Limit { device, total: 0, amount, each, span });
    }

    fn record(&mut self, place: &Place, rate: Option<&Expr>) {
        if let Some(rate) = rate {
            return self.not_yet("`record … at RATE`", rate.span);
        }
        let Some(device) = self.device_named(place) else { return };
        let class = self.model.class(device).clone();
        let member = place.members.first();
        let channel = member.and_then(|member| class.channels.iter().position(|channel| channel.name == member.text));
        match channel {
            Some(k) => self.model.recorded.push((device, k as u32)),
            None => {
                let (name, span) = member.map_or(("", place.span), |member| (member.text.as_str(), member.span));
                let known = class.channels.iter().map(|channel| channel.name.as_str());
                self.report(unknown("unknown-event", &format!("reading of {}", class.name), name, span, known));
            }
        }
    }
}
