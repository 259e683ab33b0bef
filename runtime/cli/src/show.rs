//! `trialect show`: sessions for people.

use crate::arguments::PlaceOptions;
use crate::failure::Failure;
use crate::{amend, output, record, store, table};
use std::path::Path;
use trialect_export::{Status, read_session};
use trialect_ir::record::{Carryover, Override};

pub(crate) fn run(options: &PlaceOptions) -> Result<(), Failure> {
    if store::is_session(&options.place) {
        return one(&options.place);
    }
    for group in store::sessions(&options.place)? {
        if let Some(session) = group.first() {
            let header = record::read(session)?.header;
            output::say(&format!(
                "{}, {} {} {}",
                header.subject, header.protocol.name, header.protocol.version, header.protocol.hash
            ));
        }
        output::say(&table::of_sessions(&group)?);
    }
    Ok(())
}

fn one(folder: &Path) -> Result<(), Failure> {
    if !store::is_sealed(folder) {
        let message =
            format!("{}: not sealed; close it with `trialect recover {}`", folder.display(), folder.display());
        return Err(Failure::trouble("not-sealed", message));
    }
    let session = read_session(folder).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    let status = match session.status {
        Status::Complete => "complete",
        Status::Recovered => "recovered",
    };
    let subject = amend::marked(&amend::of(folder)?, "subject").unwrap_or(session.subject);
    output::say(&format!("subject   {subject}, session {:03}, {}", session.session, session.kind));
    if let Some(date) = session.date {
        output::say(&format!("date      {date}"));
    }
    if let Some(study) = &session.study {
        let by = study.confirmed.as_ref().map(|one| format!(", confirmed by {}", one.by)).unwrap_or_default();
        output::say(&format!("study     {} {}, stage {}{by}", study.name, study.version, study.stage));
        output::say(&format!("          {}", study.hash));
    }
    output::say(&format!("protocol  {} {}", session.protocol.name, session.protocol.version));
    output::say(&format!("          {}", session.protocol.hash));
    output::say(&format!("source    {}", session.protocol.source_hash));
    output::say(&format!("run       {}", session.run_identity));
    output::say(&format!("machine   {}", session.machine));
    for line in session.carried.iter().flat_map(carried) {
        output::say(&format!("carried   {line}"));
    }
    output::say(&format!("ended     {} after {:.1} min, {status}", session.end.reason, session.end.at / 60.0));
    output::say(&table::of_sessions(&[folder.to_path_buf()])?);
    for (name, remark) in &session.covariate_remarks {
        if let Some(reason) = &remark.missing {
            output::say(&format!("missing   {name}: {reason}"));
        }
        if let Some(Override { by, reason }) = &remark.overridden {
            output::say(&format!("override  {name}: {reason} ({by})"));
        }
    }
    for name in &session.outside_standard {
        output::say(&format!("unusual   {name}: outside its standard"));
    }
    for (name, value) in &session.subject_at_end {
        output::say(&format!("at end    {name} = {value}"));
    }
    Ok(())
}

/// What was decided about the subject's state before the session.
fn carried(carryover: &Carryover) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &carryover.decisions {
        let was = one.was.as_deref().map(|was| format!(", was {was}")).unwrap_or_default();
        lines.push(format!("{} began with {}{was}", one.name, one.now));
    }
    lines.extend(carryover.gone.iter().map(|(name, value)| format!("{name} is gone, was {value}")));
    lines.extend(carryover.reason.iter().map(|reason| format!("because: {reason}")));
    lines
}
