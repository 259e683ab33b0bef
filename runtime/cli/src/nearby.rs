//! Parts and libraries beside a protocol: files that are called as the last word of their name.

use crate::failure::Failure;
use crate::protocol::read_text;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trialect_driver::{Library, name_for_use, name_of_protocol, names_used};

/// The texts that a protocol uses, directly or through others, and that the library does not have, by name.
///
/// `use ibl.rig.wheel` is `wheel.trial`, `rig/wheel.trial` or `ibl/rig/wheel.trial` in one of the folders, the first of
/// which comes first; it may as well be a part in the library `ibl.rig`. The file says its name in its first line, and
/// another name there is another file.
pub(crate) fn texts(text: &str, folders: &[&Path], library: &Library) -> Result<BTreeMap<String, String>, Failure> {
    let mut near = BTreeMap::new();
    let mut open = names_used(text);
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) || library.text(&name).is_some() {
            continue;
        }
        let library_of = name.rsplit_once('.').map(|(library, _)| library);
        match found(&name, folders)? {
            Some(text) => {
                open.extend(names_used(&text));
                near.insert(name, text);
            }
            None => open.extend(library_of.map(str::to_string)),
        }
    }
    Ok(near)
}

/// Where what stands beside a text is looked for: its folder, then the folder above.
pub(crate) fn folders(text: &Path) -> [PathBuf; 2] {
    let folder = text.parent().unwrap_or(Path::new(""));
    [folder.to_path_buf(), folder.join("..")]
}

/// The file of the protocol of this name beside a study.
pub(crate) fn protocol(name: &str, study: &Path) -> Result<Option<PathBuf>, Failure> {
    for path in folders(study).iter().flat_map(|folder| candidates(name, folder)) {
        if path.is_file() && name_of_protocol(&read_text(&path)?).as_deref() == Some(name) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The first file that says that it has the name.
fn found(name: &str, folders: &[&Path]) -> Result<Option<String>, Failure> {
    for path in folders.iter().flat_map(|folder| candidates(name, folder)).filter(|path| path.is_file()) {
        let text = read_text(&path)?;
        if name_for_use(&text).as_deref() == Some(name) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// `c.trial`, `b/c.trial`, `a/b/c.trial` for `a.b.c`.
fn candidates(name: &str, folder: &Path) -> Vec<PathBuf> {
    let words: Vec<&str> = name.split('.').collect();
    (0..words.len()).rev().map(|from| folder.join(format!("{}.trial", words[from..].join("/")))).collect()
}
