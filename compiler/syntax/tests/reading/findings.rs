//! Broken texts, each with the findings that its author would see: one for each mistake, with a place and a remedy.
//!
//! Every `broken/NAME.trial` has its snapshot beside it. A change of a message changes a snapshot: read it as a user.

use std::fmt::Write;
use std::path::PathBuf;
use trialect_base::{Finding, Severity, SourceId, Sources};

pub fn corpus() -> Vec<(String, String)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reading/broken"));
    let entries = std::fs::read_dir(folder).expect("the corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "trial"));
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("UTF-8"))).collect()
}

fn shown(sources: &Sources, finding: &Finding) -> String {
    let mut out = String::new();
    let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
    let _ = writeln!(out, "{severity}[{}]: {}", finding.code, finding.message);
    for label in &finding.labels {
        let place = sources.place(label.span);
        let text = sources.text(label.span).lines().next().unwrap_or("");
        let text: String = text.chars().take(40).collect();
        let _ = writeln!(out, "  {}:{} `{text}` {}", place.line, place.column, label.text);
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  help: {help}");
    }
    out
}

#[test]
fn broken_texts_are_explained() {
    for (name, text) in corpus() {
        let mut sources = Sources::default();
        sources.add(name.clone(), text.clone());
        let parsed = trialect_syntax::parse(&text, SourceId(0));
        assert!(!parsed.findings.is_empty(), "{name} is broken");
        let numbered = text.lines().enumerate().map(|(index, line)| format!("{:>3} {line}\n", index + 1));
        let numbered: String = numbered.map(|line| line.chars().take(120).collect::<String>()).collect();
        let findings: String = parsed.findings.iter().map(|finding| shown(&sources, finding)).collect();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("broken");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, format!("{numbered}\n{findings}")));
    }
}

#[test]
fn findings_come_in_the_order_of_their_places() {
    for (name, text) in corpus() {
        let parsed = trialect_syntax::parse(&text, SourceId(0));
        let places: Vec<u32> = parsed.findings.iter().map(|finding| finding.labels[0].span.start).collect();
        assert!(places.is_sorted(), "{name}: {places:?}");
    }
}
