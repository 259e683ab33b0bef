//! One trial of an animal that makes a given choice and does everything else as well as it can.

use super::value::{Chance, Continuous, Memory, Stop, Val, World, because};
use std::collections::{BTreeMap, BTreeSet};
use trialect_base::Sources;
use trialect_sema::{Action, Binder, Clause, CurriculumId, Goes, Model, Texpr, ValueId, Waits};

/// Rows of statistics in the long run: for each statistic and its keys the weight of the rows and of their samples.
pub(super) type Expected = BTreeMap<(ValueId, Vec<u32>), (f64, f64)>;

/// What one trial depends on, and what has been decided in it.
pub(super) struct Trial<'a> {
    pub(super) model: &'a Model,
    pub(super) sources: &'a Sources,
    pub(super) world: &'a World,
    pub(super) stage: Option<(CurriculumId, usize)>,
    pub(super) chance: &'a mut Chance,
    pub(super) memory: &'a BTreeSet<Memory>,
    /// Variables that some rule sets.
    pub(super) changed: &'a BTreeSet<ValueId>,
    pub(super) expected: Option<&'a Expected>,
    /// A criterion has read a statistic.
    pub(super) judged: bool,
    pub(super) draws: BTreeMap<(ValueId, Vec<u32>), Val>,
    pub(super) drawn: BTreeMap<ValueId, Continuous>,
    /// Variables of the trial that were set.
    pub(super) set: BTreeMap<ValueId, Val>,
    pub(super) locals: Vec<(Binder, Val)>,
    pub(super) outcome: Option<u32>,
    pub(super) depth: u32,
}

/// How a trial can end.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) rewarded: bool,
    chosen: bool,
    outcome: u32,
    set: BTreeMap<ValueId, Val>,
}

/// The choice that a strategy makes: the variable of the trial, and the member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) variable: ValueId,
    pub(super) member: u32,
}

impl<'a> Trial<'a> {
    /// Goes through the states to the best end with this choice, which then is the trial's.
    pub(super) fn run(&mut self, choice: Choice) -> Result<End, Stop> {
        let mut visited = vec![false; self.model.trial_states()];
        let Some(end) = self.best(0, choice, &mut visited, (false, false))?.filter(|end| end.chosen) else {
            return because("in some trials no way through the states makes this choice");
        };
        self.set.clone_from(&end.set);
        self.outcome = Some(end.outcome);
        Ok(end)
    }

    fn best(
        &mut self,
        state: usize,
        choice: Choice,
        visited: &mut Vec<bool>,
        (mut rewarded, chosen): (bool, bool),
    ) -> Result<Option<End>, Stop> {
        if std::mem::replace(&mut visited[state], true) {
            return Ok(None);
        }
        let before = self.set.clone();
        let model = self.model;
        rewarded |= self.act(&model.states[state].entry)?;
        let mut best: Option<End> = None;
        for clause in self.open(state, choice)? {
            let kept = self.set.clone();
            let chooses = sets(&clause.actions, choice.variable);
            let now = (rewarded | self.act(&clause.actions)?, chosen || chooses);
            let end = match clause.goes {
                Goes::Ends(outcome) => Some(End { rewarded: now.0, chosen: now.1, outcome, set: self.set.clone() }),
                Goes::To(to) => self.best(to.0, choice, visited, now)?,
                Goes::Stays => None,
            };
            self.set = kept;
            let rank = |end: &End| (end.chosen, end.rewarded);
            if end.as_ref().map(rank) > best.as_ref().map(rank) {
                best = end;
            }
        }
        visited[state] = false;
        self.set = before;
        Ok(best)
    }

    /// The ways out of a state that the animal can take: it makes no other choice, and of timers the shortest comes.
    fn open(&mut self, state: usize, choice: Choice) -> Result<Vec<&'a Clause>, Stop> {
        let model = self.model;
        let mut open: Vec<&'a Clause> = Vec::new();
        let mut timer: Option<(&'a Clause, f64)> = None;
        for clause in model.states[state].clauses.iter().filter(|clause| clause.goes != Goes::Stays) {
            let guard = clause.guard.as_ref();
            if let Some(guard) = guard
                && !self.holds(guard)?
            {
                continue;
            }
            if matches!(clause.waits, Waits::Condition) {
                return Ok(vec![clause]);
            }
            if let Some(to) = given(&clause.actions, choice.variable)
                && self.member(to)? != choice.member
            {
                continue;
            }
            match &clause.waits {
                Waits::After(time) if timer.is_none_or(|(_, least)| time.range.low < least) => {
                    timer = Some((clause, time.range.low));
                }
                Waits::After(_) => {}
                _ => open.push(clause),
            }
        }
        open.extend(timer.map(|(clause, _)| clause));
        Ok(open)
    }

    /// Runs actions that set variables of the trial; whether something was given.
    fn act(&mut self, actions: &[Action]) -> Result<bool, Stop> {
        let mut gives = false;
        for action in actions {
            match action {
                Action::Set { value, keys, to, .. } if keys.is_empty() => {
                    let to = self.value(to)?;
                    self.set.insert(*value, to);
                }
                Action::Do(deed) => gives |= self.model.class(deed.device).verbs[deed.verb].adds.is_some(),
                Action::If { condition, then, otherwise } => {
                    let taken = if self.holds(condition)? { then } else { otherwise };
                    gives |= self.act(taken)?;
                }
                Action::Set { value, .. } => {
                    return because(format!("a state sets `{}`, which has keys", self.model.values[value.0].name));
                }
                Action::Let { .. } | Action::Draw(_) | Action::Track { .. } => {}
            }
        }
        Ok(gives)
    }
}

/// The value that actions give to a variable.
pub(super) fn given(actions: &[Action], variable: ValueId) -> Option<&Texpr> {
    actions.iter().find_map(|action| match action {
        Action::Set { value, to, .. } if *value == variable => Some(to),
        _ => None,
    })
}

fn sets(actions: &[Action], variable: ValueId) -> bool {
    given(actions, variable).is_some()
}
