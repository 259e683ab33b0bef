//! Covariates: what is known of the subject, the rig or the day, where it comes from, and what it may be.

use crate::model::*;
use crate::names::{lacks, named_class, unknown};
use crate::types::Type;
use crate::{Checker, Interval, Module};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Body, ClauseKind, CovariateClause, File, Head, Name};
use trialect_units::Decimal;

/// Where the value of a covariate comes from.
enum Source<'c> {
    Person(Asked),
    Expression(&'c ast::Expr),
    Device(&'c ast::Place),
}

impl Checker<'_> {
    /// The type, the range and the source of a covariate.
    pub(crate) fn covariate(&mut self, id: ValueId, clause: &CovariateClause) {
        let Some(source) = self.covariate_source(id, clause) else { return };
        if !self.covariate_has_type(clause, &source) {
            return;
        }
        match source {
            Source::Person(asked) => self.asked(id, clause, asked),
            Source::Expression(value) => self.computed(id, clause, value),
            Source::Device(place) => self.measured(id, clause, place),
        }
    }

    /// The one source that a covariate has, or a finding.
    fn covariate_source<'c>(&mut self, id: ValueId, clause: &'c CovariateClause) -> Option<Source<'c>> {
        let name = &clause.head.name;
        let person = clause.asked.as_ref().map(|word| (Source::Person(asked_when(word)), word.span));
        let expression = clause.value.as_ref().map(|value| (Source::Expression(value), value.span));
        let device = clause.from.as_ref().map(|place| (Source::Device(place), place.span));
        let mut sources = [person, expression, device].into_iter().flatten();
        let message = "a covariate is asked for, computed, or measured";
        let Some((source, first)) = sources.next() else {
            let finding = Finding::error("covariate-source", message, name.span, "nothing says where it comes from");
            self.report(finding.help("add `asked before`, `asked after`, `asked on change` or `= EXPRESSION`"));
            return None;
        };
        if let Some((_, second)) = sources.next() {
            let finding = Finding::error("covariate-source", message, second, "a second source");
            self.report(finding.also(first, "the first one").help("remove one of them"));
            return None;
        }
        let clock = self.model.values[id.0].clock;
        if matches!(source, Source::Person(Asked::After)) && clock != Clock::Session {
            let (message, help) = match clock {
                Clock::Trial => ("nobody can be asked after each trial", "ask `after` the session, or `before`"),
                _ => ("a subject has no end after which it could be asked for", "write `asked before`"),
            };
            self.report(Finding::error("covariate-source", message, first, "asked after").help(help));
            return None;
        }
        if matches!(source, Source::Device(_)) && clock == Clock::Subject {
            let message = "a device measures when a session or a trial begins";
            let finding = Finding::error("covariate-source", message, first, "measured of a subject");
            self.report(finding.help("declare it in `session { … }` or `trial { … }`"));
            return None;
        }
        Some(source)
    }

    /// Whether it says what it is; one that is computed shows it.
    fn covariate_has_type(&mut self, clause: &CovariateClause, source: &Source<'_>) -> bool {
        let name = &clause.head.name;
        if clause.head.ty.is_none() && !matches!(source, Source::Expression(_)) {
            let finding = Finding::error("no-type", "a covariate says what it is", name.span, "of no type");
            self.report(finding.help(format!("write `covariate {} : TYPE`, for example `Mass`", name.text)));
            return false;
        }
        true
    }

    /// One that a person answers.
    fn asked(&mut self, id: ValueId, clause: &CovariateClause, asked: Asked) {
        let name = &clause.head.name;
        let within = clause.within.as_ref().filter(|_| !clause.standard);
        self.variable_value(id, &clause.head, None, within, None, ValueKind::Covariate);
        let ty = self.model.values[id.0].ty.clone();
        if matches!(ty.required(), Type::Set(_) | Type::Instant) {
            let found = ty.describe(&self.model);
            let message = "a person answers with one value";
            let finding = Finding::error("type-mismatch", message, name.span, format!("this is {found}"));
            return self.report(finding.help("declare one covariate for each value"));
        }
        let within = match &self.model.values[id.0].kind {
            ValueKind::Covariate(variable) => variable.within,
            _ => None,
        };
        let optional = ty.is_optional();
        // Before it is asked there is no value, and after a fault nobody may be there to answer.
        if asked == Asked::After {
            self.model.values[id.0].ty = ty.clone().optional();
        }
        self.describe_covariate(id, clause, &ty, Some(asked), within);
        if let Some(facts) = &mut self.model.values[id.0].covariate {
            facts.optional = optional;
        }
    }

    /// One that follows from others: a definition that must stay within its range.
    fn computed(&mut self, id: ValueId, clause: &CovariateClause, value: &ast::Expr) {
        if let Some(ty) = clause.head.ty.as_ref().filter(|ty| ty.name.text == "Text") {
            let message = "nothing computes words: a covariate that is `Text` is asked for";
            let finding = Finding::error("text-in-rule", message, ty.span, "computed words");
            return self.report(finding.help("write `asked before` instead of the expression"));
        }
        self.definition(id, &clause.head, &Body::Expr(value.clone()));
        let (ty, range) = (self.model.values[id.0].ty.clone(), self.model.values[id.0].range);
        let within = clause.within.as_ref().filter(|_| !clause.standard);
        let place = within.map(|range| range.low.span.to(range.high.span));
        let bounds = within
            .filter(|_| ty != Type::Unknown && self.may_have_range(&ty, clause.within.as_ref(), None))
            .and_then(|range| self.bounds(range, &ty))
            .map(|(low, high, _)| (low, high));
        if let (Some((low, high)), Some(place)) = (bounds, place)
            && !Interval::new(low.to_f64(), high.to_f64()).contains(range)
        {
            let text = self.sources.text(place).to_string();
            let written = self.sources.text(value.span).to_string();
            let message = format!("`{}` may be computed outside its range {text}", clause.head.name.text);
            let finding = Finding::error("may-leave-range", message, value.span, "not always inside");
            let remedy = format!("write `clamp({written}, {text})`, or `standard within`, which is recorded only");
            self.report(finding.also(place, "its range").help(remedy));
        }
        self.describe_covariate(id, clause, &ty, None, bounds);
    }

    /// One that a device measures: when the session begins, or each trial.
    fn measured(&mut self, id: ValueId, clause: &CovariateClause, place: &ast::Place) {
        let Some(device) = self.device_named(place) else { return };
        let class = self.model.class(device).clone();
        let Some(member) = place.members.first() else {
            let message = "a covariate is measured by a part of a device";
            let finding = Finding::error("no-such-part", message, place.span, "a whole device");
            return self.report(finding.help(format!("write `{}.PART`", place.base.text)));
        };
        let Some(reading) = class.readings.iter().position(|reading| reading.name == member.text) else {
            let owner = named_class(&class.name);
            let known = class.readings.iter().map(|reading| reading.name.as_str());
            let finding = lacks("no-such-part", &owner, "part", (&member.text, member.span), known);
            return self.report(finding.also(class.span, "its class"));
        };
        let within = clause.within.as_ref().filter(|_| !clause.standard);
        self.variable_value(id, &clause.head, None, within, None, ValueKind::Covariate);
        let ty = self.model.values[id.0].ty.clone();
        let measured = Type::Real(class.readings[reading].dimension);
        if *ty.required() != measured && ty != Type::Unknown {
            let (found, wanted) = (ty.describe(&self.model), measured.describe(&self.model));
            let message = format!("`{}` is {wanted}", self.sources.text(place.span));
            let name = &clause.head.name;
            let finding = Finding::error("type-mismatch", message, name.span, format!("this is {found}"));
            return self.report(finding.help(format!("declare it as {wanted}")));
        }
        let within = match &self.model.values[id.0].kind {
            ValueKind::Covariate(variable) => variable.within,
            _ => None,
        };
        self.describe_covariate(id, clause, &ty, None, within);
        if let Some(facts) = &mut self.model.values[id.0].covariate {
            facts.measured = Some((device, reading));
        }
    }

    /// Enters what the clause says besides; the soft range and the usual text are of the covariate's type.
    fn describe_covariate(
        &mut self,
        id: ValueId,
        clause: &CovariateClause,
        ty: &Type,
        asked: Option<Asked>,
        within: Option<(Decimal, Decimal)>,
    ) {
        let soft = clause.within.as_ref().filter(|_| clause.standard && *ty != Type::Unknown);
        let soft = soft.filter(|range| self.may_have_range(ty, Some(*range), None));
        let standard = soft.and_then(|range| self.bounds(range, ty)).map(|(low, high, _)| (low, high));
        if clause.usual.is_some() && !matches!(ty.required(), Type::Text | Type::Unknown) {
            let found = ty.describe(&self.model);
            let message = "only a covariate that is `Text` has a usual text";
            let finding = Finding::error("type-mismatch", message, clause.head.name.span, format!("this is {found}"));
            self.report(finding.help("write `standard within LOW .. HIGH`, or make it `Text`"));
        }
        self.model.values[id.0].covariate = Some(Box::new(CovariateFacts {
            asked,
            measured: None,
            optional: ty.is_optional(),
            within,
            standard,
            usual: clause.usual.clone(),
            convention: clause.convention.clone(),
            term: clause.term.clone(),
        }));
    }

    /// Words are answered and recorded; nothing computes with them. True when the declaration is another one's.
    pub(crate) fn is_text_of_rules(&mut self, id: ValueId, head: &Head, ty: Option<&Type>) -> bool {
        let is_covariate = matches!(self.pending.values[id.0].kind, ClauseKind::Covariate(_));
        if is_covariate || !ty.is_some_and(|ty| *ty.required() == Type::Text) {
            return false;
        }
        let span = head.ty.as_ref().map_or(head.name.span, |ty| ty.span);
        let message = "only a covariate is `Text`: rules compute with no words";
        let finding = Finding::error("text-in-rule", message, span, "declared as words");
        self.report(finding.help("name the values with `enum NAME { a, b }`"));
        true
    }

    /// The finding for words that are read.
    pub(crate) fn text_read(&mut self, name: &str, declared: Span, span: Span) {
        let message = format!("`{name}` is words, and rules compute with no words");
        let finding = Finding::error("text-in-rule", message, span, "read here").also(declared, "declared here");
        self.report(finding.help("make it an `enum` if its values are known, and read that"));
    }

    /// The finding for a name that a covariate of a used library has already.
    pub(crate) fn covariate_of_library(&self, name: &str, span: Span, first: Span) -> Finding {
        let module = self.sources.get(first.source).map_or_else(String::new, |source| source.name.clone());
        let message = format!("`{name}` is a covariate of {module}, which this protocol uses");
        Finding::error("covariate-of-library", message, span, "declared again here")
            .also(first, "the library's")
            .help(format!("write `use {module} except {name}`, or remove this line"))
    }

    /// Covariates of a library that the protocol leaves out: `use LIBRARY except a, b`.
    pub(crate) fn left_out(&mut self, protocol: &File, module: &Module<'_>) -> Vec<Name> {
        let uses = protocol.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Use(name, except) if name.text == module.name => Some(except),
            _ => None,
        });
        let left_out: Vec<Name> = uses.flatten().cloned().collect();
        let blocks = module.file.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::ClockBlock { body, .. } => Some(body),
            _ => None,
        });
        let covariates = || {
            blocks.clone().flatten().filter_map(|clause| match &clause.kind {
                ClauseKind::Covariate(covariate) => Some(covariate.head.name.text.as_str()),
                _ => None,
            })
        };
        for name in &left_out {
            if !covariates().any(|known| known == name.text) {
                let what = format!("covariate of {}", module.name);
                self.report(unknown("unknown-name", &what, &name.text, name.span, covariates()));
            }
        }
        left_out
    }
}

fn asked_when(word: &Name) -> Asked {
    match word.text.as_str() {
        "after" => Asked::After,
        "change" => Asked::OnChange,
        _ => Asked::Before,
    }
}
