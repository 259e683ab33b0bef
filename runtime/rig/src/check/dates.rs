//! How old calibrations are on the day of a session.

use crate::classes::Class;
use crate::model::Rig;
use crate::read::calibrations::remedy;
use trialect_base::{Finding, Findings};
use trialect_ir::Date;

/// Days by which calendars at two places can differ at one instant.
const CALENDARS: i32 = 1;

/// What the calibrations in force are on a day: too old for a session (an error), old (a warning), or of a day to come.
#[must_use]
pub fn ages(rig: &Rig, today: Date) -> Findings {
    let mut findings = Findings::default();
    for device in &rig.devices {
        let Some((calibration, age)) = device.calibration().zip(device.calibration_age_days(today)) else { continue };
        let what = format!("the {} of `{}`", calibration.curve.word(), device.name);
        let label = format!("measured {age} days before {today}");
        let limit = |days: Option<u32>| days.and_then(|days| i32::try_from(days).ok()).filter(|days| age > *days);
        let help = Class::of(&device.class).map_or("measure it again", |class| remedy(class.measured));
        if age < -CALENDARS {
            let message = format!("{what} was measured on a day that has been, and today is {today}");
            let label = format!("{} days after {today}", -age);
            let finding = Finding::error("rig-calibration-future", message, calibration.place, label);
            findings.push(finding.help("write the day of the measurement, and look at the clock of the computer"));
        } else if let Some(days) = limit(device.refuse_after_days) {
            let message = format!("{what} is at most {days} days old when a session begins");
            findings.push(Finding::error("rig-calibration-stale", message, calibration.place, label).help(help));
        } else if let Some(days) = limit(device.warn_after_days) {
            let message = format!("{what} is older than {days} days");
            findings.push(Finding::warning("rig-calibration-old", message, calibration.place, label).help(help));
        }
    }
    findings
}
