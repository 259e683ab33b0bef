//! What became of scenarios, for people and for other programs.

use super::{Miss, Tested};
use serde_json::{Value, json};
use trialect_base::{Sources, Span};

/// Misses that are shown of one scenario.
const SHOWN_MAX: usize = 5;

/// The scenarios of one protocol.
pub(crate) struct Suite {
    pub(crate) file: String,
    pub(crate) sources: Sources,
    pub(crate) tested: Vec<Tested>,
}

impl Suite {
    /// `file:line:column` of a span.
    fn place(&self, span: Span) -> String {
        let place = self.sources.place(span);
        let name = self.sources.get(span.source).map_or("", |source| source.name.as_str());
        format!("{name}:{}:{}", place.line, place.column)
    }

    /// One line for a miss, with the place of what was expected.
    pub(crate) fn miss(&self, tested: &Tested, miss: &Miss) -> String {
        let trial = match miss.trial {
            Some(trial) => format!(", trial {trial}"),
            None => ", at the end".into(),
        };
        let expected = miss.expectation.and_then(|k| tested.told.expectations.get(k));
        let seed = if tested.told.seeds > 1 { format!("seed {}, ", miss.seed) } else { String::new() };
        match expected {
            Some(expected) => {
                let always = if expected.always { "always " } else { "" };
                let why = expected.description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
                let says = if miss.says.is_empty() { String::new() } else { format!("; {}", miss.says) };
                format!(
                    "{seed}session {}{trial}: expect {always}{}{why}{says}  [{}]",
                    miss.session,
                    expected.text,
                    self.place(expected.span)
                )
            }
            None => format!("{seed}session {}: {}  [{}]", miss.session, miss.says, self.place(tested.told.span)),
        }
    }
}

/// How much was run: `100 trials`, `5 sessions, 2000 trials, 3 seeds`.
fn extent(tested: &Tested) -> String {
    let played = &tested.played;
    let count = |number: u64, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if played.sessions > played.seeds || played.trials == 0 {
        parts.push(count(u64::from(played.sessions), "session"));
    }
    if played.trials > 0 || parts.is_empty() {
        parts.push(count(played.trials, "trial"));
    }
    if tested.told.seeds > 1 {
        parts.push(count(u64::from(played.seeds), "seed"));
    }
    parts.join(", ")
}

/// A line for each scenario, below it what did not hold.
pub(crate) fn text(suites: &[Suite]) -> String {
    let mut lines = Vec::new();
    for suite in suites {
        lines.push(suite.file.clone());
        for tested in &suite.tested {
            let misses = &tested.played.misses;
            let word = if misses.is_empty() { "holds" } else { "fails" };
            lines.push(format!("  {word}  {}  ({})", tested.told.title, extent(tested)));
            lines.extend(misses.iter().take(SHOWN_MAX).map(|miss| format!("         {}", suite.miss(tested, miss))));
            if misses.len() > SHOWN_MAX {
                lines.push(format!("         and {} more", misses.len() - SHOWN_MAX));
            }
        }
    }
    let all = suites.iter().flat_map(|suite| &suite.tested);
    let failed = all.clone().filter(|tested| !tested.played.misses.is_empty()).count();
    let number = all.count();
    let scenarios = if number == 1 { "scenario" } else { "scenarios" };
    lines.push(match failed {
        0 => format!("{number} {scenarios}, fine"),
        _ => format!("{number} {scenarios}, {failed} failed"),
    });
    lines.join("\n")
}

/// The same as a JSON array, an object for each scenario.
pub(crate) fn json(suites: &[Suite]) -> String {
    let one = |suite: &Suite, tested: &Tested| {
        let misses = tested.played.misses.iter().map(|miss| {
            let expected = miss.expectation.and_then(|k| tested.told.expectations.get(k));
            json!({
                "seed": miss.seed,
                "session": miss.session,
                "trial": miss.trial,
                "expected": expected.map(|expected| &expected.text),
                "always": expected.map(|expected| expected.always),
                "description": expected.and_then(|expected| expected.description.as_ref()),
                "values": miss.says,
                "place": suite.place(expected.map_or(tested.told.span, |expected| expected.span)),
            })
        });
        json!({
            "file": suite.file,
            "scenario": tested.told.title,
            "place": suite.place(tested.told.span),
            "holds": tested.played.misses.is_empty(),
            "seeds": tested.played.seeds,
            "sessions": tested.played.sessions,
            "trials": tested.played.trials,
            "misses": misses.collect::<Vec<Value>>(),
        })
    };
    let list: Vec<Value> =
        suites.iter().flat_map(|suite| suite.tested.iter().map(move |tested| one(suite, tested))).collect();
    serde_json::to_string_pretty(&list).unwrap_or_else(|_| "[]".into())
}
