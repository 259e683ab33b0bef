//! Parameters of a mouse.

use crate::forager::ForagerParameters;
use crate::parameters::{Bounds, ParameterFault, all_within};
use serde::{Deserialize, Serialize};

/// The text of the default mouse, which [`MouseParameters::standard`] reads.
pub const MOUSE_TOML: &str = include_str!("../../mouse.toml");

/// The section that a mouse may leave out.
const FORAGER: &str = "forager";
/// How it begins.
const FORAGER_HEAD: &str = "\n[forager]\n";

/// A mouse. `naive` is what it is on its first trial, `expert` what it approaches with experience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MouseParameters {
    /// Which mouse; with the animal's seed it decides the noise of its daily weighing.
    pub individual: u32,
    /// How it reports what it sees.
    pub observer: ObserverParameters,
    /// How fast it learns.
    pub learning: LearningParameters,
    /// When it answers.
    pub reaction: ReactionParameters,
    /// What it does while there is no picture.
    pub fidget: FidgetParameters,
    /// How it turns the wheel.
    pub movement: MovementParameters,
    /// When it has had enough.
    pub satiety: SatietyParameters,
    /// What water does to its weight.
    pub weight: WeightParameters,
    /// What it does among ports, levers and spouts.
    pub forager: ForagerParameters,
}

/// How a mouse reports what it sees: the parameters of [`crate::Observer`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObserverParameters {
    /// Signed contrast at which both sides are equally likely, apart from lapses; -100 .. 100 %.
    pub bias_percent: f64,
    /// Standard deviation of the bias from session to session; 0 .. 100 %.
    pub bias_wander_percent: f64,
    /// Width of the curve at first; 0.1 .. 1,000 %.
    pub threshold_naive_percent: f64,
    /// Width of the curve in the end; 0.1 .. 1,000 %.
    pub threshold_expert_percent: f64,
    /// Probability of the wrong side however strong the picture, at first; 0 .. 0.5.
    pub lapse_naive: f64,
    /// Probability of the wrong side however strong the picture, in the end; 0 .. 0.5.
    pub lapse_expert: f64,
}

/// After how many trials 1/e of the way from naive to expert is left; each 1 .. 1,000,000 trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningParameters {
    /// For lapses.
    pub lapse_trials: f64,
    /// For the threshold.
    pub threshold_trials: f64,
    /// For speed, stillness and readiness to answer.
    pub vigour_trials: f64,
}

/// When a mouse begins to answer: a shortest time and a lognormal one beyond it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReactionParameters {
    /// Nothing is faster; 1 .. 10,000 ms.
    pub shortest_ms: f64,
    /// Median beyond the shortest at full contrast, of a fresh expert; 1 .. 60,000 ms.
    pub median_ms: f64,
    /// Standard deviation of the logarithm; 0 .. 3.
    pub spread: f64,
    /// How many times slower without a visible picture; 1 .. 100.
    pub blank_factor: f64,
    /// Contrast at which 1/e of that slowing is left; 0.1 .. 1,000 %.
    pub contrast_scale_percent: f64,
    /// How many times slower at first; 1 .. 1,000.
    pub naive_factor: f64,
    /// Probability of a pause before an answer; 0 .. 1.
    pub break_chance: f64,
    /// Mean of such a pause, which is exponential; 0 .. 3,600 s.
    pub break_mean_s: f64,
    /// Probability of no answer at all, at first; 0 .. 1.
    pub no_response_naive: f64,
    /// Probability of no answer at all, in the end, while it is thirsty; 0 .. 1.
    pub no_response_expert: f64,
}

/// Movements of the wheel while there is no picture: a Poisson process in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FidgetParameters {
    /// Movements a second, at first; 0 .. 20.
    pub rate_naive_per_s: f64,
    /// Movements a second, in the end; 0 .. 20.
    pub rate_expert_per_s: f64,
    /// Median travel, in either direction; 0 .. 100 mm.
    pub size_median_mm: f64,
    /// Standard deviation of the travel's logarithm; 0 .. 3.
    pub size_spread: f64,
    /// How long one takes; 1 .. 10,000 ms.
    pub duration_ms: f64,
}

/// How a mouse turns the wheel to answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovementParameters {
    /// Duration of a stroke, at first; 10 .. 10,000 ms.
    pub stroke_naive_ms: f64,
    /// Duration of a stroke, in the end; 10 .. 10,000 ms.
    pub stroke_expert_ms: f64,
    /// Planned travel over the travel that it believes to be needed; 1 .. 10.
    pub overshoot: f64,
    /// Rest between two strokes, in which it looks where the picture is; 1 .. 10,000 ms.
    pub pause_ms: f64,
    /// From feedback to the start of braking; 1 .. 10,000 ms.
    pub brake_delay_ms: f64,
    /// Duration of braking; 1 .. 10,000 ms.
    pub brake_ms: f64,
    /// Travel after which it gives up when nothing follows the wheel; 0.1 .. 10,000 mm.
    pub gives_up_after_mm: f64,
    /// Travel of the picture for travel of the wheel that it expects at the start of a session; 0.5 .. 64 deg/mm.
    pub familiar_gain_deg_per_mm: f64,
    /// Distance from the centre that it expects of a picture it cannot see; 1 .. 180 deg.
    pub familiar_start_deg: f64,
}

/// When a mouse has had enough. It is full when the water over `water_ul` and the trials over `trials` sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SatietyParameters {
    /// Water that alone makes it full; 1 .. 100,000 uL.
    pub water_ul: f64,
    /// Trials that alone make it full; 1 .. 1,000,000.
    pub trials: f64,
    /// Logarithm of the slowing for each unit of fullness beyond 1; 0 .. 100.
    pub slowing: f64,
    /// How suddenly it refuses to answer: probability 1/2 at a fullness of 1 + 5 widths; 0.001 .. 10.
    pub refusal_width: f64,
    /// Standard deviation of the logarithm of its engagement, from session to session; 0 .. 2.
    pub engagement_spread: f64,
}

/// What water does to a mouse's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightParameters {
    /// On its first day; `least_g` .. `most_g`.
    pub start_g: f64,
    /// Never below; 5 .. 60 g.
    pub least_g: f64,
    /// Never above; `least_g` .. 60 g.
    pub most_g: f64,
    /// Water a day that keeps the weight, for each g of it; 1 .. 1,000 uL/g.
    pub need_ul_per_g: f64,
    /// Change a day for each mL above the need; 0 .. 100 g/mL.
    pub gain_g_per_ml: f64,
    /// A day with less water than this is made up to it after the session; 0 .. 100,000 uL.
    pub supplement_to_ul: f64,
    /// Standard deviation of a reading of the scale; 0 .. 10 g.
    pub scale_noise_g: f64,
}

impl MouseParameters {
    /// Reads and checks parameters. A text without any `[forager]` gets that of the default mouse.
    ///
    /// # Errors
    /// [`ParameterFault`], which names the field and what it may be.
    pub fn from_toml(text: &str) -> Result<Self, ParameterFault> {
        let unreadable = |fault: toml::de::Error| ParameterFault::Unreadable {
            what: "the mouse's parameters",
            message: fault.to_string(),
        };
        let given: toml::Table = toml::from_str(text).map_err(unreadable)?;
        let parameters: Self = if given.contains_key(FORAGER) {
            toml::from_str(text)
        } else {
            // Behind the text, so that a fault names the text's own lines.
            let standard = MOUSE_TOML.find(FORAGER_HEAD).map_or("", |start| &MOUSE_TOML[start..]);
            toml::from_str(&format!("{text}\n{standard}"))
        }
        .map_err(unreadable)?;
        parameters.check()?;
        Ok(parameters)
    }

    /// The default mouse, [`MOUSE_TOML`].
    ///
    /// # Errors
    /// None in a released version: a test reads the embedded text.
    pub fn standard() -> Result<Self, ParameterFault> {
        Self::from_toml(MOUSE_TOML)
    }

    /// Checks that every value is within its range.
    ///
    /// # Errors
    /// [`ParameterFault::OutOfRange`] for the first field that is not.
    pub fn check(&self) -> Result<(), ParameterFault> {
        all_within(&self.perception_bounds())?;
        all_within(&self.reaction_bounds())?;
        all_within(&self.movement_bounds())?;
        all_within(&self.body_bounds())?;
        all_within(&self.forager.bounds())
    }

    fn perception_bounds(&self) -> [Bounds; 9] {
        let (observer, learning) = (&self.observer, &self.learning);
        [
            ("observer.bias_percent", observer.bias_percent, -100.0, 100.0),
            ("observer.bias_wander_percent", observer.bias_wander_percent, 0.0, 100.0),
            ("observer.threshold_naive_percent", observer.threshold_naive_percent, 0.1, 1e3),
            ("observer.threshold_expert_percent", observer.threshold_expert_percent, 0.1, 1e3),
            ("observer.lapse_naive", observer.lapse_naive, 0.0, 0.5),
            ("observer.lapse_expert", observer.lapse_expert, 0.0, 0.5),
            ("learning.lapse_trials", learning.lapse_trials, 1.0, 1e6),
            ("learning.threshold_trials", learning.threshold_trials, 1.0, 1e6),
            ("learning.vigour_trials", learning.vigour_trials, 1.0, 1e6),
        ]
    }

    fn reaction_bounds(&self) -> [Bounds; 10] {
        let reaction = &self.reaction;
        [
            ("reaction.shortest_ms", reaction.shortest_ms, 1.0, 1e4),
            ("reaction.median_ms", reaction.median_ms, 1.0, 6e4),
            ("reaction.spread", reaction.spread, 0.0, 3.0),
            ("reaction.blank_factor", reaction.blank_factor, 1.0, 100.0),
            ("reaction.contrast_scale_percent", reaction.contrast_scale_percent, 0.1, 1e3),
            ("reaction.naive_factor", reaction.naive_factor, 1.0, 1e3),
            ("reaction.break_chance", reaction.break_chance, 0.0, 1.0),
            ("reaction.break_mean_s", reaction.break_mean_s, 0.0, 3600.0),
            ("reaction.no_response_naive", reaction.no_response_naive, 0.0, 1.0),
            ("reaction.no_response_expert", reaction.no_response_expert, 0.0, 1.0),
        ]
    }

    fn movement_bounds(&self) -> [Bounds; 14] {
        let (fidget, movement) = (&self.fidget, &self.movement);
        [
            ("fidget.rate_naive_per_s", fidget.rate_naive_per_s, 0.0, 20.0),
            ("fidget.rate_expert_per_s", fidget.rate_expert_per_s, 0.0, 20.0),
            ("fidget.size_median_mm", fidget.size_median_mm, 0.0, 100.0),
            ("fidget.size_spread", fidget.size_spread, 0.0, 3.0),
            ("fidget.duration_ms", fidget.duration_ms, 1.0, 1e4),
            ("movement.stroke_naive_ms", movement.stroke_naive_ms, 10.0, 1e4),
            ("movement.stroke_expert_ms", movement.stroke_expert_ms, 10.0, 1e4),
            ("movement.overshoot", movement.overshoot, 1.0, 10.0),
            ("movement.pause_ms", movement.pause_ms, 1.0, 1e4),
            ("movement.brake_delay_ms", movement.brake_delay_ms, 1.0, 1e4),
            ("movement.brake_ms", movement.brake_ms, 1.0, 1e4),
            ("movement.gives_up_after_mm", movement.gives_up_after_mm, 0.1, 1e4),
            ("movement.familiar_gain_deg_per_mm", movement.familiar_gain_deg_per_mm, 0.5, 64.0),
            ("movement.familiar_start_deg", movement.familiar_start_deg, 1.0, 180.0),
        ]
    }

    fn body_bounds(&self) -> [Bounds; 12] {
        let (satiety, weight) = (&self.satiety, &self.weight);
        [
            ("satiety.water_ul", satiety.water_ul, 1.0, 1e5),
            ("satiety.trials", satiety.trials, 1.0, 1e6),
            ("satiety.slowing", satiety.slowing, 0.0, 100.0),
            ("satiety.refusal_width", satiety.refusal_width, 1e-3, 10.0),
            ("satiety.engagement_spread", satiety.engagement_spread, 0.0, 2.0),
            ("weight.least_g", weight.least_g, 5.0, 60.0),
            ("weight.most_g", weight.most_g, weight.least_g, 60.0),
            ("weight.start_g", weight.start_g, weight.least_g, weight.most_g),
            ("weight.need_ul_per_g", weight.need_ul_per_g, 1.0, 1e3),
            ("weight.gain_g_per_ml", weight.gain_g_per_ml, 0.0, 100.0),
            ("weight.supplement_to_ul", weight.supplement_to_ul, 0.0, 1e5),
            ("weight.scale_noise_g", weight.scale_noise_g, 0.0, 10.0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_mouse_is_readable_and_survives_writing() {
        let mouse = MouseParameters::standard().expect("embedded");
        let written = toml::to_string(&mouse).expect("written");
        assert_eq!(MouseParameters::from_toml(&written).expect("read again"), mouse);
    }

    /// Every number of the file is replaced by one that is in no range.
    #[test]
    fn every_field_is_checked_and_named() {
        let mut section = String::new();
        let mut checked = 0;
        let lines: Vec<&str> = MOUSE_TOML.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                section = format!("{name}.");
            }
            let Some((name, _)) = line.split_once(" = ").filter(|(name, _)| !name.starts_with('#')) else { continue };
            if name == "individual" {
                continue;
            }
            let other = format!("{name} = -1e9");
            let broken = [&lines[..number], &[other.as_str()], &lines[number + 1..]].concat().join("\n");
            let fault = MouseParameters::from_toml(&broken).expect_err(name).to_string();
            assert!(fault.contains(&format!("{section}{name} = -1000000000 is outside ")), "{fault}");
            checked += 1;
        }
        assert_eq!(checked, 45 + 34);
    }

    #[test]
    fn a_mouse_without_a_forager_gets_the_default_one_and_no_half_of_it() {
        let (standard, start) = (MouseParameters::standard().expect("embedded"), MOUSE_TOML.find(FORAGER_HEAD));
        let without = &MOUSE_TOML[..start.expect("embedded")];
        assert_eq!(MouseParameters::from_toml(without).expect("filled up"), standard);
        let half = format!("{without}\n[forager]\ntravel_ms = 300.0\n");
        assert!(MouseParameters::from_toml(&half).expect_err("half").to_string().contains("missing field"));
        let unknown = MOUSE_TOML.replace("[forager.lick]", "[forager.lick]\nspeed = 7.0");
        assert!(MouseParameters::from_toml(&unknown).expect_err("unknown").to_string().contains("speed"));
    }

    #[test]
    fn what_is_unknown_or_missing_is_named() {
        let unknown = MOUSE_TOML.replace("[weight]", "[weight]\nlength_mm = 80.0");
        let fault = MouseParameters::from_toml(&unknown).expect_err("unknown").to_string();
        assert!(fault.contains("length_mm"), "{fault}");
        let missing = MOUSE_TOML.replace("start_g = 25.0", "");
        let fault = MouseParameters::from_toml(&missing).expect_err("missing").to_string();
        assert!(fault.contains("start_g"), "{fault}");
    }
}
