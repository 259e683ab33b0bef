//! Plays a scenario: its sessions, once for each seed, in memory.

use super::script::Scripted;
use super::watch::{Heard, Refuted, Watched};
use crate::animal::Animal;
use crate::arguments::CovariateOptions;
use crate::covariates::{Covariates, given};
use crate::failure::Failure;
use crate::machine::{self, Kind};
use crate::{carry, requests, totals};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use trialect_device::Rig;
use trialect_driver::{Asks, Expectation, Player, Run, Scenario};
use trialect_ir::{Column, Date, Domain, NO_OUTCOME, Program, Role, header};
use trialect_journal::Entry;
use trialect_session::carry::Answers;
use trialect_session::{Ending, Given, Inbox, Plan, Wish, run as run_session, wiring};
use trialect_sim::Manner;

/// The subject of all scenarios; its name is part of the names of random streams.
pub(super) const SUBJECT: &str = "scenario";

/// Something that went wrong in a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Miss {
    pub(crate) seed: u64,
    pub(crate) session: u32,
    /// None at the end of a session.
    pub(crate) trial: Option<u32>,
    /// Index of the expectation; none when the session could not be run to its end.
    pub(crate) expectation: Option<usize>,
    /// The values of the names in it, or what happened.
    pub(crate) says: String,
}

/// What became of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) seeds: u32,
    pub(crate) sessions: u32,
    pub(crate) trials: u64,
    pub(crate) misses: Vec<Miss>,
}

/// Plays it once for each of its seeds.
pub(crate) fn play(scenario: &Scenario, kind: Kind) -> Result<Played, Failure> {
    let mut played = Played::default();
    for seed in 1..=u64::from(scenario.seeds) {
        let heard = Rc::new(RefCell::new(Heard::default()));
        let machine = Watched {
            machine: machine::machine(kind, &scenario.program)?,
            rules: scenario.rules.clone(),
            acts: scenario.acts.iter().map(|act| act.rule).collect(),
            heard: Rc::clone(&heard),
        };
        Seed { scenario, seed, heard, machine }.play(&mut played)?;
    }
    Ok(played)
}

/// All sessions of one seed.
pub(super) struct Seed<'a> {
    scenario: &'a Scenario,
    seed: u64,
    heard: Rc<RefCell<Heard>>,
    machine: Watched,
}

impl<'a> Seed<'a> {
    /// Sessions in which nobody hears what the program decides.
    pub(super) fn unheard(scenario: &'a Scenario, seed: u64, kind: Kind) -> Result<Seed<'a>, Failure> {
        let heard = Rc::new(RefCell::new(Heard::default()));
        let machine = machine::machine(kind, &scenario.program)?;
        let machine = Watched { machine, rules: Vec::new(), acts: Vec::new(), heard: Rc::clone(&heard) };
        Ok(Seed { scenario, seed, heard, machine })
    }

    fn play(&mut self, played: &mut Played) -> Result<(), Failure> {
        let program = &self.scenario.program;
        let mut animal = Animal::new(None, SUBJECT, self.seed)?;
        let (sessions, trials) = match self.scenario.run {
            Run::Trials(trials) => (1, Some(trials)),
            Run::Sessions(sessions) => (sessions, None),
        };
        played.seeds += 1;
        let mut words = match self.start() {
            Ok(words) => words,
            Err(says) => {
                played.misses.push(self.broken(1, says));
                return Ok(());
            }
        };
        for session in 1..=sessions {
            let mut entries = Vec::new();
            let ending = match self.session((session, trials), &mut animal, words, &mut entries)? {
                Ok(ending) if !ending.interrupted => ending,
                Ok(Ending { reason: says, .. }) | Err(says) => {
                    played.misses.push(self.broken(session, says));
                    return Ok(());
                }
            };
            played.sessions += 1;
            played.trials += u64::from(ending.trials);
            self.judge(session, session == sessions, played);
            animal = animal.lived(&program.columns, &totals::of_program(program), &entries);
            words = Some(ending.subject_words);
        }
        Ok(())
    }

    fn broken(&self, session: u32, says: String) -> Miss {
        Miss { seed: self.seed, session, trial: None, expectation: None, says }
    }

    /// What was refuted: after each trial, at the end only in the last session, and each expectation once.
    fn judge(&self, session: u32, is_last: bool, played: &mut Played) {
        let refuted = core::mem::take(&mut self.heard.borrow_mut().refuted);
        for (k, (expected, rule)) in self.scenario.expectations.iter().zip(&self.scenario.rules).enumerate() {
            let again = played.misses.iter().any(|miss| miss.seed == self.seed && miss.expectation == Some(k));
            let found = refuted.iter().find(|refuted| refuted.rule == *rule);
            if let Some(refuted) = found.filter(|_| (expected.always || is_last) && !again) {
                played.misses.push(Miss {
                    seed: self.seed,
                    session,
                    trial: expected.always.then_some(refuted.trial),
                    expectation: Some(k),
                    says: values(&self.scenario.program, expected, refuted),
                });
            }
        }
    }

    /// The subject's words with what is given of them.
    fn start(&self) -> Result<Option<Vec<u64>>, String> {
        let start = self.starts();
        let reason = (!start.is_empty()).then(|| "given".to_string());
        let answers = Answers { start, reason, ..Answers::default() };
        let begun = carry::begin(&self.scenario.program, None, &answers);
        begun.map(|begun| begun.words).map_err(|refusal| refusal.mistakes.join("; ").replace("--start ", "given "))
    }

    /// What is given of the subject's state.
    pub(super) fn starts(&self) -> Vec<(String, String)> {
        self.given(|column| matches!(column.role, Role::Variable | Role::Stage))
    }

    /// Given names and values whose columns are wanted.
    fn given(&self, wanted: impl Fn(&Column) -> bool) -> Vec<(String, String)> {
        let is_wanted = |name: &str| column(&self.scenario.program, name).is_some_and(&wanted);
        self.scenario.given.iter().filter(|(name, _)| is_wanted(name)).cloned().collect()
    }

    /// One session; what kept it from beginning.
    pub(super) fn session(
        &mut self,
        (session, trials): (u32, Option<u32>),
        animal: &mut Animal,
        words: Option<Vec<u64>>,
        entries: &mut Vec<Entry>,
    ) -> Result<Result<Ending, String>, Failure> {
        let program = &self.scenario.program;
        let weight = animal.weighed(session);
        let rig = animal.rig(session)?.with_manner(manner(self.scenario.animal));
        let measures = match self.measures() {
            Ok(measures) => measures,
            Err(says) => return Ok(Err(says)),
        };
        let mut rig = Scripted::new(rig, &self.scenario.acts, Rc::clone(&self.heard)).measuring(measures);
        rig.wire(&wiring(program)).map_err(|fault| Failure::trouble("rig", fault.to_string()))?;
        let asked = |column: &Column| program.asked.iter().any(|&k| program.columns[k as usize].name == column.name);
        let covariate = self.given(|column| column.role == Role::Covariate && asked(column));
        let covariate = covariate.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let options = CovariateOptions { covariate, missing: Vec::new(), overrides: Vec::new(), by: None };
        let Covariates { mut values, remarks } = match given(&options, program, None, Some(weight)) {
            Ok(covariates) => covariates,
            Err(Failure::Trouble { message, .. }) => return Ok(Err(message)),
            Err(failure) => return Err(failure),
        };
        super::unread::answer(program, &mut values);
        let each_trial = match self.each_trial() {
            Ok(each_trial) => each_trial,
            Err(says) => return Ok(Err(says)),
        };
        let (parameters, inbox) = match (self.values(|column| column.role == Role::Parameter), self.requests()) {
            (Ok(parameters), Ok(inbox)) => (parameters, RefCell::new(inbox)),
            (Err(says), _) | (_, Err(says)) => return Ok(Err(says)),
        };
        let (never, given) = (AtomicBool::new(false), |_| each_trial.clone());
        let plan = Plan {
            subject: SUBJECT.into(),
            session,
            date: date(session),
            given_today: BTreeMap::new(),
            seed: self.seed,
            subject_words: words,
            covariates: values,
            covariate_remarks: remarks,
            covariates_given: false,
            given: &given,
            parameters,
            requests: &inbox,
            stop: &never,
            sync_each_trial: false,
            stop_after: trials.map(|trials| (trials, "the scenario's trials".into())),
            goes_on_until: None,
            interruption: None,
            progress: &|_| {},
        };
        let ending = run_session(program, &mut self.machine, &mut rig, entries, &plan);
        Ok(ending.map_err(|fault| fault.to_string().replace("--covariate", "given")))
    }

    /// Values for the names of each trial.
    fn each_trial(&self) -> Result<Vec<(String, Given)>, String> {
        self.values(|column| matches!(column.role, Role::Draw | Role::Definition))
    }

    /// Given values of wanted columns.
    fn values(&self, wanted: impl Fn(&Column) -> bool) -> Result<Vec<(String, Given)>, String> {
        let value = |(name, text): (String, String)| {
            let column = column(&self.scenario.program, &name).ok_or_else(|| format!("`{name}` is unknown"))?;
            let given = requests::given(column, &text).map_err(|why| format!("given {name} = {text}: {why}"))?;
            Ok((name, given))
        };
        self.given(wanted).into_iter().map(value).collect()
    }

    /// What devices measure in place of what there is: the given covariates that are measured.
    fn measures(&self) -> Result<Vec<(u32, String, f64)>, String> {
        let program = &self.scenario.program;
        let of = |name: &str| {
            program.measured.iter().find(|measured| program.columns[measured.column as usize].name == name)
        };
        let given = self.values(|column| of(&column.name).is_some())?;
        let measures = given.into_iter().filter_map(|(name, value)| match (of(&name), value) {
            (Some(measured), Given::Real(value)) => Some((measured.device, measured.reading.clone(), value)),
            _ => None,
        });
        Ok(measures.collect())
    }

    /// What is asked for between trials, in each session.
    fn requests(&self) -> Result<Inbox, String> {
        let program = &self.scenario.program;
        let mut inbox = Inbox::default();
        for step in &self.scenario.requests {
            let after = step.before_trial.saturating_sub(1);
            let asked = match &step.wish {
                Asks::Change { name, value } => requests::parameter(program, name, value).and_then(|to| {
                    requests::ask(&mut inbox, program, after, SUBJECT, Wish::Change { name: name.clone(), to }, 0)
                }),
                Asks::Pause { ns } => requests::pause(&mut inbox, program, after, SUBJECT, *ns),
                Asks::Stop => requests::ask(&mut inbox, program, after, SUBJECT, Wish::Stop, 0),
            };
            asked.map_err(|failure| match failure {
                Failure::Trouble { message, .. } => message,
                _ => "cannot be asked for".into(),
            })?;
        }
        Ok(inbox)
    }
}

fn manner(player: Player) -> Manner {
    match player {
        Player::Mouse => Manner::Own,
        Player::Perfect => Manner::Home,
        Player::Wrong => Manner::Away,
        Player::Random => Manner::Either,
        Player::Still => Manner::Still,
    }
}

fn column<'p>(program: &'p Program, name: &str) -> Option<&'p Column> {
    program.columns.iter().find(|column| column.name == name)
}

/// `reward = 2.5 uL`
pub(super) fn said(name: &str, domain: &Domain, value: Option<&str>) -> String {
    match (value, domain.unit()) {
        (None, _) => format!("{name} = none"),
        (Some(value), Some(unit)) if !matches!(domain, Domain::Levels { .. }) => {
            format!("{name} = {value} {}", unit.symbol)
        }
        (Some(value), _) => format!("{name} = {value}"),
    }
}

/// The values of the names that stand in an expectation: `completed = 98, outcome = error`.
fn values(program: &Program, expected: &Expectation, refuted: &Refuted) -> String {
    let word = |slot: trialect_ir::Slot| refuted.memory.get(slot.index()).copied().unwrap_or_default();
    let mut list = Vec::new();
    for column in program.columns.iter().filter(|column| stands_in(&column.name, &expected.text)) {
        let value = match column.present.map(word) {
            Some(0) => None,
            _ => Some(column.domain.show(word(column.value))),
        };
        list.push(said(&column.name, &column.domain, value.as_deref()));
    }
    if stands_in("outcome", &expected.text) {
        let outcome = word(header::OUTCOME) as i64;
        let name = usize::try_from(outcome).ok().and_then(|outcome| program.outcomes.get(outcome));
        let none = if outcome == NO_OUTCOME { "none" } else { "?" };
        list.push(format!("outcome = {}", name.map_or(none, String::as_str)));
    }
    list.join(", ")
}

/// The date of the session with this ordinal: one a day.
pub(super) fn date(session: u32) -> Date {
    (1..session).fold(Date::FIRST, |date, _| date.next())
}

/// Whether a text has this name in it, as a whole and not as the member of another one.
pub(super) fn stands_in(name: &str, text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(|c| is_word(c) || c == '[')
    })
}
