//! The date of a session: said by a person or a recording, else the day after the session before. No clock is read, so
//! that the same command writes the same files.

use crate::failure::Failure;
use trialect_export::SessionFile;
use trialect_ir::Date;

/// The date of a session after the one before; a date before that one's is refused.
pub(crate) fn of_session(asked: Option<Date>, before: Option<&SessionFile>) -> Result<Date, Failure> {
    let Some(last) = before else { return Ok(asked.unwrap_or(Date::FIRST)) };
    match (asked, last.date) {
        (Some(asked), Some(was)) if asked < was => {
            let message = format!(
                "--date {asked}: session {:03} of this subject was on {was}; sessions follow each other in time, say \
                 that day or a later one",
                last.session
            );
            Err(Failure::trouble("date-before", message))
        }
        (Some(asked), _) => Ok(asked),
        (None, Some(was)) => Ok(was.next()),
        (None, None) => Ok(Date::FIRST),
    }
}
