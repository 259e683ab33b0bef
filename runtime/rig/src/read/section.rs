//! Tables of a rig file, read key by key; everything that is wrong with them becomes a finding.

use crate::words::{kind, listed, nearest};
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trialect_base::{Finding, Findings, SourceId, Span};
use trialect_ir::Date;

pub(crate) type Value<'i> = Spanned<DeValue<'i>>;

/// What is being read, and what was found by now.
pub(crate) struct Reader<'f> {
    pub(crate) source: SourceId,
    pub(crate) findings: &'f mut Findings,
    /// Links that are there but could not be read: what is on them is not judged.
    pub(crate) unread_links: Vec<String>,
    /// Devices, and `DEVICE.REPORT`, that are there but could not be read.
    pub(crate) unread: Vec<String>,
}

/// A table with a name, and the keys that it may have.
pub(crate) struct Section<'v, 'i> {
    table: &'v DeTable<'i>,
    /// Where its name stands.
    pub(crate) place: Span,
    /// What people call it: `the device "spout"`.
    pub(crate) what: String,
    known: Vec<&'static str>,
    /// Keys that must be there and are not: one that is misspelt is told once, as such.
    missing: Vec<(String, Finding)>,
}

impl<'v, 'i> Section<'v, 'i> {
    pub(crate) fn new(table: &'v DeTable<'i>, place: Span, what: String) -> Section<'v, 'i> {
        Section { table, place, what, known: Vec::new(), missing: Vec::new() }
    }

    /// The value of a key that the table may have.
    pub(crate) fn find(&mut self, key: &'static str) -> Option<&'v Value<'i>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether the table has a key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }
}

impl Reader<'_> {
    pub(crate) fn span(&self, range: &std::ops::Range<usize>) -> Span {
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { source: self.source, start: at(range.start), end: at(range.end) }
    }

    pub(crate) fn place(&self, value: &Value<'_>) -> Span {
        self.span(&value.span())
    }

    /// Entries of a table in the order of the text: name, its place, value.
    pub(crate) fn entries<'v, 'i>(&self, table: &'v DeTable<'i>) -> Vec<(String, Span, &'v Value<'i>)> {
        let entry = |(key, value): (&Spanned<toml::de::DeString<'i>>, &'v Value<'i>)| {
            (key.get_ref().to_string(), self.span(&key.span()), value)
        };
        let mut list: Vec<_> = table.iter().map(entry).collect();
        list.sort_by_key(|(_, place, _)| *place);
        list
    }

    pub(crate) fn wrong_type(&mut self, value: &Value<'_>, what: &str, wanted: &str, example: &str) {
        let message = format!("{what} is {wanted}");
        let finding =
            Finding::error("rig-wrong-type", message, self.place(value), format!("{} stands here", kind(value)));
        self.findings.push(finding.help(format!("write {example}")));
    }

    /// A key that must be there and is not; told when the table has been read.
    pub(crate) fn missing(&mut self, section: &mut Section<'_, '_>, key: &str, example: &str) {
        let message = format!("{} needs `{key}`", section.what);
        let finding = Finding::error("rig-missing-key", message, section.place, format!("has no `{key}`"));
        section.missing.push((key.to_string(), finding.help(format!("write `{key} = {example}`"))));
    }

    /// Tells what is missing, for a table of which nothing more can be read.
    pub(crate) fn leave(&mut self, section: &mut Section<'_, '_>) {
        section.missing.drain(..).for_each(|(_, finding)| self.findings.push(finding));
    }

    /// A text; `example` is what is to be written when it is missing and must not be.
    pub(crate) fn text(
        &mut self,
        section: &mut Section<'_, '_>,
        key: &'static str,
        example: Option<&str>,
    ) -> Option<(String, Span)> {
        let Some(value) = section.find(key) else {
            example.into_iter().for_each(|example| self.missing(section, key, example));
            return None;
        };
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let example = format!("`{key} = {}`", example.unwrap_or("\"…\""));
            self.wrong_type(value, &format!("`{key}`"), "a text that says something", &example);
        }
        text.map(|text| (text.to_string(), self.place(value)))
    }

    /// One of several words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        section: &mut Section<'_, '_>,
        key: &'static str,
        of: &[(&str, T)],
        required: bool,
    ) -> Option<T> {
        let example = of.first().map(|(word, _)| format!("\"{word}\""));
        let (word, place) = self.text(section, key, example.as_deref().filter(|_| required))?;
        let found = of.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<&str> = of.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` is {}", listed(&words));
            let finding = Finding::error("rig-wrong-value", message, place, format!("`{word}` is none of them"));
            self.findings.push(match nearest(&word, words.iter().copied()) {
                Some(near) => finding.replace(place, format!("\"{near}\""), |near| format!("did you mean `{near}`?")),
                None => finding.help(format!("write `{key} = \"{}\"`", words.first().unwrap_or(&"…"))),
            });
        }
        found
    }

    /// A number within a range; `unit` for messages.
    pub(crate) fn number(
        &mut self,
        section: &mut Section<'_, '_>,
        key: &'static str,
        range: RangeInclusive<f64>,
        example: Option<&str>,
    ) -> Option<f64> {
        let Some(value) = section.find(key) else {
            example.into_iter().for_each(|example| self.missing(section, key, example));
            return None;
        };
        let Some(number) = number_of(value) else {
            self.wrong_type(value, &format!("`{key}`"), "a number", &format!("`{key} = {}`", example.unwrap_or("1.0")));
            return None;
        };
        if !range.contains(&number) {
            self.out_of_range(value, key, &number.to_string(), (&range.start().to_string(), &range.end().to_string()));
            return None;
        }
        Some(number)
    }

    /// A whole number within a range.
    pub(crate) fn whole(
        &mut self,
        section: &mut Section<'_, '_>,
        key: &'static str,
        range: RangeInclusive<u32>,
        example: Option<&str>,
    ) -> Option<u32> {
        let Some(value) = section.find(key) else {
            example.into_iter().for_each(|example| self.missing(section, key, example));
            return None;
        };
        let Some(number) = whole_of(value) else {
            let example = format!("`{key} = {}`", example.unwrap_or("1"));
            self.wrong_type(value, &format!("`{key}`"), "a whole number", &example);
            return None;
        };
        let within = u32::try_from(number).ok().filter(|number| range.contains(number));
        if within.is_none() {
            let shown =
                |number: u32| if key == "vid" || key == "pid" { format!("{number:#06x}") } else { number.to_string() };
            self.out_of_range(value, key, &number.to_string(), (&shown(*range.start()), &shown(*range.end())));
        }
        within
    }

    fn out_of_range(&mut self, value: &Value<'_>, key: &str, number: &str, (least, most): (&str, &str)) {
        let message = format!("`{key}` lies in {least} .. {most}");
        let finding = Finding::error("rig-out-of-range", message, self.place(value), format!("{number} is outside"));
        self.findings.push(finding.help(format!("write a number from {least} to {most}")));
    }

    /// True or false; false when it is not there.
    pub(crate) fn flag(&mut self, section: &mut Section<'_, '_>, key: &'static str) -> bool {
        let Some(value) = section.find(key) else { return false };
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong_type(value, &format!("`{key}`"), "true or false", &format!("`{key} = true`"));
        }
        found.unwrap_or(false)
    }

    /// A day of the calendar, as TOML has it or as a text.
    pub(crate) fn date(&mut self, section: &mut Section<'_, '_>, key: &'static str) -> Option<(Date, Span)> {
        let Some(value) = section.find(key) else {
            self.missing(section, key, "2026-11-30");
            return None;
        };
        let text = match value.get_ref() {
            DeValue::Datetime(date) if date.time.is_none() => Some(date.to_string()),
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        };
        let date = text.and_then(|text| text.parse::<Date>().ok());
        if date.is_none() {
            self.wrong_type(value, &format!("`{key}`"), "a day of the calendar", &format!("`{key} = 2026-11-30`"));
        }
        date.map(|date| (date, self.place(value)))
    }

    /// A table.
    pub(crate) fn table<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str, example: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, what, "a table", example);
        }
        table
    }

    /// A list.
    pub(crate) fn list<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str, example: &str) -> Vec<&'v Value<'i>> {
        match value.get_ref().as_array() {
            Some(list) => list.iter().collect(),
            None => {
                self.wrong_type(value, what, "a list", example);
                Vec::new()
            }
        }
    }

    /// Tells what is missing, and every key that nobody asked for.
    pub(crate) fn end(&mut self, section: &mut Section<'_, '_>) {
        for (key, place, _) in self.entries(section.table) {
            if section.known.contains(&key.as_str()) {
                continue;
            }
            let known = listed(&section.known);
            let message = format!("{} may have {known}", section.what);
            let finding = Finding::error("rig-unknown-key", message, place, format!("`{key}` is none of them"));
            let free = section.known.iter().copied().filter(|known| !section.has(known));
            self.findings.push(match nearest(&key, free) {
                Some(near) => {
                    section.missing.retain(|(missing, _)| missing != near);
                    finding.replace(place, near, |near| format!("did you mean `{near}`?"))
                }
                None => finding.help("take it out"),
            });
        }
        self.leave(section);
    }
}

/// A finite number.
pub(crate) fn number_of(value: &Value<'_>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().filter(|number| number.is_finite()),
        DeValue::Integer(_) => whole_of(value).map(|number| number as f64),
        _ => None,
    }
}

fn whole_of(value: &Value<'_>) -> Option<i64> {
    match value.get_ref() {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}
