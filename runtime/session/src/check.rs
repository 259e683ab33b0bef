//! Whether what a session is given fits its protocol: asked before anything of it is recorded.

use crate::covariates::answers;
use crate::requests::change;
use crate::{Plan, SessionFault};
use trialect_ir::Program;

/// Checks a plan, so that a session that cannot start leaves nothing behind.
///
/// # Errors
/// What [`crate::run`] would say before its first trial, or of the values given for a planned trial.
pub fn check(program: &Program, plan: &Plan<'_>) -> Result<(), SessionFault> {
    subject_words(program, plan)?;
    answers(program, plan)?;
    for (name, value) in &plan.parameters {
        change(program, name, value)?;
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
