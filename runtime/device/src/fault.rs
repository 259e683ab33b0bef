//! What can go wrong between a session and its rig.

use thiserror::Error;

/// A backend's refusal or failure; each names the device and says what to do.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RigFault {
    /// The rig has no device that can play this part.
    #[error("{rig}: no device for `{device}` of class {class}; this rig has {has}")]
    NoDevice {
        /// Name of the rig.
        rig: String,
        /// Name in the protocol.
        device: String,
        /// Its class.
        class: String,
        /// What the rig has.
        has: String,
    },
    /// The device does not know the verb.
    #[error("`{device}` cannot `{verb}`; this rig's {class} has no such action")]
    NoVerb {
        /// Name in the protocol.
        device: String,
        /// Its class.
        class: String,
        /// The verb.
        verb: String,
    },
    /// A value that the device refuses rather than alters.
    #[error(
        "`{device}`: {verb} with {parameter} = {value} is outside {least} .. {most}; change the protocol or the calibration"
    )]
    OutOfRange {
        /// Name in the protocol.
        device: String,
        /// The verb.
        verb: String,
        /// Name of the argument.
        parameter: String,
        /// Asked for.
        value: f64,
        /// Least allowed.
        least: f64,
        /// Greatest allowed.
        most: f64,
    },
    /// The rig does not sample a reading, or not so fast.
    #[error("device number {device} of this {kind} rig cannot sample `{reading}` at {rate} Hz; record it elsewhere")]
    NoStream {
        /// The rig's kind.
        kind: &'static str,
        /// Index among the devices.
        device: u32,
        /// The reading.
        reading: String,
        /// Samples a second.
        rate: f64,
    },
    /// The recording or the device has no more to give.
    #[error("{rig}: {what}")]
    Gone {
        /// Name of the rig.
        rig: String,
        /// What happened and what to do.
        what: String,
    },
}
