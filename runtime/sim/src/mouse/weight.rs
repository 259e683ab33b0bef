//! What a day's water does to a mouse's weight.

use super::parameters::WeightParameters;
use crate::stream::{Purpose, Stream, individual_seed};

/// Weight a day later: it rises by `gain_g_per_ml` for each mL above the need of that weight, and falls for each below.
///
/// `given_ul` is the water of the session; with less than the supplement the day is made up to it.
pub(crate) fn a_day_later(weight: &WeightParameters, weight_g: f64, given_ul: f64) -> f64 {
    let water_ul = given_ul.max(weight.supplement_to_ul);
    let need_ul = weight.need_ul_per_g * weight_g;
    let change_g = weight.gain_g_per_ml * (water_ul - need_ul) / 1e3;
    (weight_g + change_g).clamp(weight.least_g, weight.most_g)
}

/// What the scale shows on a day, to 0.1 g. The same animal has the same reading whenever it is asked for that day's.
pub(crate) fn reading(weight: &WeightParameters, (seed, individual): (u64, u32), day: u32, weight_g: f64) -> f64 {
    let noise = Stream::new(individual_seed(seed, individual), day, Purpose::Weighing).normal() * weight.scale_noise_g;
    libm::round((weight_g + noise) * 10.0) / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> WeightParameters {
        WeightParameters {
            start_g: 25.0,
            least_g: 17.0,
            most_g: 27.0,
            need_ul_per_g: 40.0,
            gain_g_per_ml: 1.5,
            supplement_to_ul: 800.0,
            scale_noise_g: 0.1,
        }
    }

    #[test]
    fn weight_follows_the_water_above_or_below_the_need() {
        let weight = parameters();
        // 25 g need 1,000 uL a day.
        assert_eq!(a_day_later(&weight, 25.0, 1_000.0), 25.0);
        assert!((a_day_later(&weight, 25.0, 1_400.0) - 25.6).abs() < 1e-12);
        assert!((a_day_later(&weight, 25.0, 900.0) - 24.85).abs() < 1e-12);
        assert_eq!(a_day_later(&weight, 25.0, 100.0), a_day_later(&weight, 25.0, 800.0), "made up to 800 uL");
    }

    #[test]
    fn weight_settles_where_the_water_meets_the_need_and_stays_in_bounds() {
        let weight = parameters();
        let settle = |water_ul: f64| (0..300).fold(25.0, |g, _| a_day_later(&weight, g, water_ul));
        assert!((settle(900.0) - 22.5).abs() < 1e-3, "900 uL keep 22.5 g");
        assert!((settle(0.0) - 20.0).abs() < 1e-3, "the supplement keeps 20 g");
        assert_eq!(settle(5_000.0), weight.most_g);
        let dry = WeightParameters { supplement_to_ul: 0.0, ..weight.clone() };
        assert_eq!((0..300).fold(25.0, |g, _| a_day_later(&dry, g, 0.0)), weight.least_g);
    }

    #[test]
    fn readings_scatter_around_the_weight() {
        let weight = parameters();
        let readings: Vec<f64> = (0..2_000).map(|day| reading(&weight, (5, 1), day, 24.0)).collect();
        let mean = readings.iter().sum::<f64>() / 2_000.0;
        assert!((mean - 24.0).abs() < 0.02, "{mean}");
        assert!(readings.iter().any(|g| *g != 24.0) && readings.iter().all(|g| (g - 24.0).abs() < 0.6));
        assert_eq!(reading(&weight, (5, 1), 3, 24.0), readings[3]);
        for other in [(6, 1), (5, 2)] {
            assert!((0..50).any(|day| reading(&weight, other, day, 24.0) != readings[day as usize]), "{other:?}");
        }
    }
}
