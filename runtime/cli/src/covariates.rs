//! Covariates that a command is given: `--covariate NAME=VALUE`.

use crate::failure::Failure;
use std::collections::BTreeMap;
use trialect_ir::Program;

/// The covariate that simulated and recorded animals can answer by themselves: body weight, in g.
pub(crate) const WEIGHT: &str = "weight";

/// Whether a protocol asks for a covariate before the session.
pub(crate) fn asks(program: &Program, name: &str) -> bool {
    program.asked.iter().any(|&k| program.columns[k as usize].name == name)
}

/// Values in the coherent unit; on the command line they are in the unit in which they are recorded.
pub(crate) fn parse(texts: &[String], program: &Program) -> Result<BTreeMap<String, f64>, Failure> {
    let mut covariates = BTreeMap::new();
    for text in texts {
        let parsed =
            text.split_once('=').and_then(|(name, value)| Some((name.trim(), value.trim().parse::<f64>().ok()?)));
        let Some((name, value)) = parsed.filter(|(_, value)| value.is_finite()) else {
            return Err(Failure::trouble("covariate", format!("`{text}`: write NAME=VALUE, for example weight=24.5")));
        };
        let Some(&k) = program.asked.iter().find(|&&k| program.columns[k as usize].name == name) else {
            return Err(Failure::trouble("covariate", format!("the protocol does not ask for a covariate `{name}`")));
        };
        let unit = program.columns[k as usize].domain.unit();
        covariates.insert(
            name.to_string(),
            unit.map_or(value, |unit| value * unit.denominator as f64 / unit.numerator as f64),
        );
    }
    Ok(covariates)
}
