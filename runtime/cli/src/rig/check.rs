//! `trialect rig check`

use super::load;
use crate::arguments::RigCheckOptions;
use crate::failure::Failure;
use crate::{output, render};
use std::io::IsTerminal;
use trialect_rig::{Rig, ages};

pub(crate) fn run(options: &RigCheckOptions) -> Result<(), Failure> {
    let today = load::today(options.date)?;
    let loaded = match &options.protocol {
        Some(protocol) => load::with_protocol(&options.rig, protocol, &options.library, today)?.0,
        None => {
            let mut loaded = load::rig(&options.rig, trialect_base::Sources::default())?;
            if let Some(rig) = &loaded.rig {
                loaded.findings.extend(ages(rig, today));
            }
            loaded
        }
    };
    let fine = loaded.findings.is_runnable();
    let findings = loaded.findings.sorted();
    if options.json {
        output::say(&render::json(&findings, &loaded.sources));
    } else if !findings.is_empty() {
        output::say(&render::text(&findings, &loaded.sources, std::io::stdout().is_terminal()));
    }
    match loaded.rig.filter(|_| fine) {
        None => Err(Failure::Found),
        Some(rig) => {
            if !options.json {
                output::say(&summary(&rig, options.protocol.is_some()));
            }
            Ok(())
        }
    }
}

fn summary(rig: &Rig, with_protocol: bool) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let (links, devices) = (count(rig.links.len(), "link"), count(rig.devices.len(), "device"));
    let fits = if with_protocol { ", fits the protocol" } else { ", fine" };
    format!("{}: {links}, {devices}{fits}", rig.name)
}
