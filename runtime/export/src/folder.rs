//! The session's folder: which files it holds, and how one gets there whole or not at all.

use crate::ExportFault;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use trialect_ir::Digesting;

/// Ending of a file that is being written.
const PART: &str = "part";

/// Every file of the folder, at any depth, by its path from there with `/` between the parts.
pub(crate) fn list(folder: &Path) -> Result<BTreeMap<String, PathBuf>, ExportFault> {
    let mut files = BTreeMap::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, place)) = open.pop() {
        let failed = |error: std::io::Error| ExportFault::io(&place, "listing the folder", &error);
        for item in fs::read_dir(&place).map_err(failed)? {
            let item = item.map_err(failed)?;
            let (path, kind) = (item.path(), item.file_type().map_err(failed)?);
            let Ok(name) = item.file_name().into_string() else {
                return Err(ExportFault::Strange { path, why: "its name is not Unicode" });
            };
            let name = format!("{prefix}{name}");
            if kind.is_dir() {
                open.push((format!("{name}/"), path));
            } else if kind.is_file() {
                files.insert(name, path);
            } else {
                return Err(ExportFault::Strange { path, why: "it is a link or a device" });
            }
        }
    }
    Ok(files)
}

/// The path of a file that a header names; none if it would lie outside the folder.
pub(crate) fn inside(folder: &Path, file: &str) -> Option<PathBuf> {
    let path = Path::new(file);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.file_name().is_some()).then(|| folder.join(path))
}

/// The bytes of a file.
pub(crate) fn load(path: &Path) -> Result<Vec<u8>, ExportFault> {
    fs::read(path).map_err(|error| ExportFault::io(path, "reading", &error))
}

/// The digest of a file, however long it is.
pub(crate) fn digest(path: &Path) -> Result<String, ExportFault> {
    let failed = |error: std::io::Error| ExportFault::io(path, "reading", &error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut digest, mut bytes) = (Digesting::default(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes).map_err(failed)? {
            0 => return Ok(digest.finish()),
            read => digest.take(&bytes[..read]),
        }
    }
}

/// Begins a file that [`finish`] puts in place.
pub(crate) fn begin(folder: &Path, name: &str) -> Result<BufWriter<File>, ExportFault> {
    let part = part(folder, name);
    let file = File::create(&part).map_err(|error| ExportFault::io(&part, "writing", &error))?;
    Ok(BufWriter::new(file))
}

/// Puts a file in place that [`begin`] began.
pub(crate) fn finish(folder: &Path, name: &str) -> Result<(), ExportFault> {
    let (path, part) = (folder.join(name), part(folder, name));
    sync_file(&part)?;
    fs::rename(&part, &path).map_err(|error| ExportFault::io(&path, "renaming a finished file", &error))
}

/// Puts a file in place: written under another name, made safe on the disk, then renamed.
pub(crate) fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), ExportFault> {
    let (path, part) = (folder.join(name), part(folder, name));
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| ExportFault::io(&part, "writing", &error))?;
    fs::rename(&part, &path).map_err(|error| ExportFault::io(&path, "renaming a finished file", &error))
}

/// Removes what [`replace`] left when it was interrupted.
pub(crate) fn clear(folder: &Path, name: &str) -> Result<(), ExportFault> {
    let part = part(folder, name);
    match fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ExportFault::io(&part, "removing an unfinished file", &error))
        }
        _ => Ok(()),
    }
}

fn part(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.{PART}"))
}

/// Makes a file that others wrote safe on the disk. Windows asks for the right to write for that.
pub(crate) fn sync_file(path: &Path) -> Result<(), ExportFault> {
    let file = OpenOptions::new().read(true).write(cfg!(windows)).open(path);
    file.and_then(|file| file.sync_all()).map_err(|error| ExportFault::io(path, "waiting for the disk", &error))
}

/// Makes the names in a folder safe on the disk. On Windows a folder cannot be synced and need not be.
pub(crate) fn sync(folder: &Path) -> Result<(), ExportFault> {
    if !cfg!(unix) {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|file| file.sync_all());
    synced.map_err(|error| ExportFault::io(folder, "waiting for the disk", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_can_name_files_of_the_folder_only() {
        let folder = Path::new("folder");
        assert_eq!(inside(folder, "sources/a.trial"), Some(folder.join("sources/a.trial")));
        for outside in ["", "..", "../a", "a/../../b", "/etc/passwd", "./../a"] {
            assert_eq!(inside(folder, outside), None, "{outside}");
        }
    }
}
