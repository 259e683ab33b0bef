//! Why a command did not end well.

use crate::output;

/// Something was found: a mistake in a text, a difference between records.
const FOUND: u8 = 1;
/// The command line or its surroundings are wrong.
pub(crate) const TROUBLE: u8 = 2;

/// The two ways not to end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Findings or differences; they have been shown. Exit code 1.
    Found,
    /// Usage or environment. Exit code 2.
    Trouble {
        /// Stable code.
        code: &'static str,
        /// What, where and what to do.
        message: String,
    },
}

impl Failure {
    pub(crate) fn trouble(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::Trouble { code, message: message.into() }
    }

    /// Says it on stderr; what was found has been shown already.
    pub(crate) fn tell(&self) {
        if let Failure::Trouble { code, message } = self {
            output::complain(&format!("error[{code}]: {message}"));
        }
    }

    /// The exit code of a command that ends with it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Found => FOUND,
            Failure::Trouble { .. } => TROUBLE,
        }
    }
}
