//! What a protocol offers to a study.

use std::collections::BTreeMap;
use trialect_ir::{Clock, Column, Domain, Offered, OfferedValue, Program, Role};
use trialect_sema::Model;

/// The values of a protocol that a study can read: what it records, but for sets, texts, times and trains.
pub(crate) fn offered(model: &Model, program: &Program) -> Offered {
    let outcome = OfferedValue {
        name: "outcome".into(),
        clock: Clock::Trial,
        kind: None,
        domain: Domain::Named { members: program.outcomes.clone() },
        optional: false,
        is_state: false,
    };
    let optional: BTreeMap<&str, bool> =
        model.values.iter().rev().map(|value| (value.path.as_str(), value.ty.is_optional())).collect();
    let read = program.columns.iter().filter_map(|column| value(model, column, &optional));
    Offered { trials: program.most_trials, values: std::iter::once(outcome).chain(read).collect() }
}

/// `optional` says of each value of the model, by its path, whether it may be none.
fn value(model: &Model, column: &Column, optional: &BTreeMap<&str, bool>) -> Option<OfferedValue> {
    let kind = match &column.domain {
        Domain::Bool | Domain::Int { .. } => None,
        Domain::Real { unit, .. } | Domain::Steps { unit, .. } => match unit {
            None => None,
            Some(unit) => {
                let kind = model.quantities.iter().find(|kind| kind.unit.symbol == unit.symbol)?;
                Some(kind.name.clone())
            }
        },
        Domain::Named { members } => {
            let same = |one: &&trialect_sema::EnumType| one.members.iter().map(|member| &member.name).eq(members);
            model.enums.iter().find(same).map(|one| one.name.clone())
        }
        Domain::Levels { labels, .. } => {
            model.levels.iter().find(|one| one.labels == *labels).map(|one| one.name.clone())
        }
        Domain::Set { .. } | Domain::Instant | Domain::Text { .. } | Domain::Times { .. } => return None,
    };
    // The flag of a value that depends on the trial says whether the trial came so far, not that it may have none.
    let optional = optional.get(column.definition.as_str()).copied().unwrap_or(column.present.is_some());
    Some(OfferedValue {
        name: column.name.clone(),
        clock: column.clock,
        kind,
        domain: column.domain.clone(),
        optional,
        is_state: column.role == Role::Variable && column.clock == Clock::Subject,
    })
}
