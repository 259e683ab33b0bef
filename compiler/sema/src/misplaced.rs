//! Clauses that cannot stand where they stand, or that this version does not have: what to write instead.

use crate::Checker;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause, ClauseKind};

impl Checker<'_> {
    /// A construct of the language that this version does not have.
    pub(crate) fn not_yet(&mut self, what: &str, span: Span) {
        let message = format!("this version does not have {what}");
        self.report(Finding::error("not-yet", message, span, "not supported").help_maybe(instead_of(what)));
    }

    /// The beginning of a clause: all before its block, on its first line.
    pub(crate) fn head_of(&self, span: Span) -> Span {
        let text = self.sources.text(span);
        let head = text.split(['{', '\n']).next().unwrap_or(text).trim_end();
        if head.is_empty() { span } else { Span { end: span.start + head.len() as u32, ..span } }
    }

    pub(crate) fn misplaced(&mut self, clause: &Clause, place: &str) {
        self.declare_names_of(clause);
        let span = self.head_of(clause.span);
        let what = match &clause.kind {
            ClauseKind::Stage { protocol: Some(_), .. } => Some("studies"),
            ClauseKind::Hold(_) | ClauseKind::Do(_) => Some("outputs outside states"),
            ClauseKind::For { .. } => Some("`for` outside states"),
            _ => None,
        };
        if let Some(what) = what {
            return self.not_yet(what, span);
        }
        let help = match home_of(&clause.kind) {
            Some(home) => format!("move it into {home}"),
            None => {
                "a clause belongs to the clock on which it lives: `subject`, `session`, `trial` or a `state`".into()
            }
        };
        let message = format!("this clause has no meaning {place}");
        self.report(Finding::error("misplaced-clause", message, span, "stands here").help(help));
    }

    /// Names of a clause that is refused, so that their uses are not refused as well.
    fn declare_names_of(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Define { head, .. }
            | ClauseKind::Var { head, .. }
            | ClauseKind::Param { head, .. }
            | ClauseKind::Draw { head, .. }
            | ClauseKind::Deck { head, .. }
            | ClauseKind::Stimulus { head, .. }
            | ClauseKind::Adapt { head, .. }
            | ClauseKind::Beside { head, .. }
            | ClauseKind::InputOf(head) => self.declare_broken(&head.name),
            ClauseKind::Stat(stat) => self.declare_broken(&stat.head.name),
            ClauseKind::Covariate(covariate) => self.declare_broken(&covariate.head.name),
            ClauseKind::Curriculum { name, .. } | ClauseKind::Device { name, .. } => self.declare_broken(name),
            ClauseKind::Block { name, body } => {
                self.declare_broken(name);
                body.iter().for_each(|inner| self.declare_names_of(inner));
            }
            ClauseKind::State { .. } | ClauseKind::Part { .. } | ClauseKind::Handler(_) | ClauseKind::For { .. } => {
                self.ways_unknown = true;
            }
            ClauseKind::Rig(devices) => devices.iter().for_each(|device| self.declare_names_of(device)),
            _ => {}
        }
    }
}

/// Where a clause has a meaning.
fn home_of(kind: &ClauseKind) -> Option<&'static str> {
    Some(match kind {
        ClauseKind::Rig(_) | ClauseKind::Stimulus { .. } => "the top of the protocol",
        ClauseKind::Enum { .. } | ClauseKind::Levels { .. } | ClauseKind::IntType { .. } => "the top of the protocol",
        ClauseKind::Use(..) | ClauseKind::Cite(_) | ClauseKind::Scenario { .. } => "the top of the protocol",
        ClauseKind::ClockBlock { .. } => "the top of the protocol",
        ClauseKind::ScenarioStep(_) => "`scenario \"…\" { … }`",
        ClauseKind::Quantity { .. } | ClauseKind::DeviceClass { .. } => "a library",
        ClauseKind::Curriculum { .. } => "`subject { … }`",
        ClauseKind::Stage { .. } => "`curriculum NAME { … }`",
        ClauseKind::Covariate(_) => "`subject { … }`, `session { … }` or `trial { … }`",
        ClauseKind::Limit { .. } | ClauseKind::Record { .. } => "`session { … }`",
        ClauseKind::Deck { .. } => "`session { … }` or `trial { … }`",
        ClauseKind::Stop { .. } | ClauseKind::Advise { .. } | ClauseKind::Counts(_) => "`session { … }`",
        ClauseKind::Stat(_) => "`session { … }` or `subject { … }`",
        ClauseKind::State { .. } | ClauseKind::Outcomes(_) | ClauseKind::Iti(_) | ClauseKind::Draw { .. } => {
            "`trial { … }`"
        }
        ClauseKind::Var { .. } | ClauseKind::Param { .. } => "`subject { … }`, `session { … }` or `trial { … }`",
        ClauseKind::Handler(_) => "a `state`, `trial { … }` or, for `on trial.end`, `session { … }`",
        ClauseKind::Beside { .. } => "`trial { … }` or `session { … }`",
        ClauseKind::Track { .. } | ClauseKind::Set { .. } | ClauseKind::If { .. } => "a `state` or a handler",
        ClauseKind::Device { .. } => "`rig { … }`",
        ClauseKind::InputOf(_) => "a `part` or a `policy`",
        ClauseKind::Adapt { .. } => "`session { … }` or `subject { … }`",
        ClauseKind::Part { .. } | ClauseKind::Policy { .. } => "the top of the protocol, or a library",
        _ => return None,
    })
}

/// What can be written instead of a construct that this version does not have.
fn instead_of(what: &str) -> Option<String> {
    let instead = match what {
        "outputs outside states" => {
            "move it into a `state`: one that the trial goes through before it ends, or one of `session { beside … }`"
        }
        "`by hand`" => "add a `param` that a person changes, and test it with `when`",
        "handlers of a state's entry or exit" => "write the action into the state itself",
        "`hold … for` of a session" => {
            "hold it in a state of `session { beside … }`, which ends with `after TIME -> …`"
        }
        "`for` outside states" => "give the names a key: `var NAME[TYPE] := …`, `draw NAME[TYPE] ~ …`",
        _ => return None,
    };
    Some(instead.into())
}
