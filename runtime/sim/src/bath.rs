//! The bath: its temperature and the flow through it, each reading with its noise.

use crate::cadence::{Cadence, Take};
use crate::device::{Device, Happening, Order};
use crate::parameters::BathParameters;
use crate::refusal::Refusal;
use crate::stream::{Purpose, Stream};
use trialect_device::{Ns, Scale, StreamLine};

/// A thermometer or a flow meter in the bath.
#[derive(Debug)]
pub(crate) struct Bath {
    parameters: BathParameters,
    noise: Stream,
    cadences: Vec<Cadence>,
    /// Seed and session of its noise, and its number among the devices of its class.
    origin: (u64, u32, u32),
}

impl Bath {
    /// `purpose` says whose noise it has.
    pub(crate) fn new(parameters: &BathParameters, (seed, session): (u64, u32), purpose: Purpose, number: u32) -> Self {
        let noise = Stream::of_device(seed, session, purpose, number);
        Self { parameters: parameters.clone(), noise, cadences: Vec::new(), origin: (seed, session, number) }
    }

    /// Mean and standard deviation of a reading.
    fn spread(&self, reading: &str) -> Option<(f64, f64)> {
        let p = &self.parameters;
        match reading {
            "temperature" => Some((p.temperature_degc, p.temperature_noise_degc)),
            "rate" => Some((p.flow_ul_per_s, p.flow_noise_ul_per_s)),
            _ => None,
        }
    }
}

impl Device for Bath {
    fn command(&mut self, _: Ns, _: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn release(&mut self, _: Ns, _: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {}

    fn measure(&mut self, _: Ns, reading: &str) -> Option<f64> {
        let (mean, deviation) = self.spread(reading)?;
        let value = mean + deviation * self.noise.normal();
        Some(if reading == "rate" { value.max(0.0) } else { value })
    }

    fn sample(&mut self, line: &StreamLine) -> Option<Scale> {
        let (mean, deviation) = self.spread(&line.reading)?;
        let (seed, session, number) = self.origin;
        let purpose = if line.reading == "rate" { Purpose::FlowTrace } else { Purpose::BathTrace };
        // Wide enough for all noise, and never nothing.
        let full_scale = (mean.abs() + 10.0 * deviation).max(1.0);
        let cadence = Cadence::new(line, 0.0, full_scale, Stream::of_device(seed, session, purpose, number));
        let scale = cadence.scale();
        self.cadences.push(cadence);
        Some(scale)
    }

    fn samples(&mut self, until: Ns, stream: usize, take: &mut Take<'_>) {
        let Some((mean, deviation)) = self.cadences.get(stream).and_then(|one| self.spread(one.reading())) else {
            return;
        };
        let Some(cadence) = self.cadences.get_mut(stream) else { return };
        let least = if cadence.reading() == "rate" { 0.0 } else { f64::NEG_INFINITY };
        loop {
            let stop = cadence.piece_until(until);
            cadence.take_until(stop, |_, noise| (mean + deviation * noise).max(least));
            cadence.hand_over(take);
            if stop >= until {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RigParameters;

    #[test]
    fn readings_lie_around_their_mean() {
        let parameters = RigParameters::standard().expect("embedded").bath;
        let mut bath = Bath::new(&parameters, (1, 1), Purpose::Bath, 0);
        let mean =
            |reading: &str, bath: &mut Bath| (0..2_000).filter_map(|_| bath.measure(0, reading)).sum::<f64>() / 2_000.0;
        assert!((mean("temperature", &mut bath) - 33.0).abs() < 0.02);
        assert!((mean("rate", &mut bath) - 50.0).abs() < 0.1);
        assert_eq!(bath.measure(0, "pressure"), None);
    }
}
