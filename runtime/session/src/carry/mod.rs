//! The subject's state from one version of a protocol to another: what is unchanged carries over, the rest is decided.
//!
//! [`compare`] holds each definition that a program carries against the record of the session before; [`decide`] makes
//! the subject's words from that and from what a person says, or says all that is wrong. The same answers give the
//! same words, so that a record can be checked by deciding again ([`Answers::recorded`]).

mod answers;
mod exact;
mod take_over;
mod written;

pub use answers::{Answers, Begun, Refusal, decide};

use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::record::Standing;
use trialect_ir::{Carried, Memory, Program};

/// What the record of the session before says.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Its ordinal.
    pub session: u32,
    /// Its protocol's hash.
    pub protocol: &'a str,
    /// The hash of each definition.
    pub definitions: &'a BTreeMap<String, String>,
    /// What the subject's words are.
    pub layout: &'a [Carried],
    /// The subject's words at its end.
    pub words: &'a [u64],
}

impl<'a> Before<'a> {
    /// A definition's words; none when the record is damaged.
    fn words_of(&self, one: &Carried) -> Option<&'a [u64]> {
        one.of(self.words)
    }
}

/// A definition that a program carries, beside that of the session before.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// The program's.
    pub now: &'a Carried,
    /// That of the session before, of the same path.
    pub was: Option<&'a Carried>,
    /// How the one stands to the other.
    pub standing: Standing,
    /// The words that are taken over, or why they cannot be.
    pub taken: Result<Vec<u64>, String>,
    /// The words with which a subject begins.
    pub begins: &'a [u64],
    /// What the session before left, as people read it.
    pub left: Option<String>,
}

/// Each definition that the program carries, in the order of its words.
pub fn compare<'a>(program: &'a Program, before: Option<&Before<'a>>) -> Vec<Item<'a>> {
    let initial = &program.initial[program.subject.start as usize..program.subject.end as usize];
    let item = |now: &'a Carried| {
        let begins = now.of(initial).unwrap_or(&[]);
        let found = before.and_then(|before| {
            let was = before.layout.iter().find(|one| one.path == now.path)?;
            Some((before, was, before.words_of(was)?))
        });
        let Some((before, was, words)) = found else {
            let taken = Err("the session before had none of this name".into());
            return Item { now, was: None, standing: Standing::New, taken, begins, left: None };
        };
        let same = meaning(was, before.definitions) == meaning(now, &program.identity.definitions);
        // What means the same has the same words, unless what surrounds it decides how many there are.
        let taken =
            if same && was.memory == now.memory { Ok(words.to_vec()) } else { take_over::take_over(was, words, now) };
        let standing = if same && taken.is_ok() { Standing::Unchanged } else { Standing::Changed };
        Item { now, was: Some(was), standing, taken, begins, left: Some(shown(was, words)) }
    };
    program.carried.iter().map(item).collect()
}

/// The hashes of a definition and of the rules that change it, by path.
fn meaning<'a>(one: &'a Carried, hashes: &'a BTreeMap<String, String>) -> BTreeSet<(&'a str, Option<&'a String>)> {
    let paths = std::iter::once(&one.path).chain(&one.rules);
    paths.map(|path| (path.as_str(), hashes.get(path))).collect()
}

/// Names that the session before carried and the program does not, with their last values.
pub fn gone(program: &Program, before: &Before<'_>) -> BTreeMap<String, String> {
    let missing = before.layout.iter().filter(|was| !program.carried.iter().any(|now| now.path == was.path));
    missing.map(|was| (was.name.clone(), shown(was, before.words_of(was).unwrap_or(&[])))).collect()
}

/// The words of a definition as people read them.
pub fn shown(one: &Carried, words: &[u64]) -> String {
    if words.len() != one.words() {
        return "unknown".into();
    }
    match &one.memory {
        Memory::Value { keys, domain, optional } => {
            let count = keys.len().max(1);
            let value = |k: usize| {
                let there = !optional || words[count + k] != 0;
                if there { written::shown(domain, words[k]) } else { "none".into() }
            };
            let of_key = |(k, key): (usize, &String)| format!("[{key}] {}", value(k));
            if keys.is_empty() {
                return value(0);
            }
            keys.iter().enumerate().map(of_key).collect::<Vec<_>>().join(", ")
        }
        Memory::Statistic { keys, .. } => {
            let Some(statistic) = one.statistic() else { return "unknown".into() };
            let blocks = words.chunks(statistic.stride() as usize);
            let held = |block: &[u64]| match statistic.samples(block) {
                Some(samples) => samples.len() as u64,
                None => statistic.rows(block),
            };
            let rows: u64 = blocks.map(held).fold(0, u64::saturating_add);
            if keys.is_empty() { format!("{rows} rows") } else { format!("{rows} rows in {} keys", keys.len()) }
        }
        Memory::Curriculum { stages } => {
            let stage = usize::try_from(words[0]).ok().and_then(|k| stages.get(k));
            let stage = stage.map_or("unknown", String::as_str);
            format!("{stage}, {} trials and {} sessions in it", words[1] as i64, words[2] as i64)
        }
    }
}

/// The range of a definition's values, or its stages, as people read it; none for a statistic.
pub fn allowed(one: &Carried) -> Option<String> {
    match &one.memory {
        Memory::Value { domain, .. } => Some(written::range(domain)),
        Memory::Curriculum { stages } => Some(stages.join(", ")),
        Memory::Statistic { .. } => None,
    }
}
