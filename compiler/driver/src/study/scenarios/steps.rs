//! The steps of a study's scenario: one `run`, what is given, confirmed and expected.

use super::{Around, Confirm};
use crate::scenarios::Expectation;
use crate::scenarios::steps::{twice, whole};
use trialect_base::{Finding, Findings, Span};
use trialect_syntax::ast::{Clause, ClauseKind, Expr, ExprKind, Name, Step};

/// What stands for every stage that waits for a person.
const ALL: &str = "all";
/// The stage in which the subject is, among what is given.
const STAGE: &str = "stage";

/// `expect [always] CONDITION`
pub(in crate::study) struct Expected<'a> {
    pub(in crate::study) always: bool,
    pub(in crate::study) condition: &'a Expr,
    description: Option<&'a str>,
}

/// What the steps say, as far as it can be read without the program.
pub(super) struct Steps<'a> {
    /// How many sessions, and whether their trials are played.
    pub(super) run: Option<(u32, bool)>,
    pub(super) seeds: u32,
    pub(super) animal: Option<&'a Name>,
    /// The stage in which the subject begins.
    pub(super) start: Option<&'a str>,
    pub(super) given: Vec<(&'a Name, &'a [Expr])>,
    pub(super) confirms: Vec<Confirm>,
    pub(super) expected: Vec<Expected<'a>>,
    head: Span,
    /// From the first to the last step.
    extent: Span,
}

impl<'a> Steps<'a> {
    pub(super) fn read(around: &Around<'_>, body: &'a [Clause], head: Span, findings: &mut Findings) -> Self {
        let mut steps = Steps {
            run: None,
            seeds: 1,
            animal: None,
            start: None,
            given: Vec::new(),
            confirms: Vec::new(),
            expected: Vec::new(),
            head,
            extent: body.last().map_or(head, |last| head.to(last.span)),
        };
        let before = findings.len();
        for clause in body {
            match &clause.kind {
                ClauseKind::ScenarioStep(step) => steps.step(around, step, clause, findings),
                _ => findings.push(of_protocols(clause.span)),
            }
        }
        if steps.run.is_none() && findings.len() == before {
            let finding = Finding::error("scenario-step", "a scenario runs something", head, "runs nothing");
            findings.push(finding.help("add `run 20 sessions`, or `run 3 sessions without trials`"));
        }
        if steps.expected.is_empty() {
            let finding = Finding::error("scenario-step", "a scenario expects something", head, "expects nothing");
            findings.push(finding.help("add `expect CONDITION` or `expect always CONDITION`"));
        }
        if let (Some(name), Some((_, false))) = (steps.animal, steps.run) {
            let finding = Finding::error("scenario-step", "nobody plays without trials", name.span, "an animal");
            findings.push(finding.help("remove `animal`, or `without trials`"));
        }
        steps
    }

    /// Whether a place is inside the scenario.
    pub(super) fn contain(&self, span: Span) -> bool {
        span.source == self.extent.source && span.start >= self.extent.start && span.end <= self.extent.end
    }

    /// What is expected, as it is told.
    pub(super) fn expectations(&self, around: &Around<'_>) -> Vec<Expectation> {
        let expectation = |step: &Expected<'_>| {
            let words: Vec<&str> = around.sources.text(step.condition.span).split_whitespace().collect();
            Expectation {
                always: step.always,
                text: words.join(" "),
                span: step.condition.span,
                description: step.description.map(str::to_owned),
            }
        };
        self.expected.iter().map(expectation).collect()
    }

    fn step(&mut self, around: &Around<'_>, step: &'a Step, clause: &'a Clause, findings: &mut Findings) {
        match step {
            Step::Animal(name) => match self.animal {
                Some(first) => findings.push(twice("animal", clause.span, first.span)),
                None => self.animal = Some(name),
            },
            Step::Run { .. } if self.run.is_some() => findings.push(twice("run", clause.span, self.head)),
            Step::Run { count, word, unplayed, seeds } => {
                if word.text.starts_with("trial") {
                    let message = "a scenario of a study runs whole sessions";
                    let finding = Finding::error("scenario-step", message, word.span, "trials");
                    findings.push(finding.help("write `run 20 sessions`"));
                }
                self.seeds = seeds.as_ref().map_or(Some(1), |seeds| whole(seeds, findings)).unwrap_or(1);
                self.run = whole(count, findings).map(|count| (count, !unplayed));
            }
            Step::Given { name, values } if name.text == STAGE => self.start(around, name, values, findings),
            Step::Given { name, values } => match self.given.iter().find(|(first, _)| first.text == name.text) {
                Some((first, _)) => findings.push(twice(&format!("given {}", name.text), name.span, first.span)),
                None => self.given.push((name, values)),
            },
            Step::Expect { always, condition } => {
                let description = clause.description.as_deref();
                self.expected.push(Expected { always: *always, condition, description });
            }
            Step::Confirm { stage, session } => self.confirm(around, stage, session.as_ref(), findings),
            Step::Act { .. } | Step::Change { .. } | Step::Pause { .. } | Step::Stop { .. } => {
                findings.push(of_protocols(clause.span));
            }
        }
    }

    /// `given stage = STAGE`
    fn start(&mut self, around: &Around<'_>, name: &'a Name, values: &'a [Expr], findings: &mut Findings) {
        if self.start.is_some() {
            return findings.push(twice("given stage", name.span, self.head));
        }
        let stages = || around.base.study.stages.iter().filter(|one| one.protocol.is_some());
        match values {
            [Expr { kind: ExprKind::Name(word), .. }] if stages().any(|one| one.name == *word) => {
                self.start = Some(word)
            }
            _ => {
                let span = values.first().map_or(name.span, |value| value.span);
                let message = "a subject begins in a stage with sessions";
                let finding = Finding::error("unknown-stage", message, span, "no such stage");
                let known: Vec<&str> = stages().map(|one| one.name.as_str()).collect();
                findings.push(finding.help(format!("known here: {}", known.join(", "))));
            }
        }
    }

    /// `confirm STAGE [at session N]`
    fn confirm(&mut self, around: &Around<'_>, stage: &Name, session: Option<&Expr>, findings: &mut Findings) {
        let ways = around.base.study.stages.iter().flat_map(|one| &one.ways).filter(|way| way.by_hand);
        let mut known: Vec<&str> = ways.map(|way| way.to.as_str()).collect();
        known.dedup();
        if stage.text != ALL && !known.contains(&stage.text.as_str()) {
            let message = format!("nothing leads to `{}` by hand", stage.text);
            let finding = Finding::error("unknown-stage", message, stage.span, "cannot be confirmed");
            return findings.push(finding.help(format!("by hand: {}", known.join(", "))));
        }
        let session = session.map(|session| whole(session, findings));
        let stage = (stage.text != ALL).then(|| stage.text.clone());
        match session {
            None => self.confirms.push(Confirm { stage, session: None }),
            Some(Some(session)) => self.confirms.push(Confirm { stage, session: Some(session) }),
            Some(None) => {}
        }
    }
}

/// A step that only a protocol's scenario has.
fn of_protocols(span: Span) -> Finding {
    let message = "this step stands in scenarios of protocols only";
    let help = "a scenario of a study has `given`, `animal`, `run`, `confirm` and `expect`; put this into a scenario of \
                the stage's protocol";
    Finding::error("scenario-step", message, span, "in a study's scenario").help(help)
}
