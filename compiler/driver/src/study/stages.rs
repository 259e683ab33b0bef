//! Stages of a study: the protocol of each, what it is handed, and the ways that lead out of it.

use super::reading::{self, Place};
use super::{Handed, Handing, RETIRED, StudyStage, Way, Writer};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{
    self, Body, Call, Clause, ClauseKind, Event, Expr, ExprKind, Handler, Head, Name, Target, TypeExpr, Value,
};

impl Writer<'_> {
    pub(super) fn stage(&mut self, name: &Name, protocol: Option<&Call>, body: &[Clause], span: Span) {
        let Some(protocol) = protocol else {
            let finding = Finding::error("no-target", "a stage of a study is a protocol", name.span, "no protocol");
            return self.push(finding.help(format!("write `stage {} = PROTOCOL {{ … }}`", name.text)));
        };
        let retired = protocol.name.text == RETIRED;
        let handed = self.handed(name, protocol, span);
        let mut ways = Vec::new();
        for clause in body {
            let ClauseKind::Handler(handler) = &clause.kind else {
                self.reading.not_yet("this clause in a stage of a study", clause.span);
                continue;
            };
            if let Some(way) = self.way(name, handler, clause.span, ways.len()) {
                ways.push(way);
            }
        }
        if let Some(clause) = body.first().filter(|_| retired) {
            let message = "no session follows in `retired`, so that nothing leads out of it";
            let finding = Finding::error("misplaced-clause", message, clause.span, "never looked at");
            self.push(finding.help("remove it"));
        }
        let protocol = (!retired).then(|| protocol.name.text.clone());
        self.stages.push(StudyStage { name: name.text.clone(), protocol, ways, handed });
    }

    /// What a stage is handed: each value is set as the protocol's own variable would be, with its type and its range.
    pub(super) fn handed(&mut self, stage: &Name, call: &Call, span: Span) -> Vec<Handed> {
        let mut list = Vec::new();
        for ast::Argument { name, value } in &call.arguments {
            let (Some(name), Value::Expr(expr)) = (name, value) else {
                let message = "a stage is handed values for variables of its protocol's subject";
                let finding = Finding::error("wrong-arguments", message, span, "without a name");
                self.push(finding.help(format!("write `{}(NAME: VALUE)`", call.name.text)));
                continue;
            };
            let offered = self.reading.offers.get(&call.name.text);
            let states = || offered.into_iter().flat_map(|offered| &offered.values).filter(|value| value.is_state);
            let Some(value) = states().find(|value| value.name == name.text).cloned() else {
                let known = states().map(|value| value.name.as_str());
                let finding = trialect_sema::unknown("unknown-argument", "variable", &name.text, name.span, known);
                let message = format!("`{}` has no variable `{}` of the subject", call.name.text, name.text);
                self.push(Finding { message, ..finding });
                continue;
            };
            let column = format!("{}({})", stage.text, name.text);
            let (expr, _) = self.reading.renamed(expr, Place::Last);
            let protocol = call.name.text.clone();
            self.handed.push(Handing { column: column.clone(), protocol, value, expr });
            list.push(Handed { name: name.text.clone(), column });
        }
        list
    }

    pub(super) fn way(&mut self, stage: &Name, handler: &Handler, span: Span, number: usize) -> Option<Way> {
        let at_end = matches!(&handler.event, Event::Place(place)
            if place.base.text == "session" && place.members.iter().map(|m| m.text.as_str()).eq(["end"]));
        if !at_end {
            let message = "a study hears the end of a session only";
            let finding = Finding::error("unknown-event", message, span, "another event");
            self.push(finding.help("write `on session.end when … -> STAGE`"));
            return None;
        }
        if let Some(first) = handler.actions.iter().flatten().next() {
            self.reading.not_yet("actions on a transition", first.span);
        }
        let Some(Target::State { name, by_hand }) = &handler.target else {
            let finding = Finding::error("no-target", "a transition goes to a stage", span, "goes nowhere");
            self.push(finding.help("add `-> STAGE`"));
            return None;
        };
        if !self.reading.stages.iter().any(|known| known.text == name.text) {
            let known: Vec<&str> = self.reading.stages.iter().map(|name| name.text.as_str()).collect();
            let message = format!("there is no stage `{}`", name.text);
            let finding = Finding::error("unknown-stage", message, name.span, "no such stage");
            let finding = finding.help(format!("known here: {}", known.join(", ")));
            self.push(finding);
            return None;
        }
        let column = format!("{}.to_{}.{}", stage.text, name.text, number + 1);
        self.condition(&column, handler.guard.as_ref(), span);
        let lines: Vec<&str> = self.reading.sources.text(span).lines().map(str::trim).collect();
        Some(Way { to: name.text.clone(), by_hand: *by_hand, column, text: lines.join(" ") })
    }

    /// A truth value under a name of the compiler's.
    pub(super) fn condition(&mut self, name: &str, condition: Option<&Expr>, span: Span) {
        let body = match condition {
            Some(condition) => self.reading.renamed(condition, Place::Last).0,
            None => Expr { kind: ExprKind::Bool(true), span },
        };
        let named = |text: &str| Name { text: text.into(), span };
        let ty = Some(TypeExpr { name: named("Bool"), of: None, optional: false, span });
        let head = Head { name: named(name), keys: Vec::new(), ty };
        let kind = ClauseKind::Define { head, body: Body::Expr(body) };
        self.subject.push(Clause { kind, span, description: None });
    }

    /// Sets what is handed over, when all that it reads is there.
    pub(super) fn handing(&self) -> Option<Clause> {
        let span = self.handed.first()?.expr.span;
        let set = |handing: &Handing| {
            let span = handing.expr.span;
            let base = Name { text: handing.column.clone(), span };
            let place = ast::Place { base, index: Vec::new(), members: Vec::new(), span };
            let kind = ClauseKind::Set { place, value: handing.expr.clone(), add: false };
            let set = Clause { kind, span, description: None };
            let optional = self.reading.used.iter().map(|((stage, name), _)| reading::last_word(stage, name));
            optional.filter(|word| reads(&handing.expr, word)).fold(set, |then, word| {
                let there = Expr { kind: ExprKind::Exists(Box::new(Expr { kind: ExprKind::Name(word), span })), span };
                let kind = ClauseKind::If { condition: there, then: vec![then], otherwise: Vec::new() };
                Clause { kind, span, description: None }
            })
        };
        let name = |text: &str| Name { text: text.into(), span };
        let event = ast::Place { base: name("session"), index: Vec::new(), members: vec![name("end")], span };
        let actions = Some(self.handed.iter().map(set).collect());
        let handler = Handler { event: Event::Place(event), guard: None, actions, target: None };
        Some(Clause { kind: ClauseKind::Handler(Box::new(handler)), span, description: None })
    }
}

/// Whether an expression reads a word.
fn reads(expr: &Expr, word: &str) -> bool {
    let any = |list: &[&Expr]| list.iter().any(|one| reads(one, word));
    match &expr.kind {
        ExprKind::Name(name) => name == word,
        ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Exists(a) => any(&[a]),
        ExprKind::Binary(_, a, b) | ExprKind::Default(a, b) | ExprKind::In(a, b) => any(&[a, b]),
        ExprKind::Is { value: a, other: b, .. } => any(&[a, b]),
        ExprKind::If(a, b, c) => any(&[a, b, c]),
        ExprKind::Index(a, list) => any(&[a]) || list.iter().any(|one| reads(one, word)),
        ExprKind::Call(call) => {
            call.arguments.iter().any(|one| matches!(&one.value, Value::Expr(expr) if reads(expr, word)))
        }
        _ => false,
    }
}
