//! `trialect check`

use crate::arguments::CheckOptions;
use crate::course::{self, Course};
use crate::failure::Failure;
use crate::protocol::compile_with_scenarios;
use crate::{output, render};
use std::io::IsTerminal;

pub(crate) fn run(options: &CheckOptions) -> Result<(), Failure> {
    if course::is(&options.protocol)? && !options.json {
        let course = Course::open(&options.protocol, &options.library)?;
        let (name, version) = (&course.study.name, &course.study.version);
        output::say(&format!("{name} {version}: {} stages, fine", course.study.stages.len()));
        return Ok(());
    }
    let compiled = compile_with_scenarios(&options.protocol, &options.library)?;
    if options.json {
        output::say(&render::json(&compiled.findings, &compiled.sources));
    } else if !compiled.findings.is_empty() {
        output::say(&render::text(&compiled.findings, &compiled.sources, std::io::stdout().is_terminal()));
    }
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
