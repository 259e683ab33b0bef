//! `trialect check`

use crate::arguments::CheckOptions;
use crate::course::{self, Read};
use crate::failure::Failure;
use crate::protocol::compile_with_scenarios;
use crate::{bounds, output, render, strategies};
use std::io::IsTerminal;
use trialect_base::{Finding, Sources};

/// A study, the protocols of its stages, and its scenarios.
fn study(options: &CheckOptions) -> Result<(), Failure> {
    // Other programs get the findings of a stage's protocol as they get those of the study.
    if options.json
        && let Some(broken) = course::broken_protocol(&options.protocol, &options.library)?
    {
        tell(options, &broken.findings, &broken.sources);
        return Err(Failure::Found);
    }
    let read = Read::new(&options.protocol, &options.library, true)?;
    tell(options, &read.compiled.findings, &read.compiled.sources);
    let course = read.course(&options.protocol)?;
    if !options.json {
        let (name, version) = (&course.study.name, &course.study.version);
        output::say(&format!("{name} {version}: {} stages, fine", course.study.stages.len()));
    }
    Ok(())
}

fn tell(options: &CheckOptions, findings: &[Finding], sources: &Sources) {
    if options.json {
        output::say(&render::json(findings, sources));
    } else if !findings.is_empty() {
        output::say(&render::text(findings, sources, std::io::stdout().is_terminal()));
    }
}

pub(crate) fn run(options: &CheckOptions) -> Result<(), Failure> {
    if options.bounds {
        return bounds::run(options);
    }
    if course::is(&options.protocol)? {
        return study(options);
    }
    if options.strategies {
        return strategies::run(options);
    }
    let compiled = compile_with_scenarios(&options.protocol, &options.library)?;
    tell(options, &compiled.findings, &compiled.sources);
    match &compiled.program {
        None => Err(Failure::Found),
        Some(program) => {
            if !options.json {
                let states = program.states.len();
                output::say(&format!(
                    "{} {}: {} definitions, {states} states, {} words of memory, fine",
                    program.name,
                    program.version,
                    program.definitions.len(),
                    program.initial.len()
                ));
            }
            Ok(())
        }
    }
}
