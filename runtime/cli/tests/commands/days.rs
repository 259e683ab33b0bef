//! The chain's trials and sessions as plain values, read from the tables.

use crate::chain;
use crate::folders::session_json;
use crate::table::Table;
use std::sync::OnceLock;

/// Contrasts of the task, as its text orders them, with the names under which statistics are recorded.
pub(crate) const CONTRASTS: [(f64, &str); 6] =
    [(1.0, "100%"), (0.5, "50%"), (0.25, "25%"), (0.125, "12.5%"), (0.0625, "6.25%"), (0.0, "0%")];

/// A trial's row. Quantities in the units of the columns: uL, deg/mm, s.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) outcome: String,
    pub(crate) contrast: f64,
    pub(crate) side: String,
    pub(crate) choice: Option<String>,
    pub(crate) repeated: bool,
    pub(crate) fresh_contrast: f64,
    pub(crate) fresh_side: String,
    pub(crate) lean: f64,
    pub(crate) extra: f64,
    pub(crate) phase: f64,
    pub(crate) quiet: f64,
    pub(crate) response_time: f64,
    pub(crate) reward: f64,
    pub(crate) gain: f64,
    pub(crate) water: f64,
    pub(crate) stage: String,
    pub(crate) trials_in_stage: f64,
    pub(crate) pool: String,
}

impl Trial {
    pub(crate) fn correct(&self) -> bool {
        self.outcome == "correct"
    }
}

/// A session.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) ordinal: u32,
    pub(crate) trials: Vec<Trial>,
    /// The whole table, for columns that few tests read.
    pub(crate) table: Table,
    /// Why it ended.
    pub(crate) reason: String,
    /// In g.
    pub(crate) weight: f64,
}

impl Day {
    /// Trials with a response.
    pub(crate) fn completed(&self) -> usize {
        self.trials.iter().filter(|trial| trial.choice.is_some()).count()
    }

    /// Water of the session, uL.
    pub(crate) fn water(&self) -> f64 {
        self.trials.iter().map(|trial| trial.water).sum()
    }
}

/// All sessions of the chain.
pub(crate) fn days() -> &'static [Day] {
    static DAYS: OnceLock<Vec<Day>> = OnceLock::new();
    DAYS.get_or_init(|| (1..=chain::SESSIONS).map(day).collect())
}

fn day(ordinal: u32) -> Day {
    let folder = chain::session(ordinal);
    let table = Table::trials(&folder);
    let about = session_json(&folder);
    let trials = trials(&table);
    assert_eq!(trials.len() as u64, about["summary"]["trials"].as_u64().unwrap());
    Day {
        ordinal,
        trials,
        reason: about["end"]["reason"].as_str().unwrap().to_owned(),
        weight: about["covariates"]["weight"].as_f64().unwrap(),
        table,
    }
}

fn trials(table: &Table) -> Vec<Trial> {
    let trial = |row: usize| {
        let real = |column: &str| table.real(column, row);
        let text = |column: &str| table.text(column, row);
        let name = |column: &str| text(column).unwrap_or_else(|| panic!("{column} lacks a value"));
        Trial {
            start: real("trial_start"),
            end: real("trial_end"),
            outcome: name("outcome"),
            contrast: real("contrast"),
            side: name("side"),
            choice: text("choice"),
            repeated: table.flag("repeated", row),
            fresh_contrast: real("fresh_contrast"),
            fresh_side: name("fresh_side"),
            lean: real("lean"),
            extra: real("extra"),
            phase: real("phase"),
            quiet: real("quiet"),
            response_time: real("response_time"),
            reward: real("reward"),
            gain: real("gain"),
            water: real("spout.delivered"),
            stage: name("contrasts"),
            trials_in_stage: real("contrasts.trials"),
            pool: name("contrasts.pool"),
        }
    };
    (0..table.rows()).map(trial).collect()
}
