//! Which definition of the one protocol answers which of the other.

use super::{Became, by_path};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::{Definition, Program};

/// A definition that is not in both protocols alike.
pub(super) struct Pair<'p> {
    pub(super) before: Option<&'p Definition>,
    pub(super) after: Option<&'p Definition>,
    is_alike: bool,
}

impl Pair<'_> {
    pub(super) fn became(&self) -> Became {
        match (self.before, self.after) {
            (Some(_), Some(_)) if self.is_alike => Became::Renamed,
            (Some(_), Some(_)) => Became::Changed,
            (None, _) => Became::Added,
            (_, None) => Became::Removed,
        }
    }
}

/// All pairs of which the definitions differ, or have other names.
pub(super) fn pair_up<'p>(was: &'p Program, is: &'p Program) -> Vec<Pair<'p>> {
    let (before, after) = (by_path(was), by_path(is));
    let mut gone: BTreeSet<&str> = before.keys().filter(|path| !after.contains_key(*path)).copied().collect();
    let mut new: BTreeSet<&str> = after.keys().filter(|path| !before.contains_key(*path)).copied().collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut pairs = Vec::new();
    // A definition that uses a renamed one is recognized once that name is known.
    loop {
        let found = renamed(&gone, &new, &before, &after, &names);
        if found.is_empty() {
            break;
        }
        for (old, now) in found {
            gone.remove(old);
            new.remove(now);
            names.insert(old.to_owned(), now.to_owned());
            let pair = Pair { before: before.get(old).copied(), after: after.get(now).copied(), is_alike: true };
            pairs.push(pair);
        }
    }
    for (old, now) in alike_in_name(&gone, &new) {
        gone.remove(old);
        new.remove(now);
        names.insert(old.to_owned(), now.to_owned());
        pairs.push(Pair { before: before.get(old).copied(), after: after.get(now).copied(), is_alike: false });
    }
    let both = before.iter().filter_map(|(path, one)| Some((*one, *after.get(path)?)));
    for (one, other) in both {
        if with_names(&one.body, &names) != other.body {
            pairs.push(Pair { before: Some(one), after: Some(other), is_alike: false });
        }
    }
    pairs.extend(gone.iter().map(|path| Pair { before: before.get(path).copied(), after: None, is_alike: false }));
    pairs.extend(new.iter().map(|path| Pair { before: None, after: after.get(path).copied(), is_alike: false }));
    pairs
}

type ByPath<'p> = BTreeMap<&'p str, &'p Definition>;

/// Definitions that say the same under another name, where only one of each protocol says it.
fn renamed<'p>(
    gone: &BTreeSet<&'p str>,
    new: &BTreeSet<&'p str>,
    before: &ByPath<'p>,
    after: &ByPath<'p>,
    names: &BTreeMap<String, String>,
) -> Vec<(&'p str, &'p str)> {
    let mut said: BTreeMap<String, (Vec<&'p str>, Vec<&'p str>)> = BTreeMap::new();
    for path in gone {
        let Some(one) = before.get(path) else { continue };
        let used = one.uses.iter().map(|path| names.get(path).unwrap_or(path)).collect::<BTreeSet<_>>();
        let key = format!("{} {used:?} {}", room(path), with_names(&one.body, names));
        said.entry(key).or_default().0.push(path);
    }
    for path in new {
        let Some(one) = after.get(path) else { continue };
        let used = one.uses.iter().collect::<BTreeSet<_>>();
        said.entry(format!("{} {used:?} {}", room(path), one.body)).or_default().1.push(path);
    }
    let single = |(old, now): &(Vec<&'p str>, Vec<&'p str>)| match (&old[..], &now[..]) {
        ([old], [now]) => Some((*old, *now)),
        _ => None,
    };
    said.values().filter_map(single).collect()
}

/// `trial` of `trial.side`, `state` of `state.wait`: a definition is not renamed into another room.
fn room(path: &str) -> &str {
    path.split_once('.').map_or("", |(room, _)| room)
}

/// Rules that are named after what they do: the handler of an event that sets other variables now, the limit of a device
/// for another time.
fn alike_in_name<'p>(gone: &BTreeSet<&'p str>, new: &BTreeSet<&'p str>) -> Vec<(&'p str, &'p str)> {
    let stem = |path: &'p str| {
        let ends = [" sets ", " each "].iter().filter_map(|word| path.find(word)).min()?;
        path.get(..ends)
    };
    let of = |paths: &BTreeSet<&'p str>| {
        let mut stems: BTreeMap<&'p str, Vec<&'p str>> = BTreeMap::new();
        paths.iter().filter_map(|path| Some((stem(path)?, *path))).for_each(|(stem, path)| {
            stems.entry(stem).or_default().push(path);
        });
        stems
    };
    let (old, now) = (of(gone), of(new));
    let pairs = old.iter().filter_map(|(stem, paths)| match (&paths[..], now.get(stem).map(Vec::as_slice)) {
        ([old], Some([now])) => Some((*old, *now)),
        _ => None,
    });
    pairs.collect()
}

/// A form with the new names in the place of the old ones.
fn with_names(body: &Value, names: &BTreeMap<String, String>) -> Value {
    match body {
        Value::String(text) => Value::String(names.get(text).unwrap_or(text).clone()),
        Value::Array(list) => list.iter().map(|one| with_names(one, names)).collect(),
        Value::Object(fields) => {
            // States are named without their room where a clause goes to them.
            let state = |key: &str, value: &Value| {
                let name = value.as_str().filter(|_| matches!(key, "to" | "state" | "first"))?;
                let now = names.get(&format!("state.{name}"))?.strip_prefix("state.")?;
                Some(Value::String(now.to_owned()))
            };
            let named = |(key, value): (&String, &Value)| {
                (key.clone(), state(key, value).unwrap_or_else(|| with_names(value, names)))
            };
            Value::Object(fields.iter().map(named).collect())
        }
        other => other.clone(),
    }
}
