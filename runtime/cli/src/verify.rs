//! `trialect verify`: is every session what it was when it was sealed, and does its text give its hash?

use crate::arguments::PlaceOptions;
use crate::carry::{self, Left};
use crate::course::{self, STUDY};
use crate::failure::Failure;
use crate::machine::Kind;
use crate::{output, record, store};
use std::path::{Path, PathBuf};
use trialect_export::{strays, verify_amendments, verify_chain, verify_folder};
use trialect_journal::FILE;
use trialect_session::carry::Answers;
use trialect_session::text_words;

pub(crate) fn run(options: &PlaceOptions) -> Result<(), Failure> {
    let mut troubles = 0;
    let mut checked = 0;
    for group in store::sessions(&options.place)? {
        let mut whole = Vec::new();
        for folder in &group {
            checked += 1;
            let found = troubles_of(folder);
            troubles += found.len();
            if found.is_empty() {
                whole.push(folder);
                output::say(&format!("{}: as it was sealed", folder.display()));
            }
            for trouble in found {
                output::say(&format!("{}: {trouble}", folder.display()));
            }
        }
        let sealed: Vec<_> = group.iter().filter(|folder| store::is_sealed(folder)).collect();
        for trouble in verify_chain(&sealed) {
            // A part of a chain that was copied elsewhere stands on its own, but is told to be a part.
            let first = sealed.first().is_some_and(|first| trouble.file.starts_with(&first.display().to_string()));
            if trouble.code == "chain-broken" && first {
                output::say(&format!("note: the chain does not begin here: {trouble}"));
                continue;
            }
            troubles += 1;
            output::say(&trouble.to_string());
        }
        for trouble in states(&whole).into_iter().chain(amended(&group)) {
            troubles += 1;
            output::say(&trouble);
        }
    }
    output::complain(&format!("{checked} sessions, {troubles} troubles"));
    if troubles == 0 { Ok(()) } else { Err(Failure::Found) }
}

/// Sessions that did not begin with what the one before left and what their records say was decided about it, among
/// those that are as they were sealed.
fn states(whole: &[&PathBuf]) -> Vec<String> {
    let mut troubles = Vec::new();
    for (k, folder) in whole.iter().enumerate() {
        let Ok(session) = record::read(folder) else { continue };
        let header = &session.header;
        let done: Vec<PathBuf> = whole[..k].iter().map(|folder| (*folder).clone()).collect();
        if let Ok(Some(what)) = course::differs(folder, header, &done, Kind::Interpreter) {
            troubles.push(format!("{} [study-differs]: {what}", folder.join(STUDY).display()));
        }
        let before = match &header.study {
            // In a study each protocol goes on from where it was left itself.
            Some(_) => course::predecessor(&done, &header.protocol.name).ok().flatten(),
            None => done.last(),
        };
        let left = before.and_then(|before| Left::read(before).ok());
        // What stands first here may follow a session that is elsewhere; a gap is told by the chain.
        let last = done.last().and_then(|last| Left::read(last).ok());
        let follows = last.as_ref().map_or(1, |left| left.before().session + 1);
        let Ok(program) = record::program(folder, header) else { continue };
        if header.session != follows {
            continue;
        }
        let answers = header.carried.as_ref().map(Answers::recorded).unwrap_or_default();
        let begun = carry::begin(&program, left.as_ref(), &answers);
        let recorded = header.run["subject_state"].as_str().and_then(text_words);
        let same = begun.is_ok_and(|begun| begun.words == recorded && begun.carryover == header.carried);
        if !same {
            let what = "it did not begin with what the session before left and what was decided about it";
            troubles.push(format!("{} [state-not-carried]: {what}", folder.join(FILE).display()));
        }
    }
    troubles
}

/// What is wrong with the amendments of a subject's sessions.
fn amended(group: &[PathBuf]) -> Vec<String> {
    let mut troubles = Vec::new();
    for folder in group {
        match verify_amendments(folder) {
            Ok(0) => {}
            Ok(count) => output::say(&format!("{}: amended, {count} times", folder.display())),
            Err(found) => troubles.extend(found.iter().map(|one| format!("{} [{}]: {}", one.file, one.code, one.what))),
        }
    }
    let subject = group.first().and_then(|folder| folder.parent());
    troubles
        .extend(subject.into_iter().flat_map(strays).map(|one| format!("{} [{}]: {}", one.file, one.code, one.what)));
    troubles
}

fn troubles_of(folder: &Path) -> Vec<String> {
    let mut list: Vec<String> = verify_folder(folder)
        .into_iter()
        .map(|trouble| format!("{} [{}]: {}", trouble.file, trouble.code, trouble.what))
        .collect();
    if !list.is_empty() {
        return list;
    }
    let program = record::read(folder).and_then(|session| record::program(folder, &session.header));
    if let Err(failure) = program {
        let message = match failure {
            Failure::Trouble { code, message } => format!("source/protocol.trial [{code}]: {message}"),
            Failure::Found => "source/protocol.trial [sources-broken]: does not compile".into(),
        };
        list.push(message);
    }
    list
}
