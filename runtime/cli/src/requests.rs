//! What is asked for between trials of a simulated session: `--change`, `--pause`, `--stop`, `--note`, and `--param`.

use crate::answers;
use crate::arguments::RequestOptions;
use crate::failure::Failure;
use trialect_device::Ns;
use trialect_ir::{Column, Domain, Program};
use trialect_session::{Asked, Given, Inbox, Moment, Wish};

/// Who asks when nobody is named.
const SCRIPT: &str = "command line";

fn trouble(message: String) -> Failure {
    Failure::trouble("request", message)
}

/// Everything that the options ask for: changes, notes and pauses of one place in this order, and then the stop.
pub(crate) fn inbox(options: &RequestOptions, by: Option<&str>, program: &Program) -> Result<Inbox, Failure> {
    let mut inbox = Inbox::default();
    let by = by.unwrap_or(SCRIPT);
    for text in &options.change {
        let (wish, after_trial) = place("--change", text, "\"reward=5 uL at trial 120\"")?;
        let (name, value) = pair("--change", wish, "\"reward=5 uL at trial 120\"")?;
        let to = parameter(program, name, value)?;
        ask(&mut inbox, program, after_trial, by, Wish::Change { name: name.into(), to }, 0)?;
    }
    for text in &options.note {
        let (words, after_trial) = place("--note", text, "\"new cage at trial 1\"")?;
        ask(&mut inbox, program, after_trial, by, Wish::Note(words.into()), 0)?;
    }
    for text in &options.pause {
        let example = "--pause \"for 10 min at trial 40\"";
        let (how_long, after_trial) = place("--pause", text, "\"for 10 min at trial 40\"")?;
        let seconds = how_long.strip_prefix("for ").and_then(answers::seconds).filter(|seconds| *seconds > 0.0);
        let seconds = seconds.ok_or_else(|| trouble(format!("`--pause {text}`: write {example}")))?;
        pause(&mut inbox, program, after_trial, by, trialect_ir::law::nanoseconds(seconds))?;
    }
    if let Some(text) = &options.stop {
        let (rest, after_trial) = place("--stop", text, "\"after trial 200\"")?;
        if !rest.is_empty() {
            return Err(trouble(format!("`--stop {text}`: write --stop \"after trial 200\"")));
        }
        ask(&mut inbox, program, after_trial, by, Wish::Stop, 0)?;
    }
    Ok(inbox)
}

/// A pause and its end.
pub(crate) fn pause(inbox: &mut Inbox, program: &Program, after: u32, by: &str, ns: Ns) -> Result<(), Failure> {
    ask(inbox, program, after, by, Wish::Pause, 0)?;
    ask(inbox, program, after, by, Wish::Resume, ns)
}

/// Puts a request into the inbox; `later` ns after the one before.
pub(crate) fn ask(
    inbox: &mut Inbox,
    program: &Program,
    after_trial: u32,
    by: &str,
    wish: Wish,
    later: Ns,
) -> Result<(), Failure> {
    let asked = Asked { after_trial, moment: Moment::After(later), by: by.into(), wish };
    inbox.push(program, asked).map_err(|refused| trouble(refused.to_string()))
}

/// `--param NAME=VALUE`
pub(crate) fn parameters(options: &RequestOptions, program: &Program) -> Result<Vec<(String, Given)>, Failure> {
    let mut list: Vec<(String, Given)> = Vec::new();
    for text in &options.param {
        let (name, value) = pair("--param", text, "\"reward=5 uL\"")?;
        if list.iter().any(|(other, _)| other == name) {
            return Err(trouble(format!("`{name}` is given twice; remove one `--param {name}=…`")));
        }
        list.push((name.into(), parameter(program, name, value)?));
    }
    Ok(list)
}

/// The value of a parameter as a person writes it. One of a name that there is not is for the session to refuse.
pub(crate) fn parameter(program: &Program, name: &str, text: &str) -> Result<Given, Failure> {
    match program.columns.iter().find(|column| column.name == name) {
        Some(column) => given(column, text).map_err(|why| trouble(format!("`{name}={text}`: {why}"))),
        None => Ok(Given::Name(text.into())),
    }
}

/// A value of a column as a person writes it.
pub(crate) fn given(column: &Column, text: &str) -> Result<Given, String> {
    let value = match &column.domain {
        Domain::Steps { unit, .. } => {
            let domain = Domain::Real { unit: unit.clone(), least: None, most: None };
            answers::value(&Column { domain, ..column.clone() }, text)?
        }
        _ => answers::value(column, text)?,
    };
    let level = |values: &[f64], labels: &[String]| {
        let position = labels.iter().position(|label| Some(label.as_str()) == value.as_str())?;
        values.get(position).copied().map(Given::Real)
    };
    let given = match &column.domain {
        Domain::Levels { values, labels, .. } => level(values, labels),
        Domain::Named { .. } => value.as_str().map(|name| Given::Name(name.into())),
        _ => value.as_f64().or_else(|| value.as_bool().map(f64::from)).map(Given::Real),
    };
    given.ok_or_else(|| format!("`{}` cannot be given", column.name))
}

/// `NAME=VALUE` with both there.
fn pair<'t>(flag: &str, text: &'t str, example: &str) -> Result<(&'t str, &'t str), Failure> {
    let pair = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    pair.filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .ok_or_else(|| trouble(format!("`{flag} {text}`: write {flag} {example}")))
}

/// What is asked for, and after which trial: `… at trial 40` is done before trial 40 begins, `… after trial 40` when it
/// has ended.
fn place<'t>(flag: &str, text: &'t str, example: &str) -> Result<(&'t str, u32), Failure> {
    let number = |words: &'t str, before: u32| {
        let trial = words.trim().parse::<u32>().ok()?;
        trial.checked_sub(before)
    };
    let split = |joint: &str, before: u32| {
        let (wish, trial) = text.rsplit_once(joint).or_else(|| Some(("", text.strip_prefix(joint.trim_start())?)))?;
        Some((wish.trim(), number(trial, before)?))
    };
    let found = split(" at trial ", 1).or_else(|| split(" after trial ", 0));
    found.ok_or_else(|| trouble(format!("`{flag} {text}`: write {flag} {example}")))
}
