//! What two protocols do not mean alike: by the hashes of their definitions, then by the definitions themselves.

mod pairs;
mod reach;
mod texts;
mod words;

pub use words::Words;

use crate::Compiled;
use pairs::{Pair, pair_up};
use std::collections::{BTreeMap, BTreeSet};
use texts::clauses_of;
use trialect_ir::{Definition, Program};

/// What became of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// It says something else.
    Changed,
    /// Only the second protocol has it.
    Added,
    /// Only the first protocol has it.
    Removed,
    /// It says the same under another name.
    Renamed,
}

impl Became {
    /// `changed`, `added`, `removed`, `renamed`
    pub fn word(self) -> &'static str {
        match self {
            Became::Changed => "changed",
            Became::Added => "added",
            Became::Removed => "removed",
            Became::Renamed => "renamed",
        }
    }
}

/// A definition that the two protocols do not have alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What became of it.
    pub became: Became,
    /// Its path; of a removed one that in the first protocol.
    pub path: String,
    /// Its path in the first protocol, when that is another.
    pub was_called: Option<String>,
    /// What differs, in the words of both texts.
    pub words: Words,
    /// Paths of the definitions that say what they said and depend on it, directly or through others, in order.
    pub touches: Vec<String>,
}

/// All that two protocols do not mean alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Hash of the first protocol.
    pub was: String,
    /// Hash of the second.
    pub is: String,
    /// In the order of their paths; empty when both mean the same.
    pub changes: Vec<Change>,
}

/// Compares two protocols; none when one of them does not compile.
pub fn difference(first: &Compiled, second: &Compiled) -> Option<Difference> {
    let (was, is) = (first.program.as_deref()?, second.program.as_deref()?);
    let mut difference =
        Difference { was: was.identity.protocol.clone(), is: is.identity.protocol.clone(), changes: Vec::new() };
    if difference.was == difference.is {
        return Some(difference);
    }
    let (texts_before, texts_after) = (clauses_of(first, was), clauses_of(second, is));
    let pairs = pair_up(was, is);
    let own: BTreeSet<&str> = pairs.iter().filter_map(|pair| pair.after.map(|one| one.path.as_str())).collect();
    let (reach_before, reach_after) = (reach::Reach::of(was), reach::Reach::of(is));
    for pair in &pairs {
        let touches = match (pair.after, pair.before) {
            (Some(after), _) => reach_after.from(&after.path),
            (None, Some(before)) => reach_before.from(&before.path),
            (None, None) => continue,
        };
        let there = |path: &String| is.identity.definitions.contains_key(path) && !own.contains(path.as_str());
        let became = pair.became();
        let touches = if became == Became::Renamed { BTreeSet::new() } else { touches };
        difference.changes.push(Change {
            became,
            path: pair.after.or(pair.before).map(|one| one.path.clone()).unwrap_or_default(),
            was_called: pair.before.zip(pair.after).filter(|(a, b)| a.path != b.path).map(|(a, _)| a.path.clone()),
            words: words_of(pair, &texts_before, &texts_after),
            touches: touches.into_iter().filter(there).collect(),
        });
    }
    difference.changes.sort_by(|a, b| a.path.cmp(&b.path));
    Some(difference)
}

fn words_of(pair: &Pair<'_>, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Words {
    let text = |one: Option<&Definition>, texts: &BTreeMap<String, String>| {
        one.and_then(|one| texts::clause(texts, &one.path)).map(str::to_owned)
    };
    let words = Words::between(text(pair.before, before).as_deref(), text(pair.after, after).as_deref());
    match (pair.before, pair.after) {
        // What has no clause of its own, such as an order, is told by its form; so is a clause whose words are the same.
        (Some(was), Some(is)) if words.is_empty() && pair.became() == Became::Changed => {
            Words::of_form(&was.body, &is.body)
        }
        _ => words,
    }
}

/// The definitions of a program by their paths.
fn by_path(program: &Program) -> BTreeMap<&str, &Definition> {
    program.definitions.iter().map(|one| (one.path.as_str(), one)).collect()
}
