//! The methods text of a protocol or a study: what the Methods section of a paper says of it, in plain English with all
//! numbers and units, its tables, and its states and stages as figures.
//!
//! [`methods`] makes [`Methods`] of syntax trees, which know nothing of how they are shown; [`Methods::markdown`] and
//! [`Methods::html`] are two ways.

mod deeds;
mod draws;
mod figure;
mod html;
mod markdown;
mod prose;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use figure::Figure;

use prose::Prose;
use trialect_syntax::ast::{ClauseKind, File};

/// What a text says, for readers of a paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Methods {
    /// `protocol`, `study`
    pub kind: String,
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What it is.
    pub description: Option<String>,
    /// The hash of its meaning.
    pub hash: String,
    /// References.
    pub citations: Vec<String>,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
    /// Its text.
    pub source: String,
}

/// A part of a methods text. Names of the protocol stand between backticks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// Title.
    pub title: &'static str,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// A table, when it has one.
    pub table: Option<Table>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Titles of its columns.
    pub columns: &'static [&'static str],
    /// A cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// The methods text of the first tree, with the parts and libraries of its own that it uses; `source` is its text, `hash`
/// that of its meaning. None when it has no header.
pub fn methods(files: &[&File], source: &str, hash: &str) -> Option<Methods> {
    let (own, others) = files.split_first()?;
    let header = own.header.as_ref()?;
    let cited = files.iter().flat_map(|file| &file.clauses).filter_map(|clause| match &clause.kind {
        ClauseKind::Cite(reference) => Some(reference.clone()),
        _ => None,
    });
    let mut citations: Vec<String> = Vec::new();
    cited.for_each(|reference| {
        if !citations.contains(&reference) {
            citations.push(reference);
        }
    });
    let mut prose = Prose::new(others);
    prose.clauses(&own.clauses, "");
    Some(Methods {
        kind: header.kind.text.clone(),
        name: header.name.text.clone(),
        version: header.version.text.clone(),
        description: header.description.clone(),
        hash: hash.into(),
        citations,
        sections: prose.sections(),
        source: source.into(),
    })
}
