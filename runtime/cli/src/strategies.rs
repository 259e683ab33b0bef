//! `trialect check --strategies`: what a design gives to an animal that does not look.

use crate::arguments::CheckOptions;
use crate::failure::Failure;
use crate::protocol::{library_for, read_text};
use crate::table::aligned;
use crate::{output, render};
use std::io::IsTerminal;
use trialect_driver::{Strategies, strategies};

/// Prints the share of rewarded trials of each strategy in each stage, why one is not known, and criteria that are met.
pub(crate) fn run(options: &CheckOptions) -> Result<(), Failure> {
    let text = read_text(&options.protocol)?;
    let library = library_for(&options.protocol, &text, &options.library)?;
    let found = strategies(&options.protocol.display().to_string(), &text, &library)
        .map_err(|why| Failure::trouble("no-strategies", format!("{}: {why}", options.protocol.display())))?;
    output::say(&told(&found));
    if !found.findings.is_empty() {
        output::say(&render::text(&found.findings, &found.sources, std::io::stdout().is_terminal()));
    }
    Ok(())
}

fn told(found: &Strategies) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    if found.stages.iter().any(|stage| !stage.is_empty()) {
        lines.push(std::iter::once(String::new()).chain(found.stages.iter().cloned()).collect());
    }
    for (title, shares) in &found.rows {
        let mut line = vec![title.clone()];
        for share in shares {
            line.push(match share {
                Ok(share) => format!("{:.2}%", share * 100.0),
                Err(why) => {
                    let known = reasons.iter().position(|reason| reason == why).unwrap_or_else(|| {
                        reasons.push(why);
                        reasons.len() - 1
                    });
                    format!("[{}]", known + 1)
                }
            });
        }
        lines.push(line);
    }
    let title = format!("Trials with a reward in the long run, by how `{}` is made:", found.choice);
    let reasons = (1..).zip(reasons).map(|(k, why)| format!("[{k}] not computed: {why}"));
    [title, aligned(&lines)].into_iter().chain(reasons).collect::<Vec<_>>().join("\n")
}
