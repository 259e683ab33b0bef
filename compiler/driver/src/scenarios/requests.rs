//! What a person asks for between trials of a scenario: `change`, `pause`, `stop`.

use super::Surroundings;
use super::steps::{number, whole};
use trialect_base::{Finding, Findings};
use trialect_ir::{Clock, Program, Role};
use trialect_syntax::ast::{Expr, Name};
use trialect_units::{Decimal, Unit};

/// Something that is asked for between two trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The trial before which it is done, from 1.
    pub before_trial: u32,
    /// What.
    pub wish: Asks,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asks {
    /// A parameter gets another value, as it is written.
    Change {
        /// Its name.
        name: String,
        /// The value.
        value: String,
    },
    /// A pause.
    Pause {
        /// How long, ns.
        ns: i64,
    },
    /// The session ends.
    Stop,
}

/// A step as it stands in the text.
pub(super) enum Request<'a> {
    Change { name: &'a Name, value: &'a Expr, trial: &'a Expr },
    Pause { time: &'a Expr, trial: &'a Expr },
    Stop { trial: &'a Expr },
}

impl Request<'_> {
    /// What is asked for, or a finding.
    pub(super) fn asked(&self, around: &Surroundings<'_>, program: &Program, findings: &mut Findings) -> Option<Asked> {
        let (trial, wish) = match self {
            Request::Change { name, value, trial } => {
                if !is_parameter(program, name, findings) {
                    return None;
                }
                let value = around.sources.text(value.span).to_string();
                (trial, Asks::Change { name: name.text.clone(), value })
            }
            Request::Pause { time, trial } => (trial, Asks::Pause { ns: pause(time, findings)? }),
            Request::Stop { trial } => (trial, Asks::Stop),
        };
        Some(Asked { before_trial: whole(trial, findings)?, wish })
    }
}

/// Whether a name is a parameter that can change in a session.
fn is_parameter(program: &Program, name: &Name, findings: &mut Findings) -> bool {
    let parameter = |column: &&trialect_ir::Column| column.role == Role::Parameter && column.clock >= Clock::Session;
    let known: Vec<&str> = program.columns.iter().filter(parameter).map(|column| column.name.as_str()).collect();
    let is_one = known.contains(&name.text.as_str());
    if !is_one {
        let message = format!("`{}` is no parameter of the session or the trial", name.text);
        let finding = Finding::error("scenario-request", message, name.span, "cannot be changed by a person");
        let help = match known.as_slice() {
            [] => format!("declare it so: `param {} = … within …`", name.text),
            known => format!("parameters: {}", known.join(", ")),
        };
        findings.push(finding.help(help));
    }
    is_one
}

fn pause(time: &Expr, findings: &mut Findings) -> Option<i64> {
    let second = Unit::parse("s").ok()?.dimension;
    let seconds = number(time, second).map(Decimal::to_f64).filter(|seconds| *seconds > 0.0);
    if seconds.is_none() {
        let finding = Finding::error("scenario-request", "a pause takes time", time.span, "not a time above 0");
        findings.push(finding.help("write `pause 10 min at trial 40`"));
    }
    seconds.map(trialect_ir::law::nanoseconds)
}
