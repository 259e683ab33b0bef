//! Findings for people (miette) and for machines (JSON).

use crate::output;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;
use std::fmt;
use std::io::IsTerminal;
use trialect_base::{Finding, Severity, Sources};
use trialect_driver::Compiled;

/// A finding with the text of its first label's source; miette shows one source at a time.
#[derive(Debug)]
struct Shown<'a> {
    finding: &'a Finding,
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.finding.code))
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut lines: Vec<String> = self.finding.help.iter().cloned().collect();
        lines.extend(self.elsewhere.iter().cloned());
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding, sources: &Sources) -> Shown<'a> {
        let first = finding.labels.first().map(|label| label.span.source).unwrap_or_default();
        let (name, text) =
            sources.get(first).map_or((String::new(), String::new()), |s| (s.name.clone(), s.text.clone()));
        let mut labels = Vec::new();
        let mut elsewhere = Vec::new();
        for label in &finding.labels {
            if label.span.source == first {
                let length = (label.span.end - label.span.start) as usize;
                labels.push(LabeledSpan::new(Some(label.text.clone()), label.span.start as usize, length));
            } else {
                let place = sources.place(label.span);
                let name = sources.get(label.span.source).map_or("", |source| &source.name);
                elsewhere.push(format!("{name}:{}:{}: {}", place.line, place.column, label.text));
            }
        }
        Shown { finding, source: NamedSource::new(name, text), labels, elsewhere }
    }
}

/// All findings as text, in colour when asked for.
pub(crate) fn text(findings: &[Finding], sources: &Sources, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    let mut out = String::new();
    for finding in findings {
        // Writing into a string cannot fail.
        let _ = handler.render_report(&mut out, &Shown::new(finding, sources));
    }
    out
}

/// Findings of a text that was to be used for something else.
pub(crate) fn to_stderr(compiled: &Compiled) {
    output::complain(&text(&compiled.findings, &compiled.sources, std::io::stderr().is_terminal()));
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    labels: Vec<JsonLabel<'a>>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    line: usize,
    column: usize,
    text: &'a str,
}

/// All findings as a JSON array.
pub(crate) fn json(findings: &[Finding], sources: &Sources) -> String {
    let label = |label: &'_ trialect_base::Label| {
        let place = sources.place(label.span);
        (place, sources.get(label.span.source).map_or("", |source| source.name.as_str()))
    };
    let list: Vec<JsonFinding<'_>> = findings
        .iter()
        .map(|finding| JsonFinding {
            code: finding.code,
            severity: match finding.severity {
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            message: &finding.message,
            labels: finding
                .labels
                .iter()
                .map(|one| {
                    let (place, file) = label(one);
                    JsonLabel {
                        file,
                        start: one.span.start,
                        end: one.span.end,
                        line: place.line,
                        column: place.column,
                        text: &one.text,
                    }
                })
                .collect(),
            help: finding.help.as_deref(),
        })
        .collect();
    serde_json::to_string_pretty(&list).unwrap_or_else(|_| "[]".into())
}
