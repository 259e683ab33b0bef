//! `trialect replay`: recorded inputs run again; everything else is computed and compared.

use crate::arguments::ReplayOptions;
use crate::differences::first_difference;
use crate::failure::Failure;
use crate::record::Session;
use crate::rerun::{Until, rerun};
use crate::{course, machine, output, protocol, record, store};
use std::path::Path;
use std::sync::Arc;
use trialect_ir::Program;
use trialect_ir::record::Header;
use trialect_journal::Entry;
use trialect_session::carry::{Before, compare};
use trialect_session::{Comparing, SessionFault, text_words, words_text};

pub(crate) fn run(options: &ReplayOptions) -> Result<(), Failure> {
    let other = match &options.with {
        Some(path) => Some(protocol::program(path, &options.library)?.0),
        None => None,
    };
    let mut different = 0;
    let mut replayed = 0;
    for folder in store::sessions(&options.place)?.into_iter().flatten() {
        replayed += 1;
        let session = record::read(&folder)?;
        let own = record::program(&folder, &session.header)?;
        let verdict = match &other {
            None => match exactly(options, &session, &own)? {
                None => of_study(options, &folder, &session)?,
                found => found,
            },
            Some(other) => against(options, &session, &own, other)?,
        };
        match verdict {
            None => {
                // What was sampled decided nothing, and is not made again.
                let apart = match session.header.streams.len() {
                    0 => String::new(),
                    1 => "; 1 stream of samples is not replayed".to_owned(),
                    several => format!("; {several} streams of samples are not replayed"),
                };
                output::say(&format!("{}: {} entries equal{apart}", folder.display(), session.entries.len()));
            }
            Some(difference) => {
                different += 1;
                output::say(&format!("{}: {difference}", folder.display()));
            }
        }
    }
    output::complain(&format!("{replayed} sessions, {different} different"));
    if different == 0 { Ok(()) } else { Err(Failure::Found) }
}

/// What the rules of the study say again, of a session of one whose predecessors are there.
fn of_study(options: &ReplayOptions, folder: &Path, session: &Session) -> Result<Option<String>, Failure> {
    let Some(subject) = folder.parent().filter(|_| session.header.study.is_some()) else { return Ok(None) };
    let done = store::before(folder, subject)?;
    if done.len() as u32 + 1 != session.header.session {
        return Ok(None);
    }
    let differs = course::differs(folder, &session.header, &done, options.machine)?;
    Ok(differs.map(|what| format!("study: {what}")))
}

fn fault(fault: &SessionFault) -> Failure {
    Failure::trouble(fault.code(), fault.to_string())
}

/// Entry by entry, with the session's own program.
fn exactly(options: &ReplayOptions, session: &Session, program: &Arc<Program>) -> Result<Option<String>, Failure> {
    let mut machine = machine::machine(options.machine, program)?;
    let mut recorder = Comparing::with(&session.entries, None);
    let result = rerun(&session.header, &session.entries, program, machine.as_mut(), &mut recorder, Until::Recorded);
    let equal = recorder.equal();
    match result {
        Ok(_) if equal == session.entries.len() => Ok(None),
        Ok(_) => Ok(Some(format!("the record goes on after entry {equal}, where the replay ends"))),
        Err(SessionFault::Differs(_)) => {
            // Once more without comparing, to say it in the words of the protocol.
            let named = against(options, session, program, program)?;
            Ok(Some(named.unwrap_or_else(|| format!("entry {equal} differs"))))
        }
        Err(other) => Err(fault(&other)),
    }
}

const DIFFER: &str = "trial 0: the subject's declarations differ, so that its state cannot be carried over";

/// The header of a session that begins with the same state in the words of another program; none when a definition of
/// that program cannot take over what was recorded.
fn taken_over(header: &Header, other: &Program) -> Option<Header> {
    let words = header.run["subject_state"].as_str().and_then(text_words);
    let (Some(words), false) = (words, header.subject_layout.is_empty()) else { return Some(header.clone()) };
    let before = Before {
        session: header.session,
        protocol: &header.protocol.hash,
        definitions: &header.protocol.definitions,
        layout: &header.subject_layout,
        words: &words,
    };
    let mut taken = Vec::new();
    for item in compare(other, Some(&before)) {
        taken.extend(item.taken.ok()?);
    }
    let mut header = header.clone();
    header.run["subject_state"] = words_text(&taken).into();
    Some(header)
}

/// By names, with another program.
fn against(
    options: &ReplayOptions,
    session: &Session,
    own: &Program,
    other: &Arc<Program>,
) -> Result<Option<String>, Failure> {
    let mut machine = machine::machine(options.machine, other)?;
    let mut computed: Vec<Entry> = Vec::new();
    let Some(header) = taken_over(&session.header, other) else { return Ok(Some(DIFFER.into())) };
    match rerun(&header, &session.entries, other, machine.as_mut(), &mut computed, Until::Other) {
        Ok(_) => {}
        Err(SessionFault::SubjectState { .. }) => {
            return Ok(Some(DIFFER.into()));
        }
        Err(other) => return Err(fault(&other)),
    }
    Ok(first_difference(own, &session.entries, other, &computed))
}
