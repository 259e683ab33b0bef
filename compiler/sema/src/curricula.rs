//! Curricula: stages, their values and the ways between them.

use crate::expressions::{Local, counted, unify};
use crate::model::*;
use crate::names::{Symbol, duplicate, lacks, named_class, nearest, unknown};
use crate::term::Texpr;
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Body, Clause, ClauseKind, Event, Place, Target};

impl<'a> Checker<'a> {
    /// The names of the values that stages have; their types follow.
    pub(crate) fn declare_stage_values(&mut self, id: CurriculumId, body: &'a [Clause]) {
        self.declare_keyed_values(id, body);
        let mut names: Vec<String> = Vec::new();
        for clause in body {
            let ClauseKind::Stage { protocol, body, .. } = &clause.kind else {
                let message = "a curriculum has stages only";
                let finding = Finding::error("misplaced-clause", message, self.head_of(clause.span), "stands here");
                self.report(finding.help("write `stage NAME { … }`"));
                continue;
            };
            if let Some(call) = protocol {
                self.not_yet("studies", call.span);
            }
            for inner in body {
                if let ClauseKind::Define { head, .. } = &inner.kind
                    && self.keyed_value_of(id, &head.name.text).is_none()
                    && !names.contains(&head.name.text)
                {
                    self.not_a_count(&head.name);
                    names.push(head.name.text.clone());
                }
            }
        }
        if ordered_stages(body).is_empty() {
            let span = self.model.curricula[id.0].span;
            self.report(
                Finding::error("no-stages", "a curriculum has at least one stage", span, "no stage")
                    .help("write `stage NAME { … }`"),
            );
        }
        self.model.curricula[id.0].values =
            names.into_iter().map(|name| (name, Type::Unknown, Interval::ALL)).collect();
    }

    pub(crate) fn settle_curriculum(&mut self, id: CurriculumId) {
        let body = ordered_stages(self.pending.curricula[id.0]);
        self.scope.enter(Clock::Subject, Clock::Subject);
        let stages: Vec<Stage> = body
            .into_iter()
            .filter_map(|clause| match &clause.kind {
                ClauseKind::Stage { name, body, .. } => Some(self.stage(id, name, clause.span, body)),
                _ => None,
            })
            .collect();
        self.scope.leave();
        self.model.curricula[id.0].stages = stages;
        for k in 0..self.model.curricula[id.0].values.len() {
            self.common_value(id, k);
        }
        for value in self.model.curricula[id.0].keyed.clone() {
            self.settle_keyed_value(id, value);
        }
    }

    /// The type that a value has in all stages; each stage must have it.
    fn common_value(&mut self, id: CurriculumId, k: usize) {
        let curriculum = &self.model.curricula[id.0];
        let name = curriculum.values[k].0.clone();
        let stages: Vec<(String, Span, Option<Texpr>)> =
            curriculum.stages.iter().map(|stage| (stage.name.clone(), stage.span, stage.values[k].clone())).collect();
        let mut ty = Type::Unknown;
        let mut range = None;
        for (stage, span, value) in &stages {
            let Some(value) = value else {
                let message = format!("every stage says what `{name}` is, and `{stage}` does not");
                let finding = Finding::error("stage-lacks-value", message, *span, "this stage");
                self.report(finding.help(format!("add `{name} = …`")));
                continue;
            };
            range = Some(range.map_or(value.range, |range: Interval| range.union(value.range)));
            match unify(&ty, &value.ty) {
                Some(common) => ty = common,
                None => {
                    let (found, wanted) = (value.ty.describe(&self.model), ty.describe(&self.model));
                    let message = format!("`{name}` is of one type in all stages: {wanted}");
                    let finding = Finding::error("type-mismatch", message, value.span, format!("this is {found}"));
                    self.report(finding.help(format!("write {wanted}")));
                }
            }
        }
        if ty == Type::None {
            let span = stages.iter().find_map(|(_, _, value)| value.as_ref().map(|value| value.span));
            let finding =
                Finding::error("none-alone", "`none` says nothing about the type", span.unwrap_or_default(), "none");
            self.report(finding.help(format!("write `{name} : TYPE? = none`")));
            ty = Type::Unknown;
        }
        for stage in 0..stages.len() {
            let value = self.model.curricula[id.0].stages[stage].values[k].take();
            let value =
                value.map(|value| if unify(&ty, &value.ty).is_some() { self.coerce(value, &ty) } else { value });
            self.model.curricula[id.0].stages[stage].values[k] = value;
        }
        let entry = &mut self.model.curricula[id.0].values[k];
        (entry.1, entry.2) = (ty, range.unwrap_or(Interval::ALL));
    }

    fn stage(&mut self, id: CurriculumId, name: &ast::Name, clause: Span, body: &'a [Clause]) -> Stage {
        let declared = self.model.curricula[id.0].values.clone();
        let mut stage = Stage {
            name: name.text.clone(),
            span: name.span,
            clause,
            values: vec![None; declared.len()],
            transitions: Vec::new(),
        };
        for clause in body {
            match &clause.kind {
                // Those with keys are settled when all stages are known.
                ClauseKind::Define { head, .. } if self.keyed_value_of(id, &head.name.text).is_some() => {}
                ClauseKind::Define { head, body: Body::Expr(expr) } => {
                    let Some(k) = declared.iter().position(|(name, _, _)| *name == head.name.text) else { continue };
                    if let Some(first) = &stage.values[k] {
                        self.report(duplicate(&head.name.text, head.name.span, first.span));
                    }
                    stage.values[k] = Some(self.stage_value(head, expr, &declared[k].1));
                }
                ClauseKind::Handler(_) => {}
                _ => self.report(
                    Finding::error(
                        "misplaced-clause",
                        "a stage has values and transitions",
                        self.head_of(clause.span),
                        "stands here",
                    )
                    .help("write `NAME = VALUE` or `on trial.end when … -> STAGE`"),
                ),
            }
        }
        // A transition reads the values of its own stage by their names.
        let depth = self.scope.locals.len();
        for ((name, _, _), value) in declared.iter().zip(&stage.values) {
            if let Some(is) = value {
                self.scope.locals.push(Local { name: name.clone(), is: is.clone() });
            }
        }
        self.scope.keyed = self.keyed_names(id);
        for clause in body {
            if let ClauseKind::Handler(handler) = &clause.kind
                && let Some(transition) = self.transition(id, handler, clause)
            {
                stage.transitions.push(transition);
            }
        }
        self.scope.locals.truncate(depth);
        self.scope.keyed.clear();
        stage
    }

    fn stage_value(&mut self, head: &ast::Head, expr: &ast::Expr, known: &Type) -> Texpr {
        match &head.ty {
            Some(ty) => {
                let ty = self.resolve_type(ty);
                self.expr_as(expr, &ty)
            }
            // Another stage may have settled the type that an ambiguous literal needs.
            None if *known != Type::Unknown => self.expr_as(expr, known),
            None => self.expr(expr, None),
        }
    }

    fn transition(&mut self, id: CurriculumId, handler: &'a ast::Handler, clause: &Clause) -> Option<Transition> {
        let target = self.goal(id, handler, clause);
        let Event::Place(place) = &handler.event else {
            let span = event_span(&handler.event, self.head_of(clause.span));
            self.report(
                Finding::error(
                    "misplaced-clause",
                    "a stage is left when a trial or a session ends",
                    span,
                    "another event",
                )
                .help("write `on trial.end when … -> STAGE` or `on session.end when … -> STAGE`"),
            );
            return Some(Transition {
                moment: Moment::TrialEnd,
                guard: None,
                actions: Vec::new(),
                target: target?,
                span: clause.span,
            });
        };
        let moment = self.moment(place);
        self.scope.reads = if moment == Some(Moment::SessionEnd) { Clock::Session } else { Clock::Trial };
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let written = handler.actions.as_deref().unwrap_or_default();
        let actions = match &guard {
            Some(guard) => self.knowing(&guard.clone(), true, |checker| checker.actions(written)),
            None => self.actions(written),
        };
        self.scope.reads = Clock::Subject;
        let moment = moment.unwrap_or(Moment::TrialEnd);
        Some(Transition { moment, guard, actions, target: target?, span: clause.span })
    }

    /// The stage to which a transition goes; the nearest one when it is misspelt, so that only that is reported.
    fn goal(&mut self, id: CurriculumId, handler: &ast::Handler, clause: &Clause) -> Option<u32> {
        let stages = self.model.curricula[id.0].stage_type;
        let known: Vec<String> = self.model.enums[stages.0].members.iter().map(|member| member.name.clone()).collect();
        let position = |wanted: &str| known.iter().position(|name| name == wanted).map(|k| k as u32);
        match &handler.target {
            Some(Target::State { name, by_hand }) => {
                if *by_hand {
                    self.not_yet("`by hand`", name.span);
                }
                let words: Vec<&str> = known.iter().map(String::as_str).collect();
                let found = position(&name.text);
                if found.is_none() {
                    let words = words.iter().copied();
                    self.report(unknown("unknown-stage", "stage", &name.text, name.span, words));
                }
                let found = found.or_else(|| nearest(&name.text, &words).and_then(position));
                self.ways_unknown |= found.is_none();
                found
            }
            Some(Target::End(name)) => {
                let finding = Finding::error("no-target", "a transition goes to a stage", name.span, "an outcome");
                self.report(finding.help("write `-> STAGE`"));
                self.ways_unknown = true;
                None
            }
            None => {
                let finding = Finding::error(
                    "no-target",
                    "a transition goes to a stage",
                    self.head_of(clause.span),
                    "goes nowhere",
                );
                self.report(finding.help("add `-> STAGE`"));
                self.ways_unknown = true;
                None
            }
        }
    }

    /// `trial.end` or `session.end`
    pub(crate) fn moment(&mut self, place: &Place) -> Option<Moment> {
        let member = place.members.first().map(|member| member.text.as_str());
        match (place.base.text.as_str(), member) {
            ("trial", Some("end")) => Some(Moment::TrialEnd),
            ("session", Some("end")) => Some(Moment::SessionEnd),
            _ => {
                let message = "outside the trial only the end of a trial or of a session is heard";
                let finding = Finding::error("unknown-event", message, place.span, "another event");
                let near = nearest(self.sources.text(place.span), &["trial.end", "session.end"]);
                let help = near.map_or("write `trial.end` or `session.end`".into(), |near| format!("write `{near}`"));
                self.report(finding.help(help));
                None
            }
        }
    }
}

/// Where an event is written.
pub(crate) fn event_span(event: &Event, clause: Span) -> Span {
    match event {
        Event::Place(place) => place.span,
        Event::Reaches(value, level) => value.span.to(level.span),
        Event::After(time) => time.span,
        Event::Always => clause,
    }
}

/// The first stage, then the others by name: their order has no meaning, and their numbers must not depend on it.
pub(crate) fn ordered_stages(body: &[Clause]) -> Vec<&Clause> {
    let name = |clause: &Clause| match &clause.kind {
        ClauseKind::Stage { name, .. } => Some(name.text.clone()),
        _ => None,
    };
    let written = body.iter().filter(|clause| name(clause).is_some());
    let mut stages: Vec<&Clause> = written.take(crate::collect::MEMBERS_MAX).collect();
    if let Some(rest) = stages.get_mut(1..) {
        rest.sort_by_key(|clause| name(clause));
    }
    stages
}

impl Checker<'_> {
    /// A declared stimulus: its constructor and fixed parameters.
    pub(crate) fn settle_stimulus(&mut self, id: StimulusId) {
        let clause = self.pending.stimuli[id.0];
        let ClauseKind::Stimulus { call, .. } = &clause.kind else { return };
        self.scope.enter(Clock::Constant, Clock::Trial);
        self.scope.locals = self.pending.stimulus_keys[id.0].iter().cloned().collect();
        let class = self.model.class(self.model.stimuli[id.0].device).clone();
        let Some(constructor) = class.constructors.iter().position(|c| c.name == call.name.text) else {
            let known = class.constructors.iter().map(|c| c.name.as_str());
            let word = (call.name.text.as_str(), call.name.span);
            let finding = lacks("unknown-stimulus", &named_class(&class.name), "stimulus", word, known);
            return self.report(finding.also(class.span, "its class"));
        };
        let parameters = class.constructors[constructor].fixed.clone();
        let Some(fixed) = self.named_arguments(&call.arguments, &parameters, call.span, true) else { return };
        for (_, typed) in &fixed {
            if typed.ty != Type::Unknown && self.constant_of(typed).is_none() {
                let finding = Finding::error(
                    "not-constant",
                    "a stimulus is made once, from constants",
                    typed.span,
                    "not a constant",
                )
                .help("give what changes when the stimulus is shown");
                self.report(finding);
            }
        }
        let stimulus = &mut self.model.stimuli[id.0];
        stimulus.constructor = constructor;
        stimulus.fixed = fixed.into_iter().map(|(_, typed)| typed).collect();
    }

    /// Arguments by name (or in order), in the order of the parameters. `all`: each must be given.
    pub(crate) fn named_arguments(
        &mut self,
        arguments: &[ast::Argument],
        parameters: &[Parameter],
        span: Span,
        all: bool,
    ) -> Option<Vec<(String, Texpr)>> {
        let mut given: Vec<Option<Texpr>> = vec![None; parameters.len()];
        let mut complete = true;
        for (place, argument) in arguments.iter().enumerate() {
            let position = match &argument.name {
                Some(name) => parameters.iter().position(|parameter| parameter.name == name.text),
                None => (place < parameters.len()).then_some(place),
            };
            let ast::Value::Expr(expr) = &argument.value else {
                let at = argument.name.as_ref().map_or(span, |name| name.span);
                let finding = Finding::error("wrong-arguments", "an argument is one value", at, "a range or a table");
                self.report(finding.help("write one value with its unit"));
                return None;
            };
            let Some(k) = position else {
                self.no_such_argument(argument, expr.span, parameters);
                complete = false;
                continue;
            };
            if let Some(first) = &given[k] {
                let at = argument.name.as_ref().map_or(expr.span, |name| name.span);
                let message = format!("`{}` is given once", parameters[k].name);
                let finding = Finding::error("given-twice", message, at, "given again");
                self.report(finding.also(first.span, "first given here").help("keep one of them"));
            }
            given[k] = Some(match parameters[k].train {
                true => self.train_argument(expr),
                false => self.expr_as(expr, &Type::Real(parameters[k].dimension)),
            });
        }
        let missing: Vec<&Parameter> = parameters
            .iter()
            .zip(&given)
            .filter(|(_, value)| value.is_none())
            .map(|(parameter, _)| parameter)
            .collect();
        if all && complete && !missing.is_empty() {
            self.missing_arguments(&missing, span);
            complete = false;
        }
        let named =
            parameters.iter().zip(given).filter_map(|(parameter, typed)| Some((parameter.name.clone(), typed?)));
        complete.then(|| named.collect())
    }

    fn no_such_argument(&mut self, argument: &ast::Argument, span: Span, parameters: &[Parameter]) {
        let known = parameters.iter().map(|parameter| parameter.name.as_str());
        let finding = match &argument.name {
            Some(name) => unknown("unknown-argument", "argument", &name.text, name.span, known),
            None => {
                let message = format!("this takes {}", counted(parameters.len(), "argument"));
                Finding::error("wrong-arguments", message, span, "one too many").help("remove it")
            }
        };
        self.report(finding);
    }

    pub(crate) fn missing_arguments(&mut self, missing: &[&Parameter], span: Span) {
        let names: Vec<String> = missing.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
        let example = |parameter: &&Parameter| {
            let unit = self.model.unit(parameter.dimension).map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
            format!("{}: …{unit}", parameter.name)
        };
        let examples: Vec<String> = missing.iter().map(example).collect();
        let (verb, what) = if missing.len() == 1 { ("is", "an argument") } else { ("are", "arguments") };
        let message = format!("{} {verb} not given", names.join(" and "));
        let finding = Finding::error("missing-argument", message, span, format!("lacks {what}"));
        self.report(finding.help(format!("add `{}`", examples.join(", "))));
    }

    /// What a symbol is, for places in clauses.
    pub(crate) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.declared(name).map(|(symbol, _)| symbol)
    }

    /// What a name stands for and where that is declared; inside a block its own names come first.
    pub(crate) fn declared(&self, name: &str) -> Option<(Symbol, Span)> {
        let inside = self.scope.block.map(|block| format!("{}.{name}", self.model.blocks[block.0].name));
        let own = inside.and_then(|inside| self.names.symbols.get(&inside));
        own.or_else(|| self.names.symbols.get(name)).copied()
    }
}
