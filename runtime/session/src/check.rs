//! Whether what a session is given fits its protocol: asked before anything of it is recorded.

use crate::{Plan, SessionFault};
use trialect_ir::{Class, Domain, Program};

/// Checks a plan, so that a session that cannot start leaves nothing behind.
///
/// # Errors
/// What [`crate::run`] would say before its first trial, or of the values given for a planned trial.
pub fn check(program: &Program, plan: &Plan<'_>) -> Result<(), SessionFault> {
    subject_words(program, plan)?;
    for &k in &program.asked {
        covariate(program, plan, k)?;
    }
    let planned = plan.stop_after.as_ref().map_or(0, |(last, _)| *last);
    for (name, value) in (1..=planned).flat_map(|trial| (plan.given)(trial)) {
        value.resolve(program, &name)?;
    }
    Ok(())
}

/// The words that the last session left, when there are as many as the protocol has.
pub(crate) fn subject_words<'a>(program: &Program, plan: &'a Plan<'_>) -> Result<Option<&'a [u64]>, SessionFault> {
    let expected = (program.subject.end - program.subject.start) as usize;
    match &plan.subject_words {
        Some(words) if words.len() != expected => Err(SessionFault::SubjectState { found: words.len(), expected }),
        words => Ok(words.as_deref()),
    }
}

/// A covariate's value as it is stored.
pub(crate) struct Covariate {
    pub(crate) word: u64,
    /// Whether it lies outside its range.
    pub(crate) outside: bool,
}

/// A value asked before the session, inside its range unless a recording gives it; none for an optional one.
pub(crate) fn covariate(program: &Program, plan: &Plan<'_>, column: u32) -> Result<Option<Covariate>, SessionFault> {
    let column = &program.columns[column as usize];
    let problem = |problem: String| SessionFault::Covariate { name: column.name.clone(), problem };
    let Some(value) = plan.covariates.get(&column.name).copied() else {
        if column.present.is_some() {
            return Ok(None);
        }
        return Err(problem(format!("is asked before the session; give it as `--covariate {}=VALUE`", column.name)));
    };
    let inside = match &column.domain {
        Domain::Real { least, most, .. } => least.is_none_or(|l| value >= l) && most.is_none_or(|m| value <= m),
        Domain::Int { least, most } => value >= *least as f64 && value <= *most as f64,
        _ => true,
    };
    if !inside && !plan.covariates_given {
        return Err(problem(format!("is {value}, outside the range that the protocol allows; measure again")));
    }
    let word = if column.domain.class() == Class::Real { value.to_bits() } else { value as i64 as u64 };
    Ok(Some(Covariate { word, outside: !inside }))
}
