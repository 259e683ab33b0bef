//! `trialect audit`: existing data, held against a protocol.

use crate::arguments::AuditOptions;
use crate::failure::Failure;
use crate::{machine, output, protocol};
use std::path::PathBuf;
use trialect_audit::{AuditFault, Finding, Map, audit, read_map};
use trialect_driver::Compiled;

pub(crate) fn run(options: &AuditOptions) -> Result<(), Failure> {
    let (program, compiled) = protocol::program(&options.protocol, &options.library)?;
    let path = options.map.display().to_string();
    let map = read_map(&path, &protocol::read_text(&options.map)?).map_err(|why| fault(&why))?;
    let tables = tables(options, &map)?;
    let mut machine = machine::machine(options.machine, &program)?;
    let place = |text: &str| place(&compiled, text);
    let report = audit(&program, machine.as_mut(), &map, &path, &tables, &place).map_err(|why| fault(&why))?;
    match options.json {
        true => output::say(&serde_json::to_string_pretty(&report).unwrap_or_default()),
        false => output::say(&report.text()),
    }
    if report.finding == Finding::Holds { Ok(()) } else { Err(Failure::Found) }
}

fn fault(why: &AuditFault) -> Failure {
    Failure::trouble(why.code(), why.to_string())
}

/// The tables that the command line names, else those of the map, from its folder.
fn tables(options: &AuditOptions, map: &Map) -> Result<Vec<PathBuf>, Failure> {
    if !options.table.is_empty() {
        return Ok(options.table.clone());
    }
    let folder = options.map.parent().map(PathBuf::from).unwrap_or_default();
    let named: Vec<PathBuf> =
        map.files.iter().filter_map(|file| file.path.as_ref()).map(|path| folder.join(path)).collect();
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
