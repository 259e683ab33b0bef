//! Parts and libraries beside a text: files that are called as the last word of their name.

use crate::compile::Library;
use crate::names::{name_for_use, used_by};
use crate::trees::Trees;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A text that others use, and the file in which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Where.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// The texts that a text uses, directly or through others, and that the library does not have, by name.
///
/// `use ibl.rig.wheel` is `wheel.trial`, `rig/wheel.trial` or `ibl/rig/wheel.trial` in one of the folders, the first of
/// which comes first; it may as well be a part in the library `ibl.rig`. The file says its name in its first line, and
/// another name there is another file. `read` gives a file's text, or none when there is no such file.
///
/// # Errors
/// Whatever `read` fails with.
pub fn nearby<E>(
    text: &str,
    folders: &[&Path],
    library: &Library,
    trees: &Trees,
    read: &mut dyn FnMut(&Path) -> Result<Option<String>, E>,
) -> Result<BTreeMap<String, Near>, E> {
    let mut near = BTreeMap::new();
    let mut open = used_by(text, trees);
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) || library.text(&name).is_some() {
            continue;
        }
        let library_of = name.rsplit_once('.').map(|(library, _)| library);
        match found(&name, folders, read)? {
            Some(found) => {
                open.extend(used_by(&found.text, trees));
                near.insert(name, found);
            }
            None => open.extend(library_of.map(str::to_string)),
        }
    }
    Ok(near)
}

/// The files in a folder that may have a name: `c.trial`, `b/c.trial`, `a/b/c.trial` for `a.b.c`.
pub fn files_for_name(name: &str, folder: &Path) -> Vec<PathBuf> {
    let words: Vec<&str> = name.split('.').collect();
    (0..words.len()).rev().map(|from| folder.join(format!("{}.trial", words[from..].join("/")))).collect()
}

/// The first file that says that it has the name.
fn found<E>(
    name: &str,
    folders: &[&Path],
    read: &mut dyn FnMut(&Path) -> Result<Option<String>, E>,
) -> Result<Option<Near>, E> {
    for path in folders.iter().flat_map(|folder| files_for_name(name, folder)) {
        if let Some(text) = read(&path)?
            && name_for_use(&text).as_deref() == Some(name)
        {
            return Ok(Some(Near { path, text }));
        }
    }
    Ok(None)
}
