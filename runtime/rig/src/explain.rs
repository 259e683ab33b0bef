//! What a finding of a rig file means, for people: `spec/formats/rig-findings.md`, one section a code.

const PAGES: &str = include_str!("../../../spec/formats/rig-findings.md");

/// The page of a finding, if there is one.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    pages().find(|(name, _)| *name == code).map(|(_, page)| page)
}

/// Codes that have a page, in the order of the document.
pub fn codes() -> impl Iterator<Item = &'static str> {
    pages().map(|(name, _)| name)
}

fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).map(|section| {
        let (title, body) = section.split_once('\n').unwrap_or((section, ""));
        (title.trim().trim_matches('`'), body.trim())
    })
}
