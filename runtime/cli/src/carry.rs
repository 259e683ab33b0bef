//! What a session begins with: the subject's state, what a person decides about it, and what is refused.

use crate::arguments::CarryOptions;
use crate::changes::Changes;
use crate::failure::Failure;
use crate::{output, record};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use trialect_export::{ExportFault, SessionFile, read_manifest, read_session, subject_words};
use trialect_ir::Program;
use trialect_ir::record::{Carryover, Standing};
use trialect_session::carry::{Answers, Before, Begun, Item, Refusal, allowed, compare, decide, gone, shown};

/// With what a session of a subject begins.
pub(crate) struct Start {
    pub(crate) ordinal: u32,
    pub(crate) words: Option<Vec<u64>>,
    /// Seal of the session before.
    pub(crate) previous: Option<String>,
    pub(crate) carryover: Option<Carryover>,
}

/// What the session before left.
pub(crate) struct Left {
    file: SessionFile,
    words: Vec<u64>,
}

impl Left {
    pub(crate) fn read(folder: &Path) -> Result<Left, ExportFault> {
        Ok(Left { file: read_session(folder)?, words: subject_words(folder)? })
    }

    pub(crate) fn before(&self) -> Before<'_> {
        Before {
            session: self.file.session,
            protocol: &self.file.protocol.hash,
            definitions: &self.file.protocol.definitions,
            layout: &self.file.subject_layout,
            words: &self.words,
        }
    }

    /// Whether the record says what its words are; records without it are good for the same protocol only.
    fn is_laid_out(&self) -> bool {
        !self.file.subject_layout.is_empty() || self.words.is_empty()
    }
}

/// The state for the next session after those that are done.
pub(crate) fn start(program: &Program, done: &[PathBuf], options: &CarryOptions) -> Result<Start, Failure> {
    start_from(program, done, done.last(), options)
}

/// The state for the next session after those that are done, taken over from one of them.
pub(crate) fn start_from(
    program: &Program,
    done: &[PathBuf],
    from: Option<&PathBuf>,
    options: &CarryOptions,
) -> Result<Start, Failure> {
    let answers = answers(options)?;
    let fault = |fault: ExportFault| Failure::trouble(fault.code(), fault.to_string());
    let before = done.last().map(|last| read_manifest(last)).transpose().map_err(fault)?;
    let (ordinal, previous) = before.map_or((1, None), |before| (before.session + 1, Some(before.seal)));
    let Some(last) = from else {
        let begun = begin(program, None, &answers).map_err(|refusal| refused(&refusal, &[], None, program))?;
        return Ok(Start { ordinal, words: begun.words, previous, carryover: begun.carryover });
    };
    let left = Left::read(last).map_err(fault)?;
    if !left.is_laid_out() && (left.file.protocol.hash != program.identity.protocol || answers != Answers::default()) {
        return Err(unknown_layout(last, &left, program));
    }
    let before = left.before();
    let items = compare(program, Some(&before));
    let begun = match begin(program, Some(&left), &answers) {
        Ok(begun) => begun,
        Err(refusal) => return Err(refused(&refusal, &items, Some((last, &before)), program)),
    };
    tell(begun.carryover.as_ref(), &items);
    Ok(Start { ordinal, words: begun.words, previous, carryover: begun.carryover })
}

/// The words with which a session begins after another one, or as the first.
pub(crate) fn begin(program: &Program, left: Option<&Left>, answers: &Answers) -> Result<Begun, Refusal> {
    match left {
        Some(left) if !left.is_laid_out() => Ok(Begun { words: Some(left.words.clone()), carryover: None }),
        Some(left) => {
            let before = left.before();
            decide(program, Some(&before), &compare(program, Some(&before)), answers)
        }
        None => decide(program, None, &compare(program, None), answers),
    }
}

fn answers(options: &CarryOptions) -> Result<Answers, Failure> {
    let pair = |text: &String| {
        let pair = text.split_once('=').map(|(name, value)| (name.trim().to_string(), value.trim().to_string()));
        pair.filter(|(name, value)| !name.is_empty() && !value.is_empty()).ok_or_else(|| {
            Failure::trouble(
                "subject-answers",
                format!("`--start {text}`: write NAME=VALUE, for example contrasts=final"),
            )
        })
    };
    let unique = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        names
    };
    Ok(Answers {
        carry: unique(&options.carry),
        reset: unique(&options.reset),
        start: options.start.iter().map(pair).collect::<Result<_, _>>()?,
        reason: options.reason.clone(),
    })
}

fn unknown_layout(last: &Path, left: &Left, program: &Program) -> Failure {
    let message = format!(
        "{}: the subject's last session ran {} ({}), this protocol is {}; its record does not say what the subject's \
         words are, so that they cannot be carried over; start another subject",
        last.display(),
        left.file.protocol.name,
        left.file.protocol.hash,
        program.identity.protocol
    );
    Failure::trouble("other-protocol", message)
}

/// Says on stderr what became of the state, when the protocol has changed or something was decided.
fn tell(carryover: Option<&Carryover>, items: &[Item<'_>]) {
    let Some(carryover) = carryover else { return };
    if let Some(session) = carryover.session {
        let unchanged: Vec<&str> = items
            .iter()
            .filter(|item| item.standing == Standing::Unchanged)
            .map(|item| item.now.name.as_str())
            .collect();
        let unchanged = if unchanged.is_empty() { "nothing".into() } else { unchanged.join(", ") };
        output::complain(&format!("from session {session:03}, unchanged: {unchanged}"));
    }
    for decision in &carryover.decisions {
        let was = decision.was.as_deref().map(|was| format!(", was {was}")).unwrap_or_default();
        output::complain(&format!("{} begins with {}{was}", decision.name, decision.now));
    }
    for (name, value) in &carryover.gone {
        output::complain(&format!("{name} is gone, was {value}"));
    }
}

/// Everything that keeps the session from beginning, what each definition was and is, and what to write.
fn refused(refusal: &Refusal, items: &[Item<'_>], before: Option<(&Path, &Before<'_>)>, program: &Program) -> Failure {
    let mut text = String::new();
    let open: Vec<&Item<'_>> = refusal.unanswered.iter().filter_map(|&k| items.get(k)).collect();
    let (Some((last, before)), false) = (before, open.is_empty()) else {
        return Failure::trouble("subject-answers", refusal.mistakes.join("\nerror[subject-answers]: "));
    };
    let _ = writeln!(
        text,
        "{}: what this subject carries was declared otherwise; say for each what becomes of it",
        last.display()
    );
    let old = record::read(last).and_then(|session| record::program(last, &session.header)).ok();
    let changes = Changes { old: old.as_deref(), new: program };
    for item in &open {
        describe(&mut text, item, &changes);
    }
    for (name, value) in gone(program, before) {
        let _ = write!(text, "\n  {name}, gone: its last value was {value}\n");
    }
    let unchanged = items.iter().filter(|item| item.standing == Standing::Unchanged);
    let unchanged: Vec<&str> = unchanged.map(|item| item.now.name.as_str()).collect();
    if !unchanged.is_empty() {
        let _ = write!(text, "\n  unchanged and carried over: {}\n", unchanged.join(", "));
    }
    for mistake in &refusal.mistakes {
        let _ = write!(text, "\n  {mistake}\n");
    }
    let _ = write!(text, "\nwrite, with --carry, --reset or --start for each:\n  {}", command(&open));
    Failure::trouble("subject-changed", text)
}

/// What a definition was and is, and what can become of it. Writing into a string cannot fail.
fn describe(text: &mut String, item: &Item<'_>, changes: &Changes<'_>) {
    let name = &item.now.name;
    let word = if item.standing == Standing::New { "new" } else { "changed" };
    let _ = write!(text, "\n  {name}, {word}\n");
    for line in changes.lines(item) {
        let _ = writeln!(text, "    {line}");
    }
    if let Some(left) = &item.left {
        let _ = writeln!(text, "    value  {left}");
    }
    match &item.taken {
        Ok(words) => {
            let _ = writeln!(text, "    --carry {name}: begins with {}", shown(item.now, words));
        }
        Err(_) if item.standing == Standing::New => {}
        Err(why) => {
            let _ = writeln!(text, "    it cannot be carried: {why}");
        }
    }
    let _ = writeln!(text, "    --reset {name}: begins with {}", shown(item.now, item.begins));
    if let Some(allowed) = allowed(item.now) {
        let _ = writeln!(text, "    --start {name}=VALUE: {allowed}");
    }
}

/// The command as it was given, with an answer for each open definition.
fn command(open: &[&Item<'_>]) -> String {
    let mut words: Vec<String> = vec!["trialect".into()];
    let given: Vec<String> = std::env::args().skip(1).collect();
    let has_reason = given.iter().any(|word| word == "--reason" || word.starts_with("--reason="));
    words.extend(given);
    for item in open {
        words.push(if item.taken.is_ok() { "--carry".into() } else { "--reset".into() });
        words.push(item.now.name.clone());
    }
    if !has_reason {
        words.extend(["--reason".into(), "WHY".into()]);
    }
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
