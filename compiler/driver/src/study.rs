//! Studies: the stages through which a subject passes, each a protocol, and the rules that lead from one to the next.
//!
//! The rules become a program like any other: what they read of the stages are words in it that sealed sessions fill, row
//! by row, and each condition is a definition. Both machines run it when a session has ended.

mod frame;
mod reading;
mod scenarios;
mod stages;
mod statistics;

use crate::compile::{Library, Modules, SourceText, parsed, stamp};
use crate::scenarios::check_beside;
use crate::trees::Trees;
use frame::Frame;
use reading::{Place, Reading};
use scenarios::Variant;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trialect_base::{Finding, Findings, SourceId, Sources};
use trialect_ir::{Offered, OfferedValue, Program, canonical_json, digest};
use trialect_sema::Module;
use trialect_syntax::ast::{Body, Clause, ClauseKind, Expr, File, Head};

pub use scenarios::{Confirm, Filled, StudyScenario};

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
    /// What its program reads of the stages' sessions.
    pub fed: Vec<Fed>,
    /// For each stage of which it looks at sessions, at how many of the last ones.
    pub windows: BTreeMap<String, u32>,
    /// How many of the last sessions it looks at whatever their stage.
    pub every: u32,
    /// What it reads of the protocols of its stages, by name.
    pub reads: BTreeMap<String, Offered>,
}

/// A value of a stage's sessions in the program of the rules.
#[derive(Debug, Clone)]
pub struct Fed {
    /// The stage.
    pub stage: String,
    /// The protocol's column.
    pub name: String,
    /// It has a value for each trial, otherwise for each session.
    pub of_trial: bool,
    /// The program's column for a row: of a trial, or of a session at its end.
    pub row: Option<String>,
    /// The program's column for the value with which the last session in the stage ended.
    pub last: Option<String>,
}

/// A value with which a stage begins when a subject comes to it for the first time.
#[derive(Debug, Clone)]
pub struct Handed {
    /// A variable of the subject in the stage's protocol.
    pub name: String,
    /// The column of the study's program that has the value.
    pub column: String,
}

/// What a stage is handed, while the study is read.
struct Handing {
    column: String,
    protocol: String,
    value: OfferedValue,
    expr: Expr,
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
    /// What it is handed over.
    pub handed: Vec<Handed>,
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
    /// Its scenarios, when nothing forbids them.
    pub scenarios: Vec<StudyScenario>,
    /// Its text, called `study`.
    pub text: SourceText,
}

impl Study {
    /// The column that has the stage of the session.
    pub const STAGE: &str = reading::STAGE;

    /// The column that says whether a session is one of the stage, and the one that counts it from the stage's last, 1.
    pub fn place_of(stage: &str) -> (String, String) {
        (statistics::here_word(stage), statistics::back_word(stage))
    }

    /// The study's hash: its stages and rules, and the hashes of the stages' protocols by name. Its own name and
    /// version are not in it.
    pub fn hash(&self, protocols: &BTreeMap<String, String>) -> String {
        let way = |way: &Way| json!({ "to": way.to, "by_hand": way.by_hand, "when": way.column });
        let stage = |stage: &StudyStage| {
            let ways: Vec<_> = stage.ways.iter().map(way).collect();
            let handed: Vec<_> =
                stage.handed.iter().map(|one| json!({ "name": one.name, "from": one.column })).collect();
            json!({ "name": stage.name, "protocol": stage.protocol, "ways": ways, "handed": handed })
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

/// Names of the protocols of a study's stages, as they are written.
pub fn stage_protocols(text: &str) -> BTreeSet<String> {
    let file = trialect_syntax::parse(text, SourceId::default()).file;
    let stages = bodies(&file, "subject").filter_map(|clause| match &clause.kind {
        ClauseKind::Stage { protocol: Some(protocol), .. } => Some(protocol.name.text.clone()),
        _ => None,
    });
    stages.filter(|name| name != RETIRED).collect()
}

/// The stage after which there are no sessions.
const RETIRED: &str = "retired";

/// Compiles a study. `name` is what people call the text: a path; `offers` is what the protocols of its stages offer.
pub fn compile_study(name: &str, text: &str, offers: &BTreeMap<String, Offered>) -> CompiledStudy {
    compiled((name, text), offers, None)
}

/// Compiles a study with its scenarios, and those in the file beside it: its name and its text. `programs` are those of the
/// stages' protocols.
pub fn compile_study_beside(
    (name, text): (&str, &str),
    offers: &BTreeMap<String, Offered>,
    programs: &BTreeMap<String, Arc<Program>>,
    beside: Option<(&str, &str)>,
) -> CompiledStudy {
    compiled((name, text), offers, Some((programs, beside)))
}

/// The protocols of stages, and the file of scenarios beside a study.
type Tried<'a> = (&'a BTreeMap<String, Arc<Program>>, Option<(&'a str, &'a str)>);

fn compiled((name, text): (&str, &str), offers: &BTreeMap<String, Offered>, tried: Option<Tried<'_>>) -> CompiledStudy {
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let id = sources.add(name, text);
    let trees = Trees::default();
    let file = parsed(text, id, &mut findings, &trees);
    // Modules are read first: what they declare is not declared again.
    let mut texts = Vec::new();
    let modules = Modules::load(&file, (&Library::Embedded, &trees), &mut sources, &mut texts, &mut findings);
    let beside = tried.and_then(|(_, beside)| beside);
    let beside = beside.map(|(name, text)| parsed(text, sources.add(name, text), &mut findings, &trees));
    let readable = findings.is_runnable();
    let base = make(&file, &modules, offers, (&mut sources, &mut findings), None).filter(|_| readable);
    let mut scenarios = Vec::new();
    if let (Some(base), Some((programs, _))) = (&base, tried) {
        if let Some(beside) = &beside {
            check_beside(&file, beside, &sources, &mut findings);
        }
        let around = scenarios::Around { file: &file, modules: &modules, sources: &sources, offers, programs, base };
        scenarios = scenarios::compile(&around, beside.as_deref(), &mut findings);
    }
    let study = base.map(|made| made.study).filter(|_| findings.is_runnable());
    CompiledStudy { sources, findings: findings.sorted(), study, scenarios, text: stamp("study", text) }
}

/// A study, and what is known of its own values.
struct Made {
    study: Study,
    /// Its values as a protocol would offer them.
    own: Offered,
    /// The stages that definitions and statistics of its sessions are about.
    of_session: BTreeMap<String, BTreeSet<String>>,
}

impl Made {
    fn first_stage(&self) -> String {
        self.study.stages.first().map_or(String::new(), |stage| stage.name.clone())
    }

    /// The stage that a statistic or a definition of the study's sessions is about.
    fn stage_of(&self, name: &str) -> Option<String> {
        self.of_session.get(name)?.first().cloned()
    }
}

/// Makes a study of its text, with what a scenario adds to it.
fn make(
    file: &File,
    modules: &Modules,
    offers: &BTreeMap<String, Offered>,
    (sources, findings): (&mut Sources, &mut Findings),
    variant: Option<&Variant<'_>>,
) -> Option<Made> {
    let reading = Reading::new(std::mem::take(sources), std::mem::take(findings), offers);
    let mut writer = Writer {
        reading,
        variant,
        stages: Vec::new(),
        top: Vec::new(),
        session: Vec::new(),
        subject: Vec::new(),
        advices: Vec::new(),
        windows: BTreeMap::new(),
        every: 0,
        handed: Vec::new(),
    };
    writer.read(file);
    let readable = writer.reading.findings.is_runnable();
    let made = if readable { writer.program(file, modules) } else { None };
    let reads = writer.reads();
    let header = file.header.as_ref();
    let made = made.map(|(program, own, fed)| {
        let study = Study {
            name: header.map_or(String::new(), |header| header.name.text.clone()),
            version: header.map_or(String::new(), |header| header.version.text.clone()),
            stages: writer.stages,
            advices: writer.advices,
            program: Arc::new(program),
            fed,
            windows: writer.windows,
            every: writer.every,
            reads,
        };
        Made { study, own, of_session: writer.reading.of_session }
    });
    (*sources, *findings) = (writer.reading.sources, writer.reading.findings);
    made
}

/// Makes the program of a study's rules.
struct Writer<'a> {
    reading: Reading<'a>,
    variant: Option<&'a Variant<'a>>,
    stages: Vec<StudyStage>,
    /// Types and constants.
    top: Vec<Clause>,
    session: Vec<Clause>,
    subject: Vec<Clause>,
    advices: Vec<(String, String)>,
    windows: BTreeMap<String, u32>,
    every: u32,
    handed: Vec<Handing>,
}

impl Writer<'_> {
    fn read(&mut self, file: &File) {
        self.names(file);
        if let Some(header) = file.header.as_ref().filter(|_| self.reading.stages.is_empty()) {
            let finding = Finding::error("no-stages", "a study has stages", header.name.span, "no stage");
            self.push(finding.help("write `subject { stage NAME = PROTOCOL { … } }`"));
        }
        for clause in file.clauses.iter() {
            match &clause.kind {
                ClauseKind::Cite(_) | ClauseKind::Scenario { .. } => {}
                ClauseKind::ClockBlock { clock, .. } if matches!(clock.text.as_str(), "subject" | "session") => {}
                ClauseKind::Use(..)
                | ClauseKind::Enum { .. }
                | ClauseKind::Levels { .. }
                | ClauseKind::IntType { .. }
                | ClauseKind::Define { .. } => self.top.push(clause.clone()),
                _ => self.reading.not_yet("this clause in a study", clause.span),
            }
        }
        bodies(file, "session").for_each(|clause| self.of_session(clause));
        bodies(file, "subject").for_each(|clause| self.clause(clause));
    }

    fn push(&mut self, finding: Finding) {
        self.reading.findings.push(finding);
    }

    /// The stages and their protocols.
    fn names(&mut self, file: &File) {
        for clause in bodies(file, "subject") {
            let ClauseKind::Stage { name, protocol, .. } = &clause.kind else { continue };
            if let Some(first) = self.reading.stages.iter().find(|first| first.text == name.text) {
                let message = format!("`{}` is declared twice", name.text);
                let finding = Finding::error("duplicate-name", message, name.span, "declared again here");
                let finding = finding.also(first.span, "first declared here").help("rename one of them");
                self.push(finding);
            }
            self.reading.stages.push(name.clone());
            if let Some(protocol) = protocol.as_ref().filter(|protocol| protocol.name.text != RETIRED) {
                self.reading.protocols.insert(name.text.clone(), protocol.name.text.clone());
            }
        }
    }

    /// A clause of `session { … }`: what each session of a stage comes to.
    fn of_session(&mut self, clause: &Clause) {
        let is_filled = |head: &Head| self.variant.is_some_and(|variant| variant.filled.contains_key(&head.name.text));
        // What it reads is not needed then; the stage that it is about is.
        let is_filled = head_of(clause).is_some_and(is_filled);
        let (used, kept) = (self.reading.used.clone(), self.session.len());
        self.clause_of_session(clause);
        if is_filled {
            self.reading.used = used;
            self.session.truncate(kept);
        }
    }

    fn clause_of_session(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Stat(stat) => {
                let Some(written) = self.reading.stat_of_session(stat, clause.span) else { return };
                let stages: BTreeSet<String> = written.stage.into_iter().collect();
                for stage in &stages {
                    self.windows.entry(stage.clone()).or_insert(1);
                }
                self.reading.of_session.insert(stat.head.name.text.clone(), stages);
                self.session.push(Clause { kind: ClauseKind::Stat(Box::new(written.stat)), ..clause.clone() });
            }
            ClauseKind::Define { head, body: Body::Expr(expr) } => {
                let (expr, about) = self.reading.renamed(expr, Place::Row);
                self.reading.of_session.insert(head.name.text.clone(), about.stages);
                let kind = ClauseKind::Define { head: head.clone(), body: Body::Expr(expr) };
                self.session.push(Clause { kind, ..clause.clone() });
            }
            _ => self.reading.not_yet("this clause in `session` of a study", clause.span),
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let literal = |head: &Head| self.variant.and_then(|variant| variant.literals.get(&head.name.text));
        if let Some((head, literal)) = head_of(clause).and_then(|head| Some((head, literal(head)?))) {
            let head = Head { name: head.name.clone(), keys: Vec::new(), ty: None };
            let kind = ClauseKind::Define { head, body: Body::Expr(literal.clone()) };
            return self.subject.push(Clause { kind, ..clause.clone() });
        }
        match &clause.kind {
            ClauseKind::Stage { name, protocol, body } => self.stage(name, protocol.as_ref(), body, clause.span),
            ClauseKind::Define { head, body: Body::Expr(expr) } => {
                let (expr, _) = self.reading.renamed(expr, Place::Last);
                let kind = ClauseKind::Define { head: head.clone(), body: Body::Expr(expr) };
                self.subject.push(Clause { kind, ..clause.clone() });
            }
            ClauseKind::Stat(stat) => {
                let Some(written) = self.reading.stat_of_subject(stat, clause.span) else { return };
                let sessions = written.sessions.unwrap_or(1);
                match written.stage {
                    Some(stage) => {
                        let window = self.windows.entry(stage).or_insert(1);
                        *window = sessions.max(*window);
                    }
                    None => self.every = sessions.max(self.every),
                }
                self.subject.push(Clause { kind: ClauseKind::Stat(Box::new(written.stat)), ..clause.clone() });
            }
            ClauseKind::Advise { name, condition } => {
                let column = format!("advise.{}", name.text);
                self.condition(&column, Some(condition), name.span);
                self.advices.push((name.text.clone(), column));
            }
            _ => self.reading.not_yet("this clause in a study", clause.span),
        }
    }

    /// What the study reads of each protocol.
    fn reads(&self) -> BTreeMap<String, Offered> {
        let mut reads: BTreeMap<String, Offered> = BTreeMap::new();
        let used = self
            .reading
            .used
            .iter()
            .filter_map(|((stage, _), used)| Some((self.reading.protocols.get(stage)?, &used.value)));
        for (protocol, value) in used.chain(self.handed.iter().map(|handing| (&handing.protocol, &handing.value))) {
            let trials = self.reading.offers.get(protocol).map_or(0, |offered| offered.trials);
            let offered = reads.entry(protocol.clone()).or_insert(Offered { trials, values: Vec::new() });
            if offered.value(&value.name).is_none() {
                offered.values.push(value.clone());
            }
        }
        reads
    }

    /// The rules in a protocol that has nothing else.
    fn program(&mut self, file: &File, modules: &Modules) -> Option<(Program, Offered, Vec<Fed>)> {
        let expected = self.variant.map_or(&[][..], |variant| variant.expected);
        self.expect(expected);
        self.reading.reads_stage |= !expected.is_empty();
        let declared = self.top.iter().chain(modules.list.iter().flat_map(|(_, file)| &file.clauses));
        let mut frame = Frame::new(declared.filter_map(name_of_type).collect());
        let fed = frame.fill(&self.reading, &self.windows, &self.handed);
        if let Some(variant) = self.variant {
            frame.fill_in(variant.filled);
        }
        if let Some(stage_type) = frame.stage_type() {
            self.follow(expected, &stage_type);
        }
        let text = frame.text();
        let handing = self.handing();
        let Reading { sources, findings, .. } = &mut self.reading;
        let id = sources.add("what surrounds a study", text.as_str());
        let mut protocol = frame.parsed(&text, id, findings);
        for clause in &mut protocol.clauses {
            match &mut clause.kind {
                ClauseKind::ClockBlock { clock, body } if clock.text == "subject" => {
                    body.append(&mut self.subject);
                    body.extend(handing.clone());
                }
                ClauseKind::ClockBlock { clock, body } if clock.text == "session" => body.append(&mut self.session),
                _ => {}
            }
        }
        protocol.clauses.append(&mut self.top);
        if let (Some(header), Some(own)) = (&mut protocol.header, &file.header) {
            (header.name, header.version) = (own.name.clone(), own.version.clone());
            header.description.clone_from(&own.description);
        }
        let listed: Vec<Module<'_>> = modules.list.iter().map(|(name, file)| Module { name, file }).collect();
        let (model, checked) = trialect_sema::check(&protocol, &listed, sources);
        checked.iter().for_each(|finding| findings.push(finding.clone()));
        if !findings.is_runnable() {
            return None;
        }
        match trialect_lower::lower(&model, sources) {
            Ok(program) => {
                let own = crate::offered::offered(&model, &program);
                Some((program, own, fed))
            }
            Err(flaws) => {
                flaws.into_iter().for_each(|flaw| findings.push(flaw));
                None
            }
        }
    }
}

/// The name under which a clause has a value.
fn head_of(clause: &Clause) -> Option<&Head> {
    match &clause.kind {
        ClauseKind::Define { head, .. } => Some(head),
        ClauseKind::Stat(stat) => Some(&stat.head),
        _ => None,
    }
}

/// The name of a type that a clause declares.
fn name_of_type(clause: &Clause) -> Option<String> {
    match &clause.kind {
        ClauseKind::Enum { name, .. } | ClauseKind::Levels { name, .. } | ClauseKind::IntType { name, .. } => {
            Some(name.text.clone())
        }
        _ => None,
    }
}

/// The clauses of a clock.
fn bodies<'a>(file: &'a File, clock: &'a str) -> impl Iterator<Item = &'a Clause> {
    let bodies = file.clauses.iter().filter_map(move |clause| match &clause.kind {
        ClauseKind::ClockBlock { clock: of, body } if of.text == clock => Some(body),
        _ => None,
    });
    bodies.flatten()
}
