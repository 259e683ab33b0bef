//! What can be used once only: ports of this computer, and channels of boards.

use crate::model::{At, Backend, ChannelKind, LinkId, Rig, SerialPort};
use std::collections::BTreeMap;
use trialect_base::{Finding, Findings, Span};

pub(crate) fn used_twice(rig: &Rig, findings: &mut Findings) {
    ports(rig, findings);
    channels(rig, findings);
}

/// Whether two links lead to the same device.
fn ports(rig: &Rig, findings: &mut Findings) {
    let mut seen: BTreeMap<String, (Span, String)> = BTreeMap::new();
    let mut meet = |end: String, place: Span, what: String| {
        if let Some((first, other)) = seen.get(&end) {
            let message = format!("{end} has one owner: two programs of one port take each other's bytes");
            let finding = Finding::error("rig-link-twice", message, place, format!("{what} has it, too"));
            let finding = finding.also(*first, format!("{other} has it"));
            findings.push(finding.help("take out one of the two, or write what the other one is: `trialect rig list`"));
        } else {
            seen.insert(end, (place, what));
        }
    };
    for link in &rig.links {
        let end = match (&link.backend, link.backend.port()) {
            (_, Some(SerialPort::Usb(identity))) => format!("the USB device {identity}"),
            (_, Some(SerialPort::Emulated(path))) => format!("the port {path}"),
            (Backend::Osc { host, port, .. }, _) => format!("the display program at {host}:{port}"),
            _ => continue,
        };
        meet(end, link.place, format!("the link `{}`", link.name));
    }
    for device in &rig.devices {
        if let Some(identity) = &device.own_port {
            meet(format!("the USB device {identity}"), device.place, format!("the device `{}`", device.name));
        }
    }
}

fn channels(rig: &Rig, findings: &mut Findings) {
    let mut seen: BTreeMap<(LinkId, ChannelKind, u32, &str), (Span, String)> = BTreeMap::new();
    let devices = rig.devices.iter().map(|device| (&device.at, format!("`{}`", device.name)));
    let reports = rig.devices.iter().flat_map(|device| {
        device.reports.iter().map(|report| (&report.at, format!("`{}` of `{}`", report.channel, device.name)))
    });
    let pulse = rig.trial_pulse.iter().map(|at| (at, "`trial_pulse`".to_string()));
    let mut list: Vec<(&At, String)> = devices.chain(reports).chain(pulse).collect();
    list.sort_by_key(|(at, _)| at.place);
    for (at, what) in list {
        for channel in &at.channels {
            let name = if channel.kind == ChannelKind::Named { at.words.as_str() } else { "" };
            let key = (at.link, channel.kind, channel.number, name);
            if let Some((first, other)) = seen.get(&key) {
                let message = format!("{} has one user", in_words(rig, at, channel.kind));
                let finding = Finding::error("rig-channel-twice", message, at.place, format!("{what} has it, too"));
                let finding = finding.also(*first, format!("{other} has it"));
                findings.push(finding.help("write where each of the two is plugged in"));
                break;
            }
            seen.insert(key, (at.place, what.clone()));
        }
    }
}

fn in_words(rig: &Rig, at: &At, kind: ChannelKind) -> String {
    let link = rig.link(at.link).map_or("", |link| link.name.as_str());
    let part = match kind {
        ChannelKind::Beam => "the beam of ",
        ChannelKind::Lamp => "the lamp of ",
        ChannelKind::BncIn => "the input of ",
        ChannelKind::BncOut => "the output of ",
        ChannelKind::Whole => return format!("what is at the link `{link}`"),
        _ => "",
    };
    format!("{part}`{}` at the link `{link}`", at.words)
}
