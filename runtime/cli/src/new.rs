//! `trialect new`: a folder with a protocol that checks, its scenarios and a page, from a template.

use crate::arguments::{NewOptions, Template};
use crate::failure::Failure;
use crate::output::say;
use std::path::Path;

/// The word of a template's file name.
fn word(template: Template) -> &'static str {
    match template {
        Template::Choice => "choice",
        Template::Operant => "operant",
        Template::Conditioning => "conditioning",
    }
}

/// The protocol of a template and its scenarios.
fn texts(template: Template) -> (&'static str, &'static str) {
    match template {
        Template::Choice => {
            (include_str!("../templates/choice.trial"), include_str!("../templates/choice.scenarios.trial"))
        }
        Template::Operant => {
            (include_str!("../templates/operant.trial"), include_str!("../templates/operant.scenarios.trial"))
        }
        Template::Conditioning => {
            (include_str!("../templates/conditioning.trial"), include_str!("../templates/conditioning.scenarios.trial"))
        }
    }
}

const PAGE: &str = include_str!("../templates/README.md");

/// Writes the folder; what is there already stays as it is.
pub(crate) fn run(options: &NewOptions) -> Result<(), Failure> {
    let folder = &options.folder;
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_word = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
    let (protocol, scenarios) = texts(options.template);
    let header = format!("template.{}", word(options.template));
    let named = |text: &str| text.replacen(&header, name, 1);
    if !is_word {
        let message = format!(
            "`{name}` is no name for a protocol; name the folder with small letters, digits and `_`, such as `my_task`"
        );
        return Err(Failure::trouble("no-name", message));
    }
    if folder.exists() {
        let message = format!("{} is there already; choose another name", folder.display());
        return Err(Failure::trouble("exists", message));
    }
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    let page = PAGE.replace("NAME", name).replace("TEMPLATE", word(options.template));
    for (file, text) in [
        (format!("{name}.trial"), named(protocol)),
        (format!("{name}.scenarios.trial"), named(scenarios)),
        ("README.md".into(), page),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        say(&path.display().to_string());
    }
    Ok(())
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{}: {error}; name a folder in one that can be written", path.display());
    Failure::trouble("cannot-write", message)
}
