//! A journal with its header read and its entries checked against it.

use crate::{ExportFault, StreamFile};
use serde_json::Value;
use std::borrow::Cow;
use std::path::Path;
use trialect_ir::record::{FORMAT, Header};
use trialect_ir::{Clock, Column, Domain, Role};
use trialect_journal::{Entry, Journal, Tail};

/// A record that can be exported.
pub(crate) struct Loaded {
    pub(crate) header: Header,
    pub(crate) entries: Vec<Entry>,
    /// Length of the journal.
    pub(crate) length: u64,
    /// What there is to say of what was sampled; filled in when its tables are made.
    pub(crate) streams: Vec<StreamFile>,
}

impl Loaded {
    /// Reads the bytes of a journal that has ended. `path` is for messages.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Loaded, ExportFault> {
        let Journal { header, entries, tail } = Journal::parse(path, bytes)?;
        if tail != Tail::Ended {
            return Err(ExportFault::NotEnded { path: path.to_owned() });
        }
        let unreadable = |why: String| ExportFault::Header { path: path.to_owned(), why };
        let header: Header = serde_json::from_slice(&header).map_err(|error| unreadable(error.to_string()))?;
        if header.format != FORMAT {
            return Err(unreadable(format!("its format is `{}`, not `{FORMAT}`", header.format)));
        }
        check(&header, &entries)?;
        Ok(Loaded { header, entries, length: bytes.len() as u64, streams: Vec::new() })
    }
}

/// Whether every row has a word for each column and the domains can be read.
pub(crate) fn check(header: &Header, entries: &[Entry]) -> Result<(), ExportFault> {
    let columns = header.columns.len();
    for (entry, found) in entries.iter().enumerate() {
        let (Entry::SessionStart { words, present, .. }
        | Entry::Row { words, present, .. }
        | Entry::SessionEnd { words, present, .. }) = found
        else {
            continue;
        };
        if words.len() != columns || present.len() != columns.div_ceil(64) {
            let (words, present) = (words.len(), present.len());
            let why = format!("{words} words and {present} words of bits for {columns} columns");
            return Err(ExportFault::Mismatch { entry, why });
        }
    }
    Ok(())
}

/// The word of a column, if the row has a value there.
pub(crate) fn word(words: &[u64], present: &[u64], column: usize) -> Option<u64> {
    let bits = present.get(column / 64)?;
    if bits >> (column % 64) & 1 == 1 { words.get(column).copied() } else { None }
}

/// The name at an index of one of the header's tables; `#7` for one that it does not have.
pub(crate) fn name(names: &[String], index: u32) -> Cow<'_, str> {
    names.get(index as usize).map_or_else(|| Cow::Owned(format!("#{index}")), |name| Cow::Borrowed(name.as_str()))
}

/// For each draw the column that records it: the one of its name, else of its definition.
pub(crate) fn columns_of_draws(header: &Header) -> Vec<Option<usize>> {
    let drawn = |is: &dyn Fn(&Column) -> bool| header.columns.iter().position(|c| c.role == Role::Draw && is(c));
    let of = |path: &String| drawn(&|column| column.name == *path).or_else(|| drawn(&|c| c.path() == *path));
    header.draws.iter().map(of).collect()
}

/// Whether a column is made anew in each trial; one that is not known is.
pub(crate) fn is_of_trial(column: Option<&Column>) -> bool {
    column.is_none_or(|column| matches!(column.clock, Clock::Trial | Clock::State))
}

/// Whether people read the words of a domain as text rather than as a number.
pub(crate) fn is_text(domain: &Domain) -> bool {
    matches!(domain, Domain::Named { .. } | Domain::Set { .. } | Domain::Text { .. })
}

/// Session-clock time in seconds.
pub(crate) fn seconds(at: i64) -> f64 {
    at as f64 / 1e9
}

/// The value of a word in the unit of its column, as JSON has it.
pub(crate) fn word_value(domain: &Domain, word: u64) -> Value {
    match domain {
        Domain::Bool => Value::from(word != 0),
        Domain::Int { .. } => Value::from(word as i64),
        _ if is_text(domain) => Value::from(domain.show(word)),
        _ => domain.number(word).map_or(Value::Null, Value::from),
    }
}
