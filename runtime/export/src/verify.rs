//! Whether a sealed folder is what it was when it was sealed, and whether it all comes from its journal.

use crate::folder::{list, load};
use crate::loaded::Loaded;
use crate::manifest::{MANIFEST, Manifest};
use crate::seal::{check_source, products, tables};
use crate::session_json::{SESSION, SessionFile};
use crate::table::{stamps, stamps_in};
use crate::{ExportFault, folder, samples};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use trialect_ir::digest;
use trialect_ir::record::Header;
use trialect_journal::{FILE, SAMPLES};

/// Something that is wrong with a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The file, by its path from the folder.
    pub file: String,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
}

impl Trouble {
    pub(crate) fn new(file: impl Into<String>, code: &'static str, what: impl Into<String>) -> Trouble {
        Trouble { file: file.into(), code, what: what.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

/// Everything that is wrong with a sealed folder; nothing if it is as it was sealed.
///
/// The manifest is canonical and its seal holds; every file is there, no other is, each has its digest;
/// journal, `session.json` and tables name the same session as the manifest; what is derived comes from the
/// journal byte for byte; the sources are those of the header. Whether the sources give the protocol's hash
/// is for the compiler to say.
pub fn verify_folder(folder: &Path) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let Some(manifest) = manifest(folder, &mut troubles) else { return troubles };
    let whole = files(folder, &manifest, &mut troubles);
    let journal = match whole.get(FILE) {
        Some(bytes) => Loaded::parse(&folder.join(FILE), bytes),
        None => return troubles,
    };
    match journal {
        Ok(mut loaded) => {
            agrees(FILE, stamps_of(&loaded.header), &manifest, &mut troubles);
            sources(folder, &loaded.header, &mut troubles);
            if !streams(folder, &mut loaded, &manifest, &mut troubles) {
                return troubles;
            }
            derived(&loaded, &whole, &mut troubles);
        }
        Err(fault) => troubles.push(Trouble::new(FILE, fault.code(), fault.to_string())),
    }
    troubles
}

fn manifest(folder: &Path, troubles: &mut Vec<Trouble>) -> Option<Manifest> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        let what = "there is none, so the session is not sealed; seal it, or recover it after a crash";
        troubles.push(Trouble::new(MANIFEST, "not-sealed", what));
        return None;
    }
    let bytes =
        load(&path).map_err(|fault| troubles.push(Trouble::new(MANIFEST, fault.code(), fault.to_string()))).ok()?;
    match Manifest::parse(&bytes) {
        Ok(manifest) => {
            let flaw = manifest.flaw(&bytes);
            troubles.extend(flaw.map(|(code, what)| Trouble::new(MANIFEST, code, what)));
            Some(manifest)
        }
        Err(what) => {
            troubles.push(Trouble::new(MANIFEST, "manifest-unreadable", what));
            None
        }
    }
}

/// The files that are there and have their digest.
fn files(place: &Path, manifest: &Manifest, troubles: &mut Vec<Trouble>) -> BTreeMap<String, Vec<u8>> {
    let found = match list(place) {
        Ok(found) => found,
        Err(fault) => {
            let strange =
                if let ExportFault::Strange { path, .. } = &fault { path.strip_prefix(place).ok() } else { None };
            let file = strange.map_or_else(|| ".".to_owned(), |path| path.display().to_string());
            troubles.push(Trouble::new(file, fault.code(), fault.to_string()));
            return BTreeMap::new();
        }
    };
    let mut whole = BTreeMap::new();
    for name in found.keys().filter(|name| *name != MANIFEST && !manifest.files.contains_key(*name)) {
        troubles.push(Trouble::new(name, "file-extra", "the manifest does not name it; it was added after the seal"));
    }
    for (name, expected) in &manifest.files {
        let Some(path) = found.get(name) else {
            troubles.push(Trouble::new(name, "file-missing", "the manifest names it; it was removed after the seal"));
            continue;
        };
        let read = if samples::is_long(name) {
            folder::digest(path).map(|found| (Vec::new(), found))
        } else {
            load(path).map(|bytes| {
                let found = digest(&bytes);
                (bytes, found)
            })
        };
        match read {
            Ok((bytes, found)) if found == *expected => {
                whole.insert(name.clone(), bytes);
            }
            Ok(_) => troubles.push(Trouble::new(
                name,
                "file-changed",
                "its digest is not the manifest's; it was changed after the seal",
            )),
            Err(fault) => troubles.push(Trouble::new(name, fault.code(), fault.to_string())),
        }
    }
    for name in [FILE, SESSION].iter().filter(|name| !manifest.files.contains_key(**name)) {
        troubles.push(Trouble::new(*name, "file-missing", "the manifest does not name it, but every session has one"));
    }
    whole
}

/// What names a session: subject, ordinal, protocol, run, predecessor, format.
type Stamps = [(&'static str, String); 6];

fn six(subject: &str, session: u32, protocol: &str, run: &str, previous: Option<&String>, format: &str) -> Stamps {
    [
        ("subject", subject.to_owned()),
        ("session", session.to_string()),
        ("protocol_hash", protocol.to_owned()),
        ("run_identity", run.to_owned()),
        ("previous", previous.cloned().unwrap_or_else(|| "none".to_owned())),
        ("format", format.to_owned()),
    ]
}

fn stamps_of(h: &Header) -> Stamps {
    six(&h.subject, h.session, &h.protocol.hash, &h.run_identity, h.previous.as_ref(), &h.format)
}

fn agrees(file: &str, found: Stamps, m: &Manifest, troubles: &mut Vec<Trouble>) {
    let expected = six(&m.subject, m.session, &m.protocol_hash, &m.run_identity, m.previous.as_ref(), &m.format);
    for ((name, found), (_, expected)) in found.iter().zip(&expected).filter(|(found, expected)| found != expected) {
        let what = format!("its {name} is {found}, the manifest's is {expected}");
        troubles.push(Trouble::new(file, "stamp-differs", what));
    }
}

fn sources(folder: &Path, header: &Header, troubles: &mut Vec<Trouble>) {
    for source in &header.sources {
        if let Err(fault) = check_source(folder, source) {
            troubles.push(Trouble::new(&source.file, fault.code(), fault.to_string()));
        }
    }
}

/// Makes the tables of what was sampled again and compares; false when what was sampled cannot be read.
fn streams(folder: &Path, loaded: &mut Loaded, manifest: &Manifest, troubles: &mut Vec<Trouble>) -> bool {
    for k in 0..loaded.header.streams.len() {
        let name = samples::file(&loaded.header.streams[k]);
        let (about, digest) = match samples::write(folder, loaded, k, std::io::sink()) {
            Ok(made) => made,
            Err(fault) => {
                if !troubles.iter().any(|trouble| trouble.file == SAMPLES) {
                    troubles.push(Trouble::new(SAMPLES, fault.code(), fault.to_string()));
                }
                return false;
            }
        };
        loaded.streams.push(about);
        if manifest.files.get(&name).is_none_or(|found| *found != digest) {
            let what = "it is not what the samples give; it was edited, or written by another version";
            troubles.push(Trouble::new(name, "not-from-samples", what));
        }
    }
    true
}

/// Makes everything again that is derived from the journal and compares.
fn derived(loaded: &Loaded, whole: &BTreeMap<String, Vec<u8>>, troubles: &mut Vec<Trouble>) {
    let Some(session) = whole.get(SESSION) else { return };
    let status = match serde_json::from_slice::<SessionFile>(session) {
        Ok(session) => session.status,
        Err(error) => {
            let what = format!("not the record of a session: {error}");
            return troubles.push(Trouble::new(SESSION, "record-unreadable", what));
        }
    };
    let made = tables(&loaded.header, &loaded.entries).and_then(|tables| products(loaded, tables, status));
    let made = match made {
        Ok(made) => made,
        Err(fault) => return troubles.push(Trouble::new(FILE, fault.code(), fault.to_string())),
    };
    for (name, expected) in made {
        match whole.get(name) {
            Some(found) if *found == expected => {}
            Some(found) => troubles.push(differs(name, found, &loaded.header)),
            // A file that is there with another digest has been named already.
            None if troubles.iter().any(|trouble| trouble.file == name) => {}
            None => troubles.push(Trouble::new(
                name,
                "file-missing",
                "the manifest does not name it, but the journal gives it",
            )),
        }
    }
}

/// A derived file that has the manifest's digest but is not what the journal gives.
fn differs(name: &str, found: &[u8], header: &Header) -> Trouble {
    let expected = stamps(name, header);
    let strange = stamps_in(found).and_then(|found| {
        let differs = |(key, value): &(String, String)| found.get(key) != Some(value);
        expected.into_iter().find(differs).map(|(key, value)| {
            let found = found.get(&key).map_or("none", String::as_str).to_owned();
            format!("its {key} is {found}, the journal's is {value}; it belongs to another session")
        })
    });
    match strange {
        Some(what) => Trouble::new(name, "stamp-differs", what),
        None => Trouble::new(
            name,
            "not-from-journal",
            "it is not what the journal gives; it was edited, or written by another version",
        ),
    }
}
