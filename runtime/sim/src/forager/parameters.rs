//! Parameters of the forager. Ranges are those that [`ForagerParameters::bounds`] checks.

use crate::parameters::Bounds;
use serde::{Deserialize, Serialize};

/// An animal among ports, levers and spouts. Rates are those of a hungry or thirsty animal on an ordinary day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForagerParameters {
    /// Nothing between two places is faster; 1 .. 60,000 ms.
    pub travel_ms: f64,
    /// From a light or a tone to its effect; 0 .. 10,000 ms.
    pub reaction_ms: f64,
    /// What multiplies the rates of dark ports and levers while another place is lit, or after a tone; 0 .. 100.
    pub aroused_factor: f64,
    /// How long a tone keeps it alert; 0 .. 3,600 s.
    pub alert_s: f64,
    /// Rate of visits to a place where a reward is waiting; 0 .. 20 a second.
    pub collect_per_s: f64,
    /// How long it goes nowhere after a puff; 0 .. 3,600 s.
    pub startle_s: f64,
    /// Fluid that does as much for its hunger and its weight as one pellet; 0 .. 10,000 uL.
    pub pellet_worth_ul: f64,
    /// At ports.
    pub poke: PokeParameters,
    /// At levers.
    pub press: PressParameters,
    /// At spouts.
    pub lick: LickParameters,
    /// Between visits.
    pub rest: RestParameters,
    /// What moves it.
    pub drive: DriveParameters,
}

/// How it visits ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PokeParameters {
    /// Rate of visits to each dark port; 0 .. 20 a second.
    pub dark_per_s: f64,
    /// Rate of visits to a lit port; 0 .. 20 a second.
    pub lit_per_s: f64,
    /// Median of its stay; 1 .. 600,000 ms.
    pub stay_median_ms: f64,
    /// Standard deviation of the logarithm of its stay; 0 .. 3.
    pub stay_spread: f64,
    /// Median of its stay from a reward on; 1 .. 600,000 ms.
    pub drink_median_ms: f64,
    /// Standard deviation of the logarithm of that; 0 .. 3.
    pub drink_spread: f64,
}

/// How it presses levers: in bouts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PressParameters {
    /// Rate of bouts at each dark lever; 0 .. 20 a second.
    pub dark_per_s: f64,
    /// Rate of bouts at a lever whose cue is lit; 0 .. 20 a second.
    pub lit_per_s: f64,
    /// Mean number of presses in a bout, which is geometric; 1 .. 1,000.
    pub bout_presses: f64,
    /// Median duration of a press; 1 .. 600,000 ms.
    pub hold_median_ms: f64,
    /// Standard deviation of the logarithm of that; 0 .. 3.
    pub hold_spread: f64,
    /// Median time between two presses of a bout; 1 .. 600,000 ms.
    pub gap_median_ms: f64,
    /// Standard deviation of the logarithm of that; 0 .. 3.
    pub gap_spread: f64,
}

/// How it licks spouts: in bouts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LickParameters {
    /// Rate of bouts at each spout without any reason; 0 .. 20 a second.
    pub spontaneous_per_s: f64,
    /// Rate of bouts at a spout whose cue is lit; 0 .. 20 a second.
    pub lit_per_s: f64,
    /// Rate of bouts while a tone keeps it alert; 0 .. 20 a second.
    pub alert_per_s: f64,
    /// Licks a second within a bout; 0.5 .. 20 Hz.
    pub rate_hz: f64,
    /// Standard deviation of the logarithm of the time from lick to lick; 0 .. 3.
    pub interval_spread: f64,
    /// How long the tongue touches the spout; 1 .. 1,000 ms.
    pub contact_ms: f64,
    /// Mean number of licks in a bout without reward, which is geometric; 1 .. 1,000.
    pub dry_licks: f64,
    /// Mean number of licks from a reward on, which is geometric; 1 .. 1,000.
    pub reward_licks: f64,
}

/// What it does between visits besides going from one to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestParameters {
    /// Probability that it rests or grooms after a visit; 0 .. 1.
    pub chance: f64,
    /// Mean of such a rest, which is exponential and which only a reward cuts short; 0 .. 3,600 s.
    pub mean_s: f64,
}

/// What moves it: all rates are multiplied by least + (1 - least)/(1 + exp((fullness - 1)/width)), where fullness is
/// what it received over `full_ul` times the engagement of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriveParameters {
    /// Fluid that halves its rates; 1 .. 100,000 uL.
    pub full_ul: f64,
    /// How suddenly, as a fullness; 0.001 .. 10.
    pub width: f64,
    /// What is left of its rates when it is full; 0 .. 1.
    pub least: f64,
    /// Standard deviation of the logarithm of its engagement, from session to session; 0 .. 2.
    pub engagement_spread: f64,
}

impl ForagerParameters {
    /// Every field with its range.
    pub(crate) fn bounds(&self) -> Vec<Bounds> {
        [self.own_bounds(), self.visit_bounds(), self.lick_bounds(), self.drive_bounds()].concat()
    }

    fn own_bounds(&self) -> Vec<Bounds> {
        vec![
            ("forager.travel_ms", self.travel_ms, 1.0, 6e4),
            ("forager.reaction_ms", self.reaction_ms, 0.0, 1e4),
            ("forager.aroused_factor", self.aroused_factor, 0.0, 100.0),
            ("forager.alert_s", self.alert_s, 0.0, 3600.0),
            ("forager.collect_per_s", self.collect_per_s, 0.0, 20.0),
            ("forager.startle_s", self.startle_s, 0.0, 3600.0),
            ("forager.pellet_worth_ul", self.pellet_worth_ul, 0.0, 1e4),
        ]
    }

    fn visit_bounds(&self) -> Vec<Bounds> {
        let (poke, press) = (&self.poke, &self.press);
        vec![
            ("forager.poke.dark_per_s", poke.dark_per_s, 0.0, 20.0),
            ("forager.poke.lit_per_s", poke.lit_per_s, 0.0, 20.0),
            ("forager.poke.stay_median_ms", poke.stay_median_ms, 1.0, 6e5),
            ("forager.poke.stay_spread", poke.stay_spread, 0.0, 3.0),
            ("forager.poke.drink_median_ms", poke.drink_median_ms, 1.0, 6e5),
            ("forager.poke.drink_spread", poke.drink_spread, 0.0, 3.0),
            ("forager.press.dark_per_s", press.dark_per_s, 0.0, 20.0),
            ("forager.press.lit_per_s", press.lit_per_s, 0.0, 20.0),
            ("forager.press.bout_presses", press.bout_presses, 1.0, 1e3),
            ("forager.press.hold_median_ms", press.hold_median_ms, 1.0, 6e5),
            ("forager.press.hold_spread", press.hold_spread, 0.0, 3.0),
            ("forager.press.gap_median_ms", press.gap_median_ms, 1.0, 6e5),
            ("forager.press.gap_spread", press.gap_spread, 0.0, 3.0),
        ]
    }

    fn lick_bounds(&self) -> Vec<Bounds> {
        let lick = &self.lick;
        vec![
            ("forager.lick.spontaneous_per_s", lick.spontaneous_per_s, 0.0, 20.0),
            ("forager.lick.lit_per_s", lick.lit_per_s, 0.0, 20.0),
            ("forager.lick.alert_per_s", lick.alert_per_s, 0.0, 20.0),
            ("forager.lick.rate_hz", lick.rate_hz, 0.5, 20.0),
            ("forager.lick.interval_spread", lick.interval_spread, 0.0, 3.0),
            ("forager.lick.contact_ms", lick.contact_ms, 1.0, 1e3),
            ("forager.lick.dry_licks", lick.dry_licks, 1.0, 1e3),
            ("forager.lick.reward_licks", lick.reward_licks, 1.0, 1e3),
        ]
    }

    fn drive_bounds(&self) -> Vec<Bounds> {
        let (rest, drive) = (&self.rest, &self.drive);
        vec![
            ("forager.rest.chance", rest.chance, 0.0, 1.0),
            ("forager.rest.mean_s", rest.mean_s, 0.0, 3600.0),
            ("forager.drive.full_ul", drive.full_ul, 1.0, 1e5),
            ("forager.drive.width", drive.width, 1e-3, 10.0),
            ("forager.drive.least", drive.least, 0.0, 1.0),
            ("forager.drive.engagement_spread", drive.engagement_spread, 0.0, 2.0),
        ]
    }
}
