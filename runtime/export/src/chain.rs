//! Whether the sessions of a subject follow each other without a gap.

use crate::manifest::{MANIFEST, Manifest, read_manifest};
use crate::verify::Trouble;
use std::path::{Path, PathBuf};

/// Everything that is wrong with the order of sealed folders, given from the first to the last session.
///
/// Each names the seal of the one before and has the next ordinal and the same subject; a first session
/// names none. The folders themselves are for [`crate::verify_folder`] to check.
pub fn verify_chain<P: AsRef<Path>>(folders: &[P]) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut before: Option<(PathBuf, Manifest)> = None;
    for folder in folders.iter().map(AsRef::as_ref) {
        let file = folder.join(MANIFEST);
        match read_manifest(folder) {
            Ok(manifest) => {
                link(&file.display().to_string(), before.as_ref(), &manifest, &mut troubles);
                before = Some((folder.to_owned(), manifest));
            }
            Err(fault) => {
                troubles.push(Trouble::new(file.display().to_string(), fault.code(), fault.to_string()));
                before = None;
            }
        }
    }
    troubles
}

fn link(file: &str, before: Option<&(PathBuf, Manifest)>, manifest: &Manifest, troubles: &mut Vec<Trouble>) {
    let mut trouble = |code, what| troubles.push(Trouble::new(file, code, what));
    let named = manifest.previous.as_deref().unwrap_or("none");
    let Some((folder, previous)) = before else {
        // The start of a chain, or of the part of it that is at hand.
        if (manifest.session == 1) != manifest.previous.is_none() {
            trouble("chain-broken", format!("session {} names {named} as its predecessor", manifest.session));
        }
        return;
    };
    let folder = folder.display();
    if manifest.previous.as_deref() != Some(previous.seal.as_str()) {
        trouble(
            "chain-broken",
            format!("it names {named} as its predecessor, the seal of {folder} is {}", previous.seal),
        );
    }
    if Some(manifest.session) != previous.session.checked_add(1) {
        let (this, last) = (manifest.session, previous.session);
        trouble("chain-order", format!("it is session {this}, that of {folder} is session {last}"));
    }
    if manifest.subject != previous.subject {
        let (this, last) = (&manifest.subject, &previous.subject);
        trouble("chain-subject", format!("its subject is {this}, that of {folder} is {last}"));
    }
}
