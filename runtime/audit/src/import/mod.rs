//! Data as other programs write them: their format is known by what stands in the file, and gives the names of the
//! protocol to what it has, so that no map is needed.

mod alf;
mod bpod;
mod held;
mod ibl_raw;
mod mat;
mod names;
mod pycontrol;

pub(crate) use names::effective;

use crate::fault::AuditFault;
use crate::map::Map;
use crate::table::{Table, open};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use trialect_ir::Program;

/// How data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A session of Trialect: `trials.parquet`.
    Trialect,
    /// The raw files of the IBL rig program, version 5 and later.
    IblRaw,
    /// A trials table of the International Brain Laboratory (ALF).
    Alf,
    /// `SessionData` of Bpod, a MAT-file.
    Bpod,
    /// A `.tsv` of pyControl, version 2 and later.
    PyControl,
    /// A table of which only a map says what its columns are.
    Table,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 6] =
        [Format::Trialect, Format::IblRaw, Format::Alf, Format::Bpod, Format::PyControl, Format::Table];

    /// What it is called on the command line, in maps and reports.
    pub fn name(self) -> &'static str {
        match self {
            Format::Trialect => "trialect",
            Format::IblRaw => "ibl-raw",
            Format::Alf => "alf",
            Format::Bpod => "bpod",
            Format::PyControl => "pycontrol",
            Format::Table => "table",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Data that are ready to be read.
pub(crate) struct Import {
    pub(crate) format: Format,
    /// The file that is read, where a folder was named.
    pub(crate) path: PathBuf,
    pub(crate) table: Box<dyn Table>,
    /// What its columns are, as far as the format says; none for a plain table.
    pub(crate) names: Option<Map>,
}

/// Opens a file, or a session's folder, in the format that it is in or that is named.
///
/// # Errors
/// It cannot be read, or is not in the format that is named.
pub(crate) fn import(program: &Program, path: &Path, format: Option<Format>) -> Result<Import, AuditFault> {
    let (found, path) = detect(path, format)?;
    let format = format.unwrap_or(found);
    let (table, names): (Box<dyn Table>, Option<Map>) = match format {
        Format::Bpod => {
            let (table, names) = bpod::read(program, &path)?;
            (Box::new(table), Some(names))
        }
        Format::PyControl => {
            let (table, names) = pycontrol::read(program, &path)?;
            (Box::new(table), Some(names))
        }
        Format::IblRaw => {
            let (table, names) = ibl_raw::read(&path)?;
            (Box::new(table), Some(names))
        }
        Format::Alf => {
            let (table, names) = alf::read(&path)?;
            (Box::new(table), Some(names))
        }
        Format::Trialect => (open(&path)?, Some(Map { own: true, ..Map::default() })),
        Format::Table => (open(&path)?, None),
    };
    Ok(Import { format, path, table, names })
}

/// Files that a session's folder has, by format, from the folder or one below it.
const FILES: [(Format, &[&str], &[&str]); 3] = [
    (Format::Trialect, &[""], &["trials.parquet"]),
    (Format::IblRaw, &["", "raw_behavior_data", "raw_task_data_00"], &["_iblrig_taskData.raw.jsonable"]),
    (Format::Alf, &["", "alf", "alf/task_00"], &["_ibl_trials.table.pqt"]),
];

/// The format of a file by what stands in it, and the file that a folder stands for.
fn detect(path: &Path, named: Option<Format>) -> Result<(Format, PathBuf), AuditFault> {
    if path.is_dir() {
        for (format, folders, files) in
            FILES.into_iter().filter(|(format, ..)| named.is_none_or(|name| name == *format))
        {
            let places = folders.iter().flat_map(|folder| files.iter().map(move |file| path.join(folder).join(file)));
            if let Some(place) = places.into_iter().find(|place| place.is_file()) {
                return Ok((format, place));
            }
        }
        let files: Vec<&str> = FILES.into_iter().flat_map(|(_, _, files)| files.iter().copied()).collect();
        let why = format!("the folder has none of {}; name the file itself", files.join(", "));
        return Err(fault(path, why));
    }
    let mut head = vec![0; 4096];
    let mut file = File::open(path).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
    let read = file.read(&mut head).map_err(|error| fault(path, format!("{error}; name a file that can be read")))?;
    head.truncate(read);
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let format = if head.starts_with(b"MATLAB ") || head.starts_with(b"\x89HDF") {
        Format::Bpod
    } else if pycontrol::begins(first_line) {
        Format::PyControl
    } else if ibl_raw::begins(&head) {
        Format::IblRaw
    } else {
        // Whether a table can be read at all is told when it is.
        open(path).map_or(Format::Table, |table| of_columns(table.columns()))
    };
    Ok((format, path.into()))
}

/// A table's format by its columns.
fn of_columns(columns: &[String]) -> Format {
    let has = |names: &[&str]| names.iter().all(|name| columns.iter().any(|column| column == name));
    if has(&["protocol_hash", "run_identity", "outcome"]) {
        Format::Trialect
    } else if has(&alf::COLUMNS) {
        Format::Alf
    } else {
        Format::Table
    }
}

fn fault(path: &Path, why: impl Into<String>) -> AuditFault {
    AuditFault::Table { path: path.display().to_string(), why: why.into() }
}
