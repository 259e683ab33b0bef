//! What the rig had drawn or decided before a trial, under the names of the protocol's draws and definitions.

use crate::RecordingFault;
use crate::task_data::Fields;

/// The picture starts this far left or right of the centre, in deg.
const START: f64 = 35.0;

/// A value that a recording gives instead of a draw.
#[derive(Debug, Clone, PartialEq)]
pub enum GivenValue {
    /// In the coherent unit: s, deg, deg/mm; a contrast as a plain fraction of 1.
    Real(f64),
    /// A name of an enumeration: `left`, `right`.
    Name(String),
}

/// One trial's values in the protocol's units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    contrast: f64,
    side: &'static str,
    quiet: f64,
    phase: f64,
    gain: f64,
}

impl Given {
    /// Reads and checks the values of a trial.
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Given, RecordingFault> {
        // The training task writes the object that drew the contrast, the full task the contrast itself.
        let contrast = if fields.json.pointer("/contrast/value").is_some() { "/contrast/value" } else { "/contrast" };
        let position = fields.within("/position", -START..=START, "-35 or 35 deg")?;
        let side = match position {
            left if left == -START => "left",
            right if right == START => "right",
            _ => return Err(fields.bad_as_is("/position", "-35 or 35 deg")),
        };
        Ok(Given {
            contrast: fields.within(contrast, 0.0..=1.0, "a fraction, 0 .. 1")?,
            side,
            quiet: fields.within("/quiescent_period", 0.0..=60.0, "0 .. 60 s")?,
            phase: fields.within("/stim_phase", 0.0..=std::f64::consts::TAU, "0 .. 2 pi rad")?.to_degrees(),
            gain: fields.within("/stim_gain", 0.1..=100.0, "0.1 .. 100 deg/mm")?,
        })
    }

    /// Names and values.
    pub(crate) fn values(self) -> Vec<(String, GivenValue)> {
        [
            ("contrast", GivenValue::Real(self.contrast)),
            ("side", GivenValue::Name(self.side.to_owned())),
            ("quiet", GivenValue::Real(self.quiet)),
            ("phase", GivenValue::Real(self.phase)),
            ("gain", GivenValue::Real(self.gain)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}
