//! What each name in a clause means.

use super::declare::{self, OUTCOME, Place as Room};
use super::{Index, Kind, Space};
use std::collections::BTreeMap;
use trialect_base::Span;
use trialect_syntax::ast::{Argument, Body, Call, Clause, ClauseKind, Event, File, Handler, Head, Name, Place, Step};
use trialect_syntax::ast::{Range, Table, Target, TypeExpr, Value, VerbClause};

/// The place of a walk through a file.
pub(super) struct Walk<'a> {
    pub(super) index: &'a mut Index,
    /// Enumerations of values, by the place of their names.
    pub(super) types: &'a BTreeMap<Span, String>,
    /// Names of loops, keys and handlers, inner ones last.
    pub(super) locals: Vec<(String, usize)>,
    /// The block, policy or curriculum around, whose names come first.
    pub(super) inside: Vec<String>,
    /// The machine or curriculum in which a `->` leads.
    ways: Option<Way>,
}

#[derive(Debug, Clone)]
enum Way {
    Stages(String),
    StudyStages,
    States,
    Beside(String),
}

/// All names of a file.
pub(super) fn file(index: &mut Index, file: &File, types: &BTreeMap<Span, String>) {
    let is_study = file.header.as_ref().is_some_and(|header| header.kind.text == "study");
    let ways = is_study.then_some(Way::StudyStages);
    Walk { index, types, locals: Vec::new(), inside: Vec::new(), ways }.clauses(&file.clauses);
}

impl Walk<'_> {
    /// Clauses in a scope of their own.
    fn clauses(&mut self, list: &[Clause]) {
        let depth = self.locals.len();
        list.iter().for_each(|clause| self.clause(clause));
        self.locals.truncate(depth);
    }

    fn in_room(&mut self, owner: &str, body: &[Clause]) {
        self.inside.push(owner.to_string());
        self.clauses(body);
        self.inside.pop();
    }

    fn in_machine(&mut self, ways: Way, body: &[Clause]) {
        let before = self.ways.replace(ways);
        self.clauses(body);
        self.ways = before;
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Use(name, except) => {
                if let Some((_, last)) = name.text.rsplit_once('.').or(Some(("", &name.text))) {
                    let of = self.index.find(Space::Global, "", last);
                    let of = of.filter(|k| self.index.declarations[*k].kind == Kind::Part);
                    self.index.refer_to(name, of);
                }
                for name in except {
                    self.global(name);
                }
            }
            ClauseKind::ClockBlock { body, .. } | ClauseKind::Part { body, .. } => self.clauses(body),
            ClauseKind::Block { name, body } | ClauseKind::Policy { name, body } => self.in_room(&name.text, body),
            ClauseKind::Rig(body) | ClauseKind::DeviceClass { body, .. } | ClauseKind::Scenario { body, .. } => {
                self.clauses(body);
            }
            ClauseKind::Curriculum { name, body } => {
                self.inside.push(name.text.clone());
                self.in_machine(Way::Stages(name.text.clone()), body);
                self.inside.pop();
            }
            ClauseKind::Stage { protocol, body, .. } => {
                protocol.iter().for_each(|call| self.arguments(&call.arguments, None));
                self.clauses(body);
            }
            ClauseKind::State { body, .. } => {
                let ways = match &self.ways {
                    Some(Way::Beside(name)) => Way::Beside(name.clone()),
                    _ => Way::States,
                };
                self.in_machine(ways, body);
            }
            ClauseKind::Beside { head, body } => {
                let depth = self.locals.len();
                self.head(head, clause);
                self.in_machine(Way::Beside(head.name.text.clone()), body);
                self.locals.truncate(depth);
            }
            ClauseKind::ScenarioStep(step) => self.step(step),
            _ => self.declaration(clause),
        }
    }

    /// What declares a value, or does something.
    fn declaration(&mut self, clause: &Clause) {
        let depth = self.locals.len();
        let stays = match &clause.kind {
            ClauseKind::Define { head, body } => self.define(head, body, clause),
            ClauseKind::Var { head, initial, within, by } => {
                self.head(head, clause);
                self.expr(initial, type_name(head));
                within.iter().for_each(|range| self.range(range));
                by.iter().for_each(|by| self.expr(by, None));
                None
            }
            ClauseKind::Param { head, value, within, by } => {
                self.head(head, clause);
                value.iter().chain(by).for_each(|value| self.expr(value, type_name(head)));
                within.iter().for_each(|range| self.range(range));
                None
            }
            ClauseKind::Draw { head, call, within } => {
                self.head(head, clause);
                self.call(call);
                within.iter().for_each(|range| self.range(range));
                None
            }
            ClauseKind::Deck { head, table } => {
                self.head(head, clause);
                self.table(table, None, None);
                None
            }
            ClauseKind::InputOf(head) => {
                self.head(head, clause);
                None
            }
            ClauseKind::Stat(stat) => {
                self.head(&stat.head, clause);
                self.call(&stat.call);
                let window = stat.window.as_ref().map(|(count, _)| count);
                let rest = stat.filter.iter().chain(window).chain(&stat.at_least).chain(&stat.otherwise);
                rest.for_each(|expr| self.expr(expr, None));
                None
            }
            ClauseKind::Covariate(covariate) => {
                self.head(&covariate.head, clause);
                covariate.value.iter().for_each(|value| self.expr(value, type_name(&covariate.head)));
                covariate.within.iter().for_each(|range| self.range(range));
                if let Some(place) = &covariate.from {
                    self.place(place);
                }
                None
            }
            ClauseKind::Adapt { head, call, on, guard } => {
                self.head(head, clause);
                self.adapt(call);
                self.place(on);
                guard.iter().for_each(|guard| self.expr(guard, None));
                None
            }
            _ => {
                self.action(clause);
                None
            }
        };
        self.locals.truncate(depth);
        // A name in a handler is known from its line to the end of the block.
        self.locals.extend(stays);
    }

    fn define(&mut self, head: &Head, body: &Body, clause: &Clause) -> Option<(String, usize)> {
        self.head(head, clause);
        match body {
            Body::Expr(expr) => self.expr(expr, type_name(head)),
            Body::Table(table) => {
                let keys = head.keys.first().and_then(|key| self.enumeration_named(&key.over));
                self.table(table, keys.as_deref(), type_name(head));
            }
        }
        let declared = self.index.declared.contains(&head.name.span);
        (!declared).then(|| (head.name.text.clone(), self.local(&head.name, clause.span)))
    }

    fn action(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Levels { values, .. } => values.iter().for_each(|value| self.expr(value, None)),
            ClauseKind::IntType { range, .. } => self.range(range),
            ClauseKind::Channel { ty, .. } => ty.iter().for_each(|ty| self.ty(ty)),
            ClauseKind::Constructor { fixed, shown, .. } => fixed.iter().chain(shown).for_each(|(_, ty)| self.ty(ty)),
            ClauseKind::Verb { parameters, .. } => parameters.iter().for_each(|(_, ty)| self.ty(ty)),
            ClauseKind::Device { keys, class, .. } => {
                keys.iter().for_each(|key| self.expr(&key.over, None));
                self.type_word(class);
            }
            ClauseKind::Stimulus { head, device, call } => {
                let depth = self.locals.len();
                self.head(head, clause);
                let class = self.place(device).map(|k| self.index.declarations[k].of.clone()).unwrap_or_default();
                let of = self.index.find(Space::Within, &class, &call.name.text);
                self.index.refer_to(&call.name, of);
                self.arguments(&call.arguments, Some(&declare::parameters_of(&class, &call.name.text)));
                self.locals.truncate(depth);
            }
            ClauseKind::Handler(handler) => self.handler(handler),
            ClauseKind::Hold(verb) | ClauseKind::Do(verb) => self.verb(verb),
            ClauseKind::Track { place, value } => {
                self.place(place);
                self.expr(value, None);
            }
            ClauseKind::Set { place, value, .. } => {
                let of = self.place(place);
                let expected = of.and_then(|k| self.enumeration_of(k));
                self.expr(value, expected.as_deref());
            }
            ClauseKind::If { condition, then, otherwise } => {
                self.expr(condition, None);
                self.clauses(then);
                self.clauses(otherwise);
            }
            ClauseKind::For { variable, over, body } => {
                self.expr(over, None);
                let local = self.local(variable, clause.span);
                self.locals.push((variable.text.clone(), local));
                self.clauses(body);
                self.locals.pop();
            }
            _ => self.rule(clause),
        }
    }

    fn rule(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Iti(expr) | ClauseKind::Counts(expr) | ClauseKind::Ends(expr) => self.expr(expr, None),
            ClauseKind::Stop { condition, .. } | ClauseKind::Advise { condition, .. } => self.expr(condition, None),
            ClauseKind::Limit { place, amount, .. } => {
                self.place(place);
                self.expr(amount, None);
            }
            ClauseKind::Record { place, rate } => {
                self.place(place);
                rate.iter().for_each(|rate| self.expr(rate, None));
            }
            _ => {}
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Animal(_) | Step::Stop { .. } | Step::Pause { .. } => {}
            Step::Confirm { stage, .. } => _ = self.global(stage),
            Step::Given { name, values } => {
                let of = self.global(name);
                let expected = of.and_then(|k| self.enumeration_of(k));
                values.iter().for_each(|value| self.expr(value, expected.as_deref()));
            }
            Step::Change { name, value, .. } => {
                let of = self.global(name);
                let expected = of.and_then(|k| self.enumeration_of(k));
                self.expr(value, expected.as_deref());
            }
            Step::Run { count, seeds, .. } => {
                std::iter::once(count).chain(seeds).for_each(|expr| self.expr(expr, None))
            }
            Step::Expect { condition, .. } => self.expr(condition, None),
            Step::Act { place, amount, at, guard } => {
                self.place(place);
                amount.iter().chain(std::iter::once(at)).chain(guard).for_each(|expr| self.expr(expr, None));
            }
        }
    }

    /// The keys of a head, which are known in its body, and its type.
    fn head(&mut self, head: &Head, clause: &Clause) {
        for key in &head.keys {
            self.expr(&key.over, None);
            if let Some(variable) = &key.variable {
                let local = self.local(variable, clause.span);
                self.locals.push((variable.text.clone(), local));
            }
        }
        head.ty.iter().for_each(|ty| self.ty(ty));
    }

    fn ty(&mut self, ty: &TypeExpr) {
        self.type_word(&ty.name);
        ty.of.iter().for_each(|of| self.ty(of));
    }

    pub(super) fn type_word(&mut self, name: &Name) {
        let of = self.index.find(Space::Types, "", &name.text);
        self.index.refer_to(name, of);
    }

    fn handler(&mut self, handler: &Handler) {
        match &handler.event {
            Event::Place(place) => _ = self.place(place),
            Event::Reaches(what, level) => {
                self.expr(what, None);
                self.expr(level, None);
            }
            Event::After(time) => self.expr(time, None),
            Event::Always => {}
        }
        handler.guard.iter().for_each(|guard| self.expr(guard, None));
        handler.actions.iter().for_each(|actions| self.clauses(actions));
        match &handler.target {
            Some(Target::End(name)) => {
                let of = self.index.find(Space::Members, OUTCOME, &name.text);
                self.index.refer_to(name, of);
            }
            Some(Target::State { name, .. }) => {
                let word = name.text.as_str();
                let of = match &self.ways {
                    Some(Way::Stages(curriculum)) => self.index.find(Space::Members, curriculum, word),
                    Some(Way::StudyStages) => self.index.find(Space::Global, "", word),
                    Some(Way::Beside(machine)) => self.index.find(Space::Within, machine, word),
                    Some(Way::States) | None => self.index.find(Space::States, "", word),
                };
                self.index.refer_to(name, of);
            }
            None => {}
        }
    }

    fn verb(&mut self, verb: &VerbClause) {
        verb.amount.iter().for_each(|amount| self.expr(amount, None));
        let target = self.global(&verb.target.base);
        verb.target.index.iter().for_each(|key| self.expr(key, None));
        let Some(target) = target else {
            return self.arguments(&verb.arguments, None);
        };
        let class = self.class_of(target);
        let of = self.index.find(Space::Within, &class, &verb.verb.text);
        self.index.refer_to(&verb.verb, of);
        let owner = match self.index.declarations[target].kind {
            Kind::Stimulus => declare::parameters_of(&class, &self.index.declarations[target].made),
            _ => declare::parameters_of(&class, &verb.verb.text),
        };
        self.arguments(&verb.arguments, Some(&owner));
        verb.duration.iter().for_each(|duration| self.expr(duration, None));
    }

    /// The class of a device, or of the device on which a stimulus is.
    pub(super) fn class_of(&self, k: usize) -> String {
        let declaration = &self.index.declarations[k];
        if declaration.kind != Kind::Stimulus {
            return declaration.of.clone();
        }
        let device = self.index.find(Space::Global, "", &declaration.of);
        device.map(|k| self.index.declarations[k].of.clone()).unwrap_or_default()
    }

    fn adapt(&mut self, call: &Call) {
        let of = self.global(&call.name);
        let owner = of.map(|k| self.index.declarations[k].name.clone());
        self.arguments(&call.arguments, owner.as_deref());
    }

    /// Arguments; their names are those of `owner`, if something owns them.
    pub(super) fn arguments(&mut self, arguments: &[Argument], owner: Option<&str>) {
        for argument in arguments {
            if let (Some(name), Some(owner)) = (&argument.name, owner) {
                let of = self.index.find(Space::Within, owner, &name.text);
                self.index.refer_to(name, of);
            }
            match &argument.value {
                Value::Expr(expr) => self.expr(expr, None),
                Value::Range(range) => self.range(range),
                Value::Table(table) => self.table(table, None, None),
            }
        }
    }

    pub(super) fn range(&mut self, range: &Range) {
        self.expr(&range.low, None);
        self.expr(&range.high, None);
    }

    fn table(&mut self, table: &Table, keys: Option<&str>, values: Option<&str>) {
        for (key, value) in &table.rows {
            key.iter().for_each(|key| self.expr(key, keys));
            self.expr(value, values);
        }
    }

    /// A place, and what its last known word stands for.
    fn place(&mut self, place: &Place) -> Option<usize> {
        place.index.iter().for_each(|key| self.expr(key, None));
        let mut of = self.base(&place.base.text, place.base.span);
        for member in &place.members {
            of = self.member_of(of, member);
        }
        of
    }

    /// A name that only what is declared can stand for.
    fn global(&mut self, name: &Name) -> Option<usize> {
        self.base(&name.text, name.span)
    }

    pub(super) fn local(&mut self, name: &Name, clause: Span) -> usize {
        let clause = Clause { kind: ClauseKind::Rig(Vec::new()), span: clause, description: None };
        let owner = format!("{}:{}", name.span.source.0, name.span.start);
        declare::one(self.index, name, Kind::Local, &clause, Room { space: Space::Within, owner })
    }
}

/// The type that a head says.
fn type_name(head: &Head) -> Option<&str> {
    head.ty.as_ref().map(|ty| ty.name.text.as_str())
}
