//! `trialect check --bounds`: what is proven of a protocol before it runs.

use crate::arguments::CheckOptions;
use crate::failure::Failure;
use crate::protocol::{library_for, read_text};
use crate::{course, nearby, output, render};
use serde_json::{Value, json};
use std::path::Path;
use trialect_driver::proofs::{Bound, Bounds, bounds};
use trialect_driver::{analyse, stage_protocols};

/// Prints the bounds of a protocol, or of each protocol of a study.
pub(crate) fn run(options: &CheckOptions) -> Result<(), Failure> {
    let mut proven = Vec::new();
    if course::is(&options.protocol)? {
        let read = course::Read::new(&options.protocol, &options.library, false)?;
        let stages = read.course(&options.protocol)?.study.stages;
        for name in stage_protocols(&read_text(&options.protocol)?) {
            if let Some(file) = nearby::protocol(&name, &options.protocol)? {
                let of = |stage: &&trialect_driver::StudyStage| stage.protocol.as_deref() == Some(name.as_str());
                let stages: Vec<String> = stages.iter().filter(of).map(|stage| stage.name.clone()).collect();
                proven.push((name, stages, proven_of(&file, options)?));
            }
        }
    } else {
        let (name, bounds) = named(&options.protocol, options)?;
        proven.push((name, Vec::new(), bounds));
    }
    if options.json {
        let list: Vec<Value> = proven.iter().map(|(name, stages, bounds)| as_json(name, stages, bounds)).collect();
        output::say(&serde_json::to_string_pretty(&list).unwrap_or_default());
        return Ok(());
    }
    for (k, (name, stages, bounds)) in proven.iter().enumerate() {
        if k > 0 {
            output::say("");
        }
        let of = if stages.is_empty() { String::new() } else { format!(", in {}", stages.join(", ")) };
        output::say(&format!("{name}{of}"));
        output::say(bounds.to_string().trim_end());
    }
    Ok(())
}

fn proven_of(path: &Path, options: &CheckOptions) -> Result<Bounds, Failure> {
    named(path, options).map(|(_, bounds)| bounds)
}

/// A protocol's name with its version, and its bounds; with errors it has none.
fn named(path: &Path, options: &CheckOptions) -> Result<(String, Bounds), Failure> {
    let text = read_text(path)?;
    let library = library_for(path, &text, &options.library)?;
    let analysed = analyse(&path.display().to_string(), &text, &library, None);
    match &analysed.compiled.program {
        Some(program) => Ok((format!("{} {}", program.name, program.version), bounds(&analysed.model))),
        None => {
            render::to_stderr(&analysed.compiled);
            Err(Failure::Found)
        }
    }
}

/// Times in seconds, amounts in the unit that stands beside them; null where there is no bound.
fn as_json(name: &str, stages: &[String], bounds: &Bounds) -> Value {
    let scaled = |bound: &Bound, scale: f64| {
        let because: Vec<String> = bound.because.iter().map(ToString::to_string).collect();
        json!({ "most": bound.most.map(|most| most / scale), "because": because })
    };
    let time = |bound: &Bound| scaled(bound, 1e9);
    let given = bounds.given.iter().map(|given| {
        let scale = given.unit.as_ref().map_or(1.0, |unit| unit.scale.to_f64());
        json!({
            "name": given.name,
            "devices": given.devices,
            "total": given.total,
            "unit": given.unit.as_ref().map(|unit| unit.symbol.clone()),
            "output": scaled(&given.at_once, scale),
            "trial": scaled(&given.trial, scale),
            "session": scaled(&given.session, scale),
            "day": scaled(&given.day, scale),
        })
    });
    let on = bounds.on.iter().map(|on| {
        json!({
            "name": on.name,
            "held": !on.timed,
            "at_once_s": time(&on.at_once),
            "trial_s": time(&on.trial),
            "session_s": time(&on.session),
        })
    });
    let machines = bounds.machines.iter().map(
        |machine| json!({ "name": machine.name, "states": machine.states, "entries": scaled(&machine.entries, 1.0) }),
    );
    let curricula =
        bounds.curricula.iter().map(|one| json!({ "name": one.name, "reaches": one.stages, "never": one.never }));
    json!({
        "protocol": name,
        "stages": stages,
        "shortest_s": Some(bounds.shortest / 1e9).filter(|shortest| shortest.is_finite()),
        "longest_s": time(&bounds.longest),
        "entries": scaled(&bounds.entries, 1.0),
        "given": given.collect::<Vec<_>>(),
        "on": on.collect::<Vec<_>>(),
        "beside": machines.collect::<Vec<_>>(),
        "curricula": curricula.collect::<Vec<_>>(),
    })
}
