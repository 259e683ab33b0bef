//! What the columns of a file are: the names of its format, of a map, or of both.

use super::Import;
use crate::bind::target;
use crate::facts::Facts;
use crate::fault::{AuditFault, Refusal};
use crate::map::{Binding, Map, Source};
use trialect_ir::{Domain, Program};

/// The map by which a file is read, and the names in it that the protocol does not have.
///
/// # Errors
/// There is no map, and the file's format does not say what its columns are.
pub(crate) fn effective(
    program: &Program,
    facts: &Facts,
    import: &Import,
    map: Option<&Map>,
    map_path: &str,
) -> Result<(Map, Vec<String>), AuditFault> {
    let given = match map {
        Some(map) if map.extends.is_none() => return Ok((map.clone(), Vec::new())),
        given => given,
    };
    if let Some((name, line)) = given.and_then(|map| map.extends.as_ref())
        && *name != import.format.name()
    {
        let what = format!(
            "the map extends the names of `{name}`, and {} is of the format `{}`",
            import.path.display(),
            import.format.name()
        );
        let remedy = "name that format, or force one with `--format`".into();
        return Err(AuditFault::Map { path: map_path.into(), refusals: vec![Refusal { line: *line, what, remedy }] });
    }
    let Some(names) = &import.names else {
        return Err(AuditFault::Format {
            path: import.path.display().to_string(),
            columns: import.table.columns().iter().take(60).cloned().collect(),
        });
    };
    let columns = import.table.columns();
    let (kept, left_out) = fitting(program, facts, names, columns);
    let mut all = Map { bindings: kept, ..given.cloned().unwrap_or_default() };
    all.own = names.own;
    for binding in given.map(|map| map.bindings.as_slice()).unwrap_or_default() {
        all.bindings.retain(|other| other.name != binding.name);
        all.bindings.push(binding.clone());
    }
    Ok((all, left_out))
}

/// The names of a format that the protocol has and the file has columns for; and those that the protocol does not have,
/// but for other names of a column that has one.
fn fitting(program: &Program, facts: &Facts, names: &Map, columns: &[String]) -> (Vec<Binding>, Vec<String>) {
    let there =
        |binding: &&Binding| binding.source.columns().iter().all(|name| columns.iter().any(|column| column == name));
    let has = |binding: &&Binding| target(program, facts, &binding.name).is_ok();
    let (kept, lacking): (Vec<&Binding>, Vec<&Binding>) = names.bindings.iter().filter(there).partition(has);
    let read: Vec<&str> = kept.iter().flat_map(|binding| binding.source.columns()).collect();
    let mut left_out: Vec<String> = Vec::new();
    for binding in lacking {
        let used = binding.source.columns().iter().all(|column| read.contains(column));
        if !used && !left_out.contains(&binding.name) {
            left_out.push(binding.name.clone());
        }
    }
    (kept.into_iter().cloned().collect(), left_out)
}

/// Names for columns of which the protocol has one of the same name, or of the name after the last point; stamps by
/// the names of states. Columns of other names keep theirs: they are told as names that the protocol does not have.
pub(super) fn by_name(program: &Program, columns: &[String], numeric: &dyn Fn(&str) -> bool) -> Map {
    let facts = Facts::of(program);
    let mut map = Map::default();
    let mut taken: Vec<String> = Vec::new();
    for column in columns {
        let last = column.rsplit('.').next().unwrap_or(column);
        let name = [column.as_str(), last].into_iter().find(|name| {
            // Numbers are no names: a map has to say what they mean.
            let fits =
                |domain: &Domain| !matches!(domain, Domain::Named { .. } | Domain::Set { .. }) || !numeric(column);
            target(program, &facts, name).is_ok_and(|(_, domain, _)| fits(&domain))
        });
        let name = name.filter(|name| !taken.iter().any(|other| other == name)).unwrap_or(column);
        taken.push(name.to_owned());
        map.bindings.push(Binding::plain(name, 1, Source::Column(column.clone())));
    }
    // Numbers under a name that has words for values stay away.
    map.bindings.retain(|binding| {
        let words = target(program, &facts, &binding.name)
            .is_ok_and(|(_, domain, _)| matches!(domain, Domain::Named { .. } | Domain::Set { .. }));
        !(words && binding.source.columns().iter().all(|column| numeric(column)))
    });
    map
}

/// States whose every way to end a trial has the same outcome, with its name.
pub(super) fn endings(program: &Program) -> Vec<(String, String)> {
    let mut endings = Vec::new();
    for state in program.states.iter().take(program.trial_states()) {
        let mut outcomes: Vec<u32> = Vec::new();
        for clause in &state.clauses {
            if let trialect_ir::Then::End(outcome) = clause.then {
                outcomes.push(outcome);
            }
        }
        outcomes.dedup();
        if let [outcome] = outcomes.as_slice()
            && let Some(name) = program.outcomes.get(*outcome as usize)
        {
            endings.push((state.name.clone(), name.clone()));
        }
    }
    endings
}
