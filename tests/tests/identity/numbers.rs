//! The numbers that protocols say decide their hashes.

use crate::{basic, identity, identity_maybe, is_code};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use trialect_driver::{Library, compile, name_for_use};

/// Places of numbers in the code below the header, and whether they stand in `levels`.
pub(crate) fn numbers(text: &str) -> Vec<(usize, usize, bool)> {
    let code = is_code(text);
    let bytes = text.as_bytes();
    let (mut list, mut at) = (Vec::new(), text.find('\n').expect("a header"));
    while at < text.len() {
        let starts = code[at] && bytes[at].is_ascii_digit() && !is_word(bytes[at - 1]) && bytes[at - 1] != b'.';
        if !starts {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < text.len()
            && (bytes[end].is_ascii_digit() || (bytes[end] == b'.' && bytes[end + 1].is_ascii_digit()))
        {
            end += 1;
        }
        let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
        list.push((at, end, text[line..].starts_with("levels ")));
        at = end;
    }
    list
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Other numbers to try in the place of one: some would break a rule of the protocol.
pub(crate) fn others(number: &str) -> Vec<String> {
    let value: f64 = number.parse().expect("a number");
    let near = [value + 1.0, value - 1.0, value * 2.0, value / 2.0, value * 1.1, value * 0.9];
    // Levels of the task, for the members of its pools.
    let levels = [100.0, 50.0, 25.0, 12.5, 6.25, 0.0];
    let all = near.into_iter().chain(levels).filter(|other| *other != value && *other >= 0.0);
    all.map(|other| ((other * 1e6).round() / 1e6).to_string()).collect()
}

#[test]
fn every_number_matters() {
    let Some(text) = basic() else { return };
    let hash = identity(&text).protocol;
    let mut changed = 0;
    for (start, end, in_levels) in numbers(&text) {
        let number = &text[start..end];
        let place = format!("`{number}` in line {}", text[..start].matches('\n').count() + 1);
        // A level is also named where it is used: it changes everywhere at once.
        let others = if in_levels { vec!["77".to_string()] } else { others(number) };
        let found = others.iter().find_map(|other| {
            let text = match in_levels {
                true => text
                    .replace(&format!(" {number}%"), &format!(" {other}%"))
                    .replace(&format!("{{{number}%"), &format!("{{{other}%")),
                false => format!("{}{other}{}", &text[..start], &text[end..]),
            };
            identity_maybe(&text)
        });
        // A member of the set of all levels can only be left out.
        let without = || {
            let (start, end) = if text[end..].starts_with("%, ") { (start, end + 3) } else { (start - 2, end + 1) };
            identity_maybe(&format!("{}{}", &text[..start], &text[end..]))
        };
        let found = found.or_else(without).unwrap_or_else(|| panic!("{place}: no other number is accepted there"));
        assert_ne!(found.protocol, hash, "{place}");
        changed += 1;
    }
    assert!(changed > 90, "only {changed} numbers were found");
}

/// A protocol with the parts that stand beside it.
struct Written {
    path: PathBuf,
    text: String,
    near: BTreeMap<String, String>,
}

impl Written {
    /// The hash of the protocol when one of its texts, the part of this name or its own, is another.
    fn hash(&self, part: Option<&str>, text: &str) -> Option<String> {
        let (mut near, mut own) = (self.near.clone(), self.text.as_str());
        match part {
            Some(name) => drop(near.insert(name.to_owned(), text.to_owned())),
            None => own = text,
        }
        let program = compile("protocol", own, &Library::Embedded.beside(near)).program?;
        Some(program.identity.protocol.clone())
    }
}

/// All protocols but the basic task, which is looked at above, in the order of their paths.
fn protocols() -> Vec<Written> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols");
    let (mut open, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = open.pop() {
        let texts = texts(&folder);
        // Parts stand beside a protocol, in the folder above or in one beside its own.
        let above = folder.parent().filter(|above| !above.ends_with("protocols") && folder != root);
        let around =
            above.map_or_else(|| vec![folder.clone()], |above| inside(above).chain([above.to_path_buf()]).collect());
        let near: BTreeMap<String, String> = around
            .iter()
            .flat_map(|folder| self::texts(folder))
            .filter(|(_, text)| text.starts_with("part "))
            .filter_map(|(_, text)| Some((name_for_use(&text)?, text)))
            .collect();
        let is_one =
            |(path, text): &(PathBuf, String)| text.starts_with("protocol ") && !path.ends_with("ibl/basic.trial");
        let own = texts.into_iter().filter(is_one);
        found.extend(own.map(|(path, text)| Written { path, text, near: near.clone() }));
        open.extend(inside(&folder).filter(|path| path.is_dir()));
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn inside(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The texts in a folder.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let texts = inside(folder).filter(|path| path.extension().is_some_and(|extension| extension == "trial"));
    texts.filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?))).collect()
}

/// Of every text each third number, so that all texts take seconds; of the basic task and of studies each one is tried.
const STEP: usize = 3;

/// What became of the numbers of a text.
#[derive(Default)]
struct Told {
    changed: usize,
    /// Numbers in whose place no other is accepted.
    fixed: Vec<String>,
    /// Numbers that may be others with the same hash.
    idle: Vec<String>,
}

/// Puts other numbers in the place of each number of a text, one after the other.
fn change_all(protocol: &Written, part: Option<&str>, text: &str, told: &mut Told) {
    let Some(hash) = protocol.hash(part, text) else { panic!("{} does not compile", protocol.path.display()) };
    for (start, end, _) in numbers(text).into_iter().step_by(STEP) {
        let number = &text[start..end];
        let line = text[..start].matches('\n').count() + 1;
        let name = part.map_or_else(|| protocol.path.display().to_string(), str::to_owned);
        let place = format!("{name}:{line}: {number}");
        let one = |other: &String| protocol.hash(part, &format!("{}{other}{}", &text[..start], &text[end..]));
        // A member of a set or of `levels` is named wherever it is used: it is another everywhere at once.
        let everywhere = |other: &String| {
            let code = is_code(text);
            let same = |&(from, to, _): &(usize, usize, bool)| code[from] && text[from..to] == *number;
            let (mut made, mut at) = (String::new(), 0);
            for (from, to, _) in numbers(text).into_iter().filter(same) {
                made += &text[at..from];
                made += other;
                at = to;
            }
            protocol.hash(part, &(made + &text[at..]))
        };
        let others = others(number);
        match others.iter().find_map(one).or_else(|| others.iter().find_map(everywhere)) {
            Some(found) if found != hash => told.changed += 1,
            Some(_) => told.idle.push(place),
            None => told.fixed.push(place),
        }
    }
}

#[allow(clippy::print_stderr)] // what was not tried is said
#[test]
fn numbers_of_every_protocol_matter() {
    let protocols = protocols();
    // A part is looked at once, in the first protocol that uses it.
    let mut seen = BTreeSet::new();
    let parts: Vec<Vec<String>> = protocols
        .iter()
        .map(|protocol| {
            let used = trialect_driver::names_used(&protocol.text).into_iter();
            used.filter(|name| protocol.near.contains_key(name) && seen.insert(name.clone())).collect()
        })
        .collect();
    assert!(protocols.len() >= 20, "only {} protocols", protocols.len());
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Told::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let k = next.fetch_add(1, Ordering::SeqCst);
                    let Some(protocol) = protocols.get(k) else { break };
                    let mut told = Told::default();
                    change_all(protocol, None, &protocol.text, &mut told);
                    for name in &parts[k] {
                        change_all(protocol, Some(name), &protocol.near[name], &mut told);
                    }
                    let mut all = all.lock().expect("no thread has panicked");
                    all.changed += told.changed;
                    all.fixed.append(&mut told.fixed);
                    all.idle.append(&mut told.idle);
                }
            });
        }
    });
    let Told { changed, fixed, idle } = all.into_inner().expect("no thread has panicked");
    eprintln!("{changed} numbers of {} protocols matter; no other was accepted at {fixed:?}", protocols.len());
    assert!(idle.is_empty(), "another number has the same hash: {idle:#?}");
    assert!(fixed.len() * 20 < changed, "{} of {changed} numbers were not tried: {fixed:#?}", fixed.len());
}
