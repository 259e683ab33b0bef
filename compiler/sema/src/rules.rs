//! The rules of the slower clocks: handlers, limits, stops, advice, pauses and what is recorded.

use crate::Checker;
use crate::model::*;
use crate::names::{Symbol, duplicate, lacks, named_class};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Clause as Written, ClauseKind, Event, Expr, Name, Place};
use trialect_units::{Decimal, Dimension};

/// Trials that a session may have; they size its memory.
const TRIALS_MAX: u32 = 100_000;

impl<'a> Checker<'a> {
    /// Handlers of slower clocks, `limit`, `stop`, `advise`, `iti`, `record`.
    pub(crate) fn settle_rules(&mut self) {
        for (clock, handler, span) in self.pending.handlers.clone() {
            if let Some(handler) = self.slow_handler(clock, handler, span) {
                self.model.handlers.push(handler);
            }
            self.scope.leave();
        }
        for (clock, clause) in self.pending.rules.clone() {
            self.scope.enter(clock, Clock::Trial);
            self.rule(clause);
            self.scope.leave();
        }
        // The order of limits says nothing, so that it may decide nothing either.
        let key = |limit: &Limit| (limit.name.clone(), limit.each.word(), limit.total);
        self.model.limits.sort_by_key(key);
    }

    /// `hold` in the session.
    pub(crate) fn settle_held(&mut self) {
        for clause in self.pending.held.clone() {
            let ClauseKind::Hold(verb) = &clause.kind else { continue };
            self.scope.enter(Clock::Session, Clock::Session);
            if let Some(duration) = &verb.duration {
                self.not_yet("`hold … for` of a session", duration.span);
            }
            if let Some(action) = self.deed(verb, true, clause.span) {
                self.model.held.push(action);
            }
            self.scope.leave();
        }
    }

    fn slow_handler(&mut self, clock: Clock, handler: &'a ast::Handler, span: Span) -> Option<Handler> {
        let Event::Place(place) = &handler.event else {
            let at = crate::curricula::event_span(&handler.event, self.head_of(span));
            let message = "outside the trial only the end of a trial or of a session is heard";
            let finding = Finding::error("unknown-event", message, at, "another event");
            self.report(finding.help("write `on trial.end { … }` or `on session.end { … }`"));
            return None;
        };
        let moment = self.moment(place)?;
        self.scope.enter(clock, if moment == Moment::TrialEnd { Clock::Trial } else { Clock::Session });
        if let Some(ast::Target::State { name, .. } | ast::Target::End(name)) = &handler.target {
            self.report(
                Finding::error("misplaced-clause", "only states and stages go somewhere", name.span, "a target")
                    .help("put transitions into a `curriculum`"),
            );
        }
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let written = handler.actions.as_deref().unwrap_or_default();
        let actions = match &guard {
            Some(guard) => self.knowing(&guard.clone(), true, |checker| checker.actions(written)),
            None => self.actions(written),
        };
        let refused = actions.len() < written.len();
        if !refused && !sets_something(&actions) {
            let finding = Finding::error("no-effect", "a handler sets a variable", self.head_of(span), "sets nothing");
            self.report(finding.help("add `NAME := VALUE`, or remove the handler"));
        }
        Some(Handler { moment, clock, guard, actions, span })
    }

    fn rule(&mut self, clause: &'a Written) {
        match &clause.kind {
            ClauseKind::Iti(time) => self.pause(time, clause.span),
            ClauseKind::Limit { place, amount, each } => self.limit(place, amount, each.as_ref(), clause.span),
            ClauseKind::Stop { name, now, condition } => {
                let watch = self.watch(name, condition, clause);
                self.model.stops.push(Watch { now: *now, ..watch });
            }
            ClauseKind::Advise { name, condition } => {
                let watch = self.watch(name, condition, clause);
                self.model.advices.push(watch);
            }
            ClauseKind::Counts(condition) => {
                self.scope.enter(Clock::Session, Clock::Session);
                let condition = self.condition(condition);
                if let Some(first) = self.model.counts.as_ref().map(|first| first.span) {
                    self.rule_twice("counts when", clause.span, first);
                }
                self.model.counts = Some(condition);
            }
            ClauseKind::Record { place, rate } => self.record(place, rate.as_ref()),
            _ => {}
        }
    }

    fn pause(&mut self, time: &Expr, span: Span) {
        if let Some((_, first)) = &self.model.pause {
            let first = *first;
            self.rule_twice("iti", span, first);
        }
        let typed = self.duration(time);
        self.known_at_start(&typed, "the pause after a trial");
        self.model.pause = Some((typed, span));
    }

    /// A rule that can stand once.
    fn rule_twice(&mut self, what: &str, span: Span, first: Span) {
        let finding = Finding::error("duplicate-name", format!("`{what}` stands twice"), span, "again here");
        self.report(finding.also(first, "first here").help("keep one of them"));
    }

    fn watch(&mut self, name: &Name, condition: &Expr, clause: &Written) -> Watch {
        let earlier = self.model.stops.iter().chain(&self.model.advices).find(|watch| watch.name == name.text);
        if let Some(first) = earlier {
            self.report(duplicate(&name.text, name.span, first.name_span));
        }
        let condition = self.condition(condition);
        Watch {
            name: name.text.clone(),
            condition,
            now: false,
            span: clause.span,
            name_span: name.span,
            description: clause.description.clone(),
        }
    }

    fn limit_trials(&mut self, amount: &Expr, span: Span) {
        if let Some((_, first)) = self.model.most_trials {
            self.rule_twice("limit trials", span, first);
        }
        let Some(most) = self.constant_int(amount) else {
            // There is a limit, though a wrong one: its own finding is enough.
            self.model.most_trials.get_or_insert((1, span));
            return;
        };
        let fits = u32::try_from(most).ok().filter(|most| (1..=TRIALS_MAX).contains(most));
        if fits.is_none() {
            let message = format!("a session has 1 to {TRIALS_MAX} trials");
            let finding = Finding::error("empty-range", message, amount.span, format!("this is {most}"));
            self.report(finding.help("write `limit trials 2000`"));
        }
        self.model.most_trials = Some((fits.unwrap_or(1), span));
    }

    fn limit(&mut self, place: &Place, amount: &Expr, each: Option<&Name>, span: Span) {
        if place.base.text == "trials" {
            return self.limit_trials(amount, span);
        }
        let Some((name, devices)) = self.limited(place) else { return };
        let class = self.model.class(devices[0]).clone();
        let Some((total, dimension)) = self.limited_quantity(&class, amount) else {
            let message = format!("{} gives nothing that could be limited", class.name);
            let finding = Finding::error("unknown-target", message, place.span, "limited here");
            self.report(finding.also(class.span, "its class").help("remove the limit"));
            return;
        };
        let each = match each.map(|each| each.text.as_str()) {
            Some("session") => Each::Session,
            Some("trial") => Each::Trial,
            Some("day") => Each::Day,
            _ => {
                self.not_yet("limits other than `each session`, `each trial` and `each day`", span);
                Each::Session
            }
        };
        let earlier =
            self.model.limits.iter().find(|limit| (&limit.name, limit.each, limit.total) == (&name, each, total));
        if let Some(first) = earlier.map(|limit| limit.span) {
            self.rule_twice(&format!("limit {name} … each {}", each.word()), span, first);
            return;
        }
        let amount = self.expr_as(amount, &Type::Real(dimension));
        match self.constant_of(&amount) {
            None if amount.ty != Type::Unknown => self.report(
                Finding::error("not-constant", "a limit is a constant", amount.span, "not a constant")
                    .help("write the number with its unit"),
            ),
            Some(most) if most <= Decimal::ZERO => {
                let lies = self.lies(&amount);
                let finding = Finding::error("empty-range", "a limit is above 0", amount.span, lies);
                self.report(finding.help("write an amount above 0"));
            }
            _ => {}
        }
        self.model.limits.push(Limit { name, devices, total, amount, each, span });
    }

    /// What an amount limits of a class: its total, or the time for which a device of it is held on.
    fn limited_quantity(&mut self, class: &DeviceClass, amount: &Expr) -> Option<(Option<u32>, Dimension)> {
        let muted = std::mem::replace(&mut self.muted, true);
        let is_time = self.expr(amount, None).ty == Type::Real(Dimension::TIME);
        self.muted = muted;
        let held = class.verbs.iter().any(|verb| verb.lasting == Lasting::Held);
        match class.totals.first() {
            Some(total) if !(held && is_time) => Some((Some(0), total.dimension)),
            _ => held.then_some((None, Dimension::TIME)),
        }
    }

    /// The devices whose amounts a limit counts together: one, or all of one name.
    fn limited(&mut self, place: &Place) -> Option<(String, Vec<DeviceId>)> {
        if let (Some(Symbol::Devices(group)), []) = (self.symbol(&place.base.text), place.index.as_slice()) {
            let DeviceGroup { name, finite, first } = self.model.groups[group.0].clone();
            let devices = (0..finite.size(&self.model) as usize).map(|k| DeviceId(first.0 + k)).collect();
            return Some((name, devices));
        }
        let device = self.device_named(place)?;
        Some((self.model.devices[device.0].name.clone(), vec![device]))
    }

    fn record(&mut self, place: &Place, rate: Option<&Expr>) {
        let Some(device) = self.device_named(place) else { return };
        if let Some(rate) = rate {
            return self.stream(device, place, rate);
        }
        let class = self.model.class(device).clone();
        let member = place.members.first();
        let Some(member) = member else {
            let known: Vec<String> =
                class.channels.iter().map(|channel| format!("`record {}.{}`", place.base.text, channel.name)).collect();
            let message = "`record` needs a device and what it reports";
            let finding = Finding::error("unknown-event", message, place.span, "the device only");
            let help = if known.is_empty() {
                "this device reports nothing".into()
            } else {
                format!("write {}", known.join(" or "))
            };
            return self.report(finding.help(help));
        };
        match class.channels.iter().position(|channel| channel.name == member.text) {
            Some(k) if self.model.recorded.contains(&(device, k as u32)) => {
                let text = self.sources.text(place.span).to_string();
                let finding =
                    Finding::warning("duplicate-name", format!("`{text}` is recorded twice"), place.span, "again here");
                self.report(finding.help("remove one of them"));
            }
            Some(k) => self.model.recorded.push((device, k as u32)),
            None if class.readings.iter().any(|reading| reading.name == member.text) => self.lacks_rate(place),
            None => {
                let known = class.channels.iter().map(|channel| channel.name.as_str());
                let word = (member.text.as_str(), member.span);
                let finding = lacks("unknown-event", &named_class(&class.name), "reading or event", word, known);
                self.report(finding.also(class.span, "its class"));
            }
        }
    }
}

fn sets_something(actions: &[Action]) -> bool {
    actions.iter().any(|action| match action {
        Action::Set { .. } => true,
        Action::If { then, otherwise, .. } => sets_something(then) || sets_something(otherwise),
        _ => false,
    })
}
