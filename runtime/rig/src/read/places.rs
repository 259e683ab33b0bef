//! `at = "port 1"`: where something is connected, and whether the board has that.

use super::section::{Reader, Section, Value};
use crate::classes::{self, Form};
use crate::model::{At, Backend, BpodBoard, Channel, ChannelKind, HarpBoard, LinkId, Rig};
use crate::words::{listed, nearest};
use trialect_base::{Finding, Span};

/// A board in words.
pub(crate) fn board(backend: &Backend) -> &'static str {
    match backend {
        Backend::Bpod { board: BpodBoard::R2, .. } => "Bpod r2.0",
        Backend::Bpod { board: BpodBoard::TwoPlus, .. } => "Bpod 2+",
        Backend::Harp { board: HarpBoard::Behavior, .. } => "Harp Behavior board",
        Backend::Harp { board: HarpBoard::SoundCard, .. } => "Harp sound card",
        Backend::Osc { .. } => "display program",
        Backend::Serial { .. } => "device with a serial protocol of its own",
        Backend::Simulated => "simulated rig",
    }
}

/// The link that a table names; none, with a finding, when there is none of this name.
pub(super) fn link(reader: &mut Reader<'_>, section: &mut Section<'_, '_>, rig: &Rig) -> Option<(LinkId, Span)> {
    let names: Vec<&str> = rig.links.iter().map(|link| link.name.as_str()).collect();
    let example = format!("\"{}\"", names.first().unwrap_or(&"machine"));
    let (name, place) = reader.text(section, "link", Some(&example))?;
    if let Some(link) = names.iter().position(|known| *known == name) {
        return Some((LinkId(link), place));
    }
    if !reader.unread_links.contains(&name) {
        let message = format!("`link` names one of the links: {}", listed(&names));
        let finding = Finding::error("rig-unknown-link", message, place, format!("there is no link `{name}`"));
        reader.findings.push(match nearest(&name, names) {
            Some(near) => finding.replace(place, format!("\"{near}\""), |near| format!("did you mean {near}?")),
            None => finding.help(format!("write `[links.{name}]` above, or name another link")),
        });
    }
    None
}

/// What is connected, for [`at`].
pub(super) struct Wanted<'w> {
    /// For messages: `a Valve`.
    pub(super) what: &'w str,
    pub(super) link: LinkId,
    pub(super) backend: &'w Backend,
    pub(super) forms: &'static [Form],
}

/// Reads `at` of a table.
pub(super) fn at(reader: &mut Reader<'_>, section: &mut Section<'_, '_>, wanted: &Wanted<'_>) -> Option<At> {
    let &Wanted { what, link, backend, forms } = wanted;
    let numbers = |form: &'static Form| classes::numbers(form.1[0], backend).map(|numbers| (form, numbers));
    let there: Vec<(&Form, (u32, u32))> = forms.iter().filter_map(numbers).collect();
    let is_named = matches!(backend, Backend::Serial { .. });
    let example = match there.first() {
        Some((form, (least, _))) => format!("\"{} {least}\"", form.0),
        None => "\"feeder\"".to_string(),
    };
    let (words, place) = reader.text(section, "at", Some(&example))?;
    if is_named {
        return Some(At { link, words, channels: vec![Channel { kind: ChannelKind::Named, number: 0 }], place });
    }
    let (word, number) = words.split_once(' ').unwrap_or((&words, ""));
    let number = number.trim().parse::<u32>().ok();
    let form = there.iter().find(|(form, _)| form.0 == word);
    if let Some((form, (least, most))) = form
        && let Some(number) = number.filter(|number| (least..=most).contains(&number))
    {
        let channels = form.1.iter().map(|kind| Channel { kind: *kind, number }).collect();
        return Some(At { link, words, channels, place });
    }
    let shown = |(form, (least, most)): &(&Form, (u32, u32))| match least == most {
        true => format!("`{} {least}`", form.0),
        false => format!("`{} {least}` .. `{} {most}`", form.0, form.0),
    };
    let all: Vec<String> = there.iter().map(shown).collect();
    let message = format!("{what} at a {} is at {}", board(backend), all.join(", or "));
    let finding = Finding::error("rig-no-channel", message, place, format!("`{words}` is not there, or not for this"));
    reader.findings.push(remedy(finding, place, word, number, form, &there));
    None
}

/// What to write instead: the nearest number of the same kind, or the nearest word.
fn remedy(
    finding: Finding,
    place: Span,
    word: &str,
    number: Option<u32>,
    form: Option<&(&Form, (u32, u32))>,
    there: &[(&Form, (u32, u32))],
) -> Finding {
    let near = nearest(word, there.iter().map(|(form, _)| form.0));
    let by_word = near.and_then(|near| there.iter().find(|(form, _)| form.0 == near));
    let Some((form, (least, most))) = form.or(by_word).or(there.first()) else { return finding };
    let number = number.unwrap_or(*least).clamp(*least, *most);
    let text = format!("\"{} {number}\"", form.0);
    finding.replace(place, text, |text| format!("write `at = {text}`, or where it is plugged in"))
}

/// `{ link = "…", at = "…" }` for a line that brings a report.
pub(super) fn report(reader: &mut Reader<'_>, value: &Value<'_>, channel: &str, rig: &Rig) -> Option<At> {
    line(reader, value, &format!("`{channel}`"), "a line for a report", rig, classes::report_forms)
}

/// `trial_pulse = { link = "…", at = "…" }`.
pub(super) fn pulse(reader: &mut Reader<'_>, value: &Value<'_>, rig: &Rig) -> Option<At> {
    line(reader, value, "`trial_pulse`", "a line for other equipment", rig, classes::pulse_forms)
}

fn line(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    name: &str,
    what: &str,
    rig: &Rig,
    forms: fn(&Backend) -> &'static [Form],
) -> Option<At> {
    let example = format!("{} = {{ link = \"machine\", at = \"bnc 1\" }}", name.trim_matches('`'));
    let table = reader.table(value, name, &format!("`{example}`"))?;
    let mut section = Section::new(table, reader.place(value), name.to_string());
    let found = link(reader, &mut section, rig);
    let at = found.and_then(|(link, place)| {
        let backend = &rig.links[link.0].backend;
        let forms = forms(backend);
        if forms.is_empty() && !matches!(backend, Backend::Serial { .. }) {
            // What stands under `at` is as wrong as the link; one finding is enough.
            section.find("at");
            let message = format!("{name} is {what}, at a board with inputs and outputs");
            let finding = Finding::error("rig-cannot-play", message, place, format!("a {} has none", board(backend)));
            reader.findings.push(finding.help("name a link of kind `bpod`, `harp` or `serial`"));
            return None;
        }
        at(reader, &mut section, &Wanted { what, link, backend, forms })
    });
    if found.is_none() {
        section.find("at");
    }
    reader.end(&mut section);
    at
}
