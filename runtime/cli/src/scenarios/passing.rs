//! Plays a scenario of a study: its sessions through the stages, once for each seed, in memory.

use super::play::{Miss, Played, SUBJECT, Seed, date, said, stands_in};
use crate::animal::Animal;
use crate::course::{Course, Step, counts};
use crate::failure::Failure;
use crate::machine::{self, Kind};
use crate::totals;
use crate::verdict::{self, Chain, Record};
use std::collections::BTreeMap;
use std::sync::Arc;
use trialect_driver::{Confirm, Filled, Run, Scenario, StudyScenario};
use trialect_ir::{Date, Machine, Program};
use trialect_journal::Entry;
use trialect_session::carry::{Answers, Before, compare, decide};

/// Plays it once for each of its seeds.
pub(crate) fn play(scenario: &StudyScenario, course: &Course, kind: Kind) -> Result<Played, Failure> {
    let mut played = Played::default();
    let tasks = tasks(scenario, course);
    let mut rules = machine::machine(kind, &scenario.study.program)?;
    for seed in 1..=u64::from(scenario.seeds) {
        let mut passing = Passing {
            scenario,
            course,
            seed,
            kind,
            tasks: &tasks,
            stages: BTreeMap::new(),
            left: BTreeMap::new(),
            been: Been { scenario, sessions: Vec::new(), stages: Vec::new(), dates: Vec::new() },
        };
        played.seeds += 1;
        match passing.run(rules.as_mut(), &mut played) {
            Ok(()) => {}
            Err(Stop::Broken(session, says)) => {
                played.misses.push(Miss { seed, session, trial: None, expectation: None, says });
            }
            Err(Stop::Failure(failure)) => return Err(failure),
        }
    }
    Ok(played)
}

/// The protocol of each stage, with what it is given, as a scenario without expectations.
fn tasks(scenario: &StudyScenario, course: &Course) -> BTreeMap<String, Scenario> {
    let task = |stage: &String| {
        let (program, _) = course.program(stage)?;
        let given = scenario.given.iter().filter(|(of, ..)| of == stage);
        let task = Scenario {
            title: scenario.title.clone(),
            span: scenario.span,
            animal: scenario.animal,
            run: Run::Sessions(scenario.sessions),
            seeds: scenario.seeds,
            given: given.map(|(_, name, value)| (name.clone(), value.clone())).collect(),
            acts: Vec::new(),
            requests: Vec::new(),
            expectations: Vec::new(),
            rules: Vec::new(),
            program: Arc::clone(program),
        };
        Some((stage.clone(), task))
    };
    scenario.study.stages.iter().filter_map(|stage| task(&stage.name)).collect()
}

/// Why the sessions of a seed ended early.
enum Stop {
    /// In this session, for this reason: the scenario fails.
    Broken(u32, String),
    /// The command cannot go on.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failure(failure)
    }
}

/// All sessions of one seed.
struct Passing<'a> {
    scenario: &'a StudyScenario,
    course: &'a Course,
    seed: u64,
    kind: Kind,
    tasks: &'a BTreeMap<String, Scenario>,
    /// Machines of stages that the subject has been in.
    stages: BTreeMap<String, Seed<'a>>,
    /// By protocol: the last session and the subject's words at its end.
    left: BTreeMap<String, (u32, Vec<u64>)>,
    been: Been<'a>,
}

/// A session that has ended: its program and what was recorded; none without trials.
type Ended = Option<(Arc<Program>, Vec<Entry>)>;

/// The sessions so far.
struct Been<'a> {
    scenario: &'a StudyScenario,
    sessions: Vec<Ended>,
    stages: Vec<String>,
    dates: Vec<(String, Option<Date>)>,
}

impl Been<'_> {
    /// The how-manieth session of its stage it is.
    fn ordinal(&self, session: usize) -> u32 {
        self.stages[..=session].iter().filter(|stage| **stage == self.stages[session]).count() as u32
    }

    /// What is given to a session of its stage.
    fn given(&self, session: usize) -> impl Iterator<Item = (&Filled, Option<u64>)> {
        let ordinal = self.ordinal(session);
        let of_stage = self.scenario.filled.iter().filter(move |one| one.stage.as_ref() == Some(&self.stages[session]));
        of_stage.map(move |one| (one, one.word(ordinal)))
    }

    /// Counts of all stages, or what is given in their place.
    fn counts(&self) -> BTreeMap<String, u32> {
        let mut counts = counts(&self.scenario.study, &self.dates);
        for one in self.scenario.filled.iter().filter(|one| one.stage.is_none()) {
            let word = one.word(self.stages.len() as u32).unwrap_or_default();
            counts.extend(one.columns.iter().map(|column| (column.clone(), word as u32)));
        }
        counts
    }
}

impl Chain for Been<'_> {
    fn stages(&self) -> &[String] {
        &self.stages
    }

    fn record(&self, session: usize) -> Result<Record<'_>, Failure> {
        let place = format!("session {}", session + 1);
        Ok(match &self.sessions[session] {
            Some((program, entries)) => Record {
                place,
                columns: program.columns.as_slice().into(),
                outcomes: program.outcomes.as_slice().into(),
                entries: entries.as_slice().into(),
            },
            None => Record {
                place,
                columns: [].as_slice().into(),
                outcomes: [].as_slice().into(),
                entries: [].as_slice().into(),
            },
        })
    }

    fn filled(&self, session: usize) -> Vec<(String, Option<u64>)> {
        let columns = |(one, word): (&Filled, Option<u64>)| {
            one.columns.iter().map(|column| (column.clone(), word)).collect::<Vec<_>>()
        };
        self.given(session).flat_map(columns).collect()
    }
}

impl<'a> Passing<'a> {
    fn run(&mut self, rules: &mut dyn Machine, played: &mut Played) -> Result<(), Stop> {
        let mut animal = Animal::new(None, SUBJECT, self.seed)?;
        let mut last: Option<Step> = None;
        for session in 1..=self.scenario.sessions {
            let stage = self.stage(last.as_ref(), session)?;
            let Some((program, _)) = self.course.program(&stage) else { break };
            let ended = match self.scenario.played {
                true => {
                    let entries = self.session(&stage, session, last.as_ref(), &mut animal)?;
                    let trials = entries.iter().filter(|entry| matches!(entry, Entry::Row { .. })).count();
                    played.trials += trials as u64;
                    animal = animal.lived(&program.columns, &totals::of_program(program), &entries);
                    Some((Arc::clone(program), entries))
                }
                false => None,
            };
            self.been.sessions.push(ended);
            self.been.dates.push((stage.clone(), Some(date(session))));
            self.been.stages.push(stage);
            self.is_given_all(session)?;
            played.sessions += 1;
            let counts = self.been.counts();
            let values = verdict::judge(&self.scenario.study, rules, &self.been, &counts)?;
            let stage = self.been.stages.last().map_or("", String::as_str);
            let step = Step::new(&self.scenario.study, &self.course.hash, stage, counts, values);
            self.judge(&step, session, true, played);
            last = Some(step);
        }
        if let Some(step) = &last {
            self.judge(step, self.been.stages.len() as u32, false, played);
        }
        Ok(())
    }

    /// The stage of the next session, with what a person confirms before it.
    fn stage(&self, last: Option<&Step>, session: u32) -> Result<String, Stop> {
        let waits = |one: &Confirm| {
            last.and_then(|step| step.waiting().find(|to| one.stage.as_deref().is_none_or(|stage| *to == stage)))
        };
        for one in self.scenario.confirms.iter().filter(|one| one.session.is_none_or(|at| at == session)) {
            match (waits(one), one.session) {
                (Some(to), _) => return Ok(to.to_string()),
                (None, Some(_)) => {
                    let from = last.map_or("nowhere", |step| step.stage.as_str());
                    let stage = one.stage.as_deref().unwrap_or("all");
                    let says =
                        format!("confirm {stage} at session {session}: nothing leads there by hand from `{from}` now");
                    return Err(Stop::Broken(session, says));
                }
                (None, None) => {}
            }
        }
        Ok(last.map_or_else(|| self.scenario.start.clone(), |step| step.next.clone()))
    }

    /// Plays a session; what was recorded.
    fn session(
        &mut self,
        stage: &str,
        session: u32,
        last: Option<&Step>,
        animal: &mut Animal,
    ) -> Result<Vec<Entry>, Stop> {
        let broken = |says: String| Stop::Broken(session, says);
        let task = self.tasks.get(stage).ok_or_else(|| broken(format!("`{stage}` has no protocol")))?;
        let words = self.words(stage, session, last, task)?;
        if !self.stages.contains_key(stage) {
            self.stages.insert(stage.to_string(), Seed::unheard(task, self.seed, self.kind)?);
        }
        let Some(seed) = self.stages.get_mut(stage) else { return Err(broken("it was not there".into())) };
        let mut entries = Vec::new();
        let ending = match seed.session((session, None), animal, words, &mut entries)? {
            Ok(ending) if !ending.interrupted => ending,
            Ok(ending) => return Err(broken(ending.reason)),
            Err(says) => return Err(broken(says)),
        };
        self.left.insert(task.program.name.clone(), (session, ending.subject_words));
        Ok(entries)
    }

    /// The subject's words: those that the last session of the same protocol left; in the first one of a stage with what it
    /// is handed and given.
    fn words(&self, stage: &str, session: u32, last: Option<&Step>, task: &Scenario) -> Result<Option<Vec<u64>>, Stop> {
        let (program, left) = (&task.program, self.left.get(&task.program.name));
        let mut start = Vec::new();
        if !self.been.stages.iter().any(|been| been == stage) {
            start = Seed::unheard(task, self.seed, Kind::Interpreter)?.starts();
            let handed = self.scenario.study.stages.iter().find(|one| one.name == stage).map(|stage| &stage.handed);
            let handed = last.zip(handed).map_or_else(Vec::new, |(step, handed)| step.hands(handed));
            for (name, value) in handed {
                if !start.iter().any(|(given, _)| *given == name) {
                    start.push((name, value));
                }
            }
        }
        if start.is_empty() {
            return Ok(left.map(|(_, words)| words.clone()));
        }
        let answers = Answers { start, reason: Some("given".into()), ..Answers::default() };
        let before = left.map(|(session, words)| Before {
            session: *session,
            protocol: &program.identity.protocol,
            definitions: &program.identity.definitions,
            layout: &program.carried,
            words,
        });
        let begun = decide(program, before.as_ref(), &compare(program, before.as_ref()), &answers);
        begun
            .map(|begun| begun.words)
            .map_err(|refusal| Stop::Broken(session, refusal.mistakes.join("; ").replace("--start ", "given ")))
    }

    /// A session without trials has to be given what the rules read of its stage's sessions.
    fn is_given_all(&self, session: u32) -> Result<(), Stop> {
        let at = session as usize - 1;
        let (stage, filled) = (&self.been.stages[at], self.been.filled(at));
        let is_open = |column: &String| !filled.iter().any(|(known, _)| known == column);
        let needed = self.scenario.study.fed.iter().filter(|one| one.stage == *stage && !one.of_trial);
        let open = needed.filter_map(|one| one.row.as_ref()).find(|column| is_open(column));
        match open.filter(|_| !self.scenario.played) {
            Some(column) => {
                let says = format!("`{column}` is read and is not there without trials; add `given {column} = …`");
                Err(Stop::Broken(session, says))
            }
            None => Ok(()),
        }
    }

    /// What does not hold, each expectation once.
    fn judge(&self, step: &Step, session: u32, always: bool, played: &mut Played) {
        let list = self.scenario.expectations.iter().zip(&self.scenario.columns).enumerate();
        for (k, (expected, column)) in list.filter(|(_, (expected, _))| expected.always == always) {
            let again = played.misses.iter().any(|miss| miss.seed == self.seed && miss.expectation == Some(k));
            if !again && step.values.get(column).is_none_or(|value| value.as_deref() != Some("true")) {
                let says = self.values(step, &expected.text);
                played.misses.push(Miss { seed: self.seed, session, trial: None, expectation: Some(k), says });
            }
        }
    }

    /// The values of the names that stand in an expectation.
    fn values(&self, step: &Step, text: &str) -> String {
        let mut list = Vec::new();
        if stands_in("stage", text) {
            list.push(format!("stage = {}", step.next));
        }
        let counted = step.read.iter().filter(|(name, _)| stands_in(name, text));
        list.extend(counted.map(|(name, count)| format!("{name} = {count}")));
        let columns = &self.scenario.study.program.columns;
        for column in columns.iter().filter(|column| stands_in(&column.name, text)) {
            if let Some(value) = step.values.get(&column.name) {
                list.push(said(&column.name, &column.domain, value.as_deref()));
            }
        }
        if text.contains(".waits") {
            let waiting: Vec<&str> = step.waiting().collect();
            list.push(format!("waiting: {}", if waiting.is_empty() { "nothing".into() } else { waiting.join(", ") }));
        }
        list.join(", ")
    }
}
