//! Studies: the stages through which a subject passes, each a protocol, and the rules that lead from one to the next.
//!
//! The rules become a program like any other, one without trials: what they read of the stages stands in it as covariates,
//! and each condition is a definition. Both machines run it when a session has ended.

use crate::compile::{Library, Modules, SourceText, parsed, stamp};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use trialect_base::{Finding, Findings, SourceId, Sources, Span};
use trialect_ir::{Program, canonical_json, digest};
use trialect_sema::Module;
use trialect_syntax::ast::{
    Argument, Body, Call, Clause, ClauseKind, Event, Expr, ExprKind, File, Handler, Head, Name, Range, Table, Target,
    TypeExpr, Value,
};

/// A compiled study.
#[derive(Debug, Clone)]
pub struct Study {
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// In text order; a subject begins with the first.
    pub stages: Vec<StudyStage>,
    /// Advice: name and the column that says whether it holds.
    pub advices: Vec<(String, String)>,
    /// Its definitions and conditions.
    pub program: Arc<Program>,
}

/// A stage of a study.
#[derive(Debug, Clone)]
pub struct StudyStage {
    /// Its name.
    pub name: String,
    /// Dotted name of its protocol; none for `retired`, after which there are no sessions.
    pub protocol: Option<String>,
    /// In text order.
    pub ways: Vec<Way>,
}

/// A way out of a stage.
#[derive(Debug, Clone)]
pub struct Way {
    /// The stage to which it leads.
    pub to: String,
    /// A person confirms it.
    pub by_hand: bool,
    /// The column of the study's program that says whether its condition holds.
    pub column: String,
    /// Its text, on one line.
    pub text: String,
}

/// What became of a study's text.
#[derive(Debug, Clone)]
pub struct CompiledStudy {
    /// All texts, for showing findings.
    pub sources: Sources,
    /// By place.
    pub findings: Vec<Finding>,
    /// The study, when nothing forbids it.
    pub study: Option<Study>,
    /// Its text, called `study`.
    pub text: SourceText,
}

impl Study {
    /// The study's hash: its stages and rules, and the hashes of the stages' protocols by name. Its own name and
    /// version are not in it.
    pub fn hash(&self, protocols: &BTreeMap<String, String>) -> String {
        let way = |way: &Way| json!({ "to": way.to, "by_hand": way.by_hand, "when": way.column });
        let stage = |stage: &StudyStage| {
            let ways: Vec<_> = stage.ways.iter().map(way).collect();
            json!({ "name": stage.name, "protocol": stage.protocol, "ways": ways })
        };
        let stages: Vec<_> = self.stages.iter().map(stage).collect();
        let whole = json!({
            "form": "trialect-study/1", "stages": stages, "rules": self.program.identity.protocol, "protocols": protocols,
        });
        digest(&canonical_json(&whole))
    }
}

/// Whether a text is a study's.
pub fn is_study(text: &str) -> bool {
    let header = trialect_syntax::parse(text, SourceId::default()).file.header;
    header.is_some_and(|header| header.kind.text == "study")
}

/// The name of a text that is a protocol; none for other texts.
pub fn name_of_protocol(text: &str) -> Option<String> {
    let header = trialect_syntax::parse(text, SourceId::default()).file.header?;
    (header.kind.text == "protocol").then_some(header.name.text)
}

/// Compiles a study. `name` is what people call the text: a path.
pub fn compile_study(name: &str, text: &str) -> CompiledStudy {
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let id = sources.add(name, text);
    let file = parsed(text, id, &mut findings);
    let text = stamp("study", text);
    let mut writer = Writer {
        sources,
        findings,
        stages: Vec::new(),
        names: Vec::new(),
        definitions: Vec::new(),
        advices: Vec::new(),
    };
    writer.read(&file);
    let readable = writer.findings.is_runnable();
    let program = if readable { writer.program(&file) } else { None };
    let header = file.header.as_ref();
    let study = program.map(|program| Study {
        name: header.map_or(String::new(), |header| header.name.text.clone()),
        version: header.map_or(String::new(), |header| header.version.text.clone()),
        stages: writer.stages,
        advices: writer.advices,
        program: Arc::new(program),
    });
    CompiledStudy { sources: writer.sources, findings: writer.findings.sorted(), study, text }
}

/// Makes the program of a study's rules.
struct Writer {
    sources: Sources,
    findings: Findings,
    stages: Vec<StudyStage>,
    /// Of the stages.
    names: Vec<Name>,
    definitions: Vec<Clause>,
    advices: Vec<(String, String)>,
}

/// What a study can read of each of its stages.
const READ: [(&str, &str); 2] =
    [("sessions", "Sessions in the stage"), ("days", "Different dates of the sessions in the stage")];

impl Writer {
    fn read(&mut self, file: &File) {
        let bodies = file.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::ClockBlock { clock, body } if clock.text == "subject" => Some(body),
            _ => None,
        });
        let bodies: Vec<&Clause> = bodies.flatten().collect();
        for clause in &bodies {
            if let ClauseKind::Stage { name, .. } = &clause.kind {
                if let Some(first) = self.names.iter().find(|first| first.text == name.text) {
                    let message = format!("`{}` is declared twice", name.text);
                    let finding = Finding::error("duplicate-name", message, name.span, "declared again here");
                    self.findings.push(finding.also(first.span, "first declared here").help("rename one of them"));
                }
                self.names.push(name.clone());
            }
        }
        if let Some(header) = file.header.as_ref().filter(|_| self.names.is_empty()) {
            let finding = Finding::error("no-stages", "a study has stages", header.name.span, "no stage");
            self.findings.push(finding.help("write `subject { stage NAME = PROTOCOL { … } }`"));
        }
        for clause in file.clauses.iter().filter(|clause| !is_subject(clause)) {
            match &clause.kind {
                ClauseKind::Cite(_) => {}
                _ => self.not_yet("this clause in a study", clause.span),
            }
        }
        bodies.into_iter().for_each(|clause| self.clause(clause));
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Stage { name, protocol, body } => self.stage(name, protocol.as_ref(), body, clause.span),
            ClauseKind::Define { head, body: Body::Expr(expr) } if head.keys.is_empty() => {
                let expr = self.renamed(expr);
                self.definitions.push(Clause {
                    kind: ClauseKind::Define { head: head.clone(), body: Body::Expr(expr) },
                    ..clause.clone()
                });
            }
            ClauseKind::Advise { name, condition } => {
                let column = format!("advise.{}", name.text);
                self.condition(&column, Some(condition), name.span);
                self.advices.push((name.text.clone(), column));
            }
            _ => self.not_yet("this clause in a study", clause.span),
        }
    }

    fn stage(&mut self, name: &Name, protocol: Option<&Call>, body: &[Clause], span: Span) {
        let Some(protocol) = protocol else {
            let finding = Finding::error("no-target", "a stage of a study is a protocol", name.span, "no protocol");
            return self.findings.push(finding.help(format!("write `stage {} = PROTOCOL {{ … }}`", name.text)));
        };
        if let Some(first) = protocol.arguments.first() {
            let place = if let Value::Expr(expr) = &first.value { expr.span } else { span };
            self.not_yet("values that a stage hands over", place);
        }
        let retired = protocol.name.text == "retired";
        let mut ways = Vec::new();
        for clause in body {
            let ClauseKind::Handler(handler) = &clause.kind else {
                self.not_yet("this clause in a stage of a study", clause.span);
                continue;
            };
            if let Some(way) = self.way(name, handler, clause.span, ways.len()) {
                ways.push(way);
            }
        }
        if let Some(clause) = body.first().filter(|_| retired) {
            let message = "no session follows in `retired`, so that nothing leads out of it";
            let finding = Finding::error("misplaced-clause", message, clause.span, "never looked at");
            self.findings.push(finding.help("remove it"));
        }
        let protocol = (!retired).then(|| protocol.name.text.clone());
        self.stages.push(StudyStage { name: name.text.clone(), protocol, ways });
    }

    fn way(&mut self, stage: &Name, handler: &Handler, span: Span, number: usize) -> Option<Way> {
        let at_end = matches!(&handler.event, Event::Place(place)
            if place.base.text == "session" && place.members.iter().map(|m| m.text.as_str()).eq(["end"]));
        if !at_end {
            let message = "a study hears the end of a session only";
            let finding = Finding::error("unknown-event", message, span, "another event");
            self.findings.push(finding.help("write `on session.end when … -> STAGE`"));
            return None;
        }
        if let Some(first) = handler.actions.iter().flatten().next() {
            self.not_yet("actions on a transition", first.span);
        }
        let Some(Target::State { name, by_hand }) = &handler.target else {
            let finding = Finding::error("no-target", "a transition goes to a stage", span, "goes nowhere");
            self.findings.push(finding.help("add `-> STAGE`"));
            return None;
        };
        if !self.names.iter().any(|known| known.text == name.text) {
            let known: Vec<&str> = self.names.iter().map(|name| name.text.as_str()).collect();
            let message = format!("there is no stage `{}`", name.text);
            let finding = Finding::error("unknown-stage", message, name.span, "no such stage");
            self.findings.push(finding.help(format!("known here: {}", known.join(", "))));
            return None;
        }
        let column = format!("{}.to_{}.{}", stage.text, name.text, number + 1);
        self.condition(&column, handler.guard.as_ref(), span);
        let lines: Vec<&str> = self.sources.text(span).lines().map(str::trim).collect();
        Some(Way { to: name.text.clone(), by_hand: *by_hand, column, text: lines.join(" ") })
    }

    /// A truth value under a name of the compiler's.
    fn condition(&mut self, name: &str, condition: Option<&Expr>, span: Span) {
        let body = match condition {
            Some(condition) => self.renamed(condition),
            None => Expr { kind: ExprKind::Bool(true), span },
        };
        let named = |text: &str| Name { text: text.into(), span };
        let ty = Some(TypeExpr { name: named("Bool"), of: None, optional: false, span });
        let head = Head { name: named(name), keys: Vec::new(), ty };
        let kind = ClauseKind::Define { head, body: Body::Expr(body) };
        self.definitions.push(Clause { kind, span, description: None });
    }

    fn not_yet(&mut self, what: &str, span: Span) {
        let message = format!("this version does not have {what}");
        self.findings.push(Finding::error("not-yet", message, span, "not supported"));
    }

    /// An expression in which `STAGE.NAME` is one word.
    fn renamed(&mut self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        self.rename(&mut expr);
        expr
    }

    fn rename(&mut self, expr: &mut Expr) {
        if let ExprKind::Member(base, member) = &expr.kind
            && let ExprKind::Name(word) = &base.kind
            && self.names.iter().any(|name| name.text == *word)
        {
            if READ.iter().any(|(known, _)| *known == member.text) {
                expr.kind = ExprKind::Name(format!("{word}.{}", member.text));
            } else {
                self.not_yet("values of a stage's protocol but for `sessions` and `days`", expr.span);
                expr.kind = ExprKind::Bool(true);
            }
            return;
        }
        match &mut expr.kind {
            ExprKind::Name(_) | ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => {}
            ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Exists(a) => self.rename(a),
            ExprKind::Index(a, list) => {
                self.rename(a);
                list.iter_mut().for_each(|one| self.rename(one));
            }
            ExprKind::Call(call) => self.rename_call(call),
            ExprKind::Comprehension { body, variables, .. } => {
                variables.iter_mut().for_each(|(_, over)| self.rename(over));
                self.rename(body);
            }
            ExprKind::Set(list) => list.iter_mut().for_each(|one| self.rename(one)),
            ExprKind::Range(range) => self.rename_range(range),
            ExprKind::Is { value: a, other: b, .. }
            | ExprKind::In(a, b)
            | ExprKind::Default(a, b)
            | ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|one| self.rename(one)),
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|one| self.rename(one)),
        }
    }

    fn rename_range(&mut self, range: &mut Range) {
        self.rename(&mut range.low);
        self.rename(&mut range.high);
    }

    fn rename_call(&mut self, call: &mut Call) {
        for Argument { value, .. } in &mut call.arguments {
            match value {
                Value::Expr(expr) => self.rename(expr),
                Value::Range(range) => self.rename_range(range),
                Value::Table(Table { rows, .. }) => rows.iter_mut().for_each(|(_, value)| self.rename(value)),
            }
        }
    }

    /// The rules in a protocol that has nothing else.
    fn program(&mut self, file: &File) -> Option<Program> {
        let read = self.names.iter().flat_map(|name| READ.map(|(word, description)| (name.clone(), word, description)));
        let read: Vec<_> = read.collect();
        let asked: Vec<String> =
            (0..read.len()).map(|k| format!("covariate c{k} : Int within 0 .. 1000000 asked before")).collect();
        let frame = format!(
            "protocol frame 1.0.0\nsubject {{\n{}\n}}\nsession {{ limit trials 1 }}\n\
             trial {{ outcomes done; state only {{ after 1 s -> end done }} }}\n",
            asked.join("\n")
        );
        let id = self.sources.add("what surrounds a study", frame.as_str());
        let mut protocol = parsed(&frame, id, &mut self.findings);
        for clause in &mut protocol.clauses {
            if let ClauseKind::ClockBlock { clock, body } = &mut clause.kind
                && clock.text == "subject"
            {
                for (inner, (stage, word, description)) in body.iter_mut().zip(&read) {
                    if let ClauseKind::Covariate(covariate) = &mut inner.kind {
                        covariate.head.name.text = format!("{}.{word}", stage.text);
                    }
                    inner.description = Some((*description).to_string());
                }
                body.append(&mut self.definitions);
            }
        }
        if let (Some(header), Some(own)) = (&mut protocol.header, &file.header) {
            (header.name, header.version) = (own.name.clone(), own.version.clone());
            header.description.clone_from(&own.description);
        }
        let mut texts = Vec::new();
        let (sources, findings) = (&mut self.sources, &mut self.findings);
        let modules = Modules::load(&protocol, &Library::Embedded, sources, &mut texts, findings);
        let listed: Vec<Module<'_>> = modules.list.iter().map(|(name, file)| Module { name, file }).collect();
        let (model, checked) = trialect_sema::check(&protocol, &listed, sources);
        checked.iter().for_each(|finding| findings.push(finding.clone()));
        if !findings.is_runnable() {
            return None;
        }
        match trialect_lower::lower(&model, sources) {
            Ok(program) => Some(program),
            Err(flaws) => {
                flaws.into_iter().for_each(|flaw| findings.push(flaw));
                None
            }
        }
    }
}

fn is_subject(clause: &Clause) -> bool {
    matches!(&clause.kind, ClauseKind::ClockBlock { clock, .. } if clock.text == "subject")
}
