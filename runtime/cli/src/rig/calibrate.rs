//! `trialect rig calibrate valve`: drops, weights, fit, plot, and a dated entry in the rig file.

use super::drops::Dispenser;
use super::{load, plot, prompt};
use crate::arguments::CalibrateValveOptions;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::protocol::read_text;
use crate::{output, render};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use trialect_base::{Finding, Severity, Sources};
use trialect_ir::Date;
use trialect_rig::calibration::{CurveFlaw, FEWEST_DROPS, FEWEST_POINTS, ValveCurve, ValvePoint};
use trialect_rig::{Device, Rig, Weighed, add_to_device, add_to_file};

/// Times at which drops are weighed when nobody says others and the valve has no curve, ms.
const TIMES_MS: [f64; 5] = [30.0, 50.0, 75.0, 100.0, 150.0];

pub(crate) fn run(options: &CalibrateValveOptions) -> Result<(), Failure> {
    let rig = usable(&options.rig)?;
    let device = valve(&rig, options.device.as_deref())?;
    let date = load::today(options.date)?;
    let operator = match &options.by {
        Some(person) => person.clone(),
        None => prompt::ask("Who weighs?", None)?,
    };
    let times = times(options, device)?;
    let drops = match options.drops {
        Some(drops) => drops,
        None => prompt::number("How many drops at each time?", Some("100"), f64::from(FEWEST_DROPS), 1000.0)? as u32,
    };
    if drops < FEWEST_DROPS {
        let message = format!("--drops {drops}: fewer than {FEWEST_DROPS} weigh too little; give more");
        return Err(Failure::trouble("calibrate-drops", message));
    }
    let interrupt = Interrupt::watch()?;
    let mut dispenser = Dispenser::connect(&rig, device)?;
    output::say(&format!("`{}` of {} at {}: {}", device.name, rig.name, device.at.words, dispenser.board()));
    output::say(GUIDANCE);
    let evaporation = match options.evaporation_g {
        Some(grams) => grams,
        None => prompt::number(
            "How much does a dish with water lose while one time is weighed, in g?",
            Some("0"),
            0.0,
            1.0,
        )?,
    };
    let mut weighing =
        Weighing { dispenser: &mut dispenser, interrupt: &interrupt, drops, pause_ms: options.pause_ms, evaporation };
    let mut points = Vec::new();
    for open_ms in times {
        points.push(weighing.point(open_ms)?);
    }
    let curve = weighing.curve(points, options.density)?;
    output::say(&plot::tabled(&curve));
    output::say(&plot::drawn(&curve));
    let weighed = Weighed { date, operator: &operator, density_g_per_ml: options.density, points: curve.points() };
    let (path, text) = added(&options.rig, device, &weighed)?;
    if !prompt::agrees(&format!("Write it into {}?", path.display()))? {
        output::say("nothing was written");
        return Ok(());
    }
    replace(&path, &text)?;
    output::say(&format!("{}: the curve of `{}` is that of {date}", path.display(), device.name));
    Ok(())
}

const GUIDANCE: &str = "\
Fill the tube, and let water run until no air comes. Take a dish with a lid and a balance of 0.1 mg; warm hands and draughts
move it. For each time: put the empty, dry dish on the balance and set it to 0, put it under the spout, and weigh it with its lid
on as soon as the drops have come. Water evaporates: weigh a dish that stands beside, before and after, and say what it has lost.";

/// A rig file that may lack calibrations, or have bad ones, and has no other error.
fn usable(path: &Path) -> Result<Rig, Failure> {
    let loaded = load::rig(path, Sources::default())?;
    let bars = |finding: &Finding| {
        let mends = finding.code.starts_with("rig-calibration-") || finding.code == "rig-no-calibration";
        finding.severity == Severity::Error && !mends
    };
    let errors: Vec<Finding> = loaded.findings.sorted().into_iter().filter(bars).collect();
    match loaded.rig.filter(|_| errors.is_empty()) {
        Some(rig) => Ok(rig),
        None => {
            output::complain(&render::text(&errors, &loaded.sources, std::io::stderr().is_terminal()));
            Err(Failure::Found)
        }
    }
}

/// The valve that is named, or the only one.
fn valve<'r>(rig: &'r Rig, name: Option<&str>) -> Result<&'r Device, Failure> {
    let valves: Vec<&Device> =
        rig.devices.iter().filter(|device| ["Valve", "Pump"].contains(&device.class.as_str())).collect();
    let found = match name {
        Some(name) => valves.iter().find(|device| device.name == name),
        None => valves.first().filter(|_| valves.len() == 1),
    };
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = valves.iter().map(|device| device.name.as_str()).collect();
        let asked = name.map_or("say which valve".into(), |name| format!("this rig has no valve `{name}`"));
        Failure::trouble("calibrate-device", format!("{asked}: --device NAME, of {}", names.join(", ")))
    })
}

/// The times that are said, else those of the curve in force.
fn times(options: &CalibrateValveOptions, device: &Device) -> Result<Vec<f64>, Failure> {
    let mut times = if options.times_ms.is_empty() {
        let known: Vec<f64> = device
            .valve()
            .map_or_else(|| TIMES_MS.to_vec(), |curve| curve.points().iter().map(|p| p.open_ms).collect());
        let usual = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let answer = prompt::ask("Times open, in ms?", Some(&usual))?;
        answer.split([' ', ',']).filter(|word| !word.is_empty()).map(|word| word.parse().unwrap_or(f64::NAN)).collect()
    } else {
        options.times_ms.clone()
    };
    times.sort_by(f64::total_cmp);
    times.dedup();
    if times.len() < FEWEST_POINTS || !times.iter().all(|time| (1.0..=10_000.0).contains(time)) {
        let message =
            format!("times are at least {FEWEST_POINTS} different numbers from 1 to 10000 ms: 30,50,75,100,150");
        return Err(Failure::trouble("calibrate-times", message));
    }
    Ok(times)
}

/// What gives the drops, and how.
struct Weighing<'w> {
    dispenser: &'w mut Dispenser,
    interrupt: &'w Interrupt,
    drops: u32,
    pause_ms: f64,
    evaporation: f64,
}

impl Weighing<'_> {
    /// Gives the drops of one time, and asks what they weigh.
    fn point(&mut self, open_ms: f64) -> Result<ValvePoint, Failure> {
        let drops = self.drops;
        prompt::ask(
            &format!("{drops} drops of {open_ms} ms: the empty dish is at 0 and under the spout? Enter begins"),
            Some(""),
        )?;
        self.dispenser.give(drops, open_ms, self.pause_ms, self.interrupt)?;
        let weight = prompt::number("What do they weigh, in g?", None, 1e-6, 1000.0)?;
        // To 0.1 ug: beyond what any balance shows.
        let weight_g = ((weight + self.evaporation) * 1e7).round() / 1e7;
        Ok(ValvePoint { open_ms, drops, weight_g })
    }

    /// The curve through the points; those that are off it are weighed again.
    fn curve(&mut self, mut points: Vec<ValvePoint>, density: f64) -> Result<ValveCurve, Failure> {
        loop {
            let flaws = match ValveCurve::new(points.clone(), density) {
                Ok(curve) => return Ok(curve),
                Err(flaws) => flaws,
            };
            let mut again: Vec<usize> = Vec::new();
            for flaw in &flaws {
                output::say(&format!("no curve: {flaw}"));
                again.extend(match flaw {
                    CurveFlaw::NotRising { point, .. } => vec![point - 1, *point],
                    CurveFlaw::OffTheCurve { point, .. } => vec![*point],
                    CurveFlaw::TooFew { .. } => Vec::new(),
                });
            }
            again.sort_unstable();
            again.dedup();
            if again.is_empty() || !prompt::agrees("Weigh what is off again?")? {
                return Err(Failure::trouble("calibrate-no-curve", "the drops make no curve; nothing was written"));
            }
            for point in again {
                points[point] = self.point(points[point].open_ms)?;
            }
        }
    }
}

/// The file with the calibrations of a device, and its text with one more; the text is read again before it is believed.
fn added(rig: &Path, device: &Device, weighed: &Weighed<'_>) -> Result<(PathBuf, String), Failure> {
    let unwritten = |reason: String| Failure::trouble("calibrate-write", reason);
    let folder = rig.parent().map(Path::to_path_buf).unwrap_or_default();
    let (path, text) = match &device.calibrations_file {
        Some(name) => {
            let path = folder.join(name);
            let text = add_to_file(&read_text(&path)?, &device.name, weighed);
            (path, text)
        }
        None => (rig.to_path_buf(), add_to_device(&read_text(rig)?, &device.name, weighed)),
    };
    let text = text.map_err(|flaw| unwritten(format!("{}: {flaw}", path.display())))?;
    if device.calibrations_file.is_none() && !has(&text, &device.name, weighed.date) {
        return Err(unwritten(format!(
            "{}: the new calibration would not be read back; nothing was written",
            path.display()
        )));
    }
    Ok((path, text))
}

/// Whether the calibration in force is one of this day.
fn has(text: &str, device: &str, date: Date) -> bool {
    let mut sources = Sources::default();
    let source = sources.add("", text);
    let (rig, _) = trialect_rig::read(text, source, &mut |_| Err(String::new()));
    let device = rig.as_ref().and_then(|rig| rig.device(device));
    device.and_then(Device::calibration).is_some_and(|calibration| calibration.date >= date)
}

/// Writes a file whole or not at all.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)).map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Failure::trouble(
            "calibrate-write",
            format!("{}: {error}; the file is as it was, write there and begin anew", path.display()),
        )
    })
}
