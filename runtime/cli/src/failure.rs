//! Why a command did not end well.

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
}
