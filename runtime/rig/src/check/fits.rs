//! Whether a rig has what a protocol needs.

use super::stimuli;
use crate::classes;
use crate::model::{Backend, BpodBoard, ChannelKind, Device, Rig};
use crate::words::{nearest, one};
use trialect_base::{Finding, Findings, Span};

/// What a protocol needs of a rig; all numbers in coherent units (s, mm, uL, deg, A, dB).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    /// Devices of its `rig` block.
    pub devices: Vec<NeededDevice>,
    /// What it asks of them.
    pub asks: Vec<Ask>,
    /// Reports that it waits for.
    pub hears: Vec<Hears>,
    /// What it shows and plays.
    pub stimuli: Vec<NeededStimulus>,
}

/// A device of a `rig` block.
#[derive(Debug, Clone, PartialEq)]
pub struct NeededDevice {
    /// `spout`, `port[left]`.
    pub name: String,
    /// `Valve`.
    pub class: String,
    /// Where it is declared.
    pub place: Span,
}

/// An argument of a verb, and between what it lies whatever the session brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// `spout`.
    pub device: String,
    /// `deliver`.
    pub verb: String,
    /// `amount`.
    pub parameter: String,
    /// The least that it can be.
    pub least: f64,
    /// The most that it can be.
    pub most: f64,
    /// Where it stands.
    pub place: Span,
}

/// A report that a protocol waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hears {
    /// `screen`.
    pub device: String,
    /// `flip`.
    pub channel: String,
    /// Where it waits for it first.
    pub place: Span,
}

/// A declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub struct NeededStimulus {
    /// `grating`.
    pub name: String,
    /// `screen`.
    pub device: String,
    /// `gabor`.
    pub constructor: String,
    /// Its constants.
    pub fixed: Vec<(String, f64)>,
    /// Where it is declared.
    pub place: Span,
}

/// Everything in which a rig is not what a protocol needs. Both texts must be among the sources for the findings to be shown.
#[must_use]
pub fn fits(rig: &Rig, needs: &Needs) -> Findings {
    let mut findings = Findings::default();
    for needed in &needs.devices {
        match rig.device(&needed.name) {
            Some(device) if device.class != needed.class => findings.push(other_class(device, needed)),
            None if !rig.unread.contains(&needed.name) => findings.push(not_bound(rig, needs, needed)),
            _ => {}
        }
    }
    // What is bound to the wrong class would only be told more that is wrong with it.
    let right = |name: &str| {
        let class = &needs.devices.iter().find(|needed| needed.name == name)?.class;
        rig.device(name).filter(|device| device.class == *class)
    };
    for heard in &needs.hears {
        if let Some(device) = right(&heard.device) {
            not_heard(rig, device, heard).into_iter().for_each(|finding| findings.push(finding));
        }
    }
    for ask in &needs.asks {
        if let Some(device) = right(&ask.device) {
            beyond(device, ask).into_iter().for_each(|finding| findings.push(finding));
        }
    }
    for stimulus in &needs.stimuli {
        if let Some(device) = right(&stimulus.device) {
            stimuli::check(rig, device, stimulus, &mut findings);
        }
    }
    findings
}

fn other_class(device: &Device, needed: &NeededDevice) -> Finding {
    let message = format!("`{}` is {}, as the protocol needs it", needed.name, one(&needed.class));
    let finding =
        Finding::error("rig-wrong-class", message, device.class_place, format!("{} here", one(&device.class)));
    let finding = finding.also(needed.place, format!("the protocol needs {}", one(&needed.class)));
    finding.replace(device.class_place, format!("\"{}\"", needed.class), |class| {
        format!("write `class = {class}`, and connect one; or give the device another name")
    })
}

fn not_bound(rig: &Rig, needs: &Needs, needed: &NeededDevice) -> Finding {
    let NeededDevice { name, class, place } = needed;
    let message = format!("each device of the protocol is bound: `{name}` is {}", one(class));
    let finding = Finding::error("rig-not-bound", message, rig.place, format!("this rig has no `{name}`"));
    let finding = finding.also(*place, "needed here");
    let is_free = |device: &&Device| !needs.devices.iter().any(|other| other.name == device.name);
    let free: Vec<&Device> = rig.devices.iter().filter(|device| device.class == *class).filter(is_free).collect();
    let near = nearest(name, free.iter().map(|device| device.name.as_str()));
    let near = near.or_else(|| free.first().map(|device| device.name.as_str()).filter(|_| free.len() == 1));
    let key = if name.contains(['[', '.', ' ']) { format!("\"{name}\"") } else { name.clone() };
    match near {
        Some(near) => finding
            .help(format!("`{near}` is {} that the protocol does not know; call it `[devices.{key}]`", one(class))),
        None => finding.help(format!("write `[devices.{key}]`, and below it `class = \"{class}\"`, `link` and `at`")),
    }
}

fn not_heard(rig: &Rig, device: &Device, heard: &Hears) -> Option<Finding> {
    let backend = &rig.link(device.at.link)?.backend;
    let channel = &heard.channel;
    let is_bound = device.reports.iter().any(|report| report.channel == *channel);
    let is_unread = rig.unread.contains(&format!("{}.{channel}", device.name));
    if is_bound || is_unread || classes::reports_itself(&device.class, channel, backend) {
        return None;
    }
    let message = format!("the protocol waits for `{}.{channel}`, which comes in over a line of its own", device.name);
    let finding = Finding::error("rig-not-heard", message, device.place, format!("has no `{channel}`"));
    let finding = finding.also(heard.place, "waits for it here");
    let (link, at) = free_input(rig).unwrap_or_else(|| ("machine".into(), "bnc 1".into()));
    Some(finding.help(format!("write `{channel} = {{ link = \"{link}\", at = \"{at}\" }}`, where it is plugged in")))
}

/// A BNC input that nothing has yet.
fn free_input(rig: &Rig) -> Option<(String, String)> {
    let taken = |link: usize, number: u32| {
        let ats = rig.devices.iter().flat_map(|device| device.reports.iter().map(|r| &r.at).chain([&device.at]));
        let mut channels = ats.filter(|at| at.link.0 == link).flat_map(|at| &at.channels);
        channels.any(|channel| channel.kind == ChannelKind::BncIn && channel.number == number)
    };
    rig.links.iter().enumerate().find_map(|(k, link)| {
        let (least, most) = classes::numbers(ChannelKind::BncIn, &link.backend)?;
        let number = (least..=most).find(|number| !taken(k, *number))?;
        Some((link.name.clone(), format!("bnc {number}")))
    })
}

/// What is asked for and cannot be given.
fn beyond(device: &Device, ask: &Ask) -> Option<Finding> {
    match (device.class.as_str(), ask.parameter.as_str()) {
        ("Valve" | "Pump", "amount") => volume(device, ask),
        ("Laser", "power") => fixed(device, ask, ("power_mw", "mW", MILLIWATT)),
        ("Shocker", "current") => fixed(device, ask, ("current_ma", "mA", MILLIAMPERE)),
        _ => None,
    }
}

/// In g mm^2 s^-3.
const MILLIWATT: f64 = 1e6;
/// In A.
const MILLIAMPERE: f64 = 1e-3;
/// A share of a number that no arithmetic of intervals is finer than.
const ROUNDING: f64 = 1e-9;

/// A volume outside of the curve.
fn volume(device: &Device, ask: &Ask) -> Option<Finding> {
    let curve = device.valve()?;
    let (least, most) = curve.range_ul();
    let is_within = ask.least >= least * (1.0 - ROUNDING) && ask.most <= most * (1.0 + ROUNDING);
    if is_within {
        return None;
    }
    let asked = between(ask.least, ask.most, "uL");
    let message = format!("the curve of `{}` covers every volume that the protocol can ask for: {asked}", device.name);
    let label = format!("covers {}", between(least, most, "uL"));
    let place = device.calibration()?.place;
    let finding = Finding::error("rig-beyond-calibration", message, place, label);
    let finding = finding.also(ask.place, format!("can ask for {asked}"));
    let times: Vec<f64> = [ask.least, ask.most].into_iter().filter_map(|volume| curve.fit().inverse(volume)).collect();
    let help = match times.as_slice() {
        [shortest, longest] if longest.is_finite() => {
            let times = between(shortest.floor(), longest.ceil(), "ms");
            format!(
                "weigh drops at times of about {times}: `trialect rig calibrate valve`; or give the volume a narrower range"
            )
        }
        _ => "give the volume a range in the protocol: `within … .. …`".into(),
    };
    Some(finding.help(help))
}

/// What somebody has turned a knob for is what the protocol asks for, and nothing else.
fn fixed(device: &Device, ask: &Ask, (key, unit, scale): (&str, &str, f64)) -> Option<Finding> {
    let set = device.set(key)?;
    let (least, most) = (ask.least / scale, ask.most / scale);
    let is_same = |asked: f64| (asked - set).abs() <= set * 1e-6;
    if is_same(least) && is_same(most) {
        return None;
    }
    let asked = between(least, most, unit);
    let message = format!("`{}` is set to the {} that the protocol asks for: {asked}", device.name, ask.parameter);
    let finding = Finding::error("rig-fixed-level", message, device.place, format!("`{key} = {set}`"));
    let finding = finding.also(ask.place, format!("asks for {asked}"));
    Some(match is_same(least) || is_same(most) || least != most {
        true => finding.help("a device that is switched on and off has one level; ask for one in the protocol"),
        false => finding.help(format!("set the device, and write `{key} = {}`", shown(most))),
    })
}

pub(super) fn between(least: f64, most: f64, unit: &str) -> String {
    match (least == most, most.is_finite(), least.is_finite()) {
        (true, ..) => format!("{} {unit}", shown(most)),
        (_, true, true) => format!("{} .. {} {unit}", shown(least), shown(most)),
        (_, false, true) => format!("{} {unit} and any more", shown(least)),
        _ => "anything".into(),
    }
}

/// With four digits behind the point at most.
pub(super) fn shown(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

impl BpodBoard {
    /// As `rig.toml` calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            BpodBoard::R2 => "r2.0",
            BpodBoard::TwoPlus => "2+",
        }
    }
}

/// Whether a display program says that it can show a stimulus.
pub(super) fn shows(backend: &Backend, constructor: &str) -> bool {
    match backend {
        Backend::Osc { shows, .. } => shows.iter().any(|known| known == constructor),
        _ => true,
    }
}
