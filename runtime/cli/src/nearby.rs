//! Parts, libraries and protocols beside a text, from the disk.

use crate::failure::Failure;
use crate::protocol::read_text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trialect_driver::{Library, Trees, files_for_name, name_of_protocol, nearby};

/// The texts that a protocol uses and that the library does not have, by name; the first folder comes first.
pub(crate) fn texts(text: &str, folders: &[&Path], library: &Library) -> Result<BTreeMap<String, String>, Failure> {
    let mut read = |path: &Path| if path.is_file() { read_text(path).map(Some) } else { Ok(None) };
    let near = nearby(text, folders, library, &Trees::default(), &mut read)?;
    Ok(near.into_iter().map(|(name, near)| (name, near.text)).collect())
}

/// Where what stands beside a text is looked for: its folder, then the folder above.
pub(crate) fn folders(text: &Path) -> [PathBuf; 2] {
    let folder = text.parent().unwrap_or(Path::new(""));
    [folder.to_path_buf(), folder.join("..")]
}

/// The file of the protocol of this name beside a study.
pub(crate) fn protocol(name: &str, study: &Path) -> Result<Option<PathBuf>, Failure> {
    for path in folders(study).iter().flat_map(|folder| files_for_name(name, folder)) {
        if path.is_file() && name_of_protocol(&read_text(&path)?).as_deref() == Some(name) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
