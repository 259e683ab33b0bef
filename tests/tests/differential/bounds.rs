//! What is proven of the protocols holds in sessions of an animal that does what it can to break it.

use crate::adversary::Adversary;
use crate::generator::Generator;
use crate::near;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use trialect_codegen::Jit;
use trialect_driver::proofs::{Bound, Bounds, bounds};
use trialect_driver::{Library, analyse};
use trialect_ir::{Clock, Domain, Program, Role, StateId, VerbKind};
use trialect_journal::Entry;
use trialect_session::{Given, Plan, Recorder, SessionFault, run};

/// Trials of each protocol.
const TRIALS: u32 = 10_000;
/// Random texts, and trials of each.
const TEXTS: u64 = 30;
const TRIALS_OF_A_TEXT: u32 = 100;
/// Sums are rounded otherwise here.
const ROUNDING: f64 = 1e-9;

/// A protocol with what is proven of it.
struct Proven {
    name: String,
    program: Arc<Program>,
    bounds: Bounds,
}

/// The protocols of the folder, by name.
fn proven() -> Vec<Proven> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols");
    let mut list: Vec<PathBuf> = Vec::new();
    crate::files(&root, &mut list);
    list.sort();
    let one = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let analysed = text
            .starts_with("protocol ")
            .then(|| analyse(&name, &text, &Library::Embedded.beside(near(&path)), None))?;
        let program = analysed.compiled.program.unwrap_or_else(|| panic!("{name}: {:#?}", analysed.compiled.findings));
        Some(Proven { name, program, bounds: bounds(&analysed.model) })
    };
    list.into_iter().filter_map(one).collect()
}

/// The greatest that happened, by the name of the bound; and the least trial.
#[derive(Default)]
struct Seen {
    most: BTreeMap<String, f64>,
    shortest: Option<f64>,
    trials: u32,
    stages: BTreeMap<String, BTreeSet<String>>,
}

impl Seen {
    fn most(&mut self, name: String, value: f64) {
        let known = self.most.entry(name).or_insert(value);
        *known = known.max(value);
    }
}

/// All bounds by the names that [`Seen`] gives to what happens.
fn all(bounds: &Bounds) -> Vec<(String, &Bound)> {
    let mut list = vec![("trial".to_string(), &bounds.longest), ("trial entries".to_string(), &bounds.entries)];
    for given in &bounds.given {
        list.push((format!("{} at once", given.name), &given.at_once));
        list.push((format!("{} trial", given.name), &given.trial));
        list.push((format!("{} session", given.name), &given.session));
        list.push((format!("{} day", given.name), &given.day));
    }
    for on in &bounds.on {
        list.push((format!("{} at once", on.name), &on.at_once));
        list.push((format!("{} trial", on.name), &on.trial));
        list.push((format!("{} session", on.name), &on.session));
    }
    list.extend(bounds.machines.iter().map(|machine| (format!("{} entries", machine.name), &machine.entries)));
    list
}

/// What left its bounds, in words.
fn broken(bounds: &Bounds, seen: &Seen) -> Vec<String> {
    let mut list = Vec::new();
    for (name, bound) in all(bounds) {
        let value = seen.most.get(&name).copied().unwrap_or(0.0);
        if bound.most.is_some_and(|most| value > most * (1.0 + ROUNDING)) {
            list.push(format!("{name}: {value} is above {:?}", bound.most));
        }
    }
    if seen.shortest.is_some_and(|shortest| shortest < bounds.shortest) {
        list.push(format!("shortest: {:?} is below {}", seen.shortest, bounds.shortest));
    }
    for curriculum in &bounds.curricula {
        for stage in seen.stages.get(&curriculum.name).into_iter().flatten() {
            if !curriculum.stages.contains(stage) {
                list.push(format!("{}: {stage} was reached", curriculum.name));
            }
        }
    }
    list
}

/// Adds up what a session's record says.
struct Watcher<'a> {
    program: &'a Program,
    bounds: &'a Bounds,
    seen: &'a mut Seen,
    trial: Option<i64>,
    /// Outputs that are on: the name of the bound, since when, and whether the session holds it.
    on: BTreeMap<String, (i64, bool)>,
    /// Sums of the trial and of the session, by the name of the bound.
    sums: [BTreeMap<String, f64>; 2],
    entries: BTreeMap<String, f64>,
    /// Columns of stages, while the animal comes to them by itself.
    stages: Vec<usize>,
}

impl<'a> Watcher<'a> {
    fn new(program: &'a Program, bounds: &'a Bounds, seen: &'a mut Seen, by_itself: bool) -> Watcher<'a> {
        let columns = program.columns.iter().enumerate().filter(|(_, column)| by_itself && column.role == Role::Stage);
        let stages = columns.map(|(k, _)| k).collect();
        let (on, sums, entries) = (BTreeMap::new(), [BTreeMap::new(), BTreeMap::new()], BTreeMap::new());
        Watcher { program, bounds, seen, trial: None, on, sums, entries, stages }
    }

    fn add(&mut self, name: &str, value: f64) {
        let [trial, session] = &mut self.sums;
        *trial.entry(format!("{name} trial")).or_default() += value;
        *session.entry(format!("{name} session")).or_default() += value;
    }

    /// What is counted by trial is compared when the next one begins.
    fn close(&mut self, clock: usize) {
        for (name, value) in std::mem::take(&mut self.sums[clock]) {
            self.seen.most(name, value);
        }
    }

    fn output(&mut self, site: u32, at: i64, arguments: &[u64]) {
        let site = &self.program.sites[site as usize];
        let device = &self.program.devices[site.device as usize].name;
        let bounds = self.bounds;
        if site.adds.is_some() {
            let amount = f64::from_bits(arguments[0]);
            for given in bounds.given.iter().filter(|given| given.devices.contains(device)) {
                self.seen.most(format!("{} at once", given.name), amount);
                self.add(&given.name, amount);
            }
        }
        for on in bounds.on.iter().filter(|on| on.device == *device && on.verb == site.verb) {
            match site.kind {
                VerbKind::Timed => {
                    let place = site.parameters.iter().position(|(name, _)| name == "duration").expect("a duration");
                    let duration = (f64::from_bits(arguments[place]) * 1e9).round();
                    self.seen.most(format!("{} at once", on.name), duration);
                    self.add(&on.name, duration);
                }
                _ => {
                    self.on.entry(on.name.clone()).or_insert((at, site.until == Clock::Session));
                }
            }
        }
    }

    fn release(&mut self, site: u32, at: i64) {
        let site = &self.program.sites[site as usize];
        let device = &self.program.devices[site.device as usize].name;
        let bounds = self.bounds;
        for on in bounds.on.iter().filter(|on| on.device == *device && on.verb == site.verb) {
            let Some((since, by_session)) = self.on.remove(&on.name) else { continue };
            let time = (at - since) as f64;
            self.seen.most(format!("{} at once", on.name), time);
            match by_session {
                true => *self.sums[1].entry(format!("{} session", on.name)).or_default() += time,
                false => self.add(&on.name, time),
            }
        }
    }

    /// What the session holds is on in a trial from its start to its end.
    fn held_in_trial(&mut self, start: i64, end: i64) {
        for (name, (since, by_session)) in &self.on {
            if *by_session {
                self.seen.most(format!("{name} trial"), (end - start.max(*since)) as f64);
            }
        }
    }

    /// The stages of a row.
    fn stages(&mut self, words: &[u64]) {
        for &k in &self.stages {
            let column = &self.program.columns[k];
            if let Domain::Named { members } = &column.domain {
                let stages = self.seen.stages.entry(column.name.clone()).or_default();
                stages.extend(members.get(words[k] as usize).cloned());
            }
        }
    }

    /// How many states machines of a clock have entered.
    fn entered(&mut self, session: bool) {
        let machines = self.program.besides.iter().filter(|one| one.clock == Clock::Session);
        let of_session: Vec<String> = machines.map(|one| format!("{} entries", one.name)).collect();
        for (name, count) in self.entries.extract_if(.., |name, _| of_session.contains(name) == session) {
            self.seen.most(name, count);
        }
    }
}

impl Recorder for Watcher<'_> {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        match entry {
            Entry::TrialStart { at, .. } => {
                self.close(0);
                self.trial = Some(at);
                self.seen.trials += 1;
            }
            Entry::State { state, .. } => {
                let machine = self.program.beside_of(StateId(state));
                let name = machine.map_or("trial", |machine| machine.name.as_str());
                *self.entries.entry(format!("{name} entries")).or_default() += 1.0;
            }
            Entry::Output { output, at, arguments } => self.output(output, at, &arguments),
            Entry::Release { output, at } => self.release(output, at),
            Entry::Row { at, outcome, words, .. } => {
                let start = self.trial.take().unwrap_or(at);
                let time = (at - start) as f64;
                self.seen.most("trial".into(), time);
                if outcome.is_some() {
                    let shortest = self.seen.shortest.get_or_insert(time);
                    *shortest = shortest.min(time);
                }
                self.held_in_trial(start, at);
                self.stages(&words);
                self.entered(false);
            }
            Entry::SessionEnd { .. } => {
                self.close(0);
                self.close(1);
                self.entered(true);
            }
            _ => {}
        }
        Ok(())
    }

    fn commit(&mut self, _sync: bool) -> Result<(), SessionFault> {
        Ok(())
    }
}

/// Sessions of a protocol, each after the other, until it has had its trials; why one could not go on.
fn attack(proven: &Proven, trials: u32) -> (Seen, Result<(), String>) {
    let Proven { name, program, bounds } = proven;
    let mut machine = Jit::compile(program).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let mut seen = Seen::default();
    let mut generator = Generator::new(trials.into());
    let (mut session, mut subject_words) = (0, None);
    while seen.trials < trials {
        session += 1;
        let (before, stop) = (seen.trials, AtomicBool::new(false));
        let mut rig = Adversary::new(program, u64::from(session));
        let by_itself = before < trials / 2;
        let mut watcher = Watcher::new(program, bounds, &mut seen, by_itself);
        let at_ends = generator.word();
        let given = |trial: u32| given(program, at_ends, trial, !by_itself);
        let covariates = covariates(program, &mut generator);
        let requests = Default::default();
        let progress = |trial: u32| {
            if before + trial >= trials {
                stop.store(true, Ordering::SeqCst);
            }
        };
        let plan = Plan {
            subject: "adversary".into(),
            session,
            date: trialect_ir::Date::FIRST,
            given_today: BTreeMap::new(),
            seed: u64::from(session),
            subject_words: subject_words.take(),
            covariates,
            covariate_remarks: BTreeMap::new(),
            covariates_given: false,
            given: &given,
            parameters: parameters(program, &mut generator),
            requests: &requests,
            stop: &stop,
            sync_each_trial: false,
            stop_after: None,
            goes_on_until: None,
            interruption: None,
            progress: &progress,
        };
        match run(program, &mut machine, &mut rig, &mut watcher, &plan) {
            Ok(ending) if seen.trials > before => subject_words = Some(ending.subject_words),
            Ok(ending) => return (seen, Err(format!("session {session} ended at once: {}", ending.reason))),
            Err(fault) => return (seen, Err(format!("session {session}: {fault}"))),
        }
    }
    (seen, Ok(()))
}

/// For one trial in two, values at the ends of their ranges, of draws and of what stands on slower clocks. A session may
/// begin in any stage.
fn given(program: &Program, key: u64, trial: u32, stages: bool) -> Vec<(String, Given)> {
    let mut generator = Generator::new(key ^ u64::from(trial));
    let mut list = Vec::new();
    for column in program.columns.iter().filter(|column| stages && trial == 1 && column.role == Role::Stage) {
        if let Domain::Named { members } = &column.domain {
            list.push((column.name.clone(), Given::Word(generator.below(members.len() as u64))));
        }
    }
    if generator.once_in(2) {
        return list;
    }
    for column in &program.columns {
        let variable = column.role == Role::Variable && matches!(column.clock, Clock::Subject | Clock::Session);
        let end = ends(&column.domain).filter(|_| column.present.is_none());
        let Some(ends) = end.filter(|_| (variable && trial == 1) || column.role == Role::Draw) else { continue };
        let drawn = column.clock == Clock::Trial || column.clock == Clock::Block;
        if (variable || drawn) && generator.once_in(3) {
            list.push((column.name.clone(), Given::Word(generator.one_of(&ends))));
        }
    }
    list
}

/// The words of the ends of a range; none for what has no end.
fn ends(domain: &Domain) -> Option<[u64; 2]> {
    match domain {
        Domain::Real { least: Some(least), most: Some(most), .. } => Some([least.to_bits(), most.to_bits()]),
        Domain::Steps { most, .. } => Some([0, *most as u64]),
        Domain::Int { least, most } if *least > i64::MIN && *most < i64::MAX => Some([*least as u64, *most as u64]),
        Domain::Bool => Some([0, 1]),
        Domain::Levels { values, .. } => Some([0, values.len() as u64 - 1]),
        Domain::Named { members } => Some([0, members.len() as u64 - 1]),
        _ => None,
    }
}

/// Parameters at the ends of their ranges.
fn parameters(program: &Program, generator: &mut Generator) -> Vec<(String, Given)> {
    let mut list = Vec::new();
    for parameter in &program.parameters {
        let column = &program.columns[parameter.column as usize];
        if let Some(ends) = ends(&column.domain).filter(|_| generator.once_in(2)) {
            list.push((column.name.clone(), Given::Word(generator.one_of(&ends))));
        }
    }
    list
}

/// Answers at the ends of their ranges.
fn covariates(program: &Program, generator: &mut Generator) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for &k in &program.asked {
        let column = &program.columns[k as usize];
        let declared = column.covariate.clone().unwrap_or_default();
        let value: Value = match (declared.within.or(declared.standard), &column.domain) {
            (Some(range), _) => generator.one_of(&range).into(),
            (None, Domain::Named { members } | Domain::Levels { labels: members, .. }) => members[0].clone().into(),
            (None, Domain::Bool) => true.into(),
            (None, Domain::Text { .. }) => "as usual".into(),
            (None, _) => 1.0.into(),
        };
        answers.insert(column.name.clone(), value);
    }
    answers
}

/// Finite bounds of what never happened.
fn untouched(bounds: &Bounds, seen: &Seen) -> Vec<String> {
    let positive = all(bounds).into_iter().filter(|(_, bound)| bound.most.is_some_and(|most| most > 0.0));
    // A day is a session here.
    let names = positive.map(|(name, _)| name).filter(|name| !name.ends_with(" day"));
    names.filter(|name| seen.most.get(name).is_none_or(|most| *most <= 0.0)).collect()
}

/// Each bound made smaller than what happened is broken.
fn halved(bounds: &Bounds, seen: &Seen) -> (usize, usize) {
    let (mut caught, mut reached) = (0, 0);
    let count = all(bounds).len();
    for k in 0..count {
        let mut wrong = bounds.clone();
        let (name, bound) = all_mut(&mut wrong).swap_remove(k);
        let happened = seen.most.get(&name).copied().unwrap_or(0.0);
        let Some(most) = bound.most.filter(|most| happened > most / 2.0) else { continue };
        bound.most = Some(most / 2.0);
        reached += 1;
        caught += usize::from(broken(&wrong, seen).iter().any(|words| words.starts_with(&name)));
    }
    (caught, reached)
}

fn all_mut(bounds: &mut Bounds) -> Vec<(String, &mut Bound)> {
    let names: Vec<String> = all(bounds).into_iter().map(|(name, _)| name).collect();
    let mut list = vec![&mut bounds.longest, &mut bounds.entries];
    for given in &mut bounds.given {
        list.extend([&mut given.at_once, &mut given.trial, &mut given.session, &mut given.day]);
    }
    for on in &mut bounds.on {
        list.extend([&mut on.at_once, &mut on.trial, &mut on.session]);
    }
    list.extend(bounds.machines.iter_mut().map(|machine| &mut machine.entries));
    names.into_iter().zip(list).collect()
}

#[test]
fn no_animal_leaves_what_is_proven_of_the_protocols() {
    let (mut wrong, mut caught, mut reached, mut shown) = (Vec::new(), 0, 0, String::new());
    let list = proven();
    assert!(list.len() >= 25, "only {} protocols", list.len());
    for proven in &list {
        shown += &format!("{}\n{}\n", proven.name, proven.bounds);
        let (seen, ended) = attack(proven, TRIALS);
        ended.unwrap_or_else(|why| panic!("{}: {why}", proven.name));
        let told = |words: String| format!("{}: {words}", proven.name);
        wrong.extend(broken(&proven.bounds, &seen).into_iter().map(told));
        wrong.extend(untouched(&proven.bounds, &seen).into_iter().map(|name| told(format!("{name}: never happened"))));
        let (these, of) = halved(&proven.bounds, &seen);
        caught += these;
        reached += of;
        let mut longer = proven.bounds.clone();
        if let Some(shortest) = seen.shortest.filter(|shortest| *shortest > 0.0) {
            longer.shortest = shortest * 2.0;
            assert!(!broken(&longer, &seen).is_empty(), "{}: a trial shorter than the least is not seen", proven.name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A bound of half its size is left, wherever more than half of it happened.
    assert!(caught == reached && reached >= 150, "{caught} of {reached} wrong bounds were found");
    insta::assert_snapshot!("bounds", shown);
}

#[test]
fn no_animal_leaves_what_is_proven_of_random_texts() {
    let (mut wrong, mut attacked, mut finite, mut reached) = (Vec::new(), 0, 0, 0);
    for seed in 0..2 * TEXTS {
        let text = crate::texts::protocol(&mut Generator::new(seed));
        let analysed = analyse("generated.trial", &text, &Library::Embedded, None);
        let Some(program) = analysed.compiled.program else { continue };
        let proven = Proven { name: format!("random text {seed}"), program, bounds: bounds(&analysed.model) };
        // A text may have a trial that nothing ends.
        let seen = attack(&proven, TRIALS_OF_A_TEXT).0;
        attacked += u64::from(seen.trials >= TRIALS_OF_A_TEXT);
        finite += all(&proven.bounds).iter().filter(|(_, bound)| bound.most.is_some_and(|most| most > 0.0)).count();
        reached += halved(&proven.bounds, &seen).1;
        wrong.extend(broken(&proven.bounds, &seen).into_iter().map(|words| format!("{}: {words}", proven.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(attacked >= TEXTS, "only {attacked} of {} texts", 2 * TEXTS);
    assert!(reached * 10 >= finite, "of {finite} bounds only {reached} were reached by more than half");
}
