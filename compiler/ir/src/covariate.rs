//! Covariates: what a column says of a value that a person, not the program, answers.

use serde::{Deserialize, Serialize};

/// When a covariate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// `asked before`: before the clock's tick, each time; on the subject's clock once.
    Before,
    /// `asked after`: when the session has ended.
    After,
    /// `asked on change`: once; then the value of the session before stands unless another one is given.
    OnChange,
}

/// What is declared of a covariate besides its type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Covariate {
    /// When it is asked for; none for one that is computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// `from DEVICE.READING`: what measures it, in these words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whether it may be missing, for a reason.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// `within`, coherent unit: a value outside is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<[f64; 2]>,
    /// `standard within`, coherent unit: a value outside is recorded as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<[f64; 2]>,
    /// `standard "…"`: the usual text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
    /// `convention "…"`: how the value is to be understood or was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convention: Option<String>,
    /// `term "…"`: its name in a vocabulary that others share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}
