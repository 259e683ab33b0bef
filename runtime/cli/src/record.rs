//! A session's folder as it can be read back: header, entries, program.

use crate::failure::Failure;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use trialect_driver::{Compiled, Library, compile};
use trialect_ir::Program;
use trialect_ir::record::Header;
use trialect_journal::{Entry, FILE, Journal, JournalFault, Tail};

/// A journal with its header understood.
pub(crate) struct Session {
    pub(crate) header: Header,
    pub(crate) entries: Vec<Entry>,
    pub(crate) tail: Tail,
}

/// Reads the journal of a session.
pub(crate) fn read(folder: &Path) -> Result<Session, Failure> {
    let path = folder.join(FILE);
    let trouble = |fault: JournalFault| Failure::trouble(fault.code(), fault.to_string());
    let Journal { header, entries, tail } = trialect_journal::read(&path).map_err(trouble)?;
    if matches!(tail, Tail::Torn { at: 0, .. }) {
        return Err(trouble(JournalFault::NoHeader { path }));
    }
    let header = serde_json::from_slice(&header).map_err(|error| {
        Failure::trouble("journal-header", format!("{}: its header cannot be read: {error}", path.display()))
    })?;
    Ok(Session { header, entries, tail })
}

/// The source texts of a session, by name.
pub(crate) fn texts(folder: &Path, header: &Header) -> Result<BTreeMap<String, String>, Failure> {
    let mut texts = BTreeMap::new();
    for source in &header.sources {
        texts.insert(source.name.clone(), crate::protocol::read_text(&folder.join(&source.file))?);
    }
    Ok(texts)
}

/// Compiles a session's own source texts.
pub(crate) fn recompile(folder: &Path, header: &Header) -> Result<Compiled, Failure> {
    let mut texts = texts(folder, header)?;
    let protocol = texts.remove("protocol").unwrap_or_default();
    let name = folder.join("source/protocol.trial").display().to_string();
    Ok(compile(&name, &protocol, &Library::Texts(texts)))
}

/// The program of a session, from its own source texts, with the hash that its header says.
pub(crate) fn program(folder: &Path, header: &Header) -> Result<Arc<Program>, Failure> {
    let compiled = recompile(folder, header)?;
    let Some(program) = compiled.program.clone() else {
        crate::render::to_stderr(&compiled);
        return Err(Failure::trouble(
            "sources-broken",
            format!("{}: its sources do not compile with this version", folder.display()),
        ));
    };
    if program.identity.protocol != header.protocol.hash {
        let message = format!(
            "{}: its sources give {}, its record says {}; verify the session, or use the version that recorded it",
            folder.display(),
            program.identity.protocol,
            header.protocol.hash
        );
        return Err(Failure::trouble("other-protocol", message));
    }
    Ok(program)
}
