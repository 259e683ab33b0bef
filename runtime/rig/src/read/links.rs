//! `[links.NAME]`: what is at the other end, and how it is reached.

use super::section::{Reader, Section, Value};
use crate::model::{Backend, BpodBoard, HarpBoard, Link, Rig, Run, SerialPort, UsbIdentity};
use trialect_base::Finding;

/// The kinds of links.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Bpod,
    Harp,
    Osc,
    Serial,
    Simulated,
}

const KINDS: [(&str, Kind); 5] = [
    ("bpod", Kind::Bpod),
    ("harp", Kind::Harp),
    ("osc", Kind::Osc),
    ("serial", Kind::Serial),
    ("simulated", Kind::Simulated),
];

const USB: &str = "{ vid = 0x16c0, pid = 0x0483, serial = \"12345670\" }";

pub(super) fn read(reader: &mut Reader<'_>, top: &mut Section<'_, '_>, rig: &mut Rig) {
    let Some(value) = top.find("links") else {
        let finding = Finding::error("rig-missing-key", "the rig file needs `links`", top.place, "has no links");
        reader.findings.push(finding.help("write `[links.machine]`, and below it `kind = \"bpod\"`"));
        return;
    };
    let Some(table) = reader.table(value, "`links`", "`[links.machine]`") else { return };
    for (name, place, value) in reader.entries(table) {
        let what = format!("the link `{name}`");
        let Some(table) = reader.table(value, &what, &format!("`[links.{name}]`")) else {
            reader.unread_links.push(name);
            continue;
        };
        let mut section = Section::new(table, place, what);
        match backend(reader, &mut section) {
            Some(backend) => rig.links.push(Link { name, place, backend }),
            None => reader.unread_links.push(name),
        }
    }
}

/// None when it cannot be told what it is; then its devices are not judged by it.
fn backend(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<Backend> {
    let Some(kind) = reader.choice(section, "kind", &KINDS, true) else {
        // Without a kind nobody can say which keys it may have.
        reader.leave(section);
        return None;
    };
    let backend = match kind {
        Kind::Bpod => {
            let boards = [("r2.0", BpodBoard::R2), ("2+", BpodBoard::TwoPlus)];
            let runs = [("on device", Run::OnDevice), ("host driven", Run::HostDriven)];
            let board = reader.choice(section, "board", &boards, true);
            let run = reader.choice(section, "run", &runs, false).unwrap_or_default();
            let port = port(reader, section);
            board.zip(port).map(|(board, port)| Backend::Bpod { board, port, run })
        }
        Kind::Harp => {
            let boards = [("behavior", HarpBoard::Behavior), ("sound card", HarpBoard::SoundCard)];
            let board = reader.choice(section, "board", &boards, true);
            let port = port(reader, section);
            board.zip(port).map(|(board, port)| Backend::Harp { board, port })
        }
        Kind::Osc => {
            let host = reader.text(section, "host", Some("\"127.0.0.1\"")).map(|(host, _)| host);
            let port = reader.whole(section, "port", 1..=65_535, Some("7110"));
            let shows = shows(reader, section);
            let port = port.and_then(|port| u16::try_from(port).ok());
            host.zip(port).map(|(host, port)| Backend::Osc { host, port, shows })
        }
        Kind::Serial => {
            let baud = reader.whole(section, "baud", 300..=12_000_000, Some("115200"));
            let description = reader.text(section, "description", Some("\"feeder.toml\"")).map(|(name, _)| name);
            let port = port(reader, section);
            let all = baud.zip(description).zip(port);
            all.map(|((baud, description), port)| Backend::Serial { port, baud, description })
        }
        Kind::Simulated => Some(Backend::Simulated),
    };
    reader.end(section);
    backend
}

/// The stimuli that a display program can show; gratings when nothing is said.
fn shows(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Vec<String> {
    const SHOWN: [&str; 2] = ["gabor", "random_dots"];
    let Some(value) = section.find("shows") else { return vec![SHOWN[0].to_string()] };
    let mut shows = Vec::new();
    for item in reader.list(value, "`shows`", "`shows = [\"gabor\"]`") {
        match item.get_ref().as_str().filter(|name| SHOWN.contains(name)) {
            Some(name) => shows.push(name.to_string()),
            None => {
                let found = item.get_ref().as_str().unwrap_or("this");
                let label = format!("`{found}` is no stimulus of a Display");
                let message = format!("`shows` lists {}", crate::words::listed(&SHOWN));
                let finding = Finding::error("rig-wrong-value", message, reader.place(item), label);
                let near = crate::words::nearest(found, SHOWN);
                reader.findings.push(finding.help(format!("write \"{}\"", near.unwrap_or(SHOWN[0]))));
            }
        }
    }
    shows
}

/// A port by its USB identity, or, when it says so, the path of an emulated device.
fn port(reader: &mut Reader<'_>, section: &mut Section<'_, '_>) -> Option<SerialPort> {
    let usb = section.find("usb");
    let path = section.find("path");
    let emulated = reader.flag(section, "emulated");
    match (usb, path, emulated) {
        (None, Some(path), true) => {
            let text = path.get_ref().as_str().filter(|path| !path.is_empty());
            if text.is_none() {
                reader.wrong_type(path, "`path`", "the path of a pseudo-terminal", "`path = \"/tmp/bpod\"`");
            }
            let port = SerialPort::Emulated(text?.to_string());
            let message = format!("{} is no hardware: a session on it is for development", section.what);
            let finding = Finding::warning("rig-emulated", message, reader.place(path), "an emulated device");
            reader.findings.push(finding.help(format!("on a real rig write `usb = {USB}` instead")));
            Some(port)
        }
        (_, Some(path), _) => {
            by_path(reader, section, path);
            None
        }
        (Some(usb), None, _) => identity(reader, usb, "`usb`").map(SerialPort::Usb),
        (None, None, _) => {
            reader.missing(section, "usb", USB);
            None
        }
    }
}

fn by_path(reader: &mut Reader<'_>, section: &Section<'_, '_>, path: &Value<'_>) {
    let message = format!("{} is named by its USB identity: a path can be another device's tomorrow", section.what);
    let finding = Finding::error("rig-port-by-path", message, reader.place(path), "a path");
    let help =
        format!("write `usb = {USB}`, as `trialect rig list` prints it; an emulated device has `emulated = true`");
    reader.findings.push(finding.help(help));
}

/// `{ vid = …, pid = …, serial = "…" }`
pub(super) fn identity(reader: &mut Reader<'_>, value: &Value<'_>, what: &str) -> Option<UsbIdentity> {
    let table = reader.table(value, what, &format!("{what} as `{USB}`"))?;
    let mut section = Section::new(table, reader.place(value), what.into());
    let vid = reader.whole(&mut section, "vid", 1..=0xffff, Some("0x16c0"));
    let pid = reader.whole(&mut section, "pid", 1..=0xffff, Some("0x0483"));
    let serial = reader.text(&mut section, "serial", Some("\"12345670\""));
    reader.end(&mut section);
    let narrow = |number: u32| u16::try_from(number).ok();
    let (vid, pid) = (vid.and_then(narrow)?, pid.and_then(narrow)?);
    serial.map(|(serial_number, _)| UsbIdentity { vid, pid, serial_number })
}
