//! Sealing: everything that is derived from a journal, and the manifest over it.

use crate::loaded::{Loaded, check};
use crate::manifest::{MANIFEST, Manifest};
use crate::session_json::{SESSION, Status};
use crate::table::parquet;
use crate::{ExportFault, events, folder, samples, session_json, states, trials, wheel};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trialect_ir::digest;
use trialect_ir::record::{Header, SourceStamp};
use trialect_journal::{Entry, FILE};

/// A session that has been sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The seal, which the next session of the subject names as `previous`.
    pub seal: String,
    /// The manifest's file.
    pub manifest: PathBuf,
    /// Number of rows of each table, by file.
    pub rows: Vec<(&'static str, usize)>,
}

/// A table as a Parquet file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// Name of the file.
    pub name: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The four tables of a record. The same header and entries give the same bytes; the header's `machine`,
/// `backend` and `sources` do not enter.
///
/// # Errors
/// [`ExportFault::Mismatch`] if a row does not fit the header; [`ExportFault::Table`] for a defect.
pub fn tables(header: &Header, entries: &[Entry]) -> Result<Vec<TableFile>, ExportFault> {
    check(header, entries)?;
    let all = [
        (trials::FILE, trials::columns(header, entries)),
        (states::FILE, states::columns(header, entries)),
        (events::FILE, events::columns(header, entries)),
        (wheel::FILE, wheel::columns(header, entries)),
    ];
    all.into_iter()
        .map(|(name, columns)| {
            let rows = columns.first().map_or(0, |column| column.cells.len());
            parquet(name, header, columns).map(|bytes| TableFile { name, rows, bytes })
        })
        .collect()
}

/// Seals the folder of a session whose journal has ended: tables, `session.json`, and last the manifest.
///
/// Each file is in place whole or not at all, and safe on the disk before the manifest is. Sealing again
/// gives the same bytes; a folder whose seal would become another is refused.
///
/// # Errors
/// [`ExportFault::NotEnded`], [`ExportFault::Source`], [`ExportFault::Sealed`], [`ExportFault::Strange`]; the
/// journal's faults; what the operating system refuses.
pub fn seal(place: &Path, status: Status) -> Result<Sealed, ExportFault> {
    let path = place.join(FILE);
    let mut loaded = Loaded::parse(&path, &folder::load(&path)?)?;
    for source in &loaded.header.sources {
        check_source(place, source)?;
    }
    let tables = tables(&loaded.header, &loaded.entries)?;
    let rows = tables.iter().map(|table| (table.name, table.rows)).collect();
    let streams = streams(place, &mut loaded)?;
    let products = products(&loaded, tables, status)?;
    for (name, _) in products.iter().chain([&(MANIFEST, Vec::new())]) {
        folder::clear(place, name)?;
    }
    let mut files = BTreeMap::new();
    for (name, path) in folder::list(place)?.into_iter().filter(|(name, _)| name != MANIFEST) {
        let made = products.iter().any(|(product, _)| *product == name)
            || streams.iter().any(|(stream, _)| name.starts_with(stream.as_str()));
        if made {
            continue;
        }
        folder::sync_file(&path)?;
        files.insert(name, folder::digest(&path)?);
    }
    let names: Vec<String> = streams.iter().map(|(name, _)| name.clone()).collect();
    files.extend(streams);
    files.extend(products.iter().map(|(name, bytes)| ((*name).to_owned(), digest(bytes))));
    let manifest = Manifest::new(&loaded.header, files);
    put(place, &products, &names, &manifest)?;
    Ok(Sealed { seal: manifest.seal, manifest: place.join(MANIFEST), rows })
}

/// Makes the tables of what was sampled, not yet in their place; their names and digests.
fn streams(place: &Path, loaded: &mut Loaded) -> Result<Vec<(String, String)>, ExportFault> {
    let mut made = Vec::new();
    for k in 0..loaded.header.streams.len() {
        let name = samples::file(&loaded.header.streams[k]);
        let (about, digest) = samples::write(place, loaded, k, folder::begin(place, &name)?)?;
        loaded.streams.push(about);
        made.push((name, digest));
    }
    Ok(made)
}

/// What is derived from a journal: tables and `session.json`, by name.
pub(crate) fn products(
    loaded: &Loaded,
    tables: Vec<TableFile>,
    status: Status,
) -> Result<Vec<(&'static str, Vec<u8>)>, ExportFault> {
    let session = session_json::bytes(loaded, &tables, status)?;
    let mut products: Vec<(&'static str, Vec<u8>)> =
        tables.into_iter().map(|table| (table.name, table.bytes)).collect();
    products.push((SESSION, session));
    Ok(products)
}

/// Writes the files and, when they are safe, the manifest.
fn put(
    place: &Path,
    products: &[(&'static str, Vec<u8>)],
    streams: &[String],
    manifest: &Manifest,
) -> Result<(), ExportFault> {
    let (path, bytes) = (place.join(MANIFEST), manifest.bytes());
    if path.exists() && folder::load(&path)? != bytes {
        streams.iter().try_for_each(|name| folder::clear(place, name))?;
        return Err(ExportFault::Sealed { path });
    }
    for name in streams {
        folder::finish(place, name)?;
    }
    for (name, bytes) in products {
        folder::replace(place, name, bytes)?;
    }
    folder::sync(place)?;
    folder::replace(place, MANIFEST, &bytes)?;
    folder::sync(place)
}

/// Whether a source text is in the folder and is the one that the header names.
pub(crate) fn check_source(place: &Path, source: &SourceStamp) -> Result<(), ExportFault> {
    let wrong = |path: PathBuf, why: String| Err(ExportFault::Source { path, why });
    let Some(path) = folder::inside(place, &source.file) else {
        return wrong(place.join(FILE), format!("the source `{}` lies outside the folder", source.file));
    };
    if !path.is_file() {
        return wrong(path, format!("the source of `{}` is missing", source.name));
    }
    let found = digest(&folder::load(&path)?);
    // Headers write the digest with or without the name of the hash function.
    if source.sha256 != found && Some(source.sha256.as_str()) != found.strip_prefix("sha2-256:") {
        return wrong(path, format!("the header names the digest {}, the file has {found}", source.sha256));
    }
    Ok(())
}
