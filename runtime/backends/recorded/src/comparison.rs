//! What the rig recorded after the start of the closed loop: for a comparison, never for playing.

use crate::task_data::Fields;
use serde_json::Value;
use trialect_device::Ns;

/// States of which a trial visits one, and the outcome that each stands for.
const OUTCOMES: [(&str, &str); 3] = [("reward", "correct"), ("error", "error"), ("no_go", "no_go")];

/// The rest of a trial as the rig saw it, where it is recorded. Whatever is missing or odd is none: nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Comparison {
    /// How long the closed loop lasted.
    pub closed_loop: Option<Ns>,
    /// `correct`, `error` or `no_go`.
    pub outcome: Option<&'static str>,
}

impl Comparison {
    /// Takes what there is.
    pub(crate) fn read(fields: &Fields<'_>) -> Comparison {
        let instant = |state: &str, edge: usize| {
            fields.json.pointer(&format!("{}/0/{edge}", Fields::state(state))).and_then(Value::as_f64)
        };
        let closed_loop = match (instant("closed_loop", 0), instant("closed_loop", 1)) {
            (Some(entry), Some(exit)) if entry <= exit => Some(((exit - entry) * 1e9).round() as Ns),
            _ => None,
        };
        let visited = OUTCOMES.into_iter().find(|(state, _)| instant(state, 0).is_some());
        Comparison { closed_loop, outcome: visited.map(|(_, outcome)| outcome) }
    }
}
