//! What is proven of a protocol before it runs: how long trials last, what they give, for how long outputs are on, how
//! often states are entered, which stages are reached.
//!
//! A bound is never smaller than what can happen while all values lie in their declared ranges and every timer comes at
//! its time. Each says what it rests on, and where there is none, why.

mod amounts;
mod graph;
mod outputs;
mod paths;
mod reason;
mod stays;
mod words;

pub use reason::Reason;

use crate::cases::{At, Cases};
use crate::model::*;
use crate::term::{Function, Term, Texpr, Tick};
use graph::Graph;
use trialect_units::Unit;

/// A greatest value and what it rests on; without one, why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// In the coherent unit; times in ns. None when nothing bounds it.
    pub most: Option<f64>,
    /// What it rests on, or all the reasons for which there is none.
    pub because: Vec<Reason>,
}

impl Bound {
    fn of(most: f64, because: Reason) -> Bound {
        Bound { most: Some(most), because: vec![because] }
    }

    /// The smaller one.
    fn or(self, other: Bound) -> Bound {
        match (self.most, other.most) {
            (Some(a), Some(b)) if a <= b => self,
            (Some(_), None) => self,
            (_, Some(_)) => other,
            (None, None) => self,
        }
    }

    fn sum<'b>(parts: impl Iterator<Item = &'b Bound>) -> Bound {
        let (mut most, mut because) = (Some(0.0), Vec::new());
        let mut reasons = Vec::new();
        for part in parts {
            match part.most {
                Some(value) => most = most.map(|sum: f64| sum + value),
                None => (most, reasons) = (None, [reasons, part.because.clone()].concat()),
            }
            if part.most != Some(0.0) {
                part.because.iter().for_each(|one| reason::push(&mut because, one.clone()));
            }
        }
        Bound { most, because: if most.is_some() { because } else { reasons } }
    }

    fn times(&self, count: f64, reason: Reason) -> Bound {
        match self.most {
            Some(most) if most > 0.0 => Bound { most: Some(most * count), because: vec![reason] },
            _ => self.clone(),
        }
    }
}

/// What a device, or all of one name together, gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// `spout`, `spout[left]`
    pub name: String,
    /// The devices that are counted together, by name.
    pub devices: Vec<String>,
    /// The total's name in the class: `delivered`.
    pub total: String,
    /// In which it is recorded; none for plain numbers.
    pub unit: Option<Unit>,
    /// By one output.
    pub at_once: Bound,
    /// In a trial.
    pub trial: Bound,
    /// In a session, with what is given between trials.
    pub session: Bound,
    /// In all sessions of a date.
    pub day: Bound,
}

/// For how long an output is on, ns.
#[derive(Debug, Clone, PartialEq)]
pub struct On {
    /// `pulse laser`, `light port[left].led`
    pub name: String,
    /// The device's name.
    pub device: String,
    /// The verb's name, after that of the device's part: `led.light`.
    pub verb: String,
    /// The device ends it by itself; else it is held.
    pub timed: bool,
    /// Without a break.
    pub at_once: Bound,
    /// In a trial.
    pub trial: Bound,
    /// In a session.
    pub session: Bound,
}

/// What a machine beside the trial's does.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// `opto`, `vi[left]`
    pub name: String,
    /// It starts and stops with this clock.
    pub clock: Clock,
    /// Its states that are reached.
    pub states: Vec<String>,
    /// How many states it enters each time that it runs.
    pub entries: Bound,
}

/// Which stages of a curriculum are reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// The curriculum's name.
    pub name: String,
    /// Stages that transitions lead to from the first one, by conditions that can hold.
    pub stages: Vec<String>,
    /// The others.
    pub never: Vec<String>,
}

/// What is proven of a protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// Least time from a trial's first state to an outcome, ns.
    pub shortest: f64,
    /// Greatest time from a trial's first state to its end, ns.
    pub longest: Bound,
    /// How many states a trial enters at most.
    pub entries: Bound,
    /// By device, and by name where several devices share it.
    pub given: Vec<Given>,
    /// Outputs that are held, and those with a duration.
    pub on: Vec<On>,
    /// The machines beside the trial's.
    pub machines: Vec<Round>,
    /// The curricula.
    pub curricula: Vec<Reached>,
}

/// What is proven of a protocol without errors.
pub fn bounds(model: &Model) -> Bounds {
    let trial = Graph::new(model, 0..model.trial_states());
    let end = session_end(model);
    let longest = end.iter().cloned().fold(trial.time(&|_| true), Bound::or);
    let besides: Vec<(&Beside, Graph<'_>)> =
        model.besides.iter().map(|beside| (beside, Graph::new(model, beside.states.clone()))).collect();
    let machines = besides.iter().map(|(beside, graph)| Round {
        name: beside.name.clone(),
        clock: beside.clock,
        states: graph.reached().map(|k| graph.name(k).to_string()).collect(),
        entries: graph.entries(),
    });
    Bounds {
        shortest: trial.shortest(),
        entries: trial.entries(),
        given: amounts::given(model, &trial, &besides),
        on: outputs::on(model, &trial, &besides, (&longest, end.as_ref())),
        machines: machines.collect(),
        curricula: model.curricula.iter().enumerate().map(|(k, one)| stages(model, CurriculumId(k), one)).collect(),
        longest,
    }
}

/// What the devices of a limit give in a trial at most if nothing limits it, and in which states; none without a bound.
pub(crate) fn given_in_a_trial(model: &Model, limit: &Limit) -> Option<(f64, Vec<String>)> {
    let bound = amounts::unlimited(model, &Graph::new(model, 0..model.trial_states()), &limit.devices);
    match (bound.most, bound.because.into_iter().next()) {
        (Some(most), Some(Reason::Way(states))) => Some((most, states)),
        _ => None,
    }
}

/// The time at which a `stop … now` ends every session at the latest.
fn session_end(model: &Model) -> Option<Bound> {
    let stops = model.stops.iter().filter(|stop| stop.now);
    let ends = stops.filter_map(|stop| {
        let at = ends_at(&stop.condition, model)?;
        Some(Bound::of(at, Reason::Stop(stop.name.clone())))
    });
    ends.reduce(Bound::or)
}

/// The time of the session, ns, from which on a condition holds: a nanosecond later when it asks for more than a time.
fn ends_at(condition: &Texpr, model: &Model) -> Option<f64> {
    match &condition.term {
        Term::Apply(Function::Or, list) => list.iter().filter_map(|one| ends_at(one, model)).reduce(f64::min),
        Term::Apply(function @ (Function::Less | Function::LessEqual), list) => match list.as_slice() {
            [time, Texpr { term: Term::Tick(Tick::SessionElapsed), .. }] => {
                let more = if *function == Function::Less { 1.0 } else { 0.0 };
                Some(graph::nanoseconds(model.constant_of(time)?.to_f64()) + more)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The stages to which conditions that can hold lead from the first one.
fn stages(model: &Model, id: CurriculumId, curriculum: &Curriculum) -> Reached {
    let mut reached = vec![false; curriculum.stages.len()];
    let mut open = vec![0];
    while let Some(k) = open.pop() {
        let Some(stage) = curriculum.stages.get(k).filter(|_| !std::mem::replace(&mut reached[k], true)) else {
            continue;
        };
        for way in &stage.transitions {
            let place = At { stage: Some((id, k)), moment: Some(way.moment), fresh: false };
            let mut cases = Cases::new(model, place);
            let guard = cases.guard(way.guard.as_ref());
            if !cases.never(&guard) {
                open.push(way.target as usize);
            }
        }
    }
    let named = |wanted: bool| {
        let stages = curriculum.stages.iter().zip(&reached).filter(move |(_, reached)| **reached == wanted);
        let mut stages: Vec<&Stage> = stages.map(|(stage, _)| stage).collect();
        stages.sort_by_key(|stage| stage.span);
        stages.into_iter().map(|stage| stage.name.clone()).collect()
    };
    Reached { name: curriculum.name.clone(), stages: named(true), never: named(false) }
}
