//! Bounds as people read them.

use super::{Bound, Bounds};
use crate::model::Clock;
use std::fmt;
use trialect_units::Unit;

/// A number of seconds from nanoseconds.
fn seconds(ns: f64) -> String {
    format!("{} s", ns / 1e9)
}

fn amount(value: f64, unit: Option<&Unit>) -> String {
    let scale = unit.map_or(1.0, |unit| unit.scale.to_f64());
    let symbol = unit.map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
    format!("{}{symbol}", (value / scale * 1e9).round() / 1e9)
}

/// `60 s: …`, `no bound: …`
fn told(bound: &Bound, shown: &dyn Fn(f64) -> String) -> String {
    let most = bound.most.map_or_else(|| "no bound".to_string(), shown);
    let because: Vec<String> = bound.because.iter().map(ToString::to_string).collect();
    format!("{most}: {}", because.join("; "))
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "trial")?;
        match self.shortest < f64::INFINITY {
            true => writeln!(f, "  shortest    {}", seconds(self.shortest))?,
            false => writeln!(f, "  shortest    none ends")?,
        }
        writeln!(f, "  longest     {}", told(&self.longest, &seconds))?;
        for given in &self.given {
            writeln!(f, "{}.{}, at most", given.name, given.total)?;
            let shown = |value: f64| amount(value, given.unit.as_ref());
            for (title, bound) in [
                ("one output", &given.at_once),
                ("a trial   ", &given.trial),
                ("a session ", &given.session),
                ("a day     ", &given.day),
            ] {
                writeln!(f, "  {title}  {}", told(bound, &shown))?;
            }
        }
        for on in &self.on {
            writeln!(f, "{}{}, at most", if on.timed { "" } else { "hold " }, on.name)?;
            for (title, bound) in [("at once   ", &on.at_once), ("a trial   ", &on.trial), ("a session ", &on.session)]
            {
                writeln!(f, "  {title}  {}", told(bound, &seconds))?;
            }
        }
        for machine in &self.machines {
            let clock = if machine.clock == Clock::Session { "session" } else { "trial" };
            writeln!(f, "beside {}, of the {clock}", machine.name)?;
            writeln!(f, "  states      {}", told(&machine.entries, &|count| count.to_string()))?;
        }
        for curriculum in &self.curricula {
            writeln!(f, "curriculum {}", curriculum.name)?;
            writeln!(f, "  reaches     {}", curriculum.stages.join(", "))?;
            if !curriculum.never.is_empty() {
                writeln!(f, "  never       {}", curriculum.never.join(", "))?;
            }
        }
        Ok(())
    }
}
