//! The data of an audit: files with what says what they hold.

use crate::bind::target;
use crate::facts::Facts;
use crate::fault::{AuditFault, Refusal};
use crate::import::{Format, Import, effective, import};
use crate::map::Map;
use std::path::{Path, PathBuf};
use trialect_ir::Program;

/// Sessions of one subject in their order.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// Tables, files of other programs, or folders of sessions.
    pub tables: &'a [PathBuf],
    /// What their columns are; none where their formats say it.
    pub map: Option<&'a Map>,
    /// What people call the map.
    pub map_path: &'a str,
    /// The format that they are in; none finds it out.
    pub format: Option<Format>,
    /// The protocol that the audit is compared with: a name that it has and this one has not is left out, not refused.
    pub other: Option<&'a Program>,
}

/// A file that is ready to be read.
pub(crate) struct Opened {
    pub(crate) import: Import,
    pub(crate) map: Map,
    /// Names that the protocol does not have.
    pub(crate) left_out: Vec<String>,
    /// What people call the map.
    pub(crate) map_path: String,
}

impl Data<'_> {
    /// The map by which each file is read: its path, its format, and the map as text.
    ///
    /// # Errors
    /// As for an audit.
    pub fn maps(&self, program: &Program) -> Result<Vec<(PathBuf, Format, String)>, AuditFault> {
        let facts = Facts::of(program);
        let each = self.tables.iter().map(|path| {
            let opened = self.open(program, &facts, path)?;
            Ok((opened.import.path, opened.import.format, opened.map.toml()))
        });
        each.collect()
    }

    pub(crate) fn level(&self) -> f64 {
        self.map.map_or_else(|| Map::default().level, |map| map.level)
    }

    /// A map with values for files is for as many.
    pub(crate) fn check(&self) -> Result<(), AuditFault> {
        let Some(map) = self.map else { return Ok(()) };
        let Some(last) = map.files.last().filter(|_| map.files.len() != self.tables.len()) else { return Ok(()) };
        let (files, tables) = (map.files.len(), self.tables.len());
        let what = format!("the map has values for {files} files, and there are {tables} tables");
        let remedy = "write one `[[files]]` for each table, in the order of the sessions".into();
        let refusals = vec![Refusal { line: last.line, what, remedy }];
        Err(AuditFault::Map { path: self.map_path.into(), refusals })
    }

    pub(crate) fn open(&self, program: &Program, facts: &Facts, path: &Path) -> Result<Opened, AuditFault> {
        let import = import(program, path, self.format)?;
        let (mut map, mut left_out) = effective(program, facts, &import, self.map, self.map_path)?;
        if let Some(other) = self.other {
            share(program, facts, &mut map, other, &mut left_out);
        }
        let map_path = match self.map {
            Some(_) => self.map_path.to_owned(),
            None => format!("the names of {}", import.format.name()),
        };
        Ok(Opened { import, map, left_out, map_path })
    }
}

/// Leaves out of a map what only another protocol has.
fn share(program: &Program, facts: &Facts, map: &mut Map, other: &Program, left_out: &mut Vec<String>) {
    let others = Facts::of(other);
    if map.protocol.as_ref().is_some_and(|(name, _)| *name == other.name) {
        map.protocol = None;
    }
    let lists = map.files.iter_mut().map(|file| &mut file.values).chain([&mut map.bindings]);
    for list in lists {
        list.retain(|binding| {
            let lacks = target(program, facts, &binding.name).is_err() && target(other, &others, &binding.name).is_ok();
            if lacks {
                left_out.push(binding.name.clone());
            }
            !lacks
        });
    }
}
