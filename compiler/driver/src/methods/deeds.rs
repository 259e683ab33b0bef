//! What handlers and states wait for and do, in words.

use super::draws::drawn;
use super::words::{arguments, expr, head, listed, name, says};
use trialect_syntax::ast::{Clause, ClauseKind, Event, Handler, Place, Target, VerbClause};

/// `port[left].led`
pub(super) fn place(place: &Place) -> String {
    let members: String = place.members.iter().map(|member| format!(".{}", member.text)).collect();
    let named = name(&format!("{}{members}", place.base.text));
    let keys: Vec<String> = place.index.iter().map(expr).collect();
    if keys.is_empty() { named } else { format!("{named} for {}", listed(&keys, "and")) }
}

/// Everything that is done, in order.
pub(super) fn deeds(clauses: &[Clause]) -> String {
    clauses.iter().filter_map(deed).collect::<Vec<_>>().join("; ")
}

fn deed(clause: &Clause) -> Option<String> {
    Some(match &clause.kind {
        ClauseKind::Do(verb) => done(verb, ""),
        ClauseKind::Hold(verb) => done(verb, "hold "),
        ClauseKind::Track { place: of, value } => format!("{} follows {}", place(of), expr(value)),
        ClauseKind::Set { place: of, value, add: false } => format!("{} becomes {}", place(of), expr(value)),
        ClauseKind::Set { place: of, value, add: true } => format!("{} grows by {}", place(of), expr(value)),
        ClauseKind::Define { head: named, body: value } => format!("{} {}", head(named), says(value)),
        ClauseKind::Draw { head: named, call, within } => {
            format!("{} is {}", head(named), drawn(call, within.as_ref()))
        }
        ClauseKind::If { condition, then, otherwise } => {
            let rest = deeds(otherwise);
            let rest = if rest.is_empty() { rest } else { format!(", otherwise {rest}") };
            format!("if {}, {}{rest}", expr(condition), deeds(then))
        }
        ClauseKind::For { variable, over, body } => {
            format!("for each {} in {}: {}", name(&variable.text), expr(over), deeds(body))
        }
        _ => return None,
    })
}

fn done(verb: &VerbClause, before: &str) -> String {
    let amount = verb.amount.as_ref().map(|amount| format!("{} to ", expr(amount))).unwrap_or_default();
    let with = if verb.arguments.is_empty() { String::new() } else { format!(" ({})", arguments(&verb.arguments)) };
    let long = verb.duration.as_ref().map(|time| format!(" for {}", expr(time))).unwrap_or_default();
    format!("{before}{} {amount}{}{with}{long}", verb.verb.text, place(&verb.target))
}

/// `When X, if Y: A; then to Z.`
pub(super) fn handler(handler: &Handler) -> String {
    let guard = handler.guard.as_ref().map(expr);
    let (when, guard) = match (&handler.event, guard) {
        (Event::Always, Some(guard)) => (format!("As soon as {guard}"), String::new()),
        (Event::Always, None) => ("At once".into(), String::new()),
        (Event::Place(of), guard) => (format!("On {}", place(of)), of_guard(guard)),
        (Event::Reaches(what, level), guard) => {
            (format!("When {} reaches {}", expr(what), expr(level)), of_guard(guard))
        }
        (Event::After(time), guard) => (format!("After {}", expr(time)), of_guard(guard)),
    };
    let does = handler.actions.as_deref().map(deeds).unwrap_or_default();
    let goes = match &handler.target {
        Some(Target::State { name: to, by_hand: false }) => format!("go to {}", name(&to.text)),
        Some(Target::State { name: to, by_hand: true }) => {
            format!("go to {} when a person confirms it", name(&to.text))
        }
        Some(Target::End(outcome)) => format!("the trial ends as {}", name(&outcome.text)),
        None => String::new(),
    };
    let both = [does, goes].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ");
    format!("{when}{guard}: {both}.")
}

fn of_guard(guard: Option<String>) -> String {
    guard.map(|guard| format!(", provided that {guard}")).unwrap_or_default()
}
