//! `trialect diff`: what two protocols do not mean alike.

use crate::arguments::{DiffOptions, LibraryOptions};
use crate::failure::Failure;
use crate::output::say;
use crate::protocol::compile_file;
use crate::{record, render};
use std::fmt::Write as _;
use std::path::Path;
use trialect_driver::Compiled;
use trialect_driver::diff::{Became, Change, Difference, difference};

pub(crate) fn run(options: &DiffOptions) -> Result<(), Failure> {
    let first = compiled(&options.first, &options.library)?;
    let second = compiled(&options.second, &options.library)?;
    let Some(difference) = difference(&first, &second) else {
        return Err(does_not_compile(&options.first));
    };
    if options.json {
        say(&json(&difference));
    } else {
        say(text(&difference).trim_end());
    }
    if difference.changes.is_empty() && difference.was == difference.is { Ok(()) } else { Err(Failure::Found) }
}

/// A protocol, or the texts of a sealed session.
fn compiled(place: &Path, library: &LibraryOptions) -> Result<Compiled, Failure> {
    let compiled = if place.is_dir() {
        record::recompile(place, &record::read(place)?.header)?
    } else {
        compile_file(place, library)?
    };
    if compiled.program.is_none() {
        render::to_stderr(&compiled);
        return Err(does_not_compile(place));
    }
    Ok(compiled)
}

fn does_not_compile(place: &Path) -> Failure {
    let message = format!("{}: it has no meaning that could be compared; mend it first", place.display());
    Failure::trouble("does-not-compile", message)
}

fn text(difference: &Difference) -> String {
    let mut out = String::new();
    if difference.was == difference.is {
        return format!("both mean the same: {}", difference.is);
    }
    let _ = writeln!(out, "was {}\nis  {}", difference.was, difference.is);
    for change in &difference.changes {
        let _ = write!(out, "\n{} {}", change.became.word(), change.path);
        let _ = match &change.was_called {
            Some(was) => writeln!(out, ", which was {was}"),
            None => writeln!(out),
        };
        if change.became != Became::Renamed {
            told(change, &mut out);
        }
    }
    out
}

fn told(change: &Change, out: &mut String) {
    let words = &change.words;
    for line in &words.was {
        let _ = writeln!(out, "  - {line}");
    }
    for line in &words.is {
        let _ = writeln!(out, "  + {line}");
    }
    for (was, is) in &words.parts {
        let _ = match (was.as_str(), is.as_str()) {
            ("", is) => writeln!(out, "  new: {is}"),
            (was, "") => writeln!(out, "  gone: {was}"),
            (was, is) => writeln!(out, "  from {was} to {is}"),
        };
    }
    if !change.touches.is_empty() {
        let _ = writeln!(out, "  touches {}", change.touches.join(", "));
    }
}

fn json(difference: &Difference) -> String {
    let changes: Vec<serde_json::Value> = difference
        .changes
        .iter()
        .map(|change| {
            let parts: Vec<_> =
                change.words.parts.iter().map(|(was, is)| serde_json::json!({ "was": was, "is": is })).collect();
            serde_json::json!({
                "became": change.became.word(),
                "path": change.path,
                "was_called": change.was_called,
                "was": change.words.was,
                "is": change.words.is,
                "parts": parts,
                "touches": change.touches,
            })
        })
        .collect();
    let whole = serde_json::json!({ "was": difference.was, "is": difference.is, "changes": changes });
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}
