//! `trialect amend`: what a person says afterwards about a sealed session; the session stays as it is.

use crate::arguments::AmendOptions;
use crate::failure::Failure;
use crate::store::{self, Subject};
use crate::{answers, output, record};
use std::path::Path;
use trialect_export::{Amendment, Change, amend, amendments_file, read_amendments};
use trialect_ir::{Column, Domain};

pub(crate) fn run(options: &AmendOptions) -> Result<(), Failure> {
    let folder = options.session.canonicalize().map_err(|error| {
        Failure::trouble("no-folder", format!("{}: {error}; name the folder of a session", options.session.display()))
    })?;
    if !store::is_session(&folder) {
        let message = format!("{}: no session; name the folder of one, DATA/SUBJECT/NNN", options.session.display());
        return Err(Failure::trouble("no-session", message));
    }
    let Some((name, value)) = options.set.split_once('=') else {
        let message = format!("`--set {}`: write NAME=VALUE, for example weight=24.5", options.set);
        return Err(Failure::trouble("amendment-refused", message));
    };
    let (name, mut value) = (name.trim(), value.trim().to_owned());
    if name == "subject" {
        store::check_subject(&value)?;
    } else if let Some(column) = record::read(&folder)?.header.columns.iter().find(|column| column.name == name) {
        value = answers::plain(column, &value)
            .map_err(|why| Failure::trouble("amendment-refused", format!("`--set {}`: {why}", options.set)))?;
        in_range(column, &value)?;
    }
    let _lock = folder.parent().map(Subject::lock_folder).transpose()?;
    let change = Change { name: name.into(), value, by: options.by.clone(), reason: options.reason.clone() };
    let amendment = amend(&folder, &change).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    output::say(&told(&amendment));
    output::say(&format!("written to {}", amendments_file(&folder).display()));
    Ok(())
}

/// A measured value lies in the range that the protocol gives it, or it was mistyped again.
fn in_range(column: &Column, value: &str) -> Result<(), Failure> {
    let (name, Ok(number)) = (&column.name, value.parse::<f64>()) else { return Ok(()) };
    let Domain::Real { unit, least, most } = &column.domain else { return Ok(()) };
    let express = |end: f64| unit.as_ref().map_or(end, |unit| unit.express(end));
    let (least, most) = (least.map(express), most.map(express));
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        let end = |end: Option<f64>| end.map_or_else(|| "any".into(), |end| end.to_string());
        let message = format!("{name} {number} lies outside {} .. {} of the protocol", end(least), end(most));
        return Err(Failure::trouble("amendment-refused", message));
    }
    Ok(())
}

/// An amendment as one line.
pub(crate) fn told(one: &Amendment) -> String {
    let unit = one.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{} is {}{unit}, was {}{unit} ({}: {})", one.name, one.is, one.was, one.by, one.reason)
}

/// The amendments of a session, for those who show it.
pub(crate) fn of(folder: &Path) -> Result<Vec<Amendment>, Failure> {
    read_amendments(folder).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))
}

/// The value of a name that was amended, as people read it, with the mark.
pub(crate) fn marked(amendments: &[Amendment], name: &str) -> Option<String> {
    let last = amendments.iter().rev().find(|one| one.name == name)?;
    Some(format!("{}*", last.is))
}
