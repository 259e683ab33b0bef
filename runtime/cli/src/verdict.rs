//! What the rules of a study come to: its program is shown the sealed sessions that it looks at, row by row.
//!
//! It begins from nothing each time, so that what it says is a function of the sessions alone.

use crate::course::{sealed, trouble};
use crate::failure::Failure;
use crate::machine::{self, Kind};
use crate::record;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trialect_driver::{Fed, Study};
use trialect_ir::record::StudyStamp;
use trialect_ir::{Column, ColumnId, Domain, DrawId, Host, Machine, Phase, Program, Role, RuleId, SiteId, StateId};
use trialect_journal::Entry;

/// Values by name; none where there is none.
pub(crate) type Values = BTreeMap<String, Option<String>>;

/// The sessions of a study, in order; the last has just ended.
pub(crate) trait Chain {
    /// The stage of each.
    fn stages(&self) -> &[String];
    /// What was recorded of one.
    fn record(&self, session: usize) -> Result<Record<'_>, Failure>;
    /// Words of the rules' program that a session is given besides.
    fn filled(&self, session: usize) -> Vec<(String, Option<u64>)> {
        let _ = session;
        Vec::new()
    }
}

/// What was recorded of a session.
pub(crate) struct Record<'a> {
    /// Where, for people.
    pub(crate) place: String,
    pub(crate) columns: Cow<'a, [Column]>,
    pub(crate) outcomes: Cow<'a, [String]>,
    pub(crate) entries: Cow<'a, [Entry]>,
}

/// Sealed sessions, and the one that ended.
struct Folders {
    folders: Vec<PathBuf>,
    stages: Vec<String>,
}

impl Chain for Folders {
    fn stages(&self) -> &[String] {
        &self.stages
    }

    fn record(&self, session: usize) -> Result<Record<'_>, Failure> {
        let folder = &self.folders[session];
        let record::Session { header, entries, .. } = record::read(folder)?;
        Ok(Record {
            place: folder.display().to_string(),
            columns: header.columns.into(),
            outcomes: header.outcomes.into(),
            entries: entries.into(),
        })
    }
}

/// The values of a study's definitions, conditions and what it hands over, when this session has ended.
pub(crate) fn values(
    study: &Study,
    stamp: &StudyStamp,
    folder: &Path,
    done: &[PathBuf],
    counts: &BTreeMap<String, u32>,
    kind: Kind,
) -> Result<Values, Failure> {
    let mut chain = Folders { folders: Vec::new(), stages: Vec::new() };
    for before in done {
        if let Some(one) = sealed(before)?.study.filter(|one| one.name == stamp.name) {
            chain.folders.push(before.clone());
            chain.stages.push(one.stage);
        }
    }
    chain.folders.push(folder.to_path_buf());
    chain.stages.push(stamp.stage.clone());
    judge(study, machine::machine(kind, &study.program)?.as_mut(), &chain, counts)
}

/// The same for any sessions, with a machine that has the study's program.
pub(crate) fn judge(
    study: &Study,
    machine: &mut dyn Machine,
    chain: &dyn Chain,
    counts: &BTreeMap<String, u32>,
) -> Result<Values, Failure> {
    let program = &study.program;
    machine.memory_mut().copy_from_slice(&program.initial);
    let mut rules = Rules { program, machine };
    for shown in looked_at(study, chain.stages()) {
        rules.session(study, &shown, chain, counts)?;
    }
    let memory = rules.machine.memory();
    let told = |column: &&Column| {
        let handed = study.stages.iter().flat_map(|stage| &stage.handed).any(|one| one.column == column.name);
        matches!(column.role, Role::Definition | Role::Statistic) || handed
    };
    let value = |column: &Column| {
        let there = column.present.is_none_or(|flag| memory[flag.index()] != 0);
        (column.name.clone(), there.then(|| column.domain.show(memory[column.value.index()])))
    };
    Ok(program.columns.iter().filter(told).map(value).collect())
}

/// A session that the rules look at.
struct Shown<'a> {
    session: usize,
    stage: &'a str,
    /// 1 for the last of its stage.
    back: u32,
}

/// The last sessions of each stage, as many as the rules look at, in the order of the chain; the one that ended is there
/// always.
fn looked_at<'a>(study: &'a Study, been: &[String]) -> Vec<Shown<'a>> {
    let read: BTreeSet<&str> =
        study.fed.iter().filter(|one| one.last.is_some()).map(|one| one.stage.as_str()).collect();
    let mut counted: BTreeMap<&str, u32> = BTreeMap::new();
    let mut shown = Vec::new();
    for (ago, (session, name)) in been.iter().enumerate().rev().enumerate() {
        let Some(stage) = study.stages.iter().find(|stage| stage.name == *name) else { continue };
        let stage = stage.name.as_str();
        let back = counted.entry(stage).or_insert(0);
        *back += 1;
        let wanted = study.windows.get(stage).copied().unwrap_or(0).max(u32::from(read.contains(stage)));
        if *back <= wanted || ago == 0 || ago < study.every as usize {
            shown.push(Shown { session, stage, back: *back });
        }
    }
    shown.reverse();
    shown
}

/// The program of the rules on its machine.
struct Rules<'a> {
    program: &'a Program,
    machine: &'a mut dyn Machine,
}

/// One record of a journal: a word for each column, and a bit that says whether there is a value.
struct Row<'a> {
    words: &'a [u64],
    present: &'a [u64],
    outcome: Option<u32>,
}

impl Rules<'_> {
    /// Shows one session: its trials, then its end.
    fn session(
        &mut self,
        study: &Study,
        shown: &Shown<'_>,
        chain: &dyn Chain,
        counts: &BTreeMap<String, u32>,
    ) -> Result<(), Failure> {
        let subject = self.program.subject.start as usize..self.program.subject.end as usize;
        let kept = self.machine.memory()[subject.clone()].to_vec();
        self.machine.memory_mut().copy_from_slice(&self.program.initial);
        self.machine.memory_mut()[subject].copy_from_slice(&kept);
        for (name, count) in counts {
            self.fill(name, Some(u64::from(*count)));
        }
        self.machine.run(Phase::SessionStart, &mut Deaf);
        let (here, back) = Study::place_of(shown.stage);
        self.fill(&here, Some(1));
        self.fill(&back, Some(u64::from(shown.back)));
        let stage = study.stages.iter().position(|stage| stage.name == shown.stage);
        self.fill(Study::STAGE, stage.map(|at| at as u64));
        for (column, word) in chain.filled(shown.session) {
            self.fill(&column, word);
        }
        let fed: Vec<&Fed> = study.fed.iter().filter(|one| one.stage == shown.stage).collect();
        if !fed.is_empty() {
            self.rows(&fed, &chain.record(shown.session)?)?;
        }
        self.machine.run(Phase::SessionEnd, &mut Deaf);
        self.machine.run(Phase::Columns, &mut Deaf);
        Ok(())
    }

    fn rows(&mut self, fed: &[&Fed], session: &Record<'_>) -> Result<(), Failure> {
        let columns = &session.columns;
        let outcomes = Domain::Named { members: session.outcomes.to_vec() };
        let find = |one: &&Fed| columns.iter().position(|column| column.name == one.name);
        let places: Vec<Option<usize>> = fed.iter().map(find).collect();
        let set = |rules: &mut Self, row: &Row<'_>, of_trial: bool| -> Result<(), Failure> {
            for (one, place) in fed.iter().zip(&places).filter(|(one, _)| one.of_trial == of_trial) {
                let (domain, word) = match (place, row.outcome) {
                    (Some(k), _) => (&columns[*k].domain, row.word(*k)),
                    (None, Some(outcome)) if one.name == "outcome" => (&outcomes, Some((u64::from(outcome), true))),
                    (None, _) => return Err(missing(session, &one.name)),
                };
                for column in one.row.iter().chain(&one.last) {
                    rules.translate(column, domain, word).ok_or_else(|| missing(session, &one.name))?;
                }
            }
            Ok(())
        };
        let end = session.entries.iter().rev().find_map(|entry| match entry {
            Entry::SessionEnd { words, present, .. } => Some(Row { words, present, outcome: None }),
            _ => None,
        });
        if let Some(end) = &end {
            set(self, end, false)?;
        }
        for entry in session.entries.iter() {
            // An interrupted trial enters no statistic.
            let Entry::Row { outcome: Some(outcome), words, present, .. } = entry else { continue };
            set(self, &Row { words, present, outcome: Some(*outcome) }, true)?;
            self.machine.run(Phase::Statistics, &mut Deaf);
        }
        Ok(())
    }

    /// Writes what a word of another domain stands for; none when this domain does not have it.
    fn translate(&mut self, name: &str, from: &Domain, word: Option<(u64, bool)>) -> Option<()> {
        let column = self.program.columns.iter().find(|column| column.name == name)?;
        let word = match word {
            // Steps are counted from their own start: they are only those of the protocol when these are the same.
            Some((word, there)) if there || column.present.is_none() => {
                Some(if column.domain == *from { word } else { column.domain.translated(from, word)? })
            }
            _ => None,
        };
        self.fill(name, word);
        Some(())
    }

    /// Writes a word of the program's; one that it does not have is not needed.
    fn fill(&mut self, name: &str, word: Option<u64>) {
        let Some(column) = self.program.columns.iter().find(|column| column.name == name) else { return };
        let memory = self.machine.memory_mut();
        if let Some(flag) = column.present {
            memory[flag.index()] = u64::from(word.is_some());
        }
        memory[column.value.index()] = word.unwrap_or(memory[column.value.index()]);
    }
}

impl Row<'_> {
    fn word(&self, column: usize) -> Option<(u64, bool)> {
        let there = self.present.get(column / 64)? >> (column % 64) & 1 == 1;
        Some((*self.words.get(column)?, there))
    }
}

fn missing(session: &Record<'_>, name: &str) -> Failure {
    let message = format!(
        "{}: this session has no `{name}` as the study reads it, since its protocol was another one; give the study a \
         stage of another name",
        session.place
    );
    trouble("study-changed", message)
}

/// Rules of a study ask nothing of the world.
struct Deaf;

impl Host for Deaf {
    fn draw(&mut self, _: DrawId, _: &mut [u64]) -> u64 {
        0
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, _: SiteId, _: &mut [u64]) {}
    fn release(&mut self, _: SiteId, _: &mut [u64]) {}
    fn left(&mut self, _: StateId, _: &mut [u64]) {}
    fn entered(&mut self, _: StateId, _: &mut [u64]) {}
    fn decided(&mut self, _: RuleId, _: &mut [u64]) {}
}
