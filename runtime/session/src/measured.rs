//! Covariates that devices measure: asked of the rig when their clock ticks, recorded, and held against their range.

use crate::SessionFault;
use crate::covariates::shown;
use crate::trials::Session;
use trialect_ir::{Clock, Column, Measured};
use trialect_journal::Entry;

impl Session<'_, '_> {
    /// Asks for those of a clock, and writes down what is not as it must be.
    pub(crate) fn measure(&mut self, clock: Clock) -> Result<Vec<Wrong>, SessionFault> {
        let mut wrong = Vec::new();
        let program = self.program;
        for measured in &program.measured {
            let column = &program.columns[measured.column as usize];
            if column.clock != clock {
                continue;
            }
            let value = self.host.hands.rig.measure(self.now, measured.device, &measured.reading)?;
            // A reading is a number; one that is none is no reading.
            let value = value.filter(|value| value.is_finite());
            let Measured { column: k, value: slot, present, .. } = measured;
            let word = value.map(f64::to_bits);
            self.set(*slot, word.unwrap_or(0));
            self.set(*present, u64::from(word.is_some()));
            self.host.push(Entry::Measured { column: *k, at: self.now, word });
            wrong.extend(what_is_wrong(column, value));
        }
        self.host.fault.take().map_or(Ok(wrong), Err)
    }
}

/// A measured value that keeps its session or trial from beginning.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wrong {
    /// The covariate.
    pub(crate) name: String,
    /// What is wrong, beginning with its name.
    pub(crate) told: String,
}

fn what_is_wrong(column: &Column, value: Option<f64>) -> Option<Wrong> {
    let declared = column.covariate.clone().unwrap_or_default();
    let name = &column.name;
    let told = match (value, declared.within) {
        (None, _) if !declared.optional => format!("`{name}` has no value: its device measured none"),
        (Some(value), Some([low, high])) if value < low || value > high => {
            let [value, low, high] = [value, low, high].map(|value| shown(column, &value.into()));
            format!("`{name}` was measured as {value}, outside the range that the protocol allows, {low} .. {high}")
        }
        _ => return None,
    };
    Some(Wrong { name: name.clone(), told })
}
