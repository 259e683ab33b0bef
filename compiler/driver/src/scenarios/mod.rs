//! Scenarios: what a protocol is expected to do, as programs that watch themselves.
//!
//! A scenario is compiled into its protocol with the expectations as `advise` rules beside it, so that they are named,
//! typed and computed like everything else. The protocol itself, and its hash, know nothing of them.

mod acts;
mod requests;
pub(crate) mod steps;
pub(crate) mod variant;

pub use requests::{Asked, Asks};
use std::sync::Arc;
use trialect_base::{Finding, Findings, Sources, Span};
use trialect_ir::{Program, RuleId};
use trialect_sema::Module;
use trialect_syntax::ast::{Clause, ClauseKind, File};

pub use steps::animals;

/// A scenario that can be run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// Who plays.
    pub animal: Player,
    /// How much is run.
    pub run: Run,
    /// Everything is done once for each seed from 1 to this one.
    pub seeds: u32,
    /// Values that are given: the name, and the value as it is written.
    pub given: Vec<(String, String)>,
    /// What the animal does besides.
    pub acts: Vec<Act>,
    /// What a person asks for between trials, in text order.
    pub requests: Vec<Asked>,
    /// What is expected, in text order.
    pub expectations: Vec<Expectation>,
    /// For each of them the rule of the program that is decided when it does not hold.
    pub rules: Vec<RuleId>,
    /// The protocol with the expectations in it. Its hash is nobody's.
    pub program: Arc<Program>,
}

/// The animals that a scenario can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Player {
    /// The simulated animal, which learns.
    Mouse,
    /// At a wheel: turns each picture to the centre.
    Perfect,
    /// At a wheel: turns each picture away from the centre.
    Wrong,
    /// At a wheel: turns it either way, as likely.
    Random,
    /// Does nothing by itself.
    Still,
}

/// How much a scenario runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// One session of this many trials.
    Trials(u32),
    /// Whole sessions, one after the other.
    Sessions(u32),
}

/// Something that happens at a device in a trial, whatever the animal does.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Index into [`Program::inputs`].
    pub input: u32,
    /// For a counter, by how much it moves, in the coherent unit; none for an event.
    pub amount: Option<f64>,
    /// The rule of the program that is decided when it is certain that this will happen: at the trial's start or at the
    /// entry of a state. The time from then on, s, is then in the first word of [`trialect_ir::header::SCRATCH`].
    pub rule: RuleId,
}

/// Something that is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// After every trial, or once at the end of the run.
    pub always: bool,
    /// The condition as it is written, on one line.
    pub text: String,
    /// Where the condition stands.
    pub span: Span,
    /// The description.
    pub description: Option<String>,
}

/// What there is to compile scenarios with.
pub(crate) struct Surroundings<'a> {
    pub(crate) protocol: &'a File,
    pub(crate) modules: &'a [Module<'a>],
    pub(crate) sources: &'a Sources,
    /// The protocol without its scenarios.
    pub(crate) program: &'a Program,
}

/// The scenarios of a protocol that has no errors, and of the file beside it.
pub(crate) fn compile(around: &Surroundings<'_>, beside: Option<&File>, findings: &mut Findings) -> Vec<Scenario> {
    let list = written(around.protocol, beside, around.sources, findings);
    list.into_iter().filter_map(|one| scenario(around, one, findings)).collect()
}

/// Titles, steps and first lines of all scenarios of a text and of the file beside it.
pub(crate) fn written<'a>(
    own: &'a File,
    beside: Option<&'a File>,
    sources: &Sources,
    findings: &mut Findings,
) -> Vec<(&'a str, &'a [Clause], Span)> {
    let mut list: Vec<(&str, &[Clause], Span)> = Vec::new();
    for clause in own.clauses.iter().chain(beside.iter().flat_map(|file| &file.clauses)) {
        let ClauseKind::Scenario { title, body } = &clause.kind else { continue };
        let head = variant::first_line(sources, clause.span);
        if list.iter().any(|(known, ..)| *known == title) {
            let finding = Finding::error("scenario-step", format!("two scenarios are \"{title}\""), head, "again here");
            findings.push(finding.help("give it a title of its own"));
        }
        list.push((title, body, head));
    }
    list
}

/// Refuses what has no meaning beside a protocol.
pub(crate) fn check_beside(protocol: &File, beside: &File, sources: &Sources, findings: &mut Findings) {
    let (Some(own), Some(header)) = (&protocol.header, &beside.header) else { return };
    if header.kind.text != "scenarios" || header.name.text != own.name.text || header.version.text != own.version.text {
        let wanted = format!("scenarios {} {}", own.name.text, own.version.text);
        let span = header.kind.span.to(header.version.span);
        let finding = Finding::error("scenario-header", "these are not this protocol's scenarios", span, "another one");
        findings.push(finding.also(own.name.span, "the protocol").help(format!("write `{wanted}`")));
    }
    for clause in &beside.clauses {
        if !matches!(clause.kind, ClauseKind::Scenario { .. }) {
            let span = variant::first_line(sources, clause.span);
            let finding =
                Finding::error("scenario-header", "only scenarios stand in this file", span, "something else");
            findings.push(finding.help("move it into the protocol"));
        }
    }
}

fn scenario(
    around: &Surroundings<'_>,
    (title, body, head): (&str, &[Clause], Span),
    findings: &mut Findings,
) -> Option<Scenario> {
    let before = findings.len();
    let steps = steps::Steps::read(around, body, head, findings);
    let planned = acts::plan(around, &steps.acts, findings);
    let (program, acts) = variant::program(around, &steps, &planned, findings)?;
    let program = Arc::new(program);
    steps.check_given(&program, findings);
    let requests = steps.asked(around, &program, findings);
    let player = steps.player(&program, findings);
    let (expectations, rules) = steps.expectations(around, &program);
    if findings.len() > before {
        return None;
    }
    let given =
        steps.given.iter().map(|(name, value)| (name.text.clone(), around.sources.text(value.span).to_string()));
    Some(Scenario {
        title: title.to_string(),
        span: head,
        animal: player?,
        run: steps.run?,
        seeds: steps.seeds,
        given: given.collect(),
        acts,
        requests,
        expectations,
        rules,
        program,
    })
}
