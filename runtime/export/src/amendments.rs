//! Amendments: what a person says afterwards about a sealed session, in a file beside its folder.
//!
//! `DATA/SUBJECT/NNN.amendments` has a line of canonical JSON for each amendment, to which is only added. Each names
//! the seal of the session that it amends and the seal of the amendment before, and has a seal of its own, so that a
//! line that is changed, dropped or moved is told. The session itself stays as it was sealed.

use crate::folder::{load, replace, sync};
use crate::verify::Trouble;
use crate::{ExportFault, SessionFile, read_manifest, read_session};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};
use trialect_ir::{canonical_json, digest};

/// Ending of the file, after the name of the session's folder.
pub const AMENDMENTS: &str = ".amendments";
/// Name and version of the format.
const FORM: &str = "trialect-amendment/1";
/// What can be amended besides covariates.
const SUBJECT: &str = "subject";

/// One amendment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// `trialect-amendment/1`.
    pub format: String,
    /// Seal of the session.
    pub amends: String,
    /// Its place among the amendments of the session, from 1.
    pub number: u32,
    /// Seal of the amendment before; none in the first.
    pub previous: Option<String>,
    /// `subject`, or the name of a covariate.
    pub name: String,
    /// What it was until now.
    pub was: String,
    /// What it is: a name, or a number in the unit in which it is recorded.
    pub is: String,
    /// That unit; none for a name.
    pub unit: Option<String>,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Digest over the canonical bytes of all the rest.
    pub seal: String,
}

impl Amendment {
    fn proper_seal(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(map) = &mut value {
            map.remove("seal");
        }
        digest(&canonical_json(&value))
    }

    fn line(&self) -> Vec<u8> {
        canonical_json(&serde_json::to_value(self).unwrap_or_default())
    }
}

/// What a person wants to amend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `subject`, or the name of a covariate.
    pub name: String,
    /// The new name, or a number in the unit in which the covariate is recorded.
    pub value: String,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Why nothing was amended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmendFault {
    /// The record cannot be read, or the amendments not written.
    #[error(transparent)]
    Export(#[from] ExportFault),
    /// The amendments so far are not what they were.
    #[error("{file}: {what}; nothing is added to a chain that does not hold")]
    Broken {
        /// The file and line.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// It cannot be amended so.
    #[error("{0}")]
    Refused(String),
}

impl AmendFault {
    /// Stable, kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            AmendFault::Export(fault) => fault.code(),
            AmendFault::Broken { .. } => "amendments-broken",
            AmendFault::Refused(_) => "amendment-refused",
        }
    }
}

/// The file of a session's amendments, beside its folder.
pub fn amendments_file(folder: &Path) -> PathBuf {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!("{name}{AMENDMENTS}"))
}

/// The amendments of a session in their order; none when there is no file. Whether they hold is not said.
///
/// # Errors
/// [`ExportFault::Unreadable`] when a line is none; what the operating system refuses.
pub fn read_amendments(folder: &Path) -> Result<Vec<Amendment>, ExportFault> {
    let path = amendments_file(&absolute(folder));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let parsed = parse(&load(&path)?);
    parsed
        .map(|list| list.into_iter().map(|(amendment, _)| amendment).collect())
        .map_err(|(line, why)| ExportFault::Unreadable { path, why: format!("line {line} is no amendment: {why}") })
}

/// A folder by a path that has a name, also for `.`.
fn absolute(folder: &Path) -> PathBuf {
    if folder.file_name().is_some() {
        folder.to_path_buf()
    } else {
        folder.canonicalize().unwrap_or(folder.to_path_buf())
    }
}

/// Amendments with the bytes of their lines; or the number of the first line that is none, and why.
type Lines = Vec<(Amendment, Vec<u8>)>;

fn parse(bytes: &[u8]) -> Result<Lines, (usize, String)> {
    let Some(body) = bytes.strip_suffix(b"\n") else {
        return Err((bytes.split(|&byte| byte == b'\n').count(), "it does not end".into()));
    };
    let line = |(k, line): (usize, &[u8])| match serde_json::from_slice(line) {
        Ok(amendment) => Ok((amendment, line.to_vec())),
        Err(error) => Err((k + 1, error.to_string())),
    };
    body.split(|&byte| byte == b'\n').enumerate().map(line).collect()
}

/// The number of a session's amendments, when their chain holds.
///
/// # Errors
/// Everything that is wrong with them.
pub fn verify_amendments(folder: &Path) -> Result<usize, Vec<Trouble>> {
    let folder = absolute(folder);
    let path = amendments_file(&folder);
    if !path.exists() {
        return Ok(0);
    }
    let file = path.display().to_string();
    let unread = |fault: ExportFault| vec![Trouble::new(file.clone(), fault.code(), fault.to_string())];
    let bytes = load(&path).map_err(unread)?;
    let lines = parse(&bytes).map_err(|(line, why)| {
        vec![Trouble::new(format!("{file}:{line}"), "amendment-unreadable", format!("no amendment: {why}"))]
    })?;
    let seal = read_manifest(&folder).map_err(unread)?.seal;
    let session = read_session(&folder).map_err(unread)?;
    let mut troubles = Vec::new();
    for (k, (one, bytes)) in lines.iter().enumerate() {
        let before: Vec<&Amendment> = lines[..k].iter().map(|(amendment, _)| amendment).collect();
        let flaws = flaws(one, bytes, &before, &seal, &session);
        troubles.extend(flaws.into_iter().map(|(code, what)| Trouble::new(format!("{file}:{}", k + 1), code, what)));
    }
    if troubles.is_empty() { Ok(lines.len()) } else { Err(troubles) }
}

/// What is wrong with one amendment after those before it.
fn flaws(
    one: &Amendment,
    bytes: &[u8],
    before: &[&Amendment],
    seal: &str,
    session: &SessionFile,
) -> Vec<(&'static str, String)> {
    let mut flaws = Vec::new();
    if one.format != FORM || one.line() != bytes || one.proper_seal() != one.seal {
        flaws.push(("amendment-changed", "its seal is not that of what it says; it was edited".to_string()));
    }
    if one.amends != seal {
        flaws.push(("amends-other", format!("it amends {}, the session's seal is {seal}", one.amends)));
    }
    let previous = before.last().map(|last| last.seal.clone());
    if one.previous != previous || one.number as usize != before.len() + 1 {
        let named = one.previous.as_deref().unwrap_or("none");
        let what = format!("it is number {} and follows {named}; amendments are missing or moved", one.number);
        flaws.push(("amendments-broken", what));
    }
    let was = current(&one.name, before, session);
    if was.as_ref() != Some(&one.was) {
        let was = was.unwrap_or_else(|| "nothing".into());
        flaws.push(("amendment-differs", format!("`{}` was {was}, it says {}", one.name, one.was)));
    }
    flaws
}

/// What a name is after some amendments; none for one that the record does not have.
fn current(name: &str, before: &[&Amendment], session: &SessionFile) -> Option<String> {
    let last = before.iter().rev().find(|one| one.name == name);
    last.map(|one| one.is.clone()).or_else(|| match name {
        SUBJECT => Some(session.subject.clone()),
        _ => {
            session.covariates.get(name).and_then(|_| session.session_at_end.get(name)?.as_f64()).map(|v| v.to_string())
        }
    })
}

/// Adds an amendment to a sealed session; the folder must be locked against others who add.
///
/// # Errors
/// [`AmendFault`].
pub fn amend(folder: &Path, change: &Change) -> Result<Amendment, AmendFault> {
    let folder = &absolute(folder);
    verify_amendments(folder).map_err(|troubles| {
        let first = troubles.into_iter().next();
        let (file, what) = first.map(|first| (first.file, first.what)).unwrap_or_default();
        AmendFault::Broken { file, what }
    })?;
    let manifest = read_manifest(folder)?;
    let session = read_session(folder)?;
    let before = read_amendments(folder)?;
    let refused = |what: String| Err(AmendFault::Refused(what));
    let Some(was) = current(&change.name, &before.iter().collect::<Vec<_>>(), &session) else {
        let names: Vec<&str> = std::iter::once(SUBJECT).chain(session.covariates.keys().map(String::as_str)).collect();
        return refused(format!("`{}` cannot be amended; name one of {}", change.name, names.join(", ")));
    };
    let is = match change.name.as_str() {
        SUBJECT => change.value.clone(),
        name => match change.value.parse::<f64>() {
            Ok(value) if value.is_finite() => value.to_string(),
            _ => return refused(format!("`{}` is no number; write {name}=VALUE in its unit", change.value)),
        },
    };
    if is == was {
        return refused(format!("`{}` is {was} already", change.name));
    }
    if change.by.trim().is_empty() || change.reason.trim().is_empty() {
        return refused("an amendment needs a person and a reason: --by PERSON --reason TEXT".into());
    }
    let unit = session.columns.iter().find(|column| column.name == change.name).and_then(|column| column.unit.clone());
    let mut amendment = Amendment {
        format: FORM.into(),
        amends: manifest.seal,
        number: before.len() as u32 + 1,
        previous: before.last().map(|last| last.seal.clone()),
        unit: if change.name == SUBJECT { None } else { unit },
        name: change.name.clone(),
        was,
        is,
        by: change.by.trim().into(),
        reason: change.reason.trim().into(),
        seal: String::new(),
    };
    amendment.seal = amendment.proper_seal();
    write(folder, &amendment)?;
    Ok(amendment)
}

/// The whole file anew under another name, then renamed: an amendment is there or it is not.
fn write(folder: &Path, amendment: &Amendment) -> Result<(), ExportFault> {
    let path = amendments_file(folder);
    let mut bytes = if path.exists() { load(&path)? } else { Vec::new() };
    bytes.extend(amendment.line());
    bytes.push(b'\n');
    let subject = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    replace(subject, &name, &bytes)?;
    sync(subject)
}

/// Files of amendments in a subject's folder beside which there is no session.
pub fn strays(subject: &Path) -> Vec<Trouble> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(subject).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let alone = name.strip_suffix(AMENDMENTS).is_some_and(|session| !subject.join(session).is_dir());
        if alone {
            let what = "there is no session that it amends; the session's folder was moved or removed";
            found.push(Trouble::new(entry.path().display().to_string(), "amends-nothing", what));
        }
    }
    found.sort_by(|a, b| a.file.cmp(&b.file));
    found
}
