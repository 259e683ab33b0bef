//! Curricula: stages, their values and the ways between them.

use crate::expressions::{Local, unify};
use crate::model::*;
use crate::names::{Symbol, duplicate, unknown};
use crate::term::Texpr;
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{self, Body, Clause, ClauseKind, Event, Place, Target};

impl<'a> Checker<'a> {
    /// The names of the values that stages have; their types follow.
    pub(crate) fn declare_stage_values(&mut self, id: CurriculumId, body: &'a [Clause]) {
        let mut names: Vec<String> = Vec::new();
        for clause in body {
            let ClauseKind::Stage { protocol, body, .. } = &clause.kind else {
                let finding =
                    Finding::error("misplaced-clause", "a curriculum has stages only", clause.span, "stands here")
                        .help("write `stage NAME { … }`");
                self.report(finding);
                continue;
            };
            if let Some(call) = protocol {
                self.not_yet("studies", call.span);
            }
            for inner in body {
                if let ClauseKind::Define { head, .. } = &inner.kind
                    && !names.contains(&head.name.text)
                {
                    names.push(head.name.text.clone());
                }
            }
        }
        if body.is_empty() {
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
        self.scope.clock = Clock::Subject;
        let stages: Vec<Stage> = body
            .into_iter()
            .filter_map(|clause| match &clause.kind {
                ClauseKind::Stage { name, body, .. } => Some(self.stage(id, name, body)),
                _ => None,
            })
            .collect();
        self.scope.clock = Clock::Constant;
        let count = self.model.curricula[id.0].values.len();
        for k in 0..count {
            let given = || stages.iter().filter_map(|stage| stage.values[k].as_ref());
            let ty = given().try_fold(Type::Unknown, |ty, value| unify(&ty, &value.ty));
            let range = given().map(|value| value.range).reduce(Interval::union).unwrap_or(Interval::ALL);
            let name = self.model.curricula[id.0].values[k].0.clone();
            if ty.is_none() {
                let span = self.model.curricula[id.0].span;
                self.report(Finding::error(
                    "type-mismatch",
                    format!("`{name}` is of different types in the stages"),
                    span,
                    "in this curriculum",
                ));
            }
            if let Some(lacking) = stages.iter().find(|stage| stage.values[k].is_none()) {
                self.report(
                    Finding::error(
                        "stage-lacks-value",
                        format!("the stage `{}` does not say `{name}`", lacking.name),
                        lacking.span,
                        "this stage",
                    )
                    .help(format!("add `{name} = …`")),
                );
            }
            let entry = &mut self.model.curricula[id.0].values[k];
            (entry.1, entry.2) = (ty.unwrap_or(Type::Unknown), range);
        }
        self.model.curricula[id.0].stages = stages;
    }

    fn stage(&mut self, id: CurriculumId, name: &ast::Name, body: &'a [Clause]) -> Stage {
        let declared = self.model.curricula[id.0].values.clone();
        let mut stage = Stage {
            name: name.text.clone(),
            span: name.span,
            values: vec![None; declared.len()],
            transitions: Vec::new(),
        };
        for clause in body {
            match &clause.kind {
                ClauseKind::Define { head, body: Body::Expr(expr) } => {
                    let Some(k) = declared.iter().position(|(name, _, _)| *name == head.name.text) else { continue };
                    if stage.values[k].is_some() {
                        let finding = duplicate(&head.name.text, head.name.span, name.span);
                        self.report(finding);
                    }
                    stage.values[k] = Some(self.stage_value(head, expr, &declared[k].1));
                }
                ClauseKind::Handler(_) => {}
                _ => self.report(
                    Finding::error(
                        "misplaced-clause",
                        "a stage has values and transitions",
                        clause.span,
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
        for clause in body {
            if let ClauseKind::Handler(handler) = &clause.kind
                && let Some(transition) = self.transition(id, handler, clause)
            {
                stage.transitions.push(transition);
            }
        }
        self.scope.locals.truncate(depth);
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

    fn transition(&mut self, id: CurriculumId, handler: &ast::Handler, clause: &Clause) -> Option<Transition> {
        let Event::Place(place) = &handler.event else {
            self.report(
                Finding::error("misplaced-clause", "a stage is left at a clock's end", clause.span, "another event")
                    .help("write `on trial.end when … -> STAGE` or `on session.end when … -> STAGE`"),
            );
            return None;
        };
        let moment = self.moment(place)?;
        if let Some(actions) = &handler.actions
            && !actions.is_empty()
        {
            self.not_yet("actions on a transition", clause.span);
        }
        let guard = handler.guard.as_ref().map(|guard| self.condition(guard));
        let stages = self.model.curricula[id.0].stage_type;
        let target = match &handler.target {
            Some(Target::State { name, by_hand }) => {
                if *by_hand {
                    self.not_yet("`by hand`", name.span);
                }
                let members = &self.model.enums[stages.0].members;
                let position = members.iter().position(|member| member.name == name.text);
                if position.is_none() {
                    let known: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
                    self.report(unknown(
                        "unknown-stage",
                        "stage",
                        &name.text,
                        name.span,
                        known.iter().map(String::as_str),
                    ));
                }
                position?
            }
            _ => {
                self.report(
                    Finding::error("no-target", "a transition goes to a stage", clause.span, "goes nowhere")
                        .help("add `-> STAGE`"),
                );
                return None;
            }
        };
        Some(Transition { moment, guard, target: target as u32, span: clause.span })
    }

    /// `trial.end` or `session.end`
    pub(crate) fn moment(&mut self, place: &Place) -> Option<Moment> {
        let member = place.members.first().map(|member| member.text.as_str());
        match (place.base.text.as_str(), member) {
            ("trial", Some("end")) => Some(Moment::TrialEnd),
            ("session", Some("end")) => Some(Moment::SessionEnd),
            _ => {
                self.report(
                    Finding::error(
                        "unknown-event",
                        "this is no moment of a slower clock",
                        place.span,
                        "not such an event",
                    )
                    .help("write `trial.end` or `session.end`"),
                );
                None
            }
        }
    }
}

/// The first stage, then the others by name: their order has no meaning, and their numbers must not depend on it.
pub(crate) fn ordered_stages(body: &[Clause]) -> Vec<&Clause> {
    let name = |clause: &Clause| match &clause.kind {
        ClauseKind::Stage { name, .. } => Some(name.text.clone()),
        _ => None,
    };
    let mut stages: Vec<&Clause> = body.iter().filter(|clause| name(clause).is_some()).collect();
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
        let class = self.model.class(self.model.stimuli[id.0].device).clone();
        let Some(constructor) = class.constructors.iter().position(|c| c.name == call.name.text) else {
            let known = class.constructors.iter().map(|c| c.name.as_str());
            self.report(
                unknown(
                    "unknown-stimulus",
                    &format!("stimulus of {}", class.name),
                    &call.name.text,
                    call.name.span,
                    known,
                )
                .also(class.span, "its class"),
            );
            return;
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
        span: trialect_base::Span,
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
                self.report(Finding::error("wrong-arguments", "an argument is a value", span, "not a value"));
                return None;
            };
            let Some(k) = position else {
                let known = parameters.iter().map(|parameter| parameter.name.as_str());
                let (name, at) = argument.name.as_ref().map_or(("", expr.span), |name| (name.text.as_str(), name.span));
                self.report(unknown("unknown-argument", "argument", name, at, known));
                complete = false;
                continue;
            };
            given[k] = Some(self.expr_as(expr, &Type::Real(parameters[k].dimension)));
        }
        if all && let Some(k) = given.iter().position(Option::is_none) {
            let parameter = &parameters[k];
            let unit = self.model.unit(parameter.dimension).map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
            self.report(
                Finding::error(
                    "missing-argument",
                    format!("`{}` is not given", parameter.name),
                    span,
                    "lacks an argument",
                )
                .help(format!("add `{}: …{unit}`", parameter.name)),
            );
            complete = false;
        }
        let named =
            parameters.iter().zip(given).filter_map(|(parameter, typed)| Some((parameter.name.clone(), typed?)));
        complete.then(|| named.collect())
    }

    /// What a symbol is, for places in clauses.
    pub(crate) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.symbols.get(name).map(|(symbol, _)| *symbol)
    }
}
