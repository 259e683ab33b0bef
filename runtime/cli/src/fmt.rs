//! `trialect fmt`: texts in the one style.

use crate::arguments::FmtOptions;
use crate::failure::Failure;
use crate::output::{complain, say};
use crate::protocol::{PROTOCOL, read_text};
use crate::render;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use trialect_base::Sources;
use trialect_driver::format;

pub(crate) fn run(options: &FmtOptions) -> Result<(), Failure> {
    let mut files = BTreeSet::new();
    for place in &options.places {
        match place.to_str() {
            Some("-") if options.places.len() == 1 => return stdin(options.check),
            Some("-") => return Err(Failure::trouble("bad-argument", "`-` stands alone: stdin is one text")),
            _ => collect(place, &mut files)?,
        }
    }
    let mut refused = false;
    let mut changed = 0;
    for file in &files {
        let text = read_text(file)?;
        match formatted(&file.display().to_string(), &text) {
            Err(Failure::Found) => refused = true,
            Err(trouble) => return Err(trouble),
            Ok(new) if new == text => {}
            Ok(new) => {
                changed += 1;
                say(&file.display().to_string());
                if !options.check {
                    replace(file, &new)?;
                }
            }
        }
    }
    let done = if options.check { "would be changed" } else { "changed" };
    complain(&format!("{changed} of {} files {done}", files.len()));
    if refused || (options.check && changed > 0) { Err(Failure::Found) } else { Ok(()) }
}

/// The text in the one style; findings of one that cannot be read are shown.
fn formatted(name: &str, text: &str) -> Result<String, Failure> {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    format(text, source).map_err(|findings| {
        let findings: Vec<_> = findings.iter().cloned().collect();
        complain(&render::text(&findings, &sources, std::io::stderr().is_terminal()));
        Failure::Found
    })
}

fn stdin(check: bool) -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::trouble("cannot-read", format!("stdin: {error}; a protocol is a text in UTF-8")))?;
    let new = formatted("stdin", &text)?;
    if check {
        return if new == text { Ok(()) } else { Err(Failure::Found) };
    }
    say(new.strip_suffix('\n').unwrap_or(&new));
    Ok(())
}

/// The file, or the texts below the folder.
fn collect(place: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    if !place.is_dir() {
        files.insert(place.to_owned());
        return Ok(());
    }
    let cannot_read = |error: std::io::Error| {
        Failure::trouble("cannot-read", format!("{}: {error}; name a folder that can be read", place.display()))
    };
    for entry in fs::read_dir(place).map_err(cannot_read)? {
        let path = entry.map_err(cannot_read)?.path();
        let is_link = path.is_symlink();
        if path.is_dir() && !is_link {
            collect(&path, files)?;
        } else if path.is_file() && path.to_str().is_some_and(|path| path.ends_with(PROTOCOL)) {
            files.insert(path);
        }
    }
    Ok(())
}

/// Puts a text in the place of a file: whole under another name first, so that a crash leaves the old one or the new one.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // A link stays a link to the file that is changed.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = (|| {
        let permissions = fs::metadata(path)?.permissions();
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    written.map_err(|error| {
        // The part is nobody's; when it cannot be removed either, the message is about the same disk.
        let _ = fs::remove_file(&part);
        Failure::trouble("cannot-write", format!("{}: {error}; the file is as it was", path.display()))
    })
}
