//! What a person decides about a subject's state, and the words that follow from it.

use super::{Before, Item, gone, shown, written};
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::record::{Beginning, Carryover, Decision, Standing};
use trialect_ir::{Carried, Memory, Program};

/// What a person says, each name as in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Definitions that take over the value of the session before although they have changed.
    pub carry: Vec<String>,
    /// Definitions that begin anew.
    pub reset: Vec<String>,
    /// `NAME` or `NAME[KEY]` and the value, in the unit in which it is recorded.
    pub start: Vec<(String, String)>,
    /// Why.
    pub reason: Option<String>,
}

impl Answers {
    /// The answers that a record names.
    pub fn recorded(carryover: &Carryover) -> Answers {
        let mut answers = Answers { reason: carryover.reason.clone(), ..Answers::default() };
        for decision in &carryover.decisions {
            // A value set by hand says by itself from what it begins, unless there are keys beside it.
            let alone = decision.start.is_empty()
                || (carryover.session.is_some() && decision.start.keys().all(|name| is_keyed(name)));
            match decision.from {
                Beginning::Carry if decision.standing == Standing::Changed => answers.carry.push(decision.name.clone()),
                Beginning::Reset if alone => answers.reset.push(decision.name.clone()),
                _ => {}
            }
            answers.start.extend(decision.start.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        answers
    }

    fn is_empty(&self) -> bool {
        self.carry.is_empty() && self.reset.is_empty() && self.start.is_empty()
    }

    /// The values set by hand of a definition.
    fn started(&self, name: &str) -> BTreeMap<String, String> {
        let of = |written: &str| written == name || key(written).is_some_and(|(of, _)| of == name);
        self.start.iter().filter(|(written, _)| of(written)).cloned().collect()
    }
}

fn is_keyed(name: &str) -> bool {
    key(name).is_some()
}

/// `accuracy` and `left, 50%` out of `accuracy[left, 50%]`.
fn key(written: &str) -> Option<(&str, &str)> {
    let (name, key) = written.split_once('[')?;
    Some((name.trim_end(), key.strip_suffix(']')?.trim()))
}

/// With what a session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The subject's words; none when a subject begins as the protocol says.
    pub words: Option<Vec<u64>>,
    /// What the record says of it; none when nothing was decided and the protocol is the same.
    pub carryover: Option<Carryover>,
}

/// Why a session does not begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Positions of the items about which nothing was said.
    pub unanswered: Vec<usize>,
    /// What is wrong with what was said.
    pub mistakes: Vec<String>,
}

/// The subject's words from what carries over and what was decided.
///
/// # Errors
/// Everything that is undecided or was decided wrongly, all at once.
pub fn decide(
    program: &Program,
    before: Option<&Before<'_>>,
    items: &[Item<'_>],
    answers: &Answers,
) -> Result<Begun, Refusal> {
    let mut refusal = Refusal { unanswered: Vec::new(), mistakes: strays(items, answers) };
    let mut words = vec![0; (program.subject.end - program.subject.start) as usize];
    let mut decisions = Vec::new();
    for (k, item) in items.iter().enumerate() {
        match begin(item, answers, before.is_some()) {
            Ok(begun) => {
                let at = item.now.at as usize;
                if let Some(place) = words.get_mut(at..at + begun.words.len()) {
                    place.copy_from_slice(&begun.words);
                }
                decisions.extend(begun.decision);
            }
            Err(None) => refusal.unanswered.push(k),
            Err(Some(mistake)) => refusal.mistakes.push(mistake),
        }
    }
    let reason = answers.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    match reason {
        None if !answers.is_empty() => refusal.mistakes.push("what is decided needs a reason: --reason TEXT".into()),
        Some(_) if answers.is_empty() => refusal.mistakes.push("there is a reason and nothing that is decided".into()),
        _ => {}
    }
    if !refusal.unanswered.is_empty() || !refusal.mistakes.is_empty() {
        return Err(refusal);
    }
    let same = before.is_none_or(|before| before.protocol == program.identity.protocol);
    let carryover = (!decisions.is_empty() || !same).then(|| Carryover {
        session: before.map(|before| before.session),
        protocol: before.map(|before| before.protocol.to_string()),
        reason: reason.map(str::to_string),
        decisions,
        gone: before.map(|before| gone(program, before)).unwrap_or_default(),
    });
    let begins = before.is_some() || carryover.is_some();
    Ok(Begun { words: begins.then_some(words), carryover })
}

/// Answers for names that the subject does not carry.
fn strays(items: &[Item<'_>], answers: &Answers) -> Vec<String> {
    let known: BTreeSet<&str> = items.iter().map(|item| item.now.name.as_str()).collect();
    let list = if known.is_empty() { "nothing".into() } else { known.iter().copied().collect::<Vec<_>>().join(", ") };
    let started = answers.start.iter().map(|(name, _)| ("--start", key(name).map_or(name.as_str(), |(name, _)| name)));
    let carried = answers.carry.iter().map(|name| ("--carry", name.as_str()));
    let reset = answers.reset.iter().map(|name| ("--reset", name.as_str()));
    let strange = carried.chain(reset).chain(started).filter(|(_, name)| !known.contains(name));
    let mut mistakes: Vec<String> =
        strange.map(|(flag, name)| format!("{flag} {name}: the subject carries {list}")).collect();
    for (k, (name, _)) in answers.start.iter().enumerate() {
        if answers.start[..k].iter().any(|(other, _)| other == name) {
            mistakes.push(format!("--start {name} is there twice"));
        }
    }
    mistakes
}

/// The words of one definition, and what was decided about it.
struct Beginner {
    words: Vec<u64>,
    decision: Option<Decision>,
}

/// None as an error: nothing was said and something must be.
fn begin(item: &Item<'_>, answers: &Answers, follows: bool) -> Result<Beginner, Option<String>> {
    let name = &item.now.name;
    let (carry, reset) = (answers.carry.contains(name), answers.reset.contains(name));
    let start = answers.started(name);
    let keyed = matches!(&item.now.memory, Memory::Value { keys, .. } if !keys.is_empty());
    if carry && reset || (carry || reset) && !start.is_empty() && !keyed {
        return Err(Some(format!("{name}: say one of --carry, --reset and --start")));
    }
    let unchanged = item.standing == Standing::Unchanged;
    let from = match (carry, reset) {
        (true, _) if !follows => return Err(Some(format!("--carry {name}: there is no session before"))),
        (true, _) if unchanged => {
            return Err(Some(format!("--carry {name}: it has not changed and is carried anyway; leave this out")));
        }
        (true, _) => Beginning::Carry,
        (_, true) if !follows => {
            return Err(Some(format!(
                "--reset {name}: this is the first session, it begins so anyway; leave this out"
            )));
        }
        (_, true) => Beginning::Reset,
        _ if !follows => Beginning::Reset,
        _ if unchanged && (keyed || start.is_empty()) => Beginning::Carry,
        _ if !start.is_empty() && covers(item.now, &start) => Beginning::Reset,
        _ if !start.is_empty() => {
            let others =
                format!("--start {name}[…] sets some of its keys; say --carry or --reset {name} for the others");
            return Err(Some(others));
        }
        _ => return Err(None),
    };
    let mut words = match from {
        Beginning::Reset => item.begins.to_vec(),
        Beginning::Carry => item.taken.clone().map_err(|why| Some(format!("--carry {name}: {why}")))?,
    };
    for (written, value) in &start {
        set(item.now, &mut words, written, value).map_err(|why| Some(format!("--start {written}={value}: {why}")))?;
    }
    let decided = carry || reset || !start.is_empty();
    let decision = decided.then(|| Decision {
        name: name.clone(),
        path: item.now.path.clone(),
        standing: item.standing,
        from,
        start,
        was: item.left.clone(),
        now: shown(item.now, &words),
    });
    Ok(Beginner { words, decision })
}

/// Whether values are set by hand for the whole of a definition.
fn covers(one: &Carried, start: &BTreeMap<String, String>) -> bool {
    match &one.memory {
        Memory::Value { keys, .. } if !keys.is_empty() => start.len() >= keys.len(),
        _ => true,
    }
}

/// Puts a value that was written by hand in its place.
fn set(one: &Carried, words: &mut [u64], written: &str, value: &str) -> Result<(), String> {
    let key = key(written).map(|(_, key)| key);
    match (&one.memory, key) {
        (Memory::Statistic { .. }, _) => Err("a statistic follows from its rows; carry or reset it".into()),
        (Memory::Curriculum { stages }, None) => {
            let stage = stages.iter().position(|stage| stage == value.trim());
            let stage = stage.ok_or_else(|| format!("there is no such stage, only {}", stages.join(", ")))?;
            words.copy_from_slice(&[stage as u64, 0, 0]);
            Ok(())
        }
        (Memory::Curriculum { .. }, Some(_)) => Err("a curriculum has no keys".into()),
        (Memory::Value { keys, domain, optional }, key) => {
            let count = keys.len().max(1);
            let wanted = || {
                format!(
                    "write one of {}",
                    keys.iter().map(|k| format!("{}[{k}]", one.name)).collect::<Vec<_>>().join(", ")
                )
            };
            let k = match key {
                Some(key) => keys.iter().position(|known| known == key).ok_or_else(wanted)?,
                None if keys.is_empty() => 0,
                None => return Err(wanted()),
            };
            let none = *optional && value.trim() == "none";
            words[k] = if none { 0 } else { written::word(domain, value)? };
            if *optional {
                words[count + k] = u64::from(!none);
            }
            Ok(())
        }
    }
}
