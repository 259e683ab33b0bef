//! Parameters of the simulated rig, and what can be wrong with parameters.

use crate::Calibration;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text of the default rig, which [`RigParameters::standard`] reads.
pub const RIG_TOML: &str = include_str!("../rig.toml");

/// What is wrong with a file of parameters.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ParameterFault {
    /// Not TOML, a field is missing, unknown or of the wrong type, or a calibration that is none.
    #[error("{what} cannot be read: {message}")]
    Unreadable {
        /// Which parameters.
        what: &'static str,
        /// Where and why, with the line.
        message: String,
    },
    /// A value that makes no sense.
    #[error("{field} = {value} is outside {least} .. {most}; change it there")]
    OutOfRange {
        /// Section and name of the field.
        field: &'static str,
        /// Its value.
        value: f64,
        /// Least allowed.
        least: f64,
        /// Greatest allowed.
        most: f64,
    },
    /// Valve calibrations that do not give one time for each volume.
    #[error("a valve's calibration {problem}; weigh the drops again for at least 3 times, in rising order")]
    Calibration {
        /// What is wrong with the points.
        problem: &'static str,
    },
}

/// A field with its value and range, to be checked.
pub(crate) type Bounds = (&'static str, f64, f64, f64);

/// Finds the first field that is outside its range (or not a number).
pub(crate) fn all_within(fields: &[Bounds]) -> Result<(), ParameterFault> {
    match fields.iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
        Some(&(field, value, least, most)) => Err(ParameterFault::OutOfRange { field, value, least, most }),
        None => Ok(()),
    }
}

/// The simulated rig.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RigParameters {
    /// The steering wheel.
    pub encoder: EncoderParameters,
    /// The screen and its photodiode.
    pub display: DisplayParameters,
    /// The loudspeaker.
    pub speaker: SpeakerParameters,
    /// The water valve.
    pub valve: ValveParameters,
    /// The syringe or peristaltic pump.
    pub pump: PumpParameters,
    /// The pellet dispenser.
    pub feeder: FeederParameters,
    /// The air puff.
    pub puff: PuffParameters,
    /// The camera.
    pub camera: CameraParameters,
    /// The shocker.
    pub shocker: ShockerParameters,
    /// The olfactometer.
    pub olfactometer: OlfactometerParameters,
    /// The trigger of a camera's frames.
    pub frame_trigger: FrameTriggerParameters,
    /// The cell at the patch pipette.
    pub cell: CellParameters,
    /// The bath around it.
    pub bath: BathParameters,
}

/// The steering wheel and its encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderParameters {
    /// Counts in a full turn, after quadrature; 1 .. 1,000,000.
    pub counts_per_turn: u32,
    /// Radius of the wheel's surface; 1 .. 1,000 mm.
    pub wheel_radius_mm: f64,
}

impl EncoderParameters {
    /// Travel of the wheel's surface for one count, in mm: circumference over counts.
    pub fn count_size_mm(&self) -> f64 {
        core::f64::consts::TAU * self.wheel_radius_mm / f64::from(self.counts_per_turn)
    }
}

/// The screen and its photodiode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayParameters {
    /// Frames a second; 10 .. 1,000 Hz.
    pub frame_rate_hz: f64,
    /// From the frame to the photodiode's edge, which is also when the mouse sees it; 0 .. 1,000 ms.
    pub photodiode_latency_ms: f64,
}

/// The loudspeaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerParameters {
    /// Least time from the command to the sound; 0.001 .. 1,000 ms.
    pub onset_latency_least_ms: f64,
    /// Greatest time from the command to the sound; from the least to 1,000 ms. Times between are equally likely.
    pub onset_latency_most_ms: f64,
}

/// The water valve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValveParameters {
    /// How much water comes in which time.
    pub calibration: Calibration,
}

/// The syringe or peristaltic pump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpParameters {
    /// Fluid a second while it runs; 0.01 .. 10,000 uL/s.
    pub flow_ul_per_s: f64,
    /// Least volume that can be asked for; 0.001 .. 1,000 uL.
    pub least_ul: f64,
    /// Greatest volume of one run; from the least to 100,000 uL.
    pub most_ul: f64,
}

/// The pellet dispenser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeederParameters {
    /// From one pellet to the next, and to the first; 1 .. 60,000 ms.
    pub pellet_ms: f64,
    /// Most pellets of one run; 1 .. 1,000.
    pub most_pellets: u32,
}

/// The air puff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PuffParameters {
    /// Shortest puff that the valve can make; 0.1 .. 10,000 ms.
    pub least_ms: f64,
    /// Longest puff; from the shortest to 60,000 ms.
    pub most_ms: f64,
}

/// The camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraParameters {
    /// Frames a second; 0.01 .. 10,000 Hz.
    pub frame_rate_hz: f64,
}

/// The shocker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShockerParameters {
    /// Least current that it can give; 0.001 .. 10 mA.
    pub least_ma: f64,
    /// Greatest current; from the least to 10 mA.
    pub most_ma: f64,
    /// Shortest shock; 0.1 .. 10,000 ms.
    pub least_ms: f64,
    /// Longest shock; from the shortest to 60,000 ms.
    pub most_ms: f64,
}

/// The olfactometer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OlfactometerParameters {
    /// Vials in its bank, counted from 1; 1 .. 1,000.
    pub vials: u32,
    /// From the command to the odour at the animal; 0 .. 10,000 ms.
    pub arrival_ms: f64,
}

/// The trigger of a camera's frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameTriggerParameters {
    /// Slowest rate; 0.001 .. 10,000 Hz.
    pub least_hz: f64,
    /// Fastest rate that the camera follows; from the slowest to 10,000 Hz.
    pub most_hz: f64,
}

/// The cell at the patch pipette: what cells have in the middle, and how they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellParameters {
    /// Mean resting potential; -120 .. 0 mV.
    pub resting_mv: f64,
    /// Standard deviation of the resting potential over cells; 0 .. 50 mV.
    pub rest_spread_mv: f64,
    /// By how much it rises; -100 .. 100 mV a minute.
    pub drift_mv_per_min: f64,
    /// Median resistance of the membrane; 1 .. 100,000 MOhm.
    pub membrane_mohm: f64,
    /// Median capacitance of the membrane; 1 .. 10,000 pF.
    pub capacitance_pf: f64,
    /// Median series resistance; 0.1 .. 1,000 MOhm.
    pub series_mohm: f64,
    /// By which share of itself it grows; 0 .. 10 a minute.
    pub series_drift_per_min: f64,
    /// Median resistance of the seal; 0.01 .. 1,000 GOhm.
    pub seal_gohm: f64,
    /// Standard deviation of the logarithm of the resistances and the capacitance over cells; 0 .. 2.
    pub spread: f64,
    /// Standard deviation of a reading of the voltage; 0 .. 100 mV.
    pub noise_mv: f64,
    /// Greatest current that can be commanded; 1 .. 100,000 pA.
    pub most_pa: f64,
}

/// The bath around the cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BathParameters {
    /// Mean temperature; 0 .. 60 degC.
    pub temperature_degc: f64,
    /// Standard deviation of a reading; 0 .. 10 degC.
    pub temperature_noise_degc: f64,
    /// Mean flow; 0 .. 10,000 uL/s.
    pub flow_ul_per_s: f64,
    /// Standard deviation of a reading; 0 .. 1,000 uL/s.
    pub flow_noise_ul_per_s: f64,
}

impl RigParameters {
    /// Reads and checks parameters.
    ///
    /// # Errors
    /// [`ParameterFault`], which names the field and what it may be.
    pub fn from_toml(text: &str) -> Result<Self, ParameterFault> {
        let parameters: Self = toml::from_str(text)
            .map_err(|fault| ParameterFault::Unreadable { what: "the rig's parameters", message: fault.to_string() })?;
        parameters.check()?;
        Ok(parameters)
    }

    /// The default rig, [`RIG_TOML`].
    ///
    /// # Errors
    /// None in a released version: a test reads the embedded text.
    pub fn standard() -> Result<Self, ParameterFault> {
        Self::from_toml(RIG_TOML)
    }

    /// Checks that every value is within its range.
    ///
    /// # Errors
    /// [`ParameterFault::OutOfRange`] for the first field that is not.
    pub fn check(&self) -> Result<(), ParameterFault> {
        let least = self.speaker.onset_latency_least_ms;
        all_within(&[
            ("encoder.counts_per_turn", f64::from(self.encoder.counts_per_turn), 1.0, 1e6),
            ("encoder.wheel_radius_mm", self.encoder.wheel_radius_mm, 1.0, 1e3),
            ("display.frame_rate_hz", self.display.frame_rate_hz, 10.0, 1e3),
            ("display.photodiode_latency_ms", self.display.photodiode_latency_ms, 0.0, 1e3),
            ("speaker.onset_latency_least_ms", least, 1e-3, 1e3),
            ("speaker.onset_latency_most_ms", self.speaker.onset_latency_most_ms, least, 1e3),
            ("pump.flow_ul_per_s", self.pump.flow_ul_per_s, 0.01, 1e4),
            ("pump.least_ul", self.pump.least_ul, 1e-3, 1e3),
            ("pump.most_ul", self.pump.most_ul, self.pump.least_ul, 1e5),
            ("feeder.pellet_ms", self.feeder.pellet_ms, 1.0, 6e4),
            ("feeder.most_pellets", f64::from(self.feeder.most_pellets), 1.0, 1e3),
            ("puff.least_ms", self.puff.least_ms, 0.1, 1e4),
            ("puff.most_ms", self.puff.most_ms, self.puff.least_ms, 6e4),
            ("camera.frame_rate_hz", self.camera.frame_rate_hz, 0.01, 1e4),
            ("shocker.least_ma", self.shocker.least_ma, 1e-3, 10.0),
            ("shocker.most_ma", self.shocker.most_ma, self.shocker.least_ma, 10.0),
            ("shocker.least_ms", self.shocker.least_ms, 0.1, 1e4),
            ("shocker.most_ms", self.shocker.most_ms, self.shocker.least_ms, 6e4),
            ("olfactometer.vials", f64::from(self.olfactometer.vials), 1.0, 1e3),
            ("olfactometer.arrival_ms", self.olfactometer.arrival_ms, 0.0, 1e4),
            ("frame_trigger.least_hz", self.frame_trigger.least_hz, 1e-3, 1e4),
            ("frame_trigger.most_hz", self.frame_trigger.most_hz, self.frame_trigger.least_hz, 1e4),
        ])?;
        self.check_slice()
    }

    fn check_slice(&self) -> Result<(), ParameterFault> {
        let (cell, bath) = (&self.cell, &self.bath);
        all_within(&[
            ("cell.resting_mv", cell.resting_mv, -120.0, 0.0),
            ("cell.rest_spread_mv", cell.rest_spread_mv, 0.0, 50.0),
            ("cell.drift_mv_per_min", cell.drift_mv_per_min, -100.0, 100.0),
            ("cell.membrane_mohm", cell.membrane_mohm, 1.0, 1e5),
            ("cell.capacitance_pf", cell.capacitance_pf, 1.0, 1e4),
            ("cell.series_mohm", cell.series_mohm, 0.1, 1e3),
            ("cell.series_drift_per_min", cell.series_drift_per_min, 0.0, 10.0),
            ("cell.seal_gohm", cell.seal_gohm, 0.01, 1e3),
            ("cell.spread", cell.spread, 0.0, 2.0),
            ("cell.noise_mv", cell.noise_mv, 0.0, 100.0),
            ("cell.most_pa", cell.most_pa, 1.0, 1e5),
            ("bath.temperature_degc", bath.temperature_degc, 0.0, 60.0),
            ("bath.temperature_noise_degc", bath.temperature_noise_degc, 0.0, 10.0),
            ("bath.flow_ul_per_s", bath.flow_ul_per_s, 0.0, 1e4),
            ("bath.flow_noise_ul_per_s", bath.flow_noise_ul_per_s, 0.0, 1e3),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_rig_is_readable_and_has_the_wheel_of_the_task() {
        let rig = RigParameters::standard().expect("embedded");
        // 194.779 mm a turn, from the description of the recordings.
        assert!((rig.encoder.count_size_mm() * 1024.0 - 194.779).abs() < 1e-3);
    }

    #[test]
    fn faults_name_the_field_and_its_range() {
        let with = |from: &str, to: &str| {
            assert!(RIG_TOML.contains(from));
            RigParameters::from_toml(&RIG_TOML.replace(from, to)).expect_err("refused").to_string()
        };
        let fault = with("frame_rate_hz = 60.0", "frame_rate_hz = 0.0");
        assert_eq!(fault, "display.frame_rate_hz = 0 is outside 10 .. 1000; change it there");
        assert!(with("frame_rate_hz", "frames").contains("unknown field `frames`"));
        assert!(with("wheel_radius_mm = 31.0", "wheel_radius_mm = nan").contains("encoder.wheel_radius_mm = NaN"));
        let fault = with("onset_latency_most_ms = 5.0", "onset_latency_most_ms = 0.5");
        assert!(fault.contains("speaker.onset_latency_most_ms = 0.5 is outside 1 .. 1000"), "{fault}");
    }
}
