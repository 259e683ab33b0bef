//! The bath: its temperature and the flow through it, each reading with its noise.

use crate::device::{Device, Happening, Order};
use crate::parameters::BathParameters;
use crate::refusal::Refusal;
use crate::stream::{Purpose, Stream};
use trialect_device::Ns;

/// A thermometer or a flow meter in the bath.
#[derive(Debug)]
pub(crate) struct Bath {
    parameters: BathParameters,
    noise: Stream,
}

impl Bath {
    /// `purpose` says whose noise it has.
    pub(crate) fn new(parameters: &BathParameters, (seed, session): (u64, u32), purpose: Purpose, number: u32) -> Self {
        Self { parameters: parameters.clone(), noise: Stream::of_device(seed, session, purpose, number) }
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
        let BathParameters { temperature_degc, temperature_noise_degc, flow_ul_per_s, flow_noise_ul_per_s } =
            self.parameters;
        let (mean, deviation) = match reading {
            "temperature" => (temperature_degc, temperature_noise_degc),
            "rate" => (flow_ul_per_s, flow_noise_ul_per_s),
            _ => return None,
        };
        let value = mean + deviation * self.noise.normal();
        Some(if reading == "rate" { value.max(0.0) } else { value })
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
