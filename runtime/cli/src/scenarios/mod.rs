//! `trialect test`: runs the scenarios of protocols and studies and says which expectations did not hold.

mod junit;
mod passing;
mod play;
mod report;
mod script;
mod unread;
mod watch;

use crate::arguments::TestOptions;
use crate::course::{self, Read};
use crate::failure::Failure;
use crate::protocol::{PROTOCOL, SCENARIOS, compile_with_scenarios, read_text};
use crate::{output, render};
use play::{Miss, Played};
use report::Suite;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use trialect_base::Span;
use trialect_driver::{Compiled, CompiledStudy, Expectation, Scenario, StudyScenario};

/// What reports say of a scenario.
pub(crate) struct Told {
    title: String,
    span: Span,
    seeds: u32,
    expectations: Vec<Expectation>,
}

/// A scenario with what became of it.
pub(crate) struct Tested {
    told: Told,
    played: Played,
}

pub(crate) fn run(options: &TestOptions) -> Result<(), Failure> {
    let files = protocols(&options.protocol)?;
    let (mut suites, mut broken) = (Vec::new(), false);
    for file in &files {
        if course::is(file)? {
            match of_study(options, file) {
                Ok(suite) => suites.extend(suite),
                Err(Failure::Found) => broken = true,
                Err(failure) => return Err(failure),
            }
            continue;
        }
        let compiled = compile_with_scenarios(file, &options.library)?;
        if compiled.program.is_none() {
            render::to_stderr(&compiled);
            broken = true;
            continue;
        }
        suites.extend(suite(options, file, compiled)?);
    }
    if suites.is_empty() && !broken {
        return Err(none(options));
    }
    if let Some(path) = &options.junit {
        std::fs::write(path, junit::xml(&suites)).map_err(|error| {
            let message = format!("{}: {error}; name a file that can be written", path.display());
            Failure::trouble("cannot-write", message)
        })?;
    }
    if options.json || !suites.is_empty() {
        output::say(&if options.json { report::json(&suites) } else { report::text(&suites) });
    }
    let all_hold = suites.iter().all(|suite| suite.tested.iter().all(|tested| tested.played.misses.is_empty()));
    if all_hold && !broken { Ok(()) } else { Err(Failure::Found) }
}

/// The scenarios of a file that are wanted, played; none when there are none.
fn suite(options: &TestOptions, file: &Path, compiled: Compiled) -> Result<Option<Suite>, Failure> {
    let Compiled { scenarios, sources, .. } = compiled;
    let mut tested = Vec::new();
    let is_wanted = |scenario: &Scenario| options.scenario.as_ref().is_none_or(|title| *title == scenario.title);
    for scenario in scenarios.into_iter().filter(is_wanted) {
        let played = play::play(&scenario, options.machine)?;
        let Scenario { title, span, seeds, expectations, .. } = scenario;
        tested.push(Tested { told: Told { title, span, seeds, expectations }, played });
    }
    Ok((!tested.is_empty()).then(|| Suite { file: file.display().to_string(), sources, tested }))
}

/// The same for a study.
fn of_study(options: &TestOptions, file: &Path) -> Result<Option<Suite>, Failure> {
    let read = Read::new(file, &options.library, true)?;
    let CompiledStudy { sources, findings, .. } = &read.compiled;
    if !findings.is_empty() {
        output::complain(&render::text(findings, sources, std::io::stderr().is_terminal()));
    }
    let (scenarios, sources) = (read.compiled.scenarios.clone(), sources.clone());
    let course = read.course(file)?;
    let mut tested = Vec::new();
    let is_wanted = |title: &String| options.scenario.as_ref().is_none_or(|wanted| wanted == title);
    for scenario in scenarios.into_iter().filter(|scenario| is_wanted(&scenario.title)) {
        let played = passing::play(&scenario, &course, options.machine)?;
        let StudyScenario { title, span, seeds, expectations, .. } = scenario;
        tested.push(Tested { told: Told { title, span, seeds, expectations }, played });
    }
    Ok((!tested.is_empty()).then(|| Suite { file: file.display().to_string(), sources, tested }))
}

fn none(options: &TestOptions) -> Failure {
    let place = options.protocol.display();
    let message = match &options.scenario {
        Some(title) => format!("{place}: no scenario is called \"{title}\"; leave --scenario out to run all"),
        None => format!("{place}: there are no scenarios; write `scenario \"TITLE\" {{ run …; expect … }}`"),
    };
    Failure::trouble("no-scenarios", message)
}

/// The file itself, the protocol of a file of scenarios, or all protocols below a folder, by name.
fn protocols(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    if place.is_dir() {
        let mut files = Vec::new();
        below(place, &mut files)?;
        files.sort();
        return Ok(files);
    }
    let named = place.to_str().and_then(|name| name.strip_suffix(SCENARIOS)).map(|stem| format!("{stem}{PROTOCOL}"));
    Ok(vec![named.map_or_else(|| place.to_path_buf(), PathBuf::from)])
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let list = std::fs::read_dir(folder).map_err(|error| {
        Failure::trouble("cannot-read", format!("{}: {error}; name a folder of .trial files", folder.display()))
    })?;
    for entry in list.flatten() {
        let path = entry.path();
        // What a link leads to may be above it.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_folder {
            below(&path, files)?;
        } else if name.ends_with(PROTOCOL) && !name.ends_with(SCENARIOS) && is_protocol(&read_text(&path)?) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a text is a protocol or a study, by its first word; libraries stand beside them.
fn is_protocol(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("protocol ") || line.starts_with("study "))
}
