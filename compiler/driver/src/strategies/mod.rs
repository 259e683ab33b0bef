//! What a design gives to an animal that does not look: the exact share of rewarded trials of strategies that know only
//! their own choices and rewards, and the criteria that such a strategy meets.
//!
//! A trial depends on what it draws and on what it remembers of trials before. Where that is finite the trials form a
//! Markov chain, whose long run is computed; draws of reals that are only compared are left to chance with the
//! probability of the comparison. Nothing is simulated: what cannot be computed is said with the reason.

mod chain;
mod evaluate;
#[cfg(test)]
mod tests;
mod trial;
mod value;

use crate::Library;
use crate::compile::{Modules, parsed};
use crate::trees::Trees;
use chain::LongRun;
use std::collections::BTreeSet;
use trial::{Expected, Trial};
use trialect_base::{Finding, Findings, Sources};
use trialect_sema::{Action, Clock, CurriculumId, Goes, Model, Module, Term, Type, ValueId, ValueKind, Waits};
use value::{Chance, Memory, Stop, World};

/// Choices that are tried.
const MEMBERS_MAX: u32 = 8;

/// What a design gives to strategies that do not perceive.
#[derive(Debug, Clone, Default)]
pub struct Strategies {
    /// The variable of the trial that is the choice.
    pub choice: String,
    /// The stages of the first curriculum; one without a name when there is none.
    pub stages: Vec<String>,
    /// Each strategy with its share of rewarded trials in each stage, or why it is not known.
    pub rows: Vec<(String, Vec<Result<f64, String>>)>,
    /// Criteria that a strategy meets.
    pub findings: Vec<Finding>,
    /// The texts, for showing findings.
    pub sources: Sources,
}

/// A strategy that knows only its own choices and rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Always(u32),
    Alternate,
    /// The same again after a reward, otherwise the next.
    WinStay,
    /// The same again without a reward, otherwise the next.
    WinShift,
}

impl Strategy {
    /// What it chooses after a choice that was rewarded or not.
    fn next(self, before: Option<(u32, bool)>, members: u32) -> u32 {
        let other = |k: u32| (k + 1) % members;
        match (self, before) {
            (Strategy::Always(k), _) => k,
            (_, None) => 0,
            (Strategy::Alternate, Some((k, _))) => other(k),
            (Strategy::WinStay, Some((k, rewarded))) => {
                if rewarded {
                    k
                } else {
                    other(k)
                }
            }
            (Strategy::WinShift, Some((k, rewarded))) => {
                if rewarded {
                    other(k)
                } else {
                    k
                }
            }
        }
    }

    fn looks_back(self) -> bool {
        !matches!(self, Strategy::Always(_))
    }
}

/// A protocol in one of its stages.
struct Play<'a> {
    model: &'a Model,
    sources: &'a Sources,
    stage: Option<(CurriculumId, usize)>,
    variable: ValueId,
    members: u32,
    /// Variables that some rule sets.
    changed: BTreeSet<ValueId>,
    /// Statistics that the stage's criteria read.
    judged: Vec<ValueId>,
}

/// Computes what strategies get that do not perceive. An error says why there is nothing to compute.
///
/// # Errors
/// When the text has findings that forbid to run it, or its trial has no choice: no variable of a type with a few
/// members that a way out of a state sets.
pub fn strategies(name: &str, text: &str, library: &Library) -> Result<Strategies, String> {
    let (mut sources, mut findings, mut texts) = (Sources::default(), Findings::default(), Vec::new());
    let id = sources.add(name, text);
    let protocol = parsed(text, id, &mut findings, &Trees::default());
    let modules = Modules::load(&protocol, (library, &Trees::default()), &mut sources, &mut texts, &mut findings);
    let listed: Vec<Module<'_>> = modules.list.iter().map(|(name, file)| Module { name, file }).collect();
    let (model, checked) = trialect_sema::check(&protocol, &listed, &sources);
    if !findings.is_runnable() || !checked.is_runnable() {
        return Err("the text has findings that forbid to run it".into());
    }
    let (variable, members) = choice_of(&model).ok_or("no way out of a state sets a choice")?;
    let mut report = Strategies { choice: model.values[variable.0].name.clone(), ..Strategies::default() };
    let stages = stages_of(&model);
    let name_of = |stage: &Option<(CurriculumId, usize)>| {
        stage.map_or(String::new(), |(id, stage)| model.curricula[id.0].stages[stage].name.clone())
    };
    report.stages = stages.iter().map(name_of).collect();
    let changed = changed_by_rules(&model);
    let always = (0..members).map(Strategy::Always);
    for strategy in always.chain([Strategy::Alternate, Strategy::WinStay, Strategy::WinShift]) {
        let mut shares = Vec::new();
        let title = title(&model, variable, strategy);
        for &stage in &stages {
            let judged = judged_in(&model, stage);
            let play =
                Play { model: &model, sources: &sources, stage, variable, members, changed: changed.clone(), judged };
            match play.long_run(strategy) {
                Ok(run) => {
                    report.findings.extend(play.met(&run, &title));
                    shares.push(Ok(run.rewarded));
                }
                Err(Stop::Because(why)) => shares.push(Err(why)),
                Err(Stop::Remember(_)) => shares.push(Err("it depends on more than the trial before".into())),
            }
        }
        report.rows.push((title, shares));
    }
    report.sources = sources;
    Ok(report)
}

/// The stages of the first curriculum as they stand in the text; without one there is one of no name.
fn stages_of(model: &Model) -> Vec<Option<(CurriculumId, usize)>> {
    let Some(first) = model.curricula.first() else { return vec![None] };
    let mut stages: Vec<usize> = (0..first.stages.len()).collect();
    stages.sort_by_key(|&stage| first.stages[stage].span);
    stages.into_iter().map(|stage| Some((CurriculumId(0), stage))).collect()
}

fn title(model: &Model, variable: ValueId, strategy: Strategy) -> String {
    match strategy {
        Strategy::Always(k) => {
            let finite = model.values[variable.0].ty.required().finite();
            format!("always {}", finite.map(|finite| finite.label(model, k)).unwrap_or_default())
        }
        Strategy::Alternate => "in turn".into(),
        Strategy::WinStay => "win stay, lose shift".into(),
        Strategy::WinShift => "win shift, lose stay".into(),
    }
}

/// The variable of the trial that ways out of states set, and how many members it has.
fn choice_of(model: &Model) -> Option<(ValueId, u32)> {
    let clauses = model.states[..model.trial_states()].iter().flat_map(|state| &state.clauses);
    let leaving = clauses.filter(|clause| clause.goes != Goes::Stays && !matches!(clause.waits, Waits::After(_)));
    let actions: Vec<&Action> = leaving.flat_map(|clause| &clause.actions).collect();
    let sets = |id: usize| actions.iter().any(|action| matches!(action, Action::Set { value, .. } if value.0 == id));
    model.values.iter().enumerate().find_map(|(k, value)| {
        let variable = matches!(value.kind, ValueKind::Variable(_)) && value.keys.is_empty();
        let size = value.ty.required().finite().filter(|_| *value.ty.required() != Type::Bool)?.size(model);
        let fits = variable && value.clock == Clock::Trial && (2..=MEMBERS_MAX).contains(&size) && sets(k);
        fits.then_some((ValueId(k), size))
    })
}

/// Variables of slower clocks that handlers, transitions or states set.
fn changed_by_rules(model: &Model) -> BTreeSet<ValueId> {
    let mut changed = BTreeSet::new();
    let stages = model.curricula.iter().flat_map(|curriculum| &curriculum.stages);
    let ways = stages.flat_map(|stage| &stage.transitions).map(|way| way.actions.as_slice());
    let handlers = model.handlers.iter().map(|handler| handler.actions.as_slice());
    let states = model
        .states
        .iter()
        .flat_map(|state| state.clauses.iter().map(|clause| clause.actions.as_slice()).chain([state.entry.as_slice()]));
    let mut open: Vec<&[Action]> = handlers.chain(ways).chain(states).collect();
    while let Some(actions) = open.pop() {
        for action in actions {
            match action {
                Action::Set { value, .. } => {
                    changed.insert(*value);
                }
                Action::If { then, otherwise, .. } => open.extend([then.as_slice(), otherwise.as_slice()]),
                _ => {}
            }
        }
    }
    changed
}

/// Statistics over trials that the criteria of a stage read.
fn judged_in(model: &Model, stage: Option<(CurriculumId, usize)>) -> Vec<ValueId> {
    let mut judged = BTreeSet::new();
    let Some((id, stage)) = stage else { return Vec::new() };
    for guard in model.curricula[id.0].stages[stage].transitions.iter().filter_map(|way| way.guard.as_ref()) {
        model.each_inside(guard, &mut |inner| {
            if let Term::Value { value, last: false, .. } = inner.term
                && let ValueKind::Statistic(statistic) = &model.values[value.0].kind
                && !statistic.of_sessions
            {
                judged.insert(value);
            }
        });
    }
    judged.into_iter().collect()
}

impl Play<'_> {
    fn trial<'t>(
        &'t self,
        world: &'t World,
        memory: &'t BTreeSet<Memory>,
        chance: &'t mut Chance,
        expected: Option<&'t Expected>,
    ) -> Trial<'t> {
        Trial {
            model: self.model,
            sources: self.sources,
            world,
            stage: self.stage,
            chance,
            memory,
            changed: &self.changed,
            expected,
            judged: false,
            draws: std::collections::BTreeMap::new(),
            drawn: std::collections::BTreeMap::new(),
            set: std::collections::BTreeMap::new(),
            locals: Vec::new(),
            outcome: None,
            depth: 0,
        }
    }

    /// Criteria of the stage that the strategy meets in the long run.
    fn met(&self, run: &LongRun, title: &str) -> Vec<Finding> {
        let Some((id, stage)) = self.stage else { return Vec::new() };
        let stages = &self.model.curricula[id.0].stages;
        let mut findings = Vec::new();
        for way in &stages[stage].transitions {
            let Some(guard) = &way.guard else { continue };
            let (world, memory, mut chance) = (World::default(), BTreeSet::new(), Chance::default());
            chance.begin();
            let mut trial = self.trial(&world, &memory, &mut chance, Some(&run.rows));
            let holds = trial.holds(guard).unwrap_or(false);
            if !holds || !trial.judged {
                continue;
            }
            let to = &stages[way.target as usize].name;
            let message = format!(
                "an animal that does not look passes from `{}` to `{to}`: `{title}` is enough",
                stages[stage].name
            );
            let label = format!("met, with {:.1}% of trials rewarded", run.rewarded * 100.0);
            let finding = Finding::warning("strategy-passes", message, guard.span, label);
            findings.push(
                finding.help("ask for the criterion on each side, or for a share that the strategy does not reach"),
            );
        }
        findings
    }
}
