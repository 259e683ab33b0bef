//! `trialect verify`: is every session what it was when it was sealed, and does its text give its hash?

use crate::arguments::PlaceOptions;
use crate::failure::Failure;
use crate::{output, record, store};
use std::path::Path;
use trialect_export::{verify_chain, verify_folder};

pub(crate) fn run(options: &PlaceOptions) -> Result<(), Failure> {
    let mut troubles = 0;
    let mut checked = 0;
    for group in store::sessions(&options.place)? {
        for folder in &group {
            checked += 1;
            let found = troubles_of(folder);
            troubles += found.len();
            if found.is_empty() {
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
    }
    output::complain(&format!("{checked} sessions, {troubles} troubles"));
    if troubles == 0 { Ok(()) } else { Err(Failure::Found) }
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
