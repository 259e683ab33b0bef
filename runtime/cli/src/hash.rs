//! `trialect hash`

use crate::arguments::HashOptions;
use crate::course::{self, Course};
use crate::failure::Failure;
use crate::output::say;
use crate::protocol::program;

pub(crate) fn run(options: &HashOptions) -> Result<(), Failure> {
    if course::is(&options.protocol)? {
        let course = Course::open(&options.protocol, &options.library)?;
        say(&course.hash);
        if options.source {
            say(&format!("source {}", course.text.sha256));
        }
        return Ok(());
    }
    let (program, compiled) = program(&options.protocol, &options.library)?;
    say(&program.identity.protocol);
    if options.source {
        say(&format!("source {}", compiled.source_hash()));
    }
    if options.tree {
        for (path, hash) in &program.identity.definitions {
            say(&format!("{hash}  {path}"));
        }
    }
    Ok(())
}
