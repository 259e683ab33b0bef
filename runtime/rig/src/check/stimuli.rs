//! Whether what a protocol shows and plays can be shown and played.

use super::fits::{NeededStimulus, between, shown, shows};
use crate::calibration::Beyond;
use crate::model::{Device, Rig};
use crate::words::listed;
use trialect_base::{Finding, Findings};

pub(super) fn check(rig: &Rig, device: &Device, stimulus: &NeededStimulus, findings: &mut Findings) {
    let finding = match device.class.as_str() {
        "Display" => cannot_show(rig, device, stimulus).or_else(|| too_fine(device, stimulus)),
        "Speaker" => too_loud(device, stimulus),
        _ => None,
    };
    finding.into_iter().for_each(|finding| findings.push(finding));
}

fn constant(stimulus: &NeededStimulus, name: &str) -> Option<f64> {
    stimulus.fixed.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

fn cannot_show(rig: &Rig, device: &Device, stimulus: &NeededStimulus) -> Option<Finding> {
    let link = rig.link(device.at.link)?;
    if shows(&link.backend, &stimulus.constructor) {
        return None;
    }
    let kinds = match &link.backend {
        crate::model::Backend::Osc { shows, .. } => listed(shows),
        _ => String::new(),
    };
    let message =
        format!("the display program of `{}` shows what the protocol needs: `{}`", device.name, stimulus.constructor);
    let finding = Finding::error("rig-cannot-show", message, link.place, format!("shows {kinds}"));
    let finding = finding.also(stimulus.place, format!("`{}` is a {}", stimulus.name, stimulus.constructor));
    Some(finding.help(format!("add \"{}\" to `shows` when its workflow can do it", stimulus.constructor)))
}

/// A grating whose cycles have fewer than two pixels is another grating.
fn too_fine(device: &Device, stimulus: &NeededStimulus) -> Option<Finding> {
    let screen = device.screen()?;
    let frequency = constant(stimulus, "frequency").filter(|_| stimulus.constructor == "gabor")?;
    let most = screen.highest_frequency();
    if (0.0..=most).contains(&frequency) {
        return None;
    }
    let message = format!("`{}` can show the grating `{}`: at least two pixels a cycle", device.name, stimulus.name);
    let label = format!("at most {} cycle/deg", shown(most));
    let finding = Finding::error("rig-cannot-show", message, device.calibration()?.place, label);
    let finding = finding.also(stimulus.place, format!("asks for {} cycle/deg", shown(frequency)));
    Some(finding.help("move the screen away or take one with more pixels, measure it, and write what it is"))
}

/// A level that was not measured, or that the loudspeaker cannot reach.
fn too_loud(device: &Device, stimulus: &NeededStimulus) -> Option<Finding> {
    let (sound, level) = device.sound().zip(device.set("level_db"))?;
    let frequency = constant(stimulus, "frequency").filter(|_| stimulus.constructor == "tone");
    let Beyond { quantity, value, least, most, unit } = sound.amplitude(level, frequency).err()?;
    let what = match frequency {
        Some(frequency) => format!("a tone of {} Hz", shown(frequency)),
        None => "noise".to_string(),
    };
    let message = format!(
        "`{}` can play `{}` at {} dB SPL: it was measured with {what}",
        device.name,
        stimulus.name,
        shown(level)
    );
    let label = match quantity {
        "level" => format!("reaches {} dB SPL", shown(most)),
        "noise" => "no noise was measured".to_string(),
        _ if most == 0.0 => "no tone was measured".to_string(),
        _ => format!("covers {}", between(least, most, unit)),
    };
    let finding = Finding::error("rig-beyond-calibration", message, device.calibration()?.place, label);
    let finding = finding.also(stimulus.place, format!("plays {what}"));
    Some(match quantity {
        "level" => {
            finding.help(format!("write a `level_db` of at most {}, or take a louder loudspeaker", shown(most.floor())))
        }
        "noise" => finding.help("measure noise, and add a point `{ noise = true, amplitude = …, level_db = … }`"),
        _ => finding.help(format!("measure a tone of {} Hz, and add its point", shown(value))),
    })
}
