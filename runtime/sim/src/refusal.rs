//! Why a simulated device refuses a command; the rig adds the names.

/// A refusal, before it is known how the protocol calls the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Refusal {
    /// The device has no such action, or not with this stimulus.
    Verb,
    /// An argument is missing (then `value` is NaN) or outside what the device can do.
    Argument {
        /// Its name.
        parameter: &'static str,
        /// Asked for.
        value: f64,
        /// Least allowed.
        least: f64,
        /// Greatest allowed.
        most: f64,
    },
}

/// Arguments of a command: name and value in the coherent unit.
pub(crate) type Arguments<'a> = &'a [(&'a str, f64)];

/// The argument of this name.
pub(crate) fn argument(arguments: Arguments<'_>, name: &str) -> Option<f64> {
    arguments.iter().find(|(given, _)| *given == name).map(|(_, value)| *value)
}

/// The value, or a refusal when it is not a number within the range.
pub(crate) fn within(parameter: &'static str, value: f64, least: f64, most: f64) -> Result<f64, Refusal> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(Refusal::Argument { parameter, value, least, most }) }
}
