//! What a mouse carries from session to session.

use super::parameters::MouseParameters;
use super::weight;
use serde::{Deserialize, Serialize};

/// What a session leaves behind in a mouse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionSummary {
    /// Trials that it answered.
    pub trials_completed: u32,
    /// Water that it received, in uL.
    pub water_ul: f64,
}

/// What a mouse carries from session to session.
///
/// It is a pure function of the mouse's parameters, the days and the summaries of its sessions, so that it can be
/// computed again from their records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MouseState {
    /// Trials answered in its life.
    pub experience_trials: u64,
    /// Sessions in its life.
    pub sessions: u32,
    /// The day whose morning this is, from 0.
    pub day: u32,
    /// Body weight on that morning, in g.
    pub weight_g: f64,
}

impl MouseState {
    /// A mouse that has never seen a rig, on the morning of day 0.
    pub fn new(mouse: &MouseParameters) -> Self {
        Self { experience_trials: 0, sessions: 0, day: 0, weight_g: mouse.weight.start_g }
    }

    /// Brings the mouse to the morning of a day and weighs it, in g to 0.1 g.
    ///
    /// On days without a session it is given just the water that it needs, so that they leave its weight alone.
    /// `seed` is the animal's ([`crate::animal_seed`]). A day in the past changes nothing; asking twice gives the same
    /// answer.
    pub fn before_session(&mut self, mouse: &MouseParameters, seed: u64, day: u32) -> f64 {
        self.day = self.day.max(day);
        weight::reading(&mouse.weight, (seed, mouse.individual), self.day, self.weight_g)
    }

    /// The state on the morning after a session.
    pub fn after_session(&self, mouse: &MouseParameters, summary: SessionSummary) -> Self {
        Self {
            experience_trials: self.experience_trials.saturating_add(u64::from(summary.trials_completed)),
            sessions: self.sessions.saturating_add(1),
            day: self.day.saturating_add(1),
            weight_g: weight::a_day_later(&mouse.weight, self.weight_g, summary.water_ul),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_leaves_experience_a_day_and_a_weight() {
        let mut mouse = MouseParameters::standard().expect("embedded");
        mouse.weight.need_ul_per_g = 40.0;
        mouse.weight.gain_g_per_ml = 1.5;
        let mut state = MouseState::new(&mouse);
        let reading = state.before_session(&mouse, 7, 3);
        assert_eq!(state, MouseState { experience_trials: 0, sessions: 0, day: 3, weight_g: 25.0 });
        assert_eq!(state.before_session(&mouse, 7, 3), reading, "asking twice changes nothing");
        let after = state.after_session(&mouse, SessionSummary { trials_completed: 250, water_ul: 1_200.0 });
        assert_eq!(after, MouseState { experience_trials: 250, sessions: 1, day: 4, weight_g: 25.3 });
        assert_eq!(after, state.after_session(&mouse, SessionSummary { trials_completed: 250, water_ul: 1_200.0 }));
    }

    #[test]
    fn a_state_survives_writing() {
        let state = MouseState { experience_trials: 4_321, sessions: 9, day: 11, weight_g: 23.456_789 };
        let written = toml::to_string(&state).expect("written");
        assert_eq!(toml::from_str::<MouseState>(&written).expect("read"), state);
    }
}
