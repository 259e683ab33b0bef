//! A subject's course through a study: its stage, what its rules say when a session has ended, who confirmed what.

use crate::arguments::{CarryOptions, ConfirmOptions, LibraryOptions};
use crate::failure::Failure;
use crate::machine::Kind;
use crate::verdict::{self, Values};
use crate::{nearby, output, protocol, render};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_driver::{
    Compiled, CompiledStudy, Handed, SourceText, Study, compile_study, compile_study_beside, is_study, stage_protocols,
};
use trialect_export::{SessionFile, read_session};
use trialect_ir::record::{Confirmed, Header, StudyChange, StudyStamp};
use trialect_ir::{Date, Program};

/// The file in a session's folder.
pub(crate) const STUDY: &str = "study.json";
const FORMAT: &str = "trialect-study/1";

/// A study with the protocols of its stages.
pub(crate) struct Course {
    pub(crate) study: Study,
    pub(crate) text: SourceText,
    pub(crate) hash: String,
    protocols: BTreeMap<String, String>,
    programs: BTreeMap<String, (Arc<Program>, Compiled)>,
}

/// What the rules of a study said when a session had ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    format: String,
    study: String,
    pub(crate) stage: String,
    /// What the rules read.
    pub(crate) read: BTreeMap<String, u32>,
    /// Definitions, conditions and advice by name; none when there is no value.
    pub(crate) values: Values,
    /// Names of the advice that holds.
    advice: Vec<String>,
    /// Ways whose condition holds, in text order.
    met: Vec<Met>,
    /// The stage of the next session, unless a person confirms one of those that are by hand.
    pub(crate) next: String,
}

impl Step {
    /// What the rules of a study say of a session in a stage.
    pub(crate) fn new(study: &Study, hash: &str, stage: &str, read: BTreeMap<String, u32>, values: Values) -> Step {
        let holds = |column: &String| values.get(column).is_some_and(|value| value.as_deref() == Some("true"));
        let ways = study.stages.iter().find(|one| one.name == stage).map_or(&[][..], |stage| &stage.ways);
        let met = ways.iter().filter(|way| holds(&way.column));
        let met: Vec<Met> =
            met.map(|way| Met { to: way.to.clone(), by_hand: way.by_hand, text: way.text.clone() }).collect();
        let next = met.iter().find(|met| !met.by_hand).map_or(stage.to_string(), |met| met.to.clone());
        let advice = study.advices.iter().filter(|(_, column)| holds(column)).map(|(name, _)| name.clone()).collect();
        Step { format: FORMAT.into(), study: hash.into(), stage: stage.into(), read, values, advice, met, next }
    }

    /// Stages that wait for a person, in text order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &str> {
        let stays = self.next == self.stage;
        self.met.iter().filter(move |met| met.by_hand && stays).map(|met| met.to.as_str())
    }

    /// What a stage is handed when a subject comes to it for the first time.
    pub(crate) fn hands(&self, handed: &[Handed]) -> Vec<(String, String)> {
        let value = |one: &Handed| Some((one.name.clone(), self.values.get(&one.column)?.clone()?));
        handed.iter().filter_map(value).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Met {
    to: String,
    by_hand: bool,
    text: String,
}

pub(crate) fn trouble(code: &'static str, message: String) -> Failure {
    Failure::trouble(code, message)
}

/// Whether a file is a study's.
pub(crate) fn is(path: &Path) -> Result<bool, Failure> {
    Ok(is_study(&protocol::read_text(path)?))
}

/// The first protocol of a study's stages that has errors.
pub(crate) fn broken_protocol(path: &Path, options: &LibraryOptions) -> Result<Option<Compiled>, Failure> {
    for name in stage_protocols(&protocol::read_text(path)?) {
        if let Some(file) = nearby::protocol(&name, path)? {
            let compiled = protocol::compile_file(&file, options)?;
            if compiled.program.is_none() {
                return Ok(Some(compiled));
            }
        }
    }
    Ok(None)
}

/// A study as it was read, with its scenarios and its findings.
pub(crate) struct Read {
    pub(crate) compiled: CompiledStudy,
    programs: BTreeMap<String, (Arc<Program>, Compiled)>,
}

impl Read {
    /// Reads a study and the protocols of its stages, and, when they are wanted, its scenarios and those beside it.
    pub(crate) fn new(path: &Path, options: &LibraryOptions, with_scenarios: bool) -> Result<Read, Failure> {
        let text = protocol::read_text(path)?;
        let mut programs = BTreeMap::new();
        for name in stage_protocols(&text) {
            if let Some(file) = nearby::protocol(&name, path)? {
                programs.insert(name, protocol::program(&file, options)?);
            }
        }
        let offers = programs.iter().map(|(name, (_, compiled)): (&String, &(Arc<Program>, Compiled))| {
            (name.clone(), compiled.offered.clone())
        });
        let (offers, named) = (offers.collect(), path.display().to_string());
        let compiled = if with_scenarios {
            let alone =
                |(name, (program, _)): (&String, &(Arc<Program>, Compiled))| (name.clone(), Arc::clone(program));
            let beside = protocol::beside(path)?;
            let beside = beside.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
            compile_study_beside((&named, &text), &offers, &programs.iter().map(alone).collect(), beside)
        } else {
            compile_study(&named, &text, &offers)
        };
        Ok(Read { compiled, programs })
    }

    /// The study, when nothing forbids it and each stage has its protocol.
    pub(crate) fn course(self, path: &Path) -> Result<Course, Failure> {
        let Read { compiled: CompiledStudy { study, text, .. }, programs } = self;
        let Some(study) = study else { return Err(Failure::Found) };
        for name in study.stages.iter().filter_map(|stage| stage.protocol.as_ref()) {
            if !programs.contains_key(name) {
                let last = name.rsplit('.').next().unwrap_or(name);
                let message = format!(
                    "{}: no protocol `{name}` beside it; put it there as {last}.trial, with this name in its first line",
                    path.display()
                );
                return Err(trouble("no-stage-protocol", message));
            }
        }
        let hash = |(name, (program, _)): (&String, &(Arc<Program>, Compiled))| {
            (name.clone(), program.identity.protocol.clone())
        };
        let protocols: BTreeMap<String, String> = programs.iter().map(hash).collect();
        Ok(Course { hash: study.hash(&protocols), study, text, protocols, programs })
    }
}

impl Course {
    /// Reads a study and the protocols of its stages, which stand beside it, and says what is wrong with them.
    pub(crate) fn open(path: &Path, options: &LibraryOptions) -> Result<Course, Failure> {
        let read = Read::new(path, options, false)?;
        if !read.compiled.findings.is_empty() {
            let shown = render::text(&read.compiled.findings, &read.compiled.sources, std::io::stderr().is_terminal());
            output::complain(&shown);
        }
        read.course(path)
    }

    /// The protocol of a stage; none for one after which there are no sessions.
    pub(crate) fn program(&self, stage: &str) -> Option<&(Arc<Program>, Compiled)> {
        let stage = self.study.stages.iter().find(|one| one.name == stage)?;
        self.programs.get(stage.protocol.as_ref()?)
    }

    /// The stage of the next session, and what a person has said about it.
    pub(crate) fn next(
        &self,
        done: &[PathBuf],
        confirm: &ConfirmOptions,
        carry: &CarryOptions,
        by: Option<&str>,
    ) -> Result<StudyStamp, Failure> {
        let last = done.last().map(|last| sealed(last)).transpose()?;
        let before = last.as_ref().and_then(|last| last.study.as_ref());
        let step = before.and(done.last()).map(|folder| read_step(folder)).transpose()?;
        let changed = self.changed(before, carry)?;
        let (stage, confirmed) = match (&step, &confirm.confirm) {
            (Some(step), Some(asked)) => confirm_stage(step, asked, by, carry.reason.as_ref())?,
            (Some(step), None) => (step.next.clone(), None),
            (None, Some(asked)) if asked != ALL => return Err(not_met(asked, "the study has no session yet")),
            (None, _) => (self.study.stages.first().map_or(String::new(), |stage| stage.name.clone()), None),
        };
        if !self.study.stages.iter().any(|known| known.name == stage) {
            let message = format!("the subject is in stage `{stage}`, which the study does not have any more; keep it");
            return Err(trouble("study-changed", message));
        }
        Ok(StudyStamp {
            name: self.study.name.clone(),
            version: self.study.version.clone(),
            hash: self.hash.clone(),
            source_hash: self.text.sha256.clone(),
            stage,
            protocols: self.protocols.clone(),
            reads: self.study.reads.clone(),
            confirmed,
            changed,
        })
    }

    /// What a stage is handed when a subject comes to it for the first time, besides what a person answers: start values,
    /// as with `--start`.
    pub(crate) fn handed(
        &self,
        stage: &str,
        done: &[PathBuf],
        mut answers: CarryOptions,
    ) -> Result<CarryOptions, Failure> {
        let begun = first_entry(&self.study, &self.study.name, stage, done)?;
        for (name, value) in begun {
            let is_set = |start: &String| start.split('=').next().is_some_and(|of| of.trim() == name);
            if !answers.start.iter().any(is_set) && !answers.reset.contains(&name) {
                answers.start.push(format!("{name}={value}"));
                answers.reason.get_or_insert_with(|| handed_by(&self.study));
            }
        }
        Ok(answers)
    }

    /// A study that has changed goes on only when a person says so and why.
    fn changed(&self, before: Option<&StudyStamp>, carry: &CarryOptions) -> Result<Option<StudyChange>, Failure> {
        let Some(before) = before.filter(|before| before.hash != self.hash) else { return Ok(None) };
        match (carry.carry.iter().any(|name| name == "study"), &carry.reason) {
            (true, Some(reason)) => Ok(Some(StudyChange { from: before.hash.clone(), reason: reason.clone() })),
            _ => {
                let message = format!(
                    "the subject's last session was in stage `{}` of {} {} ({}); this study is {}; to go on in that \
                     stage write --carry study --reason WHY",
                    before.stage, before.name, before.version, before.hash, self.hash
                );
                Err(trouble("study-changed", message))
            }
        }
    }
}

/// What stands for every stage that waits for a person.
const ALL: &str = "all";

fn not_met(asked: &str, why: &str) -> Failure {
    trouble("not-met", format!("--confirm {asked}: {why}; confirm a stage whose condition was met in the last session"))
}

fn confirm_stage(
    step: &Step,
    asked: &str,
    by: Option<&str>,
    reason: Option<&String>,
) -> Result<(String, Option<Confirmed>), Failure> {
    let Some(to) = step.waiting().find(|to| asked == ALL || *to == asked) else {
        if asked == ALL {
            return Ok((step.next.clone(), None));
        }
        return Err(not_met(asked, &format!("nothing leads there by hand from `{}` now", step.stage)));
    };
    let Some(by) = by else {
        return Err(trouble("not-met", format!("--confirm {asked}: say who confirms it with --by PERSON")));
    };
    Ok((to.to_string(), Some(Confirmed { by: by.into(), reason: reason.cloned() })))
}

/// The reason in the record of what is handed over.
fn handed_by(study: &Study) -> String {
    format!("handed over by the study {} {}", study.name, study.version)
}

/// Names and values that a stage is handed by the rules after the last session, when the subject has not been in it.
fn first_entry(study: &Study, name: &str, stage: &str, done: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let handed = study.stages.iter().find(|one| one.name == stage).map_or(&[][..], |stage| &stage.handed);
    let Some(last) = done.last().filter(|last| !handed.is_empty() && last.join(STUDY).is_file()) else {
        return Ok(Vec::new());
    };
    for before in done {
        if sealed(before)?.study.is_some_and(|one| one.name == name && one.stage == stage) {
            return Ok(Vec::new());
        }
    }
    Ok(read_step(last)?.hands(handed))
}

/// The session of a chain whose subject's state a session of a study takes over: the last one of the same protocol.
pub(crate) fn predecessor<'a>(done: &'a [PathBuf], protocol: &str) -> Result<Option<&'a PathBuf>, Failure> {
    for folder in done.iter().rev() {
        if sealed(folder)?.protocol.name == protocol {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

pub(crate) fn sealed(folder: &Path) -> Result<SessionFile, Failure> {
    read_session(folder).map_err(|fault| trouble(fault.code(), fault.to_string()))
}

fn read_step(folder: &Path) -> Result<Step, Failure> {
    let path = folder.join(STUDY);
    let bytes = std::fs::read(&path);
    let step = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    step.ok_or_else(|| trouble("study-differs", format!("{}: cannot be read; verify the session", path.display())))
}

/// Writes what the rules say into the folder of a session of a study that has ended and is not sealed.
pub(crate) fn close(
    study: &Study,
    header: &Header,
    folder: &Path,
    done: &[PathBuf],
    kind: Kind,
) -> Result<(), Failure> {
    let path = folder.join(STUDY);
    let write = |error: std::io::Error| trouble("cannot-write", format!("{}: {error}", path.display()));
    std::fs::write(&path, said(study, header, folder, done, kind)?).map_err(write)
}

/// What is wrong with the study's part of a sealed session, which follows those that are done.
pub(crate) fn differs(folder: &Path, header: &Header, done: &[PathBuf], kind: Kind) -> Result<Option<String>, Failure> {
    let Some(stamp) = &header.study else { return Ok(None) };
    let Some(study) = of_folder(folder, stamp)? else {
        return Ok(Some("the text of its study does not compile".into()));
    };
    if study.hash(&stamp.protocols) != stamp.hash
        || stamp.protocols.get(&header.protocol.name) != Some(&header.protocol.hash)
    {
        return Ok(Some("its study is not that of its record".into()));
    }
    let step = done.last().filter(|last| last.join(STUDY).is_file()).map(|last| read_step(last)).transpose()?;
    let follows = step.is_none_or(|step| match &stamp.confirmed {
        Some(_) => step.next == step.stage && step.met.iter().any(|met| met.by_hand && met.to == stamp.stage),
        None => step.next == stamp.stage,
    });
    if !follows {
        return Ok(Some(format!("nothing led to its stage `{}`", stamp.stage)));
    }
    for (name, value) in first_entry(&study, &stamp.name, &stamp.stage, done)? {
        let decided = header.carried.iter().flat_map(|carried| &carried.decisions).find(|one| one.name == name);
        // A person may have said otherwise; nobody may have said nothing.
        let by_study =
            header.carried.as_ref().and_then(|carried| carried.reason.as_deref()) == Some(handed_by(&study).as_str());
        let same = decided.is_some_and(|one| !by_study || one.start.get(&name) == Some(&value));
        if !same {
            return Ok(Some(format!("it did not begin with the `{name}` that it is handed, {value}")));
        }
    }
    let found = std::fs::read(folder.join(STUDY)).unwrap_or_default();
    let same = said(&study, header, folder, done, kind)? == found;
    Ok((!same).then(|| "it is not what the study's rules say".into()))
}

/// The study of a session, from its own source text and what it said of its stages' protocols.
pub(crate) fn of_folder(folder: &Path, stamp: &StudyStamp) -> Result<Option<Study>, Failure> {
    let path = folder.join("source/study.trial");
    Ok(compile_study(&path.display().to_string(), &protocol::read_text(&path)?, &stamp.reads).study)
}

/// The bytes of [`STUDY`]: a function of the study, the session's header and the sessions before.
fn said(study: &Study, header: &Header, folder: &Path, done: &[PathBuf], kind: Kind) -> Result<Vec<u8>, Failure> {
    let Some(stamp) = &header.study else { return Ok(Vec::new()) };
    let read = counted(study, stamp, header.date, done)?;
    let values = verdict::values(study, stamp, folder, done, &read, kind)?;
    let step = Step::new(study, &stamp.hash, &stamp.stage, read, values);
    let mut bytes = serde_json::to_vec_pretty(&step).map_err(|error| trouble("header", error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Sessions and different dates of each stage, this session included.
fn counted(
    study: &Study,
    stamp: &StudyStamp,
    date: Option<Date>,
    done: &[PathBuf],
) -> Result<BTreeMap<String, u32>, Failure> {
    let mut been: Vec<(String, Option<Date>)> = Vec::new();
    for folder in done {
        let session = sealed(folder)?;
        been.extend(session.study.filter(|one| one.name == stamp.name).map(|one| (one.stage, session.date)));
    }
    been.push((stamp.stage.clone(), date));
    Ok(counts(study, &been))
}

/// Sessions and different dates of each stage among the sessions of a study.
pub(crate) fn counts(study: &Study, been: &[(String, Option<Date>)]) -> BTreeMap<String, u32> {
    let mut read = BTreeMap::new();
    for stage in &study.stages {
        let of_stage = || been.iter().filter(|(name, _)| *name == stage.name);
        let dates: BTreeSet<Option<Date>> = of_stage().map(|(_, date)| *date).collect();
        read.insert(format!("{}.sessions", stage.name), of_stage().count() as u32);
        read.insert(format!("{}.days", stage.name), dates.len() as u32);
    }
    read
}
