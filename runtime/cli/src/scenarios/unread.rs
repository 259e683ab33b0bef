//! Covariates of a scenario's protocol that no rule reads: what they are decides nothing.

use serde_json::Value;
use std::collections::BTreeMap;
use trialect_ir::{Column, Domain, Program};

/// Answers what is asked for, not given, and read by no definition: a scenario need not say it.
pub(super) fn answer(program: &Program, values: &mut BTreeMap<String, Value>) {
    for column in program.asked.iter().map(|&k| &program.columns[k as usize]) {
        let read = |definition: &trialect_ir::Definition| definition.uses.contains(&column.definition);
        if !values.contains_key(&column.name) && !program.definitions.iter().any(read) {
            values.extend(any(column).map(|value| (column.name.clone(), value)));
        }
    }
}

/// A value that the covariate may have.
fn any(column: &Column) -> Option<Value> {
    let declared = column.covariate.clone().unwrap_or_default();
    let least = declared.within.map_or(0.0, |[low, _]| low);
    Some(match &column.domain {
        Domain::Named { members } => Value::from(members.first()?.as_str()),
        Domain::Levels { labels, .. } => Value::from(labels.first()?.as_str()),
        Domain::Bool => Value::from(false),
        Domain::Text { .. } => Value::from(""),
        Domain::Int { least: first, .. } if declared.within.is_none() && *first > i64::MIN => Value::from(*first),
        Domain::Int { .. } | Domain::Real { .. } => Value::from(least),
        _ => return None,
    })
}
