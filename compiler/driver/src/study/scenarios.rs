//! Scenarios of studies: whole sessions through the stages, played or with given values, and what the rules make of them.
//!
//! What is expected is compiled into the study's rules, so that it is named, typed and computed like everything else. The
//! study itself, and its hash, know nothing of it.

mod given;
mod judging;
mod steps;

use super::{Made, Study, make};
use crate::compile::Modules;
use crate::scenarios::{Expectation, Player, steps::player, written};
use std::collections::BTreeMap;
use std::sync::Arc;
use steps::Steps;
use trialect_base::{Finding, Findings, Sources, Span};
use trialect_ir::{Offered, Program};
use trialect_syntax::ast::{Clause, File};

pub(super) use judging::Variant;

/// A scenario of a study that can be run.
#[derive(Debug, Clone)]
pub struct StudyScenario {
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// Who plays.
    pub animal: Player,
    /// How many sessions follow each other.
    pub sessions: u32,
    /// Their trials are played; otherwise they have none, and the values of a session are given.
    pub played: bool,
    /// Everything is done once for each seed from 1 to this one.
    pub seeds: u32,
    /// The stage in which the subject begins.
    pub start: String,
    /// What a person confirms.
    pub confirms: Vec<Confirm>,
    /// What is given to the protocol of a stage whose sessions are played: stage, name, the value as it is written.
    pub given: Vec<(String, String, String)>,
    /// What sessions are given in the rules' program.
    pub filled: Vec<Filled>,
    /// What is expected, in text order.
    pub expectations: Vec<Expectation>,
    /// For each of them the column of the rules' program that says whether it holds.
    pub columns: Vec<String>,
    /// The study with the expectations in it. Its hash is nobody's.
    pub study: Study,
}

/// Stages that a person confirms when they wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The stage; none for the first that waits.
    pub stage: Option<String>,
    /// Before this session, from 1, and it has to wait then; none for whenever it waits.
    pub session: Option<u32>,
}

/// Words that sessions are given.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// Sessions of this stage; none for all sessions.
    pub stage: Option<String>,
    /// The columns of the rules' program.
    pub columns: Vec<String>,
    /// For the first session, the second, …; the last stands for all that follow. None when there is no value.
    pub words: Vec<Option<u64>>,
}

impl Filled {
    /// The word for the session with this ordinal in its stage, from 1.
    pub fn word(&self, ordinal: u32) -> Option<u64> {
        let at = (ordinal.max(1) as usize - 1).min(self.words.len().max(1) - 1);
        self.words.get(at).copied().flatten()
    }
}

/// What there is to compile a study's scenarios with.
pub(super) struct Around<'a> {
    pub(super) file: &'a File,
    pub(super) modules: &'a Modules,
    pub(super) sources: &'a Sources,
    pub(super) offers: &'a BTreeMap<String, Offered>,
    /// The protocols of the stages, by name.
    pub(super) programs: &'a BTreeMap<String, Arc<Program>>,
    /// The study without its scenarios.
    pub(super) base: &'a Made,
}

impl Around<'_> {
    /// Whether a study can read a value of a stage.
    fn offers_value(&self, stage: &str, name: &str) -> bool {
        let stage = self.base.study.stages.iter().find(|one| one.name == stage);
        let offered = stage.and_then(|stage| self.offers.get(stage.protocol.as_ref()?));
        offered.is_some_and(|offered| offered.value(name).is_some())
    }

    /// The protocol of a stage.
    fn program(&self, stage: &str) -> Option<&Arc<Program>> {
        let stage = self.base.study.stages.iter().find(|one| one.name == stage)?;
        self.programs.get(stage.protocol.as_ref()?)
    }
}

/// The scenarios of a study that has no errors, and of the file beside it.
pub(super) fn compile(around: &Around<'_>, beside: Option<&File>, findings: &mut Findings) -> Vec<StudyScenario> {
    let list = written(around.file, beside, around.sources, findings);
    list.into_iter().filter_map(|one| scenario(around, one, findings)).collect()
}

fn scenario(
    around: &Around<'_>,
    (title, body, head): (&str, &[Clause], Span),
    findings: &mut Findings,
) -> Option<StudyScenario> {
    let before = findings.len();
    let steps = Steps::read(around, body, head, findings);
    let given = given::read(around, &steps, findings);
    let programs: Vec<&Program> = around.programs.values().map(|program| &**program).collect();
    let player = player(steps.animal, &programs, findings);
    if findings.len() > before {
        return None;
    }
    let variant = Variant { literals: &given.literals, filled: &given.of_sessions, expected: &steps.expected };
    let (mut sources, mut found) = (around.sources.clone(), Findings::default());
    let made = make(around.file, around.modules, around.offers, (&mut sources, &mut found), Some(&variant));
    tell(&steps, &found, made.is_some(), findings);
    let mut study = made?.study;
    if findings.len() > before {
        return None;
    }
    let mut program = Program::clone(&study.program);
    judging::give_curves(&mut program, &given.curves);
    study.program = Arc::new(program);
    let (sessions, played) = steps.run?;
    Some(StudyScenario {
        title: title.to_string(),
        span: head,
        animal: player?,
        sessions,
        played,
        seeds: steps.seeds,
        start: steps.start.map_or_else(|| around.base.first_stage(), str::to_string),
        confirms: steps.confirms.clone(),
        given: given.of_protocols,
        filled: given.filled,
        expectations: steps.expectations(around),
        columns: (0..steps.expected.len()).map(judging::column).collect(),
        study,
    })
}

/// What is wrong with the scenario's own text; what forbids it elsewhere only when nothing else does.
fn tell(steps: &Steps<'_>, found: &Findings, is_made: bool, findings: &mut Findings) {
    let before = findings.len();
    let own = |finding: &&Finding| finding.labels.iter().any(|label| steps.contain(label.span));
    found.iter().filter(own).for_each(|finding| findings.push(finding.clone()));
    if !is_made && findings.len() == before {
        found.iter().for_each(|finding| findings.push(finding.clone()));
    }
}
