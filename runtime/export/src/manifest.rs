//! `manifest.json`: the digest of each file, and the seal.

use crate::ExportFault;
use crate::folder::load;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use trialect_ir::record::Header;
use trialect_ir::{canonical_json, digest};

/// Name of the file.
pub const MANIFEST: &str = "manifest.json";

/// What the file says. Its bytes are canonical JSON (RFC 8785).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Digest of every other file of the folder, by its path from there.
    pub files: BTreeMap<String, String>,
    /// Name and version of the record's format.
    pub format: String,
    /// Seal of the session before; null in the first.
    pub previous: Option<String>,
    /// The protocol's hash.
    pub protocol_hash: String,
    /// Identity of the run.
    pub run_identity: String,
    /// Digest over the canonical bytes of all the rest of the manifest.
    pub seal: String,
    /// Ordinal in the subject's chain, from 1.
    pub session: u32,
    /// The subject's name.
    pub subject: String,
}

impl Manifest {
    /// The manifest of a session, sealed.
    pub(crate) fn new(header: &Header, files: BTreeMap<String, String>) -> Manifest {
        let mut manifest = Manifest {
            files,
            format: header.format.clone(),
            previous: header.previous.clone(),
            protocol_hash: header.protocol.hash.clone(),
            run_identity: header.run_identity.clone(),
            seal: String::new(),
            session: header.session,
            subject: header.subject.clone(),
        };
        manifest.seal = manifest.proper_seal();
        manifest
    }

    /// The seal that the rest of the manifest gives.
    pub(crate) fn proper_seal(&self) -> String {
        let mut value = self.value();
        if let Value::Object(map) = &mut value {
            map.remove("seal");
        }
        digest(&canonical_json(&value))
    }

    /// Its canonical bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        canonical_json(&self.value())
    }

    fn value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads bytes; whether they are canonical and the seal holds is not said.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        serde_json::from_slice(bytes).map_err(|error| format!("not a manifest: {error}"))
    }

    /// What is wrong with the manifest itself: code and words.
    pub(crate) fn flaw(&self, bytes: &[u8]) -> Option<(&'static str, &'static str)> {
        if self.bytes() != bytes {
            return Some(("manifest-not-canonical", "its bytes are not the canonical ones; it was edited"));
        }
        if self.proper_seal() != self.seal {
            return Some(("seal-broken", "its seal is not that of what it says; it was edited"));
        }
        None
    }
}

/// Reads the manifest of a sealed folder and checks its seal, which the next session names as `previous`.
///
/// # Errors
/// [`ExportFault::NotSealed`] if there is none; [`ExportFault::Unreadable`] if it is not canonical or the seal is broken.
pub fn read_manifest(folder: &Path) -> Result<Manifest, ExportFault> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        return Err(ExportFault::NotSealed { path });
    }
    let bytes = load(&path)?;
    let checked = Manifest::parse(&bytes).and_then(|manifest| match manifest.flaw(&bytes) {
        Some((_, why)) => Err(why.to_owned()),
        None => Ok(manifest),
    });
    checked.map_err(|why| ExportFault::Unreadable { path, why })
}
