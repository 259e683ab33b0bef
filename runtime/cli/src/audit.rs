//! `trialect audit`: existing data, held against a protocol.

use crate::arguments::AuditOptions;
use crate::failure::Failure;
use crate::{machine, output, protocol};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_audit::{AuditFault, Comparison, Data, Finding, Fit, Format, Map, Report, audit, read_map};
use trialect_driver::Compiled;
use trialect_ir::Program;

/// A protocol with the map by which data are read for it.
struct Side<'o> {
    /// As the command line names it.
    path: &'o Path,
    program: Arc<Program>,
    compiled: Compiled,
    /// The map, and what people call it.
    map: Option<(Map, String)>,
}

impl<'o> Side<'o> {
    fn new(options: &AuditOptions, path: &'o Path, map: Option<&Path>) -> Result<Side<'o>, Failure> {
        let (program, compiled) = protocol::program(path, &options.library)?;
        let map = match map {
            Some(path) => {
                let name = path.display().to_string();
                Some((read_map(&name, &protocol::read_text(path)?).map_err(|why| fault(&why))?, name))
            }
            None => None,
        };
        Ok(Side { path, program, compiled, map })
    }

    fn data<'a>(&'a self, tables: &'a [PathBuf], format: Option<Format>, other: Option<&'a Side<'_>>) -> Data<'a> {
        let (map, map_path) = self.map.as_ref().map(|(map, path)| (map, path.as_str())).unzip();
        Data {
            tables,
            map,
            map_path: map_path.unwrap_or_default(),
            format,
            other: other.map(|side| side.program.as_ref()),
        }
    }

    fn audit(&self, options: &AuditOptions, data: &Data<'_>) -> Result<Report, Failure> {
        let mut machine = machine::machine(options.machine, &self.program)?;
        let place = |text: &str| place(&self.compiled, text);
        audit(&self.program, machine.as_mut(), data, &place).map_err(|why| fault(&why))
    }
}

pub(crate) fn run(options: &AuditOptions) -> Result<(), Failure> {
    let format = options.format.as_deref().map(format).transpose()?;
    let map = options.map.as_deref();
    let first = Side::new(options, &options.protocol, map)?;
    let second = match &options.against {
        Some(path) => Some(Side::new(options, path, options.against_map.as_deref().or(map))?),
        None => None,
    };
    let tables = tables(options, first.map.as_ref().map(|(map, _)| map))?;
    // One map for two protocols may name what only one of them has.
    let shared = options.against_map.is_none();
    let data = first.data(&tables, format, second.as_ref().filter(|_| shared));
    if options.show_map {
        let maps = data.maps(&first.program).map_err(|why| fault(&why))?;
        let shown = maps.iter().map(|(path, format, map)| format!("# {}: {}\n{map}", path.display(), format.name()));
        output::say(shown.collect::<Vec<_>>().join("\n").trim_end());
        return Ok(());
    }
    let report = first.audit(options, &data)?;
    let Some(second) = &second else {
        told(options, &report, &|| report.text(), &|| report.page())?;
        return if report.finding == Finding::Holds { Ok(()) } else { Err(Failure::Found) };
    };
    let other = second.audit(options, &second.data(&tables, format, Some(&first).filter(|_| shared)))?;
    let names = [&first, second].map(|side| side.path.display().to_string());
    let comparison = Comparison::of(report, other, [&names[0], &names[1]]);
    told(options, &comparison, &|| comparison.text(), &|| comparison.page())?;
    if comparison.fits == Fit::Second { Err(Failure::Found) } else { Ok(()) }
}

/// Says a result, and writes its page.
fn told<R: Serialize>(
    options: &AuditOptions,
    result: &R,
    text: &dyn Fn() -> String,
    page: &dyn Fn() -> String,
) -> Result<(), Failure> {
    if let Some(path) = &options.html {
        std::fs::write(path, page()).map_err(|error| {
            let message = format!("{}: {error}; name a file that can be written", path.display());
            Failure::trouble("cannot-write", message)
        })?;
    }
    match options.json {
        true => output::say(&serde_json::to_string_pretty(result).unwrap_or_default()),
        false => output::say(&text()),
    }
    Ok(())
}

fn format(name: &str) -> Result<Format, Failure> {
    Format::named(name).ok_or_else(|| {
        let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        let message = format!("`{name}` is no format; there are {}", names.join(", "));
        Failure::trouble("audit-format", message)
    })
}

fn fault(why: &AuditFault) -> Failure {
    Failure::trouble(why.code(), why.to_string())
}

/// The tables that the command line names, else those of the map, from its folder.
fn tables(options: &AuditOptions, map: Option<&Map>) -> Result<Vec<PathBuf>, Failure> {
    if !options.table.is_empty() {
        return Ok(options.table.clone());
    }
    let folder = options.map.as_deref().and_then(Path::parent).map(PathBuf::from).unwrap_or_default();
    let files = map.map(|map| map.files.as_slice()).unwrap_or_default();
    let named: Vec<PathBuf> =
        files.iter().filter_map(|file| file.path.as_ref()).map(|path| folder.join(path)).collect();
    if named.is_empty() {
        let message = "no table is named; give `--table FILE`, or `path` of `[[files]]` in the map";
        return Err(Failure::trouble("audit-table", message));
    }
    Ok(named)
}

/// Where a clause stands in the texts: its words, whatever the blanks between them.
fn place(compiled: &Compiled, clause: &str) -> Option<String> {
    let wanted: Vec<&str> = clause.split_whitespace().collect();
    let first = wanted.first()?;
    for text in &compiled.texts {
        for (number, line) in text.text.lines().enumerate() {
            if !line.split_whitespace().any(|word| word == *first) {
                continue;
            }
            let rest = text
                .text
                .lines()
                .skip(number)
                .flat_map(|line| line.split(" #").next().unwrap_or_default().split_whitespace());
            let found: Vec<&str> = rest.skip_while(|word| word != first).take(wanted.len()).collect();
            if found == wanted {
                return Some(format!("{}:{}", text.name, number + 1));
            }
        }
    }
    None
}
