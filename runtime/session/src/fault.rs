//! What ends a session before its rules do.

use thiserror::Error;
use trialect_device::RigFault;
use trialect_journal::JournalFault;

/// A session that cannot go on; its devices have been made safe.
#[derive(Debug, Error)]
pub enum SessionFault {
    /// The rig refused or failed.
    #[error(transparent)]
    Rig(#[from] RigFault),
    /// The record could not be written.
    #[error(transparent)]
    Journal(#[from] JournalFault),
    /// The record differs from what is computed.
    #[error("the record differs from what the protocol computes: {0}")]
    Differs(Box<crate::Difference>),
    /// A given name that the protocol does not have.
    #[error("a value is given for `{name}`, which the protocol does not declare; give values for declared names only")]
    GivenName {
        /// The name.
        name: String,
    },
    /// A given value that is not of the name's type.
    #[error("the value {value} given for `{name}` is not of its type: {expected}")]
    GivenType {
        /// The name.
        name: String,
        /// The value.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// Something was asked for that cannot be.
    #[error(transparent)]
    Request(#[from] crate::RequestRefused),
    /// Covariates are missing, outside their ranges, or not what is asked for.
    #[error("{}", told(problems))]
    Covariates {
        /// For each what is wrong and what to do.
        problems: Vec<String>,
    },
    /// The subject's state does not fit the protocol.
    #[error("the subject's state has {found} words, this protocol's {expected}; it comes from another protocol")]
    SubjectState {
        /// Words found.
        found: usize,
        /// Words expected.
        expected: usize,
    },
    /// Nothing can happen any more in a state.
    #[error("trial {trial} waits in `{state}` for an input that has not come for {hours} h")]
    Stuck {
        /// The trial.
        trial: u32,
        /// The state.
        state: String,
        /// How long.
        hours: i64,
    },
}

/// One problem on its line, several below each other.
fn told(problems: &[String]) -> String {
    match problems {
        [one] => format!("the covariate {one}"),
        several => format!("{} covariates keep the session from starting:\n  {}", several.len(), several.join("\n  ")),
    }
}

impl SessionFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SessionFault::Rig(_) => "rig-fault",
            SessionFault::Journal(fault) => fault.code(),
            SessionFault::Differs(_) => "record-differs",
            SessionFault::GivenName { .. } => "given-unknown",
            SessionFault::GivenType { .. } => "given-type",
            SessionFault::Request(_) => "request",
            SessionFault::Covariates { .. } => "covariate",
            SessionFault::SubjectState { .. } => "subject-state",
            SessionFault::Stuck { .. } => "stuck",
        }
    }
}
