//! `[devices.NAME]`: a device's class, where it is connected, and what was set by hand.

use super::section::{Reader, Section, Value};
use super::{Beside, calibrations, links, places};
use crate::classes::{self, CLASSES, Class, Measured};
use crate::model::{At, Backend, Channel, ChannelKind, Device, LinkId, Report, Rig, UsbIdentity};
use crate::words::{listed, nearest, one};
use trialect_base::{Finding, Span};

pub(super) fn read(reader: &mut Reader<'_>, top: &mut Section<'_, '_>, rig: &mut Rig, beside: Beside<'_>) {
    let Some(value) = top.find("devices") else {
        let finding = Finding::error("rig-missing-key", "the rig file needs `devices`", top.place, "has no devices");
        reader.findings.push(finding.help("write `[devices.spout]`, and below it `class = \"Valve\"`"));
        return;
    };
    let Some(table) = reader.table(value, "`devices`", "`[devices.spout]`") else { return };
    for (name, place, value) in reader.entries(table) {
        let what = format!("the device `{name}`");
        let device = reader.table(value, &what, &format!("`[devices.{name}]`")).and_then(|table| {
            let mut section = Section::new(table, place, what);
            device(reader, &mut section, &name, rig, &mut *beside)
        });
        match device {
            Some(device) => rig.devices.push(device),
            None => reader.unread.push(name),
        }
    }
}

/// None when its class or its place cannot be told; what else it has is judged all the same, where that can be done.
fn device(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    name: &str,
    rig: &Rig,
    beside: Beside<'_>,
) -> Option<Device> {
    let class = class(reader, section);
    let link = places::link(reader, section, rig);
    let Some((class, class_place)) = class else {
        // Without a class nobody can say which keys it may have.
        reader.leave(section);
        return None;
    };
    let backend = link.and_then(|(link, _)| rig.link(link)).map(|link| &link.backend);
    let at = match link.zip(backend) {
        Some(((link, place), backend)) => at(reader, section, class, link, place, backend),
        None => {
            section.find("at");
            None
        }
    };
    let reports = reports(reader, section, class, name, rig);
    let own_port = own_port(reader, section, backend, at.as_ref());
    let set = set(reader, section, class, backend);
    let needs = backend.is_some_and(|backend| needs_calibration(class, backend, &set));
    let measured = calibrations::read(reader, section, class, needs, beside);
    reader.end(section);
    let calibrations::Dated { calibrations, file: calibrations_file, warn_after_days, refuse_after_days } = measured;
    Some(Device {
        name: name.to_string(),
        place: section.place,
        class: class.name.to_string(),
        class_place,
        at: at?,
        reports,
        own_port,
        set,
        calibrations,
        calibrations_file,
        warn_after_days,
        refuse_after_days,
    })
}

fn class(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<(&'static Class, Span)> {
    let (name, place) = reader.text(section, "class", Some("\"Valve\""))?;
    let class = Class::of(&name);
    if class.is_none() {
        let names = CLASSES.map(|class| class.name);
        let message = format!("`class` is a device class of the library: {}", listed(&names));
        let finding = Finding::error("rig-unknown-class", message, place, format!("there is no class `{name}`"));
        reader.findings.push(match nearest(&name, names) {
            Some(near) => finding.replace(place, format!("\"{near}\""), |near| format!("did you mean {near}?")),
            None => finding.help("write the class that the protocol's `rig` block has behind the name"),
        });
    }
    class.map(|class| (class, place))
}

fn at(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    class: &Class,
    link: LinkId,
    place: Span,
    backend: &Backend,
) -> Option<At> {
    if classes::is_whole(class.name, backend) {
        let channels = match backend {
            Backend::Simulated => Vec::new(),
            _ => vec![Channel { kind: ChannelKind::Whole, number: 0 }],
        };
        return Some(At { link, words: String::new(), channels, place });
    }
    let forms = classes::forms(class.name, backend);
    if forms.is_empty() && !matches!(backend, Backend::Serial { .. }) {
        section.find("at");
        let message = format!("a link of the device reaches something that can play {}", one(class.name));
        let label = format!("a {} cannot", places::board(backend));
        let finding = Finding::error("rig-cannot-play", message, place, label);
        let kinds = listed(&kinds_for(class.name));
        reader.findings.push(finding.help(format!("name a link of kind {kinds}")));
        return None;
    }
    let what = one(class.name);
    places::at(reader, section, &places::Wanted { what: &what, link, backend, forms })
}

/// The kinds of links on which a class can be.
fn kinds_for(class: &str) -> Vec<&'static str> {
    let can = |kind: &&str| match *kind {
        "bpod" => classes::on_bpod(class),
        "harp" => classes::on_harp(class),
        "osc" => class == "Display",
        _ => true,
    };
    ["bpod", "harp", "osc", "serial", "simulated"].into_iter().filter(can).collect()
}

fn reports(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    class: &Class,
    name: &str,
    rig: &Rig,
) -> Vec<Report> {
    let mut reports = Vec::new();
    for channel in class.reports {
        let Some(value) = section.find(channel) else { continue };
        match places::report(reader, value, channel, rig) {
            Some(at) => reports.push(Report { channel: (*channel).to_string(), at }),
            None => reader.unread.push(format!("{name}.{channel}")),
        }
    }
    reports
}

/// A module of a Bpod has a USB port of its own.
fn own_port(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    backend: Option<&Backend>,
    at: Option<&At>,
) -> Option<UsbIdentity> {
    let is_module = at.is_some_and(|at| at.channels.iter().any(|channel| channel.kind == ChannelKind::Module));
    // Where it is cannot be told, so that nothing can be said against a port either.
    let is_unknown = at.is_none() && matches!(backend, None | Some(Backend::Bpod { .. }));
    let value: &Value<'_> = if is_module || is_unknown { section.find("usb")? } else { return None };
    links::identity(reader, value, "`usb`")
}

fn set(
    reader: &mut Reader<'_>,
    section: &mut Section<'_, '_>,
    class: &Class,
    backend: Option<&Backend>,
) -> Vec<(String, f64)> {
    let by_hand = matches!(backend, Some(Backend::Bpod { .. } | Backend::Harp { .. } | Backend::Osc { .. }));
    let mut list = Vec::new();
    for &(key, least, most, example, required) in class.set {
        let example = (required && by_hand).then_some(example);
        let number = reader.number(section, key, least..=most, example);
        list.extend(number.map(|number| (key.to_string(), number)));
    }
    list
}

/// Whether nothing that the protocol says can be done without a calibration.
fn needs_calibration(class: &Class, backend: &Backend, set: &[(String, f64)]) -> bool {
    match (class.measured, backend) {
        (Measured::Nothing, _) | (_, Backend::Simulated) => false,
        // A level is a matter of the rig: protocols have none.
        (Measured::Sound, _) => set.iter().any(|(key, _)| key == "level_db"),
        // A pump that is told volumes needs none.
        (Measured::Valve, Backend::Serial { .. }) => class.name == "Valve",
        _ => true,
    }
}
