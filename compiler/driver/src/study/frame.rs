//! What surrounds the rules of a study in their program: types, and a place for each word that sessions fill.
//!
//! It is written as text with short names, parsed, and gets the names that a study has for its stages' values then.

use super::reading::{COUNTS, Reading, STAGE, last_word, row_word};
use super::statistics::{back_word, here_word};
use super::{Fed, Handing};
use std::collections::{BTreeMap, BTreeSet};
use trialect_base::SourceId;
use trialect_ir::{Clock, Domain, OfferedValue, Unit};
use trialect_syntax::ast::{Clause, ClauseKind, File, Head};

/// The name of the type of stages.
const STAGE_TYPE: &str = "Stage";

/// The frame while it is written.
#[derive(Default)]
pub(super) struct Frame {
    /// Names that `v0`, `v1`, … get.
    names: Vec<(String, Option<String>)>,
    /// Types that `T0`, `T1`, … are: their names, and how they are declared.
    types: Vec<(String, Domain)>,
    subject: String,
    session: String,
    trial: String,
    /// Types that the study has without the frame.
    known: BTreeSet<String>,
    /// The short name of the type of stages.
    stage: Option<String>,
}

impl Frame {
    /// A frame beside types that the study declares or uses itself.
    pub(super) fn new(known: BTreeSet<String>) -> Frame {
        Frame { known, ..Frame::default() }
    }

    fn name(&mut self, name: String, description: Option<String>) -> String {
        self.names.push((name, description));
        format!("v{}", self.names.len() - 1)
    }

    /// The name of the type of stages, when the frame has it.
    pub(super) fn stage_type(&self) -> Option<String> {
        let mut name = self.stage.clone()?;
        self.rename_type(&mut name);
        Some(name)
    }

    /// A place for the stage of the session.
    fn stage(&mut self, reading: &Reading<'_>) {
        let members: Vec<String> = reading.stages.iter().map(|name| name.text.clone()).collect();
        let Some(first) = members.first().cloned() else { return };
        // A type of the study's own with this name has other members.
        let kind = if self.known.contains(STAGE_TYPE) { format!("study.{STAGE_TYPE}") } else { STAGE_TYPE.into() };
        let value = OfferedValue {
            name: STAGE.into(),
            clock: Clock::Session,
            kind: Some(kind),
            domain: Domain::Named { members },
            optional: false,
            is_state: false,
        };
        let ty = self.type_of("study", &value);
        let short = self.name(STAGE.into(), Some("Stage of the session".into()));
        self.session += &format!("var {short} : {ty} := {first}\n");
        self.stage = Some(ty);
    }

    /// Places for statistics of sessions that are filled in.
    pub(super) fn fill_in(&mut self, filled: &BTreeMap<String, OfferedValue>) {
        for (name, value) in filled {
            let short = self.name(name.clone(), None);
            let line = format!("var {short}{}\n", self.declared("study", value, value.optional));
            self.session += &line;
        }
    }

    /// Places for counts, for what is read, and for what is handed over.
    pub(super) fn fill(
        &mut self,
        reading: &Reading<'_>,
        windows: &BTreeMap<String, u32>,
        handed: &[Handing],
    ) -> Vec<Fed> {
        if reading.reads_stage {
            self.stage(reading);
        }
        for stage in &reading.stages {
            for (word, description) in COUNTS {
                let short = self.name(row_word(&stage.text, word), Some(description.into()));
                self.subject += &format!("covariate {short} : Int within 0 .. 1000000 asked before\n");
            }
        }
        for stage in windows.keys() {
            let here = self.name(here_word(stage), None);
            let back = self.name(back_word(stage), None);
            self.session += &format!("var {here} := false\nvar {back} : Int := 0 within 0 .. 1000000\n");
        }
        let mut fed = Vec::new();
        for ((stage, name), used) in &reading.used {
            let protocol = reading.protocols.get(stage).map_or("", String::as_str);
            let mut one = Fed { stage: stage.clone(), name: name.clone(), of_trial: false, row: None, last: None };
            if used.row {
                let column = row_word(stage, name);
                let short = self.name(column.clone(), None);
                let line = format!("var {short}{}\n", self.declared(protocol, &used.value, used.value.optional));
                one.of_trial = used.value.clock > Clock::Session;
                let body = if one.of_trial { &mut self.trial } else { &mut self.session };
                body.push_str(&line);
                one.row = Some(column);
            }
            if used.last {
                let column = last_word(stage, name);
                let short = self.name(column.clone(), None);
                let line = format!("var {short}{}\n", self.declared(protocol, &used.value, true));
                self.subject.push_str(&line);
                one.last = Some(column);
            }
            fed.push(one);
        }
        for handing in handed {
            let short = self.name(handing.column.clone(), None);
            let line = format!("var {short}{}\n", self.declared(&handing.protocol, &handing.value, true));
            self.subject.push_str(&line);
        }
        fed
    }

    /// `: TYPE := START within LOW .. HIGH by STEP`
    fn declared(&mut self, protocol: &str, value: &OfferedValue, optional: bool) -> String {
        let kind = value.kind.as_deref().unwrap_or("Real");
        let (ty, start, within) = match &value.domain {
            Domain::Bool => ("Bool".to_string(), "false".to_string(), String::new()),
            Domain::Int { least, most } => {
                let is_short = *least > -1_000_000_000_000 && *most < 1_000_000_000_000;
                let within = if is_short { format!(" within {least} .. {most}") } else { String::new() };
                ("Int".into(), 0.clamp(*least, *most).to_string(), within)
            }
            Domain::Named { members } => {
                (self.type_of(protocol, value), members.first().cloned().unwrap_or_default(), String::new())
            }
            Domain::Levels { labels, .. } => {
                (self.type_of(protocol, value), labels.first().cloned().unwrap_or_default(), String::new())
            }
            Domain::Real { unit, least: Some(least), most: Some(most) } if least < most => {
                let (low, high) = (quantity(unit.as_ref(), *least), quantity(unit.as_ref(), *most));
                (kind.into(), low.clone(), format!(" within {low} .. {high}"))
            }
            Domain::Steps { unit, low, step, denominator, most } => {
                let at = |steps: i64| (low + steps * step) as f64 / *denominator as f64;
                let (low, high) = (quantity(unit.as_ref(), at(0)), quantity(unit.as_ref(), at(*most)));
                let step = quantity(unit.as_ref(), *step as f64 / *denominator as f64);
                (kind.into(), low.clone(), format!(" within {low} .. {high} by {step}"))
            }
            domain => (kind.into(), quantity(domain.unit(), 0.0), String::new()),
        };
        match optional {
            true => format!(" : {ty}? := none{within}"),
            false => format!(" : {ty} := {start}{within}"),
        }
    }

    /// The type of a value with members. Protocols of one study may have types of one name: they are one type when their
    /// members are the same, otherwise the later one has its protocol's name before it.
    fn type_of(&mut self, protocol: &str, value: &OfferedValue) -> String {
        let plain = value.kind.clone().unwrap_or_else(|| format!("{protocol}.{}", value.name));
        if self.known.contains(&plain) {
            self.types.push((plain, Domain::Bool));
            return format!("T{}", self.types.len() - 1);
        }
        if let Some(at) = self.types.iter().position(|(_, domain)| *domain == value.domain) {
            return format!("T{at}");
        }
        let is_taken = self.types.iter().any(|(name, _)| *name == plain);
        let name = if is_taken { format!("{protocol}.{plain}") } else { plain };
        self.types.push((name, value.domain.clone()));
        format!("T{}", self.types.len() - 1)
    }

    /// The text of the frame.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("protocol frame 1.0.0\n");
        for (at, (_, domain)) in self.types.iter().enumerate() {
            match domain {
                Domain::Named { members } => text += &format!("enum T{at} {{ {} }}\n", members.join(", ")),
                Domain::Levels { labels, .. } => text += &format!("levels T{at} = {}\n", labels.join(", ")),
                _ => {}
            }
        }
        text + &format!(
            "subject {{\n{}}}\nsession {{\n{}limit trials 1\n}}\n\
             trial {{\n{}outcomes done\nstate only {{ after 1 s -> end done }}\n}}\n",
            self.subject, self.session, self.trial
        )
    }

    /// The frame's tree with the names of the study.
    pub(super) fn parsed(&self, text: &str, id: SourceId, findings: &mut trialect_base::Findings) -> File {
        let trialect_syntax::Parsed { mut file, findings: told, .. } = trialect_syntax::parse(text, id);
        findings.extend(told);
        for clause in &mut file.clauses {
            match &mut clause.kind {
                ClauseKind::Enum { name, .. } | ClauseKind::Levels { name, .. } => self.rename_type(&mut name.text),
                ClauseKind::ClockBlock { body, .. } => body.iter_mut().for_each(|inner| self.rename(inner)),
                _ => {}
            }
        }
        file
    }

    fn rename(&self, clause: &mut Clause) {
        let head: &mut Head = match &mut clause.kind {
            ClauseKind::Var { head, .. } => head,
            ClauseKind::Covariate(covariate) => &mut covariate.head,
            _ => return,
        };
        let at = head.name.text.strip_prefix('v').and_then(|at| at.parse::<usize>().ok());
        if let Some((name, description)) = at.and_then(|at| self.names.get(at)) {
            head.name.text.clone_from(name);
            clause.description.clone_from(description);
        }
        if let Some(ty) = &mut head.ty {
            self.rename_type(&mut ty.name.text);
        }
    }

    fn rename_type(&self, name: &mut String) {
        let at = name.strip_prefix('T').and_then(|at| at.parse::<usize>().ok());
        if let Some((full, _)) = at.and_then(|at| self.types.get(at)) {
            name.clone_from(full);
        }
    }
}

/// A number of the coherent unit as a text has it: nine digits are more than a range in a text has.
fn quantity(unit: Option<&Unit>, coherent: f64) -> String {
    let value = unit.map_or(coherent, |unit| unit.express(coherent));
    let rounded: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    unit.map_or_else(|| rounded.to_string(), |unit| format!("{rounded} {}", unit.symbol))
}
