//! Reading a rig file, alone or with the protocol that is to run on it.

use crate::arguments::LibraryOptions;
use crate::failure::Failure;
use crate::protocol::{library_for, read_text};
use std::path::{Path, PathBuf};
use trialect_base::{Findings, SourceId, Sources};
use trialect_driver::{Analysed, Demand, analyse, needs};
use trialect_ir::{Date, Program, Stimulus};
use trialect_rig::{Ask, Hears, NeededDevice, NeededStimulus, Needs, Rig, ages, fits};

/// A rig file with everything that was found by now.
pub(crate) struct Loaded {
    /// None when the text is no TOML.
    pub(crate) rig: Option<Rig>,
    pub(crate) findings: Findings,
    /// The rig file, files beside it, and the texts of the protocol.
    pub(crate) sources: Sources,
}

/// Reads a rig file.
pub(crate) fn rig(path: &Path, mut sources: Sources) -> Result<Loaded, Failure> {
    let text = read_text(path)?;
    let source = sources.add(path.display().to_string(), text.clone());
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut beside = |name: &str| beside(&folder, name, &mut sources);
    let (rig, findings) = trialect_rig::read(&text, source, &mut beside);
    Ok(Loaded { rig, findings, sources })
}

fn beside(folder: &Path, name: &str, sources: &mut Sources) -> Result<(SourceId, String), String> {
    let path: PathBuf = folder.join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    Ok((sources.add(path.display().to_string(), text.clone()), text))
}

/// Reads a rig file and holds it against a protocol, and its calibrations against a day. The protocol has no errors, or
/// this fails with its findings shown.
pub(crate) fn with_protocol(
    path: &Path,
    protocol: &Path,
    library: &LibraryOptions,
    today: Date,
) -> Result<(Loaded, Analysed), Failure> {
    let text = read_text(protocol)?;
    let analysed = analyse(&protocol.display().to_string(), &text, &library_for(protocol, &text, library)?, None);
    let Some(program) = &analysed.compiled.program else {
        crate::render::to_stderr(&analysed.compiled);
        return Err(Failure::Found);
    };
    let mut loaded = rig(path, analysed.compiled.sources.clone())?;
    if let Some(rig) = &loaded.rig {
        loaded.findings.extend(ages(rig, today));
        loaded.findings.extend(fits(rig, &needed(&analysed, program)));
    }
    Ok((loaded, analysed))
}

/// What a protocol needs, in the words of rigs.
fn needed(analysed: &Analysed, program: &Program) -> Needs {
    let needs = needs(analysed);
    let ask =
        |Demand { device, verb, parameter, least, most, place }| Ask { device, verb, parameter, least, most, place };
    let stimulus = |(stimulus, place): (&Stimulus, _)| NeededStimulus {
        name: stimulus.name.clone(),
        device: program.devices.get(stimulus.device as usize).map_or_else(String::new, |device| device.name.clone()),
        constructor: stimulus.constructor.clone(),
        fixed: stimulus.fixed.clone(),
        place,
    };
    let devices = needs.devices.into_iter().map(|(name, class, place)| NeededDevice { name, class, place });
    Needs {
        devices: devices.collect(),
        asks: needs.asks.into_iter().map(ask).collect(),
        hears: needs.hears.into_iter().map(|(device, channel, place)| Hears { device, channel, place }).collect(),
        stimuli: program.stimuli.iter().zip(needs.stimuli).map(stimulus).collect(),
    }
}

/// The day that a person says, else that of this computer in its time zone.
pub(crate) fn today(said: Option<Date>) -> Result<Date, Failure> {
    // Rigs stand in the world: how old a calibration is has no other source than the calendar.
    let date = said.or_else(|| jiff::Zoned::now().date().to_string().parse().ok());
    date.ok_or_else(|| {
        Failure::trouble("no-date", "the clock of this computer has no date; set it, or say --date YYYY-MM-DD")
    })
}
