//! `[[devices.NAME.calibrations]]`: what was measured on which day, and how old it may be.

use super::section::{Reader, Section, Value};
use super::{Beside, CALIBRATIONS_FORMAT, format, parsed};
use crate::calibration::{
    Calibration, Curve, CurveFlaw, FEWEST_DROPS, LevelPoint, RESIDUAL_REFUSED, RESIDUAL_WARNED, Screen, Sound,
    ValveCurve, ValvePoint, Wheel,
};
use crate::classes::{Class, Measured};
use trialect_base::{Finding, Span};

/// What was measured of a device, by date.
#[derive(Debug, Default)]
pub(super) struct Dated {
    pub(super) calibrations: Vec<Calibration>,
    /// The file beside the rig file in which they stand.
    pub(super) file: Option<String>,
    pub(super) warn_after_days: Option<u32>,
    pub(super) refuse_after_days: Option<u32>,
}

/// A hundred years.
const MOST_DAYS: u32 = 36_525;

pub(super) fn read(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    class: &Class,
    needed: bool,
    beside: Beside<'_>,
) -> Dated {
    if class.measured == Measured::Nothing {
        return Dated::default();
    }
    let value = section.find("calibrations");
    let example = (value.is_some() || needed).then_some("30");
    let refuse_after_days = reader.whole(section, "refuse_after_days", 1..=MOST_DAYS, example);
    let most = refuse_after_days.unwrap_or(MOST_DAYS);
    let warn_after_days = reader.whole(section, "warn_after_days", 1..=most, None);
    let mut calibrations = match value {
        Some(value) if value.get_ref().as_str().is_some() => from_file(reader, value, section, class, beside),
        Some(value) => list(reader, value, &section.what, class),
        None => Vec::new(),
    };
    if value.is_none() && needed {
        let message = format!("{} needs a calibration: {}", section.what, why(class.measured));
        let finding = Finding::error("rig-no-calibration", message, section.place, "has none");
        reader.findings.push(finding.help(remedy(class.measured)));
    }
    calibrations.sort_by_key(|calibration| calibration.date);
    let file = value.and_then(|value| value.get_ref().as_str()).map(str::to_string);
    Dated { calibrations, file, warn_after_days, refuse_after_days }
}

fn why(measured: Measured) -> &'static str {
    match measured {
        Measured::Valve => "volumes become times through its curve",
        Measured::Screen => "degrees become pixels through its geometry",
        Measured::Sound => "a level becomes an amplitude through measured levels",
        Measured::Wheel | Measured::Nothing => "travel becomes counts through the wheel's radius",
    }
}

pub(crate) fn remedy(measured: Measured) -> &'static str {
    match measured {
        Measured::Valve => "weigh drops: `trialect rig calibrate valve`",
        Measured::Screen => "measure the screen, and write its `distance_mm`, `width_mm` and `width_px` with the date",
        Measured::Sound => "measure levels at the animal's head, and write them as `points` with the date",
        Measured::Wheel | Measured::Nothing => {
            "measure the wheel, and write its `radius_mm` and `counts_per_turn` with the date"
        }
    }
}

/// `calibrations = "FILE"`: a file beside the rig file, which has nothing but a list of them.
fn from_file(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    section: &Section<'_, '_>,
    class: &Class,
    beside: Beside<'_>,
) -> Vec<Calibration> {
    let name = value.get_ref().as_str().unwrap_or_default();
    let (source, text) = match beside(name) {
        Ok(found) => found,
        Err(reason) => {
            let message = "`calibrations` names a file beside the rig file";
            let finding = Finding::error("rig-no-file", message, reader.place(value), reason);
            reader
                .findings
                .push(finding.help("write the name of a file that can be read, from the folder of the rig file"));
            return Vec::new();
        }
    };
    let Some(table) = parsed(&text, source, reader.findings) else { return Vec::new() };
    let mut inside = Reader { source, findings: &mut *reader.findings, unread_links: Vec::new(), unread: Vec::new() };
    let place = Span { source, start: 0, end: super::first_line(&text) };
    let mut top = Section::new(&table, place, format!("the file of calibrations of {}", section.what));
    format(&mut inside, &mut top, CALIBRATIONS_FORMAT);
    let found = match top.find("calibrations") {
        Some(value) => list(&mut inside, value, &section.what, class),
        None => {
            inside.missing(&mut top, "calibrations", "[]");
            Vec::new()
        }
    };
    inside.end(&mut top);
    found
}

fn list(reader: &mut Reader<'_>, value: &Value<'_>, of: &str, class: &Class) -> Vec<Calibration> {
    let mut list = Vec::new();
    let items = reader.list(value, "`calibrations`", "`[[devices.NAME.calibrations]]`");
    if items.is_empty() && value.get_ref().as_array().is_some() {
        let message = format!("{of} needs a calibration: {}", why(class.measured));
        let finding = Finding::error("rig-no-calibration", message, reader.place(value), "has none");
        reader.findings.push(finding.help(remedy(class.measured)));
    }
    for item in items {
        let what = format!("a calibration of {of}");
        let Some(table) = reader.table(item, &what, "`[[devices.NAME.calibrations]]`") else { continue };
        let mut section = Section::new(table, reader.place(item), what);
        let date = reader.date(&mut section, "date");
        let operator = reader.text(&mut section, "operator", Some("\"A. Person\""));
        let curve = match class.measured {
            Measured::Valve => valve(reader, &mut section).map(Curve::Valve),
            Measured::Screen => screen(reader, &mut section).map(Curve::Screen),
            Measured::Sound => sound(reader, &mut section).map(Curve::Sound),
            Measured::Wheel | Measured::Nothing => wheel(reader, &mut section).map(Curve::Wheel),
        };
        reader.end(&mut section);
        if let (Some((date, place)), Some((operator, _)), Some(curve)) = (date, operator, curve) {
            list.push(Calibration { date, operator, curve, place });
        }
    }
    list
}

fn valve(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<ValveCurve> {
    const POINTS: &str = "[{ open_ms = 30.0, drops = 100, weight_g = 0.071 }, …]";
    let density = if section.has("density_g_per_ml") {
        reader.number(section, "density_g_per_ml", 0.5..=2.0, None)?
    } else {
        section.find("density_g_per_ml");
        1.0
    };
    let Some(value) = section.find("points") else {
        reader.missing(section, "points", POINTS);
        return None;
    };
    let items = reader.list(value, "`points`", POINTS);
    let mut points = Vec::new();
    for item in &items {
        let Some(table) = reader.table(item, "a point", "`{ open_ms = 30.0, drops = 100, weight_g = 0.071 }`") else {
            continue;
        };
        let mut point = Section::new(table, reader.place(item), "a point of a valve's curve".into());
        let open_ms = reader.number(&mut point, "open_ms", 0.1..=10_000.0, Some("30.0"));
        let drops = reader.whole(&mut point, "drops", FEWEST_DROPS..=100_000, Some("100"));
        let weight_g = reader.number(&mut point, "weight_g", 1e-6..=1000.0, Some("0.071"));
        reader.end(&mut point);
        if let (Some(open_ms), Some(drops), Some(weight_g)) = (open_ms, drops, weight_g) {
            points.push(ValvePoint { open_ms, drops, weight_g });
        }
    }
    if points.len() < items.len() || value.get_ref().as_array().is_none() {
        return None;
    }
    match ValveCurve::new(points, density) {
        Ok(curve) => {
            warn_of_residuals(reader, &curve, &items);
            Some(curve)
        }
        Err(flaws) => {
            flaws.iter().for_each(|flaw| flawed(reader, flaw, reader.place(value), &items));
            None
        }
    }
}

fn flawed(reader: &mut Reader<'_>, flaw: &CurveFlaw, whole: Span, items: &[&Value<'_>]) {
    let at = |point: usize| items.get(point).map_or(whole, |item| reader.place(item));
    let finding = match flaw {
        CurveFlaw::TooFew { least, .. } => {
            let message = format!("a valve's curve has at least {least} points");
            let finding = Finding::error("rig-calibration-points", message, whole, flaw.to_string());
            finding.help("weigh drops at more times: shorter and longer than the protocols need")
        }
        CurveFlaw::NotRising { point, .. } => {
            let message = "a valve's curve rises from point to point, in time and in volume";
            let finding = Finding::error("rig-calibration-points", message, at(*point), flaw.to_string());
            finding.help("put the points in the order of their times, and weigh again the one that is out of line")
        }
        CurveFlaw::OffTheCurve { point, .. } => {
            let percent = 100.0 * RESIDUAL_REFUSED;
            let message = format!("no point is further than {percent} % off the curve through all of them");
            let finding = Finding::error("rig-calibration-fit", message, at(*point), flaw.to_string());
            finding
                .help("weigh this point again, with more drops; air in the tube or a drop that hung is the usual cause")
        }
    };
    reader.findings.push(finding);
}

fn warn_of_residuals(reader: &mut Reader<'_>, curve: &ValveCurve, items: &[&Value<'_>]) {
    for (point, item) in items.iter().enumerate() {
        if curve.residual(point).abs() > RESIDUAL_WARNED {
            let message = format!("a point further than {} % off the curve is doubtful", 100.0 * RESIDUAL_WARNED);
            let place = reader.place(item);
            let finding = Finding::warning("rig-calibration-residual", message, place, curve.off(point).to_string());
            reader.findings.push(finding.help("weigh this point again, with more drops"));
        }
    }
}

fn screen(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<Screen> {
    let distance_mm = reader.number(section, "distance_mm", 10.0..=5_000.0, Some("80.0"));
    let width_mm = reader.number(section, "width_mm", 10.0..=5_000.0, Some("197.0"));
    let width_px = reader.whole(section, "width_px", 16..=32_768, Some("2048"));
    Some(Screen { distance_mm: distance_mm?, width_mm: width_mm?, width_px: width_px? })
}

fn wheel(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<Wheel> {
    let radius_mm = reader.number(section, "radius_mm", 1.0..=1_000.0, Some("31.0"));
    let counts_per_turn = reader.whole(section, "counts_per_turn", 1..=1_000_000, Some("1024"));
    Some(Wheel { radius_mm: radius_mm?, counts_per_turn: counts_per_turn? })
}

fn sound(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<Sound> {
    const POINT: &str = "{ frequency_hz = 5000, amplitude = 0.1, level_db = 65.0 }";
    let Some(value) = section.find("points") else {
        reader.missing(section, "points", &format!("[{POINT}]"));
        return None;
    };
    let items = reader.list(value, "`points`", &format!("[{POINT}]"));
    let mut points = Vec::new();
    for item in &items {
        let Some(table) = reader.table(item, "a point", POINT) else { continue };
        let mut point = Section::new(table, reader.place(item), "a measured level".into());
        let noise = reader.flag(&mut point, "noise");
        let example = (!noise).then_some("5000");
        let frequency_hz = reader.number(&mut point, "frequency_hz", 20.0..=200_000.0, example);
        let amplitude = reader.number(&mut point, "amplitude", 1e-6..=1.0, Some("0.1"));
        let level_db = reader.number(&mut point, "level_db", 0.0..=160.0, Some("65.0"));
        if noise && frequency_hz.is_some() {
            let message = "a measured level is of a tone or of noise";
            let finding = Finding::error("rig-wrong-value", message, point.place, "both are here");
            reader.findings.push(finding.help("take out `noise` or `frequency_hz`"));
        }
        reader.end(&mut point);
        if let (Some(amplitude), Some(level_db)) = (amplitude, level_db)
            && (noise || frequency_hz.is_some())
        {
            points.push(LevelPoint { frequency_hz, amplitude, level_db });
        }
    }
    if items.is_empty() {
        let message = "measured levels have at least 1 point";
        let finding = Finding::error("rig-calibration-points", message, reader.place(value), "has none");
        reader.findings.push(finding.help(format!("write `points = [{POINT}]`")));
    }
    (!points.is_empty() && points.len() == items.len()).then(|| Sound::new(&points))
}
