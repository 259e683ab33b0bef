//! What a device class holds: settings, readings, events, stimuli and verbs with what becomes of them.

use super::page::{Columns, Row, Table};
use super::written::Written;
use trialect_syntax::ast::{Clause, ClauseKind, Name, TypeExpr};

const SETTINGS: Columns = &["setting", "type"];
const READINGS: Columns = &["reading", "kind", "type"];
const EVENTS: Columns = &["event", "makes"];
const STIMULI: Columns = &["stimulus", "fixed", "shown"];
const VERBS: Columns = &["verb", "takes", "lasts", "also", "when made safe"];
const ORDER: [Columns; 5] = [SETTINGS, READINGS, EVENTS, STIMULI, VERBS];

/// All members, those of a kind in one table.
pub(super) fn tables(body: &[Clause], written: &Written<'_>) -> Vec<Table> {
    Table::by_kind(&ORDER, body.iter().filter_map(|clause| member(clause, written)).collect())
}

fn member(clause: &Clause, written: &Written<'_>) -> Option<(Columns, Row)> {
    let row = |name: &Name, cells| Row { name: name.text.clone(), cells, description: clause.description.clone() };
    Some(match &clause.kind {
        ClauseKind::Channel { kind, name, ty, words } => {
            let ty = ty.as_ref().map_or(String::new(), |ty| written.text(ty.span));
            match kind.text.as_str() {
                "setting" => (SETTINGS, row(name, vec![ty])),
                "event" => (EVENTS, row(name, vec![makes(words)])),
                "flag" => (READINGS, row(name, vec!["flag".into(), "Bool".into()])),
                other => (READINGS, row(name, vec![other.into(), ty])),
            }
        }
        ClauseKind::Constructor { name, fixed, shown, .. } => {
            (STIMULI, row(name, vec![slots(fixed, written), slots(shown, written)]))
        }
        ClauseKind::Verb { name, parameters, words } => {
            let word = |word: &str| words.iter().any(|other| other.text == word);
            let lasts = ["instant", "latching", "timed", "held"].into_iter().find(|lasting| word(lasting));
            let safe = match lasts {
                Some("latching" | "held") => "off",
                Some("timed") => "cut short",
                _ => "",
            };
            let row = row(
                name,
                vec![slots(parameters, written), lasts.unwrap_or("instant").into(), also(words), safe.into()],
            );
            (VERBS, row)
        }
        _ => return None,
    })
}

/// `frequency : Frequency, ramp : Time`
fn slots(list: &[(Name, TypeExpr)], written: &Written<'_>) -> String {
    let slot = |(name, ty): &(Name, TypeExpr)| format!("{} : {}", name.text, written.text(ty.span));
    list.iter().map(slot).collect::<Vec<_>>().join(", ")
}

/// `inside true` for `sets inside`.
fn makes(words: &[Name]) -> String {
    match words {
        [word, flag] if word.text == "sets" => format!("{} true", flag.text),
        [word, flag] if word.text == "clears" => format!("{} false", flag.text),
        _ => String::new(),
    }
}

/// What the words of a verb say besides how long it lasts.
fn also(words: &[Name]) -> String {
    let mut list = Vec::new();
    for (k, word) in words.iter().enumerate() {
        let next = words.get(k + 1).map_or("", |next| next.text.as_str());
        match word.text.as_str() {
            "stimulus" => list.push("presents a stimulus".to_string()),
            "adds" => list.push(format!("adds to {next}, needs a limit")),
            "resets" => list.push(format!("resets {next}")),
            "ends" => list.push(format!("ends {next}")),
            "of" => list.push(format!("of its part {next}")),
            _ => {}
        }
    }
    list.join("; ")
}
