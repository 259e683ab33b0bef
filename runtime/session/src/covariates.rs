//! Covariates as they are answered: each as a word of its column, or what keeps the session from starting.

use crate::{Plan, SessionFault};
use serde_json::Value;
use trialect_ir::{Asked, Column, Covariate, Domain, Program};

/// A covariate's value as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) column: u32,
    pub(crate) word: u64,
    /// Whether it lies outside its range.
    pub(crate) outside: bool,
    /// Whether it is answered only when the session has ended.
    pub(crate) after: bool,
}

/// The answers of a plan: inside their ranges unless a recording gives them or a person has taken them, missing only
/// where they may be and for a reason.
pub(crate) fn answers(program: &Program, plan: &Plan<'_>) -> Result<Vec<Answer>, SessionFault> {
    let (mut answers, mut problems) = (Vec::new(), Vec::new());
    for &k in &program.asked {
        match answer(&program.columns[k as usize], k, plan) {
            Ok(answer) => answers.extend(answer),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(SessionFault::Covariates { problems }) }
}

fn answer(column: &Column, k: u32, plan: &Plan<'_>) -> Result<Option<Answer>, String> {
    let name = &column.name;
    let declared = column.covariate.clone().unwrap_or_default();
    let remark = plan.covariate_remarks.get(name);
    let reason = remark.and_then(|remark| remark.missing.as_ref());
    let Some(value) = plan.covariates.get(name).filter(|value| !value.is_null()) else {
        return match (declared.optional, reason) {
            (true, Some(_)) => Ok(None),
            (true, None) => Err(format!(
                "`{name}` has no value ({}); give it as `--covariate {name}=VALUE`, or say why not: `--missing {name}=REASON`",
                expects(column)
            )),
            (false, _) => {
                Err(format!("`{name}` has no value ({}); give it as `--covariate {name}=VALUE`", expects(column)))
            }
        };
    };
    let word = word(column, &declared, value)
        .ok_or_else(|| format!("`{name}` is {value}, which is not what is asked for: {}", expects(column)))?;
    let outside = is_outside(&declared, value);
    let taken = remark.is_some_and(|remark| remark.overridden.is_some());
    if outside && !plan.covariates_given && !taken {
        return Err(format!(
            "`{name}` is {}, outside the range that the protocol allows ({}); measure again, or take it all the same: `--override {name}=REASON --by PERSON`",
            shown(column, value),
            expects(column)
        ));
    }
    Ok(Some(Answer { column: k, word, outside, after: declared.asked == Some(Asked::After) }))
}

/// Whether a value lies outside the range that is refused.
pub fn is_outside(declared: &Covariate, value: &Value) -> bool {
    declared.within.zip(value.as_f64()).is_some_and(|([low, high], value)| value < low || value > high)
}

/// The word of a value; none when it is not of the column's type.
fn word(column: &Column, declared: &Covariate, value: &Value) -> Option<u64> {
    match &column.domain {
        Domain::Real { .. } => return value.as_f64().map(f64::to_bits),
        Domain::Int { least, most } => {
            let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)? as i64;
            // Without a range of its own it is a type of few members, and there are no others.
            let there = declared.within.is_some() || (*least..=*most).contains(&number);
            return there.then_some(number as u64);
        }
        Domain::Bool => value.as_bool().map(usize::from),
        Domain::Named { members } => members.iter().position(|member| Some(member.as_str()) == value.as_str()),
        Domain::Levels { labels, .. } => labels.iter().position(|label| Some(label.as_str()) == value.as_str()),
        // The texts stand in the header of the record, one for each column.
        Domain::Text { .. } => value.as_str().map(|_| 0),
        Domain::Steps { .. } | Domain::Set { .. } | Domain::Instant | Domain::Times { .. } => None,
    }
    .map(|position| position as u64)
}

/// What a covariate may be, in words: `a number in g, 10 .. 45`.
pub fn expects(column: &Column) -> String {
    let declared = column.covariate.clone().unwrap_or_default();
    let unit = column.domain.unit();
    let express = |value: f64| unit.map_or(value, |unit| unit.express(value));
    let kind = match &column.domain {
        Domain::Named { members } => format!("one of {}", members.join(", ")),
        Domain::Levels { labels, .. } => format!("one of {}", labels.join(", ")),
        Domain::Bool => "true or false".into(),
        Domain::Text { .. } => "words".into(),
        Domain::Int { least, most } if declared.within.is_none() && *least > i64::MIN => {
            format!("a whole number, {least} .. {most}")
        }
        Domain::Int { .. } => "a whole number".into(),
        _ => unit.map_or_else(|| "a number".into(), |unit| format!("a number in {}", unit.symbol)),
    };
    let range = |words: &str, range: Option<[f64; 2]>| {
        range.map_or_else(String::new, |[low, high]| format!("{words} {} .. {}", express(low), express(high)))
    };
    let usual = declared.usual.map_or_else(String::new, |usual| format!(", usually \"{usual}\""));
    format!("{kind}{}{}{usual}", range(",", declared.within), range(", usually", declared.standard))
}

/// A value as people read it: in the unit of its column.
pub fn shown(column: &Column, value: &Value) -> String {
    match (value.as_f64(), column.domain.unit()) {
        (Some(number), Some(unit)) => format!("{} {}", unit.express(number), unit.symbol),
        (Some(number), None) => number.to_string(),
        _ if value.is_null() => "missing".into(),
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
