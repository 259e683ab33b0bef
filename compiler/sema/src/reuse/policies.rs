//! `adapt NAME[KEYS] = POLICY(…) on EVENT when …`: an instance of a policy, taken apart into values and a handler.
//!
//! An instance `stairs` has the values `stairs.level`, `stairs.run`, … on the clock where it stands, each with the keys of
//! the instance before its own. Parameters are constants. Inputs, and definitions that read them, are known only when the
//! event comes: they are names local to the update.

use super::rename::{Becomes, Renaming};
use super::{Constant, Expanded, Splice, Update};
use crate::Module;
use crate::names::{duplicate, unknown};
use std::collections::{BTreeMap, BTreeSet};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{
    Argument, Body, Call, Clause, ClauseKind, Event, Expr, ExprKind, Handler, Head, Key, Name, Place, Value,
};

/// Nodes of a definition that is written out where it is read: bounds its depth as well as its length.
const WRITTEN_MAX: usize = 200;

/// Takes every `adapt` of the session and the subject apart.
pub(super) fn instantiated(mut expanded: Expanded, modules: &[Module<'_>]) -> Expanded {
    let clauses = std::mem::take(&mut expanded.file.clauses);
    let mut policies: BTreeMap<&str, (&Name, &[Clause], Span)> = BTreeMap::new();
    let of_modules = modules.iter().filter(|module| !module.is_part()).flat_map(|module| &module.file.clauses);
    let mut findings = Vec::new();
    for clause in of_modules.chain(&clauses) {
        if let ClauseKind::Policy { name, body } = &clause.kind
            && let Some((first, ..)) = policies.insert(&name.text, (name, body, clause.span))
        {
            findings.push(duplicate(&name.text, name.span, first.span));
        }
    }
    expanded.findings.extend(findings);
    let mut types = Vec::new();
    let mut list = Vec::with_capacity(clauses.len());
    for clause in &clauses {
        let ClauseKind::ClockBlock { clock, body } = &clause.kind else {
            list.push(clause.clone());
            continue;
        };
        let mut inside = Vec::with_capacity(body.len());
        for inner in body {
            inside.push(inner.clone());
            let ClauseKind::Adapt { head, call, on, guard } = &inner.kind else { continue };
            if !matches!(clock.text.as_str(), "session" | "subject") {
                continue;
            }
            let Some(&(_, policy, text)) = policies.get(call.name.text.as_str()) else {
                let known = policies.keys().copied();
                expanded.findings.push(unknown("unknown-policy", "policy", &call.name.text, call.name.span, known));
                continue;
            };
            expanded.splices.push(Splice { text, used: call.name.span });
            let mut instance = Instance::new(clock, head, call);
            instance.policy(policy);
            inside.append(&mut instance.values);
            types.append(&mut instance.types);
            expanded.findings.append(&mut instance.findings);
            expanded.constants.append(&mut instance.constants);
            expanded.missing.append(&mut instance.missing);
            let handler = instance.handler(on, guard.as_ref());
            expanded.updates.push(Update { clock: clock.clone(), handler, span: inner.span });
        }
        let kind = ClauseKind::ClockBlock { clock: clock.clone(), body: inside };
        list.push(Clause { kind, ..clause.clone() });
    }
    types.append(&mut list);
    expanded.file.clauses = types;
    expanded
}

/// One instance, as it is made.
struct Instance<'p> {
    clock: &'p Name,
    call: &'p Call,
    /// The instance's keys, with variables that nothing else is called.
    keys: Vec<Key>,
    /// The same as expressions.
    at: Vec<Expr>,
    /// In the arguments and the guard: the instance's key variables.
    outside: Renaming,
    inside: Renaming,
    values: Vec<Clause>,
    types: Vec<Clause>,
    constants: Vec<Constant>,
    /// Local names of the update, in text order.
    locals: Vec<Clause>,
    update: Vec<Clause>,
    /// Names that are known only at the event.
    late: BTreeSet<String>,
    /// Names whose arguments are not given.
    missing: Vec<Name>,
    findings: Vec<Finding>,
}

impl<'p> Instance<'p> {
    fn new(clock: &'p Name, head: &Head, call: &'p Call) -> Instance<'p> {
        let empty = Renaming { instance: head.name.text.clone(), names: BTreeMap::new() };
        let (mut outside, mut keys, mut at) = (empty.clone(), Vec::new(), Vec::new());
        for (k, key) in head.keys.iter().enumerate() {
            let span = key.variable.as_ref().map_or(key.over.span, |variable| variable.span);
            let text = empty.qualified(&format!("key {k}"));
            if let Some(variable) = &key.variable {
                outside.names.insert(variable.text.clone(), Becomes::Named(text.clone(), Vec::new()));
            }
            at.push(Expr { kind: ExprKind::Name(text.clone()), span });
            keys.push(Key { variable: Some(Name { text, span }), over: key.over.clone() });
        }
        let (values, types, constants, locals, update) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (inside, late, missing, findings) = (empty, BTreeSet::new(), Vec::new(), Vec::new());
        Instance {
            clock,
            call,
            keys,
            at,
            outside,
            inside,
            values,
            types,
            constants,
            locals,
            update,
            late,
            missing,
            findings,
        }
    }

    fn policy(&mut self, body: &[Clause]) {
        self.check_arguments(body);
        for clause in body {
            self.enter(clause);
        }
        for clause in body {
            self.clause(clause);
        }
    }

    /// Which name of the instance stands for a name of the policy.
    fn enter(&mut self, clause: &Clause) {
        let (name, keyed) = match &clause.kind {
            ClauseKind::InputOf(head) => {
                self.late.insert(head.name.text.clone());
                (&head.name, false)
            }
            ClauseKind::Param { head, .. } => (&head.name, self.differs(&head.name)),
            ClauseKind::Var { head, .. } => (&head.name, true),
            ClauseKind::Define { head, body } => {
                let is_late = match body {
                    Body::Expr(expr) => reads(expr, &self.late),
                    Body::Table(table) => table.rows.iter().any(|(_, value)| reads(value, &self.late)),
                };
                if is_late {
                    self.late.insert(head.name.text.clone());
                }
                (&head.name, !is_late)
            }
            ClauseKind::IntType { name, .. } | ClauseKind::Levels { name, .. } => (name, false),
            _ => return,
        };
        let before = if keyed { self.at.clone() } else { Vec::new() };
        let becomes = Becomes::Named(self.inside.qualified(&name.text), before);
        if self.inside.names.insert(name.text.clone(), becomes).is_some() {
            let first = name.span;
            self.findings.push(duplicate(&name.text, name.span, first));
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let kind = match &clause.kind {
            ClauseKind::InputOf(head) => {
                if let Some(value) = self.argument(&head.name) {
                    let body = Body::Expr(self.outside.expr(value));
                    let (_, head) = self.inside.head(head, &[]);
                    self.locals.push(Clause { kind: ClauseKind::Define { head, body }, ..clause.clone() });
                }
                return;
            }
            ClauseKind::Param { head, value, within, .. } => {
                let given = self.argument(&head.name).map(|value| self.outside.expr(value));
                let Some(value) = given.or_else(|| value.as_ref().map(|value| self.inside.expr(value))) else { return };
                let keys = if self.differs(&head.name) { self.keys.as_slice() } else { &[] };
                let (_, head) = self.inside.head(head, keys);
                let within = within.as_ref().map(|range| self.inside.range(range));
                let kind = ClauseKind::Define { head, body: Body::Expr(value) };
                let clause = Clause { kind, ..clause.clone() };
                self.constants.push(Constant { clock: self.clock.clone(), clause, within });
                return;
            }
            ClauseKind::Var { head, initial, within, by } => {
                let (inner, head) = self.inside.head(head, &self.keys);
                let within = within.as_ref().map(|range| self.inside.range(range));
                let by = by.as_ref().map(|by| self.inside.expr(by));
                ClauseKind::Var { head, initial: inner.expr(initial), within, by }
            }
            ClauseKind::Define { head, body: Body::Expr(expr) } if self.late.contains(&head.name.text) => {
                return self.late_definition(head, expr, clause);
            }
            ClauseKind::Define { head, body } => {
                let (inner, head) = self.inside.head(head, &self.keys);
                let body = match body {
                    Body::Expr(expr) => Body::Expr(inner.expr(expr)),
                    Body::Table(table) => Body::Table(inner.table(table)),
                };
                ClauseKind::Define { head, body }
            }
            ClauseKind::IntType { name, range } => {
                let name = Name { text: self.inside.qualified(&name.text), span: name.span };
                let kind = ClauseKind::IntType { name, range: range.clone() };
                return self.types.push(Clause { kind, ..clause.clone() });
            }
            ClauseKind::Levels { name, values } => {
                let name = Name { text: self.inside.qualified(&name.text), span: name.span };
                let kind = ClauseKind::Levels { name, values: values.clone() };
                return self.types.push(Clause { kind, ..clause.clone() });
            }
            ClauseKind::Handler(handler) if is_update(handler) => {
                let actions = handler.actions.as_deref().unwrap_or_default();
                let actions = self.inside.actions(actions);
                return self.update.extend(actions);
            }
            _ => {
                let message = "this clause has no meaning in a policy";
                let finding = Finding::error("misplaced-clause", message, clause.span, "stands here");
                let help = "a policy has `input`, `param`, `var`, definitions, `int`, `levels` and `on update { … }`";
                return self.findings.push(finding.help(help));
            }
        };
        self.values.push(Clause { kind, ..clause.clone() });
    }

    /// A definition that is known only at the event: a local name, or, with keys, written out where it is read.
    fn late_definition(&mut self, head: &Head, expr: &Expr, clause: &Clause) {
        let (inner, renamed) = self.inside.head(head, &[]);
        let body = inner.expr(expr);
        if head.keys.is_empty() {
            let kind = ClauseKind::Define { head: renamed, body: Body::Expr(body) };
            return self.locals.push(Clause { kind, ..clause.clone() });
        }
        if size(&body) > WRITTEN_MAX {
            let message = "a definition with keys that reads an input is written out where it is read";
            let finding = Finding::error("too-many-terms", message, head.name.span, "too long for that");
            return self.findings.push(finding.help("compute it in `on update`, with a `for`"));
        }
        let variables = renamed.keys.into_iter().map(|key| key.variable.map_or(String::new(), |name| name.text));
        self.inside.names.insert(head.name.text.clone(), Becomes::Written(variables.collect(), body));
    }

    fn argument(&self, name: &Name) -> Option<&'p Expr> {
        let given =
            self.call.arguments.iter().find(|given| given.name.as_ref().is_some_and(|n| n.text == name.text))?;
        match &given.value {
            Value::Expr(expr) => Some(expr),
            _ => None,
        }
    }

    /// Whether the argument for a parameter is another for each key of the instance.
    fn differs(&self, name: &Name) -> bool {
        let variables: BTreeSet<String> = self.outside.names.keys().cloned().collect();
        self.argument(name).is_some_and(|value| reads(value, &variables))
    }

    /// Every argument is named, an expression, one of the policy's, and given once; none is missing.
    fn check_arguments(&mut self, body: &[Clause]) {
        let heads = || {
            body.iter().filter_map(|clause| match &clause.kind {
                ClauseKind::InputOf(head) => Some((&head.name, true)),
                ClauseKind::Param { head, value, .. } => Some((&head.name, value.is_none())),
                _ => None,
            })
        };
        let known: Vec<&str> = heads().map(|(name, _)| name.text.as_str()).collect();
        let mut given: BTreeMap<&str, Span> = BTreeMap::new();
        for Argument { name, value } in &self.call.arguments {
            let Some(name) = name.as_ref().filter(|_| matches!(value, Value::Expr(_))) else {
                let message = "the arguments of a policy are named expressions";
                let finding = Finding::error("wrong-arguments", message, self.call.span, "one of these is not");
                self.findings.push(finding.help(format!("write `NAME: VALUE`; names: {}", known.join(", "))));
                continue;
            };
            if !known.contains(&name.text.as_str()) {
                let names = known.iter().copied();
                self.findings.push(unknown("unknown-argument", "argument", &name.text, name.span, names));
            } else if let Some(first) = given.insert(&name.text, name.span) {
                let message = format!("the argument `{}` is given twice", name.text);
                let finding = Finding::error("given-twice", message, name.span, "again here");
                self.findings.push(finding.also(first, "first here").help("remove one of them"));
            }
        }
        let missing: Vec<&str> = heads()
            .filter(|(name, needed)| *needed && !given.contains_key(name.text.as_str()))
            .map(|(name, _)| name.text.as_str())
            .collect();
        for name in &missing {
            self.missing.push(Name { text: self.inside.qualified(name), span: self.call.span });
        }
        if !missing.is_empty() {
            let message = format!("`{}` needs {}", self.call.name.text, missing.join(", "));
            let finding = Finding::error("missing-argument", message, self.call.span, "not given here");
            let example: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
            self.findings.push(finding.help(format!("add `{}`", example.join(", "))));
        }
    }

    /// What happens at the event: for every key, when the guard holds, the local names and the update.
    fn handler(self, on: &Place, guard: Option<&Expr>) -> Handler {
        let event = Event::Place(on.clone());
        let guard = guard.map(|guard| self.outside.expr(guard));
        let mut actions = self.locals;
        actions.extend(self.update);
        let span = self.call.span;
        if self.keys.is_empty() {
            return Handler { event, guard, actions: Some(actions), target: None };
        }
        let made = |kind: ClauseKind| vec![Clause { kind, span, description: None }];
        if let Some(condition) = guard {
            actions = made(ClauseKind::If { condition, then: actions, otherwise: Vec::new() });
        }
        for Key { variable, over } in self.keys.into_iter().rev() {
            let variable = variable.unwrap_or(Name { text: String::new(), span });
            actions = made(ClauseKind::For { variable, over, body: actions });
        }
        Handler { event, guard: None, actions: Some(actions), target: None }
    }
}

fn is_update(handler: &Handler) -> bool {
    matches!(&handler.event, Event::Place(place) if place.base.text == "update" && place.members.is_empty())
        && handler.guard.is_none()
        && handler.target.is_none()
}

/// Whether an expression reads one of the names.
fn reads(expr: &Expr, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    walk(expr, &mut |name| found |= names.contains(name));
    found
}

/// How many nodes an expression has.
fn size(expr: &Expr) -> usize {
    let mut count = 0;
    walk(expr, &mut |_| count += 1);
    count
}

/// Every node of an expression: names as they are, all others without a text.
fn walk(expr: &Expr, each: &mut impl FnMut(&str)) {
    if !matches!(expr.kind, ExprKind::Name(_)) {
        each("");
    }
    match &expr.kind {
        ExprKind::Name(name) => each(name),
        ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Exists(a) => walk(a, each),
        ExprKind::Index(a, list) => {
            walk(a, each);
            list.iter().for_each(|key| walk(key, each));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| match &argument.value {
            Value::Expr(a) => walk(a, each),
            Value::Range(range) => {
                walk(&range.low, each);
                walk(&range.high, each);
            }
            Value::Table(table) => table.rows.iter().for_each(|(_, value)| walk(value, each)),
        }),
        ExprKind::Comprehension { body, variables, .. } => {
            variables.iter().for_each(|(_, over)| walk(over, each));
            walk(body, each);
        }
        ExprKind::Set(list) => list.iter().for_each(|member| walk(member, each)),
        ExprKind::Range(range) => {
            walk(&range.low, each);
            walk(&range.high, each);
        }
        ExprKind::Is { value: a, other: b, .. }
        | ExprKind::In(a, b)
        | ExprKind::Default(a, b)
        | ExprKind::Binary(_, a, b) => {
            walk(a, each);
            walk(b, each);
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| walk(part, each)),
        ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => {}
    }
}
