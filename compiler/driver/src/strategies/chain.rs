//! The trials of a strategy as a Markov chain: what each can depend on, what follows it, and how often it comes.

use super::trial::{Choice, Expected, Trial};
use super::value::{Chance, Memory, Number, Stop, Val, World, because};
use super::{Play, Strategy};
use std::collections::{BTreeMap, BTreeSet};
use trialect_sema::{Statistic, ValueId, ValueKind};

/// Situations before a trial that are told apart.
const WORLDS_MAX: usize = 40_000;
/// Ways through what is left to chance, of all situations together.
const WAYS_MAX: usize = 2_000_000;
/// Steps after which the shares of the situations have settled, or are taken as they are not.
const STEPS_MAX: usize = 20_000;
/// Change of all shares in one step that counts as none.
const SETTLED: f64 = 1e-13;

/// What a strategy comes to in the long run.
pub(super) struct LongRun {
    /// Share of trials with a reward.
    pub(super) rewarded: f64,
    /// Rows of the statistics of criteria.
    pub(super) rows: Expected,
}

/// What follows a situation.
#[derive(Default)]
struct After {
    next: BTreeMap<usize, f64>,
    rewarded: f64,
    rows: Expected,
}

impl Play<'_> {
    /// The long run of a strategy in a stage; remembers more from trial to trial until nothing is missing.
    pub(super) fn long_run(&self, strategy: Strategy) -> Result<LongRun, Stop> {
        let mut memory = BTreeSet::new();
        loop {
            match self.with_memory(strategy, &memory) {
                Err(Stop::Remember(more)) => {
                    if !memory.insert(more) {
                        return because("it depends on more than the trial before");
                    }
                }
                other => return other,
            }
        }
    }

    fn with_memory(&self, strategy: Strategy, memory: &BTreeSet<Memory>) -> Result<LongRun, Stop> {
        let mut known: BTreeMap<World, usize> = BTreeMap::from([(World::default(), 0)]);
        let mut worlds = vec![World::default()];
        let mut after: Vec<After> = Vec::new();
        let mut ways = 0;
        while after.len() < worlds.len() {
            let world = worlds[after.len()].clone();
            let mut here = After::default();
            let mut chance = Chance::default();
            loop {
                chance.begin();
                ways += 1;
                let (next, rewarded, rows) = self.step(strategy, &world, memory, &mut chance)?;
                let p = chance.probability;
                here.rewarded += if rewarded { p } else { 0.0 };
                for (at, sample) in rows {
                    let row = here.rows.entry(at).or_insert((0.0, 0.0));
                    *row = (row.0 + p, row.1 + p * sample);
                }
                let number = *known.entry(next).or_insert_with_key(|next| {
                    worlds.push(next.clone());
                    worlds.len() - 1
                });
                *here.next.entry(number).or_insert(0.0) += p;
                if worlds.len() > WORLDS_MAX || ways > WAYS_MAX {
                    return because(format!("a trial can depend on the past in more than {WORLDS_MAX} ways"));
                }
                if !chance.advance() {
                    break;
                }
            }
            after.push(here);
        }
        settled(&after)
    }

    /// One trial on one way: the situation after it, whether it was rewarded, and its rows.
    #[allow(clippy::type_complexity)] // three results, used once
    fn step(
        &self,
        strategy: Strategy,
        world: &World,
        memory: &BTreeSet<Memory>,
        chance: &mut Chance,
    ) -> Result<(World, bool, Vec<((ValueId, Vec<u32>), f64)>), Stop> {
        let member = strategy.next(world.choice, self.members);
        let mut trial = self.trial(world, memory, chance, None);
        let end = trial.run(Choice { variable: self.variable, member })?;
        let mut next = World { outcome: trial.outcome, choice: Some((member, end.rewarded)), ..World::default() };
        next.windows.clone_from(&world.windows);
        for one in memory {
            match one {
                Memory::Last(id) => {
                    let value = trial.now(*id)?;
                    if matches!(value, Val::Drawn(_)) {
                        let name = &self.model.values[id.0].name;
                        return because(format!("the next trial depends on `{name}`, which is any of many numbers"));
                    }
                    next.last.insert(*id, value);
                }
                Memory::Window(id) => {
                    let Some(statistic) = self.statistic(*id) else { continue };
                    let Some((keys, sample)) = trial.row(statistic)? else { continue };
                    let rows = next.windows.entry((*id, keys)).or_default();
                    rows.push_back(Number::of(sample));
                    if rows.len() > statistic.window.unwrap_or(u32::MAX) as usize {
                        rows.pop_front();
                    }
                }
            }
        }
        let mut rows = Vec::new();
        for &id in &self.judged {
            if let Some(statistic) = self.statistic(id)
                && let Some((keys, sample)) = trial.row(statistic)?
            {
                rows.push(((id, keys), sample));
            }
        }
        // What the strategy does not look at need not be told apart.
        if !strategy.looks_back() {
            next.choice = None;
        }
        Ok((next, end.rewarded, rows))
    }

    fn statistic(&self, id: ValueId) -> Option<&Statistic> {
        match &self.model.values[id.0].kind {
            ValueKind::Statistic(statistic) => Some(statistic),
            _ => None,
        }
    }
}

impl Trial<'_> {
    /// What a value of the trial is at its end.
    fn now(&mut self, id: ValueId) -> Result<Val, Stop> {
        let declared = &self.model.values[id.0];
        let typed = trialect_sema::Texpr {
            term: trialect_sema::Term::Value { value: id, keys: Vec::new(), last: false },
            ty: declared.ty.clone(),
            range: declared.range,
            span: declared.span,
        };
        self.value(&typed)
    }
}

/// The shares in which situations come in the long run, and what they come to.
///
/// Half of each step stays where it is: that leaves the long run as it is, and lets chains settle that alternate.
fn settled(after: &[After]) -> Result<LongRun, Stop> {
    let mut shares = vec![0.0; after.len()];
    shares[0] = 1.0;
    for _ in 0..STEPS_MAX {
        let mut next: Vec<f64> = shares.iter().map(|share| share / 2.0).collect();
        for (here, share) in after.iter().zip(&shares).filter(|(_, share)| **share > 0.0) {
            for (to, p) in &here.next {
                next[*to] += share * p / 2.0;
            }
        }
        let change: f64 = next.iter().zip(&shares).map(|(a, b)| (a - b).abs()).sum();
        shares = next;
        if change < SETTLED {
            let mut run = LongRun { rewarded: 0.0, rows: Expected::new() };
            for (here, share) in after.iter().zip(&shares) {
                run.rewarded += share * here.rewarded;
                for (at, (weight, sum)) in &here.rows {
                    let row = run.rows.entry(at.clone()).or_insert((0.0, 0.0));
                    *row = (row.0 + share * weight, row.1 + share * sum);
                }
            }
            return Ok(run);
        }
    }
    because("the shares do not settle")
}
