//! Reading a rig file: everything that is wrong with it is found at once.

pub(crate) mod calibrations;
mod devices;
mod links;
pub(crate) mod places;
mod section;

use crate::check;
use crate::model::Rig;
use section::{Reader, Section};
use toml::de::DeTable;
use trialect_base::{Finding, Findings, SourceId, Span};

/// The first line of a rig file.
pub const FORMAT: &str = "trialect rig 1";
/// The first line of a file of calibrations beside it.
pub const CALIBRATIONS_FORMAT: &str = "trialect calibrations 1";

/// What gives the texts of files that a rig file names: by the name, its number among the sources and its text, or why
/// there is none.
pub type Beside<'b> = &'b mut dyn FnMut(&str) -> Result<(SourceId, String), String>;

/// Reads the text of a rig file, and checks all that can be said of it without a protocol and a date.
///
/// The rig is for use only when no finding is an error; there is none when the text is no TOML.
pub fn read(text: &str, source: SourceId, beside: Beside<'_>) -> (Option<Rig>, Findings) {
    let mut findings = Findings::default();
    let Some(table) = parsed(text, source, &mut findings) else { return (None, findings) };
    let mut rig = Rig::default();
    let mut reader = Reader { source, findings: &mut findings, unread_links: Vec::new(), unread: Vec::new() };
    let place = Span { source, start: 0, end: first_line(text) };
    let mut section = Section::new(&table, place, "the rig file".into());
    format(&mut reader, &mut section, FORMAT);
    let name = reader.text(&mut section, "name", Some("\"box 1\""));
    (rig.name, rig.place) = name.unwrap_or((String::new(), place));
    links::read(&mut reader, &mut section, &mut rig);
    devices::read(&mut reader, &mut section, &mut rig, beside);
    if let Some(value) = section.find("trial_pulse") {
        rig.trial_pulse = places::pulse(&mut reader, value, &rig);
    }
    reader.end(&mut section);
    rig.unread = std::mem::take(&mut reader.unread);
    check::used_twice(&rig, &mut findings);
    (Some(rig), findings)
}

/// The table of a text, or what is no TOML in it.
fn parsed<'i>(text: &'i str, source: SourceId, findings: &mut Findings) -> Option<DeTable<'i>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let reader = Reader { source, findings, unread_links: Vec::new(), unread: Vec::new() };
    for error in &errors {
        let end = text.len();
        let range = error.span().unwrap_or(end..end);
        let place = reader.span(&range);
        let finding = Finding::error("rig-not-toml", "a rig file is TOML", place, error.message());
        reader.findings.push(finding.help("write `key = value` on lines of their own, and texts in quotes"));
    }
    errors.is_empty().then(|| table.into_inner())
}

fn first_line(text: &str) -> u32 {
    u32::try_from(text.lines().next().unwrap_or("").len()).unwrap_or(u32::MAX)
}

/// Says what is read, so that a later version can tell its files from these.
fn format(reader: &mut Reader<'_>, section: &mut Section<'_, '_>, format: &'static str) {
    if let Some((found, place)) = reader.text(section, "format", Some(&format!("\"{format}\"")))
        && found != format
    {
        let message = format!("`format` is \"{format}\"");
        let finding = Finding::error("rig-wrong-value", message, place, format!("`{found}` is another"));
        let help = |text: &str| format!("write `format = {text}`; a file of a later format needs a later version");
        reader.findings.push(finding.replace(place, format!("\"{format}\""), help));
    }
}
